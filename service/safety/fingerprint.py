"""Which rules scanned a note, to the byte: the definition and the cue files that it names."""

import hashlib

from insight_classifier.definition import Definition
from insight_classifier.definition_reader import cue_file


def rules_fingerprint(definition: Definition) -> str:
    """Sixteen hex digits. It reads files: ask once for each definition, when it is loaded."""
    hashed = hashlib.sha256(definition.fingerprint.encode())
    names = sorted({member.cues for member in definition.checks.values() if member.cues and "rules" in member.judged_by})
    for name in names:
        hashed.update(name.encode() + b"\0" + hashlib.sha256(cue_file(definition.source, name).read_bytes()).digest())
    return hashed.hexdigest()[:16]
