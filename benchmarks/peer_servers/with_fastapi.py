"""A plain FastAPI service, as written in an afternoon: a sync endpoint, which runs in the thread pool, and the model called per request."""

from typing import Any

import uvicorn
from fastapi import FastAPI

from benchmarks.peer_servers.network import Network, options


def make_app(network: Network) -> FastAPI:
    app = FastAPI()

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/score")
    def score(note: dict[str, Any]) -> dict[str, Any]:
        return network([note])[0]

    return app


if __name__ == "__main__":
    chosen = options()
    uvicorn.run(make_app(Network(chosen.model, chosen.weights, bf16=chosen.bf16)), host="127.0.0.1", port=chosen.port, log_level="warning")
