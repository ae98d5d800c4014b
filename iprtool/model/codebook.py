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


class SessionScale(msgspec.Struct, frozen=True):
    """A scale on which a coder rates the whole session; 1 to 5 where it does not say otherwise."""

    id: str
    label: str
    gloss: str = ""
    rating: RatingScale = RatingScale(1, 5)


class Codebook(msgspec.Struct, frozen=True, dict=True):
    """A vocabulary with its id, version, source and codes in their order; `plain` ones may be shown to participants.

    With `clarity` each instance of a code that a coder finds takes a clarity check (minus, plain, plus: the 3RS of
    2015). `rating` is the scale on which codes are rated, `session_ratings` are those of the whole session.
    """

    id: str
    version: str
    title: str
    source: str
    codes: tuple[CodeEntry, ...]
    plain: bool = False
    rating: RatingScale | None = None
    clarity: bool = False
    session_ratings: tuple[SessionScale, ...] = ()

    def entry(self, code: str) -> CodeEntry | None:
        """The entry with this id, or None."""
        return self._by_id.get(code)

    def on_key(self, digit: int) -> CodeEntry | None:
        """The entry that the digit 1 to 9 sets, or None."""
        return next((entry for entry in self.codes if entry.key == digit), None)

    def session_scale(self, scale: str) -> SessionScale | None:
        """The whole-session scale with this id, or None."""
        return next((one for one in self.session_ratings if one.id == scale), None)

    @cached_property
    def _by_id(self) -> dict[str, CodeEntry]:
        return {entry.id: entry for entry in reversed(self.codes)}
