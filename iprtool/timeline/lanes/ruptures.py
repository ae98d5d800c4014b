"""Lanes of rupture markers ▼W 3 (type, salience), joined into episodes: ▼W 3 ── ▼C 2 ────── repaired 4."""

from collections.abc import Iterable

from iprtool.timeline.lanes.cells import Cells, glyphs_of
from iprtool.timeline.lanes.lane import LaneItem
from iprtool.timeline.lanes.marks import MarksLane
from iprtool.timeline.lanes.spans import SpansLane
from iprtool.timeline.scale import Scale


class RupturesLane(MarksLane):
    """Rupture markers over the lines of their episodes; an episode is an item in the style `episode`.

    A marker's sign is ▼, the type's letter and the salience (▼W 3); an episode's label, its outcome, follows its line.
    """

    def __init__(self, name: str, items: Iterable[LaneItem] = (), *, height: int = 1) -> None:
        items = list(items)
        super().__init__(name, [item for item in items if item.style != "episode"], height=height)
        self.episodes = SpansLane(name, [item for item in items if item.style == "episode"], choosable=True)

    def holds(self, item_id: str) -> bool:
        """Whether a marker or an episode of this id is on the lane."""
        return super().holds(item_id) or self.episodes.holds(item_id)

    def put(self, item: LaneItem) -> None:
        """Put a marker or an episode on the lane, in place of the one with its id if there is one."""
        if self.holds(item.id):
            self.remove(item.id)
        (self.episodes.index if item.style == "episode" else self.index).add(item)

    def remove(self, item_id: str) -> LaneItem:
        """Take a marker or an episode off the lane; KeyError where it is not on it."""
        return self.episodes.remove(item_id) if self.episodes.holds(item_id) else super().remove(item_id)

    def draw(self, scale: Scale, selected: str | None = None) -> list[Cells]:
        """Its rows, from the top; episodes are on the first."""
        rows = [Cells(scale.width) for _ in range(self.height)]
        episodes = list(self.episodes.stretches(scale))
        for first, stop, item in episodes:
            rows[0].fill(first, stop, "─", _tone(item, selected))
        owners = self.draw_over(rows, scale, selected)[0]
        for cell in range(scale.width):
            if owners[cell] is None and rows[0].glyphs[cell] == "─" and any(owners[max(cell - 1, 0) : cell + 2]):
                rows[0].fill(cell, cell + 1, " ", "plain")
        for _, stop, item in episodes:
            outcome = _outcome(item.label, scale.width - stop)
            if item.last_ms <= scale.ms(stop) and not any(owners[stop : stop + len(outcome)]):
                rows[0].write(stop, outcome, _tone(item, selected))
        return rows

    def item_at(self, scale: Scale, row: int, cell: int, selected: str | None = None) -> str | None:
        """The id of the marker at a cell, or else of the episode whose line it is, or None."""
        return super().item_at(scale, row, cell, selected) or self.episodes.item_at(scale, row, cell)


def _tone(item: LaneItem, selected: str | None) -> str:
    return "selected" if item.id == selected else item.style


def _outcome(label: str, room: int) -> tuple[str, ...]:
    """A label after a blank, cut with an ellipsis if it must be."""
    glyphs = (" ", *glyphs_of(label)) if label else ()
    return glyphs if len(glyphs) <= room else (*glyphs[: max(0, room - 1)], "…")
