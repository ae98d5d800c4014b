"""A player whose time the test moves, and a layer log in memory: they fulfil the same protocols as the real ones."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

import msgspec

from iprtool.model.codebook import Codebook, CodeEntry
from iprtool.model.errors import StoreError
from iprtool.model.layer import Draft, LayerContent, LayerHead, Op
from iprtool.model.mark import Stamp
from iprtool.model.picture import Frame, PictureState
from iprtool.model.playing import PlayerState
from iprtool.model.protocol import RecallProtocol
from iprtool.model.terms import View

WORDS = ("felt understood", "felt safe", "felt moved", "saw something new", "relieved", "held something back")
KEYED = (
    CodeEntry(word.replace(" ", "_"), word, key=index, polarity="negative" if index == 6 else "positive")
    for index, word in enumerate(WORDS, start=1)
)
CODEBOOK = Codebook("test-words", "1", "Test words", "these tests", (*KEYED, CodeEntry("unsure", "unsure")), plain=True)
TITLE = "D01 · session 3 · recall by CLIENT"


def head(duration_ms: int = 600_000, **fields: Any) -> LayerHead:
    """A layer's head on a recording of ten minutes."""
    made = LayerHead("layer-1", "recall-1", "client", TITLE, "ab" * 32, duration_ms, CODEBOOK)
    return msgspec.structs.replace(made, **fields)


def content(**fields: Any) -> LayerContent:
    """An empty layer; `protocol=` and the like go to its head."""
    return LayerContent(head(**fields))


class FakePlayer:
    """Plays when told to; the test moves its time with `run`."""

    def __init__(self, duration_ms: int = 600_000) -> None:
        self.state = PlayerState("paused", duration_ms=duration_ms, engine="embedded")
        self.at_ms = 0
        self.uncertainty_ms = 10
        self.asked_ns: int | None = None
        self.calls: list[str] = []
        self._listener: Callable[[PlayerState], None] = lambda _: None

    def now(self, at_ns: int | None = None) -> Stamp:
        self.asked_ns = at_ns
        return Stamp(self.at_ms, self.at_ms, self.uncertainty_ms, self.state.rate, self.state.status == "playing")

    def on_state(self, listener: Callable[[PlayerState], None]) -> None:
        self._listener = listener

    def become(self, **fields: Any) -> None:
        self.state = msgspec.structs.replace(self.state, **{"position_ms": self.at_ms, **fields})
        self._listener(self.state)

    def run(self, ms: int) -> None:
        """Time passes."""
        if self.state.status == "playing":
            self.at_ms = min(self.at_ms + int(ms * self.state.rate), self.state.duration_ms)
            if self.at_ms == self.state.duration_ms:
                self.become(status="ended")

    def play(self) -> None:
        self.calls.append("play")
        if self.state.status == "ended":
            self.at_ms = 0
        self.become(status="playing")

    def pause(self) -> None:
        self.calls.append("pause")
        self.become(status="paused")

    def seek(self, to_ms: int) -> None:
        self.calls.append(f"seek {to_ms}")
        self.at_ms = max(0, min(to_ms, self.state.duration_ms))
        self.become(status="paused" if self.state.status == "ended" else self.state.status)

    def step(self, frames: int) -> None:
        self.seek(self.at_ms + 40 * frames)

    def set_rate(self, rate: float) -> None:
        self.become(rate=rate)

    def set_volume(self, volume: int) -> None:
        self.become(volume=volume)

    def set_muted(self, muted: bool) -> None:
        self.calls.append(f"muted {muted}")
        self.become(muted=muted)

    def set_loop(self, loop: tuple[int, int] | None) -> None:
        self.become(loop=loop)

    def tone(self) -> None:
        self.calls.append("tone")

    def close(self) -> None:
        self.calls.append("close")


class FakePicture:
    """Gives a frame when the test says so; `wants` are the sizes asked for since the last one."""

    def __init__(self, player: FakePlayer, *, windows: bool = False) -> None:
        self.state = PictureState(windows=windows)
        self.player = player
        self.shows: list[tuple[View, bool]] = []
        self.wants: list[tuple[int, int, float]] = []
        self.closed = False
        self._on_state: Callable[[PictureState], None] = lambda _: None
        self._on_frame: Callable[[Frame], None] = lambda _: None

    def on_state(self, listener: Callable[[PictureState], None]) -> None:
        self._on_state = listener

    def on_frame(self, listener: Callable[[Frame], None]) -> None:
        self._on_frame = listener

    def become(self, **fields: Any) -> None:
        self.state = msgspec.structs.replace(self.state, **fields)
        self._on_state(self.state)

    def show(self, view: View, *, in_window: bool = False) -> None:
        self.shows.append((view, in_window))
        self.wants.clear()
        self.become(view=view, in_window=in_window and self.state.windows)

    def want(self, width: int, height: int, frames_per_second: float = 12) -> None:
        self.wants.append((width, height, frames_per_second))

    def give(self, colour: tuple[int, int, int] = (200, 40, 40), view: View | None = None, frame_ms: int = 40) -> Frame:
        """The frame of where the player is, of one colour, as large as it was asked for."""
        width, height, _ = self.wants[-1]
        start_ms = self.player.at_ms // frame_ms * frame_ms
        pixels = bytes(colour) * (width * height)
        before_ms = max(0, start_ms - frame_ms)
        frame = Frame(start_ms, start_ms + frame_ms, before_ms, width, height, view or self.state.view, pixels)
        self.wants.clear()
        self._on_frame(frame)
        return frame

    def close(self) -> None:
        self.closed = True


class FakeLog:
    """Keeps operations in a list; `failing` makes every commit fail until it is taken back."""

    def __init__(self, loaded: LayerContent | None = None) -> None:
        self.loaded = loaded or content()
        self.ops: list[Op] = []
        self.draft: Draft | None = None
        self.failing = False

    def load(self) -> LayerContent:
        return self.loaded

    def commit(self, ops: Sequence[Op], *, clear_draft: bool = False) -> Future[int]:
        future: Future[int] = Future()
        if self.failing:
            future.set_exception(StoreError("The disk is full: free some room."))
            return future
        known = {op.id for op in self.ops}
        self.ops += [op for op in ops if op.id not in known]
        if clear_draft:
            self.draft = None
        future.set_result(len(self.ops))
        return future

    def save_draft(self, draft: Draft | None) -> Future[int]:
        self.draft = draft
        future: Future[int] = Future()
        future.set_result(len(self.ops))
        return future

    def close(self) -> None:
        pass


def protocol(**fields: Any) -> RecallProtocol:
    """A protocol with these settings."""
    return msgspec.structs.replace(RecallProtocol(), **fields)
