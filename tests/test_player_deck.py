"""The deck: what each command does to the engine, the state and the clock, in each state."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iprtool.model.errors import MediaError
from iprtool.player.clock import Ticked
from iprtool.player.deck import Deck, coalesced
from iprtool.player.engine import RanOut
from iprtool.player.messages import (
    AnyCommand,
    Opening,
    Pause,
    Play,
    Report,
    Seek,
    SetLoop,
    SetLoudness,
    SetRate,
)

DURATION_MS = 60_000


class Recorded:
    """An engine that only notes what it is asked for."""

    sink = "notes"

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []
        self.goes_on_ms: float | None = None
        self.broken = False

    def cue(self, to_ms: int, rate: float, running: bool) -> int:
        if self.broken:
            raise MediaError("The recording is gone; put it back.")
        self.calls.append(("cue", to_ms, rate, running))
        return time.monotonic_ns()

    def hold(self) -> float | None:
        self.calls.append(("hold",))
        return self.goes_on_ms

    def go_on(self) -> int:
        self.calls.append(("go_on",))
        return time.monotonic_ns()

    def set_loudness(self, volume: int, muted: bool) -> None:
        self.calls.append(("loudness", volume, muted))

    def work(self) -> float:
        return 5.0

    def close(self) -> None:
        self.calls.append(("close",))


class Bench:
    """A deck on such an engine, and what it reports."""

    def __init__(self, **opening: object) -> None:
        self.engine = Recorded()
        self.reports: list[Report] = []
        whole = Opening({}, "opus", 48_000, DURATION_MS, **opening)  # type: ignore[arg-type]  # the opening's own fields
        self.deck = Deck(self.engine, "embedded", whole, self.reports.append)
        self.engine.calls.clear()

    def do(self, *commands: AnyCommand) -> Report:
        self.deck.carry_out(commands)
        return self.reports[-1]

    @property
    def last(self) -> Report:
        return self.reports[-1]


def test_it_opens_as_it_is_told() -> None:
    bench = Bench(at_ms=4_000, playing=True, rate=1.5, volume=30, muted=True, loop=(3_000, 9_000), serial=7)
    state = bench.last.state
    assert (bench.last.serial, state.status, state.rate, state.volume, state.muted) == (7, "playing", 1.5, 30, True)
    assert state.loop == (3_000, 9_000) and state.position_ms >= 4_000


def test_play_and_pause_go_to_the_engine_once() -> None:
    bench = Bench()
    assert bench.do(Play(1)).state.status == "playing"
    bench.do(Play(2))
    bench.engine.goes_on_ms = 1_234.0
    paused = bench.do(Pause(3))
    bench.do(Pause(4))
    assert bench.engine.calls == [("go_on",), ("hold",)]
    assert (paused.state.status, paused.state.position_ms, paused.clock.running) == ("paused", 1_234, False)


def test_a_seek_is_clamped_and_keeps_on_playing_or_standing() -> None:
    bench = Bench()
    bench.do(Seek(1, 99_999_999))
    bench.do(Play(2))
    bench.do(Seek(3, -5))
    assert bench.engine.calls == [("cue", DURATION_MS - 10, 1.0, False), ("go_on",), ("hold",), ("cue", 0, 1.0, True)]


def test_a_part_of_a_millisecond_is_kept_in_the_clock() -> None:
    bench = Bench()
    sought = bench.do(Seek(1, 1001 / 30))
    assert bench.engine.calls == [("cue", 33, 1.0, False)]
    assert (sought.clock.media_ms, sought.state.position_ms) == (1001 / 30, 33)


def test_a_new_rate_is_cued_where_it_stands_and_the_same_one_is_not() -> None:
    bench = Bench(at_ms=1_000)
    bench.do(SetRate(1, 1.5))
    bench.do(SetRate(2, 1.5))
    assert bench.engine.calls == [("cue", 1_000, 1.5, False)]
    assert bench.last.clock.rate == bench.last.state.rate == 1.5


def test_after_the_end_play_begins_again_and_a_new_rate_waits_for_it() -> None:
    bench = Bench(at_ms=59_000, playing=True)
    bench.deck.take(RanOut(time.monotonic_ns()))
    assert (bench.last.state.status, bench.last.state.position_ms) == ("ended", DURATION_MS)
    bench.do(SetRate(1, 2.0))
    bench.do(Play(2))
    assert bench.engine.calls == [("cue", 0, 2.0, True)]
    assert bench.last.state.status == "playing"


def test_an_end_far_from_the_end_is_a_failure_in_one_sentence() -> None:
    bench = Bench(at_ms=20_000, playing=True)
    bench.deck.take(RanOut(time.monotonic_ns()))
    assert bench.last.state.status == "failed"
    assert bench.last.state.message == "The recording ends at 00:20, too early; it may be damaged there."
    mended = bench.do(Seek(1, 5_000)).state
    assert (mended.status, mended.message) == ("paused", "")


def test_an_end_told_before_the_last_jump_is_stale() -> None:
    bench = Bench(at_ms=59_000, playing=True)
    told_ns = time.monotonic_ns()
    bench.do(Seek(1, 3_000))
    bench.deck.take(RanOut(told_ns))
    assert bench.last.state.status == "playing"


def test_an_engine_that_cannot_be_cued_fails_and_may_be_tried_again() -> None:
    bench = Bench()
    bench.engine.broken = True
    failed = bench.do(Seek(1, 5_000)).state
    assert (failed.status, failed.message) == ("failed", "The recording is gone; put it back.")
    bench.engine.broken = False
    assert bench.do(Play(2)).state.status == "playing"
    assert bench.engine.calls == [("cue", 0, 1.0, True)]


def test_a_loop_sends_back_at_its_end_and_is_entered_from_outside() -> None:
    bench = Bench(at_ms=1_000)
    bench.do(SetLoop(1, (8_000, 9_000)))
    bench.do(Play(2))
    now_ns = time.monotonic_ns()
    bench.deck.take(Ticked(8_990, now_ns, now_ns))
    assert 0 < bench.deck.work() <= 0.01
    bench.deck.take(Ticked(9_200, now_ns, now_ns))
    bench.deck.work()
    assert bench.engine.calls == [("cue", 8_000, 1.0, True), ("hold",), ("cue", 8_000, 1.0, True)]


def test_the_end_inside_a_loop_begins_it_again() -> None:
    bench = Bench(at_ms=59_900, playing=True, loop=(58_000, DURATION_MS))
    bench.deck.take(RanOut(time.monotonic_ns()))
    assert bench.engine.calls == [("hold",), ("cue", 58_000, 1.0, True)]
    assert bench.last.state.status == "playing"


@pytest.mark.parametrize(
    ("wanted", "usable"),
    [((5, 10), (5, 205)), ((-9, 99_999_999), (0, DURATION_MS)), ((70_000, 80_000), (59_800, DURATION_MS))],
)
def test_a_loop_is_made_usable(wanted: tuple[int, int], usable: tuple[int, int]) -> None:
    assert Bench().do(SetLoop(1, wanted)).state.loop == usable


def test_a_lost_device_is_seen_in_the_state() -> None:
    bench = Bench()
    bench.engine.sink = "another"
    bench.deck.work()
    assert bench.last.state.sink == "another"
    assert bench.last.state.message == "The sound device has changed; the sound now goes to: another."


def test_closing_closes_the_engine() -> None:
    bench = Bench()
    bench.deck.close()
    assert bench.engine.calls == [("close",)]


commands = st.lists(
    st.one_of(
        st.builds(Play, st.just(0)),
        st.builds(Pause, st.just(0)),
        st.builds(Seek, st.just(0), st.integers(0, 50_000)),
        st.builds(SetRate, st.just(0), st.sampled_from([0.5, 1.0, 2.0])),
        st.builds(SetLoudness, st.just(0), st.integers(0, 100), st.booleans()),
    ),
    min_size=1,
    max_size=12,
)


@given(commands, st.booleans())
def test_what_is_left_out_of_many_commands_changes_nothing_in_the_end(given: list[AnyCommand], playing: bool) -> None:
    one_by_one, together = Bench(at_ms=30_000, playing=playing), Bench(at_ms=30_000, playing=playing)
    for command in given:
        one_by_one.do(command)
    together.do(*given)
    left, right = one_by_one.last.state, together.last.state
    assert (left.status, left.rate, left.volume, left.muted) == (right.status, right.rate, right.volume, right.muted)
    assert abs(left.position_ms - right.position_ms) <= 50
    assert len(together.engine.calls) <= len(one_by_one.engine.calls)


def test_of_held_keys_the_last_target_wins() -> None:
    assert coalesced([Seek(1, 10), Seek(2, 30), SetRate(3, 2.0), Seek(4, 20)]) == [SetRate(3, 2.0), Seek(4, 20)]


def test_a_pause_comes_first_unless_it_is_taken_back() -> None:
    assert coalesced([Seek(1, 10), SetRate(2, 2.0), Pause(3)]) == [Pause(3), Seek(1, 10), SetRate(2, 2.0)]
    assert coalesced([Pause(1), Seek(2, 10), Play(3)]) == [Seek(2, 10), Play(3)]
