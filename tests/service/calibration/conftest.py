"""A desk on a database of either kind."""

from tests.service.reviews.conftest import desk  # noqa: F401 fixture
