"""Read the section `questions` of a definition; every mistake is reported with its line and the mend."""

from collections.abc import Iterator, Sequence

from insight_classifier.definition import Dimension
from insight_classifier.mistakes import shown
from insight_classifier.questions import STEPS, Need, Steps, slots
from insight_classifier.rule import Rule
from insight_classifier.yaml_map import Map

LEAST_FIRST = 2  # or each note that needs it, and each author, would be asked the same
_KEYS = ("lacks", "levels", "after", "topics")


def read_questions(top: Map, dimensions: Sequence[Dimension]) -> tuple[Need, ...]:
    """The needs in the order of the file, which is the order of their weight; none where the definition has no such section."""
    if "questions" not in top:
        return ()
    return _Reader(dimensions).needs(top.map("questions", "questions"))


class _Reader:
    def __init__(self, dimensions: Sequence[Dimension]) -> None:
        self.of_kind = {kind: {d.name: d for d in dimensions if d.kind == kind} for kind in ("checks", "scale", "choice")}
        self.checks = [name for dimension in self.of_kind["checks"].values() for name in dimension.names]
        proved = [member.name for dimension in self.of_kind["checks"].values() for member in dimension.members if member.evidence]
        self.tags = [*proved, *(d.evidence_tag for d in self.of_kind["scale"].values() if d.evidence_tag)]
        self.first_line: dict[str, int] = {}

    def needs(self, source: Map) -> tuple[Need, ...]:
        return tuple(self._need(name, source) for name in source)

    def _need(self, name: str, source: Map) -> Need:
        what = f"the need {shown(name)}"
        keys = source.map(name, what, required=("title", "first"), optional=(*STEPS[1:], *_KEYS))
        need = Need(
            name=source.named(name, "a need"),
            title=keys.text("title"),
            questions=self._steps(keys),
            lacks=self._rule(keys, "lacks"),
            levels=self._levels(keys, what),
            after=self._rule(keys, "after"),
            topics=self._topics(keys, what),
        )
        self._enough(keys, need)
        return need

    def _enough(self, keys: Map, need: Need) -> None:
        plain = [question for question in need.questions.get(STEPS[0], ()) if not slots(question)]
        if need.questions.get(STEPS[0]) and len(plain) < LEAST_FIRST:
            problem = f"{keys.what} has {len(plain)} first questions without a slot, too few: every note would be asked the same"
            keys.wrong(STEPS[0], problem, f"Write at least {LEAST_FIRST}")

    def _rule(self, keys: Map, key: str) -> Rule | None:
        rule = keys.rule(key)
        unknown = [name for name in rule.names if name not in self.checks] if rule else []
        for name in unknown:
            keys.wrong(key, f"{key} of {keys.what} names {shown(name)}, which is no check", f"Use {', '.join(self.checks)}")
        return None if unknown else rule

    def _levels(self, keys: Map, what: str) -> dict[str, tuple[str, ...]]:
        source = keys.map("levels", f"levels of {what}")
        return {name: source.items_of(name, self.of_kind["scale"][name].names) for name in self._known(source, "scale")}

    def _topics(self, keys: Map, what: str) -> dict[str, dict[str, Steps]]:
        source = keys.map("topics", f"topics of {what}")
        return {name: self._options(source, self.of_kind["choice"][name]) for name in self._known(source, "choice")}

    def _options(self, source: Map, choice: Dimension) -> dict[str, Steps]:
        options = source.map(choice.name, f"the topics of {shown(choice.name)}")
        known = _among(options, choice.names, f"option of {choice.name}")
        return {name: self._steps(options.map(name, f"the topic {shown(name)}", optional=STEPS)) for name in known}

    def _known(self, source: Map, kind: str) -> Iterator[str]:
        return _among(source, tuple(self.of_kind[kind]), f"dimension of kind {kind}")

    def _steps(self, keys: Map) -> dict[str, tuple[str, ...]]:
        found = {step: keys.items(step) for step in STEPS if step in keys}
        for step, questions in found.items():
            for question in questions:
                self._question(question, keys.item_line(step, question), keys)
        return found

    def _question(self, question: str, line: int, keys: Map) -> None:
        for slot in slots(question):
            if slot not in self.tags:
                mend = f"Use {', '.join(f'{{{tag}}}' for tag in self.tags)}" if self.tags else "Write the question without a slot"
                keys.mistakes.add(line, f"a question has the slot {{{slot}}}, of which no note has quotes", mend)
        if question in self.first_line:
            problem = f"the question {shown(question)} stands on line {self.first_line[question]} already"
            keys.mistakes.add(line, problem, "Delete one of the two")
        self.first_line.setdefault(question, line)


def _among(source: Map, names: tuple[str, ...], what: str) -> Iterator[str]:
    """The keys that are such names; the others are reported."""
    for key in source:
        if key in names:
            yield key
        else:
            source.wrong(key, f"{source.what} name {shown(key)}, which is no {what}", f"Use {' or '.join(names)}" if names else "Delete it")
