"""A definition and its files, there and back."""

from dataclasses import replace

import pytest

from insight_classifier.definition import Definition
from insight_classifier.errors import DefinitionError
from service.definitions.files import files_of, restored


def test_what_was_read_is_the_same_after_a_restore(definition: Definition) -> None:
    files = files_of(definition)
    assert restored(files).fingerprint == definition.fingerprint
    assert set(files.cues) == {member.cues for member in definition.checks.values() if member.cues}


def test_a_file_that_is_no_definition_is_refused(definition: Definition) -> None:
    with pytest.raises(DefinitionError):
        restored(replace(files_of(definition), text="name: x"))
