"""The recall without a screen: gestures in, operations and player commands out."""

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iprtool.edits import LayerState
from iprtool.model.layer import Covered, CoverUsed, Draft, LayerContent, Stopped, WentOn
from iprtool.model.mark import Code, Rupture
from iprtool.recall.coverage import CoverageTrack
from tests.fakes import content, protocol
from tests.recall_table import Table


def failed(table: Table) -> bool:
    return table.recall.saving.failed


def draft_of(table: Table) -> Draft | None:
    return table.log.draft


@pytest.fixture
def table() -> Table:
    return Table()


def test_a_stop_pauses_first_and_is_recorded_where_the_person_was(table: Table) -> None:
    table.play(5_000)
    table.player.calls.clear()
    table.recall.halt()
    assert table.player.calls == ["pause"]
    (stop,) = table.bodies(Stopped)
    assert (stop.at_ms, stop.stopped_by, stop.uncertainty_ms) == (5_000, "recaller", 10)


def test_going_on_plays_from_the_stop_less_the_pre_roll(table: Table) -> None:
    table.play(5_000)
    table.recall.halt()
    table.recall.go_on()
    assert table.player.calls[-2:] == ["seek 3000", "play"]
    assert table.bodies(WentOn) == [WentOn(3_000)]
    assert next(iter(table.recall.state.stops.values())).went_on_ms == 3_000


def test_the_first_play_is_no_going_on(table: Table) -> None:
    table.recall.go_on()
    assert table.player.calls == ["play"]
    assert table.bodies(WentOn) == []


def test_a_word_is_of_the_version_of_the_codebook_that_the_recall_pins() -> None:
    book = msgspec.structs.replace(content().head.codebook, version="1.7")
    table = Table(content(codebook=book))
    table.recall.word(book.codes[0].id)
    assert table.marks[0].codes == (Code(book.id, "1.7", book.codes[0].id),)


def test_a_word_while_playing_marks_the_moment_and_plays_on(table: Table) -> None:
    table.play(7_000)
    table.recall.word("relieved")
    (mark,) = table.marks
    assert (mark.start_ms, mark.kind, mark.codes[0].code, mark.stop) == (7_000, "point", "relieved", None)
    assert table.recall.playing


def test_the_reaction_time_is_taken_off_only_while_playing() -> None:
    table = Table(content(protocol=protocol(reaction_time_ms=400)))
    table.play(7_000)
    table.recall.word("relieved")
    table.recall.halt()
    table.recall.seek(20_000)
    table.recall.word("felt_safe")
    first, second = table.marks
    assert (first.raw_start_ms, first.start_ms) == (7_000, 6_600)
    assert (second.raw_start_ms, second.start_ms) == (20_000, 20_000)


def test_words_toggle_on_the_stops_one_mark(table: Table) -> None:
    table.play(9_000)
    table.recall.halt()
    table.recall.word("relieved")
    table.recall.word("felt_safe")
    (mark,) = table.marks
    assert [code.code for code in mark.codes] == ["relieved", "felt_safe"]
    assert mark.stop == table.recall.stop_id
    table.recall.word("relieved")
    table.recall.word("felt_safe")
    assert table.marks == []
    assert table.recall.undo()
    assert [code.code for code in table.marks[0].codes] == ["felt_safe"]


def test_a_note_is_a_draft_as_it_is_typed_and_a_mark_when_saved(table: Table) -> None:
    table.play(9_000)
    table.recall.keep_draft("I thou")
    assert not table.recall.playing
    draft = draft_of(table)
    assert draft is not None
    assert (draft.text, draft.at_ms) == ("I thou", 9_000)
    table.recall.save_note("I thought he was gone")
    assert draft_of(table) is None
    (mark,) = table.marks
    assert (mark.note, mark.start_ms, mark.stopped_by) == ("I thought he was gone", 9_000, "recaller")


def test_an_empty_note_makes_no_mark(table: Table) -> None:
    table.play(9_000)
    table.recall.keep_draft("x")
    table.recall.save_note("  ")
    assert table.marks == []
    assert draft_of(table) is None


def test_a_note_and_words_of_one_stop_are_one_mark(table: Table) -> None:
    table.play(9_000)
    table.recall.halt()
    table.recall.word("relieved")
    table.recall.save_note("at last")
    (mark,) = table.marks
    assert (mark.note, mark.codes[0].code) == ("at last", "relieved")


def test_saying_something_of_another_place_makes_a_stop_there(table: Table) -> None:
    table.play(9_000)
    table.recall.halt()
    table.recall.word("relieved")
    table.recall.seek(30_000)
    table.recall.word("felt_safe")
    assert [mark.start_ms for mark in table.marks] == [9_000, 30_000]
    assert len({mark.stop for mark in table.marks}) == 2


def test_the_inquirer_stopped_it_after_all(table: Table) -> None:
    table.play(9_000)
    table.recall.halt()
    table.recall.word("relieved")
    assert table.recall.toggle_stopped_by() == "inquirer"
    assert table.marks[0].stopped_by == "inquirer"
    assert table.recall.state.stops[table.recall.stop_id or ""].stopped_by == "inquirer"


def test_minus_while_playing_stops_for_the_inquirer(table: Table) -> None:
    table.play(9_000)
    table.recall.toggle_stopped_by()
    assert table.bodies(Stopped)[0].stopped_by == "inquirer"


def test_an_interval_has_edges_and_peaks_of_this_recaller(table: Table) -> None:
    table.play(4_000)
    table.recall.begin_interval()
    table.play(2_000)
    table.recall.add_peak()
    table.play(3_000)
    table.recall.end_interval()
    (mark,) = table.marks
    assert (mark.kind, mark.start_ms, mark.end_ms) == ("interval", 4_000, 9_000)
    assert [(peak.at_ms, peak.by_role) for peak in mark.peaks] == [(6_000, "client")]


def test_what_is_gone_round_in_is_covered_as_far_as_it_was_played() -> None:
    track = CoverageTrack(lambda: "span")
    track.begin(5_000, 1.0)
    track.reach(8_000)
    written = [*track.reach(5_000), *track.end(6_000)]
    assert [(one.start_ms, one.end_ms) for _, one in written] == [(5_000, 8_000), (5_000, 6_000)]


def test_an_interval_is_as_unsure_as_the_less_sure_of_its_edges(table: Table) -> None:
    table.play(4_000)
    table.recall.begin_interval()
    table.play(2_000)
    table.player.uncertainty_ms = 90
    table.recall.end_interval()
    assert [mark.uncertainty_ms for mark in table.marks] == [90]


def test_an_interval_does_not_end_before_it_begins(table: Table) -> None:
    table.play(4_000)
    table.recall.begin_interval()
    table.recall.seek(1_000)
    assert table.recall.end_interval() is None
    assert table.marks[0].kind == "open_interval"


def test_deleted_comes_back_with_undo_and_goes_again_with_redo(table: Table) -> None:
    table.play(9_000)
    table.recall.save_note("mine")
    before = table.marks
    table.recall.delete(before[0])
    assert table.marks == []
    table.recall.undo()
    assert table.marks == before
    table.recall.redo()
    assert table.marks == []


def test_undo_works_across_a_restart() -> None:
    table = Table()
    table.play(9_000)
    table.recall.save_note("first")
    table.recall.word("relieved")
    again = Table(LayerContent(table.log.loaded.head, marks=tuple(table.marks), ops=tuple(table.log.ops)))
    assert again.recall.undo()
    assert again.marks[0].codes == ()
    assert again.recall.undo()
    assert again.marks == []
    assert not again.recall.undo()


def test_up_and_down_go_from_mark_to_mark(table: Table) -> None:
    for at_ms in (10_000, 20_000, 30_000):
        table.recall.seek(at_ms)
        table.recall.word("relieved")
    assert table.recall.to_mark(-1) is not None
    assert table.player.at_ms == 20_000
    table.recall.to_mark(-1)
    assert table.player.at_ms == 10_000
    assert table.recall.to_mark(-1) is None
    table.recall.seek(21_000)
    table.recall.to_mark(1)
    assert table.player.at_ms == 30_000


def test_a_chosen_mark_is_the_one_that_words_change(table: Table) -> None:
    for at_ms in (10_000, 20_000):
        table.recall.seek(at_ms)
        table.recall.word("relieved")
    table.recall.choose(table.marks[0])
    table.recall.word("felt_moved")
    assert [len(mark.codes) for mark in table.marks] == [2, 1]


def test_the_cover_silences_first_and_is_logged(table: Table) -> None:
    table.play(9_000)
    table.player.calls.clear()
    table.recall.cover()
    assert table.player.calls[:2] == ["pause", "muted True"]
    table.recall.uncover(to_ms=39_000)
    assert [body.on for body in table.bodies(CoverUsed)] == [True, False]
    declined = [body for body in table.bodies(Covered) if body.kind == "declined"]
    assert [(body.start_ms, body.end_ms) for body in declined] == [(9_000, 39_000)]
    assert table.player.at_ms == 39_000
    assert table.player.state.muted is False


def test_what_was_played_is_covered_and_what_was_leapt_over_was_skipped(table: Table) -> None:
    table.play(12_000)
    table.recall.halt()
    table.recall.seek(60_000)
    table.recall.go_on()
    table.player.run(3_000)
    table.recall.halt()
    spans = sorted((span.kind, span.start_ms, span.end_ms) for span in table.recall.state.coverage.values())
    assert spans == [("played", 0, 12_000), ("played", 60_000, 63_000), ("skipped", 12_000, 60_000)]


def test_coverage_is_written_while_it_plays(table: Table) -> None:
    for _ in range(120):
        table.play(100)
    played = [body.end_ms for body in table.bodies(Covered)]
    assert played
    assert played[-1] >= 10_000


def test_the_end_closes_the_coverage_and_stops_the_recall(table: Table) -> None:
    table.play(600_000)
    assert not table.recall.playing
    (span,) = table.recall.state.coverage.values()
    assert (span.start_ms, span.end_ms) == (0, 600_000)


def test_what_failed_to_save_is_saved_with_the_next_try(table: Table) -> None:
    table.play(9_000)
    table.log.failing = True
    table.recall.save_note("not yet")
    assert failed(table)
    assert table.heard.errors[-1] == "The disk is full: free some room."
    waiting = table.recall.saving.waiting
    assert waiting > 0
    table.log.failing = False
    table.recall.saving.retry()
    assert table.recall.saving.waiting == 0
    assert not failed(table)
    assert LayerState(table.log.loaded).marks == {}
    replayed = LayerState(table.log.loaded)
    replayed.apply(table.log.ops)
    assert [mark.note for mark in replayed.marks.values()] == ["not yet"]


def test_a_rupture_marker_is_the_stops_mark(table: Table) -> None:
    table.play(9_000)
    table.recall.halt()
    table.recall.set_rupture(Rupture("withdrawal", mover="client", salience=3))
    assert table.marks[0].rupture == Rupture("withdrawal", mover="client", salience=3)


def delete_one(table: Table, number: int) -> None:
    if table.marks:
        table.recall.delete(table.marks[number % len(table.marks)])


def gesture(table: Table, name: str, number: int) -> None:
    """One thing that a person may do, at random."""
    recall = table.recall
    gestures: dict[str, Callable[[], object]] = {
        "play": lambda: table.play(number % 20_000),
        "halt": recall.halt,
        "word": lambda: recall.word(("relieved", "felt_safe", "unsure")[number % 3]),
        "note": lambda: recall.save_note(f"note {number % 5}" if number % 4 else ""),
        "begin": recall.begin_interval,
        "end": recall.end_interval,
        "peak": recall.add_peak,
        "delete": lambda: delete_one(table, number),
        "undo": recall.undo,
        "redo": recall.redo,
        "seek": lambda: recall.seek(number),
        "by": recall.toggle_stopped_by,
        "cover": recall.cover,
        "uncover": lambda: recall.uncover(to_ms=number if number % 2 else None),
    }
    gestures[name]()


NAMES = "play halt word note begin end peak delete undo redo seek by cover uncover"


@given(st.lists(st.tuples(st.sampled_from(NAMES.split()), st.integers(0, 500_000)), max_size=40))
def test_replaying_the_log_gives_what_the_screen_has(gestures: list[tuple[str, int]]) -> None:
    table = Table()
    for name, number in gestures:
        gesture(table, name, number)
    replayed = LayerState(table.log.loaded)
    replayed.apply(table.log.ops)
    assert replayed.marks == table.recall.state.marks
    assert replayed.stops == table.recall.state.stops
    assert replayed.coverage == table.recall.state.coverage


@given(st.lists(st.integers(0, 5), min_size=1, max_size=12))
def test_undoing_everything_and_redoing_it_is_where_one_was(words: list[int]) -> None:
    table = Table()
    for index, word in enumerate(words):
        table.recall.seek(1_000 * (index // 2))
        table.recall.word(("relieved", "felt_safe", "unsure")[word % 3])
    after = dict(table.recall.state.marks)
    while table.recall.undo():
        pass
    assert table.recall.state.marks == {}
    while table.recall.redo():
        pass
    assert table.recall.state.marks == after
