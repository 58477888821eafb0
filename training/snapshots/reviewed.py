"""Labelled notes with what a split needs to know of each: whose it is, when it was written, how its labels came about."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from insight_classifier.definition import Definition
from insight_classifier.errors import FileError, LabelError
from insight_classifier.notes import LabelledNote
from training.data import read_notes
from training.snapshots.agreed import agreed

AUTHOR = ("author", "msl")  # where a note says whose it is, and when it was written; the first that holds something counts
WRITTEN = ("written_at", "date")
PEOPLE = frozenset({"author", "hcp", "hcp_id"})  # a snapshot is for machines: it names nobody
REVIEW = "review"  # what `insight reviews export` says of a decision
KEPT_OF_REVIEW = ("kind", "at", "definition", "definition_version", "version", "blind")
FIELD = "field"  # the `writer` of notes from the field: intervals draw whole authors within it
BY_HAND = "labelled"
SETTLED = "adjudicate"  # the kind of a decision on what several people said


@dataclass(frozen=True)
class Reviewed:
    """One labelled note; `writer` is the corpus that it belongs to, as intervals count. `kind`: how its labels were settled."""

    note: LabelledNote
    author: str
    writer: str
    written: date | None
    kind: str
    definition: str | None  # the fingerprint that its labels were given under, where it says so

    @property
    def id(self) -> str:
        return self.note.note.id


def of_reviews(file: Path, definition: Definition) -> Iterator[Reviewed]:
    """The decisions of `insight reviews export`; authors go by a pseudonym. Raises FileError or LabelError.

    Of a note that stands there more than once (`--every`) what settles it counts, else what people agree on.
    """
    decisions: dict[str, list[LabelledNote]] = {}
    for _, note in read_notes(file, definition, partial=True, repeated=True):
        decisions.setdefault(note.note.id, []).append(note)
    for each in decisions.values():
        people = {(_review(note).get("reviewer"), _review(note).get("kind")) for note in each}
        if len(people) < len(each):
            raise LabelError(f"{file}: the id {each[0].note.id!r} is used already by the same person. Leave one line of each, the last.")
        settled = [note for note in each if _review(note).get("kind") == SETTLED]
        note = settled[-1] if settled else agreed(each, definition)
        author = _first(note.note.metadata, AUTHOR)
        if author is None:
            raise FileError(f"{file}: the note {note.note.id} does not say whose it is. Give it an {AUTHOR[0]}, or take it out.")
        review = _review(note)
        name = pseudonym(str(author))
        metadata = {key: value for key, value in note.note.metadata.items() if key not in PEOPLE} | {"msl": name}
        if review:
            metadata[REVIEW] = {key: review[key] for key in KEPT_OF_REVIEW if key in review}
        yield Reviewed(_with(note, metadata), name, FIELD, _written(note, file), str(review.get("kind", BY_HAND)), review.get("definition"))


def _review(note: LabelledNote) -> Mapping[str, Any]:
    review = note.note.metadata.get(REVIEW)
    return review if isinstance(review, Mapping) else {}


def of_folder(folder: Path, definition: Definition) -> Iterator[Reviewed]:
    """Labelled notes of files, each file an author. Raises FileError or LabelError."""
    for stem, note in read_notes(folder, definition, partial=True):
        yield Reviewed(note, stem, stem, _written(note, folder), BY_HAND, None)


def pseudonym(author: str) -> str:
    """The same for one author in every snapshot. It hides a name from readers, not from who can guess the name and hash it."""
    return f"author-{hashlib.sha256(author.encode()).hexdigest()[:12]}"


def _with(note: LabelledNote, metadata: Mapping[str, Any]) -> LabelledNote:
    return replace(note, note=replace(note.note, metadata=metadata))


def _written(note: LabelledNote, source: Path) -> date | None:
    value = _first(note.note.metadata, WRITTEN)
    try:
        return None if value is None else date.fromisoformat(str(value)[:10])
    except ValueError as problem:
        raise FileError(f"{source}: the note {note.note.id} has the date {str(value)[:40]!r}. Write it as 2026-05-03.") from problem


def _first(metadata: Mapping[str, Any], names: tuple[str, ...]) -> object:
    return next((value for name in names if (value := metadata.get(name)) not in (None, "")), None)
