"""The model card: what the model is for, what it learned from, how good it is and where it ends."""

from collections.abc import Mapping
from typing import Any

from insight_classifier.definition import Definition
from training.label_counts import label_table

INTENDED_USE = (
    "Coaching the authors of field notes and triaging notes for medical affairs, one note at a time, with a person deciding. "
    "Not for appraising, ranking or paying people: a note shows what was written down, not what was done. "
    "Its safety flags add to the duty to report adverse events and never replace it."
)


def card(name: str, definition: Definition, provenance: Mapping[str, Any], evaluation: str = "") -> str:
    """The card as Markdown; `evaluation` is the report of the metrics with their intervals, where one was made."""
    corpus = provenance["corpus"]
    sides = "\n".join(
        f"| {side} | {facts['notes']} | {', '.join(facts['writers'])} |" for side, facts in corpus.items() if isinstance(facts, Mapping)
    )
    labels = f"\n## Labels learned from\n{label_table(provenance['labels'])}\n" if "labels" in provenance else ""
    settings = ", ".join(f"{key} {value}" for key, value in provenance["settings"].items())
    return f"""# {name}

Judges field notes against the definition `{definition.name}` version {definition.version} ({definition.title.lower()}).

## Intended use
{INTENDED_USE}

## Data
The notes of `data/` (see its data card): invented, written and labelled by language models, cleaner than real field notes.
Nothing measured on them may be quoted as accuracy on a company's own notes.

| side | notes | writers |
|---|---|---|
{sides}

Content hash of all sides: `{corpus["hash"]}`.
{labels}
## Training
Base encoder `{provenance["settings"]["base_model"]}`.
{provenance.get("minutes", "?")} minutes on {provenance.get("device", "?")} in {provenance.get("precision", "?")}.
Settings: {settings}.

## Metrics
{evaluation or "Run `insight evaluate --model DIR --data data --side test` for the metrics with their intervals."}

## Limits
- English. Notes in another language are flagged, judged all the same, and not measured.
- The model sees what was written. Behaviour that nobody wrote down is invisible to it.
- Probabilities are calibrated on the validation writers; another company's notes need their own calibration.
- An evidence mark shows where the model found support, not why it decided.
"""
