"""The clock: where the sound is, from anchors that come late, jitter, and grow old."""

import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iprtool.player.clock import (
    AFTER_CHANGE_MS,
    AFTER_RATE_NS,
    AFTER_SEEK_NS,
    LANDING_MS,
    STEADY_MS,
    STRETCHED_CHANGE_MS,
    STRETCHED_MS,
    Clock,
    Cued,
    Held,
    Ticked,
    WentOn,
    adopted,
    after,
    position_ms,
    stamp,
    uncertainty_ms,
)
from iprtool.player.vlc import ahead_of_samples_ms

MS = 1_000_000
START_NS = 5_000 * MS
HOUR_MS = 3_600_000


def running(at_ms: float = 10_000, rate: float = 1.0, clock: Clock | None = None) -> Clock:
    """A clock that has been running for a second, without ticks."""
    base = clock or Clock(HOUR_MS)
    return after(base, Cued(at_ms, rate, True, START_NS, START_NS))


@given(st.integers(0, HOUR_MS), st.sampled_from([0.5, 0.75, 1.0, 1.25, 1.5, 2.0]), st.integers(0, 60_000))
def test_it_moves_on_by_the_rate(at_ms: int, rate: float, passed_ms: int) -> None:
    clock = running(at_ms, rate)
    assert position_ms(clock, START_NS + passed_ms * MS) == pytest.approx(min(HOUR_MS, at_ms + passed_ms * rate))


def test_it_does_not_move_before_the_sound_is_due_nor_while_it_stands() -> None:
    cued = after(Clock(HOUR_MS), Cued(7_000, 1.0, True, START_NS, START_NS + 50 * MS))
    assert position_ms(cued, START_NS + 20 * MS) == 7_000
    held = after(cued, Held(START_NS + 150 * MS))
    assert position_ms(held, START_NS + 150 * MS) == position_ms(held, START_NS + 9_999 * MS) == 7_100


@pytest.mark.parametrize(("rate", "ahead_ms"), [(1.0, 48), (2.0, 84)])
def test_by_how_much_ticks_are_ahead_of_the_sound_is_taken_off(rate: float, ahead_ms: float) -> None:
    clock = running(rate=rate, clock=Clock(HOUR_MS, ahead_ms=48, stretch_ms=36))
    ticked = after(clock, Ticked(12_200, START_NS + 1_052 * MS, START_NS + 1_052 * MS))
    assert position_ms(ticked, START_NS + 1_052 * MS) == pytest.approx(12_200 - ahead_ms)


@pytest.mark.parametrize(
    ("codec", "sample_rate_hz", "ahead_ms"),
    [("mp3", 48_000, 48), ("mp3", 16_000, 72), ("mp2", 32_000, 72), ("opus", 48_000, 0), ("aac", 44_100, 0)],
)
def test_libvlcs_time_is_ahead_by_a_constant_of_the_codec(codec: str, sample_rate_hz: int, ahead_ms: float) -> None:
    assert ahead_of_samples_ms(codec, sample_rate_hz) == ahead_ms


def test_a_tick_told_before_the_seek_is_stale() -> None:
    clock = after(running(), Cued(500, 1.0, True, START_NS + 1_000 * MS, START_NS + 1_000 * MS))
    stale = Ticked(11_000, START_NS + 1_020 * MS, START_NS + 999 * MS)
    assert after(clock, stale) == clock


def test_a_tick_while_it_stands_changes_nothing() -> None:
    clock = after(running(), Held(START_NS + 500 * MS))
    assert after(clock, Ticked(99_000, START_NS + 600 * MS, START_NS + 600 * MS)) == clock


def test_one_late_tick_does_not_set_it_back_but_two_that_agree_do() -> None:
    clock = running()
    late = after(clock, Ticked(10_470, START_NS + 500 * MS, START_NS + 500 * MS))
    assert position_ms(late, START_NS + 500 * MS) == pytest.approx(10_500)
    mended = after(late, Ticked(10_750, START_NS + 750 * MS, START_NS + 750 * MS))
    assert position_ms(mended, START_NS + 1_000 * MS) == pytest.approx(11_000)
    stalled = after(late, Ticked(10_720, START_NS + 750 * MS, START_NS + 750 * MS))
    assert position_ms(stalled, START_NS + 1_000 * MS) == pytest.approx(10_970)


def test_where_the_sound_has_stood_still_it_goes_back_at_once() -> None:
    stalled = after(running(), Ticked(10_100, START_NS + 500 * MS, START_NS + 500 * MS))
    assert position_ms(stalled, START_NS + 500 * MS) == pytest.approx(10_100)


def test_the_uncertainty_is_wide_after_a_seek_and_a_change_of_rate_and_grows_without_ticks() -> None:
    clock = running()
    assert uncertainty_ms(clock, START_NS + AFTER_SEEK_NS - 1) == AFTER_CHANGE_MS
    assert uncertainty_ms(clock, START_NS + AFTER_SEEK_NS) == STEADY_MS
    faster = after(clock, Cued(11_000, 2.0, True, START_NS, START_NS))
    assert uncertainty_ms(faster, START_NS + AFTER_SEEK_NS) == STRETCHED_CHANGE_MS
    ticked = after(faster, Ticked(14_900, START_NS + AFTER_RATE_NS, START_NS + AFTER_RATE_NS))
    assert uncertainty_ms(ticked, START_NS + AFTER_RATE_NS) == STRETCHED_MS
    assert uncertainty_ms(clock, START_NS + 2_400 * MS) == STEADY_MS + 2_000


def test_a_stop_keeps_the_uncertainty_that_it_had_and_a_cue_has_that_of_the_landing() -> None:
    early = after(running(), Held(START_NS + 100 * MS))
    assert stamp(early, START_NS + HOUR_MS * MS).uncertainty_ms == AFTER_CHANGE_MS
    steady = after(running(), Held(START_NS + 390 * MS))
    assert stamp(steady, START_NS + HOUR_MS * MS).uncertainty_ms == STEADY_MS
    cued = after(steady, Cued(100, 1.0, False, START_NS, START_NS))
    assert stamp(cued, START_NS + HOUR_MS * MS).uncertainty_ms == LANDING_MS


def test_after_a_pause_it_goes_on_where_it_stood() -> None:
    held = after(running(), Held(START_NS + 1_000 * MS, 11_013.0))
    went_on = after(held, WentOn(START_NS + 5_000 * MS, START_NS + 5_020 * MS))
    assert position_ms(went_on, START_NS + 5_010 * MS) == 11_013
    assert position_ms(went_on, START_NS + 5_120 * MS) == 11_113
    assert stamp(went_on, START_NS + 5_120 * MS).playing


def test_the_stamp_is_whole_milliseconds_with_nothing_taken_off() -> None:
    taken = stamp(running(1_000, 1.5), START_NS + 333 * MS)
    assert (taken.raw_ms, taken.ms, taken.rate, taken.playing) == (1_500, 1_500, 1.5, True)


def test_it_crosses_the_pipe_unchanged() -> None:
    clock = after(running(), Ticked(10_100.5, START_NS + 100 * MS, START_NS + 101 * MS))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(clock), type=Clock) == clock


class Simulated:
    """Sound that really plays, and an engine that tells of it with jitter, and sometimes late."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.now_ns, self.rate, self.plays = START_NS, 1.0, False
        self.truth_ms = 0.0
        self.clock = Clock(HOUR_MS)

    def pass_time(self, ms: float) -> None:
        self.now_ns += round(ms * MS)
        if self.plays:
            self.truth_ms = min(HOUR_MS, self.truth_ms + ms * self.rate)

    def tick(self) -> None:
        reported_ms = self.truth_ms + self.chance.uniform(-2, 2)
        if self.chance.random() < 0.05:
            self.pass_time(self.chance.uniform(0, 20))
        self.clock = after(self.clock, Ticked(reported_ms, self.now_ns, self.now_ns))

    def act(self) -> None:
        """A seek, a change of rate, a pause or a resume; the sound begins a little later than it was said to."""
        told_ns = self.now_ns
        match self.chance.choice(["seek", "rate", "pause"]):
            case "seek":
                self.truth_ms = self.chance.uniform(0, HOUR_MS - 60_000)
                self.clock = after(self.clock, Cued(self.truth_ms, self.rate, self.plays, told_ns, told_ns + 11 * MS))
            case "rate":
                self.rate = self.chance.choice([0.5, 1.0, 1.5, 2.0])
                self.clock = after(self.clock, Cued(self.truth_ms, self.rate, self.plays, told_ns, told_ns + 11 * MS))
            case _ if self.plays:
                self.plays = False
                self.clock = after(self.clock, Held(told_ns))
                self.truth_ms = position_ms(self.clock, told_ns)
            case _:
                self.clock = after(self.clock, WentOn(told_ns, told_ns + 11 * MS))
                self.plays = True
        self.now_ns += round(self.chance.uniform(5, 25) * MS)


@given(st.integers(0, 2**32))
def test_the_truth_is_never_outside_the_uncertainty(seed: int) -> None:
    sound = Simulated(seed)
    for _ in range(10):
        sound.act()
        for _ in range(sound.chance.randrange(12)):
            sound.pass_time(sound.chance.uniform(0, 250))
            error_ms = position_ms(sound.clock, sound.now_ns) - sound.truth_ms
            assert abs(error_ms) <= uncertainty_ms(sound.clock, sound.now_ns)
            sound.tick()


@given(st.integers(0, 2**32))
def test_readings_never_go_back_while_it_plays(seed: int) -> None:
    sound = Simulated(seed)
    sound.plays = True
    sound.clock = after(sound.clock, Cued(0, 1.0, True, sound.now_ns, sound.now_ns))
    shown, last_ms = sound.clock, 0.0
    for _ in range(60):
        sound.pass_time(sound.chance.uniform(0, 150))
        if sound.chance.random() < 0.6:
            sound.tick()
            sound.pass_time(sound.chance.uniform(0, 3))
            shown = adopted(shown, sound.clock, sound.now_ns)
        read_ms = position_ms(shown, sound.now_ns)
        assert read_ms >= last_ms
        last_ms = read_ms


def test_where_it_was_when_a_key_was_pressed_is_not_moved_by_a_later_anchor() -> None:
    shown, told = running(), after(running(), Ticked(11_003, START_NS + 1_000 * MS, START_NS + 1_000 * MS))
    for clock in (after(shown, Ticked(11_000, START_NS + 1_000 * MS, START_NS + 1_000 * MS)), told):
        adopted_clock = adopted(shown, clock, START_NS + 1_050 * MS)
        assert position_ms(adopted_clock, START_NS + 900 * MS) == pytest.approx(10_900, abs=3)


def test_another_position_is_adopted_as_it_is() -> None:
    held, arrived = running(20_000), running(3_000)
    arrived = msgspec.structs.replace(arrived, since_ns=START_NS + 1)
    assert adopted(held, arrived, START_NS + 50 * MS) == arrived
