"""Preselected segments: each is played in turn, the program stops at its end, and what lies between was skipped."""

import msgspec

from iprtool.model.layer import Stopped
from iprtool.model.protocol import PROTOCOLS, RecallProtocol
from tests.fakes import content
from tests.recall_table import Table

THREE = ((10_000, 20_000), (60_000, 70_000), (300_000, 310_000))


def three(segments: tuple[tuple[int, int], ...] = THREE) -> RecallProtocol:
    return msgspec.structs.replace(PROTOCOLS["segments"], segments=segments)


def spans(table: Table) -> list[tuple[str, int, int]]:
    return sorted({(one.kind, one.start_ms, one.end_ms) for one in table.recall.state.coverage.values()})


def test_each_is_played_from_its_beginning_and_stopped_by_the_program_at_its_end() -> None:
    table = Table(content(protocol=three()))
    table.watch(60_000)
    assert [(stop.at_ms, stop.stopped_by) for stop in table.bodies(Stopped)] == [(20_000, "program")]
    assert 20_000 <= table.player.at_ms < 20_100
    assert table.recall.course.progress == "part 1 of 3"
    table.watch(60_000)
    assert table.recall.course.progress == "part 2 of 3"
    table.watch(60_000)
    assert [stop.at_ms for stop in table.bodies(Stopped)] == [20_000, 70_000, 310_000]
    assert table.recall.course.is_done


def test_what_is_said_at_the_end_is_of_the_end() -> None:
    table = Table(content(protocol=three()))
    table.watch(60_000)
    mark = table.recall.save_note("then he looked away")
    assert mark is not None
    assert (mark.start_ms, mark.stopped_by) == (20_000, "program")


def test_what_lies_between_and_around_them_was_skipped() -> None:
    table = Table(content(protocol=three()))
    for _ in range(3):
        table.watch(60_000)
    table.recall.close()
    skipped = [(start, end) for kind, start, end in spans(table) if kind == "skipped"]
    assert [(start // 1000, end // 1000) for start, end in skipped] == [(0, 10), (20, 60), (70, 300), (310, 600)]
    assert [start for kind, start, _ in spans(table) if kind == "played"] == [10_000, 60_000, 300_000]


def test_the_persons_own_stop_within_one_goes_on_within_it() -> None:
    table = Table(content(protocol=three()))
    table.watch(1_000)
    table.recall.halt()
    assert table.bodies(Stopped)[-1].stopped_by == "recaller"
    table.recall.go_on()
    assert table.player.at_ms == 10_000
    table.watch(6_000)
    table.recall.halt()
    table.recall.go_on()
    assert table.player.at_ms == 14_000


def test_one_can_go_back_and_skip() -> None:
    table = Table(content(protocol=three()))
    table.watch(60_000)
    table.watch(2_000)
    table.recall.previous_part()
    assert table.player.at_ms == 60_000
    table.recall.previous_part()
    assert table.player.at_ms == 10_000
    table.recall.next_part()
    table.recall.next_part()
    assert table.player.at_ms == 300_000
    assert table.recall.course.progress == "part 3 of 3"


def test_nothing_between_them_can_be_gone_to_but_another_segment_can() -> None:
    table = Table(content(protocol=three()))
    table.recall.seek(150_000)
    assert table.player.at_ms == 20_000
    table.recall.seek(65_000)
    assert table.player.at_ms == 65_000
    assert table.recall.course.progress == "part 2 of 3"
    table.recall.seek_by(-60_000)
    assert table.player.at_ms == 60_000


def test_it_goes_on_where_it_was_left() -> None:
    table = Table(content(protocol=three()))
    table.watch(60_000)
    again = table.again()
    assert again.recall.course.progress == "part 2 of 3"
    again.watch(1_000)
    assert 60_000 <= again.player.at_ms < 62_000


def test_a_last_segment_that_ends_with_the_recording_is_stopped_there_too() -> None:
    table = Table(content(protocol=three(segments=((10_000, 20_000), (590_000, 600_000)))))
    table.watch(60_000)
    table.watch(60_000)
    assert [stop.at_ms for stop in table.bodies(Stopped)] == [20_000, 600_000]
    assert table.recall.course.is_done


def test_what_was_declined_of_the_last_one_is_not_played_again_by_itself() -> None:
    table = Table(content(protocol=three(segments=((10_000, 40_000),))))
    table.watch(5_000)
    table.recall.cover()
    table.recall.uncover(to_ms=45_000)
    assert table.recall.course.is_over(table.recall.playback.at_ms)
    assert ("declined", 15_000, 45_000) in spans(table)
    assert table.again().recall.course.is_done
