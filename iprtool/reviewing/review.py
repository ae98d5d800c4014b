"""A review: every layer of a session side by side, one chosen moment, and what each person made of it."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

import msgspec

from iprtool.model.codebook import Codebook
from iprtool.model.layer import LayerContent, LayerHead
from iprtool.model.linking import MarkRef
from iprtool.model.mark import Mark
from iprtool.model.study import Utterance
from iprtool.model.terms import Role
from iprtool.timeline.index import MarkIndex

SAME_MOMENT_MS = 15_000
"""Two accounts are laid side by side where they begin within so much of each other."""

AFTER_A_POINT_MS = 8_000
"""How long a moment without an end is played."""

PARTNERS: tuple[Role, Role] = ("client", "therapist")

MUTUAL = "mutual"
"""What a layer is called that both partners made together."""


class Placed(msgspec.Struct, frozen=True):
    """A mark and whose layer it is on, None where several recalled together; `layer` is its index, `of` its id."""

    layer: int
    by: Role | None
    mark: Mark
    of: str = ""

    @property
    def id(self) -> str:
        """Its name on the timeline: unique over all layers."""
        return f"{self.layer}:{self.mark.id}"

    @property
    def ref(self) -> MarkRef:
        """How it is referred to from outside its layer."""
        return MarkRef(self.of, self.mark.id)

    @property
    def start_ms(self) -> int:
        """Where it begins."""
        return self.mark.start_ms

    @property
    def last_ms(self) -> int:
        """Where it ends; its beginning for a point or an interval still open."""
        return self.mark.last_ms


class Review:
    """The layers of one session; `chosen` is the moment looked at, `lane` narrows the ways to the next.

    Lanes are the layers in order, then the ruptures of all of them; None is all marks. What was found by a search
    narrows them further (`find`). `held` is a mark that is kept beside whatever else is chosen. `names` are the layers'
    names: their labels, or the role, with a number where several would be named alike. The accounts of two `sides`
    stand beside each other; `absent` says why there is none of a role's, `withheld` why what is of everybody in the
    recording is not shown.
    """

    def __init__(
        self,
        layers: Sequence[LayerContent],
        transcript: Sequence[Utterance] = (),
        labels: Sequence[str] = (),
        *,
        sides: tuple[Role, Role] = PARTNERS,
        absent: Mapping[Role, str] = MappingProxyType({}),
        withheld: str = "",
    ) -> None:
        self.layers = tuple(layers)
        self.sides, self.absent, self.withheld = sides, absent, withheld
        given = [*labels, *[""] * (len(self.layers) - len(labels))]
        self.names = _named_apart([label or lane_of(one.head) for label, one in zip(given, self.layers, strict=True)])
        self.transcript = tuple(sorted(transcript, key=lambda one: one.start_ms))
        placed = (
            Placed(index, None if is_mutual(layer.head) else layer.head.by, mark, layer.head.layer)
            for index, layer in enumerate(self.layers)
            for mark in layer.marks
        )
        self.marks = sorted(placed, key=lambda one: (one.mark.start_ms, one.layer, one.mark.id))
        self.by_ref = {one.ref: one for one in self.marks}
        self.ruptures = [one for one in self.marks if one.mark.rupture is not None]
        self.chosen: Placed | None = None
        self.held: Placed | None = None
        self.lane: int | None = None
        self.found: frozenset[MarkRef] | None = None
        self._all = MarkIndex(self.marks)
        self._of_role = {by: MarkIndex(one for one in self.marks if one.by == by) for by in {o.by for o in self.marks}}
        self._ways: dict[int | None, MarkIndex[Placed]] = {}

    @property
    def lane_name(self) -> str:
        """What the ways to the next mark go through."""
        if self.lane is None:
            return "all marks" if self.found is None else "what was found"
        return "ruptures" if self.lane == len(self.layers) else self.names[self.lane]

    def codebook(self, placed: Placed) -> Codebook:
        """The codebook of the mark's layer."""
        return self.layers[placed.layer].head.codebook

    def of_role(self, by: Role) -> list[int]:
        """The layers, by their index, that are a role's own account."""
        return [at for at, one in enumerate(self.layers) if one.head.by == by and not is_mutual(one.head)]

    def side_name(self, by: Role) -> str:
        """What a side is called: as its layer is, else by its role."""
        return next((self.names[at] for at in self.of_role(by)), by.replace("_", " "))

    def whose(self, placed: Placed) -> str:
        """Whose a mark is, in words."""
        return whose(self.layers[placed.layer].head, placed.mark, self.names[placed.layer])

    def next_lane(self) -> None:
        """All marks, then each layer's, then the ruptures, then all again."""
        following = 0 if self.lane is None else self.lane + 1
        self.lane = None if following > len(self.layers) else following

    def find(self, found: Iterable[MarkRef] | None) -> None:
        """Go through these marks only; through all again where None."""
        self.found = None if found is None else frozenset(found)
        self._ways.clear()

    def way(self, *, ruptures: bool = False) -> MarkIndex[Placed]:
        """The marks that the ways to the next go through, in time."""
        lane = len(self.layers) if ruptures else self.lane
        if lane is None and self.found is None:
            return self._all
        if lane not in self._ways:
            self._ways[lane] = MarkIndex(one for one in self.marks if self._on(one, lane))
        return self._ways[lane]

    def step(self, direction: int, at_ms: int, *, ruptures: bool = False) -> Placed | None:
        """Choose the next (1) or previous (−1) mark from the chosen one, or from a position; None where none is."""
        way = self.way(ruptures=ruptures)
        if self.chosen is not None and self.chosen.id in way:
            rank = way.rank_of(self.chosen.id) + direction
        else:
            rank = way.rank(at_ms) - (direction < 0)
        if not 0 <= rank < len(way):
            return None
        self.chosen = way.at(rank)
        return self.chosen

    def choose(self, name: str) -> Placed | None:
        """Choose a mark by its name on the timeline; the one chosen before stays where there is none."""
        self.chosen = self._all.get(name) or self.chosen
        return self.chosen

    def account_of(self, by: Role, at_ms: int) -> Placed | None:
        """What this person marked at a moment, or nearest to it within the same moment; the chosen mark if theirs."""
        if self.chosen is not None and self.chosen.by == by and self.chosen.mark.start_ms == at_ms:
            return self.chosen
        theirs = self._of_role.get(by)
        near = theirs.touching(max(0, at_ms - SAME_MOMENT_MS), at_ms + SAME_MOMENT_MS + 1) if theirs else []
        return min(near, key=lambda one: (_away_ms(one.mark, at_ms), abs(one.start_ms - at_ms)), default=None)

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

    def _on(self, placed: Placed, lane: int | None) -> bool:
        if self.found is not None and placed.ref not in self.found:
            return False
        if lane == len(self.layers):
            return placed.mark.rupture is not None
        return lane is None or placed.layer == lane


def _away_ms(mark: Mark, at_ms: int) -> int:
    """How far a moment is from a mark: nothing within an interval."""
    return max(mark.start_ms - at_ms, at_ms - mark.last_ms, 0)


def is_mutual(head: LayerHead) -> bool:
    """Whether several made a layer together, so that it is nobody's own account."""
    return head.protocol.kind == "mutual"


def lane_of(head: LayerHead) -> str:
    """What a layer is called: by whose it is, or by what it is."""
    if head.purpose == "coding":
        return "coder"
    return MUTUAL if is_mutual(head) else head.by.replace("_", " ")


def whose(head: LayerHead, mark: Mark, name: str) -> str:
    """Whose a mark is: its layer's name; of a mutual recall with who spoke before it: therapist · mutual."""
    return f"{mark.author} · {name}" if is_mutual(head) else name


def _named_apart(names: Sequence[str]) -> tuple[str, ...]:
    seen: Counter[str] = Counter()
    apart = []
    for name in names:
        seen[name] += 1
        apart.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return tuple(apart)
