"""The dial's data: samples gathered and written in time, traces united, and where they are highest."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iprtool.dial.extremes import Stretch, extremes
from iprtool.dial.sampling import BATCH_S, Sampler
from iprtool.dial.scale import half_point, label, within
from iprtool.dial.traces import Run, mean_of, united
from iprtool.model.layer import Trace, Traced
from iprtool.model.mark import Stamp


def trace(*samples: tuple[int, float]) -> Trace:
    return Trace("t", samples)


def level(start_ms: int, end_ms: int, value: float, step_ms: int = 100) -> list[tuple[int, float]]:
    """Samples of a dial that stands still."""
    return [(at_ms, value) for at_ms in range(start_ms, end_ms + 1, step_ms)]


class Sampling:
    """A sampler by a clock that the test moves; `written` is what came of it."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.written: list[Traced] = []
        self.sampler = Sampler(self.written.append, lambda: self.now_s)

    def sample(
        self, ms: int, value: float = 5, *, rate: float = 1.0, playing: bool = True, after_s: float = 0.1
    ) -> None:
        self.sampler.sample(Stamp(ms, ms, 10, rate, playing), value)
        self.now_s += after_s


def test_samples_go_out_while_they_are_younger_than_half_a_second() -> None:
    sampling, unwritten = Sampling(), []
    for n in range(50):
        sampling.sample(100 * n, n % 9 + 1)
        written = sum(len(one.samples) for one in sampling.written)
        unwritten.append(n + 1 - written)
    assert max(unwritten) * 0.1 < 0.5
    assert [one for batch in sampling.written for one in batch.samples] == [(100 * n, n % 9 + 1) for n in range(50)]


def test_a_late_timer_keeps_no_sample_back() -> None:
    sampling = Sampling()
    sampling.sample(0, after_s=2 * BATCH_S)
    sampling.sample(700)
    assert [batch.samples for batch in sampling.written] == [((0, 5), (700, 5))]


def test_nothing_is_sampled_while_it_does_not_play_and_nothing_empty_is_written() -> None:
    sampling = Sampling()
    sampling.sample(0, playing=False)
    sampling.sampler.flush()
    assert sampling.written == []


def test_each_batch_is_of_one_speed() -> None:
    sampling = Sampling()
    sampling.sample(0)
    sampling.sample(100, rate=2)
    sampling.sampler.flush()
    assert sampling.written == [Traced(((0, 5),), 1), Traced(((100, 5),), 2)]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1, "extremely hindering"),
        (4.5, "slightly hindering"),
        (5, "neutral"),
        (5.4, "neutral"),
        (6.6, "moderately helpful"),
        (9, "extremely helpful"),
        (12, "extremely helpful"),
    ],
)
def test_a_rating_in_words(value: float, words: str) -> None:
    assert label(value) == words


def test_values_stay_on_the_scale() -> None:
    assert (within(0), within(4), within(10)) == (1, 4, 9)
    assert (half_point(6.8), half_point(6.7), half_point(9.4)) == (7, 6.5, 9)


def test_a_value_holds_until_the_next_sample_and_over_the_seams_of_batches() -> None:
    runs = united([trace((0, 5), (100, 5), (200, 7)), trace((300, 7), (400, 5), (500, 5))])
    assert runs == [Run((0, 200, 400), (5, 7, 5), 500)]


def test_what_is_not_sampled_for_long_is_not_rated() -> None:
    assert united([trace((0, 5), (100, 5), (5_000, 6), (5_100, 6))]) == [
        Run((0,), (5,), 100),
        Run((5_000,), (6,), 5_100),
    ]


def test_a_stretch_rated_again_counts_as_it_was_rated_last() -> None:
    runs = united([trace(*level(0, 1_000, 3)), trace(*level(400, 700, 8))])
    assert runs == [Run((0, 400, 700), (3, 8, 3), 1_000)]
    assert runs == united([trace(*level(0, 1_000, 3), *level(400, 700, 8))])


def test_a_value_that_was_set_and_never_held_is_in_no_mean() -> None:
    assert united([trace((100, 9))]) == []
    assert united([trace((0, 5), (100, 9))]) == [Run((0,), (5,), 100)]


passes = st.lists(
    st.tuples(st.integers(0, 40), st.lists(st.tuples(st.integers(0, 3), st.integers(1, 9)), min_size=1, max_size=12)),
    max_size=6,
)


def samples_of(made: Sequence[tuple[int, Sequence[tuple[int, int]]]]) -> list[Trace]:
    """Passes of samples 0 to 3 ms apart, each beginning anew."""
    traces = []
    for start_ms, steps in made:
        at_ms, samples = start_ms, list[tuple[int, float]]()
        for step_ms, value in steps:
            at_ms += step_ms
            samples.append((at_ms, value))
        traces.append(trace(*samples))
    return traces


def painted(traces: Sequence[Trace], gap_ms: int) -> dict[int, float]:
    """What was rated in each millisecond, the plain way."""
    by_ms: dict[int, float] = {}
    samples = [sample for one in traces for sample in one.samples]
    for (at_ms, value), (next_ms, _) in pairwise(samples):
        if 0 < next_ms - at_ms <= gap_ms:
            by_ms |= dict.fromkeys(range(at_ms, next_ms), value)
    return by_ms


@given(passes)
def test_united_is_what_painting_one_rating_over_the_other_gives(made: list[tuple[int, list[tuple[int, int]]]]) -> None:
    traces = samples_of(made)
    runs = united(traces, gap_ms=2)
    read = {
        at_ms: value
        for run in runs
        for (start_ms, stop_ms), value in zip(pairwise([*run.starts_ms, run.end_ms]), run.values, strict=True)
        for at_ms in range(start_ms, stop_ms)
    }
    expected = painted(traces, 2)
    assert read == expected
    assert all(before.end_ms < after.start_ms for before, after in pairwise(runs))
    assert all(a != b for run in runs for a, b in pairwise(run.values))
    if expected:
        assert mean_of(runs) == pytest.approx(sum(expected.values()) / len(expected))


@given(passes, st.integers(1, 5))
def test_no_window_is_higher_or_lower_than_the_first_of_its_kind(
    made: list[tuple[int, list[tuple[int, int]]]], window_ms: int
) -> None:
    traces = samples_of(made)
    runs, by_ms = united(traces, gap_ms=2), painted(traces, 2)
    means = {
        start: sum(by_ms[ms] for ms in range(start, start + window_ms)) / window_ms
        for start in by_ms
        if all(ms in by_ms for ms in range(start, start + window_ms))
    }
    found = {one.kind: one for one in extremes(runs, 1, window_ms, apart_ms=0, stands_out=0.01)}
    whole = mean_of(runs) or 0.0
    if means and max(means.values()) > whole + 0.011:
        assert found["highest"].mean == pytest.approx(max(means.values()), abs=1e-5)
        assert means[found["highest"].start_ms] == pytest.approx(found["highest"].mean, abs=1e-5)
    elif not means or max(means.values()) < whole + 0.009:
        assert "highest" not in found


def test_the_highest_and_lowest_stretches_in_time_and_apart() -> None:
    runs = united(
        [
            trace(
                *level(0, 60_000, 5),
                *level(60_100, 90_000, 9),
                *level(90_100, 120_000, 5),
                *level(120_100, 150_000, 2),
                *level(150_100, 300_000, 5),
                *level(300_100, 330_000, 7),
                *level(330_100, 400_000, 5),
            )
        ]
    )
    found = extremes(runs, 2)
    assert [(one.kind, one.mean) for one in found] == [("highest", 9), ("lowest", 2), ("highest", 7)]
    assert found[0] == Stretch(60_100, 80_100, 9, "highest")


def test_of_a_kind_they_keep_apart_and_of_the_other_kind_they_do_not_overlap() -> None:
    samples = [
        *level(0, 100_000, 5),
        *level(100_100, 200_000, 9),
        *level(200_100, 230_000, 1),
        *level(230_100, 300_000, 5),
    ]
    found = extremes(united([trace(*samples)]), 3)
    assert [(one.kind, one.start_ms) for one in found] == [
        ("lowest", 0),
        ("lowest", 40_000),
        ("highest", 100_100),
        ("highest", 140_100),
        ("highest", 180_100),
        ("lowest", 200_100),
    ]


def test_a_dial_that_was_not_moved_or_hardly_watched_has_no_extremes() -> None:
    assert extremes(united([trace(*level(0, 300_000, 5))])) == []
    assert extremes(united([trace(*level(0, 900, 5), *level(1_000, 1_900, 9))])) == []
    assert extremes([]) == []


def test_of_a_dial_that_was_moved_for_some_seconds_only_the_stretches_are_shorter() -> None:
    found = extremes(united([trace(*level(0, 8_000, 9), *level(8_100, 16_000, 1))]))
    assert [(one.kind, one.start_ms, one.mean) for one in found] == [("highest", 0, 9), ("lowest", 8_100, 1)]
    assert [one.end_ms - one.start_ms for one in found] == [4_000, 4_000]


def test_a_window_never_reaches_over_what_was_not_rated() -> None:
    rated = trace(*level(0, 30_000, 5)), trace(*level(30_000, 45_000, 9), *level(100_000, 119_000, 9))
    runs = united(rated)
    (highest,) = [one for one in extremes(runs, window_ms=20_000) if one.kind == "highest"]
    assert (highest.start_ms, highest.end_ms) == (25_000, 45_000)
