"""What a drawing costs: it follows the width of the screen and not how much is on a lane."""

import random
import sys
from collections.abc import Callable
from types import FrameType

import pytest

from iprtool.model.linking import Episode, Strategy
from iprtool.timeline.lanes import (
    EpisodesLane,
    Lane,
    LinksLane,
    SegmentsLane,
    TraceLane,
    episode_item,
    link_item,
)
from iprtool.timeline.scale import Scale

HOUR_MS = 3_600_000
FEW, MANY = 4_000, 16_000


def trace(count: int) -> TraceLane:
    return TraceLane(
        "dial", [(number * HOUR_MS // count, float(1 + number % 9)) for number in range(count)], gap_ms=3_000
    )


def segments(count: int) -> SegmentsLane:
    return SegmentsLane("coder", HOUR_MS // count, HOUR_MS, dict.fromkeys(range(count), "WD_P 3"))


def links(count: int) -> LinksLane:
    rng, items = random.Random(count), []
    for number in range(count):
        at_ms = rng.randrange(HOUR_MS)
        other_ms = min(at_ms + rng.randrange(30_000), HOUR_MS)
        items.append(link_item(f"m{number}", (at_ms, at_ms), (other_ms, other_ms), confirmed=number % 2 == 0))
    return LinksLane("matched", items)


def episodes(count: int) -> EpisodesLane:
    rng, items = random.Random(count), []
    for number in range(count):
        at_ms = rng.randrange(HOUR_MS - 120_000)
        strategies = tuple(Strategy("validates", at_ms + rng.randrange(120_000)) for _ in range(4))
        episode = Episode(str(number), "mixed", at_ms, strategies=strategies, end_ms=at_ms + 120_000, resolved=4)
        items.append(episode_item(f"e{number}", episode))
    return EpisodesLane("ruptures", items, height=3)


def one_long_episode(count: int) -> EpisodesLane:
    strategies = tuple(Strategy("validates", number * HOUR_MS // count) for number in range(count))
    return EpisodesLane("ruptures", [episode_item("e", Episode("e", "mixed", 0, strategies=strategies))])


def calls_of(work: Callable[[], object]) -> int:
    """How many functions are called, Python's own among them."""
    calls = 0

    def count(_: FrameType, event: str, __: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("lane_of", [trace, segments, links, episodes, one_long_episode])
@pytest.mark.parametrize("cell_ms", [1_000, 5_000, HOUR_MS // 100 + 1])
def test_four_times_as_much_on_a_full_lane_is_drawn_with_hardly_more_work(
    lane_of: Callable[[int], Lane], cell_ms: int
) -> None:
    scale = Scale(HOUR_MS, 100, cell_ms, HOUR_MS // 2 // cell_ms * cell_ms if cell_ms < 10_000 else 0)
    few, many = (lane_of(count) for count in (FEW, MANY))
    for lane in (few, many):
        lane.draw(scale)
    assert calls_of(lambda: many.draw(scale)) <= 2 * calls_of(lambda: few.draw(scale))
    assert calls_of(lambda: many.draw(scale)) < 150 * scale.width


def test_a_sample_more_costs_the_same_on_a_long_trace() -> None:
    few, many = (TraceLane("dial", [(at_ms, 5.0) for at_ms in range(0, end_ms, 100)]) for end_ms in (60_000, HOUR_MS))
    assert calls_of(lambda: many.add([(HOUR_MS, 6.0)])) <= 3 * calls_of(lambda: few.add([(60_000, 6.0)]))
