"""What the coding screen shows: the segment with its codes, evidence, transcript, timeline, and what is on the disk."""

import time
from collections.abc import Callable, Collection, Sequence
from textwrap import wrap

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.widgets import Static

from iprtool.coding.session import CodingSession
from iprtool.commands import CODING, Command, looked_at, without_picture
from iprtool.edits import Hand, MarkChange
from iprtool.model.layer import LayerContent
from iprtool.model.playing import Player, PlayerState
from iprtool.model.ports import LayerLog
from iprtool.model.study import Utterance
from iprtool.reviewing.review import Review
from iprtool.screens.coding_panes import CodesPane, EvidencePane
from iprtool.screens.coding_presenting import about_text, lane_text, lanes_of, progress_text, segment_text
from iprtool.screens.key_line import HeadLine, KeyLine
from iprtool.screens.note_area import NoteArea
from iprtool.screens.presenting import turns_of
from iprtool.screens.recording import Filmed, RecordingScreen
from iprtool.screens.review_panes import TranscriptPane
from iprtool.screens.writing import WritingScreen
from iprtool.timeline.lanes import SegmentsLane, SpeechLane
from iprtool.timeline.scale import ZOOM_STEPS_MS
from iprtool.timeline.widget import TimelineView

TICKS_PER_SECOND = 15
WIDE, WITHOUT_TRANSCRIPT = 100, 140
"""From so many columns on there is room for evidence and transcript beside the codes; for evidence alone."""

HIGH = 32
"""From so many rows on a note has room for two lines at all times, so that writing one moves nothing."""

SEGMENT_CELLS = 60


class CodingView(WritingScreen):
    """The coding on the screen; its keys are the coding screen's."""

    CSS_PATH = "coding.tcss"
    AUTO_FOCUS = "#note"

    def __init__(
        self,
        content: LayerContent,
        transcript: Sequence[Utterance],
        player: Player,
        log: LayerLog,
        hand: Hand,
        *,
        channel_speakers: tuple[str, ...] = (),
        filmed: Filmed | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(player, filmed)
        self.monotonic = monotonic
        self.commands: tuple[Command, ...] = CODING if filmed else without_picture(CODING)
        self.on_keys = {key: command for command in CODING for key in command.keys.split(",")}
        self.work = self.coding = CodingSession(content, player, log, hand, self)
        self.codebook = content.head.codebook
        self._words = Review([], list(transcript))
        self._channel_speakers = channel_speakers
        self._side_wanted: bool | None = None
        self._shown_second = -1

    # Building

    def compose(self) -> ComposeResult:
        """Head line, the segment with its codes, evidence and transcript, note, transport, timeline, key line."""
        segment_ms = self.coding.sheet.segments.size_ms
        cell_ms = next((step for step in ZOOM_STEPS_MS if step * SEGMENT_CELLS >= segment_ms), ZOOM_STEPS_MS[-1])
        yield HeadLine(id="head")
        with Horizontal(id="main"):
            yield Vertical(id="stage")
            with Vertical(id="coding"):
                yield Static("", id="segment", markup=False)
                yield CodesPane(id="codes")
            with Vertical(id="side"):
                yield EvidencePane("", id="evidence", markup=False)
                yield TranscriptPane("", id="transcript")
        with Horizontal(id="about"):
            yield Static("", id="about-what", markup=False)
            yield NoteArea("", "note", self.take_key)
        yield Static("", id="transport", markup=False)
        yield TimelineView(self.coding.head.duration_ms, cell_ms=cell_ms, id="timeline")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """The layer as it stands, at the first segment that is not finished; a note half written is there again."""
        self.query_one(HeadLine).left = f"iprtool  {self.coding.head.title}"
        self.query_one(KeyLine).table = self.commands
        self.query_one(TimelineView).set_lanes(lanes_of(self.coding, self._words.transcript))
        self._ticker = self.set_interval(1 / TICKS_PER_SECOND, self._tick, pause=True)
        self.hear_player()
        left = self.coding.left.segments
        if left and not self.coding.locked:
            self.coding.go(left[0])
        if self.coding.unlocked_because and not self.coding.locked:
            self.notify(f"This coding was unlocked by the researcher: {self.coding.unlocked_because}", markup=False)
        draft = self.coding.resume_draft()
        if draft is not None:
            self.write_note(draft)
            self.notice("your unfinished note is here again")
        self.show_moment()
        if self.filmed is not None:
            self.call_after_refresh(self._begin_watching)

    def _begin_watching(self) -> None:
        if (watching := self.watch_picture()) is not None:
            watching.set_view("shown")
            self.show_moment()

    def on_resize(self, event: Resize) -> None:
        """A narrow terminal gives the codes the room."""
        self.set_class(event.size.width < WIDE, "narrow")
        self.set_class(event.size.height < HIGH, "-low")
        self.show_side(self._side_wanted)
        self.call_after_refresh(self.show_moment)

    def show_side(self, on: bool | None) -> None:
        """Show or hide what is beside the codes; None is as there is room."""
        self._side_wanted = on
        least = WIDE if self._words.transcript else WITHOUT_TRANSCRIPT
        self.query_one("#side").display = self.size.width >= least if on is None else on

    @on(RecordingScreen.SpeechArrived)
    def _speech(self, event: RecordingScreen.SpeechArrived) -> None:
        turns = turns_of(event.spans, self._channel_speakers)
        if turns and not self._words.transcript:
            timeline = self.query_one(TimelineView)
            sound, *others = timeline.lanes
            timeline.set_lanes([sound, SpeechLane("speech", turns), *others])

    # What the coding and the player say

    def marks_changed(self, changes: Sequence[MarkChange]) -> None:  # noqa: ARG002
        """Evidence was marked, changed or removed."""
        self.query_one(TimelineView).lane_changed("evidence")
        self.show_moment()

    def coding_changed(self, segments: Collection[int]) -> None:
        """Codes, ratings or what is finished changed."""
        lane = self.segments_lane
        for number in segments:
            lane.set_text(number, lane_text(self.coding.sheet, number))
        self.query_one(TimelineView).lane_changed("segments")
        self.show_moment()

    @property
    def segments_lane(self) -> SegmentsLane:
        """The lane of the segments."""
        return next(one for one in self.query_one(TimelineView).lanes if isinstance(one, SegmentsLane))

    def player_changed(self, state: PlayerState) -> None:
        """The player is in another state."""
        self.coding.listening.player_changed(state)
        self.show_moment()

    @property
    def playing(self) -> bool:
        """Whether it plays, as far as the person asked for it."""
        return self.coding.listening.playing

    # Showing

    def show_moment(self) -> None:
        """The segment, its codes and evidence, the note, the keys of the moment."""
        coding, note = self.coding, self.query_one("#note", NoteArea)
        row = coding.row
        self.query_one(HeadLine).right = progress_text(coding)
        self.query_one("#segment", Static).update(segment_text(coding, self.player.now().ms))
        self.query_one(CodesPane).show(coding.board, row.id)
        self.query_one(EvidencePane).show(coding.evidence, self.codebook, coding.mark_id)
        self.query_one("#about-what", Static).update(about_text(coding))
        self.query_one("#about").set_class(self.writing, "-writing")
        if not self.writing:
            note.write(coding.note)
            note.placeholder = self._fitted(row.gloss)
        keys = self.query_one(KeyLine)
        keys.table = looked_at(self.commands) if coding.locked else self.commands
        keys.moment = "writing" if self.writing else "playing" if self.playing else "stopped"
        keys.hint = "ctrl+j new line" if self.writing else ""
        (self._ticker.resume if self.playing else self._ticker.pause)()
        self.show_around()
        self._show_segment_chosen()
        self._shown_second = -1
        self._show_time()

    def _fitted(self, gloss: str) -> str:
        """A gloss in the lines that there are beside what it is about, cut after a word, with the key that shows it."""
        beside = min(cell_len(about_text(self.coding)) + 2, self.size.width // 2)
        lines = 1 if self.size.height < HIGH else 2
        return "\n".join(wrap(gloss, max(12, self.size.width - beside - 2), max_lines=lines, placeholder=" … (i)"))

    def _show_segment_chosen(self) -> None:
        lane, timeline = self.segments_lane, self.query_one(TimelineView)
        chosen = None if self.coding.whole else self.coding.segment
        if lane.chosen != chosen:
            lane.chosen = chosen
            timeline.lane_changed("segments")
        timeline.selected = self.coding.mark_id

    def _tick(self) -> None:
        if self.coding.listening.tick():
            self.show_moment()
            return
        self._show_time()

    def _show_time(self) -> None:
        at_ms = self.player.now().ms
        self.query_one(TimelineView).move_playhead(at_ms)
        if at_ms // 1000 != self._shown_second:
            self._shown_second = at_ms // 1000
            self.show_transport()
            self.query_one("#segment", Static).update(segment_text(self.coding, at_ms))
            self.query_one(TranscriptPane).show(self._words, at_ms)

    def show_transport(self) -> None:
        """How it plays, what happens at the segment's end, and whether everything is on the disk."""
        end = "plays on" if self.coding.listening.plays_on else "stops at the segment's end"
        self.put_transport(f"{end}   {self.kept}", self.kept)

    # The note

    def write_note(self, text: str) -> None:
        """Write a note, from this text on."""
        self.open_note(text)
        self.show_moment()
