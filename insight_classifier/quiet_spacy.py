"""spaCy, imported without what its layer library would bring along.

thinc imports torch wherever torch is installed: two seconds and 240 MB for splitting sentences. Whoever needs spaCy takes it from here.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _hidden(module: str) -> Iterator[None]:
    """Let imports of a module fail, unless it is there already."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[module]


with _hidden("torch"):
    import spacy
    from spacy.lang.en.stop_words import STOP_WORDS
    from spacy.language import Language

__all__ = ["STOP_WORDS", "Language", "spacy"]
