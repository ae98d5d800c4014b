"""A recall or a review of a filmed recording in a running app, with a picture that the test gives."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rich.color import ColorSystem
from textual.widgets import Digits

from iprtool.app import IprtoolApp
from iprtool.edits import Hand
from iprtool.model.layer import ViewChanged
from iprtool.model.terms import Face, View
from iprtool.screens.key_line import KeyLine
from iprtool.screens.picture_pane import HalfBlocks, PicturePane
from iprtool.screens.recall import RecallScreen
from iprtool.screens.recording import Filmed
from iprtool.screens.review import ReviewScreen
from tests.fakes import FakeLog, FakePicture, FakePlayer, content
from tests.screen_desk import AppDesk


class Desk(AppDesk):
    """A recall or a review of a filmed recording in a running app."""

    def __init__(
        self, *, face: Face | None, windows: bool = False, in_window: bool = False, drawing: HalfBlocks | None = None
    ) -> None:
        self.player, self.log = FakePlayer(), FakeLog()
        self.picture = FakePicture(self.player, windows=windows)
        self.opened = 0
        filmed = Filmed(self._open, (lambda: drawing) if drawing else None, in_window=in_window)
        self.screen: RecallScreen | ReviewScreen
        if face is None:
            self.screen = ReviewScreen(
                "D01 · session 3 · review", [content()], [], self.player, 600_000, 2_000, filmed=filmed
            )
        else:
            hand = Hand("client", "dev")
            self.screen = RecallScreen(content(), self.player, self.log, hand, face, filmed=filmed)
        self.app = IprtoolApp(self.screen)

    def _open(self) -> FakePicture:
        self.opened += 1
        return self.picture

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
            await self.pilot.pause()

    async def give(self, colour: tuple[int, int, int] = (200, 40, 40)) -> None:
        self.picture.give(colour)
        await self.pilot.pause()

    @property
    def pane(self) -> PicturePane:
        return self.screen.query_one(PicturePane)

    @property
    def colours(self) -> set[tuple[int, ...]]:
        """The colours of the picture as they are on the screen now."""
        parts = (part for strip in self.app.screen._compositor.render_strips() for part in strip if "▀" in part.text)
        colours = (part.style.color for part in parts if part.style and part.style.color)
        return {tuple(colour.triplet) for colour in colours if colour.triplet}

    @property
    def seen(self) -> View:
        """What the picture may show now."""
        return self.picture.state.view

    @property
    def window(self) -> bool:
        """Whether it is in a window now."""
        return self.picture.state.in_window

    def side(self) -> bool:
        """Whether the side with note and words is there."""
        return self.screen.query_one("#side").size.width > 0

    def clock(self) -> bool:
        """Whether the large clock is there."""
        return self.screen.query_one(Digits).display

    @property
    def views(self) -> list[tuple[str, int]]:
        return [(op.body.view, op.body.at_ms) for op in self.log.ops if isinstance(op.body, ViewChanged)]

    @property
    def notice(self) -> str:
        return self.screen.query_one(KeyLine).notice


@asynccontextmanager
async def desk(
    face: Face | None = "participant",
    size: tuple[int, int] = (100, 30),
    *,
    windows: bool = False,
    in_window: bool = False,
    colours: ColorSystem | None = ColorSystem.TRUECOLOR,
    drawing: HalfBlocks | None = None,
) -> AsyncIterator[Desk]:
    table = Desk(face=face, windows=windows, in_window=in_window, drawing=drawing)
    async with table.app.run_test(size=size) as pilot:
        table.pilot = pilot
        table.app.console._color_system = colours
        await pilot.pause()
        yield table
