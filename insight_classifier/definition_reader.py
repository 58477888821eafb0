"""Read a definition file; every mistake is reported with its line and the mend, all in one go."""

from importlib.resources import files
from pathlib import Path

import yaml

from insight_classifier.definition import Definition, Dimension, Example, Field, Label, Member
from insight_classifier.definition_relations import KINDS, LANES, check_relations, cue_file
from insight_classifier.errors import DefinitionError
from insight_classifier.mistakes import Mistake, Mistakes, shown
from insight_classifier.questions_reader import read_questions
from insight_classifier.yaml_file import compose
from insight_classifier.yaml_map import Map, read_map

__all__ = ["DEFAULT", "Mistake", "cue_file", "default_definition", "examine", "read_definition"]

DEFAULT = "home_office"
JUDGES = ("model", "rules")
LEAST_COST, MOST_COST = 0.001, 1_000_000
MOST_QUOTES = 20
REVIEW_BAND = (0.3, 0.7)

_TOP = ("name", "version", "title", "fields", "label", "dimensions")
_LABEL = ("met", "unmet", "met_wording", "unmet_wording", "rule")
_DIMENSION = ("title", "kind", "wording", "members")
_MEMBER = ("title", "wording", "not_enough", "acceptable", "unacceptable")
_CHECK_KEYS = ("coaching", "coach_when", "requires", "distinct_from", "evidence", "judged_by", "cues", "miss_cost", "false_alarm_cost")
_MEMBER_KEYS: dict[str, tuple[str, ...]] = {"checks": _CHECK_KEYS, "scale": ("coaching", "evidence"), "choice": ()}


def read_definition(path: Path) -> Definition:
    """The definition in a file. Raises DefinitionError with the first mistake and the number of others."""
    definition, mistakes = examine(path)
    if definition is None:
        more = f" ({len(mistakes) - 1} more: insight definition check {path})" if len(mistakes) > 1 else ""
        raise DefinitionError(f"{path}, {mistakes[0]}{more}")
    return definition


def default_definition() -> Definition:
    """The definition that ships with the package."""
    return read_definition(Path(str(files("insight_classifier") / "definitions" / f"{DEFAULT}.yaml")))


def examine(path: Path) -> tuple[Definition | None, list[Mistake]]:
    """The definition, or every mistake in file order. Raises DefinitionError where there is no file to read."""
    mistakes = Mistakes()
    root = compose(path, mistakes)
    definition = None if root is None else _definition(root, path, mistakes)
    found = mistakes.in_order()
    return (None if found else definition), found


def _definition(root: yaml.Node, path: Path, mistakes: Mistakes) -> Definition | None:
    top = read_map(root, "the definition", (), mistakes, required=_TOP, optional=("questions",))
    name, version, title = top.name("name"), top.text("version"), top.text("title")
    fields_map, dimensions_map = top.map("fields", "fields"), top.map("dimensions", "dimensions")
    fields = tuple(_field(key, fields_map) for key in fields_map)
    dimensions = tuple(_dimension(key, dimensions_map) for key in dimensions_map)
    label = _label(top)
    questions = read_questions(top, dimensions)
    check_relations(fields, label, dimensions, path, mistakes)
    if label is None:
        return None
    return Definition(name, version, title, fields, label, dimensions, path, questions)


def _field(name: str, source: Map) -> Field:
    keys = source.map(name, f"the field {shown(name)}", required=("title",), optional=("required",))
    # Where the word is wrong, take it for true: one mistake should not look like two.
    needed = "required" in keys and keys.one_of("required", ("true", "false")) != "false"
    return Field(source.named(name, "a field"), keys.text("title"), needed)


def _label(top: Map) -> Label | None:
    keys = top.map("label", "label", required=_LABEL, optional=("review_band", "crm_values"))
    met, unmet, rule = keys.name("met"), keys.name("unmet"), keys.rule("rule")
    band, crm_values = _band(keys), _crm_values(keys, met, unmet)
    met_wording, unmet_wording = keys.text("met_wording"), keys.text("unmet_wording")
    if met and met == unmet:
        keys.wrong("unmet", f"met and unmet are both {shown(met)}", "Give the two outcomes different names")
    if rule is None:
        return None
    return Label(met, unmet, met_wording, unmet_wording, rule, band, crm_values)


def _band(keys: Map) -> tuple[float, float]:
    values = keys.items("review_band")
    if not values:
        return REVIEW_BAND
    try:
        low, high = map(float, values)
    except ValueError:
        low, high = 1.0, 0.0
    if not 0 <= low <= high <= 1:
        keys.wrong("review_band", "review_band must be two probabilities, low then high", "Example: [0.3, 0.7]")
    return (low, high)


def _crm_values(keys: Map, met: str, unmet: str) -> dict[str, str]:
    source = keys.map("crm_values", "crm_values")
    values = {name: source.text(name) for name in source}
    for name, label in values.items():
        if label and met and unmet and met != unmet and label not in (met, unmet):
            source.wrong(name, f"crm_values maps {shown(name)} to the unknown label {shown(label)}", f"Use {met} or {unmet}")
    return values


def _dimension(name: str, source: Map) -> Dimension:
    what = f"the dimension {shown(name)}"
    keys = source.map(name, what, required=_DIMENSION, optional=("evidence_tag", "lane"))
    kind = keys.one_of("kind", KINDS)
    members = keys.map("members", f"members of {what}")
    return Dimension(
        name=source.named(name, "a dimension"),
        title=keys.text("title"),
        kind=kind,
        wording=keys.text("wording"),
        members=tuple(_member(member, members, kind) for member in members),
        evidence_tag=keys.name("evidence_tag") or None,
        lane=keys.one_of("lane", LANES) or None,
    )


def _member(name: str, source: Map, kind: str) -> Member:
    keys = source.map(name, shown(name), required=_MEMBER, optional=_MEMBER_KEYS.get(kind, _CHECK_KEYS))
    return Member(
        name=source.named(name, "a member"),
        title=keys.text("title"),
        wording=keys.text("wording"),
        not_enough=keys.text("not_enough"),
        acceptable=_example(keys, "acceptable"),
        unacceptable=_example(keys, "unacceptable"),
        coaching=keys.items("coaching"),
        coach_when=keys.rule("coach_when"),
        requires=keys.items("requires"),
        distinct_from=keys.items("distinct_from"),
        evidence=int(keys.number("evidence", 0, 0, MOST_QUOTES, whole=True)),
        judged_by=keys.items_of("judged_by", JUDGES) if "judged_by" in keys else ("model",),
        cues=keys.name("cues") or None,
        miss_cost=keys.number("miss_cost", 1.0, LEAST_COST, MOST_COST),
        false_alarm_cost=keys.number("false_alarm_cost", 1.0, LEAST_COST, MOST_COST),
    )


def _example(keys: Map, key: str) -> Example:
    parts = keys.map(key, f"{key} of {keys.what}", required=("text", "why"), optional=())
    return Example(parts.text("text"), parts.text("why"))
