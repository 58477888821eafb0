"""The programs of the documentation run as they stand there, against a real service and a stand-in for the CRM."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs
from xml.etree import ElementTree

import pytest

from tests.conftest import ROOT
from tests.service.conftest import HARM


class StandIn(BaseHTTPRequestHandler):
    """Answers as Vault's public documents say: a session, two pages of a query, rows stored by a key."""

    server: "Vault"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if "/auth" not in self.path and self.headers["Authorization"] != "session":
            self.answer({"responseStatus": "FAILURE", "errors": [{"type": "INVALID_SESSION_ID"}]})
        elif "/auth" in self.path:
            self.answer({"responseStatus": "SUCCESS", "sessionId": "session"})
        elif "/query" in self.path:
            self.query(body)
        else:
            rows = json.loads(body)
            self.server.rows += rows
            self.server.paths.append(self.path)
            self.answer({"responseStatus": "SUCCESS", "data": [{"responseStatus": "SUCCESS", "data": {"id": "S"}} for _ in rows]})

    def query(self, body: bytes) -> None:
        first = not self.path.endswith("/page2")
        if first:
            self.server.queries += parse_qs(body.decode())["q"]
        name = "V1" if first else "V2"
        details = {"next_page": "/api/v25.1/query/page2"} if first else {}
        records = [{"id": name, "RICHTEXT(description__v)": f"<p>{HARM}</p>", "status__v": ["submitted__v"]}]
        self.answer({"responseStatus": "SUCCESS", "responseDetails": details, "data": records})

    def answer(self, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Silent."""


class Vault(ThreadingHTTPServer):
    """What the stand-in was asked and told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), StandIn)
        self.rows: list[dict[str, object]] = []
        self.paths: list[str] = []
        self.queries: list[str] = []


@pytest.fixture
def vault() -> Iterator[Vault]:
    server = Vault()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def program(page: str, folder: Path) -> Path:
    """The first Python block of a page, as a file."""
    block = re.search(r"```python\n(.*?)```", (ROOT / "docs" / page).read_text(encoding="utf-8"), re.DOTALL)
    assert block
    path = folder / "program.py"
    path.write_text(block.group(1), encoding="utf-8")
    return path


def run(path: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, path.name, *arguments]
    return subprocess.run(command, cwd=path.parent, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60)


def test_the_vault_program_scores_what_changed(vault: Vault, server: str, tmp_path: Path) -> None:
    address = f"http://127.0.0.1:{vault.server_port}"
    path = program("vault.md", tmp_path)
    done = run(path, VAULT_URL=address, INSIGHT_URL=server, VAULT_USER="u", VAULT_PASSWORD="p")
    assert done.returncode == 0, done.stderr
    assert [row["note_key__c"] for row in vault.rows] == ["V1", "V2"]
    assert all(path.endswith("/vobjects/msl_insight_score__c?idParam=note_key__c") for path in vault.paths)
    again = run(path, VAULT_URL=address, INSIGHT_URL=server, VAULT_USER="u", VAULT_PASSWORD="p")
    assert again.returncode == 0
    assert (tmp_path / "vault_scores.since").read_text() > "2026"
    assert "2020-01-01" in vault.queries[0]
    assert "2020-01-01" not in vault.queries[1]


def test_the_score_objects_fields_are_written_for_salesforce(server: str, tmp_path: Path) -> None:
    done = run(program("salesforce.md", tmp_path), server, "veeva_crm_insight")
    assert done.returncode == 0, done.stderr
    fields = {file.name: ElementTree.parse(file).getroot() for file in tmp_path.rglob("*.field-meta.xml")}
    key = fields["Note_Key__c.field-meta.xml"]
    assert "true" in [child.text for child in key if child.tag.endswith("externalId")]
    assert len(fields) > 40
