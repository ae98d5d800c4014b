"""A timeline in an app of its own that keeps what it is told."""

from array import array
from collections.abc import Sequence

import pytest
from textual.app import App, ComposeResult
from textual.events import MouseEvent
from textual.geometry import Region
from textual.message import Message
from textual.pilot import Pilot

from iprtool.model.peaks import PeakChunk
from iprtool.timeline.lanes import Lane, LaneItem, MarksLane, PeaksLane, SpansLane
from iprtool.timeline.widget import TimelineView

DURATION_MS = 51 * 60_000 + 7_000


GUTTER = 8


def recall_lanes() -> list[Lane]:
    marks = [
        LaneItem("a", 8_000, None, "◆8", "felt judged", style="negative"),
        LaneItem("b", 40_000, None, "●1", style="positive"),
        LaneItem("c", 60_000, 90_000, "●3", style="positive"),
    ]
    return [
        PeaksLane("sound"),
        MarksLane("mine", marks),
        SpansLane("played", [LaneItem("p", 0, 20_000, style="played")]),
    ]


class TimelineApp(App[None]):
    """A timeline that keeps the messages it gets and the regions that the timeline asks to be drawn again."""

    CSS = "TimelineView.low { height: 5; } TimelineView.framed { border: round; padding: 0 1; }"

    def __init__(self, lanes: Sequence[Lane], classes: str = "") -> None:
        super().__init__()
        self.view = TimelineView(DURATION_MS, lanes, classes=classes)
        self.said: list[Message] = []
        self.refreshed: list[tuple[Region, ...]] = []

    def compose(self) -> ComposeResult:
        yield self.view

    def on_timeline_view_seek(self, message: TimelineView.Seek) -> None:
        self.said.append(message)

    def on_timeline_view_item_chosen(self, message: TimelineView.ItemChosen) -> None:
        self.said.append(message)

    def on_timeline_canvas_zoom_changed(self, message: TimelineView.ZoomChanged) -> None:
        self.said.append(message)

    @property
    def seeks(self) -> list[int]:
        return [message.ms for message in self.said if isinstance(message, TimelineView.Seek)]

    @property
    def zooms(self) -> list[int]:
        return [message.cell_ms for message in self.said if isinstance(message, TimelineView.ZoomChanged)]

    def row(self, y: int) -> str:
        return self.view.render_line(y).text.rstrip()

    def watch_refreshes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        refresh = self.view.refresh

        def counted(*regions: Region, **how: bool) -> TimelineView:
            self.refreshed.append(regions)
            return refresh(*regions, **how)

        monkeypatch.setattr(self.view, "refresh", counted)


async def turn_wheel(pilot: Pilot[None], event: type[MouseEvent], offset: tuple[int, int], **keys: bool) -> None:
    await pilot._post_mouse_events([event], TimelineView, offset, **keys)


def peaks(first_s: int, stop_s: int, loud: int = 20_000) -> PeakChunk:
    return PeakChunk(first_s * 100, array("h", [-loud, loud] * 100 * (stop_s - first_s)).tobytes())
