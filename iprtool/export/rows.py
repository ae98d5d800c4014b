"""What an export is made from: the study's people, sessions and recalls, and each layer's rows as plain tuples."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import msgspec

from iprtool.export.terms import Withholding
from iprtool.model.codebook import Codebook
from iprtool.model.score import Instrument, Score
from iprtool.model.study import Coding, Dyad, Person, Recall, Recording, Session
from iprtool.model.terms import LayerPurpose

Rows = tuple[Sequence[str], Iterable[tuple[Any, ...]]]
"""The names of the columns, and the rows."""


RowsOf = Callable[[str], Rows]
"""Gives a table of a layer by its name: mark, mark_code, mark_peak, stop, coverage, trace, value, op or op_body.

A trace has a row per sample, in the order of sampling; a value its entity and what it is (a `LayerValue`).
"""


class LayerRows(msgspec.Struct, frozen=True):
    """A layer and the recall or coding whose it is (by its id); of the researcher's review that is the layer itself.

    `opened` gives its tables in one view, so that they agree with each other.
    """

    layer: str
    owner: str
    opened: Callable[[], AbstractContextManager[RowsOf]]
    purpose: LayerPurpose = "recall"


class Withheld(msgspec.Struct, frozen=True):
    """Why something does not leave: the word for the tables, and the sentence for who exports, with pseudonyms."""

    why: Withholding
    sentence: str


class StudyRows(msgspec.Struct, frozen=True):
    """Everything that an export is made from; `key` is the study's export key, by which its ids are hashed.

    `layers` are those that may leave: of a recall, coding or score (by its id) in `withheld` nothing is read, and the
    scores are not even among `scores`. `quotation` is by recall whether all who made it consented to quotation.
    `codebooks` are those that layers pin, the study's `own_codebooks` those that it keeps beside.
    """

    study: str
    key: bytes
    dyads: tuple[Dyad, ...] = ()
    persons: tuple[Person, ...] = ()
    sessions: tuple[Session, ...] = ()
    recordings: tuple[Recording, ...] = ()
    recalls: tuple[Recall, ...] = ()
    codings: tuple[Coding, ...] = ()
    codebooks: tuple[Codebook, ...] = ()
    own_codebooks: tuple[Codebook, ...] = ()
    instruments: tuple[Instrument, ...] = ()
    scores: tuple[Score, ...] = ()
    layers: tuple[LayerRows, ...] = ()
    review: LayerRows | None = None
    strategies: Codebook | None = None
    withheld: Mapping[str, Withheld] = {}
    withheld_scores: tuple[Withheld, ...] = ()
    quotation: Mapping[str, bool] = {}

    @property
    def withheld_layers(self) -> frozenset[str]:
        """The layers of which nothing leaves."""
        made: list[Recall | Coding] = [*self.recalls, *self.codings]
        return frozenset(one.layer for one in made if one.layer is not None and one.id in self.withheld)
