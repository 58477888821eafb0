"""What the model must beat, trained on the same notes and measured by the same code, by name."""

from collections.abc import Callable, Mapping

from training.baselines.baseline import Baseline
from training.baselines.fine_tune import FineTune
from training.baselines.keyword import Keyword
from training.baselines.length import Length
from training.baselines.majority import Majority
from training.baselines.setfit import SetFit
from training.baselines.textcat import Textcat
from training.baselines.tfidf import Tfidf

__all__ = ["BASELINES", "Baseline", "FineTune", "Keyword", "Length", "Majority", "SetFit", "Textcat", "Tfidf"]

BASELINES: Mapping[str, Callable[[], Baseline]] = {
    "majority": Majority,
    "length": Length,
    "keyword": Keyword,
    "tfidf": Tfidf,
    "textcat": Textcat,
    "setfit": SetFit,
    "fine_tune": FineTune,
}
