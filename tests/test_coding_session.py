"""Coding a session: codes and ratings segment by segment, evidence inside them, what is left, the lock, undo."""

import msgspec
import pytest

from iprtool.coding.segments import Segments, checked_length
from iprtool.model.coding import SegmentCode
from iprtool.model.layer import LayerContent
from tests.coding_samples import DURATION_MS, Coder, coding_content, refusal


def found(coder: Coder, segment: int | None = None) -> dict[str, str | float | None]:
    """What a segment's codes are: their clarity or rating."""
    codes = coder.coding.sheet.codes(coder.coding.segment if segment is None else segment)
    return {one.code: one.clarity or one.rating for one in codes}


# Codes


def test_a_code_is_found_plain_and_takes_its_clarity_check() -> None:
    coder = Coder()
    coder.code("wd_denial")
    coder.coding.toggle()
    assert found(coder) == {"wd_denial": "plain"}
    coder.coding.set_clarity("minus")
    coder.code("cf_rejects_intervention")
    coder.coding.set_clarity("plus")
    assert found(coder) == {"wd_denial": "minus", "cf_rejects_intervention": "plus"}
    coder.coding.toggle()
    assert found(coder) == {"wd_denial": "minus"}
    assert [op.kind for op in coder.log.ops] == ["put"] * 4


def test_a_number_is_that_of_the_code_in_its_group() -> None:
    coder = Coder()
    coder.code("cf_rejects_intervention")
    coder.coding.toggle_number(7)
    assert found(coder) == {"cf_control_or_pressure": "plain"}
    assert coder.coding.row.label == "efforts to control or pressure therapist"
    assert refusal(lambda: coder.coding.toggle_number(8)) == "There is no 8 in this group."


def test_the_codes_of_a_group_are_together_wherever_they_stand_in_the_codebook() -> None:
    content = coding_content()
    first, *others = content.head.codebook.codes
    codebook = msgspec.structs.replace(content.head.codebook, codes=(*others, first))
    coder = Coder(LayerContent(msgspec.structs.replace(content.head, codebook=codebook)))
    assert [row.id for row in coder.coding.board.rows[5:8]] == [
        "wd_self_criticism_or_hopelessness",
        "wd_denial",
        "cf_complaints_about_therapist",
    ]
    coder.coding.toggle_number(7)
    assert found(coder) == {"wd_denial": "plain"}


def test_scales_are_rated_and_markers_are_found_or_not() -> None:
    coder = Coder(codebook="3rs-2022")
    coder.code("wd_p")
    coder.coding.rate(4)
    coder.code("cf_t")
    coder.coding.step(1)
    coder.coding.step(1)
    coder.code("wd_denial")
    coder.coding.toggle()
    assert found(coder) == {"wd_p": 4, "cf_t": 2, "wd_denial": None}
    assert "only found or not" in refusal(lambda: coder.coding.rate(3))
    assert refusal(lambda: coder.coding.set_clarity("plus")) == "Here there is no clarity check."
    coder.code("wd_t")
    assert refusal(coder.coding.toggle) == "WD_T withdrawal, therapist is rated, not only found: press 1 to 5."
    assert refusal(lambda: coder.coding.rate(6)) == "WD_T withdrawal, therapist is rated 1 to 5."
    assert refusal(lambda: coder.coding.rate(2.5)) == "WD_T withdrawal, therapist is rated 1 to 5."


def test_a_codebook_without_scales_is_rated_code_by_code() -> None:
    coder = Coder(codebook="helpfulness-1988")
    if coder.coding.row.scale is None:
        pytest.skip("this codebook is not rated")
    coder.coding.rate(coder.coding.row.scale.maximum)
    assert found(coder) == {coder.coding.code: coder.coding.row.scale.maximum}
    coder.coding.finish()
    assert coder.coding.sheet.is_finished(0)


# Segments


def test_segments_are_of_one_length_and_the_last_is_as_long_as_is_left() -> None:
    segments = Coder().coding.sheet.segments
    assert segments.count == 3
    assert [segments.bounds(number) for number in range(3)] == [(0, 300_000), (300_000, 600_000), (600_000, 720_000)]
    assert [segments.at(ms) for ms in (0, 299_999, 300_000, DURATION_MS)] == [0, 0, 1, 2]


def test_less_than_a_second_that_is_left_is_no_segment_of_its_own() -> None:
    segments = Segments(600_020, 300_000)
    assert segments.count == 2
    assert (segments.bounds(1), segments.at(600_010), segments.clamped(1, 600_500)) == ((300_000, 600_020), 1, 600_019)
    assert Segments(601_000, 300_000).count == 3
    assert Segments(700, 300_000).bounds(0) == (0, 700)


def test_a_segment_that_is_too_short_is_refused() -> None:
    assert checked_length(5_000) == 5_000
    with pytest.raises(ValueError, match="lasts 5 seconds or longer"):
        checked_length(4_999)


def test_nothing_found_is_a_finished_segment() -> None:
    coder = Coder()
    coder.coding.finish()
    assert coder.coding.sheet.is_finished(0)
    assert found(coder) == {}
    coder.coding.reopen()
    assert coder.coding.left.segments == (0, 1, 2)


def test_finishing_rates_the_scales_where_nothing_was_salient_in_one_gesture() -> None:
    coder = Coder(codebook="3rs-2022")
    coder.code("cf_p")
    coder.coding.rate(3)
    coder.coding.finish()
    assert found(coder) == {"wd_p": 1, "wd_t": 1, "cf_p": 3, "cf_t": 1}
    coder.coding.undo()
    assert found(coder) == {"cf_p": 3}
    assert not coder.coding.sheet.is_finished(0)


def test_a_scale_with_evidence_is_not_passed_over() -> None:
    coder = Coder(codebook="3rs-2022")
    coder.code("wd_p")
    coder.coding.mark_evidence()
    said = refusal(coder.coding.finish)
    assert said == "WD_P withdrawal, patient is found in this segment and has no rating: rate it first."
    coder.coding.rate(2)
    coder.coding.finish()
    assert coder.coding.sheet.is_finished(0)


def test_a_finished_segment_whose_rating_is_taken_away_is_not_finished() -> None:
    coder = Coder(codebook="3rs-2022")
    coder.coding.finish()
    coder.code("wd_t")
    coder.coding.take_off()
    assert not coder.coding.sheet.is_finished(0)
    coder.coding.undo()
    assert coder.coding.sheet.is_finished(0)
    assert found(coder)["wd_t"] == 1


def test_it_stops_at_the_segments_end_and_plays_on_from_there_into_the_next() -> None:
    coder = Coder()
    coder.hear(310_000)
    assert (coder.player.state.status, coder.player.at_ms, coder.coding.segment) == ("paused", 300_000, 0)
    coder.hear(400_000)
    assert coder.coding.segment == 1


def test_playing_on_moves_along_only_from_a_finished_segment() -> None:
    coder = Coder()
    coder.coding.listening.plays_on = True
    coder.hear(310_000)
    assert (coder.player.at_ms, coder.coding.segment) == (310_000, 0)
    assert coder.coding.listening.is_outside
    coder.coding.finish()
    coder.coding.go(1)
    assert coder.player.at_ms == 310_000
    coder.coding.finish()
    coder.hear(610_000)
    assert coder.coding.segment == 2


def test_the_recordings_end_is_in_its_last_segment() -> None:
    coder = Coder()
    coder.coding.go(2)
    coder.hear(DURATION_MS + 1)
    assert coder.coding.segment == 2
    assert not coder.coding.listening.playing
    assert coder.coding.mark_evidence().start_ms == DURATION_MS - 1
    coder.coding.listening.play()
    assert coder.player.at_ms == 600_000


def test_the_segment_again_and_the_last_ten_seconds_within_it() -> None:
    coder = Coder()
    coder.coding.seek(304_000)
    coder.coding.listening.replay()
    assert coder.player.at_ms == 300_000
    coder.coding.seek(350_000)
    coder.coding.listening.replay()
    assert coder.player.at_ms == 340_000
    coder.coding.listening.play_segment()
    assert coder.player.at_ms == 300_000


def test_what_was_heard_is_written() -> None:
    coder = Coder()
    coder.hear(20_000)
    coder.coding.listening.halt()
    spans = [(one.kind, one.start_ms, one.end_ms) for one in coder.coding.state.coverage.values()]
    assert spans == [("played", 0, 20_000)]


# Evidence


def test_evidence_is_a_coders_mark_at_the_clocks_stamp_and_puts_its_code_there() -> None:
    coder = Coder()
    coder.hear(65_000)
    coder.code("wd_minimal_response")
    mark = coder.coding.mark_evidence()
    assert (mark.author, mark.kind, mark.start_ms, mark.raw_start_ms) == ("coder", "point", 65_000, 65_000)
    assert mark.uncertainty_ms == coder.player.uncertainty_ms
    assert [(one.codebook, one.code) for one in mark.codes] == [("3rs-2015", "wd_minimal_response")]
    value = coder.coding.sheet.code(0, "wd_minimal_response")
    assert value == SegmentCode(0, "wd_minimal_response", "plain", evidence=(mark.id,))
    coder.coding.undo()
    assert coder.coding.sheet.code(0, "wd_minimal_response") is None
    assert coder.coding.evidence == []


def test_a_stretch_of_evidence_begins_and_ends_within_its_segment() -> None:
    coder = Coder()
    coder.hear(290_000)
    mark = coder.coding.begin_evidence()
    assert refusal(coder.coding.begin_evidence) == "An evidence mark of this segment is open already: . ends it."
    assert refusal(coder.coding.finish) == "An evidence mark of this segment is still open: . ends it."
    assert refusal(coder.coding.end_evidence) == "This evidence begins at 04:50, and ends later than that."
    coder.coding.listening.plays_on = True
    coder.hear(303_000)
    ended = coder.coding.end_evidence()
    assert (ended.id, ended.kind, ended.end_ms, ended.raw_end_ms) == (mark.id, "interval", 300_000, 303_000)
    assert refusal(coder.coding.end_evidence) == "No evidence mark of this segment is open: , begins one."


def test_evidence_lies_in_the_segment_that_is_coded() -> None:
    coder = Coder()
    coder.hear(301_000)
    assert coder.coding.mark_evidence().start_ms == 299_999
    coder.coding.listening.plays_on = True
    coder.hear(302_000)
    said = refusal(coder.coding.mark_evidence)
    assert said == "The recording is at 05:02, outside segment 1: go back into it, or code the other one."
    assert len(coder.coding.evidence) == 1


def test_a_code_taken_off_takes_its_evidence_with_it_and_undo_brings_all_back() -> None:
    coder = Coder()
    coder.code("wd_denial")
    first, second = coder.coding.mark_evidence(), coder.coding.mark_evidence()
    assert coder.coding.take_off() == 2
    assert coder.coding.evidence == []
    assert len(coder.coding.state.marks) == 0
    coder.coding.undo()
    assert {one.id for one in coder.coding.evidence} == {first.id, second.id}
    coder.coding.choose_mark(first)
    coder.coding.delete_evidence()
    assert [one.id for one in coder.coding.evidence] == [second.id]
    assert coder.coding.sheet.code(0, "wd_denial") is not None


def test_evidence_of_the_segment_is_chosen_one_after_the_other() -> None:
    coder = Coder()
    assert coder.coding.next_mark() is None
    coder.coding.seek(10_000)
    coder.code("wd_denial")
    first = coder.coding.mark_evidence()
    coder.coding.seek(20_000)
    coder.code("cf_rejects_intervention")
    second = coder.coding.mark_evidence()
    coder.coding.choose("wd_denial")
    chosen = [coder.coding.next_mark() for _ in range(3)]
    assert [one.id for one in chosen if one] == [first.id, second.id, first.id]
    assert (coder.player.at_ms, coder.coding.code) == (10_000, "wd_denial")


# Notes, the whole session


def test_notes_are_of_the_evidence_chosen_else_of_the_code() -> None:
    coder = Coder()
    coder.code("wd_denial")
    assert refusal(coder.coding.begin_note) == "denial has nothing to note yet: put it there first."
    mark = coder.coding.mark_evidence()
    coder.coding.begin_note()
    coder.coding.save_note("looks away ")
    assert coder.coding.state.marks[mark.id].note == "looks away"
    coder.coding.choose("wd_denial")
    coder.coding.begin_note()
    coder.coding.save_note("twice")
    value = coder.coding.sheet.code(0, "wd_denial")
    assert value is not None
    assert (value.note, value.evidence) == ("twice", (mark.id,))


@pytest.mark.parametrize("of", ["evidence", "code", "scale"])
def test_a_note_half_written_is_there_again(of: str) -> None:
    coder = Coder()
    coder.coding.go(1)
    coder.code("cf_complaints_about_progress")
    coder.coding.mark_evidence()
    if of != "evidence":
        coder.coding.choose("cf_complaints_about_progress")
    if of == "scale":
        coder.coding.show_whole(True)
        coder.coding.rate(2)
    coder.coding.begin_note()
    coder.coding.keep_draft("nothing hel")
    again = coder.again().coding
    assert again.resume_draft() == "nothing hel"
    assert (again.segment, again.whole, again.mark is not None) == (
        1 if of != "scale" else 0,
        of == "scale",
        of == "evidence",
    )
    again.save_note("nothing helps")
    assert again.note == "nothing helps"


def test_what_was_noted_of_a_rating_stays_when_it_is_rated_anew() -> None:
    coder = Coder()
    coder.coding.show_whole(True)
    coder.coding.rate(2)
    coder.coding.save_note("towards the end")
    coder.coding.rate(4)
    assert (coder.coding.row.rating, coder.coding.note) == (4, "towards the end")
