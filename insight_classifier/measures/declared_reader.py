"""Read a file of measures; every mistake is reported with its line and the mend."""

from importlib.resources import files
from itertools import pairwise
from pathlib import Path

from insight_classifier.definition import Definition
from insight_classifier.errors import DefinitionError
from insight_classifier.measures.measure import Declarations, Declared, measures_of
from insight_classifier.mistakes import Mistakes, shown
from insight_classifier.rule import Rule
from insight_classifier.yaml_file import compose
from insight_classifier.yaml_map import Map, read_map

MOST_MONTHS = 1200
_TOP, _MORE = ("definition", "measures"), ("tenure_bands", "threads")
_KEYS = ("title", "question", "caveat", "rule")
# Words of deeds: notes tell what is written, and no measure of them may say more.
_DEEDS = ("did", "does", "performed", "actually")


def shipped_measures(definition: Definition) -> Declarations:
    """What ships for this definition, by its name; nothing where it is another's. Raises DefinitionError."""
    path = shipped_file(definition)
    return read_measures(path, definition) if path else Declarations()


def shipped_file(definition: Definition) -> Path | None:
    """The file that ships for this definition."""
    path = Path(str(files("insight_classifier") / "measures" / f"{definition.name}.yaml"))
    return path if path.is_file() else None


def read_measures(path: Path, definition: Definition) -> Declarations:
    """The measures and bands in a file. Raises DefinitionError with the first mistake, and the number of others."""
    mistakes = Mistakes()
    root = compose(path, mistakes)
    top = read_map(root, "the file", (), mistakes, _TOP, _MORE) if root else Map("the file", (), mistakes)
    if (name := top.name("definition")) and name != definition.name:
        top.wrong("definition", f"definition is {shown(name)}, not {shown(definition.name)}", "Give the measures of that definition")
    source = top.map("measures", "measures") if root else top
    declared, bands = tuple(_declared(key, source, definition) for key in source), _bands(top)
    if found := mistakes.in_order():
        more = f" ({len(found) - 1} more)" if len(found) > 1 else ""
        raise DefinitionError(f"{path}, {found[0]}{more}")
    return Declarations(declared, bands)


def _bands(top: Map) -> tuple[tuple[float, str], ...]:
    """Months must rise, or a band would be empty."""
    if "tenure_bands" not in top:
        return ()
    source = top.map("tenure_bands", "tenure_bands")
    bands = tuple((source.number(name, 0.0, 0.0, MOST_MONTHS), name) for name in source)
    for (before, _), (months, name) in pairwise(bands):
        if months <= before:
            source.wrong(name, f"{shown(name)} ends at {months:g} months, the band before it at {before:g}", "Write bands in rising order")
    return bands


def _declared(name: str, source: Map, definition: Definition) -> Declared:
    keys = source.map(name, f"the measure {shown(name)}", required=_KEYS, optional=("among",))
    if name in {measure.name for measure in measures_of(definition)}:
        source.wrong(name, f"{shown(name)} is a measure of the definition already", "Choose another name")
    for key in ("title", "question"):
        if deed := next((word for word in _DEEDS if word in keys.text(key).lower().split()), None):
            keys.wrong(key, f"{key} of {keys.what} says {shown(deed)}", "Say what is documented: a note proves no deed")
    rule, among = _rule(keys, "rule", definition), _rule(keys, "among", definition)
    # A wrong rule is reported; any other stands in for it until then.
    title, question, caveat = keys.text("title"), keys.text("question"), keys.text("caveat")
    return Declared(source.named(name, "a measure"), title, question, caveat, rule or definition.label.rule, among)


def _rule(keys: Map, key: str, definition: Definition) -> Rule | None:
    rule = keys.rule(key)
    unknown = next((name for name in rule.names if name not in definition.checks), None) if rule else None
    if unknown:
        keys.wrong(key, f"{key} of {keys.what} names {shown(unknown)}", f"Use the definition's checks: {', '.join(definition.checks)}")
    return None if unknown else rule
