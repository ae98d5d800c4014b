"""A codebook or guide while it is being changed: each change can be taken back until it is kept as a new version."""

import re
from collections.abc import Sequence
from typing import Generic, TypeVar

from iprtool.codebooks.table import number
from iprtool.codebooks.texts import slug
from iprtool.model.codebook import CodeEntry, RatingScale, SessionScale
from iprtool.model.errors import CodebookError
from iprtool.model.guide import Lead

_Value = TypeVar("_Value")
_Entry = TypeVar("_Entry")


class Draft(Generic[_Value]):
    """A value with its changes: `now` is what it has become."""

    def __init__(self, value: _Value) -> None:
        self.now = value
        self._before: list[_Value] = []
        self._after: list[_Value] = []

    @property
    def is_changed(self) -> bool:
        """Whether there is anything to be kept."""
        return bool(self._before) and self._before[0] != self.now

    def set(self, value: _Value) -> None:
        """Change it."""
        if value != self.now:
            self._before.append(self.now)
            self._after.clear()
            self.now = value

    def undo(self) -> bool:
        """Take the last change back; False where there is none."""
        return self._step(self._before, self._after)

    def redo(self) -> bool:
        """Do again what was taken back; False where there is nothing."""
        return self._step(self._after, self._before)

    def _step(self, source: list[_Value], to: list[_Value]) -> bool:
        if not source:
            return False
        to.append(self.now)
        self.now = source.pop()
        return True


def with_entry(entries: Sequence[_Entry], place: int, entry: _Entry, *, new: bool) -> tuple[_Entry, ...]:
    """The entries with one in a place: a new one put there, or in the stead of the one that is there."""
    return (*entries[:place], entry, *entries[place + (not new) :])


def without(entries: Sequence[_Entry], place: int) -> tuple[_Entry, ...]:
    """The entries without the one in a place."""
    return (*entries[:place], *entries[place + 1 :])


def moved(entries: Sequence[_Entry], place: int, by: int) -> tuple[_Entry, ...]:
    """The entries with one moved so many places down, or up; at an end it stays."""
    left, to = list(entries), place + by
    if 0 <= to < len(left):
        left.insert(to, left.pop(place))
    return tuple(left)


def free_id(label: str, taken: Sequence[str]) -> str:
    """An id made of a label that none of those taken is."""
    made = slug(label) or "code"
    numbered = (f"{made[:60]}_{number}" for number in range(2, len(taken) + 3))
    return made if made not in taken else next(one for one in numbered if one not in taken)


def code_of(values: dict[str, str], was: CodeEntry | None, taken: Sequence[str]) -> CodeEntry:
    """A code from what a form holds: label, gloss, group, polarity, key; its id stays, or is made of the label."""
    key = values["key"].strip()
    if key and not (key.isascii() and key.isdigit()):
        raise CodebookError(f"The key {key[:20]!r} is none of the digits; write 1 to 9, or leave it empty.")
    return CodeEntry(
        was.id if was else values["id"].strip() or free_id(values["label"], taken),
        values["label"].strip(),
        values["gloss"].strip(),
        values["group"].strip() or None,
        values["polarity"].strip() or None,
        int(key) if key else None,
    )


def session_scale_of(values: dict[str, str], was: SessionScale | None, taken: Sequence[str]) -> SessionScale:
    """A rating of the whole session from what a form holds: label, gloss, scale, anchors."""
    rating = scale_of(values["scale"], values["anchors"])
    if rating is None:
        raise CodebookError("A rating of the whole session needs its scale; write it like 1 to 5.")
    ident = was.id if was else values["id"].strip() or free_id(values["label"], taken)
    return SessionScale(ident, values["label"].strip(), values["gloss"].strip(), rating)


def lead_of(values: dict[str, str], was: Lead | None, taken: Sequence[str]) -> Lead:
    """A lead from what a form holds: category and text; its id stays, or is made of the category."""
    category = slug(values["category"]) or values["category"].strip()
    return Lead(was.id if was else free_id(category, taken), category, " ".join(values["text"].split()))


def scale_of(scale: str, anchors: str = "") -> RatingScale | None:
    """The rating scale that is written like `1 to 5` or `1 to 9 by 0.5`, anchors like `1 = not salient; 5 = very`.

    None where nothing is written; CodebookError where it can't be read.
    """
    if not scale.strip():
        if anchors.strip():
            raise CodebookError("Anchors need a scale; write it like 1 to 5.")
        return None
    parts = re.fullmatch(r"\s*(\S+)\s+to\s+(\S+)(?:\s+by\s+(\S+))?\s*", scale)
    bounds = [number(part) for part in (parts[1], parts[2], parts[3] or "1")] if parts else [None]
    if any(bound is None for bound in bounds):
        raise CodebookError(f"{scale.strip()[:40]!r} is no scale; write it like 1 to 5, or 1 to 9 by 0.5.")
    minimum, maximum, step = (bound or 0.0 for bound in bounds)
    return RatingScale(minimum, maximum, step, _anchors(anchors))


def scale_text(scale: RatingScale | None) -> str:
    """A scale as `scale_of` reads it."""
    if scale is None:
        return ""
    return f"{scale.minimum:g} to {scale.maximum:g}" + (f" by {scale.step:g}" if scale.step != 1 else "")


def anchors_text(scale: RatingScale | None) -> str:
    """A scale's anchors as `scale_of` reads them."""
    return "; ".join(f"{value} = {label}" for value, label in (scale.anchors if scale else {}).items())


def _anchors(text: str) -> dict[str, str]:
    anchors: dict[str, str] = {}
    for part in filter(None, (one.strip() for one in text.split(";"))):
        value, equals, label = part.partition("=")
        if not equals or number(value.strip()) is None:
            raise CodebookError(f"{part[:40]!r} is no anchor; write them like 1 = not at all; 5 = very.")
        anchors[value.strip().replace(",", ".")] = label.strip()
    return anchors
