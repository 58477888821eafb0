"""Our themes beside BERTopic's on the same notes in one run: coherence, stability, agreement with metadata, seconds.

    python -m pip install -c constraints.txt bertopic==0.17.4 umap-learn==0.5.12 hdbscan==0.8.44  (beside the extra training)
    python -m benchmarks.themes [--notes 1500] [--vectors]

Notes are insights and near misses of the training writers. BERTopic is given sentence vectors of the packaged all-MiniLM-L6-v2, with
--vectors also our own note vectors; once at its defaults (topics of ten notes or more), once at three notes, as ours.
What belongs to no theme counts as a group of its own in all figures of stability.
"""

import argparse
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import yaml
from sklearn.metrics import adjusted_rand_score

from insight_classifier.definition_reader import default_definition
from insight_classifier.measures.near_misses import is_near_miss
from insight_classifier.measures.theme import ThemeNote
from insight_classifier.measures.themes import themes
from insight_classifier.measures.words import content_words
from insight_classifier.notes import LabelledNote, read_labelled_note

DATA = Path(__file__).resolve().parent.parent / "data"
RUNS, WORDS, ADDED, FEWEST = 3, 10, 0.1, 3
Groups = list[int]  # of each note the number of its theme; -1: none
Cluster = Callable[[Sequence[int]], Groups]


@dataclass(frozen=True)
class Corpus:
    """Notes with their writers, and the words of each; `others`: the words of training notes that are not among them."""

    notes: list[LabelledNote]
    writers: list[str]
    words: list[frozenset[str]]
    others: list[frozenset[str]]

    def theme_notes(self) -> list[ThemeNote]:
        """An author is a person of a writer."""
        met = default_definition()
        return [
            ThemeNote(one.note.id, " ".join(one.note.fields.values()), one.label_met(met), f"{writer}/{one.note.metadata.get('msl')}")
            for one, writer in zip(self.notes, self.writers, strict=True)
        ]


def corpus(size: int) -> Corpus:
    definition, split = default_definition(), yaml.safe_load((DATA / "split.yaml").read_text(encoding="utf-8"))
    held = {*split["test"], *split["validation"]}
    every = [(one, path.stem) for path in sorted((DATA / "notes").glob("*.jsonl")) if path.stem not in held for one in _labelled(path)]
    every = [pair for number, pair in enumerate(every) if pair[1] not in split["every_fourth"] or number % 4]
    chosen = [n for n, (one, _) in enumerate(every) if one.label_met(definition) or is_near_miss(definition, one.checks)]
    random = np.random.default_rng(1)
    taken = set(random.choice(chosen, min(size, len(chosen)), replace=False).tolist())
    inside = [every[number] for number in sorted(taken)]
    words = [_words(one) for one, _ in inside]
    return Corpus(
        [one for one, _ in inside], [w for _, w in inside], words, [_words(one) for n, (one, _) in enumerate(every) if n not in taken]
    )


def _labelled(path: Path) -> Iterator[LabelledNote]:
    definition = default_definition()
    return (read_labelled_note(json.loads(line), definition) for line in path.read_text(encoding="utf-8").splitlines())


def _words(one: LabelledNote) -> frozenset[str]:
    return frozenset(stem for stem, _ in content_words(" ".join(one.note.fields.values())) if " " not in stem)


def ours(found: Corpus, numbers: Sequence[int], earlier: Mapping[str, str] | None = None) -> tuple[Groups, Mapping[str, str]]:
    notes = found.theme_notes()
    result = themes([notes[number] for number in numbers], earlier)
    place = {note.id: number for number, theme in enumerate(result.themes) for note in (*theme.notes, *theme.copies)}
    return [place.get(notes[number].id, -1) for number in numbers], result.memory


def bertopic(found: Corpus, vectors: np.ndarray, least: int) -> Cluster:
    """At its defaults, seed of UMAP included: chance differs between runs unless a seed is given, so one is."""
    from bertopic import BERTopic
    from umap import UMAP

    texts = [" ".join(one.note.fields.values()) for one in found.notes]

    def cluster(numbers: Sequence[int]) -> Groups:
        reduce = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=1)
        model = BERTopic(min_topic_size=least, umap_model=reduce, calculate_probabilities=False)
        topics, _ = model.fit_transform([texts[number] for number in numbers], vectors[list(numbers)])
        return [int(topic) for topic in topics]

    return cluster


def sentence_vectors(found: Corpus) -> np.ndarray:
    from sentence_transformers import SentenceTransformer

    from training.encoder import find_encoder

    model = SentenceTransformer(str(find_encoder("all-MiniLM-L6-v2")), device="cpu")
    return np.asarray(model.encode([" ".join(one.note.fields.values()) for one in found.notes], batch_size=32))


def own_vectors(found: Corpus) -> np.ndarray:
    from insight_classifier.command import default_model
    from insight_classifier.predictor import load_predictor

    judged = load_predictor(default_model()).judge([one.note for one in found.notes])
    return np.stack([one.vector for one in judged if one.vector is not None]).astype(np.float32)


def coherence(groups: Groups, words: Sequence[frozenset[str]], reference: Sequence[frozenset[str]]) -> float:
    """The mean normalized pointwise mutual information of each two of a theme's ten most telling words, among those
    that notes of it share, by notes of the reference.
    """
    share = Counter(word for one in words for word in one)
    places: dict[str, set[int]] = {}
    for number, one in enumerate(reference):
        for word in one:
            places.setdefault(word, set()).add(number)
    values = []
    for group in set(groups) - {-1}:
        inside = Counter(word for one, own in zip(words, groups, strict=True) if own == group for word in one)
        common = [word for word, count in inside.items() if count > 1]
        telling = sorted(common, key=lambda word: (-inside[word] * np.log(len(words) / share[word]), word))[:WORDS]
        pairs = combinations([places.get(word, set()) for word in telling], 2)
        values += [np.mean(found)] if (found := [_npmi(one, other, len(reference)) for one, other in pairs]) else []
    return float(np.mean(values))


def _npmi(one: set[int], other: set[int], notes: int) -> float:
    both = len(one & other) / notes
    if not both:
        return -1.0
    return 1.0 if both == 1 else float(np.log(both / (len(one) / notes * len(other) / notes)) / -np.log(both))


def alike(found: Corpus, groups: Groups, same: Callable[[LabelledNote, LabelledNote], bool]) -> float:
    """Of two notes of a theme by different writers, how often they have the same; themes count by their notes."""
    total = weight = 0.0
    for group in set(groups) - {-1}:
        inside = [number for number, own in enumerate(groups) if own == group]
        pairs = [(a, b) for a, b in combinations(inside, 2) if found.writers[a] != found.writers[b]]
        total += sum(same(found.notes[a], found.notes[b]) for a, b in pairs) / len(inside)
        weight += len(pairs) / len(inside)
    return total / weight if weight else 0.0


def same_area(one: LabelledNote, other: LabelledNote) -> bool:
    areas = [set(re.findall(r"[a-z]+", str(note.note.metadata.get("therapeutic_area") or "").lower())) for note in (one, other)]
    return bool(areas[0] & areas[1])


def agreement(one: Groups, other: Groups) -> float:
    return float(adjusted_rand_score(_alone(one), _alone(other)))


def _alone(groups: Groups) -> Groups:
    return [group if group >= 0 else -1 - number for number, group in enumerate(groups)]


def shuffled(cluster: Cluster, size: int, first: Groups) -> float:
    """The least agreement of a run with others whose notes come in another order."""
    worst = 1.0
    for seed in range(1, RUNS):
        order = np.random.default_rng(seed).permutation(size).tolist()
        again = dict(zip(order, cluster(order), strict=True))
        worst = min(worst, agreement(first, [again[number] for number in range(size)]))
    return worst


def added(cluster: Cluster, size: int, first: Groups) -> float:
    """How much of a run with nine of ten notes stays when the others come in."""
    start = _start(size)
    before = cluster(start)
    return agreement(before, [first[number] for number in start])


def _start(size: int) -> list[int]:
    return sorted(np.random.default_rng(9).permutation(size)[: size - int(ADDED * size)].tolist())


def row(name: str, found: Corpus, cluster: Cluster, grown: float | None = None, before: float = 0.0) -> str:
    size, began = len(found.notes), time.perf_counter()
    groups = cluster(range(size))
    seconds = time.perf_counter() - began + before
    counts = Counter(group for group in groups if group >= 0)
    same = (alike(found, groups, same_area), alike(found, groups, lambda a, b: a.options == b.options))
    npmi = (coherence(groups, found.words, found.words), coherence(groups, found.words, found.others))
    stable = (shuffled(cluster, size, groups), added(cluster, size, groups) if grown is None else grown)
    figures = [f"{value:.3f}" for value in (*npmi, *same, *stable)]
    return f"| {name} | {len(counts)} | {sum(counts.values())} | {max(counts.values())} | {' | '.join(figures)} | {seconds:.1f} |"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--notes", type=int, default=1500)
    arguments.add_argument("--vectors", action="store_true")
    given = arguments.parse_args()
    found = corpus(given.notes)
    size = len(found.notes)
    print(f"{size:,} notes of {len(set(found.writers))} writers\n")
    print("| | themes | notes in them | greatest | NPMI | NPMI, other notes | area | objective | ARI shuffled | ARI 10% added | seconds |")
    print("|---|---|---|---|---|---|---|---|---|---|---|", flush=True)
    start = _start(size)
    before, memory = ours(found, start)
    after, _ = ours(found, range(size), memory)
    print(row("ours, remembered", found, lambda n: ours(found, n)[0], agreement(before, [after[number] for number in start])), flush=True)
    print(row("ours, afresh", found, lambda n: ours(found, n)[0]), flush=True)
    for title, make in [("MiniLM", sentence_vectors), *([("our vectors", own_vectors)] if given.vectors else [])]:
        began = time.perf_counter()
        vectors = make(found)
        spent = time.perf_counter() - began
        for least in (10, FEWEST):
            print(row(f"BERTopic, {title}, {least} notes or more", found, bertopic(found, vectors, least), before=spent), flush=True)


if __name__ == "__main__":
    main()
