"""Which notes a demonstration shows."""

from pathlib import Path

import pytest

from insight_classifier.definition import Definition
from insight_classifier.errors import FileError
from service.demonstration.corpus import FOLDER, choose
from training.data import load_corpus


def test_notes_of_every_writer_but_those_who_test(definition: Definition):
    chosen = {note.note.id for note in choose(FOLDER, definition, 400)}
    sides = load_corpus(FOLDER, definition)
    assert len(chosen) == 400
    assert not chosen & set(sides["test"]["id"])
    assert chosen & set(sides["validation"]["id"])
    assert len({name.split("-")[0] for name in chosen}) > 20


def test_a_folder_without_notes_is_told(definition: Definition, tmp_path: Path):
    with pytest.raises(FileError, match="no demonstration notes"):
        choose(tmp_path, definition)
