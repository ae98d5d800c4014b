"""What the coding screen says of a coding in words, and what lies on its timeline."""

from collections.abc import Sequence

from iprtool.coding.progress import ranges_of
from iprtool.coding.session import CodingSession
from iprtool.coding.sheet import Sheet
from iprtool.coding.wording import segment_text as codes_text
from iprtool.model.codebook import Codebook
from iprtool.model.mark import Mark
from iprtool.model.study import Utterance
from iprtool.model.times import clock
from iprtool.recall.wording import words_of
from iprtool.screens.presenting import span_of
from iprtool.timeline.lanes import Lane, LaneItem, MarksLane, PeaksLane, SegmentsLane, SpansLane, SpeechLane

DONE = "✓"


def progress_text(coding: CodingSession) -> str:
    """How far the coding is, and whether it is locked."""
    left, count, scales = coding.left, coding.sheet.segments.count, len(coding.head.codebook.session_ratings)
    parts = ["LOCKED, unblinded" if coding.unblinded else "LOCKED"] if coding.locked else []
    parts.append(f"segments {count - len(left.segments)}/{count}")
    parts += [f"session {scales - len(left.scales)}/{scales}"] if scales else []
    return "  ".join(parts)


def segment_text(coding: CodingSession, at_ms: int) -> str:
    """Which segment is coded, whether it is finished, and where the recording is if that is elsewhere."""
    if coding.whole:
        return "whole session · enter or s goes back to the segments"
    segments = coding.sheet.segments
    start_ms, end_ms = segments.bounds(coding.segment)
    done = f"{DONE} finished" if coding.sheet.is_finished(coding.segment) else "not finished"
    outside = f" · the recording is in segment {segments.at(at_ms) + 1}" if coding.listening.is_outside else ""
    return f"segment {coding.segment + 1} of {segments.count} · {clock(start_ms)}–{clock(end_ms)} · {done}{outside}"


def about_text(coding: CodingSession) -> str:
    """What the note is about: the evidence chosen, else the code or scale, with what it is rated by."""
    mark, row = coding.mark, coding.row
    if mark is not None:
        return f"◆ {times_of(mark)}"
    return f"{row.label} {row.scale.minimum:g}–{row.scale.maximum:g}" if row.scale is not None else row.label


def unheard_text(coding: CodingSession) -> str:
    """Which finished segments were not played whole; empty where none."""
    unheard = coding.unheard
    return f"finished without being played whole: {ranges_of(unheard)}" if unheard else ""


def times_of(mark: Mark) -> str:
    """From when to when a mark is."""
    end = "–…" if mark.kind == "open_interval" else f"–{clock(mark.end_ms)}" if mark.end_ms is not None else ""
    return f"{clock(mark.start_ms)}{end}"


def lanes_of(coding: CodingSession, transcript: Sequence[Utterance]) -> list[Lane]:
    """The lanes: sound, who speaks where there is a transcript, segments, own evidence, what was played."""
    state, segments, codebook = coding.state, coding.sheet.segments, coding.head.codebook
    texts = {number: lane_text(coding.sheet, number) for number in range(segments.count)}
    turns = [(one.start_ms, one.end_ms, one.speaker) for one in transcript]
    return [
        PeaksLane("sound"),
        *([SpeechLane("speech", turns)] if turns else []),
        SegmentsLane("segments", segments.size_ms, min(segments.duration_ms, segments.count * segments.size_ms), texts),
        MarksLane("evidence", state.marks.index.seen_as(lambda mark: evidence_item(mark, codebook))),
        SpansLane("played", [span_of(span) for span in state.coverage.values()]),
    ]


def lane_text(sheet: Sheet, segment: int) -> str:
    """A segment on its lane: what was found, and whether it is finished."""
    return f"{codes_text(sheet, segment)} {DONE if sheet.is_finished(segment) else ''}".strip()


def evidence_item(mark: Mark, codebook: Codebook) -> LaneItem:
    """Evidence as an item of the timeline."""
    return LaneItem(
        id=mark.id,
        start_ms=mark.start_ms,
        end_ms=mark.end_ms,
        glyph="◆",
        label=words_of(mark, codebook),
        open=mark.kind == "open_interval",
        style="coder",
    )
