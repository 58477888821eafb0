"""A desk of reviewers on a database: notes as the service keeps them, judged by the home office's definition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from insight_classifier.definition import Definition, Dimension
from service.database import Database
from service.notes.rows import Kept
from service.notes.rules import Delivery
from service.notes.store import judged, keep
from service.reviews.cards import CARDS, refresh
from service.reviews.listing import page
from service.reviews.rules import Decision
from service.reviews.scores import Policy
from service.reviews.store import Saved, save
from service.reviews.undo import undo
from service.reviews.views import read_view

START = datetime(2026, 5, 3, 8, tzinfo=UTC)
TEXT = "She won't start it in CKD 4, the trial excluded them. A third of her clinic waits."


def _quote(place: int) -> dict[str, Any]:
    """Another four letters for each place."""
    return {"field": "text", "start": 4 * place, "end": 4 * place + 4, "text": TEXT[4 * place : 4 * place + 4]}


def verdict(dimension: Dimension, definition: Definition, met: Sequence[str], level: int) -> dict[str, Any]:
    """What a model says of one dimension; evidence is the first letters of the note."""
    if dimension.kind == "scale":
        quotes = [_quote(place) for place in range(dimension.members[level].evidence)]
        return {"level": level, "name": dimension.names[level], "probabilities": [0.8] * len(dimension.members), "evidence": quotes}
    if dimension.kind == "choice":
        return {"name": dimension.names[0], "probabilities": {dimension.names[0]: 0.9}}
    return {
        member.name: {"met": member.name in met, "probability": 0.9, "evidence": [_quote(place)] if member.name in met else []}
        for place, member in enumerate(dimension.members)
    }


def judgement(definition: Definition, *met: str, probability: float = 0.9, level: int = 0, **more: Any) -> dict[str, Any]:
    """A judgement in which these checks are met."""
    checks = {name: name in met for name in definition.checks}
    return {
        "id": "x",
        "label": definition.label.name(definition.label.rule(checks)),
        "probability": probability,
        **{d.name: verdict(d, definition, met, level) for d in definition.dimensions},
        "needs_review": False,
        "review_reasons": [],
        "coaching": [],
        "definition": {"name": definition.name, "version": definition.version, "fingerprint": definition.fingerprint},
        "model": {"name": "m", "version": "1", "fingerprint": "m1"},
        **more,
    }


def every_check(definition: Definition) -> tuple[str, ...]:
    """The checks that make the label's positive outcome."""
    return definition.label.rule.names


@dataclass
class Desk:
    """Notes go in with `note`; each minute one."""

    database: Database
    definition: Definition
    double_share: float = 0.0
    emitted: list[Mapping[str, Any]] = field(default_factory=list)
    kept: dict[str, Kept] = field(default_factory=dict)
    seconds: int = 0

    @property
    def policy(self) -> Policy:
        return Policy(self.definition, self.double_share)

    def note(
        self,
        name: str,
        *met: str,
        text: str = TEXT,
        fields: Mapping[str, str] | None = None,
        hcp: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> str:
        """Keep and judge a note; its id. `fields`: beside its text."""
        at = START + timedelta(minutes=len(self.kept))
        author = (metadata or {}).get("author")
        delivery = Delivery("veeva", name, {"text": text, **(fields or {})}, author=author, hcp=hcp, metadata=metadata or {})

        def write(connection: Any) -> Kept:
            kept = keep(connection, delivery, at)
            judged(connection, kept, judgement(self.definition, *met, **more), at)
            refresh(connection, [kept.note_id], self.policy)
            return kept

        self.kept[name] = self.database.write(write)
        return self.kept[name].note_id

    def names(self, query: str = "", who: str = "anna", **more: Any) -> list[str]:
        """The notes of a view's page, by name."""
        with self.database.read() as connection:
            found = page(connection, read_view(query, self.definition), who, **more)
        return [entry.note.record_id for entry in found.entries]

    def card(self, name: str) -> Any:
        """The card of a note."""
        with self.database.read() as connection:
            return connection.execute(select(CARDS).where(CARDS.c.note_id == self.kept[name].note_id)).one()

    def decide(self, name: str, kind: str, who: str = "anna", **more: Any) -> Saved:
        """Decide on a note as it stands; each decision a second later."""
        card = self.card(name)
        return self.save(Decision(card.note_id, card.version_id, card.judgement_id, who, kind, **more))

    def save(self, decision: Decision) -> Saved:
        at = self.later()
        return self.database.write(lambda c: save(c, decision, self.policy, at))

    def undo(self, who: str = "anna", **more: Any) -> list[str]:
        """Undo a person's latest act; the names of its notes."""
        at = self.later()
        _, notes = self.database.write(lambda c: undo(c, who, self.policy, at, **more))
        return [name for name, kept in self.kept.items() if kept.note_id in notes]

    def later(self) -> datetime:
        self.seconds += 1
        return START + timedelta(hours=1, seconds=self.seconds)

    def rows(self, query: Any) -> Sequence[Any]:
        with self.database.read() as connection:
            return connection.execute(query).mappings().all()
