"""`insight measure`: what a team's notes document, with what certainty, from judgements and people's labels of a random sample."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from insight_classifier.command import plain_errors, say, tell
from insight_classifier.definition_reader import default_definition, read_definition
from insight_classifier.errors import FileError
from insight_classifier.measure_options import chosen_measures, read_filters, refuse_people, warn
from insight_classifier.measures.alignment import read_plan
from insight_classifier.measures.declared_reader import read_measures, shipped_measures
from insight_classifier.measures.groups import grouped
from insight_classifier.measures.measure import measures_of
from insight_classifier.measures.observations import Observations, read_observations
from insight_classifier.measures.report import Report, report


def measure_command(
    file: Annotated[str, typer.Argument(help="Judgements, as insight score writes them: JSON Lines or Parquet, or - for standard input.")],
    notes: Annotated[Path | None, typer.Option(help="The notes, for their author, team, date and the like, by id.")] = None,
    audit: Annotated[
        Path | None, typer.Option(help="People's labels of a random sample of these notes (labelled notes, JSON Lines).")
    ] = None,
    by: Annotated[list[str] | None, typer.Option(help="Group by month, quarter, year, tenure_band, or any metadata. Repeatable.")] = None,
    where: Annotated[list[str] | None, typer.Option(help="Only notes with this metadata, as country=DE. Repeatable.")] = None,
    measure: Annotated[list[str] | None, typer.Option(help="Only this measure, by name. Repeatable.")] = None,
    plan: Annotated[Path | None, typer.Option(help="Weights of the objectives in the plan (YAML), to measure alignment.")] = None,
    definition: Annotated[Path | None, typer.Option(help="Definition that was judged by; the shipped one by default.")] = None,
    measures: Annotated[Path | None, typer.Option(help="Measures of your own (YAML); those that ship by default.")] = None,
    as_csv: Annotated[Path | None, typer.Option("--csv", help="Write figures as CSV here, - for standard output.")] = None,
    as_json: Annotated[Path | None, typer.Option("--json", help="Write everything as JSON here, - for standard output.")] = None,
) -> None:
    """Measure what notes document, in groups of five authors or more."""
    with plain_errors():
        found = read_definition(definition) if definition else default_definition()
        declared = read_measures(measures, found) if measures else shipped_measures(found)
        known = measures_of(found, declared.measures)
        weights = read_plan(plan, found) if plan else None
        keys, filters = list(dict.fromkeys(by or [])), read_filters(where or [])
        refuse_people([*keys, *filters])
        observations = read_observations(file, found, [*keys, *filters], notes=notes, audit=audit, bands=declared.bands)
        chosen = chosen_measures(known, measure or [], found, grouped=bool(keys))
        result = report(observations, chosen, grouped(observations, keys, filters), weights)
        _warn(observations, result)
        _write(result, observations, filters, keys, as_csv, as_json)
        raise typer.Exit(3 if observations.failed else 0)


def _warn(observations: Observations, result: Report) -> None:
    warn(observations)
    if result.groups[0].rows is None:
        tell("these notes have fewer than 5 authors, or would give away fewer: nothing is shown of them. Leave out a filter")


def _write(
    result: Report, observations: Observations, filters: dict[str, str], keys: Sequence[str], as_csv: Path | None, as_json: Path | None
) -> None:  # fmt: skip
    from insight_classifier.measures.report_rows import to_csv, to_plain
    from insight_classifier.measures.report_text import printed

    if as_csv:
        _put(as_csv, to_csv(result, keys))
    if as_json:
        about = _about(observations, filters, keys)
        _put(as_json, json.dumps(to_plain(result, about), ensure_ascii=False, indent=2) + "\n")
    if Path("-") not in (as_csv, as_json):
        say(printed(result, observations.definition))


def _about(observations: Observations, filters: dict[str, str], keys: Sequence[str]) -> dict[str, Any]:
    definition = observations.definition
    return {
        "definition": {"name": definition.name, "version": definition.version, "fingerprint": definition.fingerprint},
        "models": sorted({model for _, _, model in observations.origins}),
        "where": filters,
        "by": list(keys),
    }


def _put(path: Path, text: str) -> None:
    if path == Path("-"):
        say(text.rstrip("\n"))
        return
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise FileError(f"{path}: {problem.strerror}. Choose another file.") from problem
