"""Fit what is fitted after training, on the validation notes: temperatures and evidence thresholds."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize, minimize_scalar

from insight_classifier.calibration import Calibration, token_probabilities
from insight_classifier.definition import Definition, Dimension
from insight_classifier.evidence import spans
from insight_classifier.notes import LabelledNote
from insight_classifier.outputs import Floats, Output, Outputs, label_probability, logit, outputs, probabilities, sigmoid
from insight_classifier.windows import Windows
from training.examples import Example
from training.loss import UNLABELLED

THRESHOLDS = np.arange(0.15, 0.75, 0.05)


def calibrate(definition: Definition, labelled: Sequence[LabelledNote], items: Sequence[Example], raw: Outputs) -> Calibration:
    """The calibration under which the validation notes are least surprising, and evidence overlaps their quotes most."""
    gold = np.stack([item.heads for item in items])
    slopes, shifts = {}, {}
    for row, output in enumerate(outputs(definition)):
        known = gold[:, row] != UNLABELLED
        if output.kind == "checks":
            slopes[output.name], shifts[output.name] = _line(raw.logits[known, output.start], gold[known, row] == 1)
        else:
            slopes[output.name] = _slope(output, raw.logits[known], gold[known, row])
    heads = Calibration(slopes=slopes, shifts=shifts).heads(definition, raw.logits)
    known = np.array([note.label_known(definition) for note in labelled])
    met = np.array([note.label_met(definition) for note in labelled if note.label_known(definition)])
    joint = logit(label_probability(definition, heads))
    slope, shift = _line(joint[known], met)
    evidence = {tag: _threshold(definition, tag, labelled, items, raw) for tag in definition.tags}
    return Calibration(slopes=slopes, shifts=shifts, label_slope=slope, label_shift=shift, evidence=evidence)


def _slope(output: Output, logits: Floats, gold: np.ndarray) -> float:
    """The inverse temperature of one scale or choice that maximises the likelihood of the validation labels."""
    part = logits[:, output.start : output.stop]

    def surprise(log_slope: float) -> float:
        chances = probabilities(output.kind, part * np.exp(log_slope))
        return float(-np.log(np.clip(chances[np.arange(len(gold)), gold], 1e-9, 1)).sum() + log_slope**2)

    return round(float(np.exp(minimize_scalar(surprise, bounds=(-2.5, 1.5), method="bounded").x)), 4)


def _line(logits: Floats, met: np.ndarray) -> tuple[float, float]:
    """The inverse temperature and the shift of one yes or no.

    A prior near 1 and 0 keeps a head without a single error from becoming infinitely sure.
    """

    def surprise(values: np.ndarray) -> float:
        chances = np.clip(sigmoid(np.exp(values[0]) * logits + values[1]), 1e-9, 1 - 1e-9)
        return float(-(np.log(chances[met]).sum() + np.log(1 - chances[~met]).sum()) + values[0] ** 2 + values[1] ** 2)

    log_slope, shift = minimize(surprise, np.zeros(2), method="Nelder-Mead").x
    return round(float(np.exp(log_slope)), 4), round(float(shift), 4)


def _threshold(definition: Definition, tag: str, labelled: Sequence[LabelledNote], items: Sequence[Example], raw: Outputs) -> float:
    """The token probability at which the spans of notes that have the tag overlap their quotes best, by F1 over characters."""
    column, least = definition.tags.index(tag), _least(definition, tag)
    chosen = [
        (note, item.windows, token_probabilities(raw.tags[row][:, column]))
        for row, (note, item) in enumerate(zip(labelled, items, strict=True))
    ]
    tagged = [(n, w, c) for n, w, c in chosen if any(quote.tag == tag for quote in n.quotes)]
    if not tagged:
        return 0.4
    scores = [(_overlap(tag, tagged, float(threshold), least), float(threshold)) for threshold in THRESHOLDS]
    return round(max(scores)[1], 3)


def _least(definition: Definition, tag: str) -> int:
    scale: Dimension | None = next((d for d in definition.of_kind("scale") if d.evidence_tag == tag), None)
    return 1 if scale else definition.checks[tag].evidence


def _overlap(tag: str, tagged: Sequence[tuple[LabelledNote, Windows, Floats]], threshold: float, least: int) -> float:
    both = found = wanted = 0
    for note, windows, chances in tagged:
        predicted = {(s.field, i) for s in spans(windows, chances, threshold, least) for i in range(s.start, s.end)}
        gold = quoted_characters(note, tag)
        both, found, wanted = both + len(predicted & gold), found + len(predicted), wanted + len(gold)
    return 2 * both / max(1, found + wanted)


def quoted_characters(note: LabelledNote, tag: str) -> set[tuple[str, int]]:
    """The characters that a person quoted for a tag, as (field, offset)."""
    characters: set[tuple[str, int]] = set()
    for quote in note.quotes:
        if quote.tag == tag:
            start = note.note.fields[quote.field].index(quote.quote)
            characters |= {(quote.field, i) for i in range(start, start + len(quote.quote))}
    return characters
