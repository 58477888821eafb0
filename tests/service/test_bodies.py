"""Bodies are parsed strictly; every refusal says what to change."""

import pytest

from service.bodies import parse_form, parse_json
from service.errors import RequestError

BAD_JSON = {
    "nothing": (b"", "invalid_json", "line 1, column 1"),
    "half an object": (b'{"text": ', "invalid_json", "line 1, column 10"),
    "not UTF-8": (b'{"text": "\xff"}', "invalid_utf8", "Byte 10"),
    "NaN": (b'{"a": NaN}', "invalid_json", "NaN"),
    "infinity": (b'{"a": -Infinity}', "invalid_json", "Infinity"),
    "beyond a double": (b'{"a": 1e999}', "invalid_json", "too large"),
    "a number of 5,000 digits": (b'{"a": ' + b"9" * 5000 + b"}", "invalid_json", "too long"),
    "a key twice": (b'{"text": "a", "text": "b"}', "invalid_json", "'text' stands twice"),
    "a nesting bomb": (b"[" * 100_000, "invalid_json", "nested too deeply"),
    "a nesting bomb of objects": (b'{"a":' * 100_000, "invalid_json", "nested too deeply"),
    "deeper than is read": (b"[" * 65 + b"]" * 65, "invalid_json", "64 levels are read"),
    "a NUL byte": (b'{"text": \0}', "invalid_json", "NUL"),
    "a NUL in a text": (b'{"text": "\0"}', "invalid_json", "control character"),
    "two values": (b"{}{}", "invalid_json", "Extra data"),
}


@pytest.mark.parametrize(("body", "code", "words"), BAD_JSON.values(), ids=BAD_JSON)
def test_bad_json_is_refused_in_words(body: bytes, code: str, words: str) -> None:
    with pytest.raises(RequestError) as caught:
        parse_json(body)
    assert caught.value.code == code
    assert words in str(caught.value)


def test_a_byte_order_mark_is_no_matter() -> None:
    assert parse_json(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def test_a_form_keeps_blank_fields_and_line_ends() -> None:
    assert parse_form(b"text=a%0D%0Ab+%C3%A9&next=") == {"text": "a\r\nb é", "next": ""}


def test_a_form_in_another_encoding_is_refused() -> None:
    with pytest.raises(RequestError, match="UTF-8"):
        parse_form(b"text=%E9")


def test_a_form_of_too_many_fields_is_refused() -> None:
    with pytest.raises(RequestError, match="cannot be read"):
        parse_form(b"&".join(b"a%d=1" % number for number in range(1000)))


@pytest.mark.parametrize(("body", "value"), [(b"1.0", 1), (b"-0.0", 0), (b"2e3", 2000)])
def test_a_whole_number_may_be_written_with_a_point(body: bytes, value: int) -> None:
    assert isinstance(parse_json(body), int)
    assert parse_json(body) == value


@pytest.mark.parametrize("body", [b"1.5", b"1e300"])
def test_what_is_no_whole_number_for_certain_stays_as_it_is(body: bytes) -> None:
    assert isinstance(parse_json(body), float)
