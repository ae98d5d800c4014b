"""A codebook: a named, versioned vocabulary of codes."""

from functools import cached_property

import msgspec


class CodeEntry(msgspec.Struct, frozen=True):
    """One code: stable id, label shown, gloss in plain words, group, polarity, and its key (1 to 9) if any."""

    id: str
    label: str
    gloss: str = ""
    group: str | None = None
    polarity: str | None = None
    key: int | None = None


class RatingScale(msgspec.Struct, frozen=True):
    """The scale on which a codebook's codes are rated: bounds, step and the anchors' labels by value."""

    minimum: float
    maximum: float
    step: float = 1.0
    anchors: dict[str, str] = {}


class Codebook(msgspec.Struct, frozen=True, dict=True):
    """A vocabulary with its id, version, source and codes in their order; `plain` ones may be shown to participants."""

    id: str
    version: str
    title: str
    source: str
    codes: tuple[CodeEntry, ...]
    plain: bool = False
    rating: RatingScale | None = None

    def entry(self, code: str) -> CodeEntry | None:
        """The entry with this id, or None."""
        return self._by_id.get(code)

    def on_key(self, digit: int) -> CodeEntry | None:
        """The entry that the digit 1 to 9 sets, or None."""
        return next((entry for entry in self.codes if entry.key == digit), None)

    @cached_property
    def _by_id(self) -> dict[str, CodeEntry]:
        return {entry.id: entry for entry in reversed(self.codes)}
