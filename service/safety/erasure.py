"""What goes of a note that is erased: where its words stood, and what people said of them. The duty to report outlasts the note."""

import secrets
from collections.abc import Sequence

from sqlalchemy import Connection, select, update

from service.safety.tables import Item, ItemEvent, ScanRow

ITEMS, EVENTS, SCANS = Item.__table__.c, ItemEvent.__table__.c, ScanRow.__table__.c
IDS_AT_ONCE = 500


def erase(connection: Connection, note_ids: Sequence[str]) -> int:
    """Blank spans, hashes and comments of notes; of how many notes there was anything. Flags, clock and decisions stay."""
    return sum(_erase(connection, note_ids[start : start + IDS_AT_ONCE]) for start in range(0, len(note_ids), IDS_AT_ONCE))


def _erase(connection: Connection, note_ids: Sequence[str]) -> int:
    of_notes = ITEMS.note_id.in_(note_ids)
    theirs = EVENTS.item_id.in_(select(ITEMS.id).where(of_notes))
    connection.execute(update(ItemEvent).where(theirs, EVENTS.comment.is_not(None)).values(comment=None))
    connection.execute(update(Item).where(of_notes).values(spans=[], marks=[], content_hash="", comment=None))
    scans = connection.execute(select(SCANS.note_id, SCANS.content_hash).where(SCANS.note_id.in_(note_ids))).all()
    for note_id, content_hash in scans:
        _forget(connection, note_id, content_hash)
    return len({note_id for note_id, _ in scans})


def _forget(connection: Connection, note_id: str, content_hash: str) -> None:
    """A hash proves a guess of a short text right: something random takes its place."""
    this = (SCANS.note_id == note_id, SCANS.content_hash == content_hash)
    connection.execute(update(ScanRow).where(*this).values(content_hash=f"erased-{secrets.token_hex(12)}"))
