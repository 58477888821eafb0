"""`insight learning-curve`: what more labels would buy."""

from pathlib import Path
from typing import Annotated

import typer

from insight_classifier.command import ModelOption, default_model, plain_errors, say


def learning_curve_command(
    data: Annotated[Path, typer.Option("--data", help="Folder of labelled notes with a training and a validation side.")],
    dimension: Annotated[str, typer.Option(help="A dimension of the definition.")],
    more: Annotated[int, typer.Option(min=1, help="How many more labels.")] = 300,
    seed: Annotated[int, typer.Option(help="Of the parts that are drawn.")] = 0,
    model: ModelOption = None,
) -> None:
    """Say what more labels would add, as far as a small classifier on the model's note vectors can tell."""
    from insight_classifier.predictor import load_predictor
    from training.active.part import parts_of
    from training.active.pool import pool, seen
    from training.curve.fit import gain
    from training.curve.subsets import curve
    from training.data import labelled_notes, load_corpus

    with plain_errors():
        predictor = load_predictor(model or default_model())
        parts = parts_of(predictor.definition, dimension)
        corpus = load_corpus(data, predictor.definition)
        sides = [labelled_notes(corpus[side], predictor.definition) for side in ("train", "validation")]
        known = [{note.note.id: note for note in notes} for notes in sides]
        judged = [seen(predictor, [note.note for note in notes]) for notes in sides]
        for part in parts:
            train, held_out = (
                pool(part, [item.note for item in notes], what, labels) for notes, what, labels in zip(sides, judged, known, strict=True)
            )
            found = curve(train, held_out, seed=seed)
            if found is None:
                say(f"{part.name}: cannot be told. Of one class there are too few labels.")
                continue
            measured = ", ".join(f"{int(size)}: {score:.3f}" for size, score in zip(found.sizes, found.draws[0], strict=True))
            told = gain(found.sizes, found.draws, more)
            what = told.why and f"what {more} more would buy cannot be told: {told.why}"
            say(f"{part.name}: {found.statistic} by labels {measured}; {what or _bought(told.value, told.low, told.high, more)}.")
        say("Notes that the model itself was trained on make the curve flatter than it is: measure on labels that are new to it.")


def _bought(value: float | None, low: float | None, high: float | None, more: int) -> str:
    return f"{more} more labels buy about {value:+.3f} [{low:+.3f}, {high:+.3f}]"


def register(app: typer.Typer) -> None:
    """Add the command to `insight`."""
    app.command("learning-curve")(learning_curve_command)
