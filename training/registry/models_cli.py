"""`insight models`: which model is live, how another one becomes it, and how to go back."""

import getpass
import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from insight_classifier.artifact import MANIFEST
from insight_classifier.command import DEFAULT_MODEL, default_model, plain_errors, say, tell
from training.registry.registry import Registry
from training.registry.states import Live, live_on

if TYPE_CHECKING:
    from training.registry.gate import Finding

NameArgument = Annotated[str, typer.Argument(help="A model folder, by its name.")]
ModelsOption = Annotated[Path | None, typer.Option("--models", help="Folder of the model folders; that of the shipped model by default.")]
ByOption = Annotated[str | None, typer.Option("--by", help="Who does it; by default who is logged in on this machine.")]
WhyOption = Annotated[str, typer.Option("--why", help="The reason; kept in the history. Name no person.")]


def register(app: typer.Typer) -> None:
    """Add the group to `insight`."""
    group = typer.Typer(help="Models: propose, gate, approve, promote, roll back; what is live and was.", no_args_is_help=True)
    commands: dict[str, Callable[..., None]] = {
        "list": list_command,
        "propose": propose_command,
        "gate": gate_command,
        "approve": approve_command,
        "promote": promote_command,
        "rollback": rollback_command,
        "history": history_command,
        "live": live_command,
    }
    for name, command in commands.items():
        group.command(name)(command)
    app.add_typer(group, name="models")


def list_command(models: ModelsOption = None) -> None:
    """Every model folder and where it stands."""
    with plain_errors():
        registry = _registry(models)
        now = registry.states()
        serving = None if now.live else registry.serving()
        for folder in sorted(path.parent.name for path in registry.models.glob(f"*/{MANIFEST}") if not path.parent.name.startswith(".")):
            say(f"{folder}: {'live, not in the history' if folder == serving else now.of(folder)}")
        if registry.lags():
            tell(f"the pointer does not name {now.live.name if now.live else ''} yet: a promotion was cut short. Run it again")


def propose_command(name: NameArgument, why: WhyOption = "", by: ByOption = None, models: ModelsOption = None) -> None:
    """A trained model becomes a candidate."""
    with plain_errors():
        event = _registry(models).propose(name, _who(by), why)
        say(f"{name} ({event.fingerprint}) is a candidate. Next: insight models gate {name} --data DIR")


def gate_command(
    name: NameArgument,
    data: Annotated[Path, typer.Option("--data", help="A snapshot, a folder of labelled notes, or one file of them.")],
    side: Annotated[str, typer.Option(help="Of a folder: the side that neither model has learned from.")] = "test",
    gate: Annotated[Path | None, typer.Option(help="The limits; by default training/gate.yaml.")] = None,
    by: ByOption = None,
    models: ModelsOption = None,
) -> None:
    """Compare a candidate with the live model; the exit status is 3 where it is refused."""
    from training.registry.gate import read_limits
    from training.registry.gating import gate as through

    with plain_errors():
        findings = through(_registry(models), name, _who(by), data, side, read_limits(gate))
        say("\n".join(map(_line, findings)))
        refused = [finding.name for finding in findings if not finding.passed]
        if refused:
            tell(f"{name} is refused: {', '.join(refused)}. The live model stays")
            raise typer.Exit(3)
        say(f"{name} passed. Next: two people run insight models approve {name}")


def approve_command(name: NameArgument, why: WhyOption = "", by: ByOption = None, models: ModelsOption = None) -> None:
    """One of two people agrees that a candidate goes live."""
    with plain_errors():
        registry = _registry(models)
        event = registry.approve(name, _who(by), why)
        say(f"{event.by} approves {name}: {registry.states().of(name)}")


def promote_command(name: NameArgument, by: ByOption = None, models: ModelsOption = None) -> None:
    """A candidate that passed and was approved becomes live; running services take it up by themselves."""
    with plain_errors():
        say(f"{_registry(models).promote(name, _who(by)).name} is live")


def rollback_command(
    why: WhyOption,
    to: Annotated[str | None, typer.Option(help="A model that was live; by default the one before.")] = None,
    by: ByOption = None,
    models: ModelsOption = None,
) -> None:
    """The model that was live before becomes live again."""
    with plain_errors():
        say(f"{_registry(models).rollback(_who(by), why, to).name} is live again")


def history_command(
    as_json: Annotated[bool, typer.Option("--json", help="As it is in the file, with everything that the gate found.")] = False,
    models: ModelsOption = None,
) -> None:
    """Everything that happened, checked against its chain of hashes."""
    with plain_errors():
        for event in _registry(models).history.events():
            line = f"{event.at}  {event.event}  {event.model} ({event.fingerprint})  by {event.by}  {event.details.get('why', '')}"
            refused = [finding["name"] for finding in event.details.get("findings", ()) if not finding["passed"]]
            told = f"refused: {', '.join(refused)}" if refused else "passed" if "findings" in event.details else ""
            say(json.dumps(event.__dict__, ensure_ascii=False) if as_json else f"{line}{told}".rstrip())


def live_command(
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A day (UTC); today by default.")] = None,
    models: ModelsOption = None,
) -> None:
    """What is live, or was on a day."""
    with plain_errors():
        registry = _registry(models)
        lives = live_on(registry.states().lives, on.date()) if on else [live for live in [registry.states().live] if live]
        if not lives:
            say(_unknown(registry, on.date() if on else None))
        for live in lives:
            say(_life(live))


def _life(live: Live) -> str:
    until = f" until {live.until.isoformat()}" if live.until else ""
    return f"{live.name} ({live.fingerprint}), live since {live.since.isoformat()}{until}, by {live.by}"


def _unknown(registry: Registry, day: date | None) -> str:
    serving = registry.serving()
    if day is None and serving:
        return f"{serving} serves; the history begins with the first proposal"
    return "nothing was live then, as far as the history says" if day else "nothing is live"


def _line(finding: "Finding") -> str:
    return f"{'passed ' if finding.passed else 'REFUSED'}  {finding.name}: {finding.found}"


def _registry(models: Path | None) -> Registry:
    return Registry(models or default_model().parent, shipped=DEFAULT_MODEL)


def _who(by: str | None) -> str:
    """The same person however they write their name."""
    try:
        return " ".join((by or getpass.getuser()).split()).casefold()
    except (KeyError, OSError):  # a container's user may have no name
        return "somebody"
