"""A coding of a session of twelve minutes in segments of five, in memory, and what was written of it."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from iprtool.codebooks.loader import shipped
from iprtool.coding.changes import RefusedError
from iprtool.coding.session import CodingSession
from iprtool.edits import Hand, MarkChange
from iprtool.model.layer import LayerContent
from tests.fakes import FakeLog, FakePlayer, head

OLD, NEW = shipped("3rs-2015"), shipped("3rs-2022")
TITLE = "D01 · session 3 · coding by K1"
DURATION_MS = 720_000


def coding_content(codebook: str = "3rs-2015", **fields: Any) -> LayerContent:
    """An empty coding; `segment_ms` and the like go to its head."""
    made = {"by": "observer", "title": TITLE, "codebook": shipped(codebook), "purpose": "coding", **fields}
    return LayerContent(head(DURATION_MS, **made))


class Coder:
    """A coding session with its fake player and log; it counts what it was told."""

    def __init__(self, content: LayerContent | None = None, codebook: str = "3rs-2015", **fields: Any) -> None:
        loaded = content or coding_content(codebook, **fields)
        self.player, self.log = FakePlayer(loaded.head.duration_ms), FakeLog(loaded)
        self.errors: list[str] = []
        self.changes: list[MarkChange] = []
        self.coding = CodingSession(loaded, self.player, self.log, Hand("coder", "dev"), self)

    def marks_changed(self, changes: Sequence[MarkChange]) -> None:
        self.changes += changes

    def coding_changed(self, segments: Collection[int]) -> None:
        pass

    def coverage_changed(self) -> None:
        pass

    def saved(self, error: str | None) -> None:
        self.errors += [error] if error else []

    def hear(self, to_ms: int) -> None:
        """Play up to a time, as the screen does."""
        listening = self.coding.listening
        if self.player.state.status != "playing":
            listening.play()
            listening.player_changed(self.player.state)
        while self.player.at_ms < to_ms and listening.playing:
            self.player.run(min(1_000, to_ms - self.player.at_ms))
            listening.player_changed(self.player.state)
            listening.tick()

    def code(self, name: str) -> None:
        """Choose a code by its id."""
        self.coding.choose(name)

    def again(self) -> "Coder":
        """The same layer opened again, from what was written."""
        content = LayerContent(self.coding.head, draft=self.log.draft)
        state = CodingSession(content, self.player, self.log, Hand("coder", "dev"), self).state
        state.apply(self.log.ops)
        return Coder(
            LayerContent(
                self.coding.head,
                marks=tuple(state.marks.values()),
                coverage=tuple(state.coverage.values()),
                ops=tuple(self.log.ops),
                values=state.values,
                locked=state.locked,
                draft=self.log.draft,
            )
        )


def refusal(gesture: Callable[[], object]) -> str:
    """What is said where a gesture is refused."""
    try:
        gesture()
    except RefusedError as error:
        return str(error)
    raise AssertionError("it was not refused")
