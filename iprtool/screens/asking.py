"""What a terminal says of itself when it is asked, before Textual reads its answers as keys."""

import os
import re
import select
import sys
import time

PATIENCE_S = 0.3
_WHAT = "\x1b[c"
"""Primary device attributes: every terminal answers, and none shows the question. 4 among them: it draws sixels."""

_NAME = "\x1b[>q"
"""XTVERSION; sent only to terminals that are known to answer."""

PLACEHOLDERS_SINCE = 0, 28
"""The first Kitty that puts images under placeholder characters."""


def draws_sixels() -> bool:
    """Whether the terminal draws sixels."""
    found = re.search(rb"\x1b\[\?([\d;]*)c", _asked(_WHAT))
    return found is not None and b"4" in found[1].split(b";")


def is_kitty_with_placeholders() -> bool:
    """Whether this is a Kitty that is new enough; for a terminal that calls itself Kitty."""
    found = re.search(rb"kitty\((\d+)\.(\d+)", _asked(_NAME + _WHAT))
    return found is not None and (int(found[1]), int(found[2])) >= PLACEHOLDERS_SINCE


def _asked(question: str) -> bytes:
    """The answer, which the device attributes end; what there is of it where they do not come in time."""
    if sys.platform == "win32" or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return b""
    import termios
    import tty

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor, termios.TCSANOW)
        sys.stdout.write(question)
        sys.stdout.flush()
        return _answer(descriptor)
    finally:
        termios.tcsetattr(descriptor, termios.TCSANOW, before)


def _answer(descriptor: int) -> bytes:
    until, heard = time.monotonic() + PATIENCE_S, b""
    while not re.search(rb"\x1b\[\?[\d;]*c", heard) and (left := until - time.monotonic()) > 0:
        if select.select([descriptor], [], [], left)[0]:
            heard += os.read(descriptor, 256)
    return heard
