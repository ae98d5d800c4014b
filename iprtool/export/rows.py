"""What an export is made from: the study's people, sessions and recalls, and each layer's rows as plain tuples."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import msgspec

from iprtool.model.codebook import Codebook
from iprtool.model.study import Dyad, Recall, Recording, Session

Rows = tuple[Sequence[str], Iterable[tuple[Any, ...]]]
"""The names of the columns, and the rows."""


RowsOf = Callable[[str], Rows]
"""Gives a table of a layer by its name: mark, mark_code, mark_peak, stop, coverage, op or op_body."""


class LayerRows(msgspec.Struct, frozen=True):
    """A layer and the recall it is of; `opened` gives its tables in one view, so that they agree with each other."""

    layer: str
    recall: str
    opened: Callable[[], AbstractContextManager[RowsOf]]


class StudyRows(msgspec.Struct, frozen=True):
    """Everything that an export is made from; `key` is the study's export key, by which its ids are hashed."""

    study: str
    key: bytes
    dyads: tuple[Dyad, ...] = ()
    sessions: tuple[Session, ...] = ()
    recordings: tuple[Recording, ...] = ()
    recalls: tuple[Recall, ...] = ()
    codebooks: tuple[Codebook, ...] = ()
    layers: tuple[LayerRows, ...] = ()
