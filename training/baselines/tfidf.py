"""The classical baseline: TF-IDF of words and of parts of words, and a logistic regression a head."""

from collections.abc import Sequence

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion

from insight_classifier.definition import Definition
from insight_classifier.judgement import Judgement
from insight_classifier.notes import LabelledNote, Note
from training.baselines.classifiers import Classifiers
from training.baselines.decider import decider, origin
from training.baselines.targets import heads, targets, text, texts

STRENGTHS = (1.0, 10.0, 100.0)


class Tfidf:
    """Words in ones and twos, characters within words in twos to fives; the label has a classifier of its own."""

    def __init__(self, *, seed: int = 1) -> None:
        self.seed = seed
        self.origin = origin("tfidf", "1", seed=seed, strengths=STRENGTHS)

    def judges(self, definition: Definition) -> frozenset[str]:
        return frozenset(head.name for head in heads(definition))

    def fit(self, train: Sequence[LabelledNote], validation: Sequence[LabelledNote], definition: Definition) -> None:
        self.decide = decider(train, definition, self.origin)
        self.features = _features()
        self.classifiers = Classifiers(heads(definition), STRENGTHS, self.seed)
        seen = self.features.fit_transform(texts(train, definition))
        unseen = self.features.transform(texts(validation, definition))
        self.classifiers.fit(seen, targets(train, definition), unseen, targets(validation, definition))

    def judge(self, notes: Sequence[Note]) -> list[Judgement]:
        features = self.features.transform([text(note, self.decide.definition) for note in notes])
        return self.decide(notes, self.classifiers(features))


def _features() -> FeatureUnion:
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    parts = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=2, sublinear_tf=True)
    return FeatureUnion([("words", words), ("parts", parts)])
