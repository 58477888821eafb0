"""`insight snapshot`: freeze labelled notes for training."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from insight_classifier.command import DefinitionOption, plain_errors, say, tell
from insight_classifier.errors import ArgumentError


def snapshot_command(
    output: Annotated[Path, typer.Option(help="The new snapshot, for example data/snapshots/NAME; never changed.")],
    reviews: Annotated[list[Path] | None, typer.Option(help="Decisions that `insight reviews export` wrote. May be repeated.")] = None,
    data: Annotated[
        list[Path] | None, typer.Option("--data", help="Folder of labelled notes, each file an author. May be repeated.")
    ] = None,
    query: Annotated[str, typer.Option(help="What was exported, for the card: the view, a period, a reason.")] = "",
    after: Annotated[Path | None, typer.Option(help="An earlier snapshot: its authors and notes stay on their sides.")] = None,
    test_from: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Notes written from this day on test, earlier ones train.")
    ] = None,
    definition: DefinitionOption = None,
) -> None:
    """Freeze labelled notes: split by author (and time), without twins across the sides, checked to the byte from then on."""
    from insight_classifier.definition_reader import default_definition, read_definition
    from insight_classifier.whole_folder import sha256
    from training.snapshots.folder import open_snapshot
    from training.snapshots.freezing import Asked, fixed_sides, freeze
    from training.snapshots.reviewed import of_folder, of_reviews

    with plain_errors():
        if not (reviews or data):
            raise ArgumentError("there is nothing to freeze: give --reviews FILE or --data DIR")
        chosen = read_definition(definition) if definition else default_definition()
        notes = [note for file in reviews or () for note in of_reviews(file, chosen)]
        notes += [note for folder in data or () for note in of_folder(folder, chosen)]
        asked = Asked(
            query=query,
            sources={file.name: sha256(file) for file in reviews or ()},
            test_from=test_from.date() if test_from else None,
            after=open_snapshot(after) if after else None,
            fixed={author: side for folder in data or () for author, side in fixed_sides(folder).items()},
        )
        snapshot = freeze(output, notes, chosen, asked)
        for words in snapshot.facts["few_labels"]:
            tell(f"few labels: {words}")
        sides = ", ".join(f"{side['notes']} {name}" for name, side in snapshot.facts["sides"].items() if side["notes"])
        left = f"; {snapshot.facts['left_out']} left out beside a twin" if snapshot.facts["left_out"] else ""
        say(f"{output}: {sides}{left} ({snapshot.content})")


def register(app: typer.Typer) -> None:
    """Add the command to `insight`."""
    app.command("snapshot")(snapshot_command)
