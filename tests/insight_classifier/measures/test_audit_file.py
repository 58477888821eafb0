import pytest

from insight_classifier.errors import FileError
from insight_classifier.measures.audit_file import no_audit, read_audit
from insight_classifier.measures.events import Holds, label_met
from tests.insight_classifier.measures.conftest import Year, label, lines

ROWS = {f"n{number}": number for number in range(300)}


def test_peoples_word_is_kept_by_note(year: Year):
    audit = read_audit(year.labels([5, 2]), year.definition, ROWS)
    assert audit.rows.tolist() == [2, 5]
    name = next(iter(year.definition.checks))
    assert audit.audited.checks[name].tolist() == [year.truths[2][name], year.truths[5][name]]


def test_notes_that_nobody_looked_at_are_minus_one(year: Year):
    labels = read_audit(year.labels([2]), year.definition, ROWS).labels(label_met(year.definition), 4)
    assert labels.tolist() == [-1, -1, int(year.definition.label.rule(year.truths[2])), -1]
    assert no_audit().labels(label_met(year.definition), 2).tolist() == [-1, -1]


def test_a_check_that_people_were_not_asked_has_no_labels(year: Year):
    name = next(name for name, member in year.definition.checks.items() if member.judged_by == ("rules",))
    records = [label(number, year.truths[number], year.definition) for number in (1, 2)]
    for record in records:
        for dimension in year.definition.of_kind("checks"):
            record[dimension.name].pop(name, None)
        record["evidence"] = [quote for quote in record["evidence"] if quote["tag"] != name]
    audit = read_audit(lines(year.folder / "asked.jsonl", records), year.definition, ROWS)
    assert set(audit.labels(Holds((name,), ((True,),)), 300).tolist()) == {-1}
    assert audit.labels(label_met(year.definition), 300)[1] >= 0


def test_labels_of_other_notes_are_counted_and_left_out(year: Year):
    audit = read_audit(year.labels([1, 2, 3]), year.definition, {"n2": 0})
    assert (audit.rows.tolist(), audit.elsewhere) == ([0], 2)


def test_labels_of_no_note_that_was_judged_are_refused(year: Year):
    with pytest.raises(FileError, match="none of its 1 labels"):
        read_audit(year.labels([1]), year.definition, {"other": 0})


def test_a_note_that_is_labelled_twice_is_refused(year: Year):
    with pytest.raises(FileError, match="line 2: note 'n1' is labelled twice"):
        read_audit(year.labels([1, 1]), year.definition, ROWS)


def test_a_label_that_contradicts_the_definition_is_refused_with_its_line(year: Year):
    path = lines(year.folder / "wrong.jsonl", [{"id": "n1", year.definition.main_field: "A note."}])
    with pytest.raises(FileError, match="line 1: note n1"):
        read_audit(path, year.definition, ROWS)
