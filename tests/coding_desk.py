"""A coding screen in a running app, with a player whose time the test moves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from iprtool.app import IprtoolApp
from iprtool.edits import Hand
from iprtool.model.layer import LayerContent
from iprtool.model.study import Utterance
from iprtool.screens.coding import CodingScreen
from tests.coding_samples import coding_content
from tests.fakes import FakeLog, FakePlayer
from tests.screen_desk import ScreenDesk, running

SIZES = [(80, 24), (120, 40), (200, 60)]
TALK = [
    Utterance(at * 10_000, at * 10_000 + 9_000, "client" if at % 2 else "therapist", f"line {at}") for at in range(72)
]


class Desk(ScreenDesk):
    """A coding in a running app, with its fake player and log."""

    def __init__(self, loaded: LayerContent) -> None:
        self.player, self.log = FakePlayer(loaded.head.duration_ms), FakeLog(loaded)
        hand = Hand("coder", "dev")
        self.screen = CodingScreen(loaded, TALK, self.player, self.log, hand, monotonic=lambda: self.now_s)
        self.app = IprtoolApp(self.screen)

    async def press(self, *keys: str) -> None:
        """Keys, each well after the one before."""
        for key in keys:
            self.now_s += 1
            await self.pilot.press(key)
        await self.pilot.pause()

    async def write(self, text: str) -> None:
        await self.press(*("space" if letter == " " else letter for letter in text))

    async def play(self, to_ms: int) -> None:
        """Time passes, and the screen looks at it."""
        while self.player.at_ms < to_ms and self.player.state.status == "playing":
            self.player.run(min(10_000, to_ms - self.player.at_ms))
            await self.pilot.pause()
            self.screen._tick()
        await self.pilot.pause()

    @property
    def drafted(self) -> str:
        """The note that is kept as it is typed."""
        return self.log.draft.text if self.log.draft else ""

    def is_locked(self) -> bool:
        return self.screen.coding.locked

    def codes(self, segment: int = 0) -> dict[str, Any]:
        codes = self.screen.coding.sheet.codes(segment)
        return {one.code: one.rating if one.rating is not None else one.clarity for one in codes}


@asynccontextmanager
async def desk(
    codebook: str = "3rs-2015", size: tuple[int, int] = (120, 40), loaded: LayerContent | None = None
) -> AsyncIterator[Desk]:
    async with running(Desk(loaded or coding_content(codebook)), size) as table:
        yield table


def lane(shown: str, name: str) -> str:
    """The row of a lane, without its name."""
    return next(line for line in shown.splitlines() if line.startswith(name))[len(name) :].strip()
