"""Which key does what: the acts have theirs, members of the definition get those that are left, in its order. Pure."""

from collections.abc import Mapping

from insight_classifier.definition import Definition, Dimension

ACTS: Mapping[str, tuple[str, str]] = {  # what it does, and a word for it
    "decide": ("Enter", "Confirm, or save your changes, and go on"),
    "skip": ("s", "Skip: leave it to others, and go on"),
    "flag": ("f", "Flag it for a lead, and stay"),
    "comment": ("c", "Write a comment; Escape leaves it, Ctrl + Enter saves"),
    "undo": ("z", "Undo what you did last"),
    "mark": ("m", "Mark evidence by keys: see below"),
    "evidence": ("e", "Hide or show all evidence"),
    "assign": ("a", "Choose whose note it is"),
    "mine": ("M", "Make the note yours, or give it up"),
    "list": ("b", "Back to the list"),
    "help": ("?", "Show the keys"),
}
TAKEN = {key for key, _ in ACTS.values()}
ROWS = "1234567890qwertyuiopasdfghjklzxcvbnm"  # as they lie on a keyboard
POOL = [key for key in ROWS if key not in TAKEN] + [key for key in ROWS[10:].upper() if key.lower() not in TAKEN]
Member = tuple[str, str]  # dimension and member


def member_keys(definition: Definition) -> dict[Member, str]:
    """The key of each check, level and option; members beyond the number of keys have none, and are reached by Tab."""
    return dict(zip(_members(definition), POOL, strict=False))


def evidence_keys(definition: Definition) -> dict[str, str]:
    """The key that hides and shows the evidence of each dimension that has any, after those of the members."""
    left = POOL[len(_members(definition)) :]
    return dict(zip((dimension.name for dimension in definition.dimensions if _quoted(dimension)), left, strict=False))


def _members(definition: Definition) -> list[Member]:
    return [(dimension.name, name) for dimension in definition.dimensions for name in dimension.names]


def _quoted(dimension: Dimension) -> bool:
    """Whether people quote the note for it; what rules alone find is shown too."""
    return bool(dimension.evidence_tag) or (dimension.kind == "checks" and any(member.evidence for member in dimension.members))
