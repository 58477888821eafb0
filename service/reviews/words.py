"""Words of notes for searching: folded the same way for either database, for a query and for what is highlighted. Pure."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from insight_classifier.text import view
from service.errors import RequestError

WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*")
ASKED = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')
MOST_TERMS = 20
SHORTEST_BEGINNING = 3  # letters from which a word also finds those that begin with it


@dataclass(frozen=True)
class Term:
    """Words that stand side by side. `beginning`: the last may go on."""

    words: tuple[str, ...]
    beginning: bool = False
    without: bool = False


@dataclass(frozen=True)
class Search:
    """All terms must be found, but those to go without."""

    terms: tuple[Term, ...]

    def for_sqlite(self) -> str:
        """The query of FTS5."""
        wanted = " AND ".join(f"({_fts5(term)})" for term in self.terms if not term.without)
        return " NOT ".join([f"({wanted})", *(_fts5(term) for term in self.terms if term.without)])

    def for_postgres(self) -> str:
        """The text for to_tsquery."""
        return " & ".join(("!" if term.without else "") + _tsquery(term) for term in self.terms)


def mark_of(token: str) -> str:
    """A word that stands for a token of a card among the words of its note, so that filters are found by the same index."""
    return f"zq{hashlib.sha256(token.encode('utf-8', 'surrogatepass')).hexdigest()[:14]}"


def either_mark(tokens: Iterable[str]) -> str:
    """A part of an FTS5 query: one of the tokens."""
    return "(" + " OR ".join(f'"{mark_of(token)}"' for token in tokens) + ")"


def words_of(fields: Mapping[str, str]) -> str:
    """All words of a note, folded, with a blank between them."""
    return " ".join(word for text in fields.values() for word, _, _ in _words(view(text).text))


def read_search(asked: str) -> Search:
    """`word "a phrase" -without`; words of three letters and more find longer ones too. Raises RequestError where none is a word."""
    terms = []
    for minus, quoted, bare in ASKED.findall(asked):
        words = tuple(word for word, _, _ in _words(quoted or bare))
        if words:
            terms.append(Term(words, beginning=not quoted and len(words[-1]) >= SHORTEST_BEGINNING, without=bool(minus)))
    if all(term.without for term in terms):
        raise RequestError("The search names no word to look for.", "invalid_request")
    return Search(tuple(dict.fromkeys(terms))[:MOST_TERMS])


def highlights(fields: Mapping[str, str], search: Search) -> list[dict[str, str | int]]:
    """Where the terms stand: {"field", "start", "end"}, code points of the field as it was sent, in order, none overlapping."""
    found: list[dict[str, str | int]] = []
    for name, sent in fields.items():
        seen = view(sent)
        words = list(_words(seen.text))
        covered = sorted(span for term in search.terms if not term.without for span in _places(words, term))
        last = 0
        for start, end in covered:
            if start >= last:
                first, after = seen.source(start, end)
                found.append({"field": name, "start": first, "end": after})
                last = end
    return found


def _words(text: str) -> Iterator[tuple[str, int, int]]:
    """Each word, folded, with where it stands."""
    for match in WORD.finditer(text):
        if folded := _folded(match.group()):
            yield folded, match.start(), match.end()


def _folded(word: str) -> str:
    if word.isascii():
        return word.lower()
    return "".join(letter for letter in unicodedata.normalize("NFKD", word.casefold()).casefold() if letter.isalnum())


def _places(words: list[tuple[str, int, int]], term: Term) -> Iterator[tuple[int, int]]:
    size = len(term.words)
    for first in range(len(words) - size + 1):
        piece = words[first : first + size]
        exact = all(word == wanted for (word, _, _), wanted in zip(piece[:-1], term.words[:-1], strict=True))
        last = piece[-1][0]
        if exact and (last == term.words[-1] or (term.beginning and last.startswith(term.words[-1]))):
            yield piece[0][1], piece[-1][2]


def _fts5(term: Term) -> str:
    return f'"{" ".join(term.words)}"' + (" *" if term.beginning else "")


def _tsquery(term: Term) -> str:
    words = [f"'{word}'" for word in term.words]
    return "(" + " <-> ".join([*words[:-1], words[-1] + (":*" if term.beginning else "")]) + ")"
