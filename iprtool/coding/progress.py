"""How far a coding is: what is finished, what is left, in words too."""

from collections.abc import Iterable

import msgspec

from iprtool.coding.segments import Segments
from iprtool.coding.sheet import Sheet
from iprtool.model.layer import Coverage, LayerContent

UNHEARD_MS = 2_000
"""A segment of which more was not played has not been heard whole."""


class Progress(msgspec.Struct, frozen=True):
    """Of how many segments and whole-session scales how many are done, and how many codes were found."""

    segments: int
    finished: int
    scales: int
    rated: int
    codes: int
    locked: bool

    @property
    def whole(self) -> bool:
        """Whether nothing is left."""
        return (self.finished, self.rated) == (self.segments, self.scales)


class Left(msgspec.Struct, frozen=True):
    """What is left: segments (from 0) that are not finished, whole-session scales (their labels) without a rating."""

    segments: tuple[int, ...] = ()
    scales: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.segments or self.scales)

    @property
    def sentence(self) -> str:
        """Why it cannot be locked yet; empty where nothing is left."""
        parts = []
        if self.segments:
            several = len(self.segments) > 1
            parts.append(
                f"segment{'s' if several else ''} {ranges_of(self.segments)} {'are' if several else 'is'} not finished"
            )
        if self.scales:
            several = len(self.scales) > 1
            parts.append(
                f"{len(self.scales)} rating{'s' if several else ''} of the whole session "
                f"{'are' if several else 'is'} missing"
            )
        return (
            f"This is not locked yet, since {' and '.join(parts)}: finish it, or say why it is locked so."
            if parts
            else ""
        )

    @property
    def lines(self) -> list[str]:
        """The same, a line each."""
        segments = [f"segments {ranges_of(self.segments)}: not finished"] if self.segments else []
        return [*segments, *(f"whole session: {label}" for label in self.scales)]


def progress_of(content: LayerContent) -> Progress:
    """How far the coding in a layer is."""
    sheet = Sheet(content.head, content.values)
    left = left_of(sheet)
    scales = content.head.codebook.session_ratings
    return Progress(
        segments=sheet.segments.count,
        finished=sheet.segments.count - len(left.segments),
        scales=len(scales),
        rated=len(scales) - len(left.scales),
        codes=sheet.found,
        locked=content.locked,
    )


def left_of(sheet: Sheet) -> Left:
    """What is left to do."""
    scales = sheet.scheme.codebook.session_ratings
    return Left(
        tuple(number for number in range(sheet.segments.count) if not sheet.is_finished(number)),
        tuple(one.label for one in scales if sheet.rating(one.id) is None),
    )


def unheard(segments: Segments, coverage: Iterable[Coverage]) -> tuple[int, ...]:
    """The segments, from 0, of which more than two seconds were never played."""
    unplayed = [end_ms - start_ms for start_ms, end_ms in map(segments.bounds, range(segments.count))]
    reached_ms = 0
    for start_ms, end_ms in sorted((one.start_ms, one.end_ms) for one in coverage if one.kind == "played"):
        start_ms = max(start_ms, reached_ms)
        reached_ms = max(reached_ms, end_ms)
        for number in range(segments.at(start_ms), segments.at(end_ms) + 1):
            first_ms, last_ms = segments.bounds(number)
            unplayed[number] -= max(0, min(end_ms, last_ms) - max(start_ms, first_ms))
    return tuple(number for number, left_ms in enumerate(unplayed) if left_ms > UNHEARD_MS)


def ranges_of(segments: tuple[int, ...]) -> str:
    """Segments as people count them: 1, 3–5, 9."""
    runs: list[list[int]] = []
    for number in segments:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0] + 1}–{run[-1] + 1}" if len(run) > 1 else f"{run[0] + 1}" for run in runs)
