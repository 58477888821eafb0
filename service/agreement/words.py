"""What an agreement means, in a plain sentence. The bounds are Krippendorff's: 0.80 to conclude from, 0.667 to conclude with care. Pure."""

from insight_classifier.agreement import Agreement

FEWEST = 30  # notes below which nothing is said
FIRM, CAREFUL, POOR = 0.8, 0.667, 0.4


def meaning(found: Agreement, of: str = "people") -> str:
    """`of`: "people" among each other, or "the model" with them."""
    if found.units < FEWEST:
        return f"Too few to tell: {FEWEST - found.units} more notes that two people decide."
    if found.value is None or found.low is None or found.high is None:
        return "All gave one and the same answer: how far they agree beyond chance cannot be told."
    words = _of_people(found.value) if of == "people" else _of_model(found.value)
    return words + _doubt(found.low, found.high)


def _of_people(value: float) -> str:
    if value >= FIRM:
        return "People read it alike: fit to conclude from."
    if value >= CAREFUL:
        return "People mostly read it alike: conclude with care."
    if value >= POOR:
        return "People often read it differently: the wording needs examples."
    return "People read it differently: settle the wording before measuring with it."


def _of_model(value: float) -> str:
    if value >= FIRM:
        return "The model says what people say."
    return "The model mostly says what people say." if value >= CAREFUL else "The model often says otherwise than people."


def _doubt(low: float, high: float) -> str:
    """Where the interval reaches over a bound, the sentence may change with more notes."""
    crossed = any(low < bound <= high for bound in (FIRM, CAREFUL, POOR))
    return " More notes may change this." if crossed else ""


def beside(model: Agreement, people: Agreement) -> str:
    """The model's agreement beside that of people; empty where either cannot be told."""
    if min(model.units, people.units) < FEWEST or model.low is None or model.high is None or people.value is None:
        return ""
    if model.low > people.value:
        return "The model agrees with a person more than people do with each other."
    return "Less than people agree with each other." if model.high < people.value else "About as much as people agree with each other."
