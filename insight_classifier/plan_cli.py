"""`insight plan`: how many notes and labels it takes to see a change of a measure from one period to the next."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer

from insight_classifier.command import plain_errors, say
from insight_classifier.definition import Definition
from insight_classifier.definition_reader import default_definition, read_definition
from insight_classifier.errors import ArgumentError
from insight_classifier.measure_options import warn
from insight_classifier.measures.declared_reader import read_measures, shipped_measures
from insight_classifier.measures.facts import PERIODS
from insight_classifier.measures.groups import grouped
from insight_classifier.measures.guard import LEAST_AUTHORS
from insight_classifier.measures.measure import Measure, measures_of
from insight_classifier.measures.observations import read_observations
from insight_classifier.measures.planning import Need, Setting, needed, setting_of

OTHERS = (0.03, 0.05, 0.1, 0.15, 0.2)  # changes that are shown beside the one that is asked for
_GIVEN = {"rate": "--rate", "authors": "--authors", "notes": "--notes-per-author"}


def plan_command(
    change: Annotated[float, typer.Option(help="Points that the measure is to change by, as 10 or -5.")],
    file: Annotated[str | None, typer.Argument(help="Judgements of notes like those to come; else give the numbers below.")] = None,
    notes: Annotated[Path | None, typer.Option(help="The notes, for their author and date, by id.")] = None,
    audit: Annotated[Path | None, typer.Option(help="People's labels of a random sample of these notes.")] = None,
    period: Annotated[
        str | None, typer.Option(help=f"What is compared: {', '.join(PERIODS)}. All notes are one period by default.")
    ] = None,
    measure: Annotated[str | None, typer.Option(help="Which measure; the label by default.")] = None,
    rate: Annotated[float | None, typer.Option(help="Its share now, in percent.")] = None,
    authors: Annotated[int | None, typer.Option(help="Authors, as if all wrote alike.")] = None,
    notes_per_author: Annotated[int | None, typer.Option(help="Notes of each in a period.")] = None,
    correlation: Annotated[float | None, typer.Option(help="Of two notes of an author, 0 to 1.")] = None,
    stability: Annotated[float | None, typer.Option(help="How much of what sets authors apart stays, 0 to 1.")] = None,
    quality: Annotated[float | None, typer.Option(help="How much of the difference between notes the model explains, 0 to 1.")] = None,
    definition: Annotated[Path | None, typer.Option(help="Definition that was judged by; the shipped one by default.")] = None,
    measures: Annotated[Path | None, typer.Option(help="Measures of your own (YAML); those that ship by default.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a machine.")] = False,
) -> None:
    """Plan a measurement: with a power of 80%, at 5% two-sided, of the same authors before and after."""
    given = {
        "rate": None if rate is None else rate / 100, "authors": authors, "notes": notes_per_author,
        "correlation": correlation, "stability": stability, "quality": quality,
    }  # fmt: skip
    told = {name: value for name, value in given.items() if value is not None}
    with plain_errors():
        found = read_definition(definition) if definition else default_definition()
        declared = read_measures(measures, found) if measures else shipped_measures(found)
        chosen = _chosen(measures_of(found, declared.measures), measure)
        setting = _from_numbers(told) if file is None else _from_file(file, found, chosen, notes, audit, period, told)
        need = needed(setting, change / 100)
        say(
            json.dumps(_plain(chosen, setting, need), indent=2)
            if as_json
            else "\n".join(_printed(chosen, setting, need, told, "assumed" if file is None else ""))
        )


def _chosen(known: tuple[Measure, ...], name: str | None) -> Measure:
    fit = {one.name: one for one in known if one.event is not None and one.among is None}
    if name is None:
        return known[0]
    if name not in fit:
        raise ArgumentError(f"--measure {name[:60]}: no share of all notes is called so. Use {', '.join(fit)}")
    return fit[name]


def _from_numbers(told: Mapping[str, float]) -> Setting:
    missing = [option for name, option in _GIVEN.items() if name not in told]
    if missing:
        raise ArgumentError(f"give {', '.join(missing)}, or a FILE of judgements with --audit, from which they are estimated")
    return replace(Setting(0.5, 2, 1), **told)  # type: ignore[arg-type]


def _from_file(
    file: str,
    definition: Definition,
    measure: Measure,
    notes: Path | None,
    audit: Path | None,
    period: str | None,
    told: Mapping[str, float],
) -> Setting:
    if audit is None:
        raise ArgumentError("--audit is missing: without people's labels nothing is known of a model's error. Or give numbers and no FILE")
    if period not in (None, *PERIODS):
        raise ArgumentError(f"--period {str(period)[:60]}: use {', '.join(PERIODS)}")
    observations = read_observations(file, definition, [period] if period else [], notes=notes, audit=audit)
    if not observations.author.names:
        raise ArgumentError("no note names its author (author or msl), and certainty is counted in authors. Give --notes FILE")
    warn(observations)
    if grouped(observations)[0].rows is None:
        raise ArgumentError(f"these notes have fewer than {LEAST_AUTHORS} authors, of whom nothing is told. Give notes of more")
    assert measure.event is not None
    sample = observations.sample(measure.event)
    # Notes without a date make a period of their own, which is the least wrong.
    periods = observations[period].codes.astype("int64") + 1 if period else sample.authors * 0
    return replace(setting_of(sample, periods), **told)  # type: ignore[arg-type]


def _printed(measure: Measure, setting: Setting, need: Need, told: Mapping[str, float], untold: str) -> Iterator[str]:
    def source(name: str) -> str:
        word = "given" if name in told else untold
        return f" ({word})" if word else ""

    yield f"{measure.title}, {setting.rate:.1%} of notes now{source('rate')}: to see it change by {100 * need.change:+g} points"
    yield _answer(setting, need)
    yield ""
    yield f"  authors {setting.authors}{source('authors')}, notes of each in a period {setting.notes}{source('notes')}"
    stays = f"{setting.stability:.0%} of it stays{source('stability')}"
    yield f"  correlation of an author's notes {setting.correlation:.2f}{source('correlation')}; {stays}"
    yield f"  difference between notes that the model explains {setting.quality:.0%}{source('quality')}"
    yield ""
    yield "  change   labels in each period"
    for change in sorted({*OTHERS, abs(need.change)}):
        signed = change if need.change > 0 else -change
        if 0 < setting.rate + signed < 1:
            yield f"  {100 * signed:+6.1f}   {_short(needed(setting, signed))}"


def _answer(setting: Setting, need: Need) -> str:
    if need.labels is not None:
        of = f"of its {setting.notes_a_period:,} notes"
        return f"label {need.labels:,} {of} in each period, drawn by chance: the power is then {need.power:.0%}."
    more = [
        f"{need.notes:,} notes of each author, all labelled," if need.notes else "",
        f"{need.authors:,} authors" if need.authors else "",
    ]
    way = " or ".join(part for part in more if part)
    floor = "" if need.notes else " More notes do not help, since authors change in different ways."
    return f"all {setting.notes_a_period:,} notes of a period, labelled, are too few: the power is {need.power:.0%}. It takes {way}.{floor}"


def _short(need: Need) -> str:
    if need.labels is not None:
        return f"{need.labels:,}"
    parts = (f"{need.notes:,} notes an author" if need.notes else "", f"{need.authors:,} authors" if need.authors else "")
    return "too few notes: " + (" or ".join(part for part in parts if part) or "no number would do")


def _plain(measure: Measure, setting: Setting, need: Need) -> dict[str, object]:
    return {"measure": measure.name, "setting": asdict(setting), "need": asdict(need)}
