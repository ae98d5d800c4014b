"""A dial's screen in a running app, with a player whose time the test moves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
from textual.content import Content

from iprtool.app import IprtoolApp
from iprtool.dial.describing import Describing
from iprtool.edits import Hand
from iprtool.model.layer import LayerContent, LayerHead, Trace, Traced
from iprtool.model.mark import Mark
from iprtool.model.terms import Face
from iprtool.screens.dial import DialScreen
from iprtool.screens.dial_gauge import Gauge
from iprtool.screens.key_line import KeyLine
from iprtool.screens.note_area import NoteArea
from iprtool.screens.recording import Filmed
from iprtool.timeline.widget import TimelineView
from tests.fakes import FakeLog, FakePicture, FakePlayer, head, protocol
from tests.screen_desk import ScreenDesk, running

SIZES = [(80, 24), (120, 40), (200, 60)]
LEVELS = ((30_000, 5), (30_000, 8), (30_000, 5), (30_000, 2), (60_000, 5))
"""A trace that is highest at 30 s and lowest at 90 s: for how many ms the dial stood where."""


def dial_head(**settings: object) -> LayerHead:
    """The head of a dial's layer; `settings` are the protocol's."""
    return head(protocol=protocol(kind="dial", may_stop=(), **settings), contact="Call the site.")


def traced(levels: tuple[tuple[int, float], ...] = LEVELS) -> LayerContent:
    """A layer with a trace of these levels."""
    traces, at_ms = [], 0
    for number, (ms, value) in enumerate(levels):
        samples = tuple((at, float(value)) for at in range(at_ms, at_ms + ms + 1, 100))
        traces.append(Trace(f"trace-{number}", samples))
        at_ms += ms
    return LayerContent(dial_head(), traces=tuple(traces))


class Desk(ScreenDesk):
    """A dial's screen, its fake player, picture and log."""

    def __init__(self, loaded: LayerContent, face: Face, *, filmed: bool) -> None:
        self.player, self.log = FakePlayer(loaded.head.duration_ms), FakeLog(loaded)
        self.picture = FakePicture(self.player)
        film = Filmed(lambda: self.picture) if filmed else None
        hand = Hand("client", "dev")
        self.screen = DialScreen(loaded, self.player, self.log, hand, face, filmed=film, monotonic=lambda: self.now_s)
        self.app = IprtoolApp(self.screen)

    async def play(self, ms: int) -> None:
        """Time passes, and the timer comes ten times a second; the screen's own timer may come as well."""
        for _ in range(ms // 100):
            self.player.run(100)
            self.now_s += 0.1
            self.screen._tick()
        await self.pilot.pause()

    @property
    def value(self) -> float:
        """Where the dial stands, and is shown to stand."""
        assert self.screen.query_one(Gauge).value == self.screen.dial.value
        return self.screen.dial.value

    @property
    def describing(self) -> Describing:
        assert self.screen.dial.describing is not None
        return self.screen.dial.describing

    @property
    def samples(self) -> list[tuple[int, float]]:
        return [sample for op in self.log.ops if isinstance(op.body, Traced) for sample in op.body.samples]

    @property
    def marks(self) -> list[Mark]:
        return sorted(self.screen.dial.state.marks.values(), key=lambda mark: mark.start_ms)

    @property
    def note(self) -> str:
        return self.screen.query_one("#note", NoteArea).text

    @property
    def keys(self) -> KeyLine:
        return self.screen.query_one(KeyLine)

    @property
    def timeline(self) -> TimelineView:
        return self.screen.query_one(TimelineView)

    @property
    def key_line(self) -> str:
        line = self.keys.render()
        assert isinstance(line, Content)
        return line.plain


@asynccontextmanager
async def desk(
    loaded: LayerContent | None = None,
    *,
    face: Face = "participant",
    size: tuple[int, int] = (100, 30),
    filmed: bool = False,
    **settings: object,
) -> AsyncIterator[Desk]:
    content = loaded or LayerContent(dial_head(**settings))
    if settings and loaded:
        content = msgspec.structs.replace(loaded, head=dial_head(**settings))
    async with running(Desk(content, face, filmed=filmed), size) as table:
        yield table
