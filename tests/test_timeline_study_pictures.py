"""Pictures of a review and of a coder's screen, with nothing in them that moves: look before you accept a change."""

import math
from collections.abc import Callable

import pytest
from textual.app import App, ComposeResult

from iprtool.model.linking import Episode, Strategy
from iprtool.model.terms import EpisodeOutcome, RuptureType
from iprtool.timeline.lanes import (
    SEGMENT_MS,
    EpisodeItem,
    EpisodesLane,
    Lane,
    LaneItem,
    LinksLane,
    MarksLane,
    SegmentsLane,
    TraceLane,
    episode_item,
    link_item,
    rupture_item,
    segment_id,
)
from iprtool.timeline.widget import TimelineView

SnapCompare = Callable[..., bool]
MINUTE_MS = 60_000
DURATION_MS = 51 * MINUTE_MS + 7_000


def dial(phase: float, until_minutes: int) -> list[tuple[int, float]]:
    """A dial that swings, with a stretch that was not watched."""
    return [
        (at_ms, 5 + round(8 * math.sin(at_ms / 150_000 + phase)) / 2)
        for at_ms in range(0, until_minutes * MINUTE_MS, 100)
        if not 12 * MINUTE_MS < at_ms < 14 * MINUTE_MS
    ]


def episode(
    name: str,
    kind: RuptureType,
    salience: int,
    minutes: tuple[float, float | None],
    strategies: tuple[float, ...],
    outcome: EpisodeOutcome,
    resolved: int | None,
    *markers: LaneItem,
) -> EpisodeItem:
    start, end = minutes
    tried = tuple(Strategy("validates", int(at * MINUTE_MS)) for at in strategies)
    made = Episode(
        label=name,
        rupture_type=kind,
        start_ms=int(start * MINUTE_MS),
        end_ms=None if end is None else int(end * MINUTE_MS),
        strategies=tried,
        salience=salience,
        outcome=outcome,
        resolved=resolved,
    )
    return episode_item(name, made, markers)


def marks(name: str, style: str, *minutes: float) -> MarksLane:
    return MarksLane(name, [LaneItem(f"{name}{at}", int(at * MINUTE_MS), None, "◆8", style=style) for at in minutes])


def between(name: str, one: float, other: float, *, confirmed: bool) -> LaneItem:
    first, second = int(one * MINUTE_MS), int(other * MINUTE_MS)
    return link_item(name, (first, first), (second, second), confirmed=confirmed)


def review() -> list[Lane]:
    ruptures = [
        episode("w", "withdrawal", 3, (3, 14), (5, 8, 8.2, 11), "repaired", 4),
        episode("c", "confrontation", 2, (9, 19), (12, 16), "partly", 3),
        episode("m", "mixed", 5, (27, None), (30,), "unrepaired", 1, _marker("n", 33, "withdrawal", 4)),
        _marker("alone", 44, "confrontation", 1),
    ]
    return [
        marks("client", "client", 3, 9, 27.5, 44),
        marks("therapist", "therapist", 4.5, 10, 30),
        LinksLane(
            "matched",
            [
                between("a", 3, 4.5, confirmed=True),
                between("b", 9, 10, confirmed=False),
                between("c", 27.5, 30, confirmed=False),
            ],
        ),
        EpisodesLane("ruptures", ruptures),
        TraceLane("dial c", dial(0, 40)),
        TraceLane("dial t", dial(1, 51), rows=1),
        SegmentsLane("coder A", SEGMENT_MS, DURATION_MS, {0: "WD_P 3", 2: "CF_P 2", 5: "WD_P 4 CF_P 3"}),
        SegmentsLane("coder B", SEGMENT_MS, DURATION_MS, {0: "WD_P 2", 5: "WD_P 4"}),
    ]


def _marker(name: str, minute: float, kind: RuptureType, salience: int) -> LaneItem:
    return rupture_item(name, int(minute * MINUTE_MS), None, kind, salience)


class PictureApp(App[None]):
    """A timeline at rest."""

    def __init__(self, selected: str, theme: str = "textual-dark", cell_ms: int = 60_000) -> None:
        super().__init__()
        self._selected, self._look, self._cell_ms = selected, theme, cell_ms

    def compose(self) -> ComposeResult:
        yield TimelineView(DURATION_MS, review(), cell_ms=self._cell_ms)

    def on_mount(self) -> None:
        self.theme = self._look
        view = self.query_one(TimelineView)
        view.selected = self._selected
        view.move_playhead(22 * MINUTE_MS)


def test_a_study_seen_whole(snap_compare: SnapCompare) -> None:
    assert snap_compare(PictureApp("w"), terminal_size=(120, 14))


def test_a_study_in_the_light_and_narrow(snap_compare: SnapCompare) -> None:
    assert snap_compare(PictureApp("b", "textual-light"), terminal_size=(80, 14))


def test_a_study_from_near(snap_compare: SnapCompare) -> None:
    assert snap_compare(PictureApp("m", cell_ms=10_000), terminal_size=(120, 14))


def test_a_study_without_colour(snap_compare: SnapCompare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(PictureApp(segment_id(5)), terminal_size=(120, 14))
