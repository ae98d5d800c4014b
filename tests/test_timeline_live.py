"""One lane that changes while the others are shown: a trace that grows, another lane in its place, a text, a match."""

import random

import pytest
from rich.style import Style
from textual.geometry import Region

from iprtool.model.linking import Episode, Strategy
from iprtool.timeline.lanes import (
    SEGMENT_MS,
    TONES,
    Cells,
    EpisodesLane,
    Lane,
    LaneItem,
    LinksLane,
    MarksLane,
    PeaksLane,
    SegmentsLane,
    SpansLane,
    TraceLane,
    episode_item,
    link_item,
    segment_id,
)
from iprtool.timeline.scale import Scale
from iprtool.timeline.strips import DrawnRows
from iprtool.timeline.widget import TimelineView
from tests.timeline_app import DURATION_MS, GUTTER, TimelineApp, peaks

LEFT = GUTTER + 1
"""The names' column is as wide as "matched" needs."""


class CountedLane(Lane):
    """A lane that counts how often it is drawn."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.drawn = 0

    def draw(self, scale: Scale, selected: str | None = None) -> list[Cells]:  # noqa: ARG002
        self.drawn += 1
        return [Cells(scale.width)]


def coding_lanes() -> list[Lane]:
    return [
        CountedLane("others"),
        TraceLane("dial", [(at_ms, 7.0) for at_ms in range(0, 20_000, 100)], rows=1),
        SegmentsLane("coder", SEGMENT_MS, DURATION_MS, {0: "WD_P 3"}),
        LinksLane("matched", [link_item("m", (10_000, 10_000), (20_000, 20_000), confirmed=False)]),
    ]


def out_of_the_way(app: TimelineApp) -> None:
    """Put the playhead where nothing is looked at."""
    app.view.follow(False)
    app.view.move_playhead(DURATION_MS)


async def test_a_trace_that_grows_draws_again_only_where_it_grew(monkeypatch: pytest.MonkeyPatch) -> None:
    app = TimelineApp(coding_lanes())
    async with app.run_test(size=(100, 24)) as pilot:
        out_of_the_way(app)
        await pilot.pause()
        others = app.view.lanes[0]
        assert isinstance(others, CountedLane) and others.drawn == 1
        app.watch_refreshes(monkeypatch)
        for at_ms in (20_000, 20_100, 20_900, 21_000):
            app.view.append("dial", [(at_ms, 7.0)])
            await pilot.pause()
        assert app.refreshed == [(Region(LEFT + 10, 2, 1, 1),)] * 2
        assert others.drawn == 1


async def test_a_lane_takes_the_place_of_another_and_the_rest_stay_as_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = TimelineApp(coding_lanes())
    async with app.run_test(size=(100, 24)) as pilot:
        out_of_the_way(app)
        await pilot.pause()
        others = app.view.lanes[0]
        assert isinstance(others, CountedLane)
        app.watch_refreshes(monkeypatch)
        app.view.set_lane(SpansLane("matched", [LaneItem("s", 10_000, 14_000, style="matched")]))
        await pilot.pause()
        assert [(region.x, region.y, region.height) for (region,) in app.refreshed] == [(LEFT + 5, 4, 1)]
        assert app.row(4)[LEFT:] == "     ══"
        app.view.set_lane(TraceLane("dial", [(at_ms, 3.0) for at_ms in range(0, 4_000, 100)], rows=2))
        await pilot.pause()
        assert app.view.size.height == 7
        assert [app.row(y)[:GUTTER].strip() for y in range(1, 7)] == ["others", "dial", "", "coder", "matched", "whole"]
        assert app.row(3)[LEFT : GUTTER + 4].strip() == "⠒⠂"[:1] + "⠒"
        assert others.drawn == 1
        with pytest.raises(KeyError):
            app.view.set_lane(MarksLane("nobody's"))


async def test_another_lane_of_sound_changes_the_whole_too() -> None:
    app = TimelineApp([PeaksLane("sound")])
    async with app.run_test(size=(100, 24)) as pilot:
        await pilot.pause()
        assert "▇" not in app.row(2)
        louder = PeaksLane("sound")
        louder.add(peaks(0, DURATION_MS // 1_000))
        app.view.set_lane(louder)
        await pilot.pause()
        assert "▇" in app.row(1) and "▇" in app.row(2)


async def test_a_segment_says_what_it_is_given_and_stands_out_where_it_is_chosen() -> None:
    app = TimelineApp(coding_lanes())
    async with app.run_test(size=(100, 24)) as pilot:
        out_of_the_way(app)
        app.view.zoom_out(0)
        app.view.zoom_out(0)
        coder = app.view.lanes[2]
        assert isinstance(coder, SegmentsLane)
        coder.set_text(1, "CF_P 2")
        app.view.lane_changed("coder")
        await pilot.pause()
        assert app.row(3).split() == ["coder", "|", "WD_P", "3", "|", "CF_P", "2", "|", "|"]
        await pilot.click(TimelineView, offset=(LEFT + 40, 3))
        chosen = [(m.lane, m.item_id) for m in app.said if isinstance(m, TimelineView.ItemChosen)]
        assert chosen == [("coder", segment_id(1))]
        app.view.selected = segment_id(1)
        await pilot.pause()
        row = app.row(3)
        assert (row.index("["), row.index("]")) == (LEFT + 30, LEFT + 60)


async def test_a_match_is_confirmed_and_parted_in_its_place() -> None:
    app = TimelineApp(coding_lanes())
    async with app.run_test(size=(100, 24)) as pilot:
        out_of_the_way(app)
        await pilot.pause()
        assert app.row(4)[LEFT:].strip() == "╌╌╌╌╌╌"
        app.view.put("matched", link_item("m", (10_000, 10_000), (20_000, 20_000), confirmed=True))
        await pilot.pause()
        assert app.row(4)[LEFT:].strip() == "══════"
        app.view.drop("matched", "m")
        await pilot.pause()
        assert app.row(4)[LEFT:].strip() == ""


async def test_a_lane_replaced_before_it_is_mounted_is_there_when_it_is() -> None:
    app = TimelineApp(coding_lanes())
    app.view.set_lane(TraceLane("dial", [(at_ms, 1.0) for at_ms in range(0, 6_000, 100)], rows=2))
    app.view.append("dial", [(6_000, 1.0)])
    async with app.run_test(size=(100, 24)) as pilot:
        await pilot.pause()
        assert app.view.size.height == 7
        assert app.row(3)[LEFT:] == "│⣀⣀⡀"


async def test_what_is_drawn_piece_by_piece_is_what_is_drawn_at_once() -> None:
    """After many changes at random the rows kept are those that a timeline made anew would draw."""
    rng = random.Random(8)
    app = TimelineApp([*coding_lanes(), EpisodesLane("ruptures")])
    async with app.run_test(size=(100, 30)) as pilot:
        for step in range(60):
            at_ms, end_ms = rng.randrange(100_000), rng.randrange(100_000, 200_000)
            app.view.append("dial", [(at_ms + number * 100, rng.randrange(2, 19) / 2) for number in range(9)])
            link = link_item(f"m{step % 7}", (at_ms, at_ms), (end_ms, end_ms), confirmed=rng.random() < 0.5)
            app.view.put("matched", link)
            strategies = tuple(Strategy("validates", rng.randrange(at_ms, end_ms)) for _ in range(3))
            episode = Episode(str(step), "mixed", at_ms, strategies=strategies, end_ms=end_ms, outcome="partly")
            app.view.put("ruptures", episode_item(f"e{step % 5}", episode))
            coder = SegmentsLane("coder", SEGMENT_MS, DURATION_MS, {step % 3: "CF_P 2"})
            app.view.set_lane(coder)
            app.view.selected = rng.choice(["m1", "e1", "e1:strategy:1", segment_id(1), None])
            if rng.random() < 0.2:
                app.view.set_lane(TraceLane("dial", [(at_ms, 3.0)], rows=rng.randrange(1, 4)))
            await pilot.pause()
            kept = [app.view.render_line(y) for y in range(app.view.size.height)]
            app.view.rows.fit(*app.view.size)
            app.view.rows.forget()
            assert kept == [app.view.render_line(y) for y in range(app.view.size.height)]


def test_a_lane_changed_right_after_the_styles_is_drawn_again_whole() -> None:
    """Rows that were let go of with their styles cannot be compared with what the screen still shows."""
    lanes = coding_lanes()
    rows = DrawnRows(lanes, Scale.whole(DURATION_MS, 60))
    rows.fit(60 + GUTTER, 12)
    rows.restyle({tone: Style() for tone in TONES})
    shown = [y for y, slot in enumerate(rows.slots) if slot.kind == "lane" and slot.lane == 2]
    for y in range(len(rows.slots)):
        rows.strip(y, 0)
    assert list(rows.redrawn([2], sound=False)) == []
    rows.restyle(dict(rows.styles))
    assert [(y, first) for y, first, _ in rows.redrawn([2], sound=False)] == [(y, 0) for y in shown]
