"""One call of each kind through the generated Python client; run by test_clients.py with the generator's environment."""

import sys

from generated.api.presets import score_records
from generated.api.score import score_note
from generated.client import Client
from generated.models import CrmRecord, Judgement, Note, PresetScores, RecordSet
from generated.models.score_records_rows import ScoreRecordsRows

client = Client(base_url=sys.argv[1], timeout=30)
judged = score_note.sync(client=client, body=Note(id="n1", text="She keeps the JAK for third line, since two of hers had clots."))
assert isinstance(judged, Judgement), judged
record = CrmRecord.from_dict({"Id": "a1", "Summary_vod__c": "She keeps the JAK for third line."})
rows = score_records.sync("veeva_crm_insight", client=client, body=RecordSet(records=[record]), rows=ScoreRecordsRows.TEXT)
assert isinstance(rows, PresetScores), rows
print(judged.id, judged.label, judged.probability, rows.chunks[0].count)  # noqa: T201
