"""What is chosen in the library, and what it is left for."""

from typing import Literal

import msgspec

from iprtool.model.linking import MarkRef
from iprtool.model.terms import Role


class Chosen(msgspec.Struct, frozen=True):
    """What the library's cursor is on, by ids, with what it belongs to; nothing where it is on the study itself.

    `by` is the role of a recall, made or not; `people` is whether it is the heading above persons.
    """

    dyad: str | None = None
    session: str | None = None
    person: str | None = None
    recall: str | None = None
    coding: str | None = None
    recording: str | None = None
    by: Role | None = None
    people: bool = False


class Wish(msgspec.Struct, frozen=True):
    """What a person leaves the library for: the id is that of a recall, a coding, or, for a review, of a session.

    A review may open at a time, or with a mark chosen.
    """

    kind: Literal["recall", "review", "coding"]
    id: str
    at_ms: int | None = None
    mark: MarkRef | None = None
