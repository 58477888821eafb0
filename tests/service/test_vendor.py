"""What is not our own in static/vendor is what its makers published, with its licence beside it."""

import hashlib

from service.rendering import HERE

VENDOR = HERE / "static" / "vendor"
PUBLISHED = {"htmx-2.0.11.min.js": "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717"}


def test_each_file_is_as_it_was_published():
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in VENDOR.glob("*.js")}
    assert found == PUBLISHED


def test_each_file_has_its_licence():
    assert [name for name in PUBLISHED if not (VENDOR / f"{name.partition('-')[0]}-LICENSE.txt").exists()] == []
