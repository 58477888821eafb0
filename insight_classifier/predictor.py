"""The one way from text to judgement: prepare, run, decode. The CLI, the service, the jobs and the evaluation all take it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tokenizers import Tokenizer

from insight_classifier.artifact import Artifact, open_artifact
from insight_classifier.calibration import Calibration
from insight_classifier.decode import Decoder, Findings
from insight_classifier.definition import Definition
from insight_classifier.definition_reader import default_definition, read_definition
from insight_classifier.errors import DefinitionError
from insight_classifier.judgement import Judgement, Origin
from insight_classifier.language import other_language
from insight_classifier.notes import Note, has_words
from insight_classifier.outputs import Outputs
from insight_classifier.runtime import OpenVinoRuntime, Runtime, model_outputs
from insight_classifier.safety import SafetyRules
from insight_classifier.text import rules_pipeline, view
from insight_classifier.windows import Windower, Windows


class Predictor:
    """A model under a definition, ready to judge. Safe to call from several threads."""

    def __init__(
        self, *, definition: Definition, windower: Windower, runtime: Runtime, calibration: Calibration, safety: SafetyRules, model: Origin
    ) -> None:
        self.definition, self.windower, self.runtime, self.safety, self.model = definition, windower, runtime, safety, model
        self.decoder = Decoder(definition, calibration, model)

    def judge(self, notes: Sequence[Note]) -> list[Judgement]:
        """One judgement a note, in order."""
        return self.decide(notes, [self.screen(note) for note in notes])

    def screen(self, note: Note) -> Findings:
        """The safety lane, which needs no model: what the rules find, and the language."""
        return Findings(self.safety(note), other_language(view(note.fields[self.definition.main_field]).text), has_words(note))

    def decide(self, notes: Sequence[Note], findings: Sequence[Findings]) -> list[Judgement]:
        """Judge notes that are screened already."""
        return self.complete(self.prepare(notes), findings)

    def prepare(self, notes: Sequence[Note]) -> list[Windows]:
        """The first stage, in order. It tells how much work a note is, and runs in any thread."""
        return self.windower(notes)

    def complete(self, windows: Sequence[Windows], findings: Sequence[Findings]) -> list[Judgement]:
        """The other two stages: run and decode."""
        return self.decode(windows, self.run(windows), findings)

    def run(self, windows: Sequence[Windows]) -> Outputs:
        """The second stage, which takes nearly all of the time."""
        return model_outputs(self.runtime, windows, self.definition, self.windower.layout.pad_id)

    def decode(self, windows: Sequence[Windows], outputs: Outputs, findings: Sequence[Findings]) -> list[Judgement]:
        """The third stage, in order."""
        return self.decoder(windows, outputs, findings)


def load_predictor(folder: Path, *, definition: Path | None = None, threads: int | None = None) -> Predictor:
    """The predictor of a model folder, under its own definition or another one that its heads fit.

    Raises ModelError or DefinitionError.
    """
    artifact = open_artifact(folder)
    trained = read_definition(artifact.definition)
    judged = read_definition(definition) if definition else trained
    check_fit(judged, trained, artifact)
    judged = with_questions(judged)
    return Predictor(
        definition=judged,
        windower=Windower(Tokenizer.from_file(str(artifact.tokenizer)), artifact.layout, judged),
        runtime=OpenVinoRuntime(artifact.graph, threads=threads, precision=artifact.precision),
        calibration=artifact.calibration,
        safety=SafetyRules(judged, rules_pipeline()),
        model=artifact.origin,
    )


def with_questions(definition: Definition) -> Definition:
    """A definition that has no bank of questions takes the one of the shipped definition, where it is an edition of that.

    Model folders are never changed, and questions decide no label: so those made before there was a bank ask from it too.
    """
    shipped = default_definition()
    if definition.questions or (definition.name, definition.shape()) != (shipped.name, shipped.shape()):
        return definition
    return replace(definition, questions=shipped.questions)


def check_fit(judged: Definition, trained: Definition, artifact: Artifact) -> None:
    """A model serves any definition with the dimensions and members that it was trained on; rule, wording and costs are free."""
    if judged.shape() == trained.shape():
        return
    for key, wanted in judged.shape().items():
        has = trained.shape()[key]
        if wanted != has:
            raise DefinitionError(
                f"{judged.source}: the model {artifact.folder} was trained on other {key} ({has}, not {wanted}). "
                "Train a model with this definition, or change only rule, wording, examples, coaching and costs."
            )
