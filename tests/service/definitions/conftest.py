"""Two versions of the home office's definition that differ in their rule, and notes judged by the first."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from insight_classifier.definition import Definition
from insight_classifier.definition_reader import read_definition
from service.database import Database
from service.notes.rules import Delivery
from service.notes.store import judged, keep
from tests.service.reviews.desk import TEXT, judgement

AT = datetime(2026, 5, 3, 8, tzinfo=UTC)


@pytest.fixture(scope="session")
def second(definition: Definition, tmp_path_factory: pytest.TempPathFactory) -> Definition:
    """A newer version: the first check of the rule is enough."""
    text = definition.source.read_text(encoding="utf-8")
    rule = definition.label.rule
    file: Path = tmp_path_factory.mktemp("definitions") / "second.yaml"
    file.write_text(
        text.replace(f"rule: {rule.source}", f"rule: {rule.names[0]}").replace('version: "1"', 'version: "2"'), encoding="utf-8"
    )
    return read_definition(file)


def judge(database: Database, definition: Definition, name: str, *met: str, minutes: int = 0, **more: Any) -> str:
    """Keep a note and judge it; its id."""
    at = AT + timedelta(minutes=minutes)

    def write(connection: Any) -> str:
        kept = keep(connection, Delivery("veeva", name, {"text": TEXT}), at)
        said: Mapping[str, Any] = judgement(definition, *met, **more)
        judged(connection, kept, said, at)
        return kept.note_id

    return database.write(write)
