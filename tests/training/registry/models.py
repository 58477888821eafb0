"""Model folders for a registry: the same model under other names, each with a fingerprint of its own."""

import json
import shutil
from pathlib import Path

from training.registry.registry import Registry
from training.registry.states import Live


def copy_model(model: Path, folder: Path) -> Path:
    shutil.copytree(model, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"name": folder.name}))
    return folder


def ready(registry: Registry, name: str, *approvers: str) -> None:
    """A candidate that passed the gate and was approved."""
    registry.propose(name, "ana")
    live: Live | None = registry.states().live
    registry.gated(name, "ana", True, {}, live)
    for who in approvers:
        registry.approve(name, who)
