"""docs/webhooks.md tells the truth: its verifiers accept what we sign and nothing else, and its tables name what there is."""

import json
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from service.database import now
from service.webhooks.rules import DELAYS, EVENTS, body
from service.webhooks.signing import new_secret, signed_headers
from tests.conftest import ROOT

DOCUMENT = (ROOT / "docs" / "webhooks.md").read_text(encoding="utf-8")
NODE = shutil.which("node")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)
    assert found
    return found[1]


def python(secret: str, headers: dict[str, str], content: bytes, tmp_path: Path) -> Any:
    names: dict[str, Any] = {}
    exec(block("python"), names)
    return names["verified"](secret, headers, content)


def javascript(secret: str, headers: dict[str, str], content: bytes, tmp_path: Path) -> Any:
    if NODE is None:
        pytest.skip("node is not installed: THE JAVASCRIPT OF docs/webhooks.md WAS NOT RUN")
    (tmp_path / "verify.mjs").write_text(block("js"))
    arguments = json.dumps([secret, headers, content.decode()])
    program = f"""import {{ verified }} from "./verify.mjs";
const [secret, headers, body] = {arguments};
console.log(JSON.stringify(verified(secret, headers, Buffer.from(body))));"""
    (tmp_path / "main.mjs").write_text(program)
    done = subprocess.run([NODE, "main.mjs"], cwd=tmp_path, capture_output=True, text=True)
    if done.returncode:
        raise ValueError(done.stderr)
    return json.loads(done.stdout)


@pytest.mark.parametrize("verified", [python, javascript])
def test_the_verifiers_accept_ours_and_nothing_else(verified: Any, tmp_path: Path) -> None:
    secret, at = new_secret(), now()
    content = body("job.finished", at, {"name": "Zoë's"})
    headers = signed_headers(secret, "msg_1", content, at)
    assert verified(secret, headers, content.encode(), tmp_path)["data"] == {"name": "Zoë's"}
    old = signed_headers(secret, "msg_1", content, at - timedelta(minutes=6))
    for wrong in ((new_secret(), headers, content), (secret, headers, content + " "), (secret, {**headers, "webhook-id": "x"}, content)):
        with pytest.raises(ValueError, match="not signed"):
            verified(wrong[0], wrong[1], wrong[2].encode(), tmp_path)
    with pytest.raises(ValueError, match="too old"):
        verified(secret, old, content.encode(), tmp_path)


def test_every_event_is_described() -> None:
    assert set(EVENTS) | {"webhook.test"} == set(re.findall(r"^\| `([a-z]+\.[a-z]+)` \|", DOCUMENT, re.MULTILINE))


def test_the_schedule_is_the_one_that_is_told() -> None:
    told = re.search(r"again after (.*?), each up to", DOCUMENT)
    assert told
    seconds, unit = [], {"s": 1, "min": 60, "h": 3600}
    factor = 1
    for part in reversed(told[1].split(", ")):
        number, _, name = part.partition(" ")
        factor = unit[name] if name else factor
        seconds.append(int(number) * factor)
    assert tuple(reversed(seconds)) == DELAYS
    assert f"{len(DELAYS) + 1} attempts" in DOCUMENT
