from pathlib import Path

import pytest

from insight_classifier.definition import Definition
from insight_classifier.errors import DefinitionError
from insight_classifier.measures.thread_parts import Parts, read_parts, shipped_parts

SOUND = """definition: support_call
threads:
  subject: topic
  without: [invoice]
  view: cause_named
  plan: promise_dated
  check: fix_confirmed
  claim: cause_named
"""


def test_the_parts_are_read(tmp_path: Path, support_call: Definition):
    (tmp_path / "m.yaml").write_text(SOUND)
    found = read_parts(tmp_path / "m.yaml", support_call)
    assert found == Parts("topic", "cause_named", "promise_dated", "fix_confirmed", "cause_named", ("invoice",))


def test_a_file_without_threads_has_no_parts(tmp_path: Path, support_call: Definition):
    (tmp_path / "m.yaml").write_text("definition: support_call\nmeasures: {}\n")
    assert read_parts(tmp_path / "m.yaml", support_call) is None


def test_the_shipped_definition_has_threads_and_another_has_none(definition: Definition, support_call: Definition):
    found = shipped_parts(definition)
    assert found
    assert set(found.checks.values()) <= set(definition.checks)
    assert shipped_parts(support_call) is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("subject: topic", "subject: patience", "line 3: subject of threads is 'patience', which is no choice. Use topic"),
        ("check: fix_confirmed", "check: fixed", "line 7: check of threads is 'fixed', which is no check. Use cause_named"),
        ("  plan: promise_dated\n", "", "line 2: threads lacks 'plan'"),
        ("[invoice]", "[nothing]", "line 4: without of threads names 'nothing'. Use invoice"),
    ],
)
def test_mistakes_are_told_with_their_line_and_the_mend(old: str, new: str, said: str, tmp_path: Path, support_call: Definition):
    (tmp_path / "m.yaml").write_text(SOUND.replace(old, new))
    with pytest.raises(DefinitionError, match=said):
        read_parts(tmp_path / "m.yaml", support_call)
