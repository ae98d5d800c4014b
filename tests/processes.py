"""What processes are running below one, and what each of them could tell: files, arguments, environment, limits."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

PROC = Path("/proc")


class Seen(msgspec.Struct):
    """One process: what it was started as, and everything that it was seen to have open."""

    pid: int
    arguments: list[str] = []
    environment: str = ""
    core_limit: str = ""
    opened: set[str] = set()

    @property
    def role(self) -> str:
        """The module that it runs, with its argument: iprtool.serve, iprtool.process player …"""
        after = self.arguments[self.arguments.index("-m") + 1 :] if "-m" in self.arguments else self.arguments
        return " ".join(word for word in after[:2] if not word.startswith("--"))


def below(pid: int) -> list[int]:
    """A process and all that descend from it, as far as they are running."""
    parents: dict[int, list[int]] = {}
    for stat in PROC.glob("[0-9]*/stat"):
        with suppress(OSError):
            state, parent = stat.read_text().rpartition(") ")[2].split()[:2]
            if state != "Z":
                parents.setdefault(int(parent), []).append(int(stat.parent.name))
    found = [pid]
    for each in found:
        found += parents.get(each, [])
    return found


def running(pids: set[int]) -> set[int]:
    """Those that have not ended."""

    def runs(pid: int) -> bool:
        try:
            return (PROC / str(pid) / "stat").read_text().rpartition(") ")[2][0] != "Z"
        except OSError:
            return False

    return {pid for pid in pids if runs(pid)}


def wait_until(is_so: Callable[[], bool], patience_s: float = 30) -> None:
    """AssertionError where it never comes to it."""
    until = time.monotonic() + patience_s
    while not is_so():
        assert time.monotonic() < until, "it never came to it"
        time.sleep(0.005)


class Watch:
    """Looks at all processes of a recall again and again, from when the recall's own has taken over."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.seen: dict[int, Seen] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def of(self, role: str) -> Seen:
        """The process of this role."""
        return next(one for one in self.seen.values() if one.role == role)

    def _run(self) -> None:
        while not self._ended.wait(0.002):
            with suppress(OSError):
                if "iprtool.serve" in _words(self._pid, "cmdline"):
                    for pid in below(self._pid):
                        self._look(pid)

    def _look(self, pid: int) -> None:
        with suppress(OSError):
            arguments = _words(pid, "cmdline")
            one = self.seen.setdefault(pid, Seen(pid, opened=set()))
            if arguments != one.arguments:  # begun as a copy of its parent, whose files it has until it is its own
                one.opened.clear()
                one.arguments, one.environment = arguments, (PROC / str(pid) / "environ").read_text(errors="replace")
                limits = (PROC / str(pid) / "limits").read_text().splitlines()
                one.core_limit = next(line for line in limits if line.startswith("Max core")).split(maxsplit=4)[4]
            for descriptor in (PROC / str(pid) / "fd").iterdir():
                with suppress(OSError):
                    one.opened.add(str(descriptor.readlink()))


def _words(pid: int, name: str) -> list[str]:
    return (PROC / str(pid) / name).read_text(errors="replace").split("\0")[:-1]
