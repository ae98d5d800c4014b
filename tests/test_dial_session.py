"""The dial as it goes: what is sampled while it plays, what is described afterwards, and what is there again later."""

from collections.abc import Sequence
from typing import Any

import msgspec

from iprtool.dial.rating import Samples
from iprtool.dial.session import Dial
from iprtool.dial.traces import united
from iprtool.edits import Hand, LayerState
from iprtool.model.layer import Coverage, CoverUsed, LayerContent, Marked, Stopped, Trace, Traced, WentOn
from tests.fakes import FakeLog, FakePlayer, content, protocol

DIALLED = {"protocol": protocol(kind="dial", may_stop=())}


class Table:
    """A dial, its player and its log; time is the test's."""

    def __init__(self, loaded: LayerContent | None = None) -> None:
        self.now_s = 0.0
        self.drawn: list[tuple[int, float]] = []
        self.loaded = loaded or content(**DIALLED)
        self.player, self.log = FakePlayer(self.loaded.head.duration_ms), FakeLog(self.loaded)
        self.dial = Dial(self.loaded, self.player, self.log, Hand("client", "dev"), self, lambda: self.now_s)
        self.player.on_state(self.dial.player_changed)

    def play(self, ms: int, value: float | None = None) -> None:
        """Play for so long, with the dial at a value: the timer comes ten times a second."""
        if value is not None:
            self.dial.turn_to(value)
        if not self.dial.playing:
            self.dial.go_on()
        for _ in range(ms // 100):
            self.dial.tick()
            self.player.run(100)
            self.now_s += 0.1

    def again(self) -> "Table":
        """The recall opened anew, from what reached the disk."""
        state = LayerState(self.loaded)
        state.apply(self.log.ops)
        loaded = msgspec.structs.replace(
            self.loaded,
            marks=tuple(state.marks.index),
            stops=tuple(state.stops.values()),
            coverage=tuple(state.coverage.values()),
            traces=tuple(state.traces.values()),
            draft=self.log.draft,
            ops=tuple(self.log.ops),
        )
        opened = Table(loaded)
        opened.dial.resume()
        return opened

    @property
    def samples(self) -> list[tuple[int, float]]:
        return [sample for op in self.log.ops if isinstance(op.body, Traced) for sample in op.body.samples]

    @property
    def played(self) -> list[tuple[int, int]]:
        return [(one.start_ms, one.end_ms) for one in self.dial.state.coverage.values() if one.kind == "played"]

    def bodies(self, kind: type) -> list[Any]:
        return [op.body for op in self.log.ops if isinstance(op.body, kind)]

    # The listener

    def traced(self, samples: Samples) -> None:
        self.drawn += samples

    def coverage_changed(self) -> None:
        pass

    def saved(self, error: str | None) -> None:
        pass


def rated(*levels: tuple[int, float]) -> Table:
    """A dial that was played with these levels, each for so many ms, and stopped."""
    table = Table()
    for ms, value in levels:
        table.play(ms, value)
    table.dial.halt()
    return table


def described() -> Table:
    """A dial at its first stretch: highest at 30 s, lowest at 90 s."""
    table = rated((30_000, 5), (30_000, 8), (30_000, 5), (30_000, 2), (60_000, 5))
    assert table.dial.begin_describing()
    return table


def stretches(table: Table) -> list[tuple[int, int, float, str]]:
    describing = table.dial.describing
    assert describing is not None
    return [(one.start_ms, one.end_ms, one.mean, one.kind) for one in describing.stretches]


def is_describing(table: Table) -> bool:
    return table.dial.describing is not None


def place(table: Table) -> int:
    assert table.dial.describing is not None
    return table.dial.describing.place


def test_the_dial_begins_at_neutral_and_stays_on_its_scale() -> None:
    dial = Table().dial
    assert dial.value == 5
    dial.turn(9)
    assert dial.value == 9
    dial.turn_to(0)
    assert dial.value == 1


def test_it_is_sampled_while_it_plays_at_the_recordings_own_time() -> None:
    table = Table()
    table.play(1_000, 6)
    table.play(500, 7)
    table.dial.halt()
    expected = [(at_ms, 6.0 if at_ms < 1_000 else 7.0) for at_ms in range(0, 1_501, 100)]
    assert table.samples == table.drawn == expected
    assert table.played == [(0, 1_500)]
    table.now_s += 5
    table.dial.tick()
    assert table.samples == expected


def test_never_more_than_half_a_second_is_not_on_its_way_to_the_disk() -> None:
    table, missing = Table(), []
    for _ in range(40):
        table.play(100, 3)
        missing.append(table.player.at_ms - (table.samples[-1][0] if table.samples else 0))
    assert max(missing) <= 500


def test_a_pause_is_no_stop_of_a_recall_and_leaves_no_gap() -> None:
    table = rated((1_000, 6))
    table.play(1_000, 7)
    table.dial.halt()
    assert table.bodies(Stopped) == []
    (run,) = united(table.dial.state.traces.values())
    assert (run.starts_ms, run.values, run.end_ms) == ((0, 1_000), (6, 7), 2_000)


def test_going_back_makes_another_pass_and_both_are_kept() -> None:
    table = Table()
    table.play(3_000, 4)
    table.dial.seek(1_000)
    table.play(1_000, 9)
    table.dial.halt()
    assert [at_ms for at_ms, _ in table.samples].count(1_500) == 2
    (run,) = united(table.dial.state.traces.values())
    assert (run.starts_ms, run.values, run.end_ms) == ((0, 1_000, 2_000), (4, 9, 4), 3_000)
    assert table.played == [(0, 3_000), (1_000, 2_000)]


def test_each_batch_says_at_what_speed_it_was_made() -> None:
    table = Table()
    table.play(1_000, 6)
    table.dial.set_rate(2.0)
    table.play(1_000)
    table.dial.halt()
    rates = {
        (batch.rate, at_ms < 1_000) for batch in table.bodies(Traced) for at_ms, _ in batch.samples if at_ms != 1_000
    }
    assert rates == {(1.0, True), (2.0, False)}
    assert table.samples[-1] == (3_000, 6)


def test_the_cover_stops_the_trace_and_what_is_left_out_is_declined_and_not_rated() -> None:
    table = Table()
    table.play(2_000, 2)
    table.dial.cover()
    assert table.player.state.status == "paused"
    assert table.player.state.muted
    table.dial.uncover(to_ms=32_000)
    table.play(1_000, 5)
    table.dial.halt()
    assert [one.on for one in table.bodies(CoverUsed)] == [True, False]
    assert [(run.start_ms, run.end_ms) for run in united(table.dial.state.traces.values())] == [
        (0, 2_000),
        (32_000, 33_000),
    ]
    assert Coverage("", "declined", 2_000, 32_000) in [
        msgspec.structs.replace(one, id="") for one in table.dial.state.coverage.values()
    ]


def test_at_the_end_of_the_recording_everything_is_written() -> None:
    table = Table(content(duration_ms=1_250, **DIALLED))
    table.play(1_300, 6)
    assert table.player.state.status == "ended"
    assert not table.dial.playing
    assert table.samples[-1][0] == 1_200
    assert not table.dial.go_on()
    assert table.player.state.status == "ended"


def test_a_dial_that_did_not_move_has_nothing_to_describe() -> None:
    table = rated((60_000, 5))
    assert not table.dial.begin_describing()
    assert table.dial.describing is None


def test_the_highest_and_lowest_stretches_are_come_to_one_after_the_other() -> None:
    table = described()
    assert stretches(table) == [(30_000, 50_000, 8, "highest"), (90_000, 110_000, 2, "lowest")]
    assert table.player.at_ms == 28_000
    table.play(30_000)
    assert table.player.state.status == "paused"
    assert table.player.at_ms - 50_000 in range(200)
    assert len(table.samples) == len(rated((180_000, 5)).samples)
    assert table.dial.next_stretch()
    assert table.player.at_ms == 88_000
    assert not table.dial.next_stretch()
    assert table.bodies(Stopped) == [Stopped(30_000, 30_000, 0, "program"), Stopped(90_000, 90_000, 0, "program")]
    assert len(table.bodies(WentOn)) == 2


def test_a_description_is_a_mark_with_the_stretchs_bounds_and_mean() -> None:
    table = described()
    table.dial.save_note("  he understood  ")
    (mark,) = table.dial.state.marks.values()
    assert (mark.kind, mark.start_ms, mark.end_ms, mark.helpful, mark.note) == (
        "interval",
        30_000,
        50_000,
        8,
        "he understood",
    )
    assert (mark.author, mark.stopped_by, mark.about) == ("recaller", "program", "client")
    assert mark.stop in table.dial.state.stops
    table.dial.save_note("he understood me")
    assert [one.note for one in table.dial.state.marks.values()] == ["he understood me"]
    table.dial.save_note("")
    assert len(table.dial.state.marks) == 0


def test_what_was_written_can_be_undone_and_done_again_and_its_stretch_is_come_to() -> None:
    table = described()
    table.dial.save_note("one")
    table.dial.next_stretch()
    table.dial.save_note("two")
    assert table.dial.undo()
    assert [mark.note for mark in table.dial.state.marks.values()] == ["one"]
    assert table.dial.undo()
    assert (len(table.dial.state.marks), place(table)) == (0, 0)
    assert not table.dial.undo()
    assert table.dial.redo()
    assert table.dial.redo()
    assert [mark.note for mark in table.dial.state.marks.values()] == ["one", "two"]
    assert place(table) == 1
    assert len(table.samples) == len(rated((180_000, 5)).samples)


def test_after_a_break_the_trace_goes_on_where_it_was_left() -> None:
    again = rated((20_000, 5), (20_000, 7)).again()
    assert (again.player.at_ms, again.dial.value, again.dial.describing) == (40_000, 7, None)
    assert not again.dial.playing


def test_after_a_break_describing_goes_on_with_the_stretch_that_is_next() -> None:
    table = described()
    table.dial.next_stretch()
    again = table.again()
    assert (place(again), again.player.at_ms) == (1, 88_000)
    table.dial.save_note("I felt judged")
    assert table.again().dial.undo()


def test_after_a_break_a_note_being_written_is_there_again_at_its_stretch() -> None:
    table = described()
    table.dial.next_stretch()
    table.dial.previous_stretch()
    table.dial.keep_draft("half a th")
    again = table.again()
    assert again.dial.draft is not None
    assert (place(again), again.dial.draft.text) == (0, "half a th")


def test_going_back_to_the_dial_rates_on_where_the_trace_ended() -> None:
    table = described()
    table.play(5_000)
    table.dial.rate_on()
    assert not is_describing(table)
    assert table.player.at_ms == 180_000
    assert is_describing(table.again())
    table.play(1_000, 6)
    table.dial.halt()
    assert table.samples[-1:] == [(181_000, 6)]
    assert not is_describing(table.again())
    assert "skipped" not in {one.kind for one in table.dial.state.coverage.values()}


def test_what_was_described_stays_when_more_is_rated() -> None:
    table = described()
    table.dial.save_note("it helped")
    table.dial.rate_on()
    table.play(60_000, 9)
    table.dial.halt()
    assert table.dial.begin_describing()
    assert stretches(table) == [
        (0, 20_000, 5, "lowest"),
        (30_000, 50_000, 8, "highest"),
        (90_000, 110_000, 2, "lowest"),
        (180_000, 200_000, 9, "highest"),
        (220_000, 240_000, 9, "highest"),
    ]
    describing = table.dial.describing
    assert describing is not None
    assert [describing.is_settled(one) for one in describing.stretches] == [False, True, False, False, False]
    assert place(table) == 0


def test_a_stretch_left_from_under_the_cover_is_declined_and_gone_on_from() -> None:
    table = described()
    table.play(5_000)
    table.dial.cover()
    table.dial.uncover(to_ms=table.player.at_ms + 120_000)
    assert place(table) == 1
    declined = [(one.start_ms, one.end_ms) for one in table.dial.state.coverage.values() if one.kind == "declined"]
    assert declined == [(33_000, 50_000)]


def test_the_closing_answer_ends_it() -> None:
    table = rated((5_000, 6))
    table.dial.keep_closing("it was")
    assert table.log.draft is not None
    table.dial.close("it was good")
    assert [op.kind for op in table.log.ops][-1] == "close"
    assert table.log.draft is None


def test_what_does_not_reach_the_disk_is_tried_again_and_nothing_of_the_trace_is_lost() -> None:
    table = Table()
    table.play(1_000, 6)
    table.log.failing = True
    table.play(2_000, 3)
    assert table.dial.saving.failed
    table.log.failing = False
    table.dial.saving.retry()
    table.play(500)
    table.dial.halt()
    assert [at_ms for at_ms, _ in table.samples] == list(range(0, 3_501, 100))
    assert not table.dial.saving.failed


def test_marks_of_a_trace_are_in_the_order_in_which_they_were_made() -> None:
    table = rated((2_000, 6))
    ids: Sequence[str] = [op.entity for op in table.log.ops if isinstance(op.body, Traced)]
    assert list(table.dial.state.traces) == ids
    assert all(isinstance(one, Trace) for one in table.dial.state.traces.values())
    assert table.bodies(Marked) == []
