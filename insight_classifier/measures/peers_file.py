"""Published figures of others from a file, YAML or CSV; every mistake is reported with its line and the mend."""

import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from insight_classifier.csv_file import csv_records
from insight_classifier.errors import FileError
from insight_classifier.measures.peers import METHODS, UNPUBLISHED, Peer
from insight_classifier.mistakes import Mistakes, shown
from insight_classifier.yaml_file import compose
from insight_classifier.yaml_map import Map, read_map

REQUIRED = ("area", "measure", "value", "n", "source", "method", "year")
OPTIONAL = ("caveat",)
_DECIMAL = re.compile(r"[01](\.[0-9]+)?\Z|\.[0-9]+\Z")
_WHOLE = re.compile(r"[1-9][0-9]{0,8}\Z")
_MEANT = {"value": "a share from 0 to 1, such as 0.16", "n": f"a whole number, or {UNPUBLISHED}", "year": f"a year, or {UNPUBLISHED}"}
_WHY = {"source": "Say where the figure can be read: without it nobody can check it"}


def shipped_peers() -> tuple[Peer, ...]:
    """What ships: the published case."""
    return read_peers(Path(str(files("insight_classifier") / "measures" / "peers.yaml")))


def read_peers(path: Path) -> tuple[Peer, ...]:
    """The rows of a file. Raises FileError with the line of the first mistake, and the number of others; DefinitionError without a file."""
    mistakes = Mistakes()
    rows = _of_csv(path, mistakes) if path.suffix.lower() == ".csv" else _of_yaml(path, mistakes)
    found = [_peer(name, cells, mistakes) for name, cells in rows.items()]
    if wrong := mistakes.in_order():
        more = f" ({len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise FileError(f"{path}, {wrong[0]}{more}")
    return tuple(peer for peer in found if peer is not None)


def _of_yaml(path: Path, mistakes: Mistakes) -> dict[str, dict[str, str]]:
    root = compose(path, mistakes)
    top = read_map(root, "the file", (), mistakes, ("peers",), ()) if root else Map("the file", (), mistakes)
    source = top.map("peers", "peers") if root else top
    return {key: _cells(source.map(key, f"the row {shown(key)}", optional=(*REQUIRED, *OPTIONAL))) for key in source}


def _cells(row: Map) -> dict[str, str]:
    return {key: row.text(key) for key in row}


def _of_csv(path: Path, mistakes: Mistakes) -> dict[str, dict[str, str]]:
    rows: dict[str, dict[str, str]] = {}
    above = 1  # lines of the header, and line breaks within cells
    for record in csv_records(path, "source", "source"):
        if record.error:
            raise FileError(f"{path}, {record.error}.")
        line = record.number + above
        above += sum(str(cell).count("\n") for cell in record.content.values())
        name = str(record.content.get("name") or f"row {record.number}")
        if name in rows:
            mistakes.add(line, f"the name {shown(name)} came before", "Name each row once, or leave the column out")
        rows[name] = {key: str(cell).strip() for key, cell in record.content.items() if key in (*REQUIRED, *OPTIONAL)}
        mistakes.lines.setdefault(("peers", name), line)
    if not rows:
        mistakes.add(1, "the file has no rows", f"Write one figure a line under {','.join(('name', *REQUIRED, *OPTIONAL))}")
    return rows


def _peer(name: str, cells: Mapping[str, str], mistakes: Mistakes) -> Peer | None:
    """One row, or None where something in it is wrong."""
    before, at = len(mistakes.found), ("peers", name)
    for key in REQUIRED:
        if not cells.get(key):
            mistakes.at((*at, key), f"the row {shown(name)} has no {key}", _WHY.get(key, f"Give {_MEANT.get(key, f'the {key}')}"))
    value = _read(cells, "value", _DECIMAL, at, mistakes)
    n, year = (_read(cells, key, _WHOLE, at, mistakes) for key in ("n", "year"))
    if (method := cells.get("method")) and method not in METHODS:
        mistakes.at((*at, "method"), f"method of the row {shown(name)} is {shown(method)}", f"Use {', '.join(METHODS)}")
    if len(mistakes.found) > before or value is None:
        return None
    whole = (None if number is None else int(number) for number in (n, year))
    return Peer(
        name, cells["area"], cells["measure"], value, next(whole), cells["source"], cells["method"], next(whole), cells.get("caveat")
    )


def _read(cells: Mapping[str, str], key: str, form: re.Pattern[str], at: tuple[str, ...], mistakes: Mistakes) -> float | None:
    """A number; None where it is not published, or is none, which is then a mistake."""
    written = cells.get(key, "")
    if not written or (written == UNPUBLISHED and key != "value"):
        return None
    if not form.match(written) or (key == "value" and float(written) > 1):
        mistakes.at((*at, key), f"{key} of the row {shown(at[-1])} is {shown(written)}", f"Write {_MEANT[key]}")
        return None
    return float(written)
