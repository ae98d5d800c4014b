"""The lane of who speaks: T──── C── T─ C────, and ═══ where two speak at once."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise

from iprtool.timeline.lanes.cells import Cells, glyphs_of
from iprtool.timeline.lanes.lane import Lane
from iprtool.timeline.scale import Scale

Turn = tuple[int, int, str]
"""From when to when somebody speaks, in ms, and who (empty: somebody)."""

LETTERS = {
    "client": "C",
    "therapist": "T",
    "second_client": "c",
    "co_therapist": "t",
    "interpreter": "I",
    "researcher": "R",
    "observer": "O",
}
_TONES = {"second_client": "client", "co_therapist": "therapist"}
_OWN_TONES = ("client", "therapist", "researcher")
_LINE, _BOTH = "─", "═"
_LEAST = 8
"""Of a cell, one in so many parts must be spoken in for it to show speech."""


class SpeechLane(Lane):
    """Who speaks when, of any number of turns in any order; each run of a speaker's is headed by the letter.

    A cell shows who speaks most in it, and that two speak at once where they do for at least half of it. The letter is
    that of the role, or else the first of the name; who is nobody's has none. What it costs to draw follows the width.
    """

    def __init__(self, name: str, turns: Iterable[Turn] = (), *, height: int = 1) -> None:
        super().__init__(name, height=height)
        by_speaker: dict[str, list[tuple[int, int]]] = {}
        for start_ms, end_ms, speaker in turns:
            by_speaker.setdefault(speaker, []).append((start_ms, end_ms))
        merged = {speaker: _merged(spans) for speaker, spans in by_speaker.items()}
        self._spoken = {speaker: _Spoken(spans) for speaker, spans in merged.items()}
        self._both = _Spoken(_overlaps(merged))

    def draw(self, scale: Scale, selected: str | None = None) -> list[Cells]:  # noqa: ARG002
        """Its one row, and blank ones below it if it is higher."""
        rows = [Cells(scale.width) for _ in range(self.height)]
        edges = [scale.ms(cell) for cell in range(scale.width + 1)]
        spoken = {speaker: list(_of_cells(of, edges)) for speaker, of in self._spoken.items()}
        both = list(_of_cells(self._both, edges))
        before: str | None = None
        for cell, (start_ms, end_ms) in enumerate(pairwise(edges)):
            most = max(spoken, key=lambda speaker: spoken[speaker][cell], default="")
            if not spoken or spoken[most][cell] * _LEAST < max(1, end_ms - start_ms):
                before = None
            elif 2 * both[cell] >= end_ms - start_ms:
                rows[0].put(cell, _BOTH, "plain")
                before = None
            else:
                letter = _letter(most) if most != before else ""
                rows[0].put(cell, letter or _LINE, _tone(most))
                before = most
        return rows


class _Spoken:
    """Stretches in order, without overlaps, and how much of them lies before any time."""

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        self._starts = [start_ms for start_ms, _ in spans]
        self._ends = [end_ms for _, end_ms in spans]
        self._before = [0, *accumulate(end_ms - start_ms for start_ms, end_ms in spans)]

    def until(self, at_ms: int) -> int:
        """The milliseconds of speech before a time."""
        number = bisect_right(self._starts, at_ms)
        beyond = max(0, self._ends[number - 1] - at_ms) if number else 0
        return self._before[number] - beyond


def _of_cells(spoken: _Spoken, edges: Sequence[int]) -> Iterable[int]:
    totals = map(spoken.until, edges)
    return (after - before for before, after in pairwise(totals))


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start_ms, end_ms in sorted(spans):
        if merged and start_ms <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end_ms))
        elif end_ms > start_ms:
            merged.append((start_ms, end_ms))
    return merged


def _overlaps(by_speaker: Mapping[str, Sequence[tuple[int, int]]]) -> list[tuple[int, int]]:
    """Where two or more speak at once."""
    steps = sorted(
        (at, step) for spans in by_speaker.values() for span in spans for at, step in zip(span, (1, -1), strict=True)
    )
    found: list[tuple[int, int]] = []
    speaking = begun = 0
    for at, step in steps:
        if speaking >= 2 and at > begun:
            found.append((begun, at))
        speaking, begun = speaking + step, at
    return _merged(found)


def _letter(speaker: str) -> str:
    """The sign at the head of a speaker's run: one cell wide, or none."""
    glyphs = glyphs_of(LETTERS.get(speaker, speaker[:1].upper()))
    return glyphs[0] if len(glyphs) == 1 else ""


def _tone(speaker: str) -> str:
    tone = _TONES.get(speaker, speaker)
    return tone if tone in _OWN_TONES else "plain"
