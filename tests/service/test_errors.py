"""One table from an error's code to its HTTP status; one shape for all."""

import inspect

import pytest
from starlette.exceptions import HTTPException

from insight_classifier.errors import FileError, InsightError, ModelError, NoteError
from service import errors
from service.errors import KINDS, JudgingFailed, Overloaded, Problem, RequestError, Unjudged, is_ours, places, problem_of

CASES = [
    (RequestError("x", "invalid_json"), 400, "invalid_json"),
    (HTTPException(404), 404, "not_found"),
    (HTTPException(405), 405, "method_not_allowed"),
    (RequestError("x", "request_timeout"), 408, "request_timeout"),
    (RequestError("x", "body_too_large"), 413, "body_too_large"),
    (RequestError("x", "unsupported_media_type"), 415, "unsupported_media_type"),
    (NoteError("x", "text_too_long"), 422, "text_too_long"),
    (NoteError("x", "of a later version"), 422, "invalid_request"),
    (FileError("x"), 422, "invalid_request"),
    (HTTPException(429), 429, "too_many_requests"),
    (HTTPException(418), 418, "bad_request"),
    (ModelError("x"), 500, "internal_error"),
    (ValueError("x"), 500, "internal_error"),
    (Overloaded("x"), 429, "overloaded"),
    (errors.Closing("x"), 503, "closing"),
    (errors.WorkerDied("x"), 503, "worker_died"),
    (errors.DeadlineExceeded("x"), 504, "deadline_exceeded"),
]


@pytest.mark.parametrize(("error", "status", "code"), CASES, ids=lambda value: type(value).__name__)
def test_every_error_has_its_status(error: Exception, status: int, code: str) -> None:
    problem = problem_of(error)
    assert (problem.status, problem.code) == (status, code)


def test_every_error_of_the_service_has_a_kind_and_stands_in_the_tree() -> None:
    mine = [c for _, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, InsightError) and c.__module__ == errors.__name__]
    assert all(c.code in KINDS and c.__name__ in (errors.__doc__ or "") for c in mine)


def test_an_error_nobody_foresaw_says_nothing_of_itself() -> None:
    assert "the note's text" not in problem_of(ValueError("the note's text")).detail


def test_waiting_is_advised_in_the_body_and_in_the_header() -> None:
    problem = problem_of(Overloaded("x", retry_after=7))
    assert problem.to_dict("r")["retry_after_seconds"] == 7
    assert problem.all_headers() == {"Retry-After": "7"}


def test_standard_members_win() -> None:
    body = Problem("code", 500, "title", "detail", members={"status": 200, "extra": 1}).to_dict("id")
    assert (body["status"], body["extra"], body["request_id"]) == (500, 1, "id")


def test_an_unjudged_note_keeps_the_cause_and_what_was_found() -> None:
    error = Unjudged(Overloaded("full", retry_after=3), {"lane": {"x": {}}})
    body = problem_of(error).to_dict("id")
    assert (body["code"], body["retry_after_seconds"], body["lane"]) == ("overloaded", 3, {"x": {}})


def test_only_our_own_faults_are_ours() -> None:
    assert is_ours(JudgingFailed("x"))
    assert is_ours(KeyError("x"))
    assert not is_ours(Overloaded("x"))


def test_places_never_quote() -> None:
    try:
        raise ValueError("the note's text")
    except ValueError as problem:
        found = list(places(problem))
    assert found[0] == "ValueError"
    assert "test_errors.py" in found[1]
    assert "the note's text" not in " ".join(found)
