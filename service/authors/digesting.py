"""An author's private digest of their latest notes: people's word on each where there is one, else the model's."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row

from insight_classifier.definition import Definition
from insight_classifier.digests.author import Digest, digest
from insight_classifier.judgement import Judgement
from service.authors.rules import verdicts_of
from service.notes.store import NOTES
from service.reviews.judged import judgement_of
from service.reviews.listing import READ
from service.reviews.word import Word, words_of_people

LATEST = 60  # notes: a habit of last year is none any more


def own_digest(connection: Connection, author: str, definition: Definition) -> tuple[Digest, Mapping[str, Row[Any]]]:
    """The digest, and by id the notes that it names; ids are the service's own."""
    mine = READ.where(NOTES.c.author == author, NOTES.c.erased_at.is_(None)).order_by(NOTES.c.id.desc()).limit(LATEST)
    notes = connection.execute(mine).all()
    people = words_of_people(connection, {note.id: note.version_id for note in notes}, definition)
    made = digest(definition, _judgements(notes, people, definition))
    named = {one.note_id for one in made.reasked}
    return made, {note.id: note for note in notes if note.id in named}


def _judgements(notes: Sequence[Row[Any]], people: Mapping[str, Word], definition: Definition) -> list[Judgement]:
    """Those that can be read under this definition, under the notes' own ids."""
    found = []
    for note in notes:
        judgement = judgement_of(note.judgement, definition) if note.judgement else None
        if judgement is None:
            continue
        word = people.get(note.id)
        said = verdicts_of(word.answer, definition) if word and word.answer else None
        found.append(replace(judgement, id=note.id, verdicts=said or judgement.verdicts))
    return found
