"""Verdicts honour what the definition requires."""

import numpy as np
from tokenizers import Tokenizer

from insight_classifier.calibration import Calibration
from insight_classifier.decode import Decoder, Findings, Outputs
from insight_classifier.definition import Definition
from insight_classifier.judgement import Judgement, Origin
from insight_classifier.notes import Note
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
