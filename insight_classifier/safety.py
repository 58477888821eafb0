"""The safety lane's cue rules: what they find in a note before any model runs, whatever becomes of the model."""

import itertools
import re
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from insight_classifier.cues import Condition, Cues, Finding, Phrase, read_cues
from insight_classifier.definition import Definition
from insight_classifier.definition_reader import cue_file
from insight_classifier.judgement import Span
from insight_classifier.notes import Note
from insight_classifier.quiet_spacy import Language
from insight_classifier.text import View, view

LONGEST_HIT = 15  # words: a hit that begins so far before a window may still reach into it
SIDE_BY_SIDE = 2  # words: so near that a full stop between is an abbreviation's ("no. 4471")
SHORTEST_STEM = 6  # letters: no drug is called after its stem alone
_WORD = re.compile(r"\w+")
_PLAIN = str.maketrans({"\r": " ", "\u2019": "'", "\u2018": "'", "\u00a0": " "})  # cue files are written with ' and blanks; same length


class Hit(NamedTuple):
    """Where a concept stands: words [first, last) and characters [start, end) of the readable text."""

    first: int
    last: int
    start: int
    end: int


class SafetyRules:
    """Scans every text field for the members that rules judge. Build it once; calling it changes nothing."""

    def __init__(self, definition: Definition, nlp: Language) -> None:
        """`nlp` is `text.rules_pipeline()`. Raises DefinitionError where a cue file is malformed."""
        self._sentences = Sentences(nlp)
        self.scanners = {
            member.name: Scanner(read_cues(cue_file(definition.source, member.cues)))
            for member in definition.checks.values()
            if "rules" in member.judged_by and member.cues
        }

    def __call__(self, note: Note) -> dict[str, tuple[Span, ...]]:
        """The spans by member, in reading order; an empty tuple: scanned, none found."""
        found: dict[str, list[Span]] = {name: [] for name in self.scanners}
        for field, sent in note.fields.items():
            readable = view(sent)
            text = Text(readable.text, self._sentences)
            for name, scanner in self.scanners.items():
                found[name] += _spans(field, sent, readable, scanner(text))
        return {name: tuple(spans) for name, spans in found.items()}


class Sentences:
    """Where sentences begin. What spaCy learns of a text's words is forgotten after it: a service must not remember every note it saw."""

    def __init__(self, nlp: Language) -> None:
        self._nlp = nlp
        self._one_at_a_time = threading.Lock()  # spaCy has one memory zone

    def __call__(self, plain: str) -> list[int]:
        """The first character of each sentence."""
        with self._one_at_a_time, self._nlp.memory_zone():
            return [sentence.start_char for sentence in self._nlp(plain).sents]


class Text:
    """A readable text with its words and sentences; sentences are split only when something was found."""

    def __init__(self, readable: str, split: Sentences) -> None:
        self._split = split
        self.plain = readable.translate(_PLAIN)
        self.starts: list[int] = []
        self.places: dict[str, list[int]] = {}  # where each word stands
        for match in _WORD.finditer(self.plain):
            self.starts.append(match.start())
            self.places.setdefault(match.group().lower(), []).append(match.start())

    @property
    def all(self) -> tuple[int, int]:
        """Every word."""
        return 0, max(len(self.starts), 1)

    @cached_property
    def sentences(self) -> list[int]:
        """The first word of each sentence, and the number of words."""
        firsts = {bisect_left(self.starts, start) for start in self._split(self.plain)}
        return sorted(firsts | {0, max(len(self.starts), 1)})

    def sentence(self, hit: Hit) -> tuple[tuple[int, int], tuple[int, int]]:
        """The words of the sentence that a hit begins in, and those of it with its neighbours."""
        index = bisect_right(self.sentences, hit.first) - 1
        before, after = max(index - 1, 0), min(index + 2, len(self.sentences) - 1)
        return (self.sentences[index], self.sentences[index + 1]), (self.sentences[before], self.sentences[after])

    def hit(self, start: int, end: int) -> Hit:
        return Hit(max(bisect_right(self.starts, start) - 1, 0), bisect_left(self.starts, end), start, end)


class Scanner:
    """Finds what one cue file describes in a text."""

    def __init__(self, cues: Cues) -> None:
        self.cues = cues
        self.phrases = {name: _by_first_word(concept.phrases) for name, concept in cues.concepts.items()}

    def __call__(self, text: Text) -> list[tuple[int, int]]:
        """Character spans in reading order, none overlapping another."""
        return _merged(span for _, span in self.explain(text))

    def explain(self, text: Text) -> Iterator[tuple[str, tuple[int, int]]]:
        """Each finding by name, with the characters it quotes: for whoever writes cues."""
        search = _Search(text, self)
        for finding in filter(search.possible, self.cues.findings):
            for hit in search.hits(finding.find):
                span = search.quote(hit, finding)
                if span is not None:
                    yield finding.name, span


class _Search:
    """What has been recognised in one text; no concept is looked for before a finding asks for it."""

    def __init__(self, text: Text, scanner: Scanner) -> None:
        self.text, self.scanner = text, scanner
        self._found: dict[tuple[str, ...], list[Hit]] = {}

    def hits(self, names: tuple[str, ...]) -> list[Hit]:
        """The hits of any of these concepts, sorted."""
        if names not in self._found:
            parts = [self._of(names[0])] if len(names) == 1 else [self.hits((name,)) for name in names]
            self._found[names] = sorted(hit for part in parts for hit in part)
        return self._found[names]

    def _of(self, name: str) -> Iterator[Hit]:
        concept = self.scanner.cues.concepts[name]
        yield from self._phrases(self.scanner.phrases[name])
        for regex in concept.regexes:
            yield from (self.text.hit(*match.span()) for match in regex.finditer(self.text.plain) if match.end() > match.start())
        if concept.endings:
            yield from self._endings(concept.endings)

    def _phrases(self, phrases: Mapping[str, Sequence[re.Pattern[str]]]) -> Iterator[Hit]:
        places = self.text.places
        for word in places.keys() & phrases.keys():
            for start, regex in itertools.product(places[word], phrases[word]):
                if match := regex.match(self.text.plain, start):
                    yield self.text.hit(*match.span())

    def _endings(self, endings: tuple[str, ...]) -> Iterator[Hit]:
        for word, starts in self.text.places.items():
            if len(word) >= SHORTEST_STEM and word.endswith(endings):
                yield from (self.text.hit(start, start + len(word)) for start in starts)

    def possible(self, finding: Finding) -> bool:
        """Whether everything that must meet stands somewhere: most notes stop here, before their sentences are split."""
        return bool(self.hits(finding.find)) and all(self.hits(must.concepts) for must in finding.musts)

    def quote(self, hit: Hit, finding: Finding) -> tuple[int, int] | None:
        """The characters from the hit to whatever had to be near it; None where the finding does not hold."""
        if not all(self.nearest(hit, must, self.text.all) for must in finding.musts):
            return None  # seen before the sentences are split, which costs more than all else
        here, wider = self.text.sentence(hit)
        if any(self.nearest(hit, unless, here) for unless in finding.unless):
            return None
        if any(self.nearest(hit, before, (here[0], hit.first)) for before in finding.not_after):
            return None
        if not all(self.nearest(hit, around, wider) for around in finding.around):
            return None
        next_too = (here[0], wider[1])
        return _hull(hit, [self.nearest(hit, near, next_too if near.words <= SIDE_BY_SIDE else here) for near in finding.near])

    def nearest(self, hit: Hit, condition: Condition, words: tuple[int, int]) -> Hit | None:
        """The nearest hit of the condition inside a range of words, if it is near enough."""
        hits = self.hits(condition.concepts)
        low = bisect_left(hits, (max(words[0], hit.first - condition.words - LONGEST_HIT),))
        high = bisect_left(hits, (min(words[1], hit.last + condition.words + 1),))
        near = [other for other in hits[low:high] if _gap(hit, other) <= condition.words and other.last <= words[1]]
        return min(near, key=lambda other: _gap(hit, other), default=None)


def _by_first_word(phrases: Iterable[Phrase]) -> Mapping[str, Sequence[re.Pattern[str]]]:
    index: dict[str, list[re.Pattern[str]]] = {}
    for phrase in phrases:
        for key in phrase.keys:
            index.setdefault(key, []).append(phrase.regex)
    return index


def _gap(hit: Hit, other: Hit) -> int:
    """Words between two hits; 0 where they touch or overlap."""
    return max(other.first - hit.last, hit.first - other.last, 0)


def _hull(hit: Hit, others: Sequence[Hit | None]) -> tuple[int, int] | None:
    """The characters from the first to the last of these; None where one is missing."""
    pieces = [hit, *(other for other in others if other)]
    if len(pieces) <= len(others):
        return None
    return min(piece.start for piece in pieces), max(piece.end for piece in pieces)


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _spans(field: str, sent: str, readable: View, found: Iterable[tuple[int, int]]) -> Iterator[Span]:
    for start, end in found:
        first, last = readable.source(start, end)
        yield Span(field, first, last, sent[first:last])
