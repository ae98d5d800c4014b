"""What the timeline costs: a frame after panning, zooming or scrolling, and a tick of the playhead.

Both are measured on all that Textual does for them: the change, the widget's lines, the compositor and the bytes for
the terminal. Both are the thread's CPU time, which is what a person waits for on a machine with nothing else to do.
"""

import asyncio
import random
import statistics
import time
from array import array
from collections.abc import Callable
from typing import cast

from textual._compositor import CompositorUpdate
from textual.app import App, ComposeResult

from iprtool.model.peaks import BINS_PER_SECOND, PeakChunk
from iprtool.timeline.lanes import Lane, LaneItem, MarksLane, PeaksLane, RupturesLane, SpansLane, TextLane
from iprtool.timeline.widget import TimelineView

DURATION_MS = 3 * 3_600_000
SIZE = (190, 50)


class TimelineApp(App[None]):
    """Nothing but a timeline."""

    def __init__(self, lanes: list[Lane], *, width: int = SIZE[0]) -> None:
        super().__init__()
        self._lanes = lanes
        self._width = width

    def compose(self) -> ComposeResult:
        """The timeline."""
        yield TimelineView(DURATION_MS, self._lanes)

    @property
    def view(self) -> TimelineView:
        """The timeline."""
        return self.query_one(TimelineView)

    def paint(self) -> None:
        """Bring what is dirty to the terminal's bytes, as the screen does on its timer."""
        compositor = self.screen._compositor
        compositor.update_widgets({self.view})
        update = compositor.render_update()
        if update is not None:
            cast(CompositorUpdate, update).render_segments(self.console)


def peaks_of(duration_ms: int) -> PeakChunk:
    """Sound that rises and falls, for a whole recording."""
    rng = random.Random(7)
    pairs = array("h")
    for _ in range(duration_ms // 1000):
        loud = rng.choice((100, 2_000, 8_000, 20_000))
        for _ in range(BINS_PER_SECOND):
            sample = int(loud * rng.random())
            pairs.extend((-sample, sample))
    return PeakChunk(0, pairs.tobytes())


def marks_of(count: int) -> list[LaneItem]:
    """Marks all over the recording: most points, a quarter intervals of up to a minute, some still open."""
    rng = random.Random(count)
    marks = []
    for number in range(count):
        start_ms = rng.randrange(DURATION_MS - 60_000)
        kind = rng.random()
        end_ms = start_ms + rng.randrange(500, 60_000) if kind < 0.25 else None
        marks.append(LaneItem(f"m{number}", start_ms, end_ms, "◆8", "felt judged", kind > 0.98, "negative"))
    return marks


def lanes_of(marks: int) -> list[Lane]:
    """A review with every kind of lane: sound, speech, two people's marks, matches, ruptures, words, coverage."""
    sound = PeaksLane("sound", height=3)
    sound.add(peaks_of(DURATION_MS))
    turns = [
        LaneItem(f"t{n}", n * 9_000, n * 9_000 + 8_000, "TC"[n % 2], "and then I thought that he", style="client")
        for n in range(DURATION_MS // 9_000)
    ]
    every = marks_of(marks)
    return [
        sound,
        SpansLane("speech", turns),
        MarksLane("client", every[: marks // 2], height=3),
        MarksLane("therapist", every[marks // 2 :], height=3),
        SpansLane("matched", [LaneItem(f"x{n}", n * 60_000, n * 60_000 + 4_000, style="matched") for n in range(180)]),
        RupturesLane("ruptures", [LaneItem(f"r{n}", n * 300_000, None, "▼W 3", style="rupture") for n in range(36)]),
        TextLane("words", turns),
        SpansLane("played", [LaneItem("p", 0, DURATION_MS // 2, style="played")]),
    ]


async def _frames(marks: int, frames: int) -> list[float]:
    app = TimelineApp(lanes_of(marks))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        view, rng = app.view, random.Random(5)
        gestures: list[Callable[[], None]] = [
            lambda: view.pan(rng.choice((-190, -8, -1, 1, 8, 190))),
            lambda: view.zoom_in(rng.randrange(DURATION_MS)),
            lambda: view.zoom_out(rng.randrange(DURATION_MS)),
            lambda: view.scroll_lanes(rng.choice((-2, 2))),
        ]
        took = []
        for frame in range(frames + 10):
            began = time.thread_time()
            gestures[frame % len(gestures)]()
            app.paint()
            if frame >= 10:
                took.append((time.thread_time() - began) * 1000)
    return took


def timeline_frame(marks: int, frames: int = 400) -> list[float]:
    """Milliseconds of each frame while panning, zooming and scrolling a timeline with so many marks, 190 × 50."""
    return asyncio.run(_frames(marks, frames))


def recall_lanes(marks: int) -> list[Lane]:
    """A recall: sound, the person's own marks, what was played."""
    sound = PeaksLane("sound")
    sound.add(peaks_of(DURATION_MS))
    played = SpansLane("played", [LaneItem("p", 0, DURATION_MS // 2, style="played")])
    return [sound, MarksLane("mine", marks_of(marks)), played]


async def _ticks(lanes: list[Lane], ticks: int) -> float:
    app = TimelineApp(lanes)
    async with app.run_test(size=(100, 24)) as pilot:
        await pilot.pause()
        view = app.view
        view.follow(False)
        app.paint()
        began = time.thread_time()
        for tick in range(ticks):
            view.move_playhead(tick % 80 * view.scale.cell_ms)
            app.paint()
        return (time.thread_time() - began) * 1000 / ticks


def playhead_tick(ticks: int = 2_000) -> float:
    """CPU milliseconds of one tick that moves the playhead to another cell, in a recall with 1,000 marks, 100 × 24."""
    return asyncio.run(_ticks(recall_lanes(1_000), ticks))


def main() -> None:
    """Print the figures."""
    for _ in range(3):
        few, many = timeline_frame(100), timeline_frame(100_000)
        p99 = [statistics.quantiles(frames, n=100)[98] for frames in (few, many)]
        medians = [statistics.median(frames) for frames in (few, many)]
        print(f"frame, 100 marks: p50 {medians[0]:.2f} ms, p99 {p99[0]:.2f} ms")
        print(f"frame, 100,000 marks: p50 {medians[1]:.2f} ms, p99 {p99[1]:.2f} ms, ratio of p99 {p99[1] / p99[0]:.2f}")
        print(f"playhead tick: {playhead_tick():.3f} ms")


if __name__ == "__main__":
    main()
