"""Read mapping files and targets; a mistake is refused with its file, line, key and mend."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from insight_classifier.definition import Definition
from insight_classifier.errors import ConfigError, DefinitionError
from insight_classifier.mistakes import Mistakes, shown
from insight_classifier.yaml_file import compose
from insight_classifier.yaml_map import Map, read_map
from service.presets.mapping import KINDS, PLATFORMS, TYPES, Choice, Column, Preset, Target

T = TypeVar("T")
SHIPPED = Path(__file__).parent / "maps"
TARGETS = "targets"
RESERVED = ("batch",)  # /v1/score/batch is another address
LONGEST, MOST_PLACES, LEAST_BYTES = 131_072, 12, 100_000
_RESULT = ("id", "object", "status", "label", "probability", "needs_review", "review_reasons", "coaching")
_ORIGIN = ("name", "version", "fingerprint")
_PARTS = {"definition": _ORIGIN, "model": _ORIGIN, "error": ("code", "detail")}
SOURCES = (*_RESULT, *(f"{part}.{name}" for part, names in _PARTS.items() for name in names))
MEMBER_SOURCES = {
    "checks": ("met", "probability", "evidence", "source"),
    "scale": ("level", "name", "evidence"),
    "choice": ("name",),
}
TYPED = {"decimal": ("probability",), "integer": ("level",), "checkbox": ("met", "needs_review")}  # other types take any source


def read_presets(folder: Path | None, definition: Definition) -> dict[str, Preset]:
    """The shipped presets that fit a definition, and those of `folder`, by name. Files of `folder` replace shipped ones of their name.

    Raises ConfigError with the first mistake, also where a preset of `folder` does not fit the definition.
    """
    if folder is not None and not folder.is_dir():
        raise ConfigError(f"{folder} is no folder: name the folder of your mapping files")
    targets = _targets(SHIPPED) | (_targets(folder) if folder else {})
    fields = {field.name for field in definition.fields}
    shipped = [preset for preset in _presets(SHIPPED, targets) if set(preset.reads) <= fields]
    own = _presets(folder, targets) if folder else []
    return {preset.name: preset.bound(definition) for preset in {p.name: p for p in (*shipped, *own)}.values()}


def _targets(folder: Path) -> dict[str, Target]:
    found = (_read(path, TARGET, _target) for path in sorted((folder / TARGETS).glob("*.yaml")))
    return {target.name: target for target in found}


def _presets(folder: Path, targets: Mapping[str, Target]) -> list[Preset]:
    return [_read(path, PRESET, lambda top: _preset(top, targets)) for path in sorted(folder.glob("*.yaml"))]


def _read(path: Path, keys: tuple[str, ...], build: Callable[[Map], T]) -> T:
    """What `build` makes of a file. Raises ConfigError with the first mistake."""
    mistakes = Mistakes()
    try:
        root = compose(path, mistakes)
    except DefinitionError as problem:
        raise ConfigError(str(problem)) from problem
    built = None if root is None else build(read_map(root, path.name, (), mistakes, required=keys, optional=()))
    if found := mistakes.in_order():
        raise ConfigError(f"{path}, {found[0]}")
    assert built is not None, "a file without a root is a mistake"
    return built


PRESET = ("name", "title", "target", "object", "id", "reads", "metadata")
TARGET = ("name", "platform", "object", "external_id", "records", "bytes", "fields", *KINDS)


def _preset(top: Map, targets: Mapping[str, Target]) -> Preset:
    name, target = top.name("name"), top.one_of("target", tuple(targets))
    if name in RESERVED:
        top.wrong("name", f"name is {shown(name)}, which is another address of the service", "Choose another name")
    reads = top.map("reads", "reads")
    metadata = top.map("metadata", "metadata")
    return Preset(
        name=name,
        title=top.text("title"),
        object=top.text("object"),
        id=_choice(top.text("id")),
        reads={reads.named(field, "a field of a note"): tuple(map(_choice, reads.items(field))) for field in reads},
        metadata={metadata.named(key, "a piece of metadata"): _choice(metadata.text(key)) for key in metadata},
        target=targets.get(target) or next(iter(targets.values())),
    )


def _choice(written: str) -> Choice:
    """`One | Other`: the first of them that holds something."""
    return tuple(part for part in (part.strip() for part in written.split("|")) if part)


def _target(top: Map) -> Target:
    platform = top.one_of("platform", tuple(PLATFORMS))
    most = PLATFORMS.get(platform, PLATFORMS["csv"])
    columns = tuple(_columns(top.map("fields", "fields"), SOURCES))
    external_id = top.text("external_id")
    if external_id and external_id not in [column.name for column in columns]:
        top.wrong(
            "external_id", f"external_id is {shown(external_id)}, which is not among fields", "Name the field that tells the rows apart"
        )
    return Target(
        name=top.name("name"),
        platform=platform,
        object=top.text("object"),
        external_id=external_id,
        records=int(top.number("records", most.records, 1, most.records, whole=True)),
        bytes=int(top.number("bytes", most.bytes, LEAST_BYTES, most.bytes, whole=True)),
        columns=columns,
        patterns={kind: tuple(_columns(_pattern(top, kind), MEMBER_SOURCES[kind])) for kind in KINDS},
    )


def _pattern(top: Map, kind: str) -> Map:
    keys = top.map(kind, kind)
    for name in keys:
        if "{name}" not in name.casefold():
            keys.wrong(name, f"{shown(name)} would be the same field for every member", "Write {Name} or {name} into it")
    return keys


def _columns(keys: Map, sources: tuple[str, ...]) -> Iterator[Column]:
    for name in keys:
        column = keys.map(name, shown(name), required=("from", "type"), optional=("length", "places", "values"))
        kind = column.one_of("type", TYPES)
        values = column.map("values", f"values of {shown(name)}") if "values" in column else None
        if kind in ("text", "long_text") and "length" not in column:
            column.wrong("length", f"{shown(name)} lacks 'length'", "Add the field's length in characters")
        yield Column(
            name=name,
            sources=tuple(_sources(column, TYPED.get(kind, sources))),
            type=kind,
            length=int(column.number("length", 0, 16, LONGEST, whole=True)),
            places=int(column.number("places", 4, 0, MOST_PLACES, whole=True)),
            values={value: values.text(value) for value in values} if values else {},
        )


def _sources(column: Map, known: tuple[str, ...]) -> Iterator[str]:
    """`one + other`: both, with a colon between them."""
    for source in filter(None, (part.strip() for part in column.text("from").split("+"))):
        if source not in known and not (source.startswith("metadata.") and known == SOURCES):
            column.wrong("from", f"from of {column.what} names {shown(source)}", f"Use {', '.join(known)}, or a type that fits")
        yield source
