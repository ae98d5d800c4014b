"""Brief Structured Recall: the event, its edges, whose peaks, its rating; and the partner's recall of its bounds."""

import msgspec

from iprtool.model.layer import Stopped
from iprtool.model.protocol import PROTOCOLS
from iprtool.recall.protocols import EventCourse
from tests.fakes import content
from tests.recall_table import Table

PROTOCOL = PROTOCOLS["brief-structured"]


def step(table: Table) -> str:
    assert isinstance(table.recall.course, EventCourse)
    return table.recall.course.step


def with_event() -> Table:
    table = Table(content(protocol=PROTOCOL))
    table.watch(20_000)
    table.recall.begin_interval()
    table.watch(30_000)
    table.recall.end_interval()
    return table


def test_the_event_is_found_bounded_and_its_peaks_are_told_apart() -> None:
    table = Table(content(protocol=PROTOCOL))
    assert step(table) == "find"
    table.watch(20_000)
    table.recall.begin_interval()
    assert step(table) == "end"
    table.watch(30_000)
    table.recall.end_interval()
    assert step(table) == "own"
    table.recall.halt()
    table.recall.seek(25_000)
    table.recall.add_peak()
    table.recall.next_part()
    assert (step(table), table.player.at_ms) == ("other", 20_000)
    table.recall.seek(30_000)
    table.recall.add_peak()
    (event,) = table.marks
    assert (event.kind, event.start_ms, event.end_ms) == ("interval", 20_000, 50_000)
    assert [(peak.at_ms, peak.by_role) for peak in event.peaks] == [(25_000, "client"), (30_000, "therapist")]


def test_the_keys_are_the_inquirers_and_so_are_the_stops() -> None:
    table = with_event()
    table.recall.halt()
    assert table.bodies(Stopped)[-1].stopped_by == "inquirer"


def test_while_peaks_are_looked_for_it_plays_round_in_the_event() -> None:
    table = with_event()
    table.watch(60_000)
    assert table.player.at_ms <= 50_200
    assert table.bodies(Stopped)[-1].stopped_by == "program"
    table.recall.go_on()
    assert table.player.at_ms == 20_000


def test_a_peak_outside_of_the_event_is_none() -> None:
    table = with_event()
    table.recall.halt()
    table.recall.seek(100_000)
    assert table.recall.add_peak() is None


def test_the_rating_is_of_the_event_and_then_all_is_done() -> None:
    table = with_event()
    for _ in range(2):
        table.recall.next_part()
    assert step(table) == "rate"
    assert table.recall.asks == "helpful"
    assert not table.recall.playing
    table.recall.change_stop_mark(helpful=8.0)
    table.recall.next_part()
    assert step(table) == "done"
    (event,) = table.marks
    assert (event.kind, event.helpful) == ("interval", 8.0)
    table.recall.previous_part()
    assert step(table) == "rate"


def test_all_of_it_can_be_left_out_and_come_back_to() -> None:
    table = Table(content(protocol=PROTOCOL))
    table.recall.next_part()
    assert step(table) == "done"
    table.recall.previous_part()
    assert step(table) == "find"


def test_it_goes_on_where_it_was_left() -> None:
    table = with_event()
    assert step(table.again()) == "own"
    table.recall.next_part()
    table.recall.seek(30_000)
    table.recall.add_peak()
    assert step(table.again()) == "other"
    table.recall.next_part()
    table.recall.change_stop_mark(helpful=7.0)
    assert step(table.again()) == "done"


def test_who_is_given_the_bounds_sees_that_stretch_only_and_marks_both_ones_peaks() -> None:
    given = msgspec.structs.replace(PROTOCOL, segments=((100_000, 130_000),))
    table = Table(content(protocol=given, by="therapist"))
    assert step(table) == "own"
    table.watch(5_000)
    assert 100_000 <= table.player.at_ms < 106_000
    table.recall.add_peak()
    table.recall.next_part()
    table.watch(60_000)
    assert table.player.at_ms < 130_200
    table.recall.seek(500_000)
    assert table.player.at_ms == 130_000
    table.recall.seek(110_000)
    table.recall.add_peak()
    (event,) = table.marks
    assert (event.start_ms, event.end_ms, event.uncertainty_ms) == (100_000, 130_000, 0)
    assert [peak.by_role for peak in event.peaks] == ["therapist", "client"]
    assert "your client" in table.recall.course.guidance
    for _ in range(3):
        table.recall.next_part()
    assert step(table) == "done"
    table.watch(60_000)
    assert table.player.at_ms < 130_200
