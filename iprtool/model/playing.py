"""The player as the screen knows it: one frozen state, and the protocol that every player fulfils."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from iprtool.model.mark import Stamp
from iprtool.model.terms import Engine, PlayerStatus


class PlayerState(msgspec.Struct, frozen=True):
    """What the player is doing; positions are asked of the player itself, whose clock runs between states.

    `position_ms` is where it was when the state was made. `message` is one sentence for the person where the
    status is failed, or where something was mended (a restart). `loop` is (start_ms, end_ms).
    """

    status: PlayerStatus = "opening"
    position_ms: int = 0
    duration_ms: int = 0
    rate: float = 1.0
    volume: int = 100
    muted: bool = False
    loop: tuple[int, int] | None = None
    engine: Engine | None = None
    sink: str = ""
    message: str = ""


class Player(Protocol):
    """A player of one recording. Calls return at once; what came of them arrives as states.

    `on_state` is called from the player's own thread: it may only post a message.
    """

    @property
    def state(self) -> PlayerState:
        """The latest state."""
        ...

    def now(self, at_ns: int | None = None) -> Stamp:
        """Where the person is at this moment, or was when a key was pressed (monotonic ns), with the uncertainty.

        `ms` equals `raw_ms`: no reaction time is off.
        """
        ...

    def on_state(self, listener: Callable[[PlayerState], None]) -> None:
        """Set the one listener for states."""
        ...

    def play(self) -> None:
        """Play, or play again from the start after the end."""
        ...

    def pause(self) -> None:
        """Stop the sound at once and stay where it is."""
        ...

    def seek(self, to_ms: int) -> None:
        """Go to a time, playing or paused; clamped into the recording. Of many, the last one counts."""
        ...

    def step(self, frames: int) -> None:
        """One frame on or back while paused (40 ms where there is no picture)."""
        ...

    def set_rate(self, rate: float) -> None:
        """Play at 0.5 to 2 times the speed, with the pitch kept."""
        ...

    def set_volume(self, volume: int) -> None:
        """Loudness, 0 to 100."""
        ...

    def set_muted(self, muted: bool) -> None:
        """Silence without stopping."""
        ...

    def set_loop(self, loop: tuple[int, int] | None) -> None:
        """Play from start_ms to end_ms again and again, or no longer."""
        ...

    def tone(self) -> None:
        """Sound a short tone over whatever is played, for an external recorder; nothing without a sound device."""
        ...

    def close(self) -> None:
        """End the player and its process; returns when it is gone."""
        ...
