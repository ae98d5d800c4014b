"""What a process has in its memory, as far as the system lets one look."""

import re
from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")
_MAP = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (r\S+) \S+ \S+ \S+\s*(.*)")
_NOT_READ = ("[vvar]", "[vvar_vclock]", "[vsyscall]")
_PIECE = 16 << 20


def pieces(pid: int) -> Iterator[bytes]:
    """The readable memory of a process, piece by piece; what goes meanwhile is left out. OSError where none may be."""
    with (PROC / str(pid) / "mem").open("rb", buffering=0) as memory:
        for line in (PROC / str(pid) / "maps").read_text().splitlines():
            found = _MAP.match(line)
            if found is None or found[4] in _NOT_READ or (".so" in found[4] and "w" not in found[3]):
                continue  # a library's own text is as it is on the disk
            start, end = int(found[1], 16), int(found[2], 16)
            for at in range(start, end, _PIECE):
                try:
                    memory.seek(at)
                    # A little of the next piece, so that nothing lies across the seam.
                    yield memory.read(min(_PIECE + 4096, end - at))
                except (OSError, ValueError, OverflowError):
                    break


def found_in(pid: int, needles: dict[str, bytes]) -> set[str]:
    """Which of these are anywhere in the memory of a process, by their names."""
    return {name for piece in pieces(pid) for name, needle in needles.items() if needle in piece}
