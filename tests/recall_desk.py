"""A recall screen in a running app, with a player whose time the test moves."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from textual.widgets import Static

from iprtool.app import IprtoolApp
from iprtool.edits import Hand
from iprtool.model.layer import LayerContent
from iprtool.model.mark import Mark
from iprtool.model.study import Utterance
from iprtool.model.terms import Face
from iprtool.screens.key_line import KeyLine
from iprtool.screens.recall import RecallScreen
from iprtool.screens.recording import Filmed
from tests.fakes import FakeLog, FakePlayer, content
from tests.screen_desk import ScreenDesk, running


class Desk(ScreenDesk):
    """A recall screen in a running app, its fake player and its log."""

    def __init__(
        self, loaded: LayerContent, face: Face, filmed: Filmed | None = None, words: Sequence[Utterance] = ()
    ) -> None:
        self.player, self.log = FakePlayer(loaded.head.duration_ms), FakeLog(loaded)
        hand = Hand("client", "dev")
        self.screen = RecallScreen(
            loaded, self.player, self.log, hand, face, filmed=filmed, words=words, monotonic=lambda: self.now_s
        )
        self.app = IprtoolApp(self.screen)

    async def watch(self, ms: int) -> None:
        """Play on for so long, in steps as the screen looks at them, or until the program stops it."""
        if self.player.state.status != "playing":
            await self.press("space")
        for _ in range(0, ms, 200):
            self.player.run(200)
            self.screen.tick()
            await self.pilot.pause()
            if self.player.state.status != "playing":
                return

    @property
    def marks(self) -> list[Mark]:
        return sorted(self.screen.recall.state.marks.values(), key=lambda mark: mark.start_ms)

    @property
    def moment(self) -> str:
        return self.screen.query_one(KeyLine).moment


@asynccontextmanager
async def desk(
    face: Face = "participant",
    size: tuple[int, int] = (100, 30),
    loaded: LayerContent | None = None,
    *,
    filmed: Filmed | None = None,
    words: Sequence[Utterance] = (),
    **head: Any,
) -> AsyncIterator[Desk]:
    async with running(Desk(loaded or content(**head), face, filmed, words), size) as table:
        yield table


def has_left(table: Desk) -> bool:
    return table.app._exit


def text_of(table: Desk) -> str:
    return table.shown


def bodies(table: Desk, kind: type[object]) -> list[object]:
    """What was kept of one kind of operation, in order."""
    return [op.body for op in table.log.ops if isinstance(op.body, kind)]


def asked(table: Desk) -> str:
    """What the protocol asks now; empty where it asks nothing."""
    pane = table.screen.query_one("#asked", Static)
    return str(pane.content) if pane.display else ""
