"""`insight serve`: the command parses, `serve` does the work."""

import signal
import socket
import threading
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI

from insight_classifier.command import default_model, plain_errors, tell
from insight_classifier.errors import ConfigError
from service import logs
from service.accounts.accounts_cli import register as add_accounts
from service.accounts.store import any_account
from service.app import create_app, load
from service.audit.audit_cli import register as add_audit
from service.backup.backup_cli import register as add_backup
from service.database import Database
from service.database_cli import register as add_database
from service.demonstration.demonstration_cli import register as add_demonstration
from service.draining import DrainingServer
from service.erasers import ERASERS
from service.erasure.erasure_cli import register as add_erasure
from service.exchange.exchange_cli import register as add_reviews
from service.heads import HeadsInTime
from service.measures.report_cli import register as add_report
from service.migrations import migrate
from service.models.following import PointerWatch
from service.models.live import Models, pointed
from service.models.rules import checked_name
from service.people.keys_cli import first_key_notice, keys_app
from service.people.rules import is_loopback
from service.people.store import any_key
from service.safety.safety_cli import register as add_safety
from service.settings import Settings, read_settings
from service.worker_cli import register as add_worker

BACKLOG = 2048
KEEP_ALIVE = 75  # seconds; longer than load balancers keep a connection, so that they never write to a closed one


def register(app: typer.Typer) -> None:
    """Add the command to `insight`; the entry point in the group `insight.commands`."""
    app.command("serve")(serve_command)
    app.add_typer(keys_app(), name="keys")
    add_accounts(app)
    add_audit(app)
    add_backup(app)
    add_database(app)
    add_demonstration(app, start_model)
    add_erasure(app, ERASERS)
    add_report(app)
    add_reviews(app)
    add_safety(app)
    add_worker(app, start_model)


def serve_command(
    model: Annotated[Path | None, typer.Option(help="Model folder; the shipped one by default.")] = None,
    definition: Annotated[Path | None, typer.Option(help="Judge under another definition file that the model's heads fit.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 picks a free one.")] = None,
) -> None:
    """Serve the API and the page until Ctrl-C. Everything else is set with INSIGHT_* variables."""
    with plain_errors():
        serve(read_settings(model=model, definition=definition, host=host, port=port))


def serve(settings: Settings) -> None:
    """Load the model and serve until a signal; requests under way are finished, for at most the deadline. Raises InsightError."""
    logs.configure(settings.log_level)
    migrate(settings.database)
    with bind(settings.host, settings.port) as listener, Database(settings.database) as database:
        folder = start_model(settings)
        app = create_app(
            settings, load(settings, folder), folder.parent, database
        )  # no name holds the first model: after two swaps it must go
        follow_pointer_on_hangup(app.state.models)
        PointerWatch(app.state.models).start()
        server = DrainingServer(configuration(app, settings), on_drain=app.state.health.drain, drain_seconds=settings.drain_seconds)
        tell(f"judging with {app.state.models.live.model.name} at http://{address_of(listener)} (Ctrl-C stops)")
        tell_of_first_key(database, settings)
        signal.signal(signal.SIGTERM, lambda number, frame: None)  # uvicorn raises it again, too, after it has shut down
        with suppress(KeyboardInterrupt):  # uvicorn raises it again after it has shut down
            server.run(sockets=[listener])
        tell("stopped")
        if not server.started:
            raise typer.Exit(1)


def configuration(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """How uvicorn serves: heads of requests in time, requests under way for at most the deadline, our own logs."""
    return uvicorn.Config(
        app,
        http=HeadsInTime,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=max(1, round(settings.deadline_seconds)),
    )


def address_of(listener: socket.socket) -> str:
    """Host and port, as they stand in an address."""
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def tell_of_first_key(database: Database, settings: Settings) -> None:
    """Where there is no key yet: who may call until then, and how to make one. On standard error."""
    with database.read() as connection:
        if not any_key(connection):
            open_door = is_loopback(settings.host) and not any_account(connection)
            tell(first_key_notice(on_loopback=open_door))


def start_model(settings: Settings) -> Path:
    """The folder to start with: as told, else as the pointer file says, else the shipped one. Raises InsightError."""
    if settings.model:
        return settings.model.absolute()  # "." has no parent to look for others in
    shipped = default_model()
    name = pointed(shipped.parent)
    return shipped if name is None else shipped.with_name(checked_name(name))


def follow_pointer_on_hangup(models: Models) -> None:
    """SIGHUP reads the pointer file again. The work is done in a thread: the handler interrupts the event loop."""

    def on_hangup(number: int, frame: FrameType | None) -> None:
        threading.Thread(target=models.follow_pointer, name="swap", daemon=True).start()

    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, on_hangup)


def bind(host: str, port: int) -> socket.socket:
    """A listening address, taken before the model loads so that a mistake shows at once. Raises ConfigError."""
    listener = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        # Without the protocol asyncio would not set TCP_NODELAY, and every answer would come 40 ms late.
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as problem:
        if listener:
            listener.close()
        raise ConfigError(f"cannot listen on {host} port {port}: {problem.strerror}. Choose another --host or --port.") from problem
    return listener
