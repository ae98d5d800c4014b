"""What a person can do to a layer, as frozen operations, with undo and redo.

Undo and redo are operations too: the inverse of what they take back, named in `undoes`. The stacks are rebuilt from
the log, so undo works across a restart.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from iprtool.model.layer import (
    Coverage,
    Covered,
    Deleted,
    Edited,
    LayerContent,
    LayerValue,
    Locked,
    Marked,
    Op,
    OpBody,
    Put,
    Stop,
    Trace,
    Traced,
    Unlocked,
    after_op,
    after_stop_op,
)
from iprtool.model.mark import Mark
from iprtool.model.packed import PackedMarks
from iprtool.timeline.index import MarkIndex


def utc_now() -> str:
    """The wall clock in UTC as ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def new_id() -> str:
    """A fresh uuid4 as text."""
    return str(uuid.uuid4())


class Hand(msgspec.Struct, frozen=True):
    """Who writes, on which device, by which clock: makes the operations of one layer."""

    actor: str
    device: str
    now: Callable[[], str] = utc_now
    new_id: Callable[[], str] = new_id

    def op(self, entity: str, body: OpBody, *, group: str | None = None, undoes: str | None = None) -> Op:
        """One operation on an entity."""
        return Op(self.new_id(), entity, body, self.device, self.actor, self.now(), group=group, undoes=undoes)

    def ops(self, *bodies: tuple[str, OpBody]) -> list[Op]:
        """Several operations as one gesture, undone together."""
        group = self.new_id() if len(bodies) > 1 else None
        return [self.op(entity, body, group=group) for entity, body in bodies]


def edited(mark: Mark, **fields: Any) -> Edited | None:
    """The edit that gives a mark these values (model values, not JSON), or None where nothing changes."""
    before = msgspec.to_builtins(mark)
    after = msgspec.to_builtins(msgspec.structs.replace(mark, **fields))
    changes = {name: value for name, value in after.items() if before[name] != value}
    return Edited(changes, {name: before[name] for name in changes}) if changes else None


class MarkChange(msgspec.Struct, frozen=True):
    """A mark before and after an operation; None where it was not, or is no longer."""

    before: Mark | None
    after: Mark | None


def inverse(op: Op) -> OpBody | None:
    """The body that takes an operation back, or None for those that are facts and stay (stops, coverage, cover)."""
    match op.body:
        case Marked(mark=mark):
            return Deleted(mark)
        case Deleted(mark=mark):
            return Marked(mark)
        case Edited(changes=changes, was=was):
            return Edited(was, changes)
        case Put(value=value, was=was):
            return Put(was, value)
        case _:
            return None


class UndoStack:
    """The gestures that can be taken back, and those that can be done again, built from the operations in order."""

    def __init__(self, ops: Iterable[Op] = ()) -> None:
        self._done: list[list[Op]] = []
        self._undone: list[list[Op]] = []
        for op in ops:
            self.saw([op])

    def saw(self, ops: Sequence[Op]) -> None:
        """Take note of operations that were done, in order."""
        for op in ops:
            if inverse(op) is None:
                continue
            if op.undoes is None:
                self._undone.clear()
                _onto(self._done, op)
            elif _drop(self._done, op.undoes):
                _onto(self._undone, op)
            elif _drop(self._undone, op.undoes):
                _onto(self._done, op)

    def undo(self, hand: Hand) -> list[Op]:
        """The operations that take the last gesture back; empty where there is none."""
        return _take_back(self._done[-1], hand) if self._done else []

    def redo(self, hand: Hand) -> list[Op]:
        """The operations that do the last undone gesture again; empty where there is none."""
        return _take_back(self._undone[-1], hand) if self._undone else []


def _onto(stack: list[list[Op]], op: Op) -> None:
    if stack and op.group is not None and stack[-1][-1].group == op.group:
        stack[-1].append(op)
    else:
        stack.append([op])


def _drop(stack: list[list[Op]], op_id: str) -> bool:
    """Remove the operation from the top gesture; gestures are undone whole, so it empties within one call."""
    if not stack or all(op.id != op_id for op in stack[-1]):
        return False
    stack[-1] = [op for op in stack[-1] if op.id != op_id]
    if not stack[-1]:
        stack.pop()
    return True


def _take_back(gesture: Sequence[Op], hand: Hand) -> list[Op]:
    group = hand.new_id() if len(gesture) > 1 else None
    bodies = ((op, inverse(op)) for op in reversed(gesture))
    return [hand.op(op.entity, body, group=group, undoes=op.id) for op, body in bodies if body is not None]


class Marks(Mapping[str, Mark]):
    """A layer's marks by id, in time (`index`), and which of the intervals are open (`opened`, by id)."""

    def __init__(self, marks: Sequence[Mark]) -> None:
        if isinstance(marks, PackedMarks):
            self.index = MarkIndex.of_columns(marks.ids, marks.starts_ms, marks.lasts_ms, marks.made)
            self.opened = {marks.ids[number]: marks.made(number) for number in marks.opened}
        else:
            self.index = MarkIndex(marks)
            self.opened = {mark.id: mark for mark in marks if mark.kind == "open_interval"}

    def __getitem__(self, mark_id: str) -> Mark:
        mark = self.index.get(mark_id)
        if mark is None:
            raise KeyError(mark_id)
        return mark

    def __contains__(self, mark_id: object) -> bool:
        return mark_id in self.index

    def __iter__(self) -> Iterator[str]:
        return (mark.id for mark in self.index)

    def __len__(self) -> int:
        return len(self.index)

    def put(self, mark: Mark) -> None:
        """Keep a mark, in place of the one with its id if there is one."""
        self.index.put(mark)
        self.opened.pop(mark.id, None)
        if mark.kind == "open_interval":
            self.opened[mark.id] = mark

    def drop(self, mark_id: str) -> None:
        """Let a mark go, if it is there."""
        if mark_id in self.index:
            self.index.remove(mark_id)
            self.opened.pop(mark_id, None)


class LayerState:
    """A layer as the person at the screen has it: marks, stops and coverage by id, and the undo stack."""

    def __init__(self, content: LayerContent) -> None:
        self.head = content.head
        self.marks = Marks(content.marks)
        self.stops: dict[str, Stop] = {stop.id: stop for stop in content.stops}
        self.coverage: dict[str, Coverage] = {span.id: span for span in content.coverage}
        self.values: dict[str, LayerValue] = dict(content.values)
        self.traces: dict[str, Trace] = {trace.id: trace for trace in content.traces}
        self.locked = content.locked
        self.undo_stack = UndoStack(content.ops)

    def apply(self, ops: Sequence[Op]) -> list[MarkChange]:
        """Take in operations; returns what changed among the marks, in order."""
        changes = []
        for op in ops:
            match op.body:
                case Marked() | Edited() | Deleted():
                    changes.append(self._apply_to_mark(op))
                case Covered() as body:
                    self.coverage[op.entity] = Coverage(op.entity, body.kind, body.start_ms, body.end_ms, body.rate)
                case Put(value=value):
                    self.values.pop(op.entity, None)
                    if value is not None:
                        self.values[op.entity] = value
                case Traced() as body:
                    self.traces[op.entity] = Trace(op.entity, body.samples, body.rate)
                case Locked() | Unlocked():
                    self.locked = isinstance(op.body, Locked)
                case body:
                    stop = after_stop_op(self.stops.get(op.entity), op.entity, body)
                    if stop is not None:
                        self.stops[op.entity] = stop
        self.undo_stack.saw(ops)
        return changes

    def _apply_to_mark(self, op: Op) -> MarkChange:
        before = self.marks.get(op.entity)
        after = after_op(before, op.body)
        if after is None:
            self.marks.drop(op.entity)
        else:
            self.marks.put(after)
        return MarkChange(before, after)
