"""A review: every layer of a session side by side, one chosen moment, and what each person made of it."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Sequence

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

    Lanes are the layers in order, then the ruptures of all of them; None is all marks. `names` are the layers' names:
    the role, with a number where a role has several layers.
    """

    def __init__(self, layers: Sequence[LayerContent], transcript: Sequence[Utterance] = ()) -> None:
        self.layers = tuple(layers)
        self.names = _named_apart([str(layer.head.by).replace("_", " ") for layer in self.layers])
        self.transcript = tuple(sorted(transcript, key=lambda one: one.start_ms))
        placed = (Placed(index, layer.head.by, mark) for index, layer in enumerate(self.layers) for mark in layer.marks)
        self.marks = sorted(placed, key=lambda one: (one.mark.start_ms, one.layer, one.mark.id))
        self._of: dict[Role, tuple[list[Placed], int]] = {}
        for by in {one.by for one in self.marks}:
            theirs = [one for one in self.marks if one.by == by]
            self._of[by] = theirs, max(one.mark.last_ms - one.mark.start_ms for one in theirs)
        self.chosen: Placed | None = None
        self.lane: int | None = None

    @property
    def lane_name(self) -> str:
        """What the ways to the next mark go through."""
        if self.lane is None:
            return "all marks"
        return "ruptures" if self.lane == len(self.layers) else self.names[self.lane]

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
        """What this person marked at a moment, or nearest to it within the same moment; the chosen mark if theirs."""
        if self.chosen is not None and self.chosen.by == by and self.chosen.mark.start_ms == at_ms:
            return self.chosen
        theirs, longest_ms = self._of.get(by, ((), 0))
        first = bisect_left(theirs, at_ms - longest_ms - SAME_MOMENT_MS, key=_start_ms)
        stop = bisect_right(theirs, at_ms + SAME_MOMENT_MS, key=_start_ms)
        near = [one for one in theirs[first:stop] if _away_ms(one.mark, at_ms) <= SAME_MOMENT_MS]
        return min(near, key=lambda one: (_away_ms(one.mark, at_ms), abs(one.mark.start_ms - at_ms)), default=None)

    def stretch(self, placed: Placed, pre_roll_ms: int) -> tuple[int, int]:
        """From where to where a mark is played: its pre-roll before it, its end, or some seconds for a point."""
        mark = placed.mark
        end_ms = mark.end_ms if mark.end_ms is not None else mark.start_ms + AFTER_A_POINT_MS
        return max(0, mark.start_ms - pre_roll_ms), end_ms

    def spoken(self, at_ms: int, room: int, height: Callable[[Utterance], int]) -> list[tuple[Utterance, bool]]:
        """The utterances around a position that fill a room of lines, each with whether it is the one begun last.

        That one is always among them, with one before it where there is room, and what follows it.
        """
        texts = self.transcript
        last = bisect_right(texts, at_ms, key=lambda one: one.start_ms) - 1
        first = max(0, last)
        stop = min(first + 1, len(texts))
        left = room - sum(height(one) for one in texts[first:stop])
        for before in (True, *[False] * room, *[True] * room):
            index = first - 1 if before else stop
            least = height(texts[index]) if before and index >= 0 else 1  # the last one may be cut off
            if 0 <= index < len(texts) and least <= left:
                left -= height(texts[index])
                first, stop = min(first, index), max(stop, index + 1)
        return [(texts[index], index == last) for index in range(first, stop)]

    def _in_lane(self, placed: Placed, *, ruptures: bool) -> bool:
        if ruptures or self.lane == len(self.layers):
            return placed.mark.rupture is not None
        return self.lane is None or placed.layer == self.lane


def _start_ms(placed: Placed) -> int:
    return placed.mark.start_ms


def _away_ms(mark: Mark, at_ms: int) -> int:
    """How far a moment is from a mark: nothing within an interval."""
    return max(mark.start_ms - at_ms, at_ms - mark.last_ms, 0)


def _named_apart(names: Sequence[str]) -> tuple[str, ...]:
    seen: Counter[str] = Counter()
    apart = []
    for name in names:
        seen[name] += 1
        apart.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return tuple(apart)
