"""Interval rating: the program stops at each prompt and asks, once."""

import msgspec
import pytest

from iprtool.model.layer import Stopped
from iprtool.model.protocol import PROTOCOLS, RecallProtocol
from iprtool.recall.session import Recall
from tests.fakes import content
from tests.recall_table import Table

PROTOCOL: RecallProtocol = msgspec.structs.replace(PROTOCOLS["interval"], prompt_every_ms=30_000)


@pytest.fixture
def table() -> Table:
    return Table(content(protocol=PROTOCOL))


def asked(table: Table) -> list[int]:
    return [stop.at_ms for stop in table.bodies(Stopped) if stop.stopped_by == "program"]


def asks(recall: Recall) -> str | None:
    return recall.asks


def test_it_stops_at_each_prompt_and_asks_how_helpful_it_was(table: Table) -> None:
    table.watch(60_000)
    assert asked(table) == [30_000]
    assert asks(table.recall) == "helpful"
    mark = table.recall.change_stop_mark(helpful=6.5)
    assert (mark.start_ms, mark.helpful, mark.stopped_by) == (30_000, 6.5, "program")
    table.watch(60_000)
    assert asks(table.recall) == "helpful"
    assert asked(table) == [30_000, 60_000]


def test_ones_own_stops_are_not_asked_about(table: Table) -> None:
    table.watch(10_000)
    table.recall.halt()
    assert table.bodies(Stopped)[-1].stopped_by == "recaller"
    assert asks(table.recall) is None


def test_who_stopped_at_a_prompt_is_not_to_be_corrected(table: Table) -> None:
    table.watch(60_000)
    assert table.recall.toggle_stopped_by() == "program"
    assert asks(table.recall) == "helpful"


def test_a_prompt_that_was_leapt_over_is_asked_as_soon_as_it_plays_on(table: Table) -> None:
    table.watch(28_000)
    table.recall.seek(40_000)
    table.watch(1_000)
    assert asked(table) == [30_000]
    (stop,) = [one for one in table.bodies(Stopped) if one.stopped_by == "program"]
    assert 40_000 <= stop.raw_ms < 40_200


def test_of_an_interval_that_was_not_watched_nothing_is_asked(table: Table) -> None:
    table.watch(10_000)
    table.recall.halt()
    table.recall.seek(300_000)
    table.watch(31_000)
    # Of the first interval ten seconds were watched, less than half; of those leapt over nothing.
    assert asked(table) == [330_000]


def test_of_less_than_half_of_an_interval_nothing_is_asked_however_often_it_was_played(table: Table) -> None:
    for _ in range(3):
        table.watch(12_000)
        table.recall.halt()
        table.recall.seek(0)
    table.recall.seek(35_000)
    table.watch(2_000)
    assert asked(table) == []
    again = table.again()
    again.recall.seek(10_000)
    again.watch(6_000)
    again.recall.seek(35_000)
    again.watch(1_000)
    assert asked(again) == [30_000]


def test_of_what_was_declined_nothing_is_asked(table: Table) -> None:
    table.watch(6_000)
    table.recall.cover()
    table.recall.uncover(to_ms=40_000)
    table.watch(10_000)
    assert asked(table) == []
    table.recall.cover()
    table.recall.uncover(to_ms=80_000)
    table.recall.go_on()
    table.watch(15_000)
    assert asked(table) == []


def test_what_was_answered_or_left_out_is_not_asked_again_later(table: Table) -> None:
    table.watch(60_000)
    table.recall.change_stop_mark(helpful=3.0)
    table.watch(60_000)  # the second one is left out
    table.watch(5_000)
    again = table.again()
    again.recall.seek(0)
    again.watch(89_000)
    assert asked(again) == []
    again.watch(5_000)
    assert asked(again) == [90_000]


def test_one_that_was_asked_and_never_answered_is_asked_again_later(table: Table) -> None:
    table.watch(60_000)
    again = table.again()
    again.recall.seek(25_000)
    again.watch(60_000)
    assert asked(again) == [30_000]


def test_going_back_over_a_prompt_asks_nothing_twice(table: Table) -> None:
    table.watch(60_000)
    table.recall.go_on()
    table.recall.seek(20_000)
    table.watch(20_000)
    assert asked(table) == [30_000]
    assert table.recall.course.progress == "1 of 20 asked"
