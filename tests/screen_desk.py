"""A screen in a running app, with a player whose time the test moves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

from textual.pilot import Pilot

from iprtool.app import IprtoolApp
from tests.fakes import FakePlayer


class ScreenDesk:
    """The app, its fake player, and a clock that goes on with every key."""

    player: FakePlayer
    app: IprtoolApp
    pilot: Pilot[None]
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

    @property
    def shown(self) -> str:
        """The screen as text."""
        return "\n".join("".join(part.text for part in strip) for strip in self.app.screen._compositor.render_strips())


DeskType = TypeVar("DeskType", bound=ScreenDesk)


@asynccontextmanager
async def running(desk: DeskType, size: tuple[int, int]) -> AsyncIterator[DeskType]:
    """The desk with its app running on a terminal of this size, in columns and rows."""
    async with desk.app.run_test(size=size) as pilot:
        desk.pilot = pilot
        await pilot.pause()
        yield desk
