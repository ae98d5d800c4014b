"""The timeline as a widget: what it draws again, what the mouse does, sizes, themes and no colour."""

import random

import pytest
from textual.geometry import Region
from textual.strip import Strip

from iprtool.timeline.lanes import TONES, LaneItem, MarksLane, PeaksLane, SpansLane
from iprtool.timeline.widget import TimelineView
from tests.timeline_app import DURATION_MS, GUTTER, TimelineApp, peaks, recall_lanes


async def test_it_draws_ruler_lanes_and_the_whole_with_names_beside_them() -> None:
    app = TimelineApp(recall_lanes())
    async with app.run_test(size=(100, 24)) as pilot:
        app.view.add_peaks(peaks(0, 10))
        await pilot.pause()
        assert app.view.size.height == 5
        assert app.row(0).startswith("        ▼00:00    ╷00:20")
        assert app.row(1).startswith("sound   │")
        assert app.row(2).startswith("mine    │   ◆8              ●1        ├──────3───────┤")
        assert app.row(3) == "played  │█████████"
        assert app.row(4).startswith("whole   [─────]──")


async def test_a_tick_draws_two_one_cell_columns_and_only_when_the_cell_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = TimelineApp(recall_lanes())
    async with app.run_test(size=(100, 24)) as pilot:
        app.view.move_playhead(10_000)
        await pilot.pause()
        app.watch_refreshes(monkeypatch)
        for at_ms in range(10_100, 12_000, 100):
            app.view.move_playhead(at_ms)
        assert app.refreshed == []
        app.view.move_playhead(12_000)
        assert app.refreshed == [(Region(GUTTER + 5, 0, 1, 4), Region(GUTTER + 6, 0, 1, 4))]
        assert (app.row(0)[GUTTER + 6], app.row(2)[GUTTER + 6]) == ("▼", "│")
        app.refreshed.clear()
        app.view.move_playhead(40_000)
        assert [region.y for region in app.refreshed[0]] == [0, 0, 4, 4]


async def test_the_playhead_keeps_a_sign_readable_under_it() -> None:
    app = TimelineApp(recall_lanes())
    async with app.run_test(size=(100, 24)):
        app.view.move_playhead(8_000)
        strip = app.view.render_line(2)
        (under,) = [segment for segment in strip if segment.text == "◆"]
        assert under.style is not None and under.style.reverse
        assert app.view.render_line(3).text[GUTTER + 4] == "│"


async def test_the_view_follows_by_pages_unless_told_not_to() -> None:
    app = TimelineApp(recall_lanes())
    async with app.run_test(size=(100, 24)):
        width = app.view.scale.width
        for at_ms in range(0, width * 2_000 + 1, 500):
            app.view.move_playhead(at_ms)
        assert app.view.scale.cell(width * 2_000) == width // 8
        app.view.follow(False)
        app.view.move_playhead(1_800_000)
        assert not app.view.scale.shows(1_800_000)
        app.view.follow(True)
        assert app.view.scale.cell(1_800_000) == width // 2


async def test_the_playhead_stays_within_the_recording() -> None:
    app = TimelineApp(recall_lanes())
    async with app.run_test(size=(100, 24)):
        for asked_ms, at_ms in ((DURATION_MS + 5_000, DURATION_MS), (-3, 0)):
            app.view.move_playhead(asked_ms)
            assert app.view.playhead_ms == at_ms
            assert "▼" in app.row(0)


async def test_marks_put_and_dropped_draw_again_only_the_cells_that_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    app = TimelineApp(recall_lanes())
    async with app.run_test(size=(100, 24)) as pilot:
        await pilot.pause()
        app.watch_refreshes(monkeypatch)
        app.view.put("mine", LaneItem("n", 100_000, None, "◆7"))
        app.view.put("mine", LaneItem("n", 110_000, None, "◆7"))
        await pilot.pause()
        assert app.refreshed == [(Region(GUTTER + 55, 2, 2, 1),)]
        assert app.row(2)[GUTTER + 55 :] == "◆7"
        app.view.drop("mine", "n")
        app.view.put("mine", LaneItem("far", 3_000_000))
        await pilot.pause()
        assert app.refreshed[1:] == [(Region(GUTTER + 55, 2, 2, 1),)]
        with pytest.raises(KeyError):
            app.view.drop("mine", "n")
        with pytest.raises(KeyError):
            app.view.put("nobody's", LaneItem("n", 0))


async def test_a_growing_span_draws_again_only_where_it_grew(monkeypatch: pytest.MonkeyPatch) -> None:
    app = TimelineApp(recall_lanes())
    async with app.run_test(size=(100, 24)) as pilot:
        await pilot.pause()
        app.watch_refreshes(monkeypatch)
        for end_ms in (20_010, 20_200, 23_000):
            app.view.put("played", LaneItem("p", 0, end_ms, style="played"))
            await pilot.pause()
        assert app.refreshed == [(Region(GUTTER + 10, 3, 1, 1),), (Region(GUTTER + 10, 3, 2, 1),)]
        assert app.row(3)[GUTTER + 1 :] == "██████████▌"


async def test_peaks_that_arrive_draw_again_only_the_cells_that_they_touch(monkeypatch: pytest.MonkeyPatch) -> None:
    app = TimelineApp(recall_lanes())
    async with app.run_test(size=(100, 24)) as pilot:
        app.view.add_peaks(peaks(0, 1))
        await pilot.pause()
        app.watch_refreshes(monkeypatch)
        app.view.add_peaks(peaks(64, 96))
        await pilot.pause()
        sound, whole = (regions[0] for regions in app.refreshed)
        assert sound == Region(GUTTER + 32, 1, 16, 1)
        assert (whole.y, whole.height) == (4, 1) and whole.width <= 3
        app.refreshed.clear()
        app.view.add_peaks(peaks(2_000, 2_010))
        await pilot.pause()
        assert [regions[0].y for regions in app.refreshed] == [4]


async def test_a_long_chunk_of_peaks_is_taken_in_by_parts_that_leave_the_screen_free() -> None:
    app = TimelineApp([PeaksLane("sound")])
    async with app.run_test(size=(100, 24)) as pilot:
        lane = app.view.lanes[0]
        assert isinstance(lane, PeaksLane)
        app.view.add_peaks(peaks(0, 700))
        app.view.add_peaks(peaks(900, 905))
        assert 0 < lane.pyramid.bins < 70_000
        await pilot.pause()
        assert lane.pyramid.bins == 90_500
        assert lane.pyramid.range(69_900, 70_000) == (-20_000, 20_000)
        assert lane.pyramid.range(70_000, 90_000) is None


async def test_the_selected_mark_is_drawn_again_and_no_other_lane(monkeypatch: pytest.MonkeyPatch) -> None:
    app = TimelineApp(recall_lanes())
    async with app.run_test(size=(100, 24)) as pilot:
        await pilot.pause()
        app.watch_refreshes(monkeypatch)
        app.view.selected = "b"
        await pilot.pause()
        assert app.refreshed == [(Region(GUTTER + 20, 2, 2, 1),)]
        (sign,) = [segment for segment in app.view.render_line(2) if segment.text == "●1"]
        assert sign.style is not None and sign.style.underline and sign.style.bold


async def test_what_comes_before_it_is_mounted_is_there_when_it_is() -> None:
    app = TimelineApp(recall_lanes())
    app.view.put("mine", LaneItem("early", 20_000, None, "◆7"))
    app.view.add_peaks(peaks(0, 10))
    app.view.selected = "early"
    app.view.move_playhead(30_000)
    async with app.run_test(size=(100, 24)) as pilot:
        await pilot.pause()
        assert app.row(2)[GUTTER + 10 : GUTTER + 12] == "◆7"
        assert app.row(1)[GUTTER] != " "
        assert app.row(0)[GUTTER + 15] == "▼"


async def test_it_can_be_shrunk_to_20_by_5_and_back() -> None:
    app = TimelineApp(recall_lanes())
    async with app.run_test(size=(100, 24)) as pilot:
        await pilot.resize_terminal(20, 5)
        await pilot.pause()
        rows = [app.row(y) for y in range(app.view.size.height)]
        assert app.view.scale.width == 20
        assert rows[0].startswith("▼00:00")
        assert rows[2].startswith("│   ◆8")
        await pilot.resize_terminal(5, 2)
        await pilot.pause()
        assert len(app.row(0)) <= 5
        await pilot.resize_terminal(100, 24)
        await pilot.pause()
        assert app.view.scale.cell_ms == 2_000
        assert app.row(2).startswith("mine    │   ◆8")


async def test_a_border_and_padding_move_nothing_in_time() -> None:
    app = TimelineApp(recall_lanes(), classes="framed")
    async with app.run_test(size=(100, 24)) as pilot:
        await pilot.click(TimelineView, offset=(2 + GUTTER + 10, 2))
        assert app.seeks == [20_000]
        assert app.view.scale.width == 100 - 4 - GUTTER


async def test_without_colour_everything_is_still_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = TimelineApp(recall_lanes())
    async with app.run_test(size=(100, 24)) as pilot:
        assert app.no_color
        app.view.put("played", LaneItem("d", 40_000, 60_000, style="declined"))
        app.view.put("played", LaneItem("s", 60_000, 80_000, style="skipped"))
        app.view.selected = "b"
        app.view.move_playhead(30_000)
        await pilot.pause()
        shown = app.export_screenshot()
        for glyphs in ("◆8", "├──────3───────┤", "█", "▒", "░", "▼", "│"):
            assert glyphs in shown


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "ansi-dark"])
async def test_every_tone_has_a_style_in_every_theme(theme: str) -> None:
    app = TimelineApp(recall_lanes())
    async with app.run_test(size=(100, 24)) as pilot:
        before = app.view.get_component_rich_style("timeline--negative")
        app.theme = theme
        await pilot.pause()
        styles = {tone: app.view.get_component_rich_style(f"timeline--{tone}") for tone in TONES}
        assert app.view.rows.styles == styles
        assert theme == "textual-dark" or styles["negative"] != before


async def test_other_lanes_take_the_place_of_the_first() -> None:
    app = TimelineApp(recall_lanes())
    async with app.run_test(size=(100, 24)) as pilot:
        app.view.set_lanes([MarksLane("therapist", [LaneItem("t", 20_000, None, "◆2")]), PeaksLane(height=3)])
        await pilot.pause()
        assert app.view.size.height == 6
        assert app.row(1).startswith("therapist  │         ◆2")
        with pytest.raises(ValueError, match="one name"):
            app.view.set_lanes([MarksLane("a"), MarksLane("a")])


async def test_every_row_is_drawn_anew_when_there_are_more_lanes(monkeypatch: pytest.MonkeyPatch) -> None:
    sound, *others = recall_lanes()
    app = TimelineApp([sound, *others])
    async with app.run_test(size=(60, 20)) as pilot:
        drawn: dict[int, str] = {}
        draw = app.view.render_line

        def spied(y: int) -> Strip:
            drawn[y] = (strip := draw(y)).text
            return strip

        monkeypatch.setattr(app.view, "render_line", spied)
        app.view.set_lanes([sound, SpansLane("speech", []), *others])
        await pilot.pause()
        await pilot.pause()
        assert [drawn[y][:GUTTER].strip() for y in range(6)] == ["", "sound", "speech", "mine", "played", "whole"]


async def test_nothing_in_it_can_be_selected_or_focused() -> None:
    app = TimelineApp(recall_lanes())
    async with app.run_test(size=(100, 24)):
        assert not app.view.allow_select
        assert not app.view.focusable


async def test_what_is_drawn_piece_by_piece_is_what_is_drawn_at_once() -> None:
    """After many changes at random the rows kept are those that a timeline made anew would draw."""
    rng = random.Random(4)
    app = TimelineApp([PeaksLane("sound", height=2), MarksLane("mine", height=2), SpansLane("played")])
    async with app.run_test(size=(100, 24)) as pilot:
        here: dict[str, LaneItem] = {}
        for step in range(60):
            name, at_ms = f"m{rng.randrange(12)}", rng.randrange(200_000)
            if name in here and rng.random() < 0.3:
                del here[name]
                app.view.drop("mine", name)
            else:
                here[name] = LaneItem(name, at_ms, at_ms + rng.randrange(30_000) if rng.random() < 0.5 else None, "◆8")
                app.view.put("mine", here[name])
            app.view.put("played", LaneItem("p", 0, step * 2_500 + 700, style="played"))
            app.view.add_peaks(peaks(step * 3, step * 3 + 3, rng.randrange(30_000)))
            app.view.move_playhead(step * 2_500)
            app.view.selected = rng.choice([*here, None])
            if rng.random() < 0.2:
                app.view.pan(rng.randrange(-20, 20))
            await pilot.pause()
            kept = [app.view.render_line(y) for y in range(app.view.size.height)]
            app.view.rows.fit(*app.view.size)
            app.view.rows.forget()
            assert kept == [app.view.render_line(y) for y in range(app.view.size.height)]
