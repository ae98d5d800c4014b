"""A review: every layer of a session side by side, one chosen moment, and what each person made of it."""

from collections.abc import Sequence

import msgspec

from iprtool.model.codebook import Codebook
from iprtool.model.layer import LayerContent
from iprtool.model.mark import Mark
from iprtool.model.study import Utterance
from iprtool.model.terms import Role

SAME_MOMENT_MS = 15_000
"""Two accounts are laid side by side where they begin within so much of each other."""

AFTER_A_POINT_MS = 8_000
"""How long a moment without an end is played."""


class Placed(msgspec.Struct, frozen=True):
    """A mark and whose layer it is on; `layer` is the index of the layer."""

    layer: int
    by: Role
    mark: Mark

    @property
    def key(self) -> str:
        """Its name on the timeline: unique over all layers."""
        return f"{self.layer}:{self.mark.id}"


class Review:
    """The layers of one session, read only; `chosen` is the moment looked at, `lane` narrows the ways to the next.

    Lanes are the layers in order, then the ruptures of all of them; None is all marks.
    """

    def __init__(self, layers: Sequence[LayerContent], transcript: Sequence[Utterance] = ()) -> None:
        self.layers = tuple(layers)
        self.transcript = tuple(transcript)
        placed = (Placed(index, layer.head.by, mark) for index, layer in enumerate(self.layers) for mark in layer.marks)
        self.marks = sorted(placed, key=lambda one: (one.mark.start_ms, one.layer, one.mark.id))
        self.chosen: Placed | None = None
        self.lane: int | None = None

    @property
    def lane_name(self) -> str:
        """What the ways to the next mark go through."""
        if self.lane is None:
            return "all marks"
        return "ruptures" if self.lane == len(self.layers) else str(self.layers[self.lane].head.by)

    def codebook(self, placed: Placed) -> Codebook:
        """The codebook of the mark's layer."""
        return self.layers[placed.layer].head.codebook

    def next_lane(self) -> None:
        """All marks, then each layer's, then the ruptures, then all again."""
        following = 0 if self.lane is None else self.lane + 1
        self.lane = None if following > len(self.layers) else following

    def step(self, direction: int, at_ms: int, *, ruptures: bool = False) -> Placed | None:
        """Choose the next (1) or previous (−1) mark from the chosen one, or from a position; None where none is."""
        marks = [one for one in self.marks if self._in_lane(one, ruptures=ruptures)]
        if self.chosen in marks:
            index = marks.index(self.chosen) + direction
        elif direction > 0:
            index = next((index for index, one in enumerate(marks) if one.mark.start_ms >= at_ms), len(marks))
        else:
            index = sum(one.mark.start_ms < at_ms for one in marks) - 1
        if not 0 <= index < len(marks):
            return None
        self.chosen = marks[index]
        return self.chosen

    def choose(self, key: str) -> Placed | None:
        """Choose a mark by its name on the timeline."""
        self.chosen = next((one for one in self.marks if one.key == key), self.chosen)
        return self.chosen

    def account_of(self, by: Role, at_ms: int) -> Placed | None:
        """What this person marked nearest to a moment, within the same moment; the chosen mark if it is theirs."""
        if self.chosen is not None and self.chosen.by == by and self.chosen.mark.start_ms == at_ms:
            return self.chosen
        near = [one for one in self.marks if one.by == by and abs(one.mark.start_ms - at_ms) <= SAME_MOMENT_MS]
        return min(near, key=lambda one: abs(one.mark.start_ms - at_ms), default=None)

    def stretch(self, placed: Placed, pre_roll_ms: int) -> tuple[int, int]:
        """From where to where a mark is played: its pre-roll before it, its end, or some seconds for a point."""
        mark = placed.mark
        end_ms = mark.end_ms if mark.end_ms is not None else mark.start_ms + AFTER_A_POINT_MS
        return max(0, mark.start_ms - pre_roll_ms), end_ms

    def spoken(self, at_ms: int, around: int) -> list[tuple[Utterance, bool]]:
        """The utterances around a position, each with whether it is the one being spoken."""
        begun = sum(one.start_ms <= at_ms for one in self.transcript)
        first = max(0, min(begun - around // 2, len(self.transcript) - around))
        return [(one, one.start_ms <= at_ms < one.end_ms) for one in self.transcript[first : first + around]]

    def _in_lane(self, placed: Placed, *, ruptures: bool) -> bool:
        if ruptures or self.lane == len(self.layers):
            return placed.mark.rupture is not None
        return self.lane is None or placed.layer == self.lane
