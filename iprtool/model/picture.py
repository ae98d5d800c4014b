"""The recording's picture as the screen knows it: what may be seen of it, its frames, and what brings them."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from iprtool.model.terms import View


class Frame(msgspec.Struct, frozen=True):
    """One frame: seen from `start_ms` to `end_ms`; the one before it began at `before_ms` (all in the recording).

    `pixels` are RGB, 8 bits each, row by row from the top, upright and of square pixels. What `view` hides is not in
    them.
    """

    start_ms: int
    end_ms: int
    before_ms: int
    width: int
    height: int
    view: View
    pixels: bytes


class PictureState(msgspec.Struct, frozen=True):
    """Whether there is a picture; `message` is one sentence for the person where something failed or was mended.

    `windows` is whether a window of its own can be opened here, `in_window` whether the picture is in one now.
    """

    view: View = "hidden"
    windows: bool = False
    in_window: bool = False
    failed: bool = False
    message: str = ""


class Picture(Protocol):
    """The picture of one recording, following its player. Calls return at once.

    Listeners are called from the picture's own thread: they may only post a message. While the view is hidden nothing
    is decoded.
    """

    @property
    def state(self) -> PictureState:
        """The latest state."""
        ...

    def on_state(self, listener: Callable[[PictureState], None]) -> None:
        """Set the one listener for states."""
        ...

    def on_frame(self, listener: Callable[[Frame], None]) -> None:
        """Set the one listener for frames."""
        ...

    def show(self, view: View, *, in_window: bool = False) -> None:
        """What may be seen from now on; no frame of an earlier view is told after this. `hidden` closes the window."""
        ...

    def want(self, width: int, height: int, frames_per_second: float = 12) -> None:
        """Ask for one frame, within this many pixels: the next that differs from the last one told, when it is due."""
        ...

    def close(self) -> None:
        """End the picture and its process; returns when it is gone."""
        ...
