"""A measurement frozen in a folder, which a later one is compared with; checked to the byte before it is.

baseline.json     who judged, what was asked, the figures with their moves by hashed author, and the checksum of every other file
notes.jsonl       which notes: the id and a hash of the words of each
definition.yaml   the definition that judged (cues/ beside it)
measures.yaml     what was measured beyond it, where something was

Authors go by a hash with a salt that stands in the folder: whoever has both the folder and a list of authors can tell who is who, so keep
it where figures of authors may be kept.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from insight_classifier.definition import Definition
from insight_classifier.definition_reader import read_definition
from insight_classifier.errors import FileError
from insight_classifier.judgement import Origin
from insight_classifier.measures.kept import Kept, from_plain, to_plain
from insight_classifier.measures.remeasuring import Measurement
from insight_classifier.note_files import read_records
from insight_classifier.whole_folder import checksums, read_manifest, sha256, whole_folder

MANIFEST, NOTES, DEFINITION, MEASURES = "baseline.json", "notes.jsonl", "definition.yaml", "measures.yaml"
FORMAT = 1
MEND = "Restore the baseline, or freeze another one with insight baseline freeze."


@dataclass(frozen=True)
class Asked:
    """How notes were measured, to measure later ones alike. `period`: the first and the last day of them, "" where not known."""

    by: tuple[str, ...]
    where: Mapping[str, str]
    measures: tuple[str, ...]
    period: tuple[str, str]


@dataclass(frozen=True)
class Baseline:
    """A baseline that passed its check. `contents`: a hash of the words of each note, by id."""

    folder: Path
    asked: Asked
    measurement: Measurement
    contents: Mapping[str, str]
    salt: bytes
    definition: Definition

    @property
    def measures(self) -> Path | None:
        """The file of measures beyond the definition, where there was one."""
        path = self.folder / MEASURES
        return path if path.is_file() else None

    @property
    def fingerprint(self) -> str:
        """Sixteen hex digits that stand for the whole folder."""
        return sha256(self.folder / MANIFEST)[:16]


def freeze(
    folder: Path,
    measurement: Measurement,
    asked: Asked,
    contents: Mapping[str, str],
    salt: bytes,
    definition: Definition,
    measures: Path | None,
) -> Baseline:
    """Write a baseline. Raises FileError where the words of a note are not known, the folder exists, or the disk refuses."""
    if missing := next(iter(sorted(measurement.ids - contents.keys())), None):
        raise FileError(
            f"the note {missing[:60]!r} was judged, and its words are not known. Give --notes FILE with the notes that were judged."
        )
    with whole_folder(folder) as unfinished:
        lines = (json.dumps({"id": name, "content": contents[name]}) for name in sorted(measurement.ids))
        (unfinished / NOTES).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        shutil.copyfile(definition.source, unfinished / DEFINITION)
        if (definition.source.parent / "cues").is_dir():
            shutil.copytree(definition.source.parent / "cues", unfinished / "cues")
        if measures is not None:
            shutil.copyfile(measures, unfinished / MEASURES)
        facts = _facts(measurement, asked, salt) | {"files": checksums(unfinished)}
        (unfinished / MANIFEST).write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return open_baseline(folder)


def open_baseline(folder: Path) -> Baseline:
    """Check a folder to the byte. Raises FileError with the name of the missing, altered or foreign file."""
    facts = read_manifest(folder / MANIFEST, "baseline", "insight baseline freeze", FORMAT, MEND, unlisted=frozenset({MANIFEST}))
    try:
        return _read(folder, facts)
    except (KeyError, TypeError, ValueError) as problem:
        raise FileError(f"{folder / MANIFEST}: altered file, {problem!r}. {MEND}") from problem


def contents_of(path: Path, definition: Definition, ids: frozenset[str]) -> dict[str, str]:
    """A hash of the words of each of these notes that has words there, by id. Raises FileError where the file is no file of notes."""
    names = [field.name for field in definition.fields]
    found: dict[str, str] = {}
    for record in read_records(str(path), definition):
        name = str(record.content.get("id", record.number))
        if name in ids and record.error is None and record.content.get(definition.main_field):
            words = json.dumps([record.content.get(field) for field in names], ensure_ascii=False)
            found[name] = hashlib.sha256(words.encode()).hexdigest()[:16]
    return found


def edited(baseline: Baseline, contents: Mapping[str, str]) -> tuple[int, int]:
    """How many notes stand in the baseline too: with the same words, and with others."""
    both = [name for name in contents if name in baseline.contents]
    same = sum(contents[name] == baseline.contents[name] for name in both)
    return same, len(both) - same


def _facts(measurement: Measurement, asked: Asked, salt: bytes) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "definition": measurement.definition.to_dict(),
        "model": {"fingerprint": measurement.model},
        "notes": len(measurement.ids),
        "period": asked.period,
        "by": asked.by,
        "where": dict(asked.where),
        "measures": asked.measures,
        "salt": salt.hex(),
        "figures": [to_plain(kept) for kept in measurement.figures],
    }


def _read(folder: Path, facts: Mapping[str, Any]) -> Baseline:
    contents = dict(_lines(folder / NOTES))
    figures: Sequence[Kept] = [from_plain(plain) for plain in facts["figures"]]
    first, last = facts["period"]
    asked = Asked(tuple(facts["by"]), dict(facts["where"]), tuple(facts["measures"]), (first, last))
    measurement = Measurement(
        "the baseline", Origin(**facts["definition"]), facts["model"]["fingerprint"], tuple(figures), frozenset(contents)
    )
    return Baseline(folder, asked, measurement, contents, bytes.fromhex(facts["salt"]), read_definition(folder / DEFINITION))


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield row["id"], row["content"]
