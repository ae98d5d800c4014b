"""What an export is made from, out of an open study."""

import contextlib
from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec

from iprtool import instruments
from iprtool.export.allowed import Allowed
from iprtool.export.rows import LayerRows, Rows, RowsOf, StudyRows, Withheld
from iprtool.model.codebook import Codebook
from iprtool.model.layer import LayerHead
from iprtool.model.score import Instrument, Score
from iprtool.model.study import Coding
from iprtool.model.terms import LayerPurpose
from iprtool.store.layer import view_layer
from iprtool.store.study import Study
from iprtool.store.view import LayerView

REVIEW = "review"
"""The setting that names the object of what the researcher said across layers."""

_TRACE = ("batch", "position", "at_ms", "value", "rate")


def study_rows(study: Study, *, today: date, fresh_ids: bool = False, key: bytes | None = None) -> StudyRows:
    """The study's people, recalls, codings and codebooks, and its layers, whose rows are read when they are asked for.

    What consents do not allow on this day is not among them. `fresh_ids` makes a new export key, so that these ids
    have nothing in common with those of exports before; with a `key` none is made. Raises StoreError where an object
    cannot be opened.
    """
    allowed = Allowed(study, today)
    withheld = {one.id: why for one in study.recalls() if (why := allowed.recall(one)) is not None}
    recalls = tuple(one if one.id in withheld else study.settled(one) for one in study.recalls())
    withheld |= {one.id: why for one in study.codings() if (why := allowed.coding(one)) is not None}
    codings = tuple(one if one.id in withheld else _settled(study, one) for one in study.codings())
    scores, withheld_scores = _scores(study, allowed)
    held = [(one.layer, one.id, "recall") for one in recalls if one.layer is not None and one.id not in withheld]
    held += [(one.layer, one.id, "coding") for one in codings if one.id not in withheld]
    review = study.setting(REVIEW)
    heads = [_head(study, layer) for layer, _, _ in held]
    return StudyRows(
        study=study.id,
        key=key or study.export_key(fresh=fresh_ids),
        dyads=tuple(study.dyads()),
        persons=tuple(study.persons()),
        sessions=tuple(study.sessions()),
        recordings=tuple(study.recordings()),
        recalls=recalls,
        codings=codings,
        codebooks=tuple(book for head in heads for book in (head.codebook, head.ratings) if book is not None),
        own_codebooks=tuple(_own_codebooks(study)),
        instruments=_instruments(study),
        scores=scores,
        layers=tuple(
            _layer(study, layer, owner, msgspec.convert(purpose, LayerPurpose)) for layer, owner, purpose in held
        ),
        review=_layer(study, review, review, "review") if review else None,
        strategies=_head(study, review).codebook if review else None,
        withheld=withheld,
        withheld_scores=withheld_scores,
        quotation={one.id: may for one in recalls if (may := allowed.quotation(one)) is not None},
    )


def _head(study: Study, layer: str) -> LayerHead:
    with view_layer(study.path_of(layer), study.key_of(layer)) as view:
        return view.head


def _settled(study: Study, coding: Coding) -> Coding:
    """The coding, locked or not as its layer says: a coder holds that layer's key alone, and not the roster's."""
    with view_layer(study.path_of(coding.layer), study.key_of(coding.layer)) as view:
        return msgspec.structs.replace(coding, locked=view.locked)


def _layer(study: Study, layer: str, owner: str, purpose: LayerPurpose) -> LayerRows:
    path, key = study.path_of(layer), study.key_of(layer)

    @contextlib.contextmanager
    def opened() -> Iterator[RowsOf]:
        with view_layer(path, key) as view:
            yield lambda table: _rows(view, table)

    return LayerRows(layer, owner, opened, purpose)


def _rows(view: LayerView, table: str) -> Rows:
    match table:
        case "trace":
            return _TRACE, _samples(view)
        case "value":
            return ("id", "value"), iter(view.put_values().items())
        case _:
            return view.rows(table)


def _samples(view: LayerView) -> Iterator[tuple[Any, ...]]:
    position = 0
    for trace in view.values("trace"):
        for at_ms, value in trace.samples:
            yield trace.id, position, at_ms, value, trace.rate
            position += 1


def _own_codebooks(study: Study) -> list[Codebook]:
    """The study's own codebooks in all their versions: what was coded with an older one stays as it was."""
    decode = msgspec.json.Decoder(Codebook).decode
    return [decode(one.value) for one in study.roster.history() if one.kind == "codebook" and one.value is not None]


def _instruments(study: Study) -> tuple[Instrument, ...]:
    """The instruments that come with iprtool and, in their place, those of the study's own."""
    own = study.roster.all("instrument", Instrument)
    return (*map(instruments.shipped, instruments.shipped_ids()), *own)


def _scores(study: Study, allowed: Allowed) -> tuple[tuple[Score, ...], tuple[Withheld, ...]]:
    scores: list[Score] = []
    withheld: list[Withheld] = []
    for person in study.persons():
        if person.sealed is None:
            continue
        with study.record_of(person) as record:
            for score in record.all("score", Score):
                why = allowed.score(score, person)
                if why is None:
                    scores.append(score)
                else:
                    withheld.append(why)
    return tuple(scores), tuple(withheld)
