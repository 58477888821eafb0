"""The live model and its swap: load beside, test, let it take over in one step, keep the one before for a rollback.

Calls keep the model that they began with. While a second swap loads, three models are in memory; else at most two.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog

from insight_classifier.artifact import MANIFEST, open_artifact
from insight_classifier.errors import InsightError
from insight_classifier.predictor import Predictor
from service.errors import ModelRefused, ServiceError, places
from service.metrics.meters import Metrics
from service.models.rules import checked_name, contract, is_asked_for, named
from service.models.serving import Serving
from service.options import Options
from service.watch import unseen

POINTER = "live"  # a file beside the model folders that holds the name of the one to serve
UNDER_WAY = "swap_in_progress"
Load = Callable[[Path], Predictor]
log = structlog.get_logger("service")


class Models:
    """`folder` holds the model folders; None: this service cannot swap. Safe to call from several threads."""

    def __init__(self, first: Predictor, *, batch_notes: int, folder: Path | None, load: Load, metrics: Metrics | None = None) -> None:
        self.batch_notes, self.folder, self._load = batch_notes, folder, load
        self._metrics = metrics or unseen().metrics
        # One attribute, so that whoever reads it sees both of before or both of after.
        self._pair: tuple[Serving, Serving | None] = (Serving(first, batch_notes), None)
        self._swapping = threading.Lock()
        self._metrics.expect(first.definition)
        self._metrics.serves(self.live.model, self.live.definition)

    @property
    def live(self) -> Serving:
        return self._pair[0]

    @property
    def previous(self) -> Serving | None:
        return self._pair[1]

    @property
    def loaded(self) -> tuple[Serving, ...]:
        """The live one, then the previous one if there is one."""
        return tuple(serving for serving in self._pair if serving)

    def asked(self, options: Options) -> Serving:
        """The loaded model that a caller asks for. Raises ServiceError with what there is."""
        loaded = self.loaded
        models = [serving for serving in loaded if is_asked_for(serving.model, options.model)]
        if not models:
            words = f"The model {str(options.model)[:60]} is not loaded: {named(s.model for s in loaded)} can judge."
            raise ServiceError(words, "model_not_available", available=[s.to_dict() for s in loaded])
        fitting = [serving for serving in models if is_asked_for(serving.definition, options.definition)]
        if not fitting:
            words = f"Nothing judges by the definition {str(options.definition)[:60]}: there is {named(s.definition for s in models)}."
            raise ServiceError(words, "definition_not_available", available=[s.to_dict() for s in loaded])
        return fitting[0]

    def names(self) -> list[str]:
        """The model folders that could be swapped in, by name."""
        if self.folder is None or not self.folder.is_dir():
            return []
        return sorted(path.parent.name for path in self.folder.glob(f"*/{MANIFEST}") if not path.parent.name.startswith("."))

    def swap(self, name: object) -> Serving:
        """Make the model in the folder `name` the live one. The old one serves until then, and further where this fails.

        Raises RequestError, or ServiceError that says why the model was refused.
        """
        folder = self._folder(checked_name(name))
        with self._alone():
            live = self.live
            try:
                coming = self._tested(folder)
            except ModelRefused:
                self._metrics.swap("refused")
                raise
            if coming.model != live.model:
                self._take_over(coming, live, "swapped")
                log.info("swap", model=coming.model.name, fingerprint=coming.model.fingerprint, before=live.model.name)
            return self.live

    def rollback(self) -> Serving:
        """The previous model becomes the live one, and the live one the previous. Raises ServiceError where there is none."""
        with self._alone():
            live, previous = self._pair
            if previous is None:
                raise ServiceError(
                    "No other model was live since the service started: there is nothing to go back to.", "no_previous_model"
                )
            self._take_over(previous, live, "rolled_back")
            log.info("rollback", model=previous.model.name, fingerprint=previous.model.fingerprint, before=live.model.name)
            return previous

    def _take_over(self, coming: Serving, live: Serving, how: str) -> None:
        self._pair = (coming, live)
        self._metrics.serves(coming.model, coming.definition)
        self._metrics.swap(how)

    def follow_pointer(self) -> bool:
        """Swap to the model that the pointer file names, if there is one; what becomes of it is logged.

        False where another swap is under way, so that it is not known what will be live.
        """
        if (name := pointed(self.folder)) is None:
            return True
        try:
            self.swap(name)
        except InsightError as problem:
            log.error("swap refused", code=problem.code, detail=str(problem))
            return problem.code != UNDER_WAY
        return True

    def _folder(self, name: str) -> Path:
        if self.folder is None or name not in (names := self.names()):
            there = ", ".join(names) if self.folder else "none"
            raise ServiceError(f"There is no model folder {name}. There is {there}.", "model_not_found", available=self.names())
        return self.folder / name

    def _tested(self, folder: Path) -> Serving:
        """A model that is loaded, fits what callers were told and passed its test. Raises ModelRefused."""
        try:
            if open_artifact(folder).origin == self.live.model:
                return self.live
            coming = Serving(self._load(folder), self.batch_notes)
        except InsightError as problem:
            words = str(problem).replace(f"{folder.parent}/", "")
            raise ModelRefused(f"{words} The model {self.live.model.name} goes on serving.") from problem
        except Exception as problem:  # whatever a broken folder causes; whoever asked is told
            log.error("swap failed", places=list(places(problem)))
            words = f"{folder.name} cannot be loaded ({type(problem).__name__}, see the log). Restore the model folder."
            raise ModelRefused(f"{words} The model {self.live.model.name} goes on serving.") from problem
        self._check(coming)
        return coming

    def _check(self, coming: Serving) -> None:
        now, then = contract(self.live.predictor.definition), contract(coming.predictor.definition)
        other = [key for key, value in now.items() if then[key] != value]
        if other:
            words = f"{coming.model.name} judges by a definition with other {' and '.join(other)}, so its answers would have another shape."
            raise ModelRefused(f"{words} Start the service with it instead. The model {self.live.model.name} goes on serving.")
        coming.test()
        if coming.self_test.failure:
            raise ModelRefused(f"{coming.model.name}: {coming.self_test.failure} The model {self.live.model.name} goes on serving.")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self._swapping.acquire(blocking=False):
            raise ServiceError("Another swap is under way. Wait for it.", UNDER_WAY, retry_after=5)
        try:
            yield
        finally:
            self._swapping.release()

    def to_dict(self) -> dict[str, Any]:
        """The body of GET /v1/models."""
        previous = {"previous": self.previous.to_dict()} if self.previous else {}
        return {"live": self.live.to_dict(), **previous, "available": self.names()}


def pointed(folder: Path | None) -> str | None:
    """The name in the pointer file; None where there is none."""
    try:
        return (folder / POINTER).read_text(encoding="utf-8").strip() if folder else None
    except (OSError, UnicodeDecodeError):
        return None
