"""The reception as settings want it: with a provider, without one, and what is refused at the start."""

import pytest

from insight_classifier.errors import ConfigError
from service.accounts.reception import make_reception
from service.database import Database
from service.settings import Settings, read_settings

PROVIDER = {
    "oidc_issuer": "https://id.example.com/realm",
    "oidc_client_id": "insight",
    "public_url": "https://insight.example.com/",
    "oidc_roles": {"insight-reviewers": "reviewer"},
}


def test_without_an_issuer_there_is_no_provider(sqlite_url: str) -> None:
    assert make_reception(Database(sqlite_url), Settings()).by_provider is None


def test_with_one_there_is(sqlite_url: str) -> None:
    reception = make_reception(Database(sqlite_url), Settings(**PROVIDER, session_hours=1))
    assert reception.by_provider
    assert [route.path for route in reception.by_provider.routes] == ["/login/oidc", "/login/oidc/callback"]  # type: ignore[attr-defined]
    assert reception.sign_in.spans.idle.total_seconds() == 3600


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"oidc_roles": {}}, "no group has a role"),
        ({"oidc_roles": {"g": "boss"}}, "boss is no role"),
        ({"oidc_issuer": "http://id.example.com"}, "begins with https"),
        ({"oidc_issuer": "http://127.0.0.1.evil.example"}, "begins with https"),
    ],
)
def test_a_provider_that_cannot_work_is_refused_at_the_start(sqlite_url: str, wrong: dict, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        make_reception(Database(sqlite_url), Settings(**{**PROVIDER, **wrong}))


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"INSIGHT_OIDC_ISSUER": "https://id.example.com"}, "needs oidc_client_id and public_url"),
        ({"INSIGHT_OIDC_ROLES": "insight-reviewers=reviewer"}, "INSIGHT_OIDC_ROLES is no JSON"),
        ({"INSIGHT_PUBLIC_URL": "insight.example.com"}, "INSIGHT_PUBLIC_URL"),
    ],
)
def test_settings_that_do_not_fit_are_named(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], said: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=said):
        read_settings()
