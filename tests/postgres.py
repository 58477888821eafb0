"""A real PostgreSQL server for the tests: started from the installed programs, in a temporary folder, on a socket of its own."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import sqlalchemy as sa

# Nothing here outlives the tests: no need to wait for the disk.
OPTIONS = "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"


def find_programs() -> Path | None:
    """The folder of initdb and pg_ctl: the newest below /usr/lib/postgresql, else where PATH finds them."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name), reverse=True)
    on_path = shutil.which("pg_ctl")
    candidates = [*folders, *([Path(on_path).resolve().parent] if on_path else [])]
    return next((folder for folder in candidates if (folder / "initdb").exists()), None)


def find_runuser() -> str:
    """It stands in a folder of system programs, which not every PATH names."""
    return shutil.which("runuser", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])) or "runuser"


class PostgresServer:
    """One server; `url` gives the address of a database in it."""

    def __init__(self, programs: Path, options: str = OPTIONS) -> None:
        self.programs, self.options = programs, options
        self.folder = Path(tempfile.mkdtemp(prefix="insight-pg-", dir="/tmp"))
        self._count = 0
        if os.geteuid() == 0:
            self.folder.chmod(0o755)
            shutil.chown(self.folder, "postgres")

    def create(self) -> None:
        self._run("initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")

    def start(self) -> None:
        self._run("pg_ctl", "-D", self._data, "-w", "-l", str(self.folder / "log"), "-o", f"{self.options} -k {self.folder}", "start")

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "-D", self._data, "-w", "-m", mode, "stop")

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, name: str = "postgres") -> str:
        return f"postgresql://postgres@/{name}?host={self.folder}"

    def new_database(self, template: str = "template1") -> str:
        """The address of a new database, copied from a template."""
        self._count += 1
        name = f"test_{self._count}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.url(name)

    def execute(self, statement: str) -> None:
        engine = sa.create_engine(self.url().replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def _run(self, program: str, *arguments: str) -> None:
        """As root the programs refuse to run: become their own user."""
        become = [find_runuser(), "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*become, str(self.programs / program), *arguments]
        # pg_ctl leaves a server behind that would keep a pipe open for ever: output goes to a file.
        with (self.folder.parent / f"{self.folder.name}.out").open("w+") as output:
            done = subprocess.run(command, cwd=self.folder, stdout=output, stderr=subprocess.STDOUT, timeout=60)
            output.seek(0)
            assert done.returncode == 0, output.read()
        os.unlink(output.name)
