"""The timeline's index against a list that is searched from end to end."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from iprtool.timeline.index import MarkIndex
from iprtool.timeline.lanes import LaneItem

times = st.integers(0, 2_000)


def item(name: str, start_ms: int, length_ms: int = 0) -> LaneItem:
    return LaneItem(name, start_ms, start_ms + length_ms if length_ms else None)


def named(one: LaneItem) -> LaneItem:
    """An item as a view shows it."""
    return LaneItem(one.id, one.start_ms, one.end_ms, label=f"{one.id} at {one.start_ms}")


def touches(one: LaneItem, a_ms: int, b_ms: int) -> bool:
    return one.start_ms < b_ms and (one.last_ms >= a_ms or one.start_ms >= a_ms)


class IndexMachine(RuleBasedStateMachine):
    """Adds, removals and changes in any order, checked against a plain dict."""

    def __init__(self) -> None:
        super().__init__()
        self.index: MarkIndex[LaneItem] = MarkIndex()
        self.seen = self.index.seen_as(named)
        self.oracle: dict[str, LaneItem] = {}
        self.number = 0

    @rule(start_ms=times, length_ms=st.one_of(st.just(0), times))
    def add(self, start_ms: int, length_ms: int) -> None:
        self.number += 1
        added = item(f"i{self.number}", start_ms, length_ms)
        self.index.add(added)
        self.oracle[added.id] = added

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        if self.oracle:
            name = data.draw(st.sampled_from(sorted(self.oracle)))
            assert self.index.remove(name) == self.oracle.pop(name)

    @rule(data=st.data(), start_ms=times, length_ms=st.one_of(st.just(0), times))
    def put(self, data: st.DataObject, start_ms: int, length_ms: int) -> None:
        if self.oracle:
            changed = item(data.draw(st.sampled_from(sorted(self.oracle))), start_ms, length_ms)
            self.index.put(changed)
            self.oracle[changed.id] = changed

    @rule()
    def load_anew(self) -> None:
        self.index = MarkIndex(list(self.oracle.values()))
        self.seen = self.index.seen_as(named)

    @rule()
    def load_columns(self) -> None:
        items = list(self.oracle.values())
        ids, starts, lasts = ([getattr(one, name) for one in items] for name in ("id", "start_ms", "last_ms"))
        self.index = MarkIndex.of_columns(ids, starts, lasts, items.__getitem__)
        self.seen = self.index.seen_as(named)

    @rule(a_ms=st.integers(0, 4_200), length_ms=times)
    def touching(self, a_ms: int, length_ms: int) -> None:
        found = {one.id for one in self.index.touching(a_ms, a_ms + length_ms)}
        expected = {one.id for one in self.oracle.values() if length_ms and touches(one, a_ms, a_ms + length_ms)}
        assert found == expected

    @rule(at_ms=st.integers(0, 4_200), limit=st.integers(1, 3))
    def covering(self, at_ms: int, limit: int) -> None:
        expected = {one.id for one in self.oracle.values() if one.start_ms < at_ms <= one.last_ms}
        assert {one.id for one in self.index.covering(at_ms)} == expected
        limited = [one.id for one in self.index.covering(at_ms, limit)]
        assert len(limited) == min(limit, len(expected)) and set(limited) <= expected

    @rule(from_ms=times, step_ms=st.integers(1, 700), steps=st.integers(1, 20))
    def steps(self, from_ms: int, step_ms: int, steps: int) -> None:
        counts = {step: stop - rank for step, rank, stop in self.index.steps(from_ms, step_ms, steps)}
        for step in range(steps):
            edge_ms = from_ms + step * step_ms
            expected = sum(edge_ms <= one.start_ms < edge_ms + step_ms for one in self.oracle.values())
            assert counts.get(step, 0) == expected == self.index.count(edge_ms, edge_ms + step_ms)

    @rule(at_ms=times)
    def neighbours(self, at_ms: int) -> None:
        starts = sorted(one.start_ms for one in self.oracle.values())
        before, after = self.index.before(at_ms), self.index.after(at_ms)
        assert (before.start_ms if before else None) == max((s for s in starts if s < at_ms), default=None)
        assert (after.start_ms if after else None) == min((s for s in starts if s > at_ms), default=None)

    @invariant()
    def in_order(self) -> None:
        listed = list(self.index)
        assert [one.start_ms for one in listed] == sorted(one.start_ms for one in self.oracle.values())
        assert all(self.index.rank_of(one.id) == rank for rank, one in enumerate(listed))
        assert all(self.index.get(name) == one for name, one in self.oracle.items())
        assert list(self.seen) == [named(one) for one in listed]


TestIndex = IndexMachine.TestCase
TestIndex.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


@given(st.lists(st.tuples(times, st.one_of(st.just(0), times)), max_size=40))
def test_loading_at_once_and_one_by_one_come_to_the_same(spans: list[tuple[int, int]]) -> None:
    items = [item(f"i{number}", *span) for number, span in enumerate(spans)]
    loaded, grown = MarkIndex(items), MarkIndex[LaneItem]()
    for one in items:
        grown.add(one)
    assert list(loaded) == list(grown)
    assert all(loaded.covering(ms) == grown.covering(ms) for ms in range(0, 4_000, 97))


def test_neighbours_by_rank_step_through_marks_at_one_time() -> None:
    index = MarkIndex([item("a", 5), item("b", 5), item("c", 9)])
    assert [index.beside("a", step) for step in (-1, 1, 2)] == [None, item("b", 5), item("c", 9)]


def test_what_can_not_be_filed_is_refused() -> None:
    index = MarkIndex([item("a", 5)])
    with pytest.raises(ValueError, match="one id"):
        index.add(item("a", 7))
    with pytest.raises(ValueError, match="one id"):
        MarkIndex([item("a", 5), item("a", 7)])
    for wrong in (item("b", -1), LaneItem("b", 9, 3), item("b", 1 << 31)):
        with pytest.raises(ValueError, match="can't lie"):
            index.add(wrong)
        with pytest.raises(ValueError, match="can't lie"):
            MarkIndex([wrong])
    with pytest.raises(KeyError):
        index.remove("nobody")


@pytest.mark.parametrize("lengths_ms", [(1, 20_000), (3_000_000, 6_000_000)], ids=["short", "long"])
def test_a_mark_more_costs_little_beside_a_hundred_thousand(lengths_ms: tuple[int, int]) -> None:
    """Half a millisecond is allowed, many times what it takes, so that a busy machine fails no test."""
    rng = random.Random(1)
    index = MarkIndex([item(f"i{n}", rng.randrange(9_000_000), rng.randint(*lengths_ms)) for n in range(100_000)])
    index.covering(4_500_000)
    took = []
    for number in range(200):
        one = item(f"x{number}", rng.randrange(9_000_000), rng.randint(*lengths_ms))
        began = time.thread_time()
        index.add(one)
        took.append(time.thread_time() - began)
    assert sorted(took)[100] < 0.000_5


def test_a_limited_query_looks_at_few_of_many_overlapping() -> None:
    index = MarkIndex([item(f"i{n}", n, 5_000_000) for n in range(100_000)])
    assert len(index.covering(1_000_000)) == 100_000  # the first query builds what the others look into
    began = time.thread_time()
    every = index.covering(1_000_000)
    whole_s = time.thread_time() - began
    began = time.thread_time()
    for ms in range(1_000_000, 1_000_100):
        assert len(index.covering(ms, limit=3)) == 3
    assert len(every) == 100_000
    assert time.thread_time() - began < whole_s
