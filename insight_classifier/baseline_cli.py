"""`insight baseline`: freeze a measurement, and compare a later one with it."""

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.text import Text

from insight_classifier.command import plain_errors, say, tell
from insight_classifier.definition import Definition
from insight_classifier.definition_reader import default_definition, read_definition
from insight_classifier.errors import ArgumentError
from insight_classifier.judgement import Origin
from insight_classifier.measure_options import chosen_measures, read_filters, refuse_people
from insight_classifier.measures.baselines import Asked, Baseline, contents_of, edited, freeze, open_baseline
from insight_classifier.measures.comparisons import Comparison
from insight_classifier.measures.contrast_text import UNITS, comparisons_table, printed
from insight_classifier.measures.declared_reader import read_measures, shipped_file
from insight_classifier.measures.figures import figures
from insight_classifier.measures.groups import grouped
from insight_classifier.measures.kept import keep, pseudonyms
from insight_classifier.measures.measure import CAVEAT, Declarations, measures_of
from insight_classifier.measures.observations import Observations, read_observations
from insight_classifier.measures.remeasuring import Measurement, Step, remeasured, separated

NotesOption = Annotated[Path | None, typer.Option(help="The notes, for their words, author, team, date and the like, by id.")]
AuditOption = Annotated[Path | None, typer.Option(help="People's labels of a random sample of these notes.")]
DefinitionOption = Annotated[Path | None, typer.Option(help="Definition that was judged by; the shipped one by default.")]
MeasuresOption = Annotated[Path | None, typer.Option(help="Measures of your own (YAML); those that ship by default.")]


@dataclass(frozen=True)
class _Judge:
    """By what notes were judged and are measured."""

    definition: Definition
    measures: Path | None


def baseline_app() -> typer.Typer:
    """The group of commands."""
    app = typer.Typer(help="Freeze a measurement, and compare a later one with it.", no_args_is_help=True)
    app.command("freeze")(freeze_command)
    app.command("compare")(compare_command)
    return app


def freeze_command(
    file: Annotated[str, typer.Argument(help="Judgements, as insight score writes them, by one model.")],
    output: Annotated[Path, typer.Option(help="The folder to write; it must not exist.")],
    notes: NotesOption = None,
    audit: AuditOption = None,
    by: Annotated[list[str] | None, typer.Option(help="Group by tenure_band, or any metadata. Repeatable.")] = None,
    where: Annotated[list[str] | None, typer.Option(help="Only notes with this metadata, as country=DE. Repeatable.")] = None,
    measure: Annotated[list[str] | None, typer.Option(help="Only this measure, by name. Repeatable.")] = None,
    definition: DefinitionOption = None,
    measures: MeasuresOption = None,
) -> None:
    """Freeze what these notes document: which notes, judged by what, and the figures with their certainty. No names are kept."""
    with plain_errors():
        judge = _judge(definition, measures)
        if notes is None:
            raise ArgumentError("--notes is missing: a baseline keeps a hash of each note's words, to know them again")
        asked = Asked(tuple(dict.fromkeys(by or ())), read_filters(where or []), tuple(measure or ()), ("", ""))
        salt = secrets.token_bytes(16)
        observations, measurement = _measured(output.name, file, judge, asked, notes, audit, salt)
        days = observations.written.names
        asked = replace(asked, period=(days[0], days[-1]) if days else ("", ""))
        contents = contents_of(notes, judge.definition, measurement.ids)
        frozen = freeze(output, measurement, asked, contents, salt, judge.definition, judge.measures)
        say(f"{output}: {len(contents):,} notes, {len(measurement.figures)} figures, fingerprint {frozen.fingerprint}")


def compare_command(
    baseline: Annotated[Path, typer.Argument(help="A folder that insight baseline freeze wrote.")],
    file: Annotated[str, typer.Argument(help="Judgements of later notes.")],
    notes: NotesOption = None,
    audit: AuditOption = None,
    old_judge: Annotated[Path | None, typer.Option(help="The same later notes by the baseline's definition and model.")] = None,
    old_audit: Annotated[Path | None, typer.Option(help="People's labels under the baseline's definition; --audit by default.")] = None,
    new_definition: Annotated[
        Path | None, typer.Option(help="The same later notes by the new definition and the baseline's model, where both changed.")
    ] = None,
    definition: DefinitionOption = None,
    measures: MeasuresOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a machine.")] = False,
) -> None:
    """What changed since: in how people write, and where the definition or the model changed too, in how they are judged."""
    with plain_errors():
        frozen = open_baseline(baseline)
        old = _Judge(frozen.definition, frozen.measures)
        # Under the same definition the same is measured, whatever else ships by now.
        new = _judge(definition, measures)
        new = old if measures is None and new.definition.fingerprint == old.definition.fingerprint else new
        files = [(str(old_judge), old, old_audit or audit, "the later notes by the old judge")] if old_judge else []
        files += [(str(new_definition), new, audit, "the later notes by the new definition")] if new_definition else []
        files.append((file, new, audit, "the later notes"))
        found = [_measured(name, path, judge, frozen.asked, notes, labels, frozen.salt)[1] for path, judge, labels, name in files]
        steps = separated([frozen.measurement, *found]) if old_judge else [remeasured(frozen.measurement, found[-1])]
        if new_definition and not old_judge:
            raise ArgumentError("--new-definition takes --old-judge too: without it nothing tells behaviour from the definition")
        _warn(frozen, found[-1], notes)
        say(json.dumps(_plain(frozen, steps), ensure_ascii=False, indent=2) if as_json else printed(list(_printed(frozen, steps))))


def _judge(definition: Path | None, measures: Path | None) -> _Judge:
    found = read_definition(definition) if definition else default_definition()
    return _Judge(found, measures or shipped_file(found))


def _measured(
    name: str, file: str, judge: _Judge, asked: Asked, notes: Path | None, audit: Path | None, salt: bytes
) -> tuple[Observations, Measurement]:
    """All that is asked of one file of judgements, by the one judge that it must have."""
    declared = read_measures(judge.measures, judge.definition) if judge.measures else Declarations()
    refuse_people([*asked.by, *asked.where])
    observations = read_observations(file, judge.definition, [*asked.by, *asked.where], notes=notes, audit=audit, bands=declared.bands)
    if not observations.author.names:
        raise ArgumentError("no note names its author (author or msl), and certainty is counted in authors. Give --notes FILE")
    model = _one_judge(file, observations)
    known = chosen_measures(measures_of(judge.definition, declared.measures), asked.measures, judge.definition, grouped=bool(asked.by))
    kept = keep(tuple(figures(observations, known, grouped(observations, asked.by, asked.where))), pseudonyms(observations, salt))
    origin = Origin(judge.definition.name, judge.definition.version, judge.definition.fingerprint)
    return observations, Measurement(name, origin, model, tuple(kept), frozenset(observations.ids))


def _one_judge(file: str, observations: Observations) -> str:
    """The model's fingerprint. Raises ArgumentError where notes were judged by several, or under another definition."""
    definition = observations.definition
    others = sum(count for (_, print_, _), count in observations.origins.items() if print_ != definition.fingerprint)
    if others:
        raise ArgumentError(
            f"{file}: {others:,} notes were judged under another definition than {definition.name} {definition.version} "
            f"({definition.fingerprint}). Judge them again, or give the definition that judged with --definition"
        )
    models = sorted({model for _, _, model in observations.origins})
    if len(models) > 1:
        raise ArgumentError(f"{file}: {len(models)} models judged these notes ({', '.join(models)}). Judge all of them with one")
    return models[0]


def _warn(frozen: Baseline, later: Measurement, notes: Path | None) -> None:
    contents = contents_of(notes, frozen.definition, later.ids) if notes else {}
    same, changed = edited(frozen, contents)
    if same:
        tell(f"{same:,} notes stand in the baseline too, and count on both sides")
    if changed:
        tell(f"{changed:,} notes stand in the baseline with other words: they were edited since")


def _printed(frozen: Baseline, steps: Sequence[Step]) -> Iterator[RenderableType]:
    first, last = frozen.asked.period
    yield Text(f"Beside {frozen.folder.name}, of notes of {first or 'unknown date'} to {last or 'unknown date'}. {CAVEAT} {UNITS}")
    for step in steps:
        yield comparisons_table(f"What changed by {step.cause}", step.comparisons)
        if step.alone:
            yield Text(f"On one side only, and not compared: {', '.join(step.alone)}.")


def _plain(frozen: Baseline, steps: Sequence[Step]) -> dict[str, Any]:
    rows = [{"cause": step.cause, "alone": step.alone, "comparisons": [_row(one) for one in step.comparisons]} for step in steps]
    return {"baseline": frozen.fingerprint, "caveat": CAVEAT, "steps": rows}


def _row(one: Comparison) -> Mapping[str, Any]:
    return {
        "measure": one.pair.title,
        "verdict": str(one.verdict),
        "difference": one.difference and one.difference.value,
        "low": one.range and one.range.low,
        "high": one.range and one.range.high,
        "chance": one.chance,
        "chance_among_all": one.among_all,
        "model_alone": None if one.model != one.model else one.model,
        "sentence": one.sentence,
    }
