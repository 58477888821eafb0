"""The page without its script: a plain form, an answer in words, everything escaped."""

import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from insight_classifier.definition import Definition
from insight_classifier.predictor import Predictor
from service.app import create_app
from service.demonstrations import demonstrations
from service.rendering import HERE
from service.settings import Settings
from tests.service.conftest import HARM, deciding

HOSTILE = """<script>alert(1)</script><img src=x onerror="alert(2)"> &amp; {{ 7*7 }} '"</textarea>"""


def words(html: str) -> str:
    """What a reader sees."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_the_empty_page_explains_what_is_judged(client: TestClient, definition: Definition) -> None:
    page = words(client.get("/").text)
    assert all(member.title in page for dimension in definition.dimensions for member in dimension.members)


def test_a_form_gets_a_whole_page_with_the_judgement(client: TestClient, definition: Definition) -> None:
    answer = client.post("/", data={"text": HARM})
    assert answer.status_code == 200
    assert "<!doctype html>" in answer.text
    assert "probability of" in words(answer.text)
    assert all(dimension.title in words(answer.text) for dimension in definition.dimensions if not dimension.lane)


def test_the_script_gets_the_result_alone(client: TestClient) -> None:
    answer = client.post("/", data={"text": HARM}, headers={"X-Fragment": "1"})
    assert "<html" not in answer.text
    assert "probability of" in words(answer.text)


def test_safety_is_unmissable(client: TestClient) -> None:
    page = client.post("/", data={"text": HARM}, headers={"X-Fragment": "1"}).text
    assert page.index("Safety: a person must look at this") < page.index("probability of")


def test_the_note_appears_as_typed(client: TestClient) -> None:
    page = client.post("/", data={"text": HOSTILE + HARM}).text
    assert "<img" not in page
    assert "<script>alert" not in page
    assert page.count("</textarea>") == page.count("<textarea")
    assert "{{ 7*7 }}" in words(page)


@pytest.mark.parametrize("text", ["", "   ", "x" * 40_000, "NUL \0 here"])
def test_an_error_is_told_in_words_and_keeps_what_was_typed(client: TestClient, text: str) -> None:
    answer = client.post("/", data={"text": text, "next_steps": "Keep me."})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "Keep me." in answer.text
    assert text in unescape(answer.text)


def test_an_error_names_the_field_by_its_title(client: TestClient, definition: Definition) -> None:
    title = next(field.title for field in definition.fields if field.required)
    assert f"{title} is empty" in words(client.post("/", data={"text": " "}).text)


def test_harm_in_a_refused_note_is_shown(client: TestClient) -> None:
    page = words(client.post("/", data={"text": HARM + " x" * 20_000}, headers={"X-Fragment": "1"}).text)
    assert "Safety: a person must look at this" in page
    assert "was not judged" in page


def test_a_failing_model_is_told_on_the_page(predictor: Predictor, settings: Settings) -> None:
    def decide(notes, findings):
        raise ValueError("secret")

    with TestClient(create_app(settings, deciding(predictor, decide))) as client:
        answer = client.post("/", data={"text": HARM})
    assert answer.status_code == 500
    assert "The note could not be judged" in words(answer.text)
    assert "secret" not in answer.text


def test_another_type_is_told_on_the_page(client: TestClient) -> None:
    answer = client.post("/", json={"text": "a"})
    assert (answer.status_code, answer.headers["content-type"]) == (415, "text/html; charset=utf-8")


def test_every_note_to_try_fills_the_form_and_can_be_judged(client: TestClient, definition: Definition) -> None:
    offered = demonstrations(definition)
    assert len(offered) >= 4
    for item in offered:
        assert all(text in unescape(client.get(f"/?try={item.name}").text) for text in item.fields.values())
        assert client.post("/", data=dict(item.fields)).status_code == 200


def test_an_unknown_note_to_try_is_an_empty_page(client: TestClient) -> None:
    assert client.get("/?try=%3Cscript%3E").status_code == 200


def test_optional_fields_left_blank_are_no_fields(client: TestClient) -> None:
    page = client.post("/", data={"text": "A note.", "next_steps": "  "}, headers={"X-Fragment": "1"}).text
    assert "<h4>" not in page


def test_nothing_is_fetched_from_elsewhere_and_nothing_is_inline(client: TestClient) -> None:
    page = client.post("/", data={"text": HARM}).text
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    assert not re.search(r"\son\w+=|\sstyle=|<style|<script(?![^>]*\ssrc=)", page)


def test_the_fingerprints_and_the_intended_use_are_on_it(client: TestClient, predictor: Predictor) -> None:
    page = client.get("/").text
    assert predictor.model.fingerprint in page
    assert predictor.definition.fingerprint in page
    assert "appraise" in page


# Contrast, by WCAG 2.2's formula, of the colours that the stylesheet declares.
STYLES = (HERE / "static" / "page.css").read_text(encoding="utf-8")
COLOURS = {name: pair for name, *pair in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", STYLES)}
TEXT = [
    ("ink", "surface"),
    ("ink", "page"),
    ("quiet", "surface"),
    ("quiet", "page"),
    ("accent", "surface"),
    ("on-accent", "accent"),
    ("yes", "surface"),
]
TEXT += [
    ("no", "surface"),
    ("notice", "surface"),
    ("ink", "alert-soft"),
    ("ink", "notice-soft"),
    ("quiet", "notice-soft"),
    ("hue-alert", "surface"),
]
TEXT += [("surface", f"hue-{number}") for number in range(8)] + [("surface", "hue-alert")]
SHAPES = [("edge", "surface"), ("edge", "page"), ("accent", "sunken"), ("alert", "surface")] + [
    (f"hue-{number}", "surface") for number in range(8)
]


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("pair", "least"), [(pair, 4.5) for pair in TEXT] + [(pair, 3.0) for pair in SHAPES], ids=str)
def test_colours_have_enough_contrast(pair: tuple[str, str], least: float, scheme: int) -> None:
    assert contrast(COLOURS[pair[0]][scheme], COLOURS[pair[1]][scheme]) >= least


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_white_on_the_alert_can_be_read(scheme: int) -> None:
    assert contrast("#ffffff", COLOURS["alert"][scheme]) >= 4.5
