"""Which language a note is mainly in, where it is not English: the model has read English only and must not judge others unseen."""

import re
import runpy
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from importlib.resources import files

from insight_classifier.quiet_spacy import spacy

FEWEST_WORDS = 5  # below that, a note in Latin letters is taken for English: names and shorthand say nothing
MOST_CHARACTERS = 2_000  # the beginning of a note is enough
FEWEST_STOP_WORDS = 3  # different ones, that English lacks: one or two are a name or a misprint
LEAST_SHARE = 0.15  # of all words: below that, the stop words are borrowed ones
ENGLISH, LATIN, UNKNOWN = "en", "LATIN", "und"

# The script of a letter is the first word of its Unicode name. Several languages: their stop words decide, else the first.
SCRIPTS: Mapping[str, tuple[str, ...]] = {
    LATIN: (
        *("de", "nl", "sv", "da", "nb", "fr", "es", "pt", "it", "ca", "ro", "pl", "cs", "sk", "hr", "sl"),
        *("lt", "lv", "et", "fi", "hu", "tr", "id", "vi"),
    ),
    "CYRILLIC": ("ru", "uk", "bg", "sr", "mk"),
    "ARABIC": ("ar", "fa", "ur"),
    "DEVANAGARI": ("hi", "mr", "ne"),
    "HEBREW": ("he",),
    "GREEK": ("el",),
    "THAI": ("th",),
    "HIRAGANA": ("ja",),
    "KATAKANA": ("ja",),
    "HANGUL": ("ko",),
    "CJK": ("zh",),
    "BENGALI": ("bn",),
    "TAMIL": ("ta",),
    "TELUGU": ("te",),
    "GUJARATI": ("gu",),
    "ARMENIAN": ("hy",),
}
_WORD = re.compile(r"[^\W\d_]+")
_BEYOND_ASCII = re.compile(r"[^\W\d_A-Za-z]")


def other_language(text: str) -> str | None:
    """The ISO 639 code of the language a readable text (`text.view`) is mainly in; None for English, or where too little speaks against it.

    "und": a script that is neither Latin nor known here.
    """
    beginning = text[:MOST_CHARACTERS]
    words = _WORD.findall(beginning.lower())
    script = _script(beginning, sum(map(len, words)))
    if script == LATIN:
        return _stop_words(script).language(words) if len(words) >= FEWEST_WORDS else None
    languages = SCRIPTS.get(script, (UNKNOWN,))
    return languages[0] if len(languages) == 1 else _stop_words(script).language(words) or languages[0]


def _script(text: str, letters: int) -> str:
    """Latin, or the script of a third of the letters or more: foreign words say more in fewer letters than drug names in Latin ones."""
    scripts = Counter(map(_script_of, _BEYOND_ASCII.findall(text)))
    del scripts[LATIN]
    if 3 * scripts.total() <= letters:
        return LATIN
    if 10 * scripts["HIRAGANA"] > scripts.total():  # Japanese, however many Chinese characters stand between
        return "HIRAGANA"
    return scripts.most_common(1)[0][0]


@cache
def _script_of(letter: str) -> str:
    return unicodedata.name(letter, UNKNOWN).split()[0]


@cache
def _stop_words(script: str) -> "StopWords":
    return StopWords((ENGLISH, *SCRIPTS[script]) if script == LATIN else SCRIPTS[script])


def _stop_words_of(language: str) -> frozenset[str]:
    """spaCy's list, from its file alone: importing the language would compile a tokenizer, for seconds."""
    content = runpy.run_path(str(files(spacy) / "lang" / language / "stop_words.py"))
    return frozenset(content["STOP_WORDS"])


class StopWords:
    """The stop words of several languages, as spaCy carries them; a word that n of them share weighs 1/n."""

    def __init__(self, languages: Iterable[str]) -> None:
        self.languages = tuple(languages)

    @cached_property
    def owners(self) -> Mapping[str, tuple[str, ...]]:
        """The languages of each stop word."""
        owners: dict[str, tuple[str, ...]] = {}
        for language in self.languages:
            for word in _stop_words_of(language):
                owners[word.lower()] = (*owners.get(word.lower(), ()), language)
        return owners

    def language(self, words: list[str]) -> str | None:
        """The language whose stop words weigh most; None where that is English or where they are too few."""
        weights: dict[str, float] = {}
        for word in words:
            owners = self.owners.get(word, ())
            for language in owners:
                weights[language] = weights.get(language, 0.0) + 1 / len(owners)
        language = max(weights, key=weights.__getitem__, default=ENGLISH)
        return language if language != ENGLISH and self._enough(language, weights[language], words) else None

    def _enough(self, language: str, weight: float, words: list[str]) -> bool:
        own = {word for word in words if language in (owners := self.owners.get(word, ())) and ENGLISH not in owners}
        return len(own) >= FEWEST_STOP_WORDS and weight >= LEAST_SHARE * len(words)
