"""Why a person should look at a judgement, in words: its `review_reasons` are codes for machines."""

from insight_classifier.definition import Definition


def reason_in_words(code: str, definition: Definition) -> str:
    """A sentence for one of the codes that a judgement under this definition gives."""
    for dimension in definition.dimensions:
        if code == f"{dimension.name}_uncertain":
            return f"{dimension.title}: no level is likelier than all others together."
        if code in dimension.names:
            return f"{dimension.member(code).title}: a person must look at it, whatever the label."
    if code.startswith("language_"):
        language = code.removeprefix("language_")
        return f"The note seems to be written in another language than English ({language}); the judgement is less reliable."
    low, high = definition.label.review_band
    words = {
        "label_uncertain": f"The probability lies in the review band, {low:.0%} to {high:.0%}.",
        "label_and_probability_disagree": "The checks taken one by one give this label, taken together they make it unlikely.",
        "no_words": "The note holds no letters or digits, only signs; there is nothing to judge.",
    }
    return words.get(code, code.replace("_", " ").capitalize() + ".")
