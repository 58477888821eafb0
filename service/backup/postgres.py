"""PostgreSQL's own programs: pg_dump, and pg_restore into psql, in one transaction."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from sqlalchemy import URL

from insight_classifier.errors import ConfigError

PROGRAMS = Path("/usr/lib/postgresql")  # Debian keeps those of each version below it, and only some of them in PATH
# All that anybody put there: a later version's tables, too, and the schemas of libraries.
EMPTY = b"""
DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
    EXECUTE format('DROP SCHEMA %I CASCADE', name);
  END LOOP;
END $$;
CREATE SCHEMA public;
"""
# terse: the longer messages quote the row
PSQL = ("psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--set", "VERBOSITY=terse", "--output", os.devnull)
OPTIONS = "-c client_min_messages=error -c lock_timeout=15s"


def save(address: URL, target: Path) -> None:
    """Dump a database as it is at one moment. Raises ConfigError."""
    with tempfile.TemporaryFile() as said:
        command = _command(address, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--file", str(target))
        _require(subprocess.run(command, env=_environment(address), stdin=subprocess.DEVNULL, stderr=said).returncode, "pg_dump", said)


def load(source: Path, address: URL, *, replace: bool) -> None:
    """Fill a database from a dump, all or nothing; `replace`: after it was emptied. Raises ConfigError."""
    restore = [find("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(source.absolute())]
    psql = _command(address, *PSQL)
    with tempfile.TemporaryFile() as said_first, tempfile.TemporaryFile() as said:
        first = subprocess.Popen(restore, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said_first)
        then = subprocess.Popen(psql, env=_environment(address), stdin=subprocess.PIPE, stderr=said)
        assert first.stdout is not None
        assert then.stdin is not None
        with suppress(BrokenPipeError), then.stdin as script, first.stdout as statements:
            script.write(b"BEGIN;\n" + (EMPTY if replace else b""))
            shutil.copyfileobj(statements, script)
            if first.wait() == 0:
                script.write(b"\nCOMMIT;\n")  # without it the server undoes everything when psql leaves
        _require(then.wait(), "psql", said)
        _require(first.wait(), "pg_restore", said_first)


def find(program: str) -> str:
    """Where a program of PostgreSQL is: in PATH, else the newest installed. Raises ConfigError."""
    folders = sorted(PROGRAMS.glob("*/bin"), key=lambda folder: float(folder.parent.name), reverse=True)
    found = shutil.which(program) or next((str(folder / program) for folder in folders if (folder / program).exists()), None)
    if found is None:
        raise ConfigError(f"{program} is not installed. It comes with PostgreSQL's client programs: apt install postgresql-client.")
    return found


def _command(address: URL, program: str, *arguments: str) -> Sequence[str]:
    """The password goes by the environment: arguments can be seen by everyone on the machine."""
    target = address.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    return [find(program), *arguments, "--dbname", target]


def _environment(address: URL) -> dict[str, str]:
    password = {"PGPASSWORD": str(address.password)} if address.password else {}
    return {**os.environ, **password, "PGOPTIONS": OPTIONS}


def _require(status: int, program: str, said: IO[bytes]) -> None:
    if status != 0:
        said.seek(0)
        words = " ".join(said.read(4000).decode("utf-8", "replace").split())
        raise ConfigError(f"{program} failed: {words[-300:]}. Nothing was changed.")
