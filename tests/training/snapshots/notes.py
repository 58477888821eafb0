"""Labelled notes of invented authors, for snapshots."""

import json
from pathlib import Path
from typing import Any

from tests.conftest import DATA


def decisions(authors: int, each: int, *, first: int = 0) -> list[dict[str, Any]]:
    """Lines as `insight reviews export` writes them: real notes of one writer, dealt out to authors."""
    lines = (DATA / "notes" / "writer_a.jsonl").read_text(encoding="utf-8").splitlines()[first : first + authors * each]
    return [decision(json.loads(line), f"person-{number % authors}", number) for number, line in enumerate(lines)]


def decision(note: dict[str, Any], author: str, number: int) -> dict[str, Any]:
    review = {"reviewer": "account:7", "kind": "decide", "at": "2026-03-01T12:00:00Z", "definition": "f" * 16, "comment": "so it is"}
    return {**note, "author": author, "written_at": f"2026-{number % 12 + 1:02}-03", "review": review}


def written(path: Path, lines: list[dict[str, Any]]) -> Path:
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    return path
