"""Layers of one session made up for the tests of the review."""

from typing import Any

from iprtool.model.layer import LayerContent
from iprtool.model.mark import Code, Mark
from iprtool.model.terms import MarkKind, Role
from tests.fakes import CODEBOOK, head


def mark(ident: str, start_ms: int, end_ms: int | None = None, word: str | None = None, **more: Any) -> Mark:
    """A point or an interval, with a word of the tests' codebook."""
    kind: MarkKind = "interval" if end_ms is not None else "point"
    if word is not None:
        more["codes"] = (Code(CODEBOOK.id, CODEBOOK.version, word),)
    return Mark(ident, "recaller", kind, start_ms, start_ms, 10, end_ms, **more)


def layer(by: Role, *marks: Mark, **more: Any) -> LayerContent:
    """A person's layer, whose id is their role if it is not said otherwise."""
    return LayerContent(head(by=by, **{"layer": by, **more}), marks)
