"""What is said of privacy: the same on the page and in the documents, and true of this service."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from insight_classifier.definition import Definition
from insight_classifier.predictor import Predictor
from service.accounts.roles import ROLES
from service.database import Database
from service.measures.privacy import privacy_text
from service.settings import Settings
from tests.service.reviews.office import Office, opened

DOCUMENT = Path(__file__).parents[3] / "docs" / "privacy.md"


@pytest.fixture
def office(settings: Settings, predictor: Predictor, sqlite_url: str, definition: Definition) -> Iterator[Office]:
    with Database(sqlite_url) as database, opened(settings, predictor, database, definition) as office:
        yield office


def test_the_document_has_the_same_words() -> None:
    defaults = Settings.model_construct()
    assert DOCUMENT.read_text(encoding="utf-8") == privacy_text(defaults)


def test_it_tells_the_spans_of_this_service() -> None:
    settings = Settings.model_construct(audit_days=200, webhooks_days=9)
    assert "| 200 days, as this service is set" in privacy_text(settings)
    assert "| 9 days after" in privacy_text(settings)


def test_everyone_with_an_account_may_read_it(office: Office) -> None:
    for role in ROLES:
        office.enter(role, role)
        page = office.get("/privacy")
        assert page.status_code == 200
        assert "<table>" in page.text


def test_whoever_signs_in_is_told(office: Office) -> None:
    office.enter("vera", "viewer")
    office.browser.cookies.clear()
    page = office.get("/login").text
    assert 'href="/privacy"' in page
    assert "nothing is decided automatically" in page
