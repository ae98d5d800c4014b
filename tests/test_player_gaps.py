"""Gaps in a recording: silence on one clock, played through and jumped into, whether they are known or not."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from pathlib import Path
from tempfile import mkdtemp

import av
import msgspec
import numpy as np
import pytest

from iprtool.media.conform import conform
from iprtool.media.silences import MOST
from iprtool.model.playing import PlayerState
from iprtool.model.study import Gap, Part, Recording
from iprtool.model.terms import Engine
from iprtool.player.clock import STRETCHED_MS, Ticked
from iprtool.player.engine import RanOut
from iprtool.player.gaps import gap_at, long_gaps, next_gap, stretch_at
from iprtool.player.messages import MOST_BYTES, Opening, Pause, Play, Seek, SetLoop, packed
from tests.pauses import Paused, heard, make_paused
from tests.player_performance import Heard, Stamps, matched
from tests.player_tape import RATE_HZ, Stage, Tape, recording, staged
from tests.sounds import FileSink, Kind, noise
from tests.test_player_deck import DURATION_MS, Bench
from tests.vlc_needed import need_vlc, why_not_vlc

SECONDS, FROM_MS, LONG_MS = 8, 4_000, 10_000
TO_MS = FROM_MS + LONG_MS
Case = tuple[Engine, Kind, bool]
"""An engine, a kind of recording, and whether its gap is known beforehand."""
CASES: tuple[Case, ...] = (
    ("embedded", "opus", True),
    ("embedded", "mp4", False),
    ("vlc", "opus", True),
    ("vlc", "mp4", True),
    ("vlc", "flac", False),
)
FILMS: dict[Engine, Paused] = {
    "embedded": Paused("mp4", "aac", ((1, 2.5), (2.8, 4), (6, 7)), 9),
    "vlc": Paused("webm", "libopus", ((1, 2.5), (2.8, 4), (6, 7)), 9),
}
"""Films whose sound begins late, pauses for a moment, stops for longer and ends early; by who plays them."""
GAPS = ((1_000, 2_000), (5_000, 5_100), (7_000, 9_000))


def test_of_gaps_the_long_ones_are_known_and_where_a_time_is_between_them() -> None:
    gaps = long_gaps(reversed(GAPS))
    assert gaps == ((1_000, 2_000), (7_000, 9_000))
    assert [gap_at(gaps, at_ms) for at_ms in (999, 1_000, 1_999, 2_000)] == [None, gaps[0], gaps[0], None]
    assert [next_gap(gaps, at_ms) for at_ms in (0, 1_500, 2_000, 9_000)] == [gaps[0], gaps[0], gaps[1], None]
    assert [stretch_at(gaps, at_ms, 10_000) for at_ms in (0, 2_000, 9_500)] == [
        (0, 1_000),
        (2_000, 7_000),
        (9_000, 10_000),
    ]


def test_what_a_recording_was_joined_from_tells_its_gaps() -> None:
    parts = (Part("a", 0, 3_000), Part("b", 3_000, 2_000), Part("c", 65_000, 1_000))
    joined = Recording(
        "r", "s", "m", "sha", 66_000, "aac", sample_rate_hz=16_000, frame_rate=30_000 / 1_001, parts=parts
    )
    opening = Opening.of(joined, {"path": "x"}, "vlc")
    assert opening.gaps == ((5_000, 65_000),)
    assert (opening.sample_rate_hz, opening.codec, opening.duration_ms) == (16_000, "aac", 66_000)
    assert opening.frame_ms == pytest.approx(33.3667, abs=1e-4)


def test_as_many_silences_as_are_kept_go_into_one_message() -> None:
    gaps = tuple((359_000_000 + 100 * number, 359_000_050 + 100 * number) for number in range(MOST))
    assert len(packed(Opening({"path": "x" * 4_096}, gaps=gaps))) < MOST_BYTES


def test_in_a_gap_the_deck_keeps_the_time_and_at_its_end_the_engine_goes_on() -> None:
    bench = Bench(at_ms=9_990, playing=True, rate=2.0, gaps=((10_000, 10_600),))
    now_ns = time.monotonic_ns()
    bench.deck.take(Ticked(10_001, now_ns, now_ns))
    assert bench.deck.work() <= 0.1
    assert bench.engine.calls == [("hold",), ("cue", 10_600, 2.0, False)]
    bench.deck.take(Ticked(99_000, now_ns, time.monotonic_ns()))
    assert 10_000 <= bench.last.state.position_ms < 10_500
    while bench.last.state.position_ms < 10_600:
        time.sleep(bench.deck.work())
    assert bench.last.clock.since_ns - now_ns >= 0.28e9
    assert bench.engine.calls[2:] == [("go_on",)]


def test_stopped_in_a_gap_it_stands_there_and_moves_on_from_there() -> None:
    bench = Bench(gaps=((10_000, 50_000),))
    bench.do(Seek(1, 20_000))
    bench.do(Play(2))
    paused = bench.do(Pause(3)).state
    assert bench.engine.calls == [("cue", 50_000, 1.0, False)]
    assert paused.status == "paused" and 20_000 <= paused.position_ms < 20_100
    assert bench.do(Seek(4, 3_000), Play(5)).state.status == "playing"
    assert bench.engine.calls[1:] == [("cue", 3_000, 1.0, False), ("go_on",)]


def test_what_stands_still_shortly_before_a_gap_is_at_its_beginning_when_that_is_due() -> None:
    bench = Bench(at_ms=9_800, playing=True, gaps=((10_000, 50_000),))
    now_ns = time.monotonic_ns()
    bench.deck.take(Ticked(9_900, now_ns, now_ns, sure=True))
    assert 0.05 < bench.deck.work() <= 0.1
    assert bench.engine.calls == []
    time.sleep(0.11)
    bench.deck.take(Ticked(9_900, time.monotonic_ns(), time.monotonic_ns(), sure=True))
    bench.deck.work()
    assert bench.engine.calls == [("hold",), ("cue", 50_000, 1.0, False)]
    assert bench.last.state.position_ms >= 10_000


def test_a_recording_that_begins_in_a_gap_stands_in_it() -> None:
    bench = Bench(gaps=((0, 2_000),))
    bench.do(Play(1))
    assert bench.engine.calls == []
    assert bench.do(Pause(2)).state.position_ms < 2_000
    assert Bench(gaps=((1, 2_000),)).do(Play(1)).state.status == "playing"


def worked_until(bench: Bench, wanted: Callable[[PlayerState], bool]) -> PlayerState:
    while not wanted(bench.last.state):
        time.sleep(min(0.02, bench.deck.work()))
    return bench.last.state


def test_a_gap_to_the_end_is_played_to_the_end_and_needs_no_engine() -> None:
    bench = Bench(at_ms=56_900, playing=True, gaps=((57_000, 60_000),))
    bench.deck.take(RanOut(time.monotonic_ns()))
    assert bench.last.state.status == "playing"
    worked_until(bench, lambda state: state.position_ms >= 57_000)
    assert bench.engine.calls == [("hold",)]
    bench.do(Seek(1, 59_950))
    ended = worked_until(bench, lambda state: state.status != "playing")
    assert (ended.status, ended.position_ms, ended.message) == ("ended", DURATION_MS, "")
    bench.do(SetLoop(2, (58_000, 60_000)), Seek(3, 59_970), Play(4))
    assert worked_until(bench, lambda state: state.position_ms < 59_000).status == "playing"
    assert bench.engine.calls == [("hold",)]
    bench.do(SetLoop(5, None), Seek(6, 3_000))
    assert bench.engine.calls[1:] == [("cue", 3_000, 1.0, True)]


def test_what_ends_long_before_the_gap_is_damaged() -> None:
    bench = Bench(at_ms=50_000, playing=True, gaps=((57_000, 60_000),))
    bench.deck.take(RanOut(time.monotonic_ns()))
    assert bench.last.state.status == "failed"
    assert bench.last.state.message == "The recording ends at 00:50, too early; it may be damaged there."


@cache
def gapped(kind: Kind) -> Path:
    """A conformed recording without a packet between two times."""
    whole, _conformed = recording(kind, SECONDS)
    path = Path(mkdtemp(prefix="iprtool-gaps-")) / f"{kind}.mka"
    options = {"cluster_time_limit": "1000", "avoid_negative_ts": "disabled"}
    with av.open(str(whole)) as short, av.open(str(path), "w", format="matroska", options=options) as long:
        streams = {stream.index: long.add_stream_from_template(stream) for stream in short.streams}
        for packet in short.demux():
            if packet.pts is None or packet.dts is None:
                continue
            later = round(LONG_MS / 1000 / packet.time_base) if packet.pts * packet.time_base >= FROM_MS / 1000 else 0
            packet.pts, packet.dts = packet.pts + later, packet.dts + later
            packet.stream = streams[packet.stream_index]
            long.mux(packet)
    return path


class Passage(msgspec.Struct, frozen=True):
    """Stamps where there is sound, beside it, and those where there is none."""

    sound: list[Heard]
    silence: Stamps


Through = tuple[Passage, Passage, list[PlayerState]]
Film = tuple[Passage, list[PlayerState], tuple[Gap, ...]]
POOL = ThreadPoolExecutor(len(CASES) + len(FILMS))


@cache
def begun() -> dict[Case, Future[Through]]:
    """All cases at once: mostly they wait for the gap to pass."""
    cases = [case for case in CASES if case[0] != "vlc" or not why_not_vlc()]
    for _engine, kind, _known in cases:
        gapped(kind)
    return {case: POOL.submit(play_through, *case) for case in cases}


def play_through(engine: Engine, kind: Kind, known: bool) -> Through:
    sound = noise(SECONDS)
    before = FROM_MS * RATE_HZ // 1000
    reference = np.concatenate([sound[:before], np.zeros(LONG_MS * RATE_HZ // 1000, np.int16), sound[before:]])
    opened = {"duration_ms": SECONDS * 1000 + LONG_MS, "gaps": ((FROM_MS, TO_MS),) if known else ()}
    with staged(engine, kind, seconds=SECONDS, path=gapped(kind), reference=reference, opened=opened) as stage:
        stage.wait_for("paused")
        stage.player.seek(3_000)
        through = stamps_until(stage, TO_MS + 500)
        stage.player.set_rate(2)
        stage.player.seek(TO_MS - 1_000)
        into = stamps_until(stage, TO_MS + 500)
        states, tape = list(stage.states), stage.tape()
    return passage(through, tape), passage(into, tape), states


def stamps_until(stage: Stage, at_ms: int) -> Stamps:
    """Stamps while it plays up to there; then it stands."""
    stage.player.play()
    stage.wait_for("playing")
    taken: Stamps = []
    for _ in range(200):
        taken += stage.stamps(0.1)
        if taken[-1][1].raw_ms >= at_ms:
            stage.player.pause()
            stage.wait_for("paused")
            return taken
    raise AssertionError(f"it does not come there: {taken[-1]}")


def passage(stamps: Stamps, tape: Tape) -> Passage:
    silence = [taken for taken in stamps if tape.position_ms(taken[0], taken[1].raw_ms, taken[1].rate) is None]
    sound = [taken for taken in stamps if taken not in silence]
    return Passage(matched(sound, tape), silence)


@cache
def films_begun() -> dict[Engine, Future[Film]]:
    """The same for the films."""
    return {engine: POOL.submit(play_film, engine) for engine in FILMS if engine != "vlc" or not why_not_vlc()}


def play_film(engine: Engine) -> Film:
    """Conform it, and play it from its beginning to its end."""
    form, folder = FILMS[engine], Path(mkdtemp(prefix="iprtool-gaps-"))
    sink = FileSink(folder / "film.mkv")
    conformed = conform(make_paused(folder / "film", form), sink, lambda _share: None)
    film = Recording("r", "s", "m", "sha", conformed.duration_ms, conformed.audio_codec, silences=conformed.silences)
    of = Opening.of(film, {})
    opened = {"codec": of.codec, "duration_ms": of.duration_ms, "gaps": of.gaps}
    with staged(engine, path=sink.path, reference=heard(form.spoken_s, 9), opened=opened) as stage:
        stage.wait_for("paused")
        stage.player.play()
        stage.wait_for("playing")
        stamps: Stamps = []
        while stage.player.state.status == "playing" and len(stamps) < 1_000:
            stamps += stage.stamps(0.1)
        states, tape = list(stage.states), stage.tape()
    return passage([taken for taken in stamps if taken[1].playing], tape), states, of.gaps


@pytest.mark.parametrize("engine", FILMS)
def test_a_film_whose_sound_pauses_is_played_to_its_end(engine: Engine) -> None:
    if engine == "vlc":
        need_vlc()
    begun()
    played, states, gaps = films_begun()[engine].result()
    assert states[-1].status == "ended" and states[-1].position_ms == states[-1].duration_ms
    assert [state.message for state in states if state.message] == []
    flat_ms = [round(ms, -2) for gap in gaps for ms in gap]
    assert flat_ms == [0, 1_000, 4_000, 6_000, 7_000, 9_000]
    assert [one for one in played.sound if abs(one.error_ms) > one.stamp.uncertainty_ms] == []
    for from_ms, to_ms in ((1_000, 2_500), (2_800, 4_000), (6_000, 7_000)):
        assert any(from_ms < one.stamp.raw_ms < to_ms for one in played.sound)
    for from_ms, to_ms in gaps:
        inside = [taken for taken in played.silence if from_ms <= taken[1].raw_ms < to_ms - 100]
        assert len(inside) > 5
        for (one_ns, one), (next_ns, after) in pairwise(inside):
            assert after.raw_ms - one.raw_ms == pytest.approx((next_ns - one_ns) / 1e6, abs=STRETCHED_MS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_gap_is_played_through_and_jumped_into_without_a_stall(case: Case) -> None:
    if case[0] == "vlc":
        need_vlc()
    through, into, states = begun()[case].result()
    engine, _kind, known = case
    assert [state.message for state in states if state.message] == []
    assert {state.status for state in states} == {"paused", "playing"}
    assert [one for one in through.sound if abs(one.error_ms) > one.stamp.uncertainty_ms] == []
    assert through.sound[0].stamp.raw_ms < FROM_MS
    assert through.sound[-1].stamp.raw_ms > TO_MS and into.sound[-1].stamp.raw_ms > TO_MS
    if not known and engine == "vlc":
        return  # libVLC stands still in it, or leaps over it, and the clock with it
    assert [one for one in into.sound if abs(one.error_ms) > one.stamp.uncertainty_ms] == []
    for silence in (through.silence, into.silence):
        inside = [taken for taken in silence if FROM_MS <= taken[1].raw_ms < TO_MS]
        assert len(inside) > 5
        for (one_ns, one), (next_ns, after) in pairwise(inside):
            assert after.raw_ms - one.raw_ms == pytest.approx((next_ns - one_ns) / 1e6 * one.rate, abs=STRETCHED_MS)
