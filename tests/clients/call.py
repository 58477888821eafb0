"""One call of each kind through the generated Python client; run by test_clients.py with the generator's environment."""

import json
import sys
import time

from generated.api.jobs import create_job, get_job, get_job_results
from generated.api.presets import score_records
from generated.api.score import score_note
from generated.client import AuthenticatedClient
from generated.models import CrmRecord, GetJobResultsMedia, Job, JobRequest, JobState, Judgement, Note, PresetScores, RecordSet
from generated.models.score_records_rows import ScoreRecordsRows

client = AuthenticatedClient(base_url=sys.argv[1], token=sys.argv[2], timeout=30)
judged = score_note.sync(client=client, body=Note(id="n1", text="She keeps the JAK for third line, since two of hers had clots."))
assert isinstance(judged, Judgement), judged
record = CrmRecord.from_dict({"Id": "a1", "Summary_vod__c": "She keeps the JAK for third line."})
rows = score_records.sync("veeva_crm_insight", client=client, body=RecordSet(records=[record]), rows=ScoreRecordsRows.TEXT)
assert isinstance(rows, PresetScores), rows
job = create_job.sync(client=client, body=JobRequest(notes=[Note(id="n2", text="She asked for renal data.")]))
assert isinstance(job, Job), job
while job.state in (JobState.QUEUED, JobState.RUNNING):
    time.sleep(0.1)
    job = get_job.sync(job.id, client=client)
    assert isinstance(job, Job), job
lines = get_job_results.sync(job.id, client=client, media=GetJobResultsMedia.TEXT)
assert isinstance(lines, str), lines
assert json.loads(lines)["id"] == "n2", lines
print(judged.id, judged.label, judged.probability, rows.chunks[0].count)  # noqa: T201
