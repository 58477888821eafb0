"""The office of the reviewers, at which an author sits."""

from tests.service.reviews.conftest import either, office  # noqa: F401 fixtures
