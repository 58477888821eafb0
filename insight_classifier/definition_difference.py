"""What changed from one definition to another, in words, and whether a model must be retrained for it."""

from collections.abc import Iterator, Mapping, Sequence

from insight_classifier import definition_pairs
from insight_classifier.definition import Definition, Dimension, Example, Field, Label, Member
from insight_classifier.definition_flips import Flip, flips
from insight_classifier.questions_difference import question_differences

__all__ = ["Flip", "differences", "flips"]

_KINDS = {"checks": "a set of checks", "scale": "a scale", "choice": "a choice"}
_MEMBERS = {"checks": "checks", "scale": "levels", "choice": "options"}


def differences(old: Definition, new: Definition) -> list[str]:
    """One sentence a change, in the definition's order; the last says whether a model must be retrained."""
    if (old.fingerprint, old.questions_fingerprint) == (new.fingerprint, new.questions_fingerprint):
        return ["Nothing changed: both definitions say the same."]
    return [*_definition(old, new), *question_differences(old.questions, new.questions), _retraining(old, new)]


def _retraining(old: Definition, new: Definition) -> str:
    before, after = old.shape(), new.shape()
    changed = [part for part in after if before[part] != after[part]]
    if changed:
        return f"A model must be retrained: it depends on the {' and '.join(changed)}, which changed."
    return "No model must be retrained: one that was trained under the old definition serves the new one."


def _definition(old: Definition, new: Definition) -> Iterator[str]:
    for attribute in ("name", "version", "title"):
        yield from _text(f"The {attribute} of the definition", getattr(old, attribute), getattr(new, attribute))
    for before, after in definition_pairs.fields(old, new):
        yield from _field(before, after)
    yield from _order("the fields", [f.name for f in old.fields], [f.name for f in new.fields])
    yield from _label(old.label, new.label)
    for was, now in definition_pairs.dimensions(old, new):
        yield from _dimension(was, now)
    yield from _order("the dimensions", [d.name for d in old.dimensions], [d.name for d in new.dimensions])


def _field(old: Field | None, new: Field | None) -> Iterator[str]:
    yield from _existence("field", old, new)
    if old and new:
        yield from _text(f"The title of the field {new.name}", old.title, new.title)
        if old.required != new.required:
            yield f"The field {new.name} is {'now' if new.required else 'no longer'} the note itself."


def _label(old: Label, new: Label) -> Iterator[str]:
    for attribute in ("met", "unmet"):
        yield from _text(
            f"The label where the rule {'holds' if attribute == 'met' else 'fails'}", getattr(old, attribute), getattr(new, attribute)
        )
        wording = f"{attribute}_wording"
        yield from _text(f"The wording of the label {getattr(new, attribute)}", getattr(old, wording), getattr(new, wording))
    if old.rule != new.rule:
        yield f"The rule changed from `{old.rule.source}` to `{new.rule.source}`."
    if old.review_band != new.review_band:
        yield f"Notes are reviewed from {_band(new)}, before from {_band(old)}."
    yield from _crm_values(old.crm_values, new.crm_values)


def _band(label: Label) -> str:
    return f"{label.review_band[0]:g} to {label.review_band[1]:g}"


def _crm_values(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for value in dict.fromkeys([*old, *new]):
        if old.get(value) != new.get(value):
            yield f"The CRM value {value} stands for {new.get(value, 'nothing')}, before for {old.get(value, 'nothing')}."


def _dimension(old: Dimension | None, new: Dimension | None) -> Iterator[str]:
    yield from _existence("dimension", old, new)
    if not old or not new:
        return
    what = f"the dimension {new.name}"
    if old.kind != new.kind:
        yield f"The dimension {new.name} is {_KINDS[new.kind]}, before {_KINDS[old.kind]}."
    yield from _text(f"The title of {what}", old.title, new.title)
    yield from _text(f"The wording of {what}", old.wording, new.wording)
    yield from _text(f"The evidence tag of {what}", old.evidence_tag, new.evidence_tag)
    yield from _text(f"The lane of {what}", old.lane, new.lane)
    for before, after in definition_pairs.members(old, new):
        yield from _existence(_MEMBERS[new.kind].removesuffix("s"), before, after, f" of {new.name}")
        if before and after:
            yield from _member(before, after, after.name if new.kind == "checks" else f"{new.name} {after.name}")
    yield from _order(f"the {_MEMBERS[new.kind]} of {new.name}", old.names, new.names)


def _member(old: Member, new: Member, name: str) -> Iterator[str]:
    yield from _text(f"The title of {name}", old.title, new.title)
    yield from _text(f"The wording of {name}", old.wording, new.wording)
    yield from _text(f"What is not enough for {name}", old.not_enough, new.not_enough)
    yield from _example(f"acceptable example of {name}", old.acceptable, new.acceptable)
    yield from _example(f"unacceptable example of {name}", old.unacceptable, new.unacceptable)
    yield from _items(f"{name} no longer asks", f"{name} now asks", old.coaching, new.coaching)
    yield from _text(f"When {name} asks", *(m.coach_when.source if m.coach_when else None for m in (old, new)))
    yield from _items(f"{name} no longer requires", f"{name} now requires", old.requires, new.requires)
    yield from _items(
        f"{name} may now share a quote with", f"{name} may no longer share a quote with", old.distinct_from, new.distinct_from
    )
    if old.evidence != new.evidence:
        yield f"{name} needs at least {new.evidence} quotes, before {old.evidence}."
    if old.judged_by != new.judged_by:
        yield f"{name} is judged by {' and '.join(new.judged_by)}, before by {' and '.join(old.judged_by)}."
    yield from _text(f"The cue file of {name}", old.cues, new.cues)
    yield from _costs(old, new, name)


def _costs(old: Member, new: Member, name: str) -> Iterator[str]:
    if (old.miss_cost, old.false_alarm_cost) == (new.miss_cost, new.false_alarm_cost):
        return
    missed = f"Missing {name} costs {new.miss_cost:g} (before {old.miss_cost:g})"
    alarm = f"a false alarm {new.false_alarm_cost:g} (before {old.false_alarm_cost:g})"
    yield f"{missed}, {alarm}: the model says yes from a probability of {new.threshold:.3g}, before from {old.threshold:.3g}."


def _example(what: str, old: Example, new: Example) -> Iterator[str]:
    yield from _text(f"The {what}", old.text, new.text)
    yield from _text(f"The reason for the {what}", old.why, new.why)


def _existence(what: str, old: Field | Dimension | Member | None, new: Field | Dimension | Member | None, of: str = "") -> Iterator[str]:
    if old and not new:
        yield f"The {what} {old.name}{of} is removed."
    elif new and not old:
        yield f"The {what} {new.name}{of} is added."
    elif old and new and old.name != new.name:
        yield f"The {what} {old.name}{of} seems to be renamed {new.name}: both say the same."


def _order(what: str, old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    before, after = [name for name in old if name in new], [name for name in new if name in old]
    if before != after:
        yield f"The order of {what} changed from {', '.join(before)} to {', '.join(after)}."


def _items(lost: str, gained: str, old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    yield from (f"{lost}: {item}" for item in old if item not in new)
    yield from (f"{gained}: {item}" for item in new if item not in old)
    if sorted(old) == sorted(new) and list(old) != list(new):
        yield f"{gained} in another order: {' / '.join(new)}"


def _text(what: str, old: str | None, new: str | None) -> Iterator[str]:
    if old == new:
        return
    if old is None or new is None:
        yield f"{what} is {new or 'left out'}, before {old or 'none'}."
    else:
        before, after = _apart(old, new)
        yield f"{what} changed from “{before}” to “{after}”."


def _apart(old: str, new: str) -> tuple[str, str]:
    """The words in which two texts differ, with a word on either side; short texts whole."""
    before, after = old.split(), new.split()
    if max(len(before), len(after)) <= 12:
        return " ".join(before), " ".join(after)
    shortest = min(len(before), len(after))
    head = next((i for i in range(shortest) if before[i] != after[i]), shortest)
    tail = next((i for i in range(shortest - head) if before[-1 - i] != after[-1 - i]), shortest - head)
    first, last = max(head - 1, 0), max(tail - 1, 0)
    return _cut(before, first, last), _cut(after, first, last)


def _cut(words: Sequence[str], first: int, last: int) -> str:
    middle = " ".join(words[first : len(words) - last])
    return f"{'… ' if first else ''}{middle}{' …' if last else ''}"
