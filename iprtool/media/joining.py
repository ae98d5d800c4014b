"""How several files of one session come on one clock: the gaps between them, given or from the files' own times."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import msgspec

from iprtool.media.probe import Probe
from iprtool.media.source_file import printable, sha256_of
from iprtool.model.errors import MediaError
from iprtool.model.times import clock

LONGEST_GAP_MS = 6 * 3_600_000
# The files' times are whole seconds, and a recorder takes a moment to begin the next file.
_TOLERANCE_MS = 2000
_HOW = "say how long with --gap, for instance --gap 90s"

Known = Literal["given", "created", "none"]


class Gaps(msgspec.Struct, frozen=True):
    """The milliseconds between one file and the next, and how they are known."""

    ms: tuple[int, ...]
    known: Known


def gaps_between(probes: Sequence[Probe], given_ms: Sequence[int]) -> Gaps:
    """The gaps: those given, one for each seam; else by when the files were made, where that can be; else none.

    MediaError where another number of gaps is given than there are seams, or one longer than LONGEST_GAP_MS.
    """
    seams = len(probes) - 1
    if given_ms:
        if len(given_ms) != seams:
            raise MediaError(
                f"{_count(len(probes), 'file')} and {_count(len(given_ms), 'gap')} do not fit; give one gap for each "
                "pair of neighbouring files, in their order."
            )
        if max(given_ms) > LONGEST_GAP_MS:
            raise MediaError(
                f"A gap of {clock(max(given_ms))} is too long for one session; give one of {clock(LONGEST_GAP_MS)} at "
                "most, or add the files as two recordings."
            )
        return Gaps(tuple(given_ms), "given")
    created = _by_creation(probes)
    return Gaps(created, "created") if created else Gaps((0,) * seams, "none")


def _by_creation(probes: Sequence[Probe]) -> tuple[int, ...]:
    """The gaps by the files' own times, or none where one file has no time or two do not fit."""
    begun = [_begun(one) for one in probes]
    gaps = []
    for probe, start, following in zip(probes, begun, begun[1:], strict=False):
        if start is None or following is None or (start.tzinfo is None) != (following.tzinfo is None):
            return ()
        gap_ms = round((following - start).total_seconds() * 1000) - probe.duration_ms
        if not -_TOLERANCE_MS <= gap_ms <= LONGEST_GAP_MS:
            return ()
        gaps.append(max(0, gap_ms))
    return tuple(gaps)


def _begun(probe: Probe) -> datetime | None:
    """When a file's recording began, or None where it does not tell."""
    if not probe.created:
        return None
    try:
        created = datetime.fromisoformat(probe.created)
    except ValueError:
        return None
    if created.year < 1990:  # a recorder's clock that was never set
        return None
    if created.tzinfo is not None:
        created = created.astimezone(UTC)
    return created - timedelta(milliseconds=probe.duration_ms) if probe.created_at_end else created


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def gaps_notice(gaps: Gaps) -> str:
    """What is said of the gaps: which were taken, from where, and how to change them; empty where they were given."""
    if gaps.known == "given":
        return ""
    if gaps.known == "none":
        return (
            f"The files follow each other without a gap, since their own times tell of none; if there was one, {_HOW}."
        )
    told = ", ".join(clock(ms) if ms else "none" for ms in gaps.ms)
    return f"The time between the files ({told}) is that of their own clock; if it was another, {_HOW}."


def check_different(paths: Sequence[Path]) -> None:
    """MediaError where the same file is named twice; files of one size are compared byte by byte by their SHA-256."""
    seen: dict[tuple[int, str], Path] = {}
    sizes = [path.stat().st_size for path in paths]
    for path, size in zip(paths, sizes, strict=True):
        known = (size, sha256_of(path) if sizes.count(size) > 1 else str(size))
        if known in seen:
            raise MediaError(
                f"{printable(seen[known])} and {printable(path)} are the same recording; name each file once."
            )
        seen[known] = path
