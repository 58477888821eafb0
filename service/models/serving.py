"""A model that can serve, with everything that hangs on its definition."""

from dataclasses import dataclass, field
from typing import Any

from insight_classifier.judgement import Origin
from insight_classifier.predictor import Predictor
from service.records import NoteReader
from service.schemas import Shapes
from service.screening import Screen
from service.self_test import SelfTest, examine


@dataclass(eq=False)
class Serving:
    """One predictor, its reader, its safety screen and the shapes of its answers. `test` it before it goes live."""

    predictor: Predictor
    batch_notes: int
    self_test: SelfTest = field(default_factory=SelfTest)

    def __post_init__(self) -> None:
        self.reader = NoteReader(self.predictor.definition)
        self.screen = Screen(self.predictor, self.reader)
        self.shapes = Shapes(self.predictor.definition, self.reader.model, self.batch_notes)

    def test(self) -> None:
        """Judge the golden note."""
        self.self_test = examine(self.predictor, self.shapes)

    @property
    def model(self) -> Origin:
        return self.predictor.model

    @property
    def definition(self) -> Origin:
        definition = self.predictor.definition
        return Origin(definition.name, definition.version, definition.fingerprint)

    @property
    def parts(self) -> tuple[str, ...]:
        """The top-level parts of its judgements that are always there."""
        return tuple(str(part.alias) for part in self.shapes.judgement.model_fields.values() if part.is_required())

    def to_dict(self) -> dict[str, Any]:
        return {"model": self.model.to_dict(), "definition": self.definition.to_dict()}
