"""From what a database driver raises to what whoever waits is told: a fault that passes is StorageUnavailable, a bug stays a bug."""

import sqlite3

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from service.errors import StorageUnavailable

log = structlog.get_logger("service")

RETRY_SECONDS = 5

# By SQLite's primary result code: https://www.sqlite.org/rescode.html
SQLITE_REASONS = {
    sqlite3.SQLITE_BUSY: "The database is locked by another program.",
    sqlite3.SQLITE_LOCKED: "The database is locked by another program.",
    sqlite3.SQLITE_FULL: "The disk of the database is full.",
    sqlite3.SQLITE_IOERR: "The disk of the database reports an error.",
    sqlite3.SQLITE_CANTOPEN: "The database file cannot be opened.",
    sqlite3.SQLITE_READONLY: "The database file may not be written.",
    sqlite3.SQLITE_PERM: "The database file may not be opened.",
    sqlite3.SQLITE_CORRUPT: "The database file is damaged.",
    sqlite3.SQLITE_NOTADB: "The database file is no database.",
    sqlite3.SQLITE_NOMEM: "The database has no memory left.",
    sqlite3.SQLITE_PROTOCOL: "The database is locked by another program.",
}
# By SQLSTATE or its class: https://www.postgresql.org/docs/current/errcodes-appendix.html
POSTGRES_REASONS = {
    "08": "The database cannot be reached.",
    "25006": "The database may not be written: it is a replica.",
    "28": "The database refuses our user.",
    "3D": "The database does not exist.",
    "40": "The database is busy with conflicting work.",
    "42P01": "The database lacks its tables.",
    "53": "The database is out of disk, memory or connections.",
    "55P03": "The database is locked by another program.",
    "57": "The database stopped, or the work took too long.",
    "58": "The disk of the database reports an error.",
}
CONFLICTS = {"40001", "40P01"}


def translated(problem: BaseException) -> BaseException:
    """StorageUnavailable for a fault of the database; any other error as it is."""
    reason = reason_of(problem)
    if reason is None:
        return problem
    original = problem.orig if isinstance(problem, DBAPIError) else problem
    log.warning("storage_unavailable", reason=reason, error=type(original).__name__)
    unavailable = StorageUnavailable(f"{reason} Nothing was stored; try again in {RETRY_SECONDS} s.", retry_after=RETRY_SECONDS)
    unavailable.__cause__ = problem
    return unavailable


def reason_of(problem: BaseException) -> str | None:
    """Why the database cannot serve now, in words that name no host and no data; None for every other error."""
    if isinstance(problem, PoolTimeout):
        return "All connections to the database are in use."
    if not isinstance(problem, DBAPIError):
        return None
    code = getattr(problem.orig, "sqlite_errorcode", None)
    if code is not None:
        # 1 is any mistake in SQL, and that is ours, except where the tables are gone.
        return "The database lacks its tables." if "no such table" in str(problem.orig) else SQLITE_REASONS.get(code & 0xFF)
    state = getattr(problem.orig, "sqlstate", None)
    if state is not None:
        return POSTGRES_REASONS.get(state) or POSTGRES_REASONS.get(state[:2])
    lost = problem.connection_invalidated or type(problem.orig).__name__ in ("OperationalError", "ConnectionTimeout")
    return "The database cannot be reached." if lost else None


def is_conflict(problem: DBAPIError) -> bool:
    """Whether the database asks to begin the transaction again."""
    return getattr(problem.orig, "sqlstate", None) in CONFLICTS
