"""The bank of questions printed for a person, as parts of the definition's Markdown."""

from collections.abc import Callable, Iterator, Mapping

from insight_classifier.definition import Definition, Dimension
from insight_classifier.questions import STEPS, Need, Steps

Escape = Callable[[str], str]


def questions_markdown(definition: Definition, escape: Escape) -> Iterator[str]:
    """Blocks of Markdown, none where there is no bank. `escape` keeps what is written from being taken for markup."""
    if not definition.questions:
        return
    yield "## Questions to ask next"
    yield f"Bank `{definition.questions_fingerprint}`; it decides no label. Weightiest need first. {{name}} stands for words of the note."
    titles = {name: member.title for name, member in definition.checks.items()}
    for need in definition.questions:
        yield f"### {escape(need.title)}"
        yield "\n".join(f"- {item}" for item in [*_when(need, definition, titles, escape), *_steps(need.questions, escape)])
        for choice, options in need.topics.items():
            yield "\n".join(_topics(definition.dimension(choice), options, escape))


def _when(need: Need, definition: Definition, titles: Mapping[str, str], escape: Escape) -> Iterator[str]:
    if need.lacks:
        yield f"`{need.name}`: where the note shows {escape(need.lacks.words(titles))}"
    for scale, names in need.levels.items():
        dimension = definition.dimension(scale)
        levels = " or ".join(dimension.member(name).title for name in names)
        yield f"`{need.name}`: where {escape(dimension.title)} is {escape(levels)}"
    if not need.names_a_lack:
        yield f"`{need.name}`: where nothing lacks"
    if need.after:
        yield f"Once the note shows {escape(need.after.words(titles))}"


def _steps(steps: Steps, escape: Escape) -> Iterator[str]:
    yield from (f"{step.capitalize()}: {escape(question)}" for step in STEPS for question in steps.get(step, ()))


def _topics(choice: Dimension, options: Mapping[str, Steps], escape: Escape) -> Iterator[str]:
    for name, steps in options.items():
        yield from (f"- {escape(choice.member(name).title)}, {item[0].lower()}{item[1:]}" for item in _steps(steps, escape))
