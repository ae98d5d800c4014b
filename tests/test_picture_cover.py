"""The picture on the screens: nothing of it outlives the cover, nor the view that it was made for."""

import threading
from collections.abc import Callable

import pytest
from textual._compositor import CompositorUpdate
from textual.geometry import Size
from textual.screen import Screen

from iprtool.model.picture import Frame
from iprtool.screens.cover import CoverScreen
from iprtool.screens.picture_pane import HalfBlocks
from tests.picture_desk import desk


async def test_a_frame_that_was_on_its_way_when_the_view_changed_is_not_shown() -> None:
    async with desk() as table:
        await table.press("ctrl+g")
        await table.give()
        table.picture.wants.append((10, 10, 12))
        await table.press("ctrl+g")
        table.picture.wants.append((10, 10, 12))
        table.picture.give((1, 250, 1), view="shown")
        await table.pilot.pause()
        assert table.pane.frame is None
        assert table.colours == set()


async def test_the_cover_takes_the_picture_away_and_going_on_brings_it_back() -> None:
    async with desk() as table:
        await table.press("ctrl+g", "space")
        await table.give()
        table.picture.wants.append((10, 10, 12))
        await table.press("tab")
        assert isinstance(table.app.screen, CoverScreen)
        assert table.picture.shows[-1] == ("hidden", False)
        assert table.pane.frame is None
        table.picture.wants.append((10, 10, 12))
        table.picture.give(view="shown")
        await table.pilot.pause()
        assert table.pane.frame is None
        await table.press("1")
        assert table.picture.shows[-1] == ("shown", False)
        await table.give((3, 99, 3))
        assert table.colours == {(3, 99, 3)}
        assert table.views == [("shown", 0)]


async def test_the_cover_of_a_review_closes_the_pictures_own_window_until_it_is_taken_away() -> None:
    async with desk(None, windows=True, in_window=True) as table:
        assert (table.seen, table.window) == ("shown", True)
        await table.press("tab")
        assert (table.seen, table.window) == ("hidden", False)
        await table.press("1")
        assert (table.seen, table.window) == ("shown", True)


async def test_the_cover_key_writes_the_blank_picture_before_it_does_anything_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with desk() as table:
        await table.press("ctrl+g", "space")
        await table.give()
        done: list[str] = []
        display = table.app._display

        def noted(screen: Screen[object], update: object) -> None:
            if isinstance(update, CompositorUpdate) and screen is table.screen:
                drawn = update.render_segments(table.app.console)
                done.append("picture" if "▀" in drawn else "blank")
            display(screen, update)  # type: ignore[arg-type]  # whatever there is to display

        pause = table.player.pause

        def paused() -> None:
            done.append("silence")
            pause()

        monkeypatch.setattr(table.app, "_display", noted)
        monkeypatch.setattr(table.player, "pause", paused)
        await table.press("tab")
        assert done[:2] == ["blank", "silence"]
        assert "picture" not in done


class SlowDrawing(HalfBlocks):
    """Takes as long as the test says before a frame can be drawn."""

    def __init__(self) -> None:
        self.go_on = threading.Event()

    def work(self, frame: Frame, cells: Size) -> Callable[[], None]:  # noqa: ARG002
        return self._wait

    def _wait(self) -> None:
        assert self.go_on.wait(60)


async def test_a_frame_in_the_making_is_not_shown_after_the_cover() -> None:
    drawing = SlowDrawing()
    async with desk(drawing=drawing) as table:
        await table.press("ctrl+g")
        table.picture.give()
        await table.pilot.pause()
        assert table.pane.frame is None
        await table.press("tab", "1")
        drawing.go_on.set()
        await table.app.workers.wait_for_complete()
        await table.pilot.pause()
        assert table.colours == set()
        await table.give((9, 9, 250))
        await table.app.workers.wait_for_complete()
        await table.pilot.pause()
        assert table.colours == {(9, 9, 250)}


async def test_the_end_takes_the_picture_away_and_leaving_closes_it() -> None:
    async with desk(windows=True, in_window=True) as table:
        await table.press("ctrl+g")
        assert table.window
        await table.press("ctrl+q")
        assert table.picture.shows[-1] == ("hidden", False)
    assert table.picture.closed
