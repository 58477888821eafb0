"""The author's text as the model and the rules read it, with offsets kept true to what was sent.

CRMs send rich-text fields as HTML. A `View` is the readable text; `View.source(i)` leads back to the character sent.
"""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

from insight_classifier.quiet_spacy import Language, spacy

# A tag of a rich-text editor, not "p<0.05" nor "<name>": only names that such editors write.
_TAG = re.compile(
    r"</?(?:p|br|div|span|b|i|u|s|em|strong|ul|ol|li|table|tbody|thead|tr|td|th|h[1-6]|a|font|img|hr|blockquote|pre|code|sub|sup)\b[^<>]*>|<!--(?:(?!<!--).){0,2000}?-->",
    re.IGNORECASE | re.DOTALL,
)
_BLOCK = re.compile(r"</?(?:p|br|div|li|ul|ol|tr|table|h[1-6]|hr|blockquote|pre)\b", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_MARKUP = re.compile(f"{_TAG.pattern}|{_ENTITY.pattern}", re.IGNORECASE | re.DOTALL)
_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class View:
    """Readable text, and for each of its characters where it stands in what was sent; None: at the same place."""

    text: str
    starts: Sequence[int] | None = None
    ends: Sequence[int] | None = None

    def source(self, start: int, end: int) -> tuple[int, int]:
        """The span of the sent text that a span of the readable text comes from."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def view(sent: str) -> View:
    """The readable text: tags of rich text dropped, entities resolved, control characters blanked."""
    if "<" in sent or "&" in sent:
        return _without_markup(sent)
    return View(_UNREADABLE.sub(" ", sent))


def _without_markup(sent: str) -> View:
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []

    def copy(start: int, end: int) -> None:
        characters.extend(sent[start:end])
        starts.extend(range(start, end))
        ends.extend(range(start + 1, end + 1))

    position = 0
    for match in _MARKUP.finditer(sent):
        copy(position, match.start())
        readable = _readable(match.group())
        characters.extend(readable)
        starts.extend([match.start()] * len(readable))
        ends.extend([match.end()] * len(readable))
        position = match.end()
    copy(position, len(sent))
    return View(_UNREADABLE.sub(" ", "".join(characters)), starts, ends)


def _readable(markup: str) -> str:
    if markup.startswith("&"):
        return html.unescape(markup)
    return "\n" if _BLOCK.match(markup) else ""


def rules_pipeline() -> Language:
    """spaCy's English tokenizer with a rule-based sentence splitter; no downloaded model. Build it once, hand it in."""
    nlp = spacy.blank("en")
    nlp.max_length = 200_000
    nlp.add_pipe("sentencizer", config={"punct_chars": [".", "!", "?", "\n", "\n\n", "…", "。", "؟", "।"]})
    return nlp
