"""The definition is data: no name of a dimension or member stands in the service's code."""

import re
from pathlib import Path

import pytest

import service
from insight_classifier.definition import Definition

HERE = Path(service.__file__).parent
SOURCES = [path for path in sorted(HERE.rglob("*")) if path.suffix in {".py", ".html", ".css", ".js"} and path.parent.name != "vendor"]
CONTRACT = {"evidence", "safety", "none"}  # also words of contracts.md, of the lane, and of CSS
# By what a file is called or stands in: words that it has for reasons of its own. A safety item has flags, work is claimed,
# a box of HTML is checked, a folder is asked for access, whatever a definition calls its members.
OWN = {
    "safety": {"flags"},
    "jobs": {"claimed"},
    "webhooks": {"claimed"},
    "review": {"checked"},
    "static": {"checked"},
    "metrics/processes": {"access"},
}


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_no_name_of_the_definition_is_in_the_code(source: Path, definition: Definition) -> None:
    names = {name for dimension in definition.dimensions for name in (dimension.name, *dimension.names)} - CONTRACT
    names -= {word for part, words in OWN.items() if part in str(source.relative_to(HERE)) for word in words}
    found = {
        name
        for name in names
        if re.search(rf"[\"'.#]{name}\b|\b{name}[\"']" if "_" not in name else name, source.read_text(encoding="utf-8"))
    }
    assert not found


def test_every_file_can_be_read_in_one_sitting() -> None:
    assert [path.name for path in SOURCES if len(path.read_text(encoding="utf-8").splitlines()) > 300] == []
