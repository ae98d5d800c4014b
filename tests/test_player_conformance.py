"""Both players by the same measure: what their clock says against what came out of the audio path.

Each performance plays a recording of noise once and takes stamps; then the noise that was heard is found in the
original. Nothing here depends on how long something took: positions are compared with positions.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import get_args

import numpy as np
import pytest

from iprtool.model.mark import Stamp
from iprtool.model.playing import PlayerState
from iprtool.model.terms import Engine
from tests.player_performance import (
    SECONDS,
    Heard,
    Performance,
    Stamps,
    compared,
    inside_share,
    matched,
    p99,
    perform,
    seek_playing,
)
from tests.player_tape import Stage, Tape, staged
from tests.sounds import Kind
from tests.vlc_needed import need_vlc, why_not_vlc

ENGINES: tuple[Engine, ...] = get_args(Engine)
KINDS: tuple[Kind, ...] = ("wav", "mp3", "mp3-vbr", "ogg", "flac", "mp4")
"""Those that the matrix in test_player_matrix leaves out, and a film."""
RATES = (0.5, 0.75, 1.25, 1.5, 2.0)
STEADY_P99_MS = 25
AFTER_SEEK_P99_MS = 120
# Stretched sound is pieced together, so that now and then a piece is found elsewhere in the noise.
STRETCHED_INSIDE = 0.95
SILENCE_MS = 50
AT_ONCE = 4


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine; libVLC where it is."""
    if request.param == "vlc":
        need_vlc()
    return request.param  # type: ignore[no-any-return]  # one of the parameters above


Scenario = Callable[[Engine], None]
SCENARIOS: list[Scenario] = []
POOL = ThreadPoolExecutor(AT_ONCE)


def together(scenario: Scenario) -> Callable[[Engine, pytest.FixtureRequest], None]:
    """A test that mostly waits for sound to be played: those of an engine that were asked for begin together."""

    def test(engine: Engine, request: pytest.FixtureRequest) -> None:
        selected = frozenset(getattr(item, "originalname", "") for item in request.session.items)
        begun(engine, selected)[scenario].result()

    SCENARIOS.append(scenario)
    test.__name__, test.__doc__ = scenario.__name__, scenario.__doc__
    return test


@cache
def begun(engine: Engine, selected: frozenset[str]) -> dict[Scenario, Future[None]]:
    return {play: POOL.submit(play, engine) for play in SCENARIOS if play.__name__ in selected}


@pytest.fixture(params=KINDS)
def performance(request: pytest.FixtureRequest, engine: Engine) -> Performance:
    """Each engine with each kind of recording."""
    return performances()[engine, request.param]


@cache
def performances() -> dict[tuple[Engine, Kind], Performance]:
    """What all engines that are here make of all kinds; several play at a time."""
    pairs = [(engine, kind) for engine in ENGINES if engine != "vlc" or not why_not_vlc() for kind in KINDS]
    played = list(POOL.map(lambda pair: perform(*pair), pairs))
    return {pair: compared(one) for pair, one in zip(pairs, played, strict=True)}


def test_a_stamp_is_where_the_sound_is(performance: Performance) -> None:
    assert p99(performance.steady) <= STEADY_P99_MS
    assert all(one.stamp.uncertainty_ms <= 50 for one in performance.steady)
    assert all(one.stamp.playing for one in performance.steady)


def test_soon_after_a_jump_too(performance: Performance) -> None:
    assert p99(performance.after_seek) <= AFTER_SEEK_P99_MS
    assert all(one.stamp.uncertainty_ms <= 150 for one in performance.after_seek)


def test_the_truth_is_inside_the_stored_uncertainty(performance: Performance) -> None:
    outside = [
        one for one in performance.steady + performance.after_seek if abs(one.error_ms) > one.stamp.uncertainty_ms
    ]
    assert outside == []


def test_playing_to_it_and_jumping_to_it_agree(performance: Performance) -> None:
    jumped = [one.error_ms for one in performance.after_seek]
    played = [one.error_ms for one in performance.steady]
    assert abs(np.median(jumped) - np.median(played)) <= STEADY_P99_MS


def test_a_pause_stands_where_the_sound_ended(performance: Performance) -> None:
    pause = performance.pause
    assert pause.state.position_ms == pause.settled.raw_ms
    assert not pause.settled.playing
    assert abs(pause.settled.raw_ms - pause.last_heard_ms) <= STEADY_P99_MS
    assert abs(pause.settled.raw_ms - pause.went_on_ms) <= STEADY_P99_MS


def test_a_pause_is_silence_at_once(engine: Engine) -> None:
    pauses = [performances()[engine, kind].pause for kind in KINDS]
    assert np.median([pause.last_heard_ms - pause.key.raw_ms for pause in pauses]) <= SILENCE_MS
    assert np.median([abs(pause.settled.raw_ms - pause.key.raw_ms) for pause in pauses]) <= SILENCE_MS


@together
def test_at_every_rate_the_clock_holds_and_the_pitch_is_kept(engine: Engine) -> None:
    """That noise is found in the original at all shows the pitch; how the finds move on shows the rate."""
    with staged(engine, seconds=SECONDS) as stage:
        stage.wait_for("paused")
        stage.player.play()
        stage.wait_for("playing")
        taken: dict[float, Stamps] = {}
        for rate in (*RATES, 1.0):
            stage.player.set_rate(rate)
            stage.wait(lambda state, rate=rate: state.rate == rate)  # type: ignore[misc]  # a default of the lambda's
            taken[rate] = stage.stamps(0.4, 0.02)
        stage.wait_for("playing")
        tape = stage.tape()
    for rate, stamps in taken.items():
        heard = matched(stamps, tape)
        assert all(one.stamp.rate == rate for one in heard)
        assert inside_share(heard) >= STRETCHED_INSIDE
        assert abs(np.median([one.error_ms for one in heard])) <= STEADY_P99_MS
        settled = heard[len(heard) // 3 :]
        half = len(settled) // 2
        pace = [
            (later.heard_ms - sooner.heard_ms) / (later.stamp.raw_ms - sooner.stamp.raw_ms)
            for sooner, later in zip(settled, settled[half:], strict=False)
        ]
        assert np.median(pace) == pytest.approx(1.0, abs=0.2)


@together
def test_jumping_at_another_rate_lands(engine: Engine) -> None:
    with staged(engine, seconds=SECONDS) as stage:
        stage.wait_for("paused")
        stage.player.set_rate(1.5)
        stage.player.play()
        stage.wait_for("playing")
        stamps = [taken for to_ms in (5_000, 2_500) for taken in seek_playing(stage, to_ms)]
        tape = stage.tape()
    heard = matched(stamps, tape)
    assert inside_share(heard) >= STRETCHED_INSIDE


@together
def test_a_loop_is_played_again_and_again_to_the_very_end_too(engine: Engine) -> None:
    with staged(engine, seconds=2) as stage:
        stage.wait_for("paused")
        stage.player.set_loop((800, 1_200))
        stage.player.play()
        stage.wait_for("playing")
        inside = stamps_of_turns(stage, 2)
        stage.player.set_loop((1_300, 60_000))
        stage.wait(lambda state: state.loop == (1_300, 2_000))
        stamps_of_turns(stage, 2)
        stage.player.set_loop(None)
        stage.wait_for("ended")
        tape = stage.tape()
    assert all(700 < one.heard_ms < 1_300 for one in matched(inside, tape))
    assert [state.status for state in stage.states].count("ended") == 1


def stamps_of_turns(stage: Stage, wanted: int) -> Stamps:
    """Stamps until the position has gone back that often; the limit only ends a test that hangs."""
    taken: Stamps = []
    for _ in range(100):
        taken += stage.stamps(0.2, 0.02)
        if sum(later[1].raw_ms < earlier[1].raw_ms - 200 for earlier, later in pairwise(taken)) >= wanted:
            return taken
    raise AssertionError(f"it does not go round: {taken}")


def half_a_second(stage: Stage, wanted: Callable[[PlayerState], bool]) -> tuple[int, int]:
    """Between which monotonic times something is heard that is as wanted."""
    stage.wait(wanted)
    time.sleep(0.1)
    from_ns = time.monotonic_ns()
    time.sleep(0.4)
    return from_ns, time.monotonic_ns()


@together
def test_volume_and_mute_are_heard(engine: Engine) -> None:
    with staged(engine, seconds=SECONDS) as stage:
        stage.wait_for("paused")
        stage.player.play()
        stage.wait_for("playing")
        loud = half_a_second(stage, lambda state: state.volume == 100)
        stage.player.set_volume(50)
        half_loud = half_a_second(stage, lambda state: state.volume == 50)
        stage.player.set_muted(True)
        silent = half_a_second(stage, lambda state: state.muted)
        state = stage.player.state
        tape = stage.tape()
    whole, half, muted = (tape.loudness(*times) for times in (loud, half_loud, silent))
    assert half == pytest.approx(whole / 8, rel=0.2)
    assert muted == 0
    assert (state.volume, state.muted) == (50, True)


@together
def test_it_ends_and_plays_again_and_can_be_set_anywhere_after_the_end(engine: Engine) -> None:
    with staged(engine, seconds=2) as stage:
        player = stage.player
        stage.wait_for("paused")
        player.seek(60_000)
        player.play()
        ended = stage.wait_for("ended")
        assert ended.position_ms == player.now().raw_ms == ended.duration_ms
        again_ns = time.monotonic_ns()
        player.play()
        stage.wait_for("playing")
        again = stage.stamps(0.3)
        stage.wait_for("ended")
        player.step(-1)
        stage.wait(lambda state: state.status == "paused" and state.position_ms == ended.duration_ms - 40)
        player.seek(1_000)
        stage.wait(lambda state: state.status == "paused" and state.position_ms == 1_000)
        player.play()
        stage.wait_for("playing")
        after_end = stage.stamps(0.3)
        tape = stage.tape()
    assert tape.next_sound_ns(again_ns) is not None
    assert all(abs(one.error_ms) <= one.stamp.uncertainty_ms for one in matched(again + after_end, tape))
    assert [state.status for state in stage.states if state.status == "failed"] == []


@together
def test_the_states_of_a_life(engine: Engine) -> None:
    with staged(engine, seconds=2) as stage:
        player = stage.player
        assert player.state.status == "opening"
        opened = stage.wait_for("paused")
        assert (opened.engine, opened.duration_ms, opened.position_ms) == (engine, 2_000, 0)
        for to_ms in range(100, 1_000, 20):
            player.seek(to_ms)
        assert player.now().raw_ms == 980
        stage.wait(lambda state: state.position_ms == 980)
        player.step(3)
        stage.wait(lambda state: state.position_ms == 1_100)
        player.step(-1)
        stage.wait(lambda state: state.position_ms == 1_060)
        assert player.now().raw_ms == 1_060
        player.play()
        player.pause()
        player.play()
        stage.wait_for("ended")
    statuses = [state.status for state in stage.states]
    assert statuses[0] == "paused" and statuses[-1] == "ended" and "playing" in statuses


@together
def test_a_recording_that_cannot_be_read_on_fails_in_one_sentence_and_elsewhere_plays(engine: Engine) -> None:
    with staged(engine, "flac", seconds=SECONDS, damaged=(100_000, 150_000)) as stage:
        stage.wait_for("paused")
        stage.player.play()
        failed = stage.wait_for("failed")
        assert failed.message == "A page of the recording is damaged; restore it from your backup."
        assert 0 < failed.position_ms < failed.duration_ms - 1_000
        stage.player.seek(500)
        stage.wait(lambda state: state.status == "paused" and state.position_ms == 500)
        assert stage.player.state.message == ""
        stage.player.play()
        stage.wait_for("playing")
        stage.wait(lambda state: state.position_ms > 700)


def test_while_the_disk_takes_its_time_the_clock_stands_as_the_sound_does() -> None:
    """The embedded engine reads when it needs; libVLC has long read ahead."""
    with staged("embedded", "flac", seconds=SECONDS, slow=(120_000, 1.0)) as stage:
        stage.wait_for("paused")
        stage.player.play()
        stage.wait_for("playing")
        stamps = stage.stamps(3.0)
        tape = stage.tape()
    assert any(tape.position_ms(at_ns, stamp.raw_ms) is None for at_ns, stamp in stamps[10:])
    heard = [Heard(stamp, last_heard_ms(tape, at_ns, stamp)) for at_ns, stamp in stamps[2:]]
    # Where a silence begins is known to a block of the output, on a busy machine to two.
    assert [one for one in heard if abs(one.error_ms) > one.stamp.uncertainty_ms + 2 * BLOCK_MS] == []


BLOCK_MS = 20


def last_heard_ms(tape: Tape, at_ns: int, stamp: Stamp) -> float:
    """Where the sound is, or where it ended when it is silent."""
    heard_ms = tape.position_ms(at_ns, stamp.raw_ms)
    if heard_ms is not None:
        return heard_ms
    end_ms = tape.ended_ms(at_ns, stamp.raw_ms)
    assert end_ms is not None
    return end_ms
