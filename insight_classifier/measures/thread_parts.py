"""What a thread is made of: the choice that tells its subject, the checks that are its view, plan, check and claim. Declared in a file."""

from dataclasses import dataclass
from pathlib import Path

from insight_classifier.definition import Definition
from insight_classifier.errors import DefinitionError
from insight_classifier.measures.declared_reader import shipped_file
from insight_classifier.mistakes import Mistakes, shown
from insight_classifier.yaml_file import compose
from insight_classifier.yaml_map import Map, read_map

VIEW, PLAN, CHECK, CLAIM = "view", "plan", "check", "claim"
_PARTS = (VIEW, PLAN, CHECK, CLAIM)


@dataclass(frozen=True)
class Parts:
    """`subject`: the name of a choice; the others: names of checks. `without`: options of the subject that make no thread."""

    subject: str
    view: str
    plan: str
    check: str
    claim: str
    without: tuple[str, ...] = ()

    @property
    def checks(self) -> dict[str, str]:
        """The check of each part, in the order in which a visit goes."""
        return {VIEW: self.view, PLAN: self.plan, CHECK: self.check, CLAIM: self.claim}


def shipped_parts(definition: Definition) -> Parts | None:
    """What ships for this definition; None where nothing does."""
    path = shipped_file(definition)
    return read_parts(path, definition) if path else None


def read_parts(path: Path, definition: Definition) -> Parts | None:
    """From a file of measures; None where it declares no threads. Raises DefinitionError, which names the line."""
    mistakes = Mistakes()
    root = compose(path, mistakes)
    top = read_map(root, "the file", (), mistakes, (), None) if root else Map("the file", (), mistakes)
    found = _parts(top.map("threads", "threads", ("subject", *_PARTS), ("without",)), definition) if "threads" in top else None
    for mistake in mistakes.in_order():
        raise DefinitionError(f"{path}, {mistake}")
    return found


def _parts(keys: Map, definition: Definition) -> Parts:
    choices = {dimension.name: dimension.names for dimension in definition.of_kind("choice")}
    subject = _named(keys, "subject", tuple(choices), "choice")
    checks = {part: _named(keys, part, tuple(definition.checks), "check") for part in _PARTS}
    return Parts(subject, **checks, without=keys.items_of("without", choices.get(subject, ())))


def _named(keys: Map, key: str, known: tuple[str, ...], kind: str) -> str:
    name = keys.name(key)
    if name and name not in known:
        keys.wrong(key, f"{key} of {keys.what} is {shown(name)}, which is no {kind}", f"Use {', '.join(known)}")
    return name
