"""A snapshot from decisions: who stands where, what is refused, and that nothing is ever half-written."""

import errno
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from insight_classifier.definition import Definition
from insight_classifier.errors import FileError, InsightError, LabelError
from tests.training.snapshots.notes import decisions, written
from training.data import load_corpus
from training.snapshots.folder import SIDES, Snapshot, open_snapshot
from training.snapshots.freezing import Asked, fixed_sides, freeze
from training.snapshots.reviewed import of_reviews


def frozen(folder: Path, lines: list[dict[str, Any]], definition: Definition, name: str = "s", **asked: Any) -> Snapshot:
    notes = list(of_reviews(written(folder / "export.jsonl", lines), definition))
    return freeze(folder / name, notes, definition, Asked(**asked))


def test_nobody_stands_on_two_sides(tmp_path: Path, definition: Definition) -> None:
    rows = frozen(tmp_path, decisions(12, 12), definition).rows()
    authors = [{row["msl"] for row in rows[side]} for side in SIDES]
    assert all(authors)
    assert sum(map(len, authors)) == len(set.union(*authors)) == 12


def test_a_snapshot_names_nobody(tmp_path: Path, definition: Definition) -> None:
    folder = frozen(tmp_path, decisions(12, 12), definition).folder
    words = "".join((folder / f"{side}.jsonl").read_text() for side in SIDES)
    assert not {part for part in ("person-", "account:7", "so it is") if part in words}


def test_the_sides_stay_when_data_grow(tmp_path: Path, definition: Definition) -> None:
    first = frozen(tmp_path, decisions(4, 30), definition, "first")
    second = frozen(tmp_path, [*decisions(4, 30), *renamed(decisions(4, 10, first=120))], definition, "second", after=first)
    assert second.sides().items() > first.sides().items()
    assert second.places().items() >= first.places().items()


def renamed(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line | {"author": f"new-{line['author']}"} for line in lines]


def test_the_same_notes_have_the_same_content_hash_and_others_another(tmp_path: Path, definition: Definition) -> None:
    lines = decisions(12, 12)
    first, second = (frozen(tmp_path, order, definition, name) for name, order in (("a", lines), ("b", lines[::-1])))
    assert first.content == second.content != frozen(tmp_path, lines[1:], definition, "c").content


def test_twins_of_two_sides_are_reduced_to_one(tmp_path: Path, definition: Definition) -> None:
    lines = decisions(12, 12)
    sides = frozen(tmp_path, lines, definition, "before").places()
    trained = next(line for line in lines if sides[line["id"]] == "train")
    tester = next(line["author"] for line in lines if sides[line["id"]] == "test")
    after = frozen(tmp_path, [*lines, trained | {"id": "copy", "author": tester}], definition, "after")
    assert (after.places().get("copy"), after.places().get(trained["id"])) == ("test", None)
    assert json.loads((after.folder / "left_out.json").read_text())[0]["twin"] == "copy"


def test_of_twins_the_one_that_was_learned_from_stays(tmp_path: Path, definition: Definition) -> None:
    lines = decisions(12, 12)
    before = frozen(tmp_path, lines, definition, "before")
    trained = next(line for line in lines if before.places()[line["id"]] == "train")
    tester = next(line["author"] for line in lines if before.places()[line["id"]] == "test")
    after = frozen(tmp_path, [*lines, trained | {"id": "copy", "author": tester}], definition, "after", after=before)
    assert (after.places().get("copy"), after.places().get(trained["id"])) == (None, "train")


def test_a_cut_in_time_tests_on_what_came_later(tmp_path: Path, definition: Definition) -> None:
    rows = frozen(tmp_path, decisions(7, 30), definition, test_from=date(2026, 7, 1)).rows()
    assert {row["written_at"] >= "2026-07-01" for row in rows["test"]} == {True}
    assert {row["written_at"] >= "2026-07-01" for row in rows["train"] + rows["validation"]} == {False}


def test_training_reads_a_snapshot(tmp_path: Path, definition: Definition) -> None:
    snapshot = frozen(tmp_path, decisions(12, 12), definition)
    corpus = load_corpus(snapshot.folder, definition)
    assert {side: len(rows) for side, rows in corpus.items()} == {side: snapshot.facts["sides"][side]["notes"] for side in SIDES}


def test_a_changed_file_is_refused_by_name(tmp_path: Path, definition: Definition) -> None:
    folder = frozen(tmp_path, decisions(12, 12), definition).folder
    (folder / "train.jsonl").write_text((folder / "train.jsonl").read_text().replace("true", "false", 1))
    with pytest.raises(FileError, match=r"train\.jsonl: altered file.*insight snapshot"):
        load_corpus(folder, definition)


def contradictory() -> list[dict[str, Any]]:
    lines = decisions(12, 12)
    twin = dict(lines[0]) | {"id": "again", "author": "person-5"}
    choice = "objective"
    return [*lines, twin | {choice: next(line[choice] for line in lines if line[choice] != twin[choice])}]


def one_class() -> list[dict[str, Any]]:
    return [line for line in decisions(12, 25) if not all(line["criteria"].values())]


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (decisions(3, 3), "6 notes.*Label more notes"),
        (decisions(2, 60), "2 authors.*Add notes of others"),
        (one_class(), "0 of the .* at least 2 must be.*other kind"),
        (contradictory(), "A-001 and again have the same words and other labels.*settle"),
        ([*decisions(12, 12), decisions(12, 12)[0]], "used already"),
        ([line | {"criteria": {"novel": True}} for line in decisions(12, 12)], "names 'novel': use"),
        ([line | {"author": None, "msl": None} for line in decisions(12, 12)], "does not say whose"),
    ],
)
def test_what_cannot_be_learned_from_is_refused_and_nothing_is_left(
    tmp_path: Path, definition: Definition, lines: list[dict[str, Any]], says: str
) -> None:
    with pytest.raises(InsightError, match=says):
        frozen(tmp_path, lines, definition)
    assert [path.name for path in tmp_path.iterdir()] == ["export.jsonl"]


def test_a_disk_that_fills_in_mid_save_leaves_nothing(tmp_path: Path, definition: Definition, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.write_text

    def full(self: Path, *words: Any, **named: Any) -> int:
        if self.name == "README.md":
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(self, *words, **named)

    notes = list(of_reviews(written(tmp_path / "export.jsonl", decisions(12, 12)), definition))
    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(FileError, match="No space left on device, nothing was kept. Free space"):
        freeze(tmp_path / "s", notes, definition, Asked())
    assert [path.name for path in tmp_path.iterdir()] == ["export.jsonl"]


def test_a_snapshot_is_never_changed(tmp_path: Path, definition: Definition) -> None:
    frozen(tmp_path, decisions(12, 12), definition)
    with pytest.raises(FileError, match="never changed"):
        frozen(tmp_path, decisions(12, 12), definition)


def test_labels_of_another_definition_are_refused_when_read(tmp_path: Path, definition: Definition) -> None:
    from insight_classifier.definition_reader import read_definition
    from tests.conftest import ROOT

    folder = frozen(tmp_path, decisions(12, 12), definition).folder
    with pytest.raises(LabelError, match="Take the definition of the snapshot"):
        load_corpus(folder, read_definition(ROOT / "tests" / "definitions" / "support_call.yaml"))


def test_a_split_that_a_folder_has_is_kept(tmp_path: Path) -> None:
    for name in ("w1", "w2", "w3"):
        (tmp_path / f"{name}.jsonl").touch()
    (tmp_path / "split.yaml").write_text("test: [w2]\nevery_fourth: [w3]\n")
    assert fixed_sides(tmp_path) == {"w1": "train", "w2": "test", "w3": "train"}


def test_a_folder_that_is_none_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="Make one with insight snapshot"):
        open_snapshot(tmp_path)
