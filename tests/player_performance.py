"""One performance: a player plays a recording of noise, and what its clock said is compared with what was heard."""

import time
from functools import partial

import msgspec
import numpy as np

from iprtool.model.mark import Stamp
from iprtool.model.playing import PlayerState
from iprtool.model.terms import Engine
from iprtool.player.clock import STRETCHED_MS
from tests.player_tape import Stage, Tape, staged
from tests.sounds import Kind

SECONDS = 8
NOT_YET_MS = 200

Stamps = list[tuple[int, Stamp]]


class Heard(msgspec.Struct, frozen=True):
    """A stamp, the time of the recording that was heard then, and how far apart they are."""

    stamp: Stamp
    heard_ms: float

    @property
    def error_ms(self) -> float:
        return self.stamp.raw_ms - self.heard_ms


class Pause(msgspec.Struct, frozen=True):
    """A pause: the stamp at the key, the settled state, its stamp, where the sound ended, and where it went on."""

    key: Stamp
    state: PlayerState
    settled: Stamp
    last_heard_ms: float
    went_on_ms: float


class Performance(msgspec.Struct, frozen=True):
    """What one player made of one recording."""

    steady: list[Heard]
    after_seek: list[Heard]
    pause: Pause


class Played(msgspec.Struct, frozen=True):
    """What was noted while it played, to be compared when it is quiet again."""

    steady: Stamps
    after_seek: Stamps
    key: tuple[int, Stamp]
    paused: tuple[PlayerState, Stamp]
    went_on_ns: int
    tape: Tape


def perform(engine: Engine, kind: Kind) -> Played:
    """Play, jump while playing, pause, go on, jump while paused to where it was stopped, and play to it again."""
    with staged(engine, kind, seconds=SECONDS) as stage:
        player = stage.player
        stage.wait_for("paused")
        player.play()
        stage.wait_for("playing")
        steady = settled_stamps(stage)
        after_seek = seek_playing(stage, 5_300)
        steady += settled_stamps(stage)
        key_ns = time.monotonic_ns()
        key = key_ns, player.now(key_ns)
        player.pause()
        paused = stage.wait_for("paused"), player.now()
        time.sleep(0.1)
        went_on_ns = time.monotonic_ns()
        player.play()
        stage.wait_for("playing")
        steady += settled_stamps(stage)
        player.pause()
        stage.wait_for("paused")
        player.seek(key[1].raw_ms)
        stage.wait(lambda state: state.position_ms == key[1].raw_ms)
        player.play()
        stage.wait_for("playing")
        after_seek += stage.stamps(0.25, 0.02)
        steady += settled_stamps(stage)
        return Played(steady, after_seek, key, paused, went_on_ns, stage.tape())


def compared(played: Played) -> Performance:
    """The stamps beside what was heard."""
    tape = played.tape
    pause = pause_of(tape, played.key, played.paused, played.went_on_ns)
    return Performance(matched(played.steady, tape), matched(played.after_seek, tape), pause)


def seek_playing(stage: Stage, to_ms: int) -> Stamps:
    """Stamps from the moment on at which the player has gone there."""
    stage.player.seek(to_ms)
    stage.wait(lambda state: 0 <= state.position_ms - to_ms < 1_000)
    return stage.stamps(0.25, 0.02)


def settled_stamps(stage: Stage) -> Stamps:
    time.sleep(0.3)
    return stage.stamps(0.3)


def matched(stamps: Stamps, tape: Tape) -> list[Heard]:
    """The stamps with what was heard then.

    In the moment in which one sound ends and another begins, either may be what is heard, also across a silence.
    """
    found = []
    for at_ns, stamp in stamps:
        beside: list[Heard] = []
        for hear in (tape.position_ms, partial(tape.begins_ms, within_ms=NOT_YET_MS), tape.came_to_ms, tape.ended_ms):
            heard_ms = hear(at_ns, stamp.raw_ms, stamp.rate)
            if heard_ms is not None:
                beside.append(Heard(stamp, heard_ms))
            if beside and abs(beside[-1].error_ms) <= min(stamp.uncertainty_ms, STRETCHED_MS):
                break
        found += sorted(beside, key=lambda one: abs(one.error_ms))[:1]
    assert len(found) > 0.6 * len(stamps)
    return found


def pause_of(tape: Tape, key: tuple[int, Stamp], paused: tuple[PlayerState, Stamp], went_on_ns: int) -> Pause:
    key_ns, stamp = key
    last_heard_ms = tape.ended_ms(key_ns + 90_000_000, stamp.raw_ms)
    went_on_ms = tape.begins_ms(went_on_ns, stamp.raw_ms)
    assert last_heard_ms is not None and went_on_ms is not None
    return Pause(stamp, *paused, last_heard_ms, went_on_ms)


def inside_share(heard: list[Heard]) -> float:
    """The share of stamps whose truth is inside their uncertainty."""
    return sum(abs(one.error_ms) <= one.stamp.uncertainty_ms for one in heard) / len(heard)


def p99(heard: list[Heard]) -> float:
    return float(np.percentile([abs(one.error_ms) for one in heard], 99))
