"""Where in the recording the sound is, told from anchors on the system's monotonic clock; pure.

An anchor says which time of the recording was heard at which monotonic time (CLOCK_MONOTONIC, the same in every
process). Between anchors the position moves on by the rate. What libVLC reports is ahead of its sound by a constant
that depends on the codec in Matroska, and by another one where the sound is stretched.
"""

from math import ceil
from typing import Any

import msgspec

from iprtool.model.mark import Stamp

STEADY_MS = 40
STRETCHED_MS = 50
LANDING_MS = 50
AFTER_CHANGE_MS, STRETCHED_CHANGE_MS = 120, 150
CREDIBLE_MS = 3.0
NEVER_BACK_MS = 25
AFTER_SEEK_NS = 300_000_000
AFTER_RATE_NS = 2_000_000_000
TICKS_LATEST_NS = 400_000_000
_NS_PER_MS = 1e6
_FOR_EVER_NS = 2**62


class Clock(msgspec.Struct, frozen=True):
    """What is known of the position: at `at_ns` the recording was heard at `media_ms`, and moves on by `rate`.

    While running no reading from `floor_ns` on lies before `floor_ms`, since sound does not go back by itself.
    `since_ns` is when the position was last set: older ticks are stale. Until `wide_until_ns` the uncertainty is
    `wide_ms`. `ahead_ms` and `stretch_ms` are by how much ticks are ahead of the sound, always and at rates other than
    1. `late_ms` is by how much the last tick seemed late.
    """

    duration_ms: int = 0
    ahead_ms: float = 0.0
    stretch_ms: float = 0.0
    media_ms: float = 0.0
    at_ns: int = 0
    since_ns: int = 0
    rate: float = 1.0
    running: bool = False
    floor_ms: float = 0.0
    floor_ns: int = 0
    wide_ms: int = 0
    wide_until_ns: int = 0
    late_ms: float = 0.0


class Cued(msgspec.Struct, frozen=True):
    """The player was set to a time and a rate at `at_ns`; where it runs, its own report is `to_ms` at `due_ns`."""

    to_ms: float
    rate: float
    running: bool
    at_ns: int
    due_ns: int


class Held(msgspec.Struct, frozen=True):
    """The sound stopped; `media_ms` is where it will go on, where the engine knows that better than the clock."""

    at_ns: int
    media_ms: float | None = None


class WentOn(msgspec.Struct, frozen=True):
    """After a pause the sound goes on at `due_ns`."""

    at_ns: int
    due_ns: int


class Ticked(msgspec.Struct, frozen=True):
    """The engine's own report, made at `told_ns`: a time of the recording, and the monotonic time that it is for.

    `sure`: it was not told late, as others may have been on a busy machine.
    """

    reported_ms: float
    at_ns: int
    told_ns: int
    sure: bool = False


ClockEvent = Cued | Held | WentOn | Ticked


def position_ms(clock: Clock, now_ns: int) -> float:
    """Where the recording is heard at a monotonic time, within 0 and its duration."""
    ms = line_ms(clock, now_ns) if clock.running else clock.media_ms
    if clock.running and now_ns >= clock.floor_ns:
        ms = max(ms, clock.floor_ms)
    return min(max(ms, 0.0), float(clock.duration_ms))


def uncertainty_ms(clock: Clock, now_ns: int) -> int:
    """By how much the position may be wrong, either way; more after a seek, a change of rate, or without ticks."""
    ms = STEADY_MS if clock.rate == 1 else STRETCHED_MS
    if now_ns < clock.wide_until_ns:
        ms = max(ms, clock.wide_ms)
    if clock.running:
        ms += ceil(max(0, now_ns - clock.at_ns - TICKS_LATEST_NS) * clock.rate / _NS_PER_MS)
    return ms


def stamp(clock: Clock, now_ns: int) -> Stamp:
    """The position as a stamp, with no reaction time taken off."""
    ms = round(position_ms(clock, now_ns))
    return Stamp(ms, ms, uncertainty_ms(clock, now_ns), clock.rate, clock.running)


def after(clock: Clock, event: ClockEvent) -> Clock:
    """The clock after what happened."""
    match event:
        case Cued():
            return _after_cue(clock, event)
        case Held():
            return _after_hold(clock, event)
        case WentOn():
            return _after_going_on(clock, event)
        case Ticked():
            return _after_tick(clock, event)


def adopted(held: Clock, arrived: Clock, now_ns: int) -> Clock:
    """The other process's clock in place of one's own, without a step back where it only corrects the last anchor."""
    if held.running and arrived.running and held.since_ns == arrived.since_ns:
        return _never_back(arrived, held, now_ns)
    return arrived


def _after_cue(clock: Clock, event: Cued) -> Clock:
    if not event.running:
        wide_ms, wide_until_ns = LANDING_MS, _FOR_EVER_NS
    else:
        wide_ms = AFTER_CHANGE_MS if event.rate == 1 else STRETCHED_CHANGE_MS
        wide_until_ns = event.at_ns + (AFTER_SEEK_NS if event.rate == clock.rate else AFTER_RATE_NS)
    ahead_ms = _ahead_ms(clock, event.rate) if event.running else 0.0
    return _changed(
        clock,
        media_ms=event.to_ms - ahead_ms,
        floor_ms=event.to_ms,
        floor_ns=event.at_ns,
        at_ns=event.due_ns,
        since_ns=event.at_ns,
        rate=event.rate,
        running=event.running,
        wide_ms=wide_ms,
        wide_until_ns=wide_until_ns,
    )


def _after_hold(clock: Clock, event: Held) -> Clock:
    media_ms = position_ms(clock, event.at_ns) if event.media_ms is None else event.media_ms
    wide_ms = uncertainty_ms(clock, event.at_ns)
    return _changed(
        clock,
        media_ms=media_ms,
        at_ns=event.at_ns,
        since_ns=event.at_ns,
        running=False,
        wide_ms=wide_ms,
        wide_until_ns=_FOR_EVER_NS,
    )


def _after_going_on(clock: Clock, event: WentOn) -> Clock:
    return _changed(
        clock,
        floor_ms=clock.media_ms,
        floor_ns=event.at_ns,
        at_ns=event.due_ns,
        since_ns=event.at_ns,
        running=True,
        wide_ms=max(clock.wide_ms, AFTER_CHANGE_MS),
        wide_until_ns=event.at_ns + AFTER_SEEK_NS,
    )


def _after_tick(clock: Clock, event: Ticked) -> Clock:
    """A tick that seems late may only have been told late: the clock falls back by what two in a row agree on."""
    if not clock.running or event.told_ns < clock.since_ns:
        return clock
    heard_ms = event.reported_ms - _ahead_ms(clock, clock.rate)
    ticked = _changed(clock, media_ms=heard_ms, at_ns=event.at_ns, late_ms=0.0)
    late_ms = line_ms(clock, event.told_ns) - line_ms(ticked, event.told_ns)
    doubtful = CREDIBLE_MS < late_ms <= uncertainty_ms(clock, event.told_ns) and not event.sure
    if event.told_ns > clock.at_ns and doubtful:
        agreed_ms = min(late_ms, clock.late_ms)
        ticked = _changed(ticked, media_ms=heard_ms + late_ms - agreed_ms, late_ms=late_ms - agreed_ms)
    return _never_back(ticked, clock, event.told_ns)


def _never_back(anchored: Clock, before: Clock, now_ns: int) -> Clock:
    """The newer clock with the older one's reading as its floor, unless that was so wrong that it has to go back."""
    read_ms = position_ms(before, now_ns)
    too_far_ms = read_ms - position_ms(_changed(anchored, floor_ms=0.0), now_ns)
    return _changed(anchored, floor_ms=read_ms if too_far_ms <= NEVER_BACK_MS else 0.0, floor_ns=now_ns)


def line_ms(clock: Clock, now_ns: int) -> float:
    """Where the clock's last anchor alone puts the position, without bounds."""
    return clock.media_ms + (now_ns - clock.at_ns) * clock.rate / _NS_PER_MS


def _ahead_ms(clock: Clock, rate: float) -> float:
    return clock.ahead_ms + (clock.stretch_ms if rate != 1 else 0.0)


def _changed(clock: Clock, **changes: Any) -> Clock:
    return msgspec.structs.replace(clock, **changes)
