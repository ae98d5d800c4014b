"""How true the players' clocks are, and how soon the sound obeys, by what came out of the audio path."""

import statistics
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from iprtool.model.mark import Stamp
from iprtool.model.terms import Engine
from tests.bench.row import NotMeasured, Row, at_most, measure, p

if TYPE_CHECKING:
    from tests.player_tape import Stage, Tape
    from tests.sounds import Kind

KINDS: "tuple[Kind, ...]" = ("opus", "m4a", "mp3-vbr", "flac")
ENGINES: tuple[Engine, ...] = ("vlc", "embedded")
RECORDING_S = 14.0
SEEKS_MS = (7_300, 2_100, 9_400)
SETTLED_S = 0.4
AFTER_SEEK_S = 0.3
SCAN_NS = 4_000_000
LATEST_NS = 1_000_000_000
NEAR_MS = 300


class Heard(msgspec.Struct, frozen=True):
    """By how much a stamp was wrong, and how wrong it said that it might be, in ms."""

    error_ms: float
    uncertainty_ms: int


class Performance(msgspec.Struct):
    """What one player made of some recordings: stamps, and ms from a pause to silence and from a seek to its sound."""

    steady: list[Heard] = []
    after_seek: list[Heard] = []
    silence_ms: list[float] = []
    seek_ms: list[float] = []

    @property
    def outside(self) -> int:
        """How many stamps were wrong by more than they said."""
        return sum(one.error_ms > one.uncertainty_ms for one in self.steady + self.after_seek)


def performed(engine: Engine, kinds: Iterable["Kind"], steady_s: float) -> Performance:
    """Play recordings of these kinds: steadily, and with seeks and pauses."""
    whole = Performance()
    for kind in kinds:
        _perform(engine, kind, steady_s, whole)
    return whole


def _perform(engine: Engine, kind: "Kind", steady_s: float, into: Performance) -> None:
    from tests.player_tape import staged

    steady, after_seek, pauses, seeks = [], [], [], []
    with staged(engine, kind, seconds=RECORDING_S) as stage:
        stage.wait_for("paused")
        stage.player.play()
        stage.wait_for("playing")
        time.sleep(SETTLED_S)
        steady += stage.stamps(steady_s)
        for to_ms in SEEKS_MS:
            seeks.append((time.monotonic_ns(), to_ms))
            stage.player.seek(to_ms)
            after_seek += stage.stamps(AFTER_SEEK_S, 0.02)
            time.sleep(SETTLED_S)
            pauses.append(_pause(stage))
        tape = stage.tape()
    into.steady += _heard(tape, steady)
    into.after_seek += _heard(tape, after_seek)
    into.silence_ms += [max(0.0, tape.last_sound_ns(until_ns) - key_ns) / 1e6 for key_ns, until_ns in pauses]
    into.seek_ms += [found for at_ns, to_ms in seeks if (found := _sought_ms(tape, at_ns, to_ms)) is not None]


def _pause(stage: "Stage") -> tuple[int, int]:
    """Pause, and play on a little later: the monotonic times of both."""
    paused_ns = time.monotonic_ns()
    stage.player.pause()
    stage.wait_for("paused")
    time.sleep(0.15)
    on_ns = time.monotonic_ns()
    stage.player.play()
    stage.wait_for("playing")
    time.sleep(0.15)
    return paused_ns, on_ns


def _heard(tape: "Tape", stamps: Iterable[tuple[int, Stamp]]) -> list[Heard]:
    """The stamps for moments in which something was heard, with what it was."""
    heard = []
    for at_ns, stamp in stamps:
        heard_ms = tape.position_ms(at_ns, stamp.raw_ms)
        if heard_ms is not None:
            heard.append(Heard(abs(stamp.raw_ms - heard_ms), stamp.uncertainty_ms))
    return heard


def _sought_ms(tape: "Tape", at_ns: int, to_ms: int) -> float | None:
    """Milliseconds from a seek until sound of that place is heard."""
    for now_ns in range(at_ns, at_ns + LATEST_NS, SCAN_NS):
        heard_ms = tape.position_ms(now_ns, to_ms)
        if heard_ms is not None and abs(heard_ms - to_ms) < NEAR_MS:
            return (now_ns - at_ns) / 1e6
    return None


def p99(heard: Iterable[Heard]) -> float:
    """The 99th percentile of the errors; NotMeasured where nothing was heard."""
    errors = [one.error_ms for one in heard]
    if not errors:
        raise NotMeasured("nothing was heard")
    return p(99, errors)


def usable_engines() -> tuple[list[Engine], str]:
    """The engines that can be used here, and a word on those that cannot."""
    from iprtool.player.probe_engines import find_engines

    found = find_engines()
    usable = [one.name for one in found if one.ok]
    if not usable:
        raise NotMeasured(" ".join(one.reason for one in found))
    return usable, " ".join(f"without {one.name}: {one.reason}" for one in found if not one.ok)


@measure(
    "stamp_error",
    "stamp_error_vlc",
    "stamp_error_embedded",
    "stamp_error_after_seek",
    "stamp_outside_uncertainty",
    "stamp_uncertainty",
    "stamp_uncertainty_after_seek",
    "pause_to_silence",
    "seek_latency",
)
def stamps(quick: bool) -> list[Row]:
    """Stamps beside what was heard then, in several codecs and both players."""
    engines, missing = usable_engines()
    kinds, steady_s = (KINDS[:1], 1.5) if quick else (KINDS, 3.0)
    by_engine = {engine: performed(engine, kinds, steady_s) for engine in engines}
    every = by_engine.values()
    steady = {engine: p99(one.steady) for engine, one in by_engine.items()}
    sought = {engine: p99(one.after_seek) for engine, one in by_engine.items()}
    number = sum(len(one.steady) for one in every), sum(len(one.after_seek) for one in every)
    of = f"{len(kinds)} codecs" + (f"; {missing}" if missing else "")
    rows = [at_most(25, "stamp_error", max(steady.values()), "ms", f"p99 of {number[0]} stamps, {of}, the worse")]
    for engine in ENGINES:
        value = steady.get(engine)
        rows.append(Row(f"stamp_error_{engine}", value, "ms", budget=25, on="value", sense="max", note=missing))
    silence = {engine: statistics.median(one.silence_ms) for engine, one in by_engine.items()}
    seeking = {engine: statistics.median(one.seek_ms) for engine, one in by_engine.items() if one.seek_ms}
    widest = [max(one.uncertainty_ms for each in every for one in heard(each)) for heard in (_steady, _after_seek)]
    return [
        *rows,
        at_most(120, "stamp_error_after_seek", max(sought.values()), "ms", f"p99 of {number[1]}; {_each(sought)}"),
        at_most(0, "stamp_outside_uncertainty", sum(one.outside for one in every), "stamps", f"of {sum(number)}"),
        at_most(50, "stamp_uncertainty", widest[0], "ms", "the widest that a stamp stored, steady"),
        at_most(150, "stamp_uncertainty_after_seek", widest[1], "ms", "the widest within 0.3 s of a seek"),
        at_most(
            20, "pause_to_silence", max(silence.values()), "ms", f"p50, from the call, no screen; {_each(silence)}"
        ),
        at_most(150, "seek_latency", max(seeking.values()), "ms", f"p50, to within 20 ms; {_each(seeking)}"),
    ]


def _steady(one: Performance) -> list[Heard]:
    return one.steady


def _after_seek(one: Performance) -> list[Heard]:
    return one.after_seek


def _each(figures: dict[Engine, float]) -> str:
    return ", ".join(f"{engine} {figure:.0f}" for engine, figure in figures.items())
