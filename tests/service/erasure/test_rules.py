"""Which notes are chosen, and what the audit is told of a person."""

import pytest

from service.erasure.rules import Chosen, chosen
from service.errors import RequestError


def test_exactly_one_way_of_choosing_is_taken():
    assert chosen({"author": " m7 ", "hcp": None}) == Chosen("author", "m7")


@pytest.mark.parametrize("given", [{"author": None, "hcp": None}, {"author": "a", "hcp": "b"}, {"author": " ", "hcp": None}])
def test_anything_else_erases_nothing(given: dict[str, str | None]):
    with pytest.raises(RequestError, match="exactly one of author, hcp"):
        chosen(given)


def test_the_audit_gets_a_hash_of_a_person_and_the_id_of_a_note():
    assert "m7" not in str(Chosen("author", "m7").named()["reference"])
    assert Chosen("author", "m7").named() != Chosen("hcp", "m7").named()
    assert Chosen("note", "n1").named() == {"by": "note", "reference": "n1"}
