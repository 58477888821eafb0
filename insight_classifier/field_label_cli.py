"""`insight field-label`: authors' own labels beside the home office's."""

from pathlib import Path
from typing import Annotated

import typer

from insight_classifier.command import plain_errors, say
from insight_classifier.definition import Definition
from insight_classifier.definition_reader import default_definition, read_definition
from insight_classifier.errors import FileError
from insight_classifier.measures.field_label import FieldLabel, Share, field_label
from insight_classifier.note_files import read_records
from insight_classifier.notes import LabelledNote, read_labelled_note


def field_label_command(
    file: Annotated[str, typer.Argument(help="Labelled notes with what their authors ticked, field_label: JSON Lines, or -.")],
    definition: Annotated[Path | None, typer.Option(help="What the notes were labelled by; the shipped one by default.")] = None,
) -> None:
    """Say how far authors' own labels agree with the home office's, and what the authors' rest on instead."""
    with plain_errors():
        chosen = read_definition(definition) if definition else default_definition()
        found = field_label(_labelled(file, chosen), chosen)
        if found is None:
            raise FileError(f"{file}: no labelled note has a field_label that the definition knows. Use {_known(chosen)}.")
        say("\n".join(told(found, chosen)))


def told(found: FieldLabel, definition: Definition) -> list[str]:
    """The comparison in words, a line each."""
    met = definition.label.met
    lines = [
        f"{found.notes} notes of {found.authors} authors. {met}: by both {found.both}, by the author alone {found.author_only}, "
        f"by the home office alone {found.home_only}, by neither {found.neither}.",
        f"They agree in {_shown(found.agreement)} of the notes; beyond chance (kappa) {_shown(found.kappa, '.2f')}.",
    ]
    for criterion in found.criteria:
        title = definition.checks[criterion.name].title
        lines.append(
            f"{title}: missing in {_shown(criterion.missing)} of what the author alone calls {met}. A note that has it is ticked "
            f"more often by {_shown(criterion.weight, '+.0%')}, labelled so by the home office by {_shown(criterion.home, '+.0%')}."
        )
    return lines


def _shown(share: Share | None, form: str = ".0%") -> str:
    if share is None:
        return "what cannot be told"
    return f"{share.value:{form}}" + (
        f" [{share.range.low:{form}}, {share.range.high:{form}}]" if share.range else " (too few to say how surely)"
    )


def _known(definition: Definition) -> str:
    return " or ".join(definition.label.crm_values) or "label.crm_values of the definition, which names none"


def _labelled(file: str, definition: Definition) -> list[LabelledNote]:
    notes = []
    for record in read_records(file, definition):
        if record.error:
            raise FileError(f"{file}, {record.error}.")
        notes.append(read_labelled_note(record.content, definition, partial=True))
    return notes
