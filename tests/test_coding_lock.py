"""A coding as a whole: ratings of the session, what is left, the lock, undo across a restart, what the disk refuses."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iprtool.coding.changes import RefusedError
from iprtool.coding.progress import left_of, progress_of
from iprtool.coding.sheet import Sheet
from iprtool.model.layer import Covered, Unlocked
from tests.coding_samples import NEW, Coder, coding_content, refusal


def test_the_whole_session_is_rated_on_the_codebooks_scales() -> None:
    coder = Coder()
    coder.coding.show_whole(True)
    assert [one.label for one in coder.coding.board.rows][3] == "overall resolution"
    coder.coding.rate(2)
    coder.coding.rate(3)
    assert coder.coding.sheet.found == 0
    for gesture in (coder.coding.mark_evidence, coder.coding.finish, coder.coding.reopen):
        assert refusal(gesture) == "This is about a segment, and the whole session is rated now: s goes back to it."
    coder.coding.take_off()
    assert [one.rating for one in coder.coding.board.rows] == [None] * 5
    coder.coding.undo()
    assert [one.rating for one in coder.coding.board.rows] == [3, None, None, None, None]
    bare = Coder(codebook="client-reactions-1988")
    assert "has no ratings of the whole session" in refusal(lambda: bare.coding.show_whole(True))


# What is left, the lock


def test_what_is_left_is_said_in_one_sentence_and_line_by_line() -> None:
    coder = Coder()
    coder.coding.go(1)
    coder.coding.finish()
    left = coder.coding.left
    assert left.sentence == (
        "This is not locked yet, since segments 1, 3 are not finished and 5 ratings of the whole session are missing: "
        "finish it, or say why it is locked so."
    )
    assert left.lines[:2] == ["segments 1, 3: not finished", "whole session: significance of withdrawal"]
    assert coder.coding.next_unfinished()
    assert coder.coding.segment == 2
    assert coder.coding.next_unfinished()
    assert coder.coding.segment == 0


def whole(codebook: str = "3rs-2015") -> Coder:
    """A coding with nothing left."""
    coder = Coder(codebook=codebook)
    for segment in range(3):
        coder.coding.go(segment)
        coder.coding.finish()
    assert coder.coding.next_unfinished()
    assert coder.coding.whole
    for row in coder.coding.board.rows:
        coder.coding.choose(row.id)
        coder.coding.rate(1)
    return coder


@pytest.mark.parametrize("codebook", ["3rs-2015", "3rs-2022"])
def test_a_whole_coding_is_locked_and_nothing_changes_it(codebook: str) -> None:
    coder = whole(codebook)
    assert not coder.coding.left
    assert not coder.coding.next_unfinished()
    coder.coding.lock()
    assert coder.coding.locked
    before = list(coder.log.ops)
    for gesture in (
        lambda: coder.coding.rate(2),
        coder.coding.take_off,
        coder.coding.finish,
        coder.coding.undo,
        coder.coding.redo,
        coder.coding.begin_note,
        coder.coding.lock,
    ):
        assert "is locked and stays as it is" in refusal(gesture)
    coder.coding.go(0)
    assert "is locked" in refusal(coder.coding.mark_evidence)
    assert "is locked" in refusal(coder.coding.toggle)
    coder.hear(20_000)
    assert coder.log.ops == before
    assert coder.again().coding.locked


def test_it_is_locked_early_only_with_the_reason_which_is_kept() -> None:
    coder = Coder()
    assert refusal(coder.coding.lock).startswith("This is not locked yet, since segments 1–3 are not finished")
    coder.coding.lock(" the sound is gone from 05:00 on ")
    assert (coder.log.ops[-1].kind, coder.log.ops[-1].reason) == ("lock", "the sound is gone from 05:00 on")


def test_a_coding_that_was_unlocked_is_changed_and_undone_as_before() -> None:
    coder = whole()
    coder.coding.lock()
    coder.log.ops.append(coder.coding.hand.op("layer-1", Unlocked()))
    again = coder.again().coding
    assert not again.locked
    assert again.undo()
    assert again.left.lines == ["whole session: therapist's contribution"]
    assert again.redo()
    assert again.left.lines == []


# Undo, saving


GESTURES = ("toggle", "set", "finish", "reopen", "evidence", "take_off", "delete", "rate", "undo", "redo", "note")


def carry_out(coder: Coder, gesture: str, number: int) -> None:
    """One thing that a coder does to what is chosen."""
    coding = coder.coding
    match gesture:
        case "set":
            coding.set_clarity("plus")
        case "evidence":
            coding.mark_evidence()
        case "delete":
            coding.next_mark()
            coding.delete_evidence()
        case "rate":
            coding.rate(number + 1)
        case "note":
            coding.begin_note()
            coding.save_note("so")
        case _:
            getattr(coding, gesture)()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(GESTURES), st.integers(0, 3)), max_size=30),
    st.sampled_from(["3rs-2015", "3rs-2022"]),
)
def test_whatever_is_done_the_sheet_is_what_the_layer_says_and_every_mark_has_its_code(
    gestures: list[tuple[str, int]], codebook: str
) -> None:
    coder = Coder(codebook=codebook)
    coding = coder.coding
    for gesture, number in gestures:
        coding.show_whole(gesture == "rate" and number > 1)
        if not coding.whole:
            coding.go(number % 3)
        coding.choose(coding.board.rows[number * 5 % len(coding.board.rows)].id)
        with suppress(RefusedError):
            carry_out(coder, gesture, number)
    again = Sheet(coding.head, coding.state.values)
    assert [again.codes(number) for number in range(3)] == [coding.sheet.codes(number) for number in range(3)]
    assert left_of(again) == coding.left
    shown = [ident for number in range(3) for one in again.codes(number) for ident in one.evidence]
    assert sorted(shown) == sorted(coding.state.marks)
    assert not any(again.is_finished(number) and again.unrated(number) for number in range(3))
    assert coder.again().coding.left == coding.left


def test_undo_goes_back_gesture_by_gesture_across_a_restart_and_shows_where() -> None:
    coder = Coder()
    coder.code("wd_denial")
    coder.coding.toggle()
    coder.coding.go(2)
    assert coder.coding.code == "wd_denial"
    coder.code("cf_rejects_intervention")
    coder.coding.mark_evidence()
    again = coder.again().coding
    assert again.undo()
    assert (again.segment, again.code, again.evidence) == (2, "cf_rejects_intervention", [])
    assert again.undo()
    assert (again.segment, again.sheet.codes(0)) == (0, [])
    assert not again.undo()
    assert again.redo()
    assert again.redo()
    assert (again.segment, len(again.evidence)) == (2, 1)


def test_what_the_disk_refuses_is_told_and_kept() -> None:
    coder = Coder()
    coder.log.failing = True
    coder.coding.toggle()
    assert coder.errors == ["The disk is full: free some room."]
    assert coder.coding.saving.waiting == 1
    coder.log.failing = False
    coder.coding.saving.retry()
    assert [op.kind for op in coder.log.ops] == ["put"]


def test_how_far_a_coding_is_told_from_its_layer_alone() -> None:
    content = coding_content("3rs-2022")
    assert content.head.codebook == NEW
    assert (progress_of(content).segments, progress_of(content).whole) == (3, False)
    done = whole("3rs-2022")
    done.coding.lock()
    progress = progress_of(done.again().log.loaded)
    assert (progress.finished, progress.rated, progress.codes) == (3, 4, 12)
    assert progress.whole
    assert progress.locked


def test_coverage_is_a_fact_that_undo_leaves_alone() -> None:
    coder = Coder()
    coder.hear(20_000)
    coder.coding.listening.halt()
    assert not coder.coding.undo()
    assert isinstance(coder.log.ops[-1].body, Covered)
