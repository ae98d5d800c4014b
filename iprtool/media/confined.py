"""A part of media/ in a process of its own, with limits: what a damaged or hostile file does to FFmpeg ends there.

Both sides speak in messages of bytes, each with its length before it.
"""

import os
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import msgspec

from iprtool.media.source_file import printable
from iprtool.model.errors import MediaError

MEMORY_BYTES = 4 << 30
_LENGTH = struct.Struct("<I")


class Refused(msgspec.Struct, frozen=True, tag=True):
    """The child could not do it, and says why in one sentence."""

    sentence: str


def send(pipe: IO[bytes], message: bytes) -> None:
    """Write one message and flush it."""
    pipe.write(_LENGTH.pack(len(message)))
    pipe.write(message)
    pipe.flush()


def receive(pipe: IO[bytes]) -> bytes | None:
    """The next message, or None where the other side has ended."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (size,) = _LENGTH.unpack(head)
    message = pipe.read(size)
    return message if len(message) == size else None


def command(module: str, *arguments: str) -> list[str]:
    """The command line of a module of iprtool's; `-P`: never a module from the folder that one happens to be in."""
    return [sys.executable, "-P", "-m", module, *arguments]


@contextmanager
def confined(module: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """The module running with pipes to its stdin and stdout; it is gone on leaving, whatever happened."""
    pipe = subprocess.PIPE
    child = subprocess.Popen(command(module, *arguments), stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
    try:
        yield child
    finally:
        child.kill()
        for end in (child.stdin, child.stdout):
            with suppress(OSError):
                if end is not None:
                    end.close()
        child.wait()


def confine(cpu_s: int | None = None) -> IO[bytes]:
    """To be called first in the child: no core dump, bounded memory and CPU time. Returns the pipe to the parent.

    What the child or a library prints from now on goes to stderr, not among the messages.
    """
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    if sys.platform != "win32":
        import resource

        limits = {resource.RLIMIT_CORE: 0, resource.RLIMIT_AS: MEMORY_BYTES}
        if cpu_s is not None:
            limits[resource.RLIMIT_CPU] = cpu_s
        for kind, limit in limits.items():
            with suppress(ValueError, OSError):  # macOS does not bound memory
                resource.setrlimit(kind, (limit, limit))
    return out


def expect_progress(cpu_s: float) -> None:
    """Let the system end this process if it uses this much CPU time before the next call."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_PROF, cpu_s)


def damaged(path: Path) -> MediaError:
    """What is said where the child has died of a file."""
    return MediaError(f"{printable(path)} is damaged and cannot be read; copy it again from the recorder.")
