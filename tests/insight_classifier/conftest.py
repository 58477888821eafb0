"""The second definition, edited copies of it, and a tokenizer small enough to read."""

import string
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from tokenizers import Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import WordPiece

from insight_classifier.definition import Definition
from insight_classifier.definition_reader import read_definition

# The same examples on every run, and no deadline: a busy machine is no failure.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")

SUPPORT_CALL = Path(__file__).parent.parent / "definitions" / "support_call.yaml"


@pytest.fixture(scope="session")
def support_call() -> Definition:
    """A definition of another domain: other names, a scale of five levels, no lane, one field."""
    return read_definition(SUPPORT_CALL)


@pytest.fixture
def edited(tmp_path: Path) -> Callable[..., Path]:
    """Writes a copy of support_call.yaml in which each first occurrence is replaced."""

    def edit(*changes: tuple[str, str]) -> Path:
        text = SUPPORT_CALL.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text, f"{old!r} does not stand in {SUPPORT_CALL.name}"
            text = text.replace(old, new, 1)
        path = tmp_path / "edited.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return edit


@pytest.fixture
def changed(edited: Callable[..., Path]) -> Callable[..., Definition]:
    """A sound edited copy, read."""
    return lambda *changes: read_definition(edited(*changes))


@pytest.fixture(scope="session")
def tokenizer() -> Tokenizer:
    """A real WordPiece tokenizer: one piece a letter or digit, and a few whole words."""
    letters = string.ascii_lowercase + string.digits
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "she", "asked", "why", *letters, *(f"##{c}" for c in letters), *string.punctuation]
    found = Tokenizer(WordPiece({piece: number for number, piece in enumerate(pieces)}, unk_token="[UNK]"))
    found.normalizer = normalizers.BertNormalizer()
    found.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return found


BANK = """
questions:
  cause:
    title: The cause
    lacks: not cause_named
    first:
      - What came before it?
      - What changed that day?
    deeper: ["What was new then?"]
    deepest: ["What if it had not been new?"]
    topics:
      topic:
        defect:
          first: ["Which part fails?"]
  promise:
    title: The promise
    lacks: not promise_dated
    after: cause_named
    first:
      - Until when can it wait?
      - Which day suits?
      - I noted “{cause_named}”. Until when?
  patience:
    title: Patience
    levels: {patience: [rude, curt]}
    first: ["How was that for you?", "What made it hard?"]
  beyond:
    title: Beyond
    first: ["What else?", "What next?"]
"""


@pytest.fixture
def banked(tmp_path: Path) -> Callable[..., Path]:
    """Writes support_call.yaml with a bank of questions, in which each first occurrence is replaced."""

    def write(*changes: tuple[str, str]) -> Path:
        bank = BANK
        for old, new in changes:
            assert old in bank, f"{old!r} does not stand in the bank"
            bank = bank.replace(old, new, 1)
        path = tmp_path / "banked.yaml"
        path.write_text(SUPPORT_CALL.read_text(encoding="utf-8") + bank, encoding="utf-8")
        return path

    return write


@pytest.fixture
def support_call_with_bank(banked: Callable[..., Path]) -> Definition:
    """The second definition with a small bank of questions."""
    return read_definition(banked())
