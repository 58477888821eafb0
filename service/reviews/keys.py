"""Which key does what: the acts have theirs, members of the definition get those that are left, in its order. Pure."""

from collections.abc import Mapping

from insight_classifier.definition import Definition

ACTS: Mapping[str, tuple[str, str]] = {  # what it does, and a word for it
    "decide": ("Enter", "Confirm, or save your changes, and go on"),
    "skip": ("s", "Skip: leave it to others, and go on"),
    "flag": ("f", "Flag it for a lead, and stay"),
    "comment": ("c", "Write a comment; Escape leaves it, Ctrl + Enter saves"),
    "undo": ("z", "Undo what you did last"),
    "evidence": ("e", "Hide or show the evidence"),
    "list": ("b", "Back to the list"),
    "help": ("?", "Show the keys"),
}
TAKEN = {key for key, _ in ACTS.values()}
ROWS = "1234567890qwertyuiopasdfghjklzxcvbnm"  # as they lie on a keyboard
POOL = [key for key in ROWS if key not in TAKEN] + [key for key in ROWS[10:].upper() if key.lower() not in TAKEN]
Member = tuple[str, str]  # dimension and member


def member_keys(definition: Definition) -> dict[Member, str]:
    """The key of each check, level and option; members beyond the number of keys have none, and are reached by Tab."""
    named = [(dimension.name, name) for dimension in definition.dimensions for name in dimension.names]
    return dict(zip(named, POOL, strict=False))
