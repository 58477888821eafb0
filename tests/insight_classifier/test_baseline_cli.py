import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from insight_classifier.cli import make_app
from insight_classifier.definition import Definition
from insight_classifier.definition_reader import read_definition
from tests.insight_classifier.measures.conftest import Year, lines, make_year, year

__all__ = ["make_year", "year"]  # fixtures


def baseline(*words: object) -> Result:
    return CliRunner().invoke(make_app(), ["baseline", *map(str, words)])


@dataclass
class Kept:
    """A baseline of a year, and what to compare it with: the same year again, under other ids."""

    folder: Path
    year: Year

    def later(self, name: str = "later", **judge: str) -> Path:
        """Judgements of later notes, by another judge where its fingerprints are given."""
        return lines(self.folder.parent / f"{name}.jsonl", [self._judged(record, judge) for record in records(self.year.judged)])

    @property
    def words(self) -> tuple[object, ...]:
        """Facts and labels of the later notes."""
        notes = lines(self.folder.parent / "later_notes.jsonl", [{**one, "id": f"new-{one['id']}"} for one in texts(self.year)])
        labels = [{**one, "id": f"new-{one['id']}"} for one in records(self.year.labels(range(150)))]
        return "--notes", notes, "--audit", lines(self.folder.parent / "later_labels.jsonl", labels)

    def _judged(self, record: dict[str, Any], judge: dict[str, str]) -> dict[str, Any]:
        origins = {part: {**record[part], "fingerprint": judge.get(part, record[part]["fingerprint"])} for part in ("definition", "model")}
        return {**record, **origins, "id": f"new-{record['id']}"}


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def texts(year: Year) -> list[dict[str, Any]]:
    """The notes with words."""
    return [{**one, year.definition.main_field: f"Note {one['id']}"} for one in records(year.notes)]


@pytest.fixture
def kept(year: Year) -> Kept:
    notes, folder = lines(year.folder / "worded.jsonl", texts(year)), year.folder / "first"
    words = (year.judged, "--notes", notes, "--audit", year.labels(range(150)), "--by", "team", "--output", folder)
    result = baseline("freeze", *words)
    assert result.exit_code == 0, result.output
    return Kept(folder, year)


def test_a_baseline_says_which_notes_judged_by_what_and_names_nobody(kept: Kept, definition: Definition):
    facts = json.loads((kept.folder / "baseline.json").read_text())
    assert facts["definition"]["fingerprint"] == definition.fingerprint
    assert (facts["notes"], facts["period"]) == (300, ["2026-01-05", "2026-12-05"])
    assert len(records(kept.folder / "notes.jsonl")) == 300
    assert "m05" not in (kept.folder / "baseline.json").read_text()


def test_the_same_again_is_no_change(kept: Kept):
    result = baseline("compare", kept.folder, kept.later(), *kept.words, "--json")
    assert result.exit_code == 0, result.output
    (step,) = json.loads(result.stdout)["steps"]
    known = [row for row in step["comparisons"] if row["difference"] is not None]
    assert step["cause"] == "behaviour"
    assert {row["verdict"] for row in step["comparisons"]} == {"no verdict"}
    assert max(abs(row["difference"]) + row["high"] - row["low"] for row in known) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(("part", "said"), [("model", "the model changed since"), ("definition", "were judged under another definition")])
def test_another_judge_is_refused_and_it_is_said_what_to_judge_again(kept: Kept, part: str, said: str):
    result = baseline("compare", kept.folder, kept.later(**{part: "0123456789abcdef"}), *kept.words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "udge the" in result.stderr


def test_with_both_judges_words_the_models_part_is_told_apart(kept: Kept):
    old, new = kept.later("old"), kept.later("new", model="0123456789abcdef")
    result = baseline("compare", kept.folder, new, "--old-judge", old, *kept.words, "--json")
    assert result.exit_code == 0, result.output
    assert [step["cause"] for step in json.loads(result.stdout)["steps"]] == ["behaviour", "model"]


def test_the_same_notes_twice_are_told(kept: Kept):
    edited = [{**one, kept.year.definition.main_field: "Rewritten"} if n < 3 else one for n, one in enumerate(texts(kept.year))]
    notes = lines(kept.folder.parent / "edited.jsonl", edited)
    result = baseline("compare", kept.folder, kept.year.judged, "--notes", notes, "--audit", kept.year.labels(range(150)))
    assert "297 notes stand in the baseline too" in result.stderr
    assert "3 notes stand in the baseline with other words" in result.stderr
    assert "What changed by behaviour:" in result.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--notes is missing"),
        (("--notes", "facts"), "its words are not known"),
        (("--by", "msl", "--notes", "facts"), "for that person"),
    ],
)
def test_what_cannot_be_kept_is_refused(year: Year, words: Sequence[str], said: str):
    given = [year.notes if word == "facts" else word for word in words]
    result = baseline("freeze", year.judged, "--output", year.folder / "second", *given)
    assert (result.exit_code, said in result.stderr) == (2, True)
    assert not (year.folder / "second").exists()


def test_a_folder_that_was_altered_is_refused(kept: Kept):
    (kept.folder / "notes.jsonl").write_text("")
    result = baseline("compare", kept.folder, kept.later(), *kept.words)
    assert (result.exit_code, "notes.jsonl: altered file" in result.stderr) == (2, True)


def test_a_baseline_is_never_overwritten(kept: Kept):
    notes = kept.folder.parent / "worded.jsonl"
    result = baseline("freeze", kept.year.judged, "--notes", notes, "--output", kept.folder)
    assert (result.exit_code, "never overwritten" in result.stderr) == (2, True)


def test_the_later_notes_must_be_the_same_for_both_judges(kept: Kept, make_year: Callable[..., Year]):
    new, words = kept.later("new", model="0123456789abcdef"), kept.words
    old = kept.later("old")
    old.write_text("".join(f"{line}\n" for line in old.read_text().splitlines()[:-1]))
    result = baseline("compare", kept.folder, new, "--old-judge", old, *words)
    assert (result.exit_code, "are not of the same notes: 1 stand" in result.stderr) == (2, True)


def test_with_a_new_definition_and_model_each_has_its_part(kept: Kept, definition: Definition):
    source = kept.folder.parent / "definitions" / "new.yaml"
    shutil.copytree(definition.source.parent, source.parent)
    rule = definition.label.rule.source
    source.write_text(definition.source.read_text(encoding="utf-8").replace(rule, f"not ({rule})"), encoding="utf-8")
    changed = read_definition(source).fingerprint
    old, rules, new = kept.later("old"), kept.later("rules", definition=changed), kept.later("new", definition=changed, model="other")
    both = ("--old-judge", old, "--new-definition", rules, "--definition", source)
    result = baseline("compare", kept.folder, new, *both, *kept.words, "--json")
    assert result.exit_code == 0, result.output
    behaviour, of_rules, of_model = json.loads(result.stdout)["steps"]
    assert [behaviour["cause"], of_rules["cause"], of_model["cause"]] == ["behaviour", "definition", "model"]
    assert [one["verdict"] for one in of_rules["comparisons"] if one["verdict"] != "no verdict"]
    assert {one["verdict"] for one in of_model["comparisons"]} == {"no verdict"}
