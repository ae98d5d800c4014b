"""What the screen's process and the picture's say to each other: msgpack, each message with its length before it."""

from typing import Any, BinaryIO, TypeVar

import msgspec

from iprtool.model.picture import Frame
from iprtool.model.terms import View
from iprtool.player.clock import Clock
from iprtool.player.messages import FrameError

PICTURE = "IPRTOOL_PICTURE"
"""The environment variable that says where the picture begins: window, image or blocks; otherwise the best there is."""

MOST_PIXELS = 4096 * 2304
"""No frame that is told has more."""

COVERED: tuple[View, ...] = ("left_covered", "right_covered")
IN_WINDOW: tuple[View, ...] = ("shown", *COVERED)
"""The views that a window can show; libVLC 3 cannot make a picture coarse at a fair cost."""

MOST_BYTES = 3 * MOST_PIXELS + 4096
_LENGTH_BYTES = 4
_T = TypeVar("_T")


class PictureOpening(msgspec.Struct, frozen=True, tag="opening"):
    """The first message: which recording. `source` is for the one who opens it, and is never logged."""

    source: dict[str, Any]
    duration_ms: int = 0


class Follow(msgspec.Struct, frozen=True, tag="follow"):
    """Where the sound is."""

    clock: Clock


class Show(msgspec.Struct, frozen=True, tag="show"):
    """What may be seen from now on, and whether in a window; what is told of it bears its number."""

    serial: int
    view: View
    in_window: bool = False


class Want(msgspec.Struct, frozen=True, tag="want"):
    """One frame is asked for; see `Picture.want`."""

    width: int
    height: int
    frames_per_second: float


ToChild = PictureOpening | Follow | Show | Want


class PictureReport(msgspec.Struct, frozen=True, tag="report"):
    """How it stands under the Show of this number; sent at every change, and at least once a second."""

    serial: int
    windows: bool = False
    in_window: bool = False
    failed: bool = False
    message: str = ""


class Told(msgspec.Struct, frozen=True, tag="told"):
    """A frame that was asked for, made under the Show of this number."""

    serial: int
    frame: Frame


FromChild = PictureReport | Told


def receive(pipe: BinaryIO, decoder: msgspec.msgpack.Decoder[_T]) -> _T | None:
    """The next message from a buffered pipe, or None where the other side has ended; FrameError where it is none."""
    size = int.from_bytes(pipe.read(_LENGTH_BYTES), "little")
    if size > MOST_BYTES:
        raise FrameError(f"a message of {size} bytes")
    body = pipe.read(size)
    if not body or len(body) < size:
        return None
    try:
        return decoder.decode(body)
    except msgspec.DecodeError as error:
        raise FrameError(str(error)) from error
