"""The bodies of the job routes: what callers send is checked by them, what they get is documented. What would be null is left out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from service.database import moment_text
from service.jobs.rules import CANCELLED, FILES, FINISHED, FORMATS, STATES, estimated_end
from service.schemas import Strict, maybe

LONGEST_URL = 2000
LONGEST_COLUMN = 200
STATE_WORDS = "queued: waits to begin; running; finished; cancelled: what was judged before stays; failed: see error_code."


class JobPull(BaseModel):
    """A file to be pulled from a host that is allowed here."""

    model_config = ConfigDict(extra="forbid", strict=True)

    url: Annotated[str, Field(min_length=1, max_length=LONGEST_URL, description="https; may carry a signature, which is never shown.")]
    format: Annotated[str, Field(json_schema_extra={"enum": list(FORMATS)})]
    text_column: Annotated[str | None, Field(min_length=1, max_length=LONGEST_COLUMN, description="What holds the note.")] = None


class JobFile(Strict):
    """A file of a job: JSON Lines in the order of the input, each with the number of its line."""

    url: Annotated[str, Field(description="Below this service.")]
    lines: int
    bytes: int
    sha256: str


class Job(Strict):
    """A bulk job."""

    id: str
    state: Annotated[str, Field(description=STATE_WORDS, json_schema_extra={"enum": list(STATES)})]
    format: str
    source: Annotated[str, Field(description="The CRM that its notes are of, where they do not name another.")]
    created_at: str
    created_by: Annotated[str, Field(description="Id of the key that made it.")]
    total: int | None = maybe("Records in the file; left out until it was pulled.")
    done: Annotated[int, Field(description="Records that are judged.")]
    failed: Annotated[int, Field(description="Records that are not, each with a line in the errors.")]
    started_at: str | None = maybe("When the first chunk was begun.")
    ended_at: str | None = maybe("When it was finished, cancelled or failed.")
    estimated_end_at: str | None = maybe("When it will be done if it goes on as before.")
    error_code: str | None = maybe("Why it failed.")
    error_detail: str | None = maybe("The same in words.")
    results: JobFile | None = maybe("Judgements; there once the job has ended.")
    errors: JobFile | None = maybe("What could not be judged, and why; there once the job has ended.")
    expires_at: str | None = maybe("When both files go.")


class JobList(Strict):
    """Jobs, the newest first."""

    jobs: list[Job]
    next_cursor: str | None = maybe("Hand it in for the next page; left out on the last.")


SHAPES: tuple[type[BaseModel], ...] = (JobPull, JobFile, Job, JobList)


def shown(row: Any, at: datetime) -> dict[str, Any]:  # noqa: ANN401 a row
    """A job as JSON."""
    known = dict(row._mapping)
    own = {
        "estimated_end_at": estimated_end(row.started_at, at, row.done + row.failed, row.total) if row.ended_at is None else None,
        **({kind: _file(known, kind) for kind in FILES} if has_files(row, at) else {}),
    }
    told = {name: own[name] if name in own else known.get(name) for name in Job.model_fields}
    return {name: moment_text(value) if isinstance(value, datetime) else value for name, value in told.items() if value is not None}


def has_files(row: Any, at: datetime) -> bool:  # noqa: ANN401 a row
    """Whether a job's files can be had: it has ended, they are whole and not expired."""
    return row.state in (FINISHED, CANCELLED) and row.results_sha256 is not None and at < row.expires_at


def _file(row: Mapping[str, Any], kind: str) -> dict[str, Any]:
    lines = row["done"] if kind == FILES[0] else row["failed"]
    told = {"lines": lines, "bytes": row[f"{kind}_bytes"], "sha256": row[f"{kind}_sha256"]}
    return {"url": f"/v1/jobs/{row['id']}/{kind}", **told}
