"""The data scientist's commands: train, evaluate, compare. Each parses, then a plain function does the work."""

import json
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Annotated

import typer

from insight_classifier.command import DefinitionOption, ModelOption, default_model, plain_errors, say, tell
from insight_classifier.drift_cli import drift_command
from insight_classifier.errors import ArgumentError, FileError
from insight_classifier.field_label_cli import field_label_command
from training.active.active_cli import register as add_active
from training.curve.curve_cli import register as add_curve
from training.progress import Bar
from training.registry.models_cli import register as add_models
from training.snapshots.snapshot_cli import register as add_snapshot

if TYPE_CHECKING:  # imported by the commands that need them: `insight --help` waits for neither torch nor spaCy
    from insight_classifier.definition import Definition
    from training.evaluate import Judged, Notes

DataOption = Annotated[Path, typer.Option("--data", help="Folder of labelled notes (JSON Lines, split.yaml), or one file of them.")]

SideOption = Annotated[
    str | None, typer.Option("--side", help="Of a folder: train, validation (the default) or test. Look at test once, at the end.")
]
BASELINES = ".cache/baselines"


def train_command(
    data: DataOption,
    output: Annotated[Path, typer.Option(help="The new model folder, for example models/NAME; never overwritten.")],
    base_model: Annotated[str | None, typer.Option(help="Any Hugging Face encoder, by name or folder.")] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", help="key=value; the keys stand in training/defaults.yaml.")] = None,
    definition: DefinitionOption = None,
    weights: Annotated[
        Path | None, typer.Option(help="Also save torch's fp32 weights here (safetensors), for parity and benchmarks.")
    ] = None,
    mlflow: Annotated[
        str | None,
        typer.Option(help="Also record the run in MLflow, at this address: a server, or sqlite:///runs.db.", envvar="MLFLOW_TRACKING_URI"),
    ] = None,
) -> None:
    """Train a model on labelled notes, and record the run beside it; a killed run continues where it stood when called again."""
    from insight_classifier.definition_reader import default_definition, read_definition
    from training.config import parse_overrides, read_config
    from training.runs.mlflow_sink import mlflow_sink
    from training.runs.recording import train_recorded

    with plain_errors(), Bar() as bar:
        overrides = parse_overrides(settings or [])
        if base_model is not None and "base_model" in overrides:
            raise ArgumentError("--base-model and --set base_model=… name the encoder twice. Keep one")
        config = read_config(overrides | ({} if base_model is None else {"base_model": base_model}))
        for path in filter(None, (output, weights)):  # hours before they are needed
            _require_writable(path)
        chosen = read_definition(definition) if definition else default_definition()
        sinks = [] if mlflow is None else [mlflow_sink(mlflow)]
        artifact = train_recorded(data=data, output=output, definition=chosen, config=config, weights=weights, sinks=sinks, show=bar.show)
    say(f"{artifact.folder}: {artifact.origin.name} ({artifact.origin.fingerprint}), {artifact.training['minutes']} minutes")


def _require_writable(path: Path) -> None:
    """Raises FileError where nothing can be written at this path; its folders are made."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=path.parent).close()
    except (OSError, ValueError) as problem:
        raise FileError(f"{path}: {getattr(problem, 'strerror', problem)}. Choose another path.") from problem


def evaluate_command(
    data: DataOption,
    model: ModelOption = None,
    definition: DefinitionOption = None,
    side: SideOption = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures here as JSON.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write the report (Markdown with plots) into this folder.")] = None,
    card_too: Annotated[bool, typer.Option("--card", help="Put the figures into the model's card, README.md of its folder.")] = False,
    baselines: Annotated[
        str | None, typer.Option(help=f"Where the baselines' judgements are kept once made ({BASELINES} by default), or none.")
    ] = None,
) -> None:
    """Measure a model on labelled notes, each figure with its interval, beside the baselines trained on the same split."""
    from insight_classifier.artifact import open_artifact
    from insight_classifier.predictor import load_predictor
    from training.card import card
    from training.evaluate import evaluate, load_side
    from training.report import evaluation_json, evaluation_markdown, evaluation_summary

    with plain_errors():
        chosen = _side(data, side)
        if baselines not in (None, "none") and not data.is_dir():
            raise ArgumentError(f"--baselines does not go with --data {data}: they are trained on a folder's train side. Leave it out")
        predictor = load_predictor(model or default_model(), definition=definition)
        notes = load_side(data, predictor.definition, chosen)
        beside = _baselines(notes, predictor.definition, baselines or BASELINES)
        where = f"{data}, side {chosen}" if data.is_dir() else str(data)
        found = evaluate(predictor, notes.judged, predictor.definition, baselines=beside, data=where)
        if json_file:
            write_text(json_file, json.dumps(evaluation_json(found), allow_nan=False, indent=1) + "\n")
        say(evaluation_summary(found))
        if card_too:
            folder = model or default_model()
            artifact = open_artifact(folder)
            write_text(folder / "README.md", card(artifact.origin.name, predictor.definition, artifact.training, evaluation_summary(found)))
        if report:
            tell(f"the report stands in {evaluation_markdown(found, report)}")


def _side(data: Path, side: str | None) -> str:
    """The side to judge. Raises ArgumentError where it is none, or would be ignored."""
    from training.data import SIDES

    if side is not None and data.is_file():
        raise ArgumentError(f"--side does not go with --data {data}: a file of notes is judged whole. Leave it out, or give a folder")
    if side is not None and side not in SIDES:
        raise ArgumentError(f"there is no side {side!r}. Use {', '.join(SIDES)}")
    return side or "validation"


def _baselines(notes: "Notes", definition: "Definition", folder: str) -> "list[Judged] | None":
    if folder == "none" or not notes.train:
        return None
    from training.baselines.cache import judged_baselines

    return judged_baselines(notes, definition, Path(folder), notify=tell)


def compare_command(
    a: Annotated[Path, typer.Argument(help="A model folder.")],
    b: Annotated[Path, typer.Argument(help="Another model folder.")],
    data: DataOption,
    side: SideOption = None,
    definition: DefinitionOption = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures here as JSON.")] = None,
) -> None:
    """Say which of two models is better on the same notes, with the interval of each difference."""
    from insight_classifier.predictor import load_predictor
    from training.evaluate import compare, load_side
    from training.report import comparison_json, comparison_markdown

    with plain_errors():
        chosen = _side(data, side)
        first = load_predictor(a, definition=definition)
        second = load_predictor(b, definition=definition or first.definition.source)
        found = compare(first, second, load_side(data, first.definition, chosen).judged)
        if json_file:
            write_text(json_file, json.dumps(comparison_json(found), allow_nan=False, indent=1) + "\n")
        say(comparison_markdown(found, first.definition))


def write_text(path: Path, text: str) -> None:
    """Raises FileError where the file cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise FileError(f"{path}: {problem.strerror}. Choose another file.") from problem


def register(app: typer.Typer) -> None:
    """Add the commands to the `insight` command."""
    app.command("train")(train_command)
    app.command("evaluate")(evaluate_command)
    app.command("compare")(compare_command)
    add_active(app)
    add_curve(app)
    app.command("drift")(drift_command)
    app.command("field-label")(field_label_command)
    add_snapshot(app)
    add_models(app)
