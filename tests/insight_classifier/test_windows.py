"""No token is lost and each is owned once, however long the note; every token knows its place in what was sent."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from insight_classifier.definition import Definition
from insight_classifier.errors import ModelError
from insight_classifier.notes import Note
from insight_classifier.windows import GRAIN, TokenizerLayout, Windower, Windows, bucketed, collate

PAD, START, END = 0, 2, 3
LAYOUT = TokenizerLayout(START, END, PAD, window=18, overlap=6)
ROOM = LAYOUT.window - 2
STEP = ROOM - LAYOUT.overlap
# Around the places where a note takes one window more.
LENGTHS = st.sampled_from([n + d for n in (ROOM, ROOM + STEP, ROOM + 2 * STEP, ROOM + 9 * STEP) for d in (-1, 0, 1)]) | st.integers(1, 200)
WORDS = st.lists(
    st.sampled_from(["she", "asked", "why", "zq7", "<b>k</b>", "&amp;", "\r\n", "e\u0301", "\U0001f642", "."]), min_size=1, max_size=80
)


@pytest.fixture(scope="module")
def windower(tokenizer: Tokenizer, definition: Definition) -> Windower:
    return Windower(tokenizer, LAYOUT, definition)


def windows(windower: Windower, **fields: str) -> Windows:
    return windower([Note("n", fields)])[0]


def owned(item: Windows) -> list[int]:
    """The owned ids, window after window."""
    return item.ids[item.owned == 1].tolist()


@given(length=LENGTHS)
def test_every_token_is_owned_once_and_in_order(windower: Windower, length):
    text = " ".join("abcdefghij"[i % 10] for i in range(length))
    item = windows(windower, text=text)
    assert owned(item) == windower.tokenizer.encode(text, add_special_tokens=False).ids
    assert len(item.field) == len(item.start) == len(item.end) == length


@given(length=LENGTHS)
def test_windows_are_whole_and_framed(windower: Windower, length):
    item = windows(windower, text="a " * length)
    assert item.shape[1] == min(length, ROOM) + 2
    assert (item.ids[:, 0] == START).all()
    assert (item.ids[:, -1] == END).all()
    assert not item.owned[:, [0, -1]].any()
    assert item.mask.all()


@given(length=LENGTHS)
def test_an_owner_sees_some_tokens_on_either_side(windower: Windower, length):
    item = windows(windower, text="a " * length)
    for row, owns in enumerate(item.owned):
        first, last = np.flatnonzero(owns)[[0, -1]]
        assert row == 0 or first - 1 >= LAYOUT.overlap // 2
        assert row == len(item.owned) - 1 or len(owns) - 2 - last >= LAYOUT.overlap // 2


@given(words=WORDS)
def test_a_token_stands_where_its_place_says(windower: Windower, words):
    sent = " ".join(words)
    item = windows(windower, text=sent)
    starts, ends = item.source_offsets()
    for number, start, end in zip(owned(item), starts, ends, strict=True):
        piece = windower.tokenizer.id_to_token(number)
        if piece not in ("[UNK]", "[PAD]"):
            assert sent[start:end].lower().replace("&amp;", "&") in (piece.removeprefix("##"), piece + "\u0301")


def test_one_field_alone_has_no_marker(windower: Windower):
    item = windows(windower, text="she asked", next_steps="  ")
    assert item.names == ("text",)
    assert item.field.tolist() == [0, 0]


def test_fields_are_told_apart_by_their_titles_in_the_definition_s_order(windower: Windower):
    item = windows(windower, next_steps="why", text="she asked")
    marker = windower.tokenizer.encode("Note:", add_special_tokens=False).ids
    assert item.names == ("text", "next_steps")
    assert owned(item)[: len(marker)] == marker
    assert [index for index in item.field if index >= 0] == [0, 0, 1]
    assert item.source_offsets()[0][item.field == -1].tolist() == [0] * int((item.field == -1).sum())


@pytest.mark.parametrize("text", ["<p></p>", "\x00", "\u200b"])
def test_a_text_without_a_token_is_still_a_window(text, windower: Windower):
    item = windows(windower, text=text + " ")
    assert item.shape[0] == 1
    assert item.owned.sum() == len(item.field) >= 1


def test_no_note_gives_no_windows(windower: Windower):
    assert windower([]) == []


# Batches


NOTES = st.lists(st.integers(1, 70), min_size=1, max_size=9)


@given(lengths=NOTES)
def test_a_batch_keeps_every_note(windower: Windower, lengths):
    items = [windows(windower, text="a " * length) for length in lengths]
    batch = collate(items, PAD)
    assert batch.ids.shape[2] % GRAIN == 0
    for row, item in enumerate(items):
        height, width = item.shape
        assert (batch.ids[row, :height, :width] == item.ids).all()
        assert batch.owned[row].sum() == item.owned.sum()
        assert batch.mask[row, :height].sum() == item.mask.sum()


@given(lengths=NOTES)
def test_padding_is_seen_by_nobody_but_never_quite_empty(windower: Windower, lengths):
    items = [windows(windower, text="a " * length) for length in lengths]
    batch = collate(items, PAD)
    assert (batch.mask.sum(axis=2) >= 1).all()
    assert (batch.ids[batch.mask == 0] == PAD).all()
    for row, item in enumerate(items):
        assert (batch.mask[row, item.shape[0] :].sum(axis=1) == 1).all()


@given(lengths=NOTES, size=st.integers(1, 4), tokens=st.integers(1, 200))
def test_groups_hold_every_note_once_within_the_limits(windower: Windower, lengths, size, tokens):
    items = [windows(windower, text="a " * length) for length in lengths]
    groups = bucketed(items, size, tokens)
    assert sorted(index for group in groups for index in group) == list(range(len(items)))
    for group in groups:
        assert len({items[index].shape[0] for index in group}) == 1
        assert len(group) == 1 or (len(group) <= size and len(group) * max(items[index].ids.size for index in group) <= tokens)


@pytest.mark.parametrize("overlap", [ROOM, ROOM + 8, -1])
def test_an_overlap_as_wide_as_the_window_is_refused(overlap):
    with pytest.raises(ModelError, match="overlap"):
        TokenizerLayout(START, END, PAD, window=ROOM + 2, overlap=overlap)


def test_a_note_of_another_length_is_not_padded_for_where_a_run_of_its_own_is_cheaper(windower: Windower) -> None:
    layout = TokenizerLayout(START, END, PAD, window=400, overlap=6)
    wide = Windower(windower.tokenizer, layout, windower.definition)
    items = [windows(wide, text="a " * length) for length in (20, 300, 20, 300)]
    assert bucketed(items, 32, 3072) == [[0, 2], [1, 3]]
    assert bucketed(items[:1] + [windows(wide, text="a " * 60)], 32, 3072) == [[0, 1]]
