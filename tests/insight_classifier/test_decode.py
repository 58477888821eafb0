"""Verdicts honour what the definition requires."""

import numpy as np
import pytest
from tokenizers import Tokenizer

from insight_classifier.calibration import Calibration
from insight_classifier.decode import Decoder, Findings, Outputs
from insight_classifier.definition import Definition
from insight_classifier.judgement import Check, Judgement, Origin, Span
from insight_classifier.notes import Note
from insight_classifier.outputs import outputs
from insight_classifier.windows import TokenizerLayout, Windower

YES, NO = 4.0, -4.0


def judged(definition: Definition, tokenizer: Tokenizer, *checks: float) -> Judgement:
    """The judgement of a note of which the model says this of the three checks."""
    windows = Windower(tokenizer, TokenizerLayout(2, 3, 0), definition)([Note("n", {definition.main_field: "she asked why"})])
    logits = np.array([[*checks, *(0.0,) * 7]])
    tags = [np.zeros((len(windows[0].field), len(definition.tags)))]
    return Decoder(definition, Calibration(), Origin("m", "1", "0"))(windows, Outputs(logits, tags), [Findings({})])[0]


def met(judgement: Judgement) -> list[bool]:
    return [check["met"] for check in judgement.to_dict()["resolution"].values()]


def test_a_check_counts_only_with_what_it_requires(support_call: Definition, tokenizer: Tokenizer):
    assert met(judged(support_call, tokenizer, NO, YES, YES)) == [False, False, True]
    assert met(judged(support_call, tokenizer, YES, YES, NO)) == [True, True, False]


def test_a_check_counts_only_with_what_is_required_through_others(changed, tokenizer: Tokenizer):
    chain = changed(("coach_when: not (promise_dated or fix_confirmed)", "requires: [fix_confirmed]"))
    assert met(judged(chain, tokenizer, NO, YES, YES)) == [False, False, False]


def test_a_label_against_its_probability_is_flagged_in_the_band_too(support_call: Definition, tokenizer: Tokenizer):
    # Two checks of three, just likelier than not: met, but hardly both.
    judgement = judged(support_call, tokenizer, 0.1, NO, 0.1)
    assert (judgement.label, judgement.probability < 0.5) == (support_call.label.met, True)
    assert "label_and_probability_disagree" in judgement.review_reasons


def safety_check(definition: Definition, tokenizer: Tokenizer, said: float, text: str, *ruled: Span) -> Check:
    """The verdict on the first check that both the model and the rules judge."""
    windows = Windower(tokenizer, TokenizerLayout(2, 3, 0), definition)([Note("n", {"text": text})])
    head = next(o for o in outputs(definition) if o.member == "adverse_event")
    logits = np.zeros((1, outputs(definition)[-1].stop))
    logits[0, head.start] = said
    tags = np.full((len(windows[0].field), len(definition.tags)), -9.0)
    tags[:3, definition.tags.index("adverse_event")] = 9.0
    decoder = Decoder(definition, Calibration(), Origin("m", "1", "0"))
    return decoder(windows, Outputs(logits, [tags]), [Findings({"adverse_event": ruled})])[0].verdicts["flags"]["adverse_event"]


@pytest.mark.parametrize(("said", "ruled", "source"), [(YES, True, "both"), (YES, False, "model"), (NO, True, "rule"), (NO, False, "both")])
def test_either_the_model_or_the_rules_are_enough(definition: Definition, tokenizer: Tokenizer, said, ruled, source):
    check = safety_check(definition, tokenizer, said, "she fell ill on it", *[Span("text", 0, 3, "she")] * ruled)
    assert (check.met, check.source) == (said == YES or ruled, source)


def test_what_both_mark_is_quoted_once(definition: Definition, tokenizer: Tokenizer):
    check = safety_check(definition, tokenizer, YES, "she fell ill on it", Span("text", 4, 18, "fell ill on it"))
    assert [span.text for span in check.evidence] == ["she fell ill on it"]
