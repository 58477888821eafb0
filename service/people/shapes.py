"""The bodies of the key routes: what callers send is checked by them, what they get is documented by them."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Row

from service.people.rules import LONGEST_DAYS, LONGEST_NAME, LONGEST_OVERLAP, MOST, SCOPES, ending
from service.schemas import Strict

ScopeName = Annotated[str, Field(json_schema_extra={"enum": list(SCOPES)})]
Limit = Annotated[int, Field(ge=1, le=MOST)]


class KeyWish(BaseModel):
    """A key as it is wanted."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
    source: Annotated[str | None, Field(description="The CRM it stands for, part of a note's identity; by default made from the name.")] = (
        None
    )
    scopes: Annotated[list[ScopeName], Field(min_length=1)]
    expires_days: Annotated[int | None, Field(ge=1, le=LONGEST_DAYS, description="Null: it does not expire.")] = None
    rate: Annotated[Limit | None, Field(description="Requests a minute of each process; null: the service's own.")] = None
    quota: Annotated[Limit | None, Field(description="Notes a day in UTC; null: the service's own.")] = None


class KeyRotation(BaseModel):
    """How long the old key goes on beside the new one."""

    model_config = ConfigDict(extra="forbid", strict=True)

    overlap_hours: Annotated[float, Field(ge=0, le=LONGEST_OVERLAP)] = 24.0


class Key(Strict):
    """A key without its secret."""

    id: Annotated[str, Field(description="The visible beginning of the key; also its OAuth client id.")]
    name: str
    source: str
    scopes: list[str]
    status: Annotated[str, Field(description="active, expired or revoked.")]
    rate: int | None
    quota: int | None
    notes_today: Annotated[int, Field(description="Of this key and of those it was rotated from and to.")]
    created_at: str
    created_by: str
    expires_at: str | None
    revoked_at: str | None
    last_used_at: Annotated[str | None, Field(description="To the minute.")]


class KeyList(Strict):
    """All keys, the newest first."""

    keys: list[Key]


class IssuedKey(Strict):
    """A new key, with its secret: it is shown this once."""

    key: Key
    secret_key: Annotated[str, Field(description="The whole key: Authorization: Bearer …, or X-API-Key.")]
    client_id: str
    client_secret: str


SHAPES: tuple[type[BaseModel], ...] = (KeyWish, KeyRotation, Key, KeyList, IssuedKey)


def shown(row: Row[Any], at: datetime, notes_today: int = 0) -> dict[str, Any]:
    """A key as JSON."""
    told = {name: getattr(row, name) for name in Key.model_fields if name not in ("scopes", "status", "notes_today")}
    times = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in told.items()}
    return {**times, "scopes": row.scopes.split(), "status": status_of(row, at), "notes_today": notes_today}


def status_of(row: Row[Any], at: datetime) -> str:
    if row.revoked_at is not None:
        return "revoked"
    return "active" if at < ending(None, row.expires_at) else "expired"
