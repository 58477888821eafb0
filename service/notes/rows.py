"""Deliveries and judgements as the tables of notes have them. Pure but for the chance in ids."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from service.notes.rules import LONGEST, Delivery, first_level, members, storable

EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


@dataclass(frozen=True)
class Kept:
    """Where a delivery stands. `is_new`: this content was not there before; `is_current`: it is what counts for its record."""

    note_id: str
    version_id: str
    is_new: bool
    is_current: bool


def new_id(at: datetime) -> str:
    """32 hex digits that sort by their moment, to the microsecond, then by 72 random bits."""
    return f"{(at - EPOCH) // MICROSECOND:014x}{secrets.token_hex(9)}"


def new_rows(delivery: Delivery, at: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    """A note and its version, as they are where the record is new."""
    note_id, version_id = new_id(at), new_id(at)
    note = {
        "id": note_id,
        "source": delivery.source,
        "record_id": storable(delivery.record_id, LONGEST["record_id"]),
        "record_hash": delivery.record_hash,
        **described(delivery),
        "received_at": at,
        "newest_at": delivery.modified_at,
        "newest_number": delivery.modified_number,
        "current_version_id": version_id,
    }
    return note, version_row(delivery, version_id, note_id, at)


def judgement_row(kept: Kept, judgement: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """A judgement as its table has it."""
    definition, model = judgement["definition"], judgement["model"]
    return {
        "id": new_id(at),
        "version_id": kept.version_id,
        "note_id": kept.note_id,
        "definition_fingerprint": definition["fingerprint"],
        "definition_version": definition["version"],
        "model_fingerprint": model["fingerprint"],
        "model_name": model["name"],
        "judgement": dict(judgement),
        "label": judgement["label"],
        "probability": judgement["probability"],
        "level": first_level(judgement),
        "needs_review": judgement["needs_review"],
        "created_at": at,
    }


def member_rows(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a judgement says member by member, as its table has it."""
    columns = ("dimension", "member", "met", "probability")
    fixed = {"judgement_id": row["id"], "note_id": row["note_id"]}
    return [fixed | dict(zip(columns, found, strict=True)) for found in members(row["judgement"])]


def described(delivery: Delivery) -> dict[str, Any]:
    """What the columns of a note say of its current version."""
    names = ("author", "hcp", "written_at")
    return {**{name: getattr(delivery, name) for name in names}, "metadata": dict(delivery.metadata)}


def version_row(delivery: Delivery, version_id: str, note_id: str, at: datetime) -> dict[str, Any]:
    names = ("content_hash", "author", "hcp", "modified_at", "modified_number")
    given = {name: getattr(delivery, name) for name in names}
    return {"id": version_id, "note_id": note_id, "fields": dict(delivery.fields), "received_at": at, **given}


def point_values(row: Mapping[str, Any]) -> dict[str, Any]:
    """The values of POINT for a judgement."""
    return {"pointed_note": row["note_id"], "pointed_version": row["version_id"], "pointed_judgement": row["id"]}
