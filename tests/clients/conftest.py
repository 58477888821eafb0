"""The real server of the service's tests, for clients."""

from tests.service.conftest import server, settings  # noqa: F401 fixtures
