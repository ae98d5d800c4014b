"""A screen in a running app, with a player whose time the test moves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from textual.app import App
from textual.pilot import Pilot

from iprtool.app import IprtoolApp
from tests.fakes import FakePlayer


def screen_text(app: App[Any]) -> str:
    """What is on the screen."""
    return "\n".join("".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips())


class AppDesk:
    """An app that runs, and what it shows."""

    app: App[Any]
    pilot: Pilot[Any]

    @property
    def shown(self) -> str:
        """The screen as text."""
        return screen_text(self.app)

    @property
    def said(self) -> list[str]:
        """The notices so far."""
        return [notice.message for notice in self.app._notifications]


class ScreenDesk(AppDesk):
    """The app, its fake player, and a clock that goes on with every key."""

    player: FakePlayer
    app: IprtoolApp
    now_s = 0.0

    async def press(self, *keys: str) -> None:
        """Keys, each well after the one before."""
        for key in keys:
            self.now_s += 1
            await self.pilot.press(key)
            await self.pilot.pause()

    async def play(self, ms: int) -> None:
        """Play on for so long."""
        if self.player.state.status != "playing":
            await self.press("space")
        self.player.run(ms)
        await self.pilot.pause()

    @property
    def status(self) -> str:
        return self.player.state.status

    def on_top(self) -> object:
        return self.app.screen


DeskType = TypeVar("DeskType", bound=ScreenDesk)


@asynccontextmanager
async def running(desk: DeskType, size: tuple[int, int]) -> AsyncIterator[DeskType]:
    """The desk with its app running on a terminal of this size, in columns and rows."""
    async with desk.app.run_test(size=size) as pilot:
        desk.pilot = pilot
        await pilot.pause()
        yield desk
