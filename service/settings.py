"""Settings of the service: one frozen object, read from INSIGHT_* variables; the README prints its table from here."""

import difflib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from insight_classifier.errors import ConfigError

PREFIX = "INSIGHT_"
MIB = 1024 * 1024


class Settings(BaseSettings):
    """What an operator may choose. Build it with `read_settings`, which refuses unknown variables too."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", env_ignore_empty=True)

    model: Path | None = Field(None, description="Folder of the model that judges; empty: the shipped one.")
    definition: Path | None = Field(None, description="Definition file to judge by; empty: the one the model was trained with.")
    shadow: Path | None = Field(
        None, description="Folder of a model on trial, which judges beside the live one and is in no answer; empty: none."
    )
    database: str = Field(
        "sqlite:///insight.db", description="Address of the database: a SQLite file, or postgresql://user:password@host/name."
    )
    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 opens it to the network.")
    port: int = Field(8000, ge=0, le=65_535, description="Port to listen on; 0 picks a free one.")
    threads: int | None = Field(None, ge=1, le=256, description="Threads that compute; empty: one for each available core.")
    body_limit: int = Field(MIB, ge=1024, le=64 * MIB, description="Largest request body, in bytes.")
    batch_notes: int = Field(500, ge=1, le=10_000, description="Most notes in one batch request.")
    queue_notes: int = Field(1000, ge=1, le=100_000, description="Most notes that may wait; beyond it callers are told to come back.")
    queue_seconds: float = Field(
        1.0, gt=0, le=600, description="Longest that a note may have to wait for its turn; beyond it callers are told to come back."
    )
    queue_bytes: int = Field(
        64 * MIB, ge=1024, le=16_384 * MIB, description="Most bytes of requests in hand; beyond it callers are told to come back."
    )
    deadline_seconds: float = Field(20.0, gt=0, le=600, description="Longest that a caller waits, and the grace at shutdown, in seconds.")
    drain_seconds: float = Field(2.0, ge=0, le=300, description="How long the service goes on answering, not ready, after SIGTERM.")
    key_rate: int = Field(30_000, ge=1, le=2**31 - 1, description="Requests a minute of a key without a rate of its own, in each process.")
    key_quota: int | None = Field(None, ge=1, le=2**31 - 1, description="Notes a day of a key without a quota of its own; empty: no limit.")
    public_url: str | None = Field(
        None,
        pattern=r"^https?://[^/\s?#@]+/?$",
        description="Address at which people reach the pages, as https://insight.example.com; empty: as they ask.",
    )
    session_hours: float = Field(8.0, gt=0, le=168, description="Hours without a page after which a person is signed out.")
    session_days: float = Field(7.0, gt=0, le=90, description="Days after which a person signs in again, in any case.")
    oidc_issuer: str | None = Field(None, description="OpenID provider that people sign in with; empty: none. Needs the extra oidc.")
    oidc_client_id: str | None = Field(None, description="What the provider calls this service.")
    oidc_client_secret: SecretStr | None = Field(None, description="Its secret there; empty: a public client.")
    oidc_scopes: str = Field("openid profile email", description="What the provider is asked for.")
    oidc_roles: dict[str, str] = Field({}, description='Roles by the provider\'s groups, as JSON: {"insight-reviewers": "reviewer"}.')
    oidc_groups_claim: str = Field("groups", description="Where the provider's token tells the groups.")
    oidc_author_claim: str | None = Field(None, description="Where it tells the CRM's author id; empty: nowhere.")
    oidc_emails_trusted: bool = Field(
        False, description="Whether e-mail addresses count that the provider does not mark as verified, as Entra ID never does."
    )
    oidc_proxy: str | None = Field(None, description="Proxy to the provider; empty: none.")
    presets: Path | None = Field(None, description="Folder of your own CRM mapping files; empty: only the shipped ones.")
    metrics_open: bool = Field(
        False,
        description="Whether /metrics is answered without a key; else it takes one with the scope read. It tells no word of any note.",
    )
    safety_hours: float = Field(
        24.0, gt=0, le=8760, description="Hours after awareness in which a possible adverse event is to be reported."
    )
    review_double_share: float = Field(
        0.1, ge=0, le=1, description="Share of notes, by chance, that two people decide without seeing each other."
    )
    measures_plan: Path | None = Field(
        None, description="Weights of the objectives in the medical plan (YAML), for alignment; empty: none."
    )
    measures_peers: Path | None = Field(
        None, description="Published figures to stand beside (YAML or CSV); empty: the one case that ships."
    )
    webhooks_private: bool = Field(False, description="Whether webhooks may go to private addresses and without TLS.")
    webhooks_proxy: str | None = Field(None, description="Proxy that webhooks are sent through; empty: none.")
    webhooks_days: int = Field(30, ge=4, le=3650, description="Days that sent and given-up webhook messages are kept.")
    jobs_worker: bool = Field(True, description="Whether the service does bulk jobs itself; false where `insight worker` runs beside it.")
    jobs_hosts: str = Field("", description="Hosts that bulk files may be pulled from, separated by commas; empty: none.")
    jobs_bytes: int = Field(512 * MIB, ge=1024, le=65_536 * MIB, description="Largest file of a bulk job, unpacked, in bytes.")
    jobs_days: float = Field(7.0, gt=0, le=365, description="Days that a bulk job's files are kept after it ended.")
    jobs_folder: Path | None = Field(None, description="Folder where uploads wait to be read; empty: the system's temporary one.")
    audit_days: int = Field(730, ge=184, le=36_500, description="Days that the audit is kept, six months at least.")
    traces: str | None = Field(None, description="OTLP collector for traces, as http://host:4318; empty: none. Needs the extra telemetry.")
    docs: bool = Field(True, description="Whether /openapi.json and /openapi-3.0.json are served.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least severe log lines to write.")

    @model_validator(mode="after")
    def _batch_fits(self) -> Self:
        if self.batch_notes > self.queue_notes:
            raise ValueError(f"queue_notes ({self.queue_notes}) is below batch_notes ({self.batch_notes}): a full batch would never fit")
        if self.body_limit > self.queue_bytes:
            raise ValueError(f"queue_bytes ({self.queue_bytes}) is below body_limit ({self.body_limit}): a full body would never fit")
        return self

    @model_validator(mode="after")
    def _provider_is_whole(self) -> Self:
        missing = [name for name in ("oidc_client_id", "public_url") if self.oidc_issuer and getattr(self, name) is None]
        if missing:
            raise ValueError(f"oidc_issuer needs {' and '.join(missing)} too")
        return self


def read_settings(**given: object) -> Settings:
    """Settings from the environment; values `given` (None: not given) come first. Raises ConfigError with every mistake."""
    mistakes = list(_unknown(os.environ))
    if mistakes:
        raise ConfigError("; ".join(mistakes))
    try:
        chosen: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        return Settings(**chosen)
    except ValidationError as problem:
        raise ConfigError("; ".join(_in_words(problem))) from problem
    except SettingsError as problem:
        raise ConfigError(f'{variable("oidc_roles")} is no JSON: write it as {{"group": "reviewer"}}.') from problem


def settings_table() -> tuple[tuple[str, str, str], ...]:
    """Variable, default and help of every setting, in order."""
    fields = Settings.model_fields.items()
    return tuple((variable(name), "" if field.default is None else str(field.default), field.description or "") for name, field in fields)


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def _unknown(environment: Mapping[str, str]) -> Iterator[str]:
    known = list(Settings.model_fields)
    for name in sorted(environment):
        setting = name.upper().removeprefix(PREFIX).lower()
        if name.upper().startswith(PREFIX) and setting not in known:
            near = difflib.get_close_matches(setting, known, n=1)
            yield f"{name} is no setting: " + (f"did you mean {variable(near[0])}?" if near else f"use {', '.join(map(variable, known))}")


def _in_words(problem: ValidationError) -> Iterator[str]:
    for error in problem.errors(include_url=False):
        names = [variable(str(part)) for part in error["loc"][:1]]
        yield ": ".join([*names, error["msg"].removeprefix("Value error, ")]) + (f" (it is {error['input']!r})" if names else "")
