"""What the recall screen shows: the recall as it stands, the player, the disk, and the note being written."""

import time
from collections.abc import Callable, Sequence

import msgspec
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.widgets import Digits, Input, Static

from iprtool.commands import RECALL, Command, Moment, of_face, without_picture
from iprtool.commands.recall import of_protocol
from iprtool.edits import Hand, MarkChange
from iprtool.model.layer import LayerContent
from iprtool.model.mark import Mark
from iprtool.model.playing import Player, PlayerState
from iprtool.model.ports import LayerLog
from iprtool.model.study import Utterance
from iprtool.model.terms import Face
from iprtool.recall.playback import SAME_PLACE_MS
from iprtool.recall.session import Recall
from iprtool.screens.key_line import HeadLine, KeyLine
from iprtool.screens.marks_list import MarkRow, MarksList
from iprtool.screens.note_area import NoteArea
from iprtool.screens.presenting import item_of, row_of, says, span_of
from iprtool.screens.recall_panes import RecallPanes
from iprtool.screens.recalling import RecallingScreen
from iprtool.screens.recording import Filmed
from iprtool.screens.spoken import SpokenPane
from iprtool.screens.words import WordsPane
from iprtool.timeline.index import MarkIndex
from iprtool.timeline.lanes import LaneItem, MarksLane, PeaksLane, SpansLane
from iprtool.timeline.widget import TimelineView

TICKS_PER_SECOND = 15
ENDED = "the recording has ended"


class RecallView(RecallingScreen):
    """The recall on the screen; its keys are the recall screen's."""

    CSS_PATH = "recall.tcss"
    AUTO_FOCUS = "#note"

    def __init__(
        self,
        content: LayerContent,
        player: Player,
        log: LayerLog,
        hand: Hand,
        face: Face,
        *,
        table: tuple[Command, ...] = RECALL,
        filmed: Filmed | None = None,
        words: Sequence[Utterance] = (),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        protocol = content.head.protocol
        filmed = None if protocol.audio_only else filmed
        super().__init__(player, filmed, monotonic)
        # Where both recall together, what one of them is not to read is not shown to the other either.
        face = "participant" if protocol.kind == "mutual" else face
        self.face = face
        self.is_participants = face == "participant"
        self.spoken = SpokenPane(words, id="spoken") if words and protocol.show_transcript else None
        commands = of_protocol(of_face(table, face), protocol.kind, has_words=self.spoken is not None)
        self.on_keys = {key: command for command in commands for key in command.keys.split(",")}
        self.commands = commands if filmed else without_picture(commands)
        self.work = self.recall = Recall(content, player, log, hand, self)
        self.panes = RecallPanes(self)
        self._lane = "marks" if protocol.kind == "mutual" else "mine"
        self.codebook = content.head.codebook
        self.found = ""

    # Building

    def compose(self) -> ComposeResult:
        """Head line, stage and marks, transport, timeline, key line."""
        yield HeadLine(id="head")
        with Horizontal(id="main"):
            with Vertical(id="stage"):
                yield Static("", id="speaker", markup=False)
                yield Digits("00:00", id="clock")
                yield Static("", id="doing", markup=False)
            with Vertical(id="side"):
                yield Input(placeholder="find in the marks", compact=True, id="find")
                yield MarksList(self._row, empty="No marks yet.", id="marks")
                with Vertical(id="card"):
                    yield Static("", id="asked", markup=False)
                    yield Static("", id="card-head", markup=False)
                    yield NoteArea("type: what was going on…", "note", self.take_key)
                    yield WordsPane(self.codebook, id="words")
        if self.spoken is not None:
            yield self.spoken
        yield Static("", id="transport", markup=False)
        yield TimelineView(self.recall.head.duration_ms, id="timeline")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Show the layer as it stands; the note left unfinished is there again."""
        self.query_one(KeyLine).table = self.commands
        self.query_one(TimelineView).set_lanes(
            [
                PeaksLane("sound"),
                MarksLane(self._lane, self.recall.state.marks.index.seen_as(self._item)),
                *self._chosen_lanes(),
                SpansLane("played", [span_of(span) for span in self.recall.state.coverage.values()]),
            ]
        )
        self._ticker = self.set_interval(1 / TICKS_PER_SECOND, self.tick, pause=True)
        self.show_marks()
        self.hear_player()
        if (draft := self.recall.draft) is not None and not (draft.closing or draft.lessons):
            self.recall.stop_id, self.recall.mark_id = draft.stop, draft.mark
            self.player.seek(draft.at_ms)
            self.open_note(draft.text)
            self.notice("your unfinished note is here again")
        self.show_moment()
        self.begin_course()

    def _chosen_lanes(self) -> list[SpansLane]:
        """The stretches that were chosen before to be played, where there are any."""
        stretches, is_event = self.recall.course.stretches, self.recall.head.protocol.kind == "event"
        items = [
            LaneItem(f"part {number}", start_ms, end_ms, "├" if is_event else str(number))
            for number, (start_ms, end_ms) in enumerate(stretches, start=1)
        ]
        return [SpansLane("event" if is_event else "parts", items)] if items else []

    def on_resize(self, event: Resize) -> None:
        """A narrow terminal gives the marks the room, a low one has less of what was said."""
        self.set_class(event.size.width < 100, "narrow")
        self.set_class(event.size.height < 30, "low")

    # What the recall and the player say

    def marks_changed(self, changes: Sequence[MarkChange]) -> None:  # noqa: ARG002
        """Marks were made, changed or removed: timeline, list and card follow."""
        self.query_one(TimelineView).lane_changed(self._lane)
        self.show_marks()
        self.show_moment()

    def _item(self, mark: Mark) -> LaneItem:
        tone = mark.author if mark.author in ("client", "therapist") else self.recall.head.by
        return item_of(mark, self.codebook, tone=tone)

    def _row(self, mark: Mark) -> MarkRow:
        """A row of the list; where both recall together, it says whose it is."""
        row = row_of(mark, self.codebook, self.recall.head.by)
        if self.recall.head.protocol.kind != "mutual":
            return row
        return msgspec.structs.replace(row, title=f"{mark.author}: {row.title}")

    def player_changed(self, state: PlayerState) -> None:
        """The player is in another state."""
        was_playing = self.recall.playing
        stopped = self.recall.player_changed(state)
        if was_playing and state.status == "ended" and not stopped:
            self.notice(ENDED)
        elif state.status != "ended":
            self.clear_notice(ENDED)
        self.show_moment()
        if stopped:
            self.panes.ask()

    # Showing

    @property
    def progress(self) -> str:
        """How far it has come, where its protocol says that."""
        return self.recall.course.progress

    def show_marks(self) -> None:
        """The list of marks, those found only."""
        marks = self.recall.state.marks.index
        if self.found:
            marks = MarkIndex(mark for mark in marks if says(mark, self.codebook, self.found))
        self.query_one(MarksList).show(marks)

    def show_moment(self) -> None:
        """Playing, stopped or writing: card, key line, stage and timer follow."""
        recall, note = self.recall, self.query_one("#note", NoteArea)
        mark = recall.mark
        if not self.writing:
            note.write(mark.note if mark else "")
        codes = [code.code for code in mark.codes] if mark else []
        self.query_one(WordsPane).show(codes)
        self.query_one("#card-head", Static).update(self.panes.card_head())
        self._show_keys()
        self.show_course()
        (self._ticker.resume if recall.playing else self._ticker.pause)()
        self.show_around()
        chosen = mark.id if mark else None
        self.query_one(MarksList).choose(chosen, self.recall.playback.at_ms)
        self.query_one(TimelineView).selected = chosen
        self.shown_second = -1
        self.show_position()

    def _show_keys(self) -> None:
        keys, pane = self.query_one(KeyLine), () if self.writing else self.panes.keys
        keys.table = pane or self.commands
        stopped: Moment = "ended" if self.is_ended else "stopped"
        keys.moment = "pane" if pane else "writing" if self.writing else "playing" if self.recall.playing else stopped
        keys.hint = "" if pane else "ctrl+j new line" if self.writing else "type a note"

    @property
    def is_ended(self) -> bool:
        """Whether the recording, or all that the protocol plays, has come to its end."""
        recall, at_ms = self.recall, self.recall.playback.at_ms
        ended = self.player.state.status == "ended" or at_ms >= recall.head.duration_ms - SAME_PLACE_MS
        return ended or recall.course.is_done or recall.course.is_over(at_ms)

    def begin_course(self) -> None:
        """Begin as the protocol says (the recall's course's own)."""
        raise NotImplementedError

    def show_course(self) -> None:
        """What the protocol asks for now (the recall's course's own)."""
        raise NotImplementedError

    def tick(self) -> None:
        """Now and then while it plays: what was played is kept, and the program stops where it is to stop."""
        if self.recall.tick():
            self.show_moment()
            self.panes.ask()
        else:
            self.show_position()

    def show_position(self) -> None:
        """Where it is, and what is said there."""
        if self.spoken is not None:
            self.spoken.show(self.recall.playback.at_ms)
        super().show_position()

    def show_transport(self) -> None:
        """How it plays, how many marks are on the disk, and what the recall does now."""
        recall, count = self.recall, len(self.recall.state.marks)
        right = f"{count} mark{'' if count == 1 else 's'} {self.kept}"
        back = f"back {recall.head.protocol.pre_roll_ms / 1000:g} s on going on   {right}"
        self.put_transport(right if recall.course.is_bounded else back, right)
        self.show_doing(self.panes.doing())

    # The note

    def begin_note(self, text: str) -> None:
        """Stop, and write from here."""
        if self.recall.playing:
            self.recall.halt()
        note = self.recall.mark.note if self.recall.mark else ""
        self.panes.close()
        self.write_on(note, text)
