"""The rules' fingerprint follows the definition and its cue files."""

import shutil
from dataclasses import replace
from pathlib import Path

from insight_classifier.definition import Definition
from insight_classifier.definition_reader import cue_file
from service.safety.fingerprint import rules_fingerprint


def test_it_changes_with_a_cue_file(definition: Definition, tmp_path: Path):
    names = [member.cues for member in definition.checks.values() if member.cues]
    (tmp_path / "cues").mkdir()
    for name in names:
        shutil.copy(cue_file(definition.source, name), tmp_path / "cues")
    copy = replace(definition, source=tmp_path / "definition.yaml")
    assert rules_fingerprint(copy) == rules_fingerprint(definition)
    with (tmp_path / "cues" / f"{names[0]}.yaml").open("a") as file:
        file.write("# one more\n")
    assert rules_fingerprint(copy) != rules_fingerprint(definition)
