"""Our service with one thing changed: the network raises on a batch that holds a marked note. Everything around it is what ships."""

import argparse

import uvicorn

from benchmarks.peer_servers import POISON
from insight_classifier.runtime import Ran, Runtime
from insight_classifier.windows import Batch
from service import logs
from service.app import create_app, load
from service.cli import start_model
from service.database import Database
from service.migrations import migrate
from service.settings import read_settings


def poisoned(runtime: Runtime) -> Runtime:
    """A runtime that fails as a whole batch does, whichever of its notes is marked."""

    def run(batch: Batch) -> Ran:
        if any(POISON in text for item in batch.items for text in item.note.fields.values()):
            raise RuntimeError("the model failed on a marked note")
        return runtime(batch)

    return run


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--model", required=True)
    chosen = parser.parse_args()
    settings = read_settings(port=chosen.port, model=chosen.model)
    logs.configure(settings.log_level)
    migrate(settings.database)
    predictor = load(settings, start_model(settings))
    predictor.runtime = poisoned(predictor.runtime)
    with Database(settings.database) as database:
        app = create_app(settings, predictor, None, database)
        uvicorn.run(app, host=settings.host, port=settings.port, log_config=None, access_log=False)


if __name__ == "__main__":
    main()
