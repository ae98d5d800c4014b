"""The lane of rupture episodes: ▼W 3 ──┴────┴── repaired 4, with a tick for each resolution strategy."""

from collections.abc import Iterable

from iprtool.timeline.lanes.cells import Cells
from iprtool.timeline.lanes.episode_item import EpisodeItem
from iprtool.timeline.lanes.episode_rows import EpisodeRows
from iprtool.timeline.lanes.lane import ItemLane, LaneItem
from iprtool.timeline.scale import Scale


class EpisodesLane(ItemLane):
    """Episodes, made by `episode_item`, and rupture markers that belong to none, in as many rows as the lane is high.

    Overlapping ones go to the next row. A click chooses an episode by its sign, line or outcome, and a strategy or a
    further marker by its own id.
    """

    def __init__(self, name: str, items: Iterable[LaneItem] = (), *, height: int = 2) -> None:
        super().__init__(name, items, height=height)
        self._moments: dict[str, tuple[str, LaneItem]] = {}
        for item in self.index:
            self._know(item)

    def holds(self, item_id: str) -> bool:
        """Whether an episode, a marker or a strategy of this id is on the lane."""
        return item_id in self.index or item_id in self._moments

    def put(self, item: LaneItem) -> None:
        """Put an episode or a marker on the lane, in place of the one with its id if there is one."""
        if item.id in self.index:
            self.remove(item.id)
        super().put(item)
        self._know(item)

    def remove(self, item_id: str) -> LaneItem:
        """Take an episode, and what lies on its line, or a marker off the lane; KeyError where it is not on it."""
        item = super().remove(item_id)
        for one in item.moments if isinstance(item, EpisodeItem) else ():
            self._moments.pop(one.id, None)
        return item

    def draw(self, scale: Scale, selected: str | None = None) -> list[Cells]:
        """Its rows, from the top."""
        return self._drawing(scale, selected).rows

    def item_at(self, scale: Scale, row: int, cell: int, selected: str | None = None) -> str | None:
        """The id of what is drawn at a cell, or None; of several, the one after the one selected."""
        drawing = self._drawing(scale, selected)
        moments, owner = drawing.moments.get((row, cell)), drawing.owners[row][cell]
        if moments:
            return _next_of([one.id for one in moments], selected)
        if owner is None:
            return None
        return _next_of([self.index.at(owner.rank + number).id for number in range(owner.count)], selected)

    def _know(self, item: LaneItem) -> None:
        if isinstance(item, EpisodeItem):
            self._moments.update({one.id: (item.id, one) for one in item.moments})

    def _drawing(self, scale: Scale, selected: str | None) -> EpisodeRows:
        return EpisodeRows(self.index, scale, self.height, selected, self._moments.get(selected or ""))


def _next_of(ids: list[str], selected: str | None) -> str:
    return ids[(ids.index(selected) + 1) % len(ids)] if selected in ids else ids[0]
