"""The conformance matrix: what a player's clock said while it did each thing, beside what was really heard."""

import time
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, get_args

import msgspec

from iprtool.model.mark import Stamp
from iprtool.model.terms import Engine
from iprtool.player.clock import Clock
from tests.player_performance import Heard, Stamps, inside_share, matched, seek_playing, settled_stamps
from tests.player_tape import Stage, Tape, staged
from tests.sounds import Kind

Act = Literal["play to", "jump to", "step", "rate", "loop", "end"]
ACTS: tuple[Act, ...] = get_args(Act)
SECONDS = 8
RATES = (0.5, 0.75, 1.25, 1.5, 2.0)
FRAME_MS = 1001 / 30
STEPS = (3, -1, -7, 30)
LOOP_MS = (2_000, 2_400)
TURNS_S = 1.2
SCAN_NS = 10_000_000
AUDIBLE_MS = 60
"""Some encoders put silence before the sound."""
Key = tuple[Engine, Kind]


class Step(msgspec.Struct, frozen=True):
    """Where steps were to lead, the stamp once they had, and when it went on from there."""

    target_ms: float
    stamp: Stamp
    went_on_ns: int


class Cell(msgspec.Struct, frozen=True):
    """How wrong the stamps of one act were at worst, the share of them that said so, and how many there were."""

    worst_ms: float
    inside: float
    count: int


class Acted(msgspec.Struct, frozen=True):
    """One player's acts on one recording: stamps, steps, the loop's turns (from, to), the end, and what was heard."""

    stamps: dict[Act, Stamps]
    steps: list[Step]
    turns_ns: tuple[int, int]
    ended: tuple[int, Stamp]
    tape: Tape


def act(engine: Engine, kind: Kind) -> Acted:
    """Do everything once that a person may do."""
    with staged(engine, kind, seconds=SECONDS, opened={"frame_ms": FRAME_MS}) as stage:
        stage.wait_for("paused")
        stage.player.play()
        stage.wait_for("playing")
        stage.wait(lambda _state: stage.player.now().raw_ms > AUDIBLE_MS)
        stamps: dict[Act, Stamps] = {"play to": stage.stamps(0.3) + settled_stamps(stage)}
        stamps["jump to"] = jumps(stage)
        steps = [stepped(stage, frames) for frames in STEPS]
        stamps["rate"] = rates(stage)
        stamps["loop"], turns_ns = turns(stage)
        stamps["end"] = seek_playing(stage, SECONDS * 1000 - 700)
        while stage.player.state.status == "playing":
            stamps["end"] += stage.stamps(0.02, 0.02)
        ended = time.monotonic_ns(), stage.player.now()
        assert stage.player.state.status == "ended", stage.player.state
        return Acted(stamps, steps, turns_ns, ended, stage.tape())


def jumps(stage: Stage) -> Stamps:
    """Jumps while it plays, on and back, and one while it stands; the stamps at once and when settled."""
    taken = seek_playing(stage, 5_300) + settled_stamps(stage)
    taken += seek_playing(stage, 1_700)
    stage.player.pause()
    stage.wait_for("paused")
    stage.player.seek(3_141)
    stage.wait(lambda state: state.position_ms == 3_141)
    stage.player.play()
    stage.wait_for("playing")
    taken += stage.stamps(0.25, 0.02) + settled_stamps(stage)
    stage.player.pause()
    stage.wait_for("paused")
    return taken


def stepped(stage: Stage, frames: int) -> Step:
    """Hold a step's key while it stands, then play on for a moment."""
    stage.wait_for("paused")
    clocks: list[Clock] = []
    stage.player.follow(clocks.append)
    target_ms = clocks[-1].media_ms + frames * FRAME_MS
    for _ in range(abs(frames)):
        stage.player.step(1 if frames > 0 else -1)
    stage.wait(lambda state: state.position_ms == round(target_ms))
    step = Step(target_ms, stage.player.now(), time.monotonic_ns())
    stage.player.play()
    stage.wait_for("playing")
    time.sleep(0.2)
    stage.player.pause()
    stage.wait_for("paused")
    return step


def rates(stage: Stage) -> Stamps:
    """Every rate, jumps while it stands at the slowest and the fastest, and one while it plays."""
    taken: Stamps = []
    for rate, to_ms in ((RATES[0], 6_000), (RATES[-1], 1_000)):
        stage.player.set_rate(rate)
        stage.player.seek(to_ms)
        stage.wait(lambda state, at=(rate, to_ms): (state.rate, state.position_ms) == at)  # type: ignore[misc]  # a default of the lambda's
        stage.player.play()
        stage.wait_for("playing")
        taken += stage.stamps(0.2, 0.02)
        stage.player.pause()
        stage.wait_for("paused")
    stage.player.play()
    stage.wait_for("playing")
    for rate in RATES:
        stage.player.set_rate(rate)
        stage.wait(lambda state, rate=rate: state.rate == rate)  # type: ignore[misc]  # a default of the lambda's
        taken += stage.stamps(0.4, 0.02)
    taken += seek_playing(stage, 4_200)
    stage.player.set_rate(1)
    stage.wait(lambda state: state.rate == 1)
    return taken + settled_stamps(stage)


def turns(stage: Stage) -> tuple[Stamps, tuple[int, int]]:
    """Some turns of a loop; and between which times they were played."""
    stage.player.set_loop(LOOP_MS)
    stage.wait(lambda state: state.loop == LOOP_MS and state.position_ms < LOOP_MS[1])
    from_ns = time.monotonic_ns()
    taken = stage.stamps(TURNS_S, 0.02)
    to_ns = time.monotonic_ns()
    stage.player.set_loop(None)
    return taken, (from_ns, to_ns)


def cells(acted: Acted) -> dict[Act, Cell]:
    """The figures of each act."""
    heard = {name: matched(stamps, acted.tape) for name, stamps in acted.stamps.items()}
    heard["step"] = [gone_on(acted.tape, step) for step in acted.steps]
    heard["end"].append(at_the_end(acted))
    return {name: cell(heard[name]) for name in ACTS}


def cell(heard: Sequence[Heard]) -> Cell:
    return Cell(float(max(abs(one.error_ms) for one in heard)), inside_share(list(heard)), len(heard))


def gone_on(tape: Tape, step: Step) -> Heard:
    """The stamp of a step beside what was heard first when it went on."""
    heard_ms = tape.begins_ms(step.went_on_ns, step.stamp.raw_ms)
    assert heard_ms is not None
    return Heard(step.stamp, heard_ms)


def at_the_end(acted: Acted) -> Heard:
    """The stamp of the end beside what was heard last, after which the recording may go on in silence until the end."""
    at_ns, stamp = acted.ended
    last_ms = acted.tape.ended_ms(at_ns, stamp.raw_ms)
    assert last_ms is not None
    silence_ms = (at_ns - acted.tape.last_sound_ns(at_ns)) / 1e6
    return Heard(stamp, min(max(stamp.raw_ms, last_ms), last_ms + silence_ms))


def past_the_loop_ms(acted: Acted) -> float:
    """By how much the sound went beyond the loop's end, at worst: how much more of it there was than one turn has."""
    scanned = ((at_ns, acted.tape.position_ms(at_ns, LOOP_MS[0])) for at_ns in range(*acted.turns_ns, SCAN_NS))
    found = [(at_ns, ms) for at_ns, ms in scanned if ms is not None]
    begun = [at_ns - (ms - LOOP_MS[0]) * 1e6 for (_, before_ms), (at_ns, ms) in pairwise(found) if ms < before_ms - 200]
    length_ms = LOOP_MS[1] - LOOP_MS[0]
    return float(max(acted.tape.sounded_ms(*turn) - length_ms for turn in pairwise(begun)))
