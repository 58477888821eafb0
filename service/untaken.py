"""Records that cannot be taken now, or hold no note: what their callers are told of each, and what must be kept all the same."""

from collections.abc import Mapping, Sequence
from typing import Any

from insight_classifier.definition import Definition
from service.errors import KINDS, ServiceError, StorageUnavailable, Unjudged, problem_of
from service.recording import ERROR, Recorder, Result, Said
from service.scoring import Scanned

Refused = tuple[object, Result]  # a record that holds no note, and what its caller is told of it


def told(scanned: Scanned, error: Unjudged, source: str | None, rules: Definition) -> Said:
    """A record that was not judged, as it goes on record; `rules` are those that scanned it."""
    return Said(scanned.record, refusal(scanned.name, error), None, source, scanned=scanned.reached, definition=rules)


def told_before(refused: Sequence[Refused], source: str | None, rules: Definition) -> list[Said]:
    """The same of records that were refused before they came here."""
    return [Said(record, result, None, source, definition=rules) for record, result in refused]


def urgent(said: Sequence[Said], recorder: Recorder) -> list[Said]:
    """Those in which the rules found harm."""
    return [one for one in said if recorder.is_urgent(one.result)]


def refusal(name: str, error: Unjudged) -> Result:
    """One record's error in a batch, in the shape of contracts.md, with what the rules found."""
    problem = problem_of(error)
    waiting = {} if problem.retry_after is None else {"retry_after_seconds": problem.retry_after}
    return {"id": name, ERROR: {"code": problem.code, "detail": problem.detail, **waiting}, **error.found}


def unrecorded(said: Sequence[Said], problem: StorageUnavailable, recorder: Recorder) -> ServiceError:
    """An error of its own: callers whose writes failed together share the problem, and none may be told of another's notes."""
    unstored = [_unstored(one, problem, recorder) for one in said]
    if len(said) == 1:
        return Unjudged(problem, {key: value for key, value in unstored[0].items() if key not in ("id", ERROR)})
    return StorageUnavailable(str(problem), retry_after=problem.retry_after, results=unstored)


def _unstored(said: Said, problem: ServiceError, recorder: Recorder) -> Result:
    """A result that could not be put on record is not given out: its caller would think that we have the note."""
    if not said.scanned:
        return said.result
    found: Mapping[str, Any] = {name: said.result[name] for name in recorder.lane.dimensions if name in said.result}
    title = KINDS[problem.code].title
    return {"id": said.result["id"], ERROR: {"code": problem.code, "detail": title, "retry_after_seconds": problem.retry_after}, **found}
