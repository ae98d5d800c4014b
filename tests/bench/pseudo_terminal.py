"""A program on a pseudo-terminal whose bytes are only read, not shown: what it costs is its own."""

import os
import pty
import select
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from iprtool.model.grant import RecallGrant
from tests.bench.row import NotMeasured

COLUMNS, LINES = 120, 40
PATIENCE_S = 30.0
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class Program:
    """A running program; as a context manager it and its children are gone on leaving."""

    def __init__(self, command: Sequence[str], *, env: Mapping[str, str] | None = None, grant: bytes = b"") -> None:
        self._fd, terminal = pty.openpty()
        termios.tcsetwinsize(terminal, (LINES, COLUMNS))
        handed = [_in_a_pipe(grant)] if grant else []
        self.begun_ns = time.monotonic_ns()
        self._process = subprocess.Popen(
            [*command, *map(str, handed)],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(env or {})},
            pass_fds=handed,
            start_new_session=True,
        )
        for fd in (terminal, *handed):
            os.close(fd)
        self._written = b""

    def press(self, keys: str) -> int:
        """Type; the monotonic time just before."""
        now_ns = time.monotonic_ns()
        os.write(self._fd, keys.encode())
        return now_ns

    def wait_for(self, *texts: str, patience_s: float = PATIENCE_S) -> int:
        """The monotonic time at which all of these have been written since the last call."""
        wanted = [text.encode() for text in texts]
        until = time.monotonic() + patience_s
        while not all(text in self._written for text in wanted):
            if time.monotonic() > until or not self._take_in(0.5):
                raise NotMeasured(f"{texts} never came on the terminal")
        now_ns = time.monotonic_ns()
        self._written = b""
        return now_ns

    def run(self, seconds: float) -> None:
        """Let it run for so long, taking in what it writes."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if not self._take_in(left):
                raise NotMeasured("the program ended by itself")
        self._written = b""

    def _take_in(self, at_most_s: float) -> bool:
        """Read what it has written, waiting so long for it; False where the program has ended."""
        if not select.select([self._fd], [], [], at_most_s)[0]:
            return self._process.poll() is None
        try:
            data = os.read(self._fd, 1 << 16)
        except OSError:
            return False
        self._written += data
        return bool(data)

    # What it uses

    @property
    def pids(self) -> list[int]:
        """Its process and all that come of it."""
        return [self._process.pid, *_children_of(self._process.pid)]

    def cpu_s(self) -> dict[str, float]:
        """CPU seconds used so far, by what each process is."""
        return {_role(pid): _cpu_s(pid) for pid in self.pids}

    @property
    def resident_mib(self) -> float:
        """What its own process holds in memory."""
        lines = Path(f"/proc/{self._process.pid}/status").read_text("utf-8").splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        others = self.pids[1:]
        self._process.kill()
        self._process.wait()
        os.close(self._fd)
        # The players end when nobody speaks to them any more; what comes next is not to be measured beside them.
        until = time.monotonic() + PATIENCE_S
        while any(map(_runs, others)) and time.monotonic() < until:
            time.sleep(0.005)


def recall(grant: RecallGrant, *, module: str = "iprtool.serve", env: Mapping[str, str] | None = None) -> Program:
    """The process that serves a recall, started as `iprtool recall` starts it."""
    import sys

    if not Path("/proc/self/stat").exists():
        raise NotMeasured("needs /proc")
    return Program([sys.executable, "-m", module, "--grant-fd"], env=env, grant=msgspec.msgpack.encode(grant))


def _in_a_pipe(data: bytes) -> int:
    read_end, write_end = os.pipe()
    os.write(write_end, data)
    os.close(write_end)
    return read_end


def _children_of(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += [int(child) for child in task.read_text().split()]
    return [each for child in found for each in (child, *_children_of(child))]


def _runs(pid: int) -> bool:
    return _stat(pid)[:1] not in ([], ["Z"])


def _cpu_s(pid: int) -> float:
    return sum(map(int, _stat(pid)[11:13])) / _TICKS_PER_S


def _stat(pid: int) -> list[str]:
    """What the system says of a process, from its state on; nothing where it is gone."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return []


def _role(pid: int) -> str:
    with suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
        return next((word for word in ("player", "peaks") if word in words), "app")
    return "ended"
