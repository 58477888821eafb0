"""The dataset card: what was frozen, how it was split, how many labels of what there are, and what it may not be used for."""

from collections.abc import Mapping
from typing import Any


def card(facts: Mapping[str, Any]) -> str:
    """The card as Markdown, from what the manifest says."""
    sides = "\n".join(_side(name, side) for name, side in facts["sides"].items() if side["notes"])
    weak = "\n".join(f"- {words}" for words in facts["few_labels"]) or "- none"
    return f"""# {facts["name"]}

Labelled notes, frozen on {facts["created"][:10]}. Content hash `{facts["content"]}`; every file is checked to the byte before it is used.

- What was taken: {facts["query"] or "all that was given"}
- Definition: `{facts["definition"]["name"]}` version {facts["definition"]["version"]} (`{facts["definition"]["fingerprint"]}`)
- Labels given under: {_counts(facts["labelled_under"]) or "not said"}
- Settled by: {_counts(facts["settled_by"])}
- Continues: {f"`{facts['after']}`" if facts["after"] else "no earlier snapshot"}

## Sides
| side | notes | authors | labels | written |
|---|---|---|---|---|
{sides}

No author stands on two sides: a hash of the author decides, so that a side never loses an author when data grow.
{_cut(facts)}{facts["left_out"]} notes were left out since a note with the same words, or nearly, stands on another side (`left_out.json`).

## Few labels
Members of the definition with so few labels in training that their verdicts will be weak:
{weak}

## Use
For training and measuring models of this definition. Authors go by pseudonyms and physicians' ids are left out, but the words are the
authors' own and may name people: keep the folder where the notes may be kept, and erase it when a note in it is to be erased.
"""


def _side(name: str, side: Mapping[str, Any]) -> str:
    written = f"{side['written'][0]} to {side['written'][1]}" if side["written"] else "not said"
    return f"| {name} | {side['notes']} | {side['authors']} | {_counts(side['labels'])} | {written} |"


def _cut(facts: Mapping[str, Any]) -> str:
    if not facts["test_from"]:
        return ""
    cut = facts["test_from"]
    return f"Notes written before {cut} train and validate, later ones test; those on the wrong side of it are in `later.jsonl`.\n"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
