"""Invented notes that the page offers to try and the API documents as examples."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from insight_classifier.definition import Definition

FILE = Path(__file__).parent / "demonstrations.toml"


@dataclass(frozen=True)
class Demonstration:
    """One invented note: `name` for addresses, `title` for people."""

    name: str
    title: str
    fields: Mapping[str, str]


def demonstrations(definition: Definition) -> tuple[Demonstration, ...]:
    """The notes that fit the definition's fields."""
    known = {field.name for field in definition.fields}
    content = tomllib.loads(FILE.read_text(encoding="utf-8"))
    found = (Demonstration(name, item["title"], item["fields"]) for name, item in content.items())
    return tuple(item for item in found if definition.main_field in item.fields and set(item.fields) <= known)
