"""Taking back what was done in a layer: the inverse of a whole gesture, where nothing has come after it."""

from collections.abc import Mapping, Sequence

import msgspec

from iprtool.edits import Hand, inverse
from iprtool.model.errors import IprtoolError
from iprtool.model.layer import Deleted, Edited, LayerValue, Marked, Op, Put, after_op
from iprtool.model.mark import Mark

State = Mapping[str, Mark | LayerValue]
"""The marks and values of a layer by their ids."""

CHANGED_SINCE = "This was changed again since, or taken back already; take the later change back first."


def undone_ops(ops: Sequence[Op]) -> frozenset[str]:
    """The ids of the operations that were taken back, and not done again since."""
    undone: set[str] = set()
    for op in reversed(ops):
        if op.undoes is not None and op.id not in undone:
            undone.add(op.undoes)
    return frozenset(undone)


def taken_back(ops: Sequence[Op], ident: str, state: State, hand: Hand) -> list[Op]:
    """The operations that take back the one with this id, with all of its gesture.

    `state` is how the layer stands. IprtoolError where it is a fact that stays, or where something came after it.
    """
    chosen = next(op for op in ops if op.id == ident)
    gesture = [op for op in ops if op.id == ident or (op.group is not None and op.group == chosen.group)]
    if inverse(chosen) is None:
        raise IprtoolError("This is what happened and stays: only marks, codes and links are taken back.")
    group = hand.new_id() if len(gesture) > 1 else None
    standing: dict[str, Mark | LayerValue | None] = {op.entity: state.get(op.entity) for op in gesture}
    made = []
    for op in reversed(gesture):
        body = inverse(op)
        if body is None:
            continue
        if not _stands(op, standing[op.entity]):
            raise IprtoolError(CHANGED_SINCE)
        new = hand.op(op.entity, body, group=group, undoes=op.id)
        standing[op.entity] = _after(standing[op.entity], new)
        made.append(new)
    return made


def _stands(op: Op, now: Mark | LayerValue | None) -> bool:
    """Whether what an operation made is what there is now."""
    match op.body:
        case Marked(mark=mark):
            return now == mark
        case Deleted():
            return now is None
        case Edited(changes=changes):
            there = msgspec.to_builtins(now) if isinstance(now, Mark) else {}
            return all(name in there and there[name] == value for name, value in changes.items())
        case Put(value=value):
            return now == value
        case _:
            return False


def _after(now: Mark | LayerValue | None, op: Op) -> Mark | LayerValue | None:
    if isinstance(op.body, Put):
        return op.body.value
    return after_op(now if isinstance(now, Mark) else None, op.body)
