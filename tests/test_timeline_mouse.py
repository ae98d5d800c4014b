"""The timeline as a widget: what the mouse does."""

from textual.events import MouseScrollDown, MouseScrollRight, MouseScrollUp

from iprtool.timeline.lanes import Lane, LaneItem, MarksLane
from iprtool.timeline.widget import TimelineView
from tests.timeline_app import GUTTER, TimelineApp, recall_lanes, turn_wheel


async def test_a_click_seeks_to_the_cell_and_a_drag_to_every_cell_on_its_way() -> None:
    app = TimelineApp(recall_lanes())
    async with app.run_test(size=(100, 24)) as pilot:
        await pilot.click(TimelineView, offset=(GUTTER + 10, 1))
        assert app.seeks == [20_000]
        await pilot.mouse_down(TimelineView, offset=(GUTTER + 5, 3))
        await pilot.hover(TimelineView, offset=(GUTTER + 6, 3))
        await pilot.hover(TimelineView, offset=(GUTTER + 9, 3))
        await pilot.hover(TimelineView, offset=(2, 3))
        await pilot.mouse_up(TimelineView, offset=(2, 3))
        await pilot.hover(TimelineView, offset=(GUTTER + 30, 3))
        assert app.seeks == [20_000, 10_000, 12_000, 18_000, 0]
        assert app.mouse_captured is None


async def test_a_click_on_a_mark_chooses_it_and_seeks_nowhere() -> None:
    app = TimelineApp(recall_lanes())
    async with app.run_test(size=(100, 24)) as pilot:
        await pilot.click(TimelineView, offset=(GUTTER + 4, 2))
        await pilot.click(TimelineView, offset=(GUTTER + 35, 2))
        chosen = [(m.lane, m.item_id) for m in app.said if isinstance(m, TimelineView.ItemChosen)]
        assert chosen == [("mine", "a"), ("mine", "c")]
        assert app.seeks == []


async def test_names_and_other_buttons_do_nothing() -> None:
    app = TimelineApp(recall_lanes())
    async with app.run_test(size=(100, 24)) as pilot:
        await pilot.click(TimelineView, offset=(2, 2))
        await pilot.click(TimelineView, offset=(GUTTER + 10, 1), button=3)
        assert app.said == []


async def test_the_wheel_zooms_at_the_pointer() -> None:
    app = TimelineApp(recall_lanes())
    async with app.run_test(size=(100, 24)) as pilot:
        app.view.pan(300)
        at_ms = app.view.scale.ms(50)
        await turn_wheel(pilot, MouseScrollUp, (GUTTER + 50, 1))
        assert app.view.scale.cell_ms == 1_000
        assert app.view.scale.cell(at_ms + 1_000) == 50
        for _ in range(2):
            await turn_wheel(pilot, MouseScrollDown, (GUTTER + 50, 1))
        assert app.view.scale.cell_ms == 5_000
        assert app.zooms == [1_000, 2_000, 5_000]


async def test_shift_and_wheel_pan_and_so_does_a_wheel_that_turns_sideways() -> None:
    app = TimelineApp(recall_lanes())
    async with app.run_test(size=(100, 24)) as pilot:
        await turn_wheel(pilot, MouseScrollDown, (GUTTER + 50, 1), shift=True)
        await turn_wheel(pilot, MouseScrollRight, (GUTTER + 50, 1))
        assert app.view.scale.first_cell == 16
        await turn_wheel(pilot, MouseScrollUp, (GUTTER + 50, 1), shift=True)
        assert app.view.scale.first_cell == 8
        assert app.zooms == []


async def test_a_drag_on_the_ruler_pans_and_a_click_there_seeks() -> None:
    app = TimelineApp(recall_lanes())
    async with app.run_test(size=(100, 24)) as pilot:
        app.view.pan(100)
        await pilot.mouse_down(TimelineView, offset=(GUTTER + 40, 0))
        await pilot.hover(TimelineView, offset=(GUTTER + 30, 0))
        await pilot.hover(TimelineView, offset=(GUTTER + 60, 0))
        await pilot.mouse_up(TimelineView, offset=(GUTTER + 60, 0))
        assert app.view.scale.first_cell == 80
        assert app.seeks == []
        await pilot.click(TimelineView, offset=(GUTTER + 10, 0))
        assert app.seeks == [180_000]


async def test_a_click_or_drag_on_the_whole_moves_the_view_and_seeks_nowhere() -> None:
    app = TimelineApp(recall_lanes())
    async with app.run_test(size=(100, 24)) as pilot:
        await pilot.mouse_down(TimelineView, offset=(GUTTER + 46, 4))
        whole = app.view.rows.whole
        assert app.view.scale.cell(whole.ms(46)) == app.view.scale.width // 2
        await pilot.hover(TimelineView, offset=(GUTTER + 60, 4))
        await pilot.mouse_up(TimelineView, offset=(GUTTER + 60, 4))
        assert app.view.scale.cell(whole.ms(60)) == app.view.scale.width // 2
        assert app.seeks == []


async def test_lanes_beyond_its_height_are_scrolled_by_the_wheel_over_their_names() -> None:
    lanes: list[Lane] = [MarksLane(f"coder {number}", [LaneItem(f"m{number}", 8_000)]) for number in range(9)]
    app = TimelineApp(lanes, classes="low")
    async with app.run_test(size=(100, 24)) as pilot:
        assert [app.row(y)[:8].strip() for y in range(5)] == ["▾ more", "coder 0", "coder 1", "coder 2", "whole"]
        await turn_wheel(pilot, MouseScrollDown, (2, 2))
        app.view.scroll_lanes(1)
        assert [app.row(y)[:8].strip() for y in range(5)] == ["▴▾", "coder 2", "coder 3", "coder 4", "whole"]
        app.view.scroll_lanes(50)
        assert [app.row(y)[:8].strip() for y in range(5)] == ["▴", "coder 6", "coder 7", "coder 8", "whole"]
        await pilot.click(TimelineView, offset=(GUTTER + 5, 2))
        assert [message.lane for message in app.said if isinstance(message, TimelineView.ItemChosen)] == ["coder 7"]
