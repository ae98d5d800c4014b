"""Who speaks, in the review: from the transcript, else as it was found on the channels, above the marks."""

import re

import pytest

from iprtool.model.peaks import PeakChunk
from iprtool.model.speech import SpeechSpan
from iprtool.screens.presenting import turns_of
from iprtool.screens.review import ReviewScreen
from tests.test_review_screen import Desk, desk, lane

SPANS = [SpeechSpan(0, 15_000, 0), SpeechSpan(17_000, 30_000, 1), SpeechSpan(29_500, 40_000, 0)]


async def hear(table: Desk, spans: list[SpeechSpan]) -> None:
    table.screen.post_message(ReviewScreen.SpeechArrived(spans))
    await table.pilot.pause()
    await table.pilot.pause()


async def test_speech_that_was_found_is_a_lane_above_the_marks() -> None:
    async with desk(talk=()) as table:
        assert "speech" not in table.shown
        table.screen._speakers = ("therapist", "client")
        table.screen.post_message(table.screen.PeaksArrived(PeakChunk(0, b"\x00\xa0\xff\x5f" * 6_000)))
        await hear(table, SPANS)
        assert re.match("T─+ *C─+T─+", lane(table.shown, "speech"))
        assert "▆▆▆" in lane(table.shown, "sound")
        rows = [line.split()[0] for line in table.shown.splitlines() if line[:1].isalpha()]
        assert rows.index("sound") < rows.index("speech") < rows.index("client")


async def test_speech_of_nobody_in_particular_has_no_letters() -> None:
    async with desk(talk=()) as table:
        await hear(table, [SpeechSpan(one.start_ms, one.end_ms) for one in SPANS])
        assert set(lane(table.shown, "speech")) - {"│", " "} == {"─"}


async def test_no_speech_makes_no_lane() -> None:
    async with desk(talk=()) as table:
        await hear(table, [])
        assert "speech" not in table.shown


async def test_a_transcript_tells_better() -> None:
    async with desk() as table:
        before = lane(table.shown, "speech")
        await hear(table, SPANS)
        assert lane(table.shown, "speech") == before


@pytest.mark.parametrize(
    ("speakers", "named"),
    [((), ["", "", ""]), (("client",), ["client", "", "client"]), (("client", "x"), ["client", "x", "client"])],
)
def test_a_channel_without_a_name_is_nobody_s(speakers: tuple[str, ...], named: list[str]) -> None:
    assert [speaker for _, _, speaker in turns_of(SPANS, speakers)] == named
