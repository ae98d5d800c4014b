"""What a form says becomes a code, a rating, a lead; a draft's changes are taken back and done again."""

import pytest

from iprtool.codebooks.drafting import (
    Draft,
    anchors_text,
    code_of,
    free_id,
    lead_of,
    moved,
    scale_of,
    scale_text,
    session_scale_of,
    with_entry,
    without,
)
from iprtool.codebooks.loader import shipped, shipped_ids
from iprtool.model.codebook import CodeEntry, RatingScale
from iprtool.model.errors import CodebookError
from iprtool.model.guide import Lead

EMPTY = {"id": "", "label": "", "gloss": "", "group": "", "polarity": "", "key": "", "scale": "", "anchors": ""}


def test_a_draft_goes_back_and_forth() -> None:
    draft = Draft(1)
    assert not draft.undo()
    draft.set(2)
    draft.set(2)
    draft.set(3)
    assert (draft.undo(), draft.now, draft.redo(), draft.now) == (True, 2, True, 3)
    assert draft.undo()
    draft.set(4)
    assert (draft.redo(), draft.now, draft.is_changed) == (False, 4, True)
    assert draft.undo()
    assert draft.undo()
    assert (draft.now, draft.is_changed) == (1, False)


def test_entries_are_put_moved_and_taken_out() -> None:
    assert with_entry("abc", 1, "x", new=True) == ("a", "x", "b", "c")
    assert with_entry("abc", 1, "x", new=False) == ("a", "x", "c")
    assert without("abc", 1) == ("a", "c")
    assert moved("abc", 1, 1) == ("a", "c", "b")
    assert moved("abc", 0, -1) == ("a", "b", "c")


def test_a_code_keeps_its_id_and_a_new_one_gets_one_of_its_word() -> None:
    was = CodeEntry("cold", "went cold")
    values = {**EMPTY, "label": " grew cold ", "key": "3", "polarity": "negative"}
    assert code_of(values, was, ["cold"]) == CodeEntry("cold", "grew cold", polarity="negative", key=3)
    assert code_of({**EMPTY, "label": "Cold"}, None, ["cold", "cold_2"]).id == "cold_3"
    assert code_of({**EMPTY, "label": "Cold", "id": "mine"}, None, []).id == "mine"
    with pytest.raises(CodebookError, match="none of the digits"):
        code_of({**EMPTY, "label": "x", "key": "q"}, None, [])
    assert free_id("…", []) == "code"


def test_scales_are_read_as_they_are_written() -> None:
    scales = [book.rating for book in map(shipped, shipped_ids()) if book.rating is not None]
    scales += [one.rating for book in map(shipped, shipped_ids()) for one in book.session_ratings]
    assert scales
    for scale in scales:
        assert scale_of(scale_text(scale), anchors_text(scale)) == scale
    assert scale_of("1 to 9 by 0,5") == RatingScale(1, 9, 0.5)
    assert scale_of("  ") is None
    for text, anchors, told in (
        ("1-5", "", "no scale"),
        ("", "1 = a", "need a scale"),
        ("1 to 5", "high", "no anchor"),
    ):
        with pytest.raises(CodebookError, match=told):
            scale_of(text, anchors)
    with pytest.raises(CodebookError, match="needs its scale"):
        session_scale_of({**EMPTY, "label": "Depth"}, None, [])


def test_a_lead_is_on_one_line_and_its_category_is_an_id() -> None:
    made = lead_of({"category": "What next", "text": "And\nthen?"}, None, ["what_next"])
    assert made == Lead("what_next_2", "what_next", "And then?")
