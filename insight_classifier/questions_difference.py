"""What changed from one bank of questions to another, in words."""

from collections.abc import Iterator, Sequence

from insight_classifier.questions import Need
from insight_classifier.rule import Rule


def question_differences(old: Sequence[Need], new: Sequence[Need]) -> Iterator[str]:
    """One sentence a change, in the order of the new bank; what is gone comes last."""
    before, after = {need.name: need for need in old}, {need.name: need for need in new}
    for name, need in after.items():
        if name in before:
            yield from _need(before[name], need)
        else:
            yield f"The need {name} is added, with {len(set(need.every_question()))} questions."
    yield from (f"The need {name} is removed." for name in before if name not in after)
    kept = [name for name in before if name in after]
    if kept != [name for name in after if name in before]:
        yield f"The order of the needs changed: {', '.join(after)}."


def _need(old: Need, new: Need) -> Iterator[str]:
    name = f"The need {new.name}"
    if old.title != new.title:
        yield f"{name} is called “{new.title}”, before “{old.title}”."
    for part, was, now in (("lacks", old.lacks, new.lacks), ("after", old.after, new.after)):
        if was != now:
            yield f"{name}: `{part}` changed from {_rule(was)} to {_rule(now)}."
    if old.levels != new.levels:
        yield f"{name} stands at other levels: {_levels(new)}, before {_levels(old)}."
    before, after = list(old.every_question()), list(new.every_question())
    yield from (f"{name} no longer asks: {question}" for question in before if question not in after)
    yield from (f"{name} now asks: {question}" for question in after if question not in before)
    moved = (old.questions, old.topics) != (new.questions, new.topics)
    if moved and sorted(before) == sorted(after):
        yield f"{name} asks the same at other steps, on other topics or in another order."


def _rule(rule: Rule | None) -> str:
    return f"`{rule.source}`" if rule else "none"


def _levels(need: Need) -> str:
    return "; ".join(f"{scale} {', '.join(names)}" for scale, names in need.levels.items()) or "none"
