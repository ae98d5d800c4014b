"""Edits: what changed of a mark, and what takes it back."""

from iprtool.edits import Hand, UndoStack, edited, inverse
from iprtool.model.layer import Deleted, Edited, Marked, Stopped, after_op
from iprtool.model.mark import Code, Mark, Peak, Rupture

MARK = Mark("m", "recaller", "point", 1_000, 1_000, 10)
HAND = Hand("client", "dev")


def test_an_edit_holds_only_what_changed_and_what_it_was() -> None:
    assert edited(MARK, note="so", helpful=7.5) == Edited({"note": "so", "helpful": 7.5}, {"note": "", "helpful": None})
    assert edited(MARK, note="") is None


def test_an_edit_and_its_inverse_leave_the_mark_as_it_was() -> None:
    fields = {
        "kind": "interval",
        "end_ms": 5_000,
        "codes": (Code("b", "1", "c", 2.0),),
        "peaks": (Peak(2_000, "client", 9),),
        "rupture": Rupture("withdrawal", salience=3),
    }
    edit = edited(MARK, **fields)
    assert edit is not None
    after = after_op(MARK, edit)
    assert after is not None
    assert {name: getattr(after, name) for name in fields} == fields
    back = inverse(HAND.op("m", edit))
    assert back is not None
    assert after_op(after, back) == MARK


def test_facts_have_no_inverse() -> None:
    assert inverse(HAND.op("s", Stopped(1_000, 1_000, 10, "recaller"))) is None
    assert isinstance(inverse(HAND.op("m", Marked(MARK))), Deleted)
    assert isinstance(inverse(HAND.op("m", Deleted(MARK))), Marked)


def test_a_gesture_of_several_operations_is_undone_whole() -> None:
    stack = UndoStack()
    gesture = HAND.ops(("a", Marked(MARK)), ("b", Marked(MARK)))
    stack.saw(gesture)
    back = stack.undo(HAND)
    assert [(op.entity, op.undoes) for op in back] == [("b", gesture[1].id), ("a", gesture[0].id)]
    stack.saw(back)
    assert stack.undo(HAND) == []
    again = stack.redo(HAND)
    assert [op.entity for op in again] == ["a", "b"]


def test_something_new_forgets_what_could_be_redone() -> None:
    stack = UndoStack()
    stack.saw([HAND.op("a", Marked(MARK))])
    stack.saw(stack.undo(HAND))
    stack.saw([HAND.op("b", Marked(MARK))])
    assert stack.redo(HAND) == []
