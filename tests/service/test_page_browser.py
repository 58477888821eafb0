"""The page in a real browser: Debian's chromium."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from insight_classifier.definition import Definition
from tests.service.conftest import HARM

pytestmark = pytest.mark.browser
HOSTILE = "<script>document.title='broken'</script><b>not bold</b> & \"quoted\""


@pytest.fixture
def page(chromium: Browser, server: str) -> Iterator[Page]:
    """The page, watched: a script error or a breach of the content policy fails the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, base_url=server)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on(
        "console", lambda line: troubles.append(line.text) if line.type == "error" and not line.text.startswith("Failed to load") else None
    )
    page.on("request", lambda request: troubles.append(request.url) if not request.url.startswith((server, "data:")) else None)
    page.goto("/")
    yield page
    context.close()
    assert troubles == []


def judge(page: Page, text: str) -> None:
    page.get_by_label("Note", exact=True).fill(text)
    page.get_by_role("button", name="Judge").click()
    expect(page.locator("#result")).to_have_attribute("aria-busy", "false", timeout=20_000)


def test_a_note_is_judged_without_a_reload(page: Page) -> None:
    page.evaluate("window.same = true")
    judge(page, HARM)
    expect(page.get_by_text("probability of")).to_be_visible()
    expect(page.get_by_role("heading", name="Safety: a person must look at this")).to_be_visible()
    assert page.evaluate("window.same")


def test_ctrl_enter_judges_too(page: Page) -> None:
    page.get_by_label("Note", exact=True).fill(HARM)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("probability of")).to_be_visible(timeout=20_000)


def test_the_outcome_gets_the_focus_and_is_announced(page: Page) -> None:
    judge(page, HARM)
    expect(page.locator("#outcome")).to_be_focused()
    expect(page.get_by_role("status")).to_have_text(page.locator("#outcome").get_attribute("data-say") or "?")


def test_html_in_a_note_appears_as_typed(page: Page) -> None:
    judge(page, HOSTILE)
    assert (
        page.locator(".text").evaluate(
            "node => { for (const l of node.querySelectorAll('.letter, .unseen')) l.remove(); return node.textContent }"
        )
        == HOSTILE
    )
    assert page.title() != "broken"


def test_an_error_is_told_and_what_was_typed_stays(page: Page) -> None:
    judge(page, "   ")
    expect(page.get_by_role("alert")).to_contain_text("empty")
    expect(page.get_by_label("Note", exact=True)).to_have_value("   ")
    expect(page.get_by_label("Note", exact=True)).to_have_attribute("aria-invalid", "true")
    judge(page, HARM)
    expect(page.get_by_label("Note", exact=True)).not_to_have_attribute("aria-invalid", "true")


def test_a_service_out_of_reach_is_told(page: Page) -> None:
    page.route("**/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.get_by_label("Note", exact=True).fill(HARM)
    page.get_by_role("button", name="Judge").click()
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    expect(page.get_by_label("Note", exact=True)).to_have_value(HARM)


def test_the_legend_hides_and_shows_its_marks(page: Page) -> None:
    judge(page, HARM)
    toggle = page.locator("button.toggle").first
    mark = page.locator(f"mark[data-tag='{toggle.get_attribute('data-toggle')}']").first
    toggle.click()
    expect(toggle).to_have_attribute("aria-pressed", "false")
    expect(mark).to_have_css("text-decoration-line", "none")
    toggle.click()
    expect(mark).to_have_css("text-decoration-line", "underline")


def test_a_mark_explains_itself_on_focus_until_escape(page: Page) -> None:
    judge(page, HARM)
    mark = page.locator("mark[tabindex]").first
    mark.focus()
    expect(page.get_by_role("tooltip")).to_contain_text(mark.get_attribute("data-words") or "?")
    page.keyboard.press("Escape")
    expect(page.get_by_role("tooltip")).to_be_hidden()


def test_a_mark_explains_itself_on_hover(page: Page) -> None:
    judge(page, HARM)
    page.locator("mark[tabindex]").first.hover(position={"x": 4, "y": 6})  # its middle may lie between two lines
    expect(page.get_by_role("tooltip")).to_be_visible()


def test_questions_can_be_copied(page: Page) -> None:
    judge(page, HARM)
    page.get_by_role("button", name="Copy: ").first.click()
    expect(page.get_by_role("button", name="Copy: ").first).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.locator(".question").first.text_content()


def test_a_check_opens_to_its_wording_and_examples(page: Page, definition: Definition) -> None:
    judge(page, HARM)
    member = next(definition.of_kind("checks")).members[0]
    page.locator("summary", has_text=member.title).first.press("Enter")
    expect(page.get_by_text(member.acceptable.text).first).to_be_visible()


def test_the_length_is_counted_in_code_points(page: Page) -> None:
    page.get_by_label("Note", exact=True).fill("🧪🧬")
    expect(page.locator("#count")).to_have_text("2 of 32,000 characters")


def test_every_control_has_a_name(page: Page) -> None:
    judge(page, HARM)
    unnamed = page.locator("textarea:not([aria-label]), button, a").evaluate_all(
        "nodes => nodes.filter(n => !(n.labels?.length || n.textContent.trim() || n.ariaLabel)).map(n => n.outerHTML)"
    )
    assert unnamed == []


@pytest.mark.parametrize("width", [320, 390, 768, 1100, 1920])
def test_nothing_sticks_out_at_any_width(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    judge(page, HARM + " " + "unbreakable" * 60)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_it_prints_the_judgement_without_the_form(page: Page) -> None:
    judge(page, HARM)
    page.emulate_media(media="print")
    expect(page.locator(".compose")).to_be_hidden()
    expect(page.get_by_text("probability of")).to_be_visible()


def test_it_works_without_the_script(chromium: Browser, server: str) -> None:
    context = chromium.new_context(java_script_enabled=False, base_url=server)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("link", name="Harm told in passing").click()
    page.get_by_role("button", name="Judge").click()
    expect(page.get_by_text("probability of")).to_be_visible()
    expect(page.get_by_label("Note", exact=True)).not_to_be_empty()
    context.close()
