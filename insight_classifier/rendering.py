"""A judgement for a person at a terminal: the note with its evidence marked, what is missing and what to ask next."""

from collections.abc import Iterator, Mapping

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from insight_classifier.definition import Definition, Dimension
from insight_classifier.judgement import Check, Judgement, Level, Option, Span, Verdict
from insight_classifier.notes import Note
from insight_classifier.reasons import reason_in_words

# Okabe and Ito's palette, which colour-blind readers tell apart; the number beside each mark says the same without colour.
COLOURS = ("#E69F00", "#56B4E9", "#009E73", "#F0E442", "#CC79A7", "#D55E00", "#0072B2", "#999999")

# A note may hold characters that steer a terminal; they are shown as signs, one for one, so that evidence keeps its place.
_STEERING = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\n\t"} | {0x0D: " ", 0x7F: "\u2421"}
_STEERING |= dict.fromkeys((*range(0x80, 0xA0), 0x202A, 0x202B, 0x202D, 0x202E), "\ufffd")


def printed(note: Note, judgement: Judgement, definition: Definition) -> str:
    """The whole judgement as the terminal at standard output shows it."""
    console = Console(highlight=False)
    with console.capture() as capture:
        console.print(render(note, judgement, definition))
    return capture.get().rstrip("\n")


def render(note: Note, judgement: Judgement, definition: Definition) -> RenderableType:
    """The whole judgement, as rich prints it."""
    marks = {tag: number for number, tag in enumerate(tagged_spans(judgement.verdicts, definition), start=1)}
    parts: list[RenderableType] = [_headline(judgement, definition)]
    parts += [
        Panel(marked(note, field.name, judgement, definition, marks), title=field.title, title_align="left")
        for field in definition.fields
        if field.name in note.fields
    ]
    parts.append(_verdicts(judgement, definition, marks))
    if judgement.coaching:
        parts.append(Text("\nAsk next", style="bold"))
        parts += [Text(f"  - {question}") for question in judgement.coaching]
    if judgement.review_reasons:
        parts.append(Text("\nNeeds review", style="bold"))
        parts += [Text(f"  - {reason_in_words(reason, definition)}") for reason in judgement.review_reasons]
    origin = f"\ndefinition {judgement.definition.name} {judgement.definition.version} ({judgement.definition.fingerprint})"
    parts.append(Text(f"{origin}, model {judgement.model.name} ({judgement.model.fingerprint})", style="dim"))
    return Group(*parts)


def tagged_spans(verdicts: Mapping[str, Verdict], definition: Definition) -> dict[str, tuple[Span, ...]]:
    """The spans of every tag that has any, in the definition's order."""
    found: dict[str, tuple[Span, ...]] = {}
    for dimension in definition.dimensions:
        verdict = verdicts[dimension.name]
        if isinstance(verdict, Level) and verdict.evidence:
            found[dimension.evidence_tag or dimension.name] = verdict.evidence
        elif isinstance(verdict, Mapping):
            found |= {name: check.evidence for name, check in verdict.items() if check.evidence}
    return found


def marked(note: Note, field: str, judgement: Judgement, definition: Definition, marks: Mapping[str, int]) -> Text:
    """One field with its evidence coloured and numbered."""
    sent = note.fields[field].translate(_STEERING)
    text = Text(sent)
    ends: list[tuple[int, int]] = []
    for tag, quoted in tagged_spans(judgement.verdicts, definition).items():
        for span in (span for span in quoted if span.field == field):
            text.stylize(f"underline {COLOURS[(marks[tag] - 1) % len(COLOURS)]}", span.start, span.end)
            ends.append((span.end, marks[tag]))
    result = Text()
    position = 0
    for end, number in sorted(ends):
        result.append_text(text[position:end]) if end > position else None
        result.append(f"[{number}]", style=f"bold {COLOURS[(number - 1) % len(COLOURS)]}")
        position = max(position, end)
    result.append_text(text[position:]) if position < len(sent) else None
    return result


def _headline(judgement: Judgement, definition: Definition) -> Text:
    name = judgement.label.replace("_", " ")
    positive = definition.label.met.replace("_", " ")
    style = "bold green" if judgement.label == definition.label.met else "bold"
    return Text.assemble((name[:1].upper() + name[1:], style), f"   {judgement.probability:.0%} likely a {positive}")


def _verdicts(judgement: Judgement, definition: Definition, marks: Mapping[str, int]) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for dimension in definition.dimensions:
        for number, row in enumerate(_rows(dimension, judgement.verdicts[dimension.name], marks)):
            table.add_row(Text(dimension.title if number == 0 else "", style="bold"), *row)
    return table


def _rows(dimension: Dimension, verdict: Verdict, marks: Mapping[str, int]) -> Iterator[tuple[str, str, str]]:
    if isinstance(verdict, Level):
        chance = verdict.probabilities[verdict.level]
        title = dimension.members[verdict.level].title
        yield f"{verdict.level} of {len(verdict.probabilities) - 1}  {title}", f"{chance:.0%}", _mark(dimension.evidence_tag or "", marks)
    elif isinstance(verdict, Option):
        yield dimension.member(verdict.name).title, f"{verdict.probabilities[verdict.name]:.0%}", ""
    else:
        for name, check in verdict.items():
            yield f"{'yes' if check.met else 'no ':3}  {dimension.member(name).title}", _chance(check), _mark(name, marks)


def _chance(check: Check) -> str:
    chance = "" if check.probability is None else f"{check.probability:.0%}"
    return f"{chance} by {check.source}".strip() if check.source and check.met else chance


def _mark(tag: str, marks: Mapping[str, int]) -> str:
    return f"\\[{marks[tag]}]" if tag in marks else ""
