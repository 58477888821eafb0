"""A definition and the files that it was read from, there and back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from insight_classifier.definition import Definition
from insight_classifier.definition_reader import cue_file, read_definition

NAME = "definition.yaml"


@dataclass(frozen=True)
class Files:
    """`cues` by name."""

    text: str
    cues: Mapping[str, str]


def files_of(definition: Definition) -> Files:
    """As they are on disk now. Raises OSError, UnicodeDecodeError."""
    names = sorted({member.cues for member in definition.checks.values() if member.cues})
    cues = {name: cue_file(definition.source, name).read_text(encoding="utf-8") for name in names}
    return Files(definition.source.read_text(encoding="utf-8"), cues)


def restored(files: Files) -> Definition:
    """The definition that the files hold. Raises DefinitionError, where a later reader refuses what an earlier one took."""
    with TemporaryDirectory() as folder:
        source, cues = Path(folder) / NAME, Path(folder) / "cues"
        source.write_text(files.text, encoding="utf-8")
        cues.mkdir()
        for name, text in files.cues.items():
            (cues / f"{name}.yaml").write_text(text, encoding="utf-8")
        return replace(read_definition(source), source=Path(NAME))
