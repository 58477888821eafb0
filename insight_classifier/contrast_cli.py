"""`insight contrast`: how what notes document went over time, how far groups lie apart, and where it stands beside published figures."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.text import Text

from insight_classifier.command import plain_errors, say
from insight_classifier.definition_reader import default_definition, read_definition
from insight_classifier.errors import ArgumentError
from insight_classifier.measure_options import chosen_measures, read_filters, refuse_people, warn
from insight_classifier.measures.comparisons import Comparison
from insight_classifier.measures.contrast_text import UNITS, comparisons_table, printed, trends_table
from insight_classifier.measures.contrasts import OverTime, between, gaps_over_time, over_time
from insight_classifier.measures.declared_reader import read_measures, shipped_measures
from insight_classifier.measures.estimates import Range
from insight_classifier.measures.facts import PERIODS
from insight_classifier.measures.figures import Figure, figures
from insight_classifier.measures.groups import grouped
from insight_classifier.measures.guard import LEAST_AUTHORS
from insight_classifier.measures.measure import CAVEAT, Measure, measures_of
from insight_classifier.measures.observations import Observations, read_observations
from insight_classifier.measures.peers import Peer, Standing, caveat_of, standing
from insight_classifier.measures.peers_file import read_peers, shipped_peers
from insight_classifier.measures.trends import Gap, Trend

NOTHING = f"Nothing to compare: there are not two groups of {LEAST_AUTHORS} authors or more. Take longer periods or larger groups."


@dataclass(frozen=True)
class _Found:
    """What was compared; None where it was not asked for."""

    time: OverTime | None = None
    apart: tuple[Comparison, ...] | None = None
    gaps: tuple[Gap, ...] | None = None
    peers: tuple[tuple[Figure, Standing], ...] = ()


def contrast_command(
    file: Annotated[str, typer.Argument(help="Judgements, as insight score writes them: JSON Lines or Parquet, or - for standard input.")],
    notes: Annotated[Path | None, typer.Option(help="The notes, for their author, team, date and the like, by id.")] = None,
    audit: Annotated[Path | None, typer.Option(help="People's labels of a random sample of these notes.")] = None,
    over: Annotated[str | None, typer.Option(help=f"Show how measures went by {', '.join(PERIODS)}.")] = None,
    between_: Annotated[str | None, typer.Option("--between", help="Compare groups by tenure_band or any metadata with the first.")] = None,
    where: Annotated[list[str] | None, typer.Option(help="Only notes with this metadata, as country=DE. Repeatable.")] = None,
    measure: Annotated[list[str] | None, typer.Option(help="Only this measure, by name. Repeatable.")] = None,
    area: Annotated[str | None, typer.Option(help="The therapeutic area of these notes: stand beside published figures of it.")] = None,
    peers: Annotated[Path | None, typer.Option(help="Published figures (YAML or CSV); those that ship by default.")] = None,
    definition: Annotated[Path | None, typer.Option(help="Definition that was judged by; the shipped one by default.")] = None,
    measures: Annotated[Path | None, typer.Option(help="Measures of your own (YAML); those that ship by default.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a machine.")] = False,
) -> None:
    """Compare periods, groups and published figures: a verdict only where a 95% range leaves zero out, among all that is compared."""
    with plain_errors():
        if not (over or between_ or area):
            raise ArgumentError("there is nothing to compare. Give --over quarter, --between team or --area AREA")
        if peers and not area:
            raise ArgumentError("--peers takes --area too: only figures of one area are peers")
        if over is not None and over not in PERIODS:
            raise ArgumentError(f"--over {over[:60]}: use {', '.join(PERIODS)}")
        found = read_definition(definition) if definition else default_definition()
        declared = read_measures(measures, found) if measures else shipped_measures(found)
        filters, keys = read_filters(where or []), [key for key in (between_, over) if key]
        refuse_people([*keys, *filters])
        published = (read_peers(peers) if peers else shipped_peers()) if area else ()
        observations = read_observations(file, found, [*keys, *filters], notes=notes, audit=audit, bands=declared.bands)
        warn(observations)
        known = measures_of(found, declared.measures)

        def measured(*by: str) -> list[Figure]:
            chosen = chosen_measures(known, measure or [], found, grouped=bool(by))
            return list(figures(observations, chosen, grouped(observations, by, filters)))

        result = _Found(
            over_time(measured(over), over) if over else None,
            between(measured(between_), between_) if between_ else None,
            gaps_over_time(measured(between_, over), between_, over) if between_ and over else None,
            tuple(_standings(measured(), area, published)) if area else (),
        )
        say(
            json.dumps(_plain(result, area), ensure_ascii=False, indent=2)
            if as_json
            else printed(list(_printed(result, observations, area)))
        )
        raise typer.Exit(3 if observations.failed else 0)


def _standings(found: Sequence[Figure], area: str, published: Sequence[Peer]) -> Iterator[tuple[Figure, Standing]]:
    """Of measures that somebody has published."""
    for figure in found:
        if figure.rate is not None and any(peer.measure == figure.measure.name for peer in published):
            yield figure, standing(figure.rate, figure.measure.name, area, published)


def _printed(found: _Found, observations: Observations, area: str | None) -> Iterator[RenderableType]:
    yield Text(f"{CAVEAT} {UNITS}")
    if not len(observations.audit.rows):
        yield Text("Nobody's labels were given (--audit): of the model's error nothing is known, so there is no verdict.", style="bold")
    if found.time is not None:
        yield comparisons_table("Over time", found.time.changes) if found.time.changes else _nothing("Over time")
        yield trends_table("Lines over time", found.time.trends) if found.time.trends else _nothing("Lines over time")
    if found.apart is not None:
        yield comparisons_table("Between groups", found.apart) if found.apart else _nothing("Between groups")
    if found.gaps is not None:
        title = "Do the gaps close?"
        yield trends_table(title, [one.trend for one in found.gaps]) if found.gaps else _nothing(title)
    for figure, stands in found.peers:
        yield Text(f"\n{figure.measure.title} beside published figures", style="bold")
        yield Text(f"{_own(figure)} {stands.sentence}")
        yield from (Text(f"- {_cited(peer)} {caveat_of(peer, area or '')}".rstrip()) for peer in (*stands.peers, *stands.beside))


def _nothing(title: str) -> Text:
    return Text.assemble((f"\n{title}\n", "bold"), NOTHING)


def _own(figure: Figure) -> str:
    assert figure.rate is not None
    if figure.rate.estimate is None or figure.rate.range is None:
        return f"Here {figure.rate.model:.0%} of notes by the model alone."
    return f"Here {figure.rate.estimate.value:.0%} of notes (95% range {figure.rate.range.low:.0%} to {figure.rate.range.high:.0%})."


def _cited(peer: Peer) -> str:
    of = f" of {peer.n:,}" if peer.n else ""
    return f"{peer.value:.0%}{of}, {peer.name.replace('_', ' ')}{f' ({peer.year})' if peer.year else ''}: {peer.source}."


def _plain(found: _Found, area: str | None) -> dict[str, Any]:
    return {
        "caveat": CAVEAT,
        "changes": [_compared(one) for one in found.time.changes] if found.time else [],
        "trends": [_trend(one) for one in found.time.trends] if found.time else [],
        "between": [_compared(one) for one in found.apart or ()],
        "gaps": [
            {"by_period": {k: _compared(v) for k, v in one.by_period.items()}, "trend": _trend(one.trend)} for one in found.gaps or ()
        ],
        "peers": [_stands(figure.measure, one, area or "") for figure, one in found.peers],
    }


def _compared(one: Comparison) -> dict[str, Any]:
    return {"title": one.pair.title, "names": one.pair.names, "value": one.difference and one.difference.value, **_told(one, one.range)}


def _trend(one: Trend) -> dict[str, Any]:
    line = dict(zip(one.periods, one.line, strict=False))
    return {"title": one.title, "per": one.per, "line": line, "value": one.slope and one.slope.value, **_told(one, one.range)}


def _told(one: Comparison | Trend, within: Range | None) -> dict[str, Any]:
    ends = {"low": within and within.low, "high": within and within.high}
    return {**ends, "chance_among_all": one.among_all, "verdict": str(one.verdict), "sentence": one.sentence}


def _stands(measure: Measure, one: Standing, area: str) -> dict[str, Any]:
    figures = [{**vars(peer), "is_peer": peer in one.peers, "caveat": caveat_of(peer, area)} for peer in (*one.peers, *one.beside)]
    return {"measure": measure.name, "percentile": one.percentile, "between": one.between, "sentence": one.sentence, "figures": figures}
