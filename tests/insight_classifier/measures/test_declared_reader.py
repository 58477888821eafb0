from pathlib import Path

import pytest

from insight_classifier.definition import Definition
from insight_classifier.errors import DefinitionError
from insight_classifier.measures.declared_reader import read_measures, shipped_measures

SOUND = """definition: support_call
measures:
  gap:
    title: Documented causes without a documented fix
    question: Of the calls that document a cause, how many document no fix?
    caveat: Counts what notes document.
    rule: cause_named and not fix_confirmed
    among: cause_named
tenure_bands: {new: 12, old: 600}
"""


def write(folder: Path, *change: str) -> Path:
    path = folder / "measures.yaml"
    path.write_text(SOUND.replace(*change) if change else SOUND)  # type: ignore[arg-type]
    return path


def test_what_is_declared_is_read(tmp_path: Path, support_call: Definition):
    found = read_measures(write(tmp_path), support_call)
    assert [(one.name, one.rule.source, one.among and one.among.source) for one in found.measures] == [
        ("gap", "cause_named and not fix_confirmed", "cause_named")
    ]
    assert found.bands == ((12, "new"), (600, "old"))


def test_the_shipped_definition_has_measures_and_another_has_none(definition: Definition, support_call: Definition):
    assert shipped_measures(definition).measures
    assert shipped_measures(definition).bands
    assert shipped_measures(support_call).measures == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("definition: support_call", "definition: another", "line 1: definition is 'another'"),
        ("    caveat: Counts what notes document.\n", "", "line 3: the measure 'gap' lacks 'caveat'"),
        ("among: cause_named", "among: cause_nmed", "line 8: among .* names 'cause_nmed'. Use the definition's checks"),
        ("rule: cause_named and", "rule: cause_named nad", "line 7: rule"),
        ("  gap:", "  fix_confirmed:", "line 3: 'fix_confirmed' is a measure of the definition already"),
        ("how many document no fix?", "how many did no fix?", "line 5: question .* says 'did'. Say what is documented"),
        ("old: 600", "old: 6", "line 9: 'old' ends at 6 months"),
        ("tenure_bands", "tenure_bnds", "unknown key 'tenure_bnds'. Write tenure_bands"),
        (SOUND, "", "line 1: the file is empty"),
        (SOUND, "- a\n", "line 1: the file must be a mapping"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_its_mend(tmp_path: Path, support_call: Definition, old: str, new: str, said: str):
    with pytest.raises(DefinitionError, match=said):
        read_measures(write(tmp_path, old, new), support_call)
