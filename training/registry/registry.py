"""What may be done with models: propose, gate, approve, promote, roll back. Every step is refused with what is to be done first.

The history is the truth and the pointer follows it: a step is written to the history first, so that one that was killed in between
is finished by whoever comes next. The service reads the pointer alone, which always names a whole folder.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from insight_classifier.artifact import open_artifact
from insight_classifier.errors import ArgumentError, ModelError
from insight_classifier.judgement import Origin
from insight_classifier.whole_file import write_whole
from training.registry.history import Event, History
from training.registry.states import ADOPTED, APPROVALS, APPROVED, GATED, PROMOTED, PROPOSED, ROLLED_BACK, Candidate, Live, States, states

POINTER = "live"  # the service looks for it beside the model folders


class Registry:
    """`models` holds the model folders, the history and the pointer. `shipped`: the folder that serves where there is no pointer."""

    def __init__(self, models: Path, shipped: str | None = None) -> None:
        self.models, self.shipped, self.history = models, shipped, History(models)

    def states(self) -> States:
        return states(self.history.events())

    def serving(self) -> str | None:
        """The name in the pointer, else the shipped model; None where there is neither."""
        try:
            return (self.models / POINTER).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return self.shipped if self.shipped and (self.models / self.shipped).is_dir() else None

    def lags(self) -> bool:
        """Whether a promotion was killed before the pointer moved."""
        live = self.states().live
        return live is not None and live.name != self.serving()

    def propose(self, name: str, by: str, why: str = "") -> Event:
        """A trained model becomes a candidate. The model that serves already is adopted first, so that it can be compared with."""
        origin = self._whole(name)
        with self._alone() as now:
            serving = self.serving()
            if now.live is None and serving is not None:
                self.history.append(ADOPTED, serving, self._whole(serving).fingerprint, by, {"why": "served when the history began"})
                now = self.states()
            if now.live and now.live.fingerprint == origin.fingerprint:
                raise ArgumentError(f"{name} is live already. Propose another model")
            return self.history.append(PROPOSED, name, origin.fingerprint, by, {"why": why})

    def require_candidate(self, name: str) -> None:
        """Raises ArgumentError or ModelError, before anything long begins."""
        self._candidate(self.states(), name, self._whole(name))

    def gated(self, name: str, by: str, passed: bool, details: Mapping[str, Any], against: Live | None) -> Event:
        """What the gate said of a candidate, measured beside a live model."""
        origin = self._whole(name)
        with self._alone() as now:
            self._candidate(now, name, origin)
            fingerprint = against.fingerprint if against else ""
            return self.history.append(GATED, name, origin.fingerprint, by, {"passed": passed, "against": fingerprint, **details})

    def approve(self, name: str, by: str, why: str = "") -> Event:
        """One of two people agrees."""
        origin = self._whole(name)
        with self._alone() as now:
            candidate = self._ready(now, name, origin)
            if by in candidate.approvals:
                raise ArgumentError(f"{by} has approved {name} already: {APPROVALS} different people must. Ask somebody else")
            return self.history.append(APPROVED, name, origin.fingerprint, by, {"why": why})

    def promote(self, name: str, by: str) -> Live:
        """The candidate becomes live. Again after it was killed, it ends what was begun."""
        origin = self._whole(name)
        with self._alone() as now:
            if not (now.live and now.live.fingerprint == origin.fingerprint):
                candidate = self._ready(now, name, origin)
                if len(candidate.approvals) < APPROVALS:
                    who = ", ".join(candidate.approvals) or "nobody"
                    raise ArgumentError(
                        f"{name} was approved by {who}: {APPROVALS} different people must. Run insight models approve {name}"
                    )
                self.history.append(PROMOTED, name, origin.fingerprint, by)
                self._settle()
        return self._live()

    def rollback(self, by: str, why: str, to: str | None = None) -> Live:
        """The model that was live before becomes live again, or an earlier one by name. It passed once: nobody needs to approve."""
        with self._alone() as now:
            back = now.before if to is None else next((live for live in reversed(now.lives) if live.name == to), None)
            if back is None:
                raise ArgumentError(
                    "no other model was live before: there is nothing to go back to" if to is None else f"{to} was never live"
                )
            origin = self._whole(back.name)
            if origin.fingerprint != back.fingerprint:
                raise ModelError(
                    f"{self.models / back.name}: another model than the one that was live. Restore the folder, or name another --to."
                )
            self.history.append(ROLLED_BACK, back.name, origin.fingerprint, by, {"why": why})
            self._settle()
        return self._live()

    @contextmanager
    def _alone(self) -> Iterator[States]:
        """Alone with the history, after what was begun before is ended."""
        with self.history.alone():
            self._settle()
            yield self.states()

    def _settle(self) -> None:
        """The pointer is brought to what the history says is live."""
        live = self.states().live
        if live and live.name != self.serving():
            write_whole(self.models / POINTER, f"{live.name}\n")

    def _live(self) -> Live:
        live = self.states().live
        assert live is not None
        return live

    def _ready(self, now: States, name: str, origin: Origin) -> Candidate:
        """A candidate that passed the gate beside the present live model. Raises ArgumentError."""
        candidate = self._candidate(now, name, origin)
        if candidate.against is None:
            raise ArgumentError(f"{name} has not been through the gate. Run insight models gate {name} --data DIR")
        if not candidate.passed:
            raise ArgumentError(f"{name} was refused by the gate. See insight models history, train a better one and propose that")
        if candidate.against != (now.live.fingerprint if now.live else ""):
            raise ArgumentError(f"{name} was compared with a model that is no longer live. Run insight models gate {name} --data DIR again")
        return candidate

    def _candidate(self, now: States, name: str, origin: Origin) -> Candidate:
        candidate = now.candidates.get(name)
        if candidate is None:
            raise ArgumentError(f"{name} is no candidate. Run insight models propose {name}")
        if candidate.fingerprint != origin.fingerprint:
            raise ArgumentError(f"{name} is another model than the one that was proposed. Run insight models propose {name} again")
        return candidate

    def _whole(self, name: str) -> Origin:
        """The model in a folder, checked to the byte. Raises ModelError."""
        return open_artifact(self.models / name).origin
