"""A process that is spoken to over pipes: started, written to without waiting, watched for signs of life, let go."""

import os
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import BinaryIO, NamedTuple, cast

import msgspec

from iprtool.player.messages import packed

SILENT_S = 4.0
OPEN_S = 20.0
RESTARTS = 3
RESTARTS_WITHIN_S = 60.0
_CHECK_S = 0.25

Child = subprocess.Popen[bytes]


class Sign(NamedTuple):
    """A child's last sign of life (monotonic ns), and how long it may give none from then on."""

    child: Child
    at_ns: int
    limit_s: float


class Restarts:
    """How often a child had to be started again of late."""

    def __init__(self) -> None:
        self._at_ns: deque[int] = deque(maxlen=RESTARTS)

    def too_often(self, now_ns: int) -> bool:
        """Note one more; whether there is no use in going on."""
        often = len(self._at_ns) == RESTARTS and now_ns - self._at_ns[0] < RESTARTS_WITHIN_S * 1e9
        self._at_ns.append(now_ns)
        return often

    def forget(self) -> None:
        """Begin to count anew."""
        self._at_ns.clear()


def start(command: Sequence[str], *, bufsize: int = -1) -> Child:
    """A child with pipes to and from it; `bufsize` is that of what comes from it. Raises OSError."""
    pipe = subprocess.PIPE
    # A session of its own: what the terminal sends to the screen's process is not for its children.
    child = subprocess.Popen(
        list(command), stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, bufsize=bufsize, start_new_session=True
    )
    if os.name == "posix":
        os.set_blocking(cast(BinaryIO, child.stdin).fileno(), False)
    return child


def write(child: Child, message: msgspec.Struct) -> None:
    """Write a message, whole and without waiting; a child that has not read for hundreds of them is ended."""
    data = packed(message)
    try:
        written = os.write(cast(BinaryIO, child.stdin).fileno(), data)
    except BlockingIOError:
        written = 0
    except OSError:
        return  # whoever reads from it finds its end
    if written < len(data):
        child.kill()


def let_go(child: Child) -> None:
    """End a child and close its pipes."""
    child.kill()
    for end in (child.stdin, child.stdout):
        with suppress(OSError):
            cast(BinaryIO, end).close()
    child.wait()


def watch(ended: threading.Event, sign: Callable[[], Sign | None]) -> None:
    """End a child that gives no sign of life, until `ended`; a sleep of this process's own is not held against it."""
    patient_from_ns = woke_ns = time.monotonic_ns()
    while not ended.wait(_CHECK_S):
        now_ns = time.monotonic_ns()
        if now_ns - woke_ns > 4 * _CHECK_S * 1e9:
            patient_from_ns = now_ns
        woke_ns = now_ns
        last = sign()
        if last is not None and now_ns - max(last.at_ns, patient_from_ns) > last.limit_s * 1e9:
            last.child.kill()
