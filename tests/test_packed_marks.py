"""Marks that are still packed, as a layer gives them to the screen, against the same marks unpacked."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iprtool.edits import Hand, LayerState, edited
from iprtool.model.errors import StoreError
from iprtool.model.grant import ObjectGrant, RecallGrant
from iprtool.model.layer import Deleted, LayerContent, Marked, OpBody
from iprtool.model.mark import Mark
from iprtool.model.packed import PackedMarks
from iprtool.model.study import Recording
from iprtool.opened import read, reading
from iprtool.store.layer import LayerFile, read_layer
from tests.store_samples import HEAD, SECONDS, a_layer, full_mark, marked, point

OPEN = msgspec.structs.replace(point(700, ident="open"), kind="open_interval")
MARKS: Sequence[Mark] = (point(400, "é ☃", ident="first"), point(400, ident="second"), OPEN, full_mark())


def packed(*marks: Mark) -> PackedMarks:
    """Marks as a layer packs them."""
    values = [msgspec.json.encode(mark) for mark in marks]
    return PackedMarks(
        [mark.id for mark in marks],
        [mark.start_ms for mark in marks],
        [None if mark.kind == "open_interval" else mark.last_ms for mark in marks],
        b"".join(values),
        [len(value) for value in values],
        msgspec.json.Decoder(Mark).decode,
    )


def test_a_layers_marks_are_in_time_whatever_the_order_of_making(tmp_path: Path) -> None:
    path, key = a_layer(tmp_path)
    with LayerFile(path, key) as layer:
        layer.commit([marked(MARKS[number]) for number in (3, 0, 2, 1)]).result(SECONDS)
        marks = layer.load().marks
    assert marks == MARKS
    assert marks == MARKS
    assert marks != MARKS[:3]
    assert marks != (*MARKS[:3], point(9, ident="other"))
    assert (marks[0], marks[-1]) == (MARKS[0], MARKS[3])
    assert list(marks[1:3]) == list(MARKS[1:3])
    with pytest.raises(IndexError):
        marks[4]


def test_a_mark_is_unpacked_only_when_it_is_looked_at() -> None:
    looked_at: list[bytes] = []
    marks = packed(*MARKS)
    unpack = marks._unpack

    def counted(value: bytes) -> Mark:
        looked_at.append(value)
        return unpack(value)

    marks._unpack = counted
    state = LayerState(LayerContent(HEAD, marks))
    assert len(state.marks) == 4
    assert [msgspec.json.decode(value)["id"] for value in looked_at] == ["open"]
    assert state.marks["first"] == state.marks.index.at(0) == MARKS[0]
    assert len(looked_at) == 2


moments = st.integers(0, 40)
marks_made = st.builds(
    lambda number, at_ms, length_ms, is_open: msgspec.structs.replace(
        point(at_ms, ident=f"m{number}"),
        kind="open_interval" if is_open else "interval" if length_ms else "point",
        end_ms=at_ms + length_ms if length_ms and not is_open else None,
    ),
    *(st.integers(0, 12), moments, st.one_of(st.just(0), moments), st.booleans()),
)
gestures = st.tuples(st.sampled_from(["put", "edit", "delete"]), marks_made)


@settings(max_examples=60, deadline=None)
@given(st.lists(marks_made, max_size=8, unique_by=lambda mark: mark.id), st.lists(gestures, max_size=12))
def test_a_layer_that_was_packed_follows_its_operations_as_any_other(
    first: list[Mark], then: list[tuple[str, Mark]]
) -> None:
    ours, theirs = (LayerState(LayerContent(HEAD, marks)) for marks in (packed(*first), first))
    expected, hand = {mark.id: mark for mark in first}, Hand("client", "dev")
    for what, mark in then:
        body: OpBody | None = Marked(mark)
        if (before := expected.get(mark.id)) is not None and what != "put":
            body = (
                Deleted(before) if what == "delete" else edited(before, start_ms=mark.start_ms, end_ms=None, note="n")
            )
        if body is None:
            continue
        ops = [hand.op(mark.id, body)]
        assert ours.apply(ops) == theirs.apply(ops)
        if isinstance(body, Deleted):
            del expected[mark.id]
        else:
            expected[mark.id] = theirs.marks[mark.id]
    assert ours.marks == theirs.marks == expected
    assert list(ours.marks.index) == list(theirs.marks.index)
    opened = {ident: mark for ident, mark in expected.items() if mark.kind == "open_interval"}
    assert ours.marks.opened == theirs.marks.opened == opened


def grant(path: Path, key: bytes) -> RecallGrant:
    """The grant of a recall with this layer."""
    nothing = ObjectGrant(str(path), bytes(32).hex())
    return RecallGrant(
        "participant", "dev", ObjectGrant(str(path), key.hex()), nothing, Recording("r", "s", "m", "ab" * 32, 1_000)
    )


def test_what_a_grant_is_for_is_opened_and_read_in_a_thread(tmp_path: Path) -> None:
    path, key = a_layer(tmp_path)
    opened = reading(grant(path, key)).result(SECONDS)
    assert opened.log is not None
    with opened.log as log:
        log.commit([marked(MARKS[0])]).result(SECONDS)
    assert (opened.own, opened.layers) == (LayerContent(HEAD), [])
    assert read_layer(path, key).marks == MARKS[:1]


def test_a_layer_that_cannot_be_read_is_let_go_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, key = a_layer(tmp_path)

    def fails(_log: LayerFile) -> LayerContent:
        raise StoreError("It cannot be read: try again.")

    with monkeypatch.context() as patch:
        patch.setattr(LayerFile, "load", fails)
        with pytest.raises(StoreError, match="cannot be read"):
            reading(grant(path, key)).result(SECONDS)
    log = read(grant(path, key)).log
    assert log is not None
    with log:
        assert log.load().marks == ()
