"""Which marks of two people are one moment: against every other matching there is, on small ones."""

import random
from collections.abc import Iterator, Sequence

import pytest

from iprtool.reviewing.matching import TOLERANCE_MS, Pair, distance_ms, match
from iprtool.reviewing.review import Placed
from tests.review_samples import mark

Spans = Sequence[tuple[int, int]]


def placed(spans: Spans) -> list[Placed]:
    return [
        Placed(0, "client", mark(f"m{number}", start_ms, last_ms if last_ms > start_ms else None))
        for number, (start_ms, last_ms) in enumerate(spans)
    ]


def matchings(pairs: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Every matching that is part of these pairs."""
    if not pairs:
        yield []
        return
    (first, second), *others = pairs
    yield from matchings(others)
    for rest in matchings([pair for pair in others if pair[0] != first and pair[1] != second]):
        yield [(first, second), *rest]


def crossed(ones: list[Placed], others: list[Placed], pairs: list[tuple[int, int]]) -> bool:
    """Whether a pair begins before another with the one and after it with the other."""

    def at(marks: list[Placed], number: int) -> tuple[int, int, int]:
        return marks[number].start_ms, marks[number].last_ms, number

    in_time = [at(others, second) for _, second in sorted(pairs, key=lambda pair: at(ones, pair[0]))]
    return in_time != sorted(in_time)


def figures(ones: list[Placed], others: list[Placed], pairs: list[tuple[int, int]]) -> tuple[int, int, int]:
    """What is to be least: the pairs that are missing, their distances, how far apart they begin."""
    of = [(ones[first], others[second]) for first, second in pairs]
    beginnings = sum(abs(one.start_ms - other.start_ms) for one, other in of)
    return -len(pairs), sum(distance_ms(one, other) for one, other in of), beginnings


def best(ones: list[Placed], others: list[Placed], tolerance_ms: int, apart: set[tuple[int, int]]) -> tuple[int, ...]:
    near = [
        (first, second)
        for first, one in enumerate(ones)
        for second, other in enumerate(others)
        if distance_ms(one, other) <= tolerance_ms and (first, second) not in apart
    ]
    return min(figures(ones, others, pairs) for pairs in matchings(near) if not crossed(ones, others, pairs))


@pytest.mark.parametrize("seed", range(300))
def test_no_other_matching_in_order_has_more_pairs_or_nearer_ones(seed: int) -> None:
    chance = random.Random(seed)
    length = chance.choice((8, 20, 60))

    def spans() -> list[Placed]:
        starts = sorted(chance.randrange(length) for _ in range(chance.randrange(6)))
        return placed([(at, at + chance.choice((0, 0, 1, 5, length))) for at in starts])

    ones, others, tolerance_ms = spans(), spans(), chance.choice((0, 2, 5, 100))
    every = [(first, second) for first in range(len(ones)) for second in range(len(others))]
    apart = set(chance.sample(every, chance.randrange(len(every) + 1) // 3))
    pairs = match(ones, others, tolerance_ms, apart)
    found = [(pair.first, pair.second) for pair in pairs]
    assert len({first for first, _ in found}) == len({second for _, second in found}) == len(found)
    assert not set(found) & apart
    assert not crossed(ones, others, found)
    assert found == sorted(found)
    assert all(pair.distance_ms == distance_ms(ones[pair.first], others[pair.second]) for pair in pairs)
    assert all(pair.distance_ms <= tolerance_ms for pair in pairs)
    assert figures(ones, others, found) == best(ones, others, tolerance_ms, apart)


def test_more_pairs_come_before_nearer_ones() -> None:
    ones, others = placed([(0, 0), (10_000, 10_000)]), placed([(9_000, 9_000), (24_000, 24_000)])
    assert match(ones, others) == [Pair(0, 0, 9_000), Pair(1, 1, 14_000)]


def test_what_is_no_moment_of_both_is_left_to_another_partner() -> None:
    ones, others = placed([(0, 0)]), placed([(1_000, 1_000), (2_000, 2_000)])
    assert match(ones, others) == [Pair(0, 0, 1_000)]
    assert match(ones, others, apart={(0, 0)}) == [Pair(0, 1, 2_000)]
    assert match(ones, others, apart={(0, 0), (0, 1)}) == []


def test_an_interval_is_as_near_as_its_nearest_edge_and_of_those_it_holds_the_first_to_begin_is_its_own() -> None:
    long, points = placed([(50_000, 90_000)]), placed([(34_999, 34_999), (60_000, 60_000), (80_000, 80_000)])
    assert [distance_ms(long[0], point) for point in points] == [15_001, 0, 0]
    assert match(long, points) == [Pair(0, 1, 0)]
    assert match(long, placed([(90_000 + TOLERANCE_MS, 90_000 + TOLERANCE_MS)])) == [Pair(0, 0, TOLERANCE_MS)]
    assert match(long, placed([(90_001 + TOLERANCE_MS, 90_001 + TOLERANCE_MS)])) == []


def test_of_two_that_would_cross_only_one_is_a_pair() -> None:
    ones, others = placed([(0, 100_000), (10_000, 10_000)]), placed([(12_000, 12_000), (90_000, 90_000)])
    assert match(ones, others) == [Pair(0, 0, 0)]


def test_a_pair_that_stays_is_not_given_up_for_two_that_cross() -> None:
    ones, others = placed([(92_000, 92_000), (105_000, 105_000)]), placed([(93_000, 93_000), (103_000, 103_000)])
    assert match(ones, others) == [Pair(0, 0, 1_000), Pair(1, 1, 2_000)]
    assert match(ones, others, apart={(0, 0)}) == [Pair(1, 1, 2_000)]


def test_the_same_marks_are_matched_in_the_same_way_again() -> None:
    chance = random.Random(5)
    ones, others = (placed([(at, at) for at in sorted(chance.choices(range(0, 600_000, 1_000), k=80))]) for _ in "ab")
    pairs = match(ones, others)
    assert pairs == match(ones, others)
    turned = match(others, ones)
    assert len(turned) == len(pairs)
    assert sum(pair.distance_ms for pair in turned) == sum(pair.distance_ms for pair in pairs)


def test_nothing_is_matched_with_nothing_and_a_stop_is_heeded() -> None:
    ones = placed([(0, 0), (1_000, 1_000)])
    assert match([], ones) == match(ones, []) == []
    assert match(ones, ones, stopped=lambda: True) == []
