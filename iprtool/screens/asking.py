"""What a terminal says of itself when it is asked, before Textual reads its answers as keys."""

import os
import select
import sys
import time

PATIENCE_S = 0.3
_SIXELS = b"4"
"""The attribute of a terminal that draws sixels, in its answer to "what are you?" (primary device attributes)."""


def draws_sixels() -> bool:
    """Ask the terminal; every terminal answers this question, and none shows it. Before Textual reads the keys."""
    if sys.platform == "win32" or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    import termios
    import tty

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor, termios.TCSANOW)
        sys.stdout.write("\x1b[c")
        sys.stdout.flush()
        return _SIXELS in _answer(descriptor).split(b";")
    finally:
        termios.tcsetattr(descriptor, termios.TCSANOW, before)


def _answer(descriptor: int) -> bytes:
    """What stands between ESC [ ? and c, or nothing where no answer comes in time."""
    until, heard = time.monotonic() + PATIENCE_S, b""
    while not heard.endswith(b"c") and (left := until - time.monotonic()) > 0:
        if select.select([descriptor], [], [], left)[0]:
            heard += os.read(descriptor, 64)
    return heard.rpartition(b"\x1b[?")[2].removesuffix(b"c") if heard.endswith(b"c") else b""
