"""The definition printed for a person, as Markdown: what the label means, and every dimension with its wording and examples."""

import re
from collections.abc import Iterable, Iterator

from insight_classifier.definition import Definition, Dimension, Example, Field, Member
from insight_classifier.questions_markdown import questions_markdown

_KINDS = {
    "checks": "Checks: each is judged yes or no.",
    "scale": "A scale: the note reaches one of these levels, lowest first.",
    "choice": "A choice: one of these is judged.",
}
# Characters that Markdown would take for markup. A lone < is text, as in "p<0.05".
_MARKUP = re.compile(r"([\\`*~|\[\]]|(?<!\w)_|_(?!\w)|<(?=[A-Za-z/!?])|&(?=[#\w]+;)|^[#>+-])")
_NUMBERED = re.compile(r"^(\d+)([.)])")


def markdown(definition: Definition) -> str:
    """The whole definition; text stands in it as it was written, with line breaks closed up and markup escaped."""
    parts = [*_head(definition), *_label(definition)]
    for dimension in definition.dimensions:
        parts += _dimension(dimension, definition)
    parts += questions_markdown(definition, _text)
    return "\n\n".join(parts) + "\n"


def _head(definition: Definition) -> Iterator[str]:
    yield f"# {_text(definition.title)}"
    yield f"Definition `{definition.name}`, version {_text(definition.version)}, fingerprint `{definition.fingerprint}`."
    yield "A note has these fields, read in this order:\n\n" + _listed(map(_field, definition.fields))


def _field(field: Field) -> str:
    return f"`{field.name}`: {_text(field.title)}" + (", the note itself" if field.required else ", optional")


def _label(definition: Definition) -> Iterator[str]:
    label = definition.label
    titles = {name: member.title for name, member in definition.checks.items()}
    yield "## The label"
    yield f"A note is **`{label.met}`** where it shows {_text(label.rule.words(titles))}. Otherwise it is **`{label.unmet}`**."
    yield _listed(
        [
            f"`{label.met}`: {_text(label.met_wording)}",
            f"`{label.unmet}`: {_text(label.unmet_wording)}",
            f"Rule: `{label.rule.source}`",
            f"A person reviews a note whose probability of `{label.met}` is from {label.review_band[0]:g} to {label.review_band[1]:g}.",
            *(f"In the CRM, {_text(value)} stands for `{name}`." for value, name in label.crm_values.items()),
        ]
    )


def _dimension(dimension: Dimension, definition: Definition) -> Iterator[str]:
    yield f"## {_text(dimension.title)} (`{dimension.name}`)"
    yield f"{_text(dimension.wording)}\n\n{_KINDS[dimension.kind]}{_dimension_notes(dimension)}"
    for position, member in enumerate(dimension.members):
        level = f"{position}. " if dimension.kind == "scale" else ""
        yield f"### {level}{_text(member.title)} (`{member.name}`)"
        yield _text(member.wording)
        yield _listed([*_examples(member), *_judging(member, dimension), *_coaching(member, dimension, definition)])


def _dimension_notes(dimension: Dimension) -> str:
    tag = f" Quotes that prove a level are tagged `{dimension.evidence_tag}`." if dimension.evidence_tag else ""
    lane = f" The {dimension.lane} lane: judged first, and reported whatever else fails." if dimension.lane else ""
    return tag + lane


def _examples(member: Member) -> Iterator[str]:
    yield f"Not enough: {_text(member.not_enough)}"
    yield f"Acceptable: {_example(member.acceptable)}"
    yield f"Unacceptable: {_example(member.unacceptable)}"


def _example(example: Example) -> str:
    return f"“{_text(example.text)}” ({_text(example.why)})"


def _judging(member: Member, dimension: Dimension) -> Iterator[str]:
    if member.requires:
        yield f"Requires {', '.join(f'`{name}`' for name in member.requires)}."
    if member.distinct_from:
        yield f"No quote of it may also prove {', '.join(f'`{name}`' for name in member.distinct_from)}."
    if member.evidence:
        yield f"Proved by at least {member.evidence} quote{'s' if member.evidence > 1 else ''}."
    if dimension.kind != "checks":
        return
    cues = f" (cues `{member.cues}`)" if member.cues else ""
    costs = f"missing it costs {member.miss_cost:g}, a false alarm {member.false_alarm_cost:g}"
    model = f"from a probability of {member.threshold:.2g} ({costs})"
    if "rules" not in member.judged_by:
        yield f"The model says yes {model}."
    elif "model" not in member.judged_by:
        yield f"Rules alone judge it{cues}."
    else:
        yield f"Rules{cues} or the model say yes, the model {model}."


def _coaching(member: Member, dimension: Dimension, definition: Definition) -> Iterator[str]:
    titles = {name: check.title for name, check in definition.checks.items()}
    when = f"where the note shows {_text(member.coach_when.words(titles))}" if member.coach_when else "where it is missing"
    for question in member.coaching:
        yield f"To ask {'at this level' if dimension.kind == 'scale' else when}: {_text(question)}"


def _listed(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _text(text: str) -> str:
    return _NUMBERED.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", " ".join(text.split())))
