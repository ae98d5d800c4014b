"""What a lane is, and what lies on it."""

from collections.abc import Iterable, Iterator

import msgspec

from iprtool.timeline.index import MarkIndex
from iprtool.timeline.lanes.cells import Cells
from iprtool.timeline.scale import Scale


class LaneItem(msgspec.Struct, frozen=True, gc=False):
    """One thing on a lane, as it is drawn: a point (no end), an interval, or one still `open`.

    `glyph` is its sign (◆8, ▼W 3, T): the first character is always shown, the others where there is room. `label` is
    it in words, shown where a lane has room for words. `style` is one of the tones.
    """

    id: str
    start_ms: int
    end_ms: int | None = None
    glyph: str = ""
    label: str = ""
    open: bool = False
    style: str = "mark"

    @property
    def last_ms(self) -> int:
        """Its end, or its start for a point or an interval still open."""
        return self.start_ms if self.end_ms is None or self.open else self.end_ms


class Lane:
    """A lane: the name in the gutter, by which it is known too, a fixed height in rows, and how it draws itself.

    A further kind is one more module with a subclass that overrides `draw`, and `item_at` where it can be clicked.
    """

    def __init__(self, name: str, *, height: int = 1) -> None:
        self.name = name
        self.height = height

    def draw(self, scale: Scale, selected: str | None = None) -> list[Cells]:
        """Its rows at a scale, from the top; the item whose id is `selected` stands out."""
        raise NotImplementedError

    def item_at(self, scale: Scale, row: int, cell: int, selected: str | None = None) -> str | None:  # noqa: ARG002
        """The id of what is drawn at a cell of a row, or None; of several, the one after the one selected."""
        return None

    def holds(self, item_id: str) -> bool:  # noqa: ARG002
        """Whether an item of this id is on the lane."""
        return False


class ItemLane(Lane):
    """A lane of items kept in time order: its own, or an index of somebody else's, who adds and removes."""

    def __init__(self, name: str, items: Iterable[LaneItem] = (), *, height: int = 1) -> None:
        super().__init__(name, height=height)
        self.index: MarkIndex[LaneItem] = items if isinstance(items, MarkIndex) else MarkIndex(items)

    def __iter__(self) -> Iterator[LaneItem]:
        return iter(self.index)

    def holds(self, item_id: str) -> bool:
        """Whether an item of this id is on the lane."""
        return item_id in self.index

    def put(self, item: LaneItem) -> None:
        """Put an item on the lane, in place of the one with its id if there is one."""
        self.index.put(item)

    def remove(self, item_id: str) -> LaneItem:
        """Take an item off the lane; KeyError where it is not on it."""
        return self.index.remove(item_id)
