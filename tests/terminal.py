"""The real program in a real pseudo-terminal, read through a terminal emulator: what a person would see."""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyte

from iprtool.screens.keys import ENTER_REPEAT_S


class Terminal:
    """A program on a pseudo-terminal of its own; `shown` is its screen as text."""

    def __init__(
        self,
        command: Sequence[str],
        env: Mapping[str, str] | None = None,
        size: tuple[int, int] = (120, 40),
        folder: Path | None = None,
    ) -> None:
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            if folder is not None:
                os.chdir(folder)
            # readline notes the size of another terminal in the environment of C, and so of other processes.
            inherited = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
            environment = {**inherited, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(env or {})}
            os.execvpe(command[0], list(command), environment)
        columns, lines = size
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.written = b""

    @property
    def shown(self) -> str:
        """The screen's lines."""
        return "\n".join(self._screen.display)

    def press(self, keys: str) -> None:
        """Type; control characters as they are (\\t tab, \\r enter, \\x11 ctrl+q)."""
        os.write(self._fd, keys.encode())

    def press_anew(self, keys: str) -> None:
        """Type after so long that it is not taken for a key that is still held."""
        time.sleep(2 * ENTER_REPEAT_S)
        self.press(keys)

    def wait_for(self, what: str | Callable[[str], bool], *, patience_s: float = 60) -> str:
        """Read until the screen shows it; AssertionError with the screen where it never does."""
        is_shown = what if callable(what) else lambda text: what in text
        until = time.monotonic() + patience_s
        while not is_shown(self.shown):
            if time.monotonic() > until or not (self.read(0.1) or is_shown(self.shown)):
                raise AssertionError(f"the screen never showed {what!r}:\n{self.shown}")
        return self.shown

    def read(self, seconds: float) -> bool:
        """Take in what the program writes for so long; False where it has ended."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if select.select([self._fd], [], [], left)[0]:
                try:
                    data = os.read(self._fd, 65536)
                except OSError:
                    return False
                if not data:
                    return False
                self.written = self.written[-10_000:] + data
                self._stream.feed(data)
        return True

    def kill(self) -> None:
        """SIGKILL, as when the machine fails."""
        os.kill(self.pid, signal.SIGKILL)
        self.end()

    def close(self) -> None:
        """Close the window: the program's terminal is gone."""
        os.close(self._fd)
        self._fd = -1

    def end(self, *, patience_s: float = 30) -> int:
        """Wait for its end; the exit code."""
        until = time.monotonic() + patience_s
        while time.monotonic() < until:
            time.sleep(0.01) if self._fd < 0 else self.read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                if self._fd >= 0:
                    os.close(self._fd)
                return os.waitstatus_to_exitcode(status)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        raise AssertionError(f"the program did not end:\n{self.shown}")


def refusal(terminal: Terminal) -> str:
    """What a command says on its terminal that ends with exit code 1."""
    terminal.wait_for("iprtool: ")
    assert terminal.end() == 1
    return "".join(terminal.shown.splitlines()).rstrip()


def iprtool(*arguments: str | Path) -> list[str]:
    """The command line of iprtool in this environment."""
    return [sys.executable, "-m", "iprtool", *map(str, arguments)]
