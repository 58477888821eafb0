"""The same network behind LitServe, batched as its documentation recommends: one worker, batches that wait a moment for company."""

import argparse
from collections.abc import Sequence
from typing import Any

import litserve

from benchmarks.peer_servers.network import Network, options

BATCH_NOTES = 16
GATHER_SECONDS = 0.01


class Notes(litserve.LitAPI):
    """A request is a note, a batch a list of them."""

    def __init__(self, chosen: argparse.Namespace) -> None:
        super().__init__(max_batch_size=BATCH_NOTES, batch_timeout=GATHER_SECONDS)
        self.chosen = chosen

    def setup(self, device: str) -> None:
        """In the worker."""
        self.network = Network(self.chosen.model, self.chosen.weights, bf16=self.chosen.bf16)

    def decode_request(self, request: dict[str, Any]) -> dict[str, Any]:
        return request

    def batch(self, inputs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        return list(inputs)

    def predict(self, inputs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        return self.network(inputs)

    def unbatch(self, output: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return output

    def encode_response(self, output: dict[str, Any]) -> dict[str, Any]:
        return output


if __name__ == "__main__":
    chosen = options()
    server = litserve.LitServer(Notes(chosen), accelerator="cpu", devices=1, workers_per_device=1)
    server.run(host="127.0.0.1", port=chosen.port, generate_client_file=False, log_level="warning")
