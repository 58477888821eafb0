"""A run's record copied into MLflow, where a team looks at runs there. The record itself stays the source."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from insight_classifier.artifact import Artifact
from insight_classifier.errors import ConfigError

EXPERIMENT = "insight"


def mlflow_sink(uri: str) -> Callable[[Mapping[str, Any], Artifact], None]:
    """What copies a record to a tracking server or database (`sqlite:///runs.db`). Raises ConfigError, before any training."""
    try:
        from mlflow import MlflowClient
        from mlflow.exceptions import MlflowException
    except ImportError as problem:
        raise ConfigError("--mlflow needs MLflow: pip install 'insight-classifier[mlflow]', or leave it out.") from problem
    try:
        client = MlflowClient(tracking_uri=uri)
        experiment = client.get_experiment_by_name(EXPERIMENT)
        identifier = experiment.experiment_id if experiment else client.create_experiment(EXPERIMENT)
    except MlflowException as problem:
        first = str(problem).splitlines()[0][:200]
        raise ConfigError(f"--mlflow {uri}: {first} Give the address of a server, or a database as sqlite:///runs.db.") from problem

    def copy(record: Mapping[str, Any], artifact: Artifact) -> None:
        run = client.create_run(identifier, run_name=str(record["name"]), tags=dict(tags(record, artifact))).info.run_id
        for name, value in flat(record["settings"]):
            client.log_param(run, name, value)
        for name, value in flat(record["metrics"]):
            if isinstance(value, int | float):
                client.log_metric(run, name, float(value))
        client.set_terminated(run)

    return copy


def tags(record: Mapping[str, Any], artifact: Artifact) -> Iterator[tuple[str, str]]:
    """What a run is told apart by: everything that is a hash or a version."""
    yield "model", f"{artifact.origin.name} {artifact.origin.fingerprint}"
    wanted = {key: record[key] for key in ("git", "lock", "hardware", "definition", "versions")}
    data = {key: record["data"][key] for key in ("hash", "snapshot")}
    yield from ((name, str(value)) for name, value in flat({**wanted, "data": data}))


def flat(value: Mapping[str, Any] | None, above: str = "") -> Iterator[tuple[str, Any]]:
    """Nested values under dotted names, as MLflow wants them."""
    for key, item in (value or {}).items():
        if isinstance(item, Mapping):
            yield from flat(item, f"{above}{key}.")
        elif item is not None:
            yield f"{above}{key}", item
