"""A quote shortened to a phrase that may stand inside a question: short, whole, and without anybody's name.

In doubt there is no phrase: a question without the note's own words is still a good question. Names written in small letters and
without a title cannot be told from words; the question goes to the author of the note, who wrote them.
"""

import re
from collections.abc import Iterator, Mapping

from insight_classifier.definition import Definition
from insight_classifier.judgement import Level, Span, Verdict
from insight_classifier.quiet_spacy import STOP_WORDS
from insight_classifier.text import view

LEAST_WORDS, MOST_WORDS, MOST_CHARACTERS = 4, 10, 64
_CLAUSE = re.compile(r"\s*(?:[,;:.!?\n()\[\]/]|\s[-–—]\s|–|—)\s*")
_WORD = re.compile(r"[a-z][A-Za-z]*(?:['’][a-z]+)?(?:-[A-Za-z]+)*\Z")  # in small letters, or such as eGFR
_ACRONYM = re.compile(r"[A-Z]{3,}[a-z]?\Z")  # two capitals may be somebody's initials
_PEOPLE = frozenset({"dr", "drs", "prof", "professor", "mr", "mrs", "ms", "miss", "sir", "madam", "sister", "pt", "pts", "named", "called"})
_ONE_PATIENT = frozenset(
    {"patient", "patient's", "pt's", "boy", "girl", "man", "woman", "wife", "husband", "son", "daughter", "mother", "father"}
)
# Whose, once it stands in a question to the physician?
_WHOSE = frozenset({"i", "me", "my", "we", "us", "our", "he", "him", "his", "himself", "she", "her", "hers", "herself"})
_LOOSE_STARTS = frozenset({
    "and", "or", "but", "nor", "so", "then", "also", "plus", "what", "which", "who", "whom", "whose", "how", "where", "when", "if", "than",
    "that", "same", "with", "around", "off", "on", "onto", "at", "of", "to", "into", "before", "after", "until", "again", "still", "both",
    "asked", "said", "says", "told",
})  # fmt: skip
_LOOSE_ENDS = STOP_WORDS - {"it", "them", "enough", "well", "first", "more", "less", "off", "now", "here", "there", "again"}


def phrases(definition: Definition, verdicts: Mapping[str, Verdict]) -> dict[str, str]:
    """By evidence tag, a phrase of the note that proves it; tags without a presentable one are left out."""
    flagged = [span for d in definition.dimensions if d.lane for _, span in _tagged(verdicts[d.name], None)]
    found: dict[str, str | None] = {}
    for dimension in definition.dimensions:
        if dimension.lane:
            continue
        for tag, span in _tagged(verdicts[dimension.name], dimension.evidence_tag):
            if not found.get(tag) and not any(_overlap(span, other) for other in flagged):
                found[tag] = phrase(span.text)
    return {tag: words for tag, words in found.items() if words}


def phrase(quote: str) -> str | None:
    """The first clause of a quote that is presentable; None where there is none."""
    clauses = (" ".join(part.split()) for part in _CLAUSE.split(view(quote).text))
    return next((clause for clause in map(_small_start, clauses) if _presentable(clause)), None)


def _small_start(clause: str) -> str:
    """A clause that begins a sentence with an ordinary word, as it would stand inside one."""
    first = clause.split(" ", 1)[0]
    return clause[:1].lower() + clause[1:] if first.lower() in STOP_WORDS and first != "I" else clause


def _presentable(clause: str) -> bool:
    words = clause.split(" ")
    small = {word.lower() for word in words}
    return (
        LEAST_WORDS <= len(words) <= MOST_WORDS
        and len(clause) <= MOST_CHARACTERS
        and all(_WORD.match(word) or _ACRONYM.match(word) for word in words)
        and not small & (_PEOPLE | _ONE_PATIENT | _WHOSE)
        and words[0].lower() not in _LOOSE_STARTS
        and words[-1].lower() not in _LOOSE_ENDS
    )


def _tagged(verdict: Verdict, tag: str | None) -> Iterator[tuple[str, Span]]:
    """The evidence of one dimension, each piece with its tag."""
    if isinstance(verdict, Level):
        yield from ((tag, span) for span in verdict.evidence if tag)
    elif isinstance(verdict, Mapping):
        yield from ((name, span) for name, check in verdict.items() for span in check.evidence)


def _overlap(span: Span, other: Span) -> bool:
    return span.field == other.field and span.start < other.end and other.start < span.end
