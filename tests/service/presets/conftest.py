"""The shipped presets on the home office's definition."""

import pytest

from insight_classifier.definition import Definition
from service.presets.mapping import Preset
from service.presets.mapping_reader import read_presets


@pytest.fixture(scope="session")
def presets(definition: Definition) -> dict[str, Preset]:
    return read_presets(None, definition)
