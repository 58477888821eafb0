"""What people said of a note, in words: who, when, what, and where it differs from the model. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from insight_classifier.definition import Definition
from service.errors import RequestError
from service.presentation import in_words
from service.reviews.answers import Answer, answer_of, flat, stored_answer
from service.reviews.kinds import ADJUDICATE, CHANGE, CONFIRM, FLAG, OBJECT, SKIP, UNDO

WORDS: Mapping[str, str] = {
    CONFIRM: "confirmed the model",
    CHANGE: "decided otherwise than the model",
    ADJUDICATE: "settled it",
    SKIP: "skipped it",
    FLAG: "flagged it",
    OBJECT: "wrote the note and does not agree",
    UNDO: "took something back",
}


@dataclass(frozen=True)
class Deed:
    """`changes`: every single thing that was answered otherwise than by the model. `counts`: neither undone nor replaced."""

    name: str
    words: str
    at: datetime
    label: str | None
    changes: tuple[str, ...]
    comment: str | None
    counts: bool
    sound: bool


def deed(review: Row[Any], names: Mapping[str, str], judgement: Mapping[str, Any] | None, definition: Definition) -> Deed:
    """One act of a person. `judgement`: the model's, in its JSON form."""
    return Deed(
        name=names.get(review.reviewer, "Somebody"),
        words=WORDS[review.kind],
        at=review.at,
        label=in_words(review.label) if review.label else None,
        changes=tuple(_changes(stored_answer(review.answer), judgement, definition)) if review.answer else (),
        comment=review.comment,
        counts=review.superseded_at is None,
        sound=review.sound or review.answer is None,
    )


def _changes(answer: Answer, judgement: Mapping[str, Any] | None, definition: Definition) -> Iterator[str]:
    try:
        said = flat(answer_of(judgement, definition), definition) if judgement else {}
    except RequestError:
        said = {}
    for (name, check), place in flat(answer, definition).items():
        if (name, check) in said and said[name, check] != place:
            dimension = definition.dimension(name)
            title = dimension.member(check).title if check else dimension.title
            yield f"{title}: {('yes' if place else 'no') if check else dimension.members[place].title}"
