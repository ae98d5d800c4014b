"""What the recall screen shows: the recall as it stands, the player, the disk, and the note being written."""

import time
from collections.abc import Callable, Sequence

import msgspec
from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Key, Resize
from textual.message import Message
from textual.widgets import Digits, Input, Static

from iprtool.commands import RECALL, Command, of_face, without_picture
from iprtool.commands.recall import of_protocol
from iprtool.edits import Hand, MarkChange
from iprtool.model.layer import LayerContent
from iprtool.model.mark import Mark
from iprtool.model.playing import Player, PlayerState
from iprtool.model.ports import LayerLog
from iprtool.model.study import Utterance
from iprtool.model.terms import Face
from iprtool.model.times import clock
from iprtool.recall.session import Recall
from iprtool.screens.closing import ClosingScreen
from iprtool.screens.key_line import HeadLine, KeyLine
from iprtool.screens.marks_list import MarkRow, MarksList
from iprtool.screens.note_area import NoteArea
from iprtool.screens.presenting import elapsed_text, item_of, row_of, says, span_of, transport_text
from iprtool.screens.recall_panes import RecallPanes
from iprtool.screens.recording import Filmed, RecordingScreen
from iprtool.screens.spoken import SpokenPane
from iprtool.screens.words import WordsPane
from iprtool.timeline.index import MarkIndex
from iprtool.timeline.lanes import LaneItem, MarksLane, PeaksLane, SpansLane
from iprtool.timeline.widget import TimelineView

TICKS_PER_SECOND = 15
ENDED = "the recording has ended; space plays it again"


class RecallView(RecordingScreen):
    """The recall on the screen; its keys are the recall screen's."""

    CSS_PATH = "recall.tcss"
    AUTO_FOCUS = "#note"
    ALLOW_SELECT = False
    leaving = "ctrl+q ends"

    class Saved(Message):
        """A commit is durable, or failed with this sentence (posted from the writer's thread)."""

        def __init__(self, error: str | None) -> None:
            super().__init__()
            self.error = error

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
        super().__init__(player, filmed)
        # Where both recall together, what one of them is not to read is not shown to the other either.
        face = "participant" if protocol.kind == "mutual" else face
        self.face = face
        self.is_participants = face == "participant"
        self.spoken = SpokenPane(words, id="spoken") if words and protocol.show_transcript else None
        commands = of_protocol(of_face(table, face), protocol.kind, has_words=self.spoken is not None)
        self.on_keys = {key: command for command in commands for key in command.keys.split(",")}
        self.commands = commands if filmed else without_picture(commands)
        self.recall = Recall(content, player, log, hand, self)
        self.panes = RecallPanes(self)
        self._lane = "marks" if protocol.kind == "mutual" else "mine"
        self.codebook = content.head.codebook
        self.monotonic = monotonic
        self._began = monotonic()
        self._shown_second = -1
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
                SpansLane("played", [span_of(span) for span in self.recall.state.coverage.values()]),
            ]
        )
        self._ticker = self.set_interval(1 / TICKS_PER_SECOND, self.tick, pause=True)
        self.set_interval(1, self.show_elapsed)
        self._retry = self.set_interval(2, self.recall.saving.retry, pause=True)
        self.show_elapsed()
        self.show_marks()
        self.hear_player()
        if (draft := self.recall.draft) is not None and not (draft.closing or draft.lessons):
            self.recall.stop_id, self.recall.mark_id = draft.stop, draft.mark
            self.player.seek(draft.at_ms)
            self._write_note(draft.text)
            self.notice("your unfinished note is here again")
        self.show_moment()
        self.begin_course()

    def on_resize(self, event: Resize) -> None:
        """A narrow terminal gives the marks the room, a low one has less of what was said."""
        self.set_class(event.size.width < 100, "narrow")
        self.set_class(event.size.height < 30, "low")

    @property
    def playing(self) -> bool:
        """Whether it plays, as far as the person asked for it."""
        return self.recall.playing

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

    def coverage_changed(self) -> None:
        """More of the recording was played, or left out."""
        spans = self.recall.state.coverage
        self.query_one(TimelineView).put("played", span_of(spans[next(reversed(spans))]))

    def saved(self, error: str | None) -> None:
        """From the writer's thread: on to the screen's own."""
        self.post_message(self.Saved(error))

    @on(Saved)
    def _show_saved(self, event: Saved) -> None:
        (self._retry.resume if self.recall.saving.failed else self._retry.pause)()
        if event.error is not None:
            self.notify(event.error, severity="error", timeout=15)
        self._show_transport()
        for screen in self.app.screen_stack:
            if isinstance(screen, ClosingScreen):
                screen.show_saving()

    def player_said(self, sentence: str, *, failed: bool) -> None:
        """What was mended is said in the key line: boxes would pile up over what is being written."""
        if failed:
            super().player_said(sentence, failed=failed)
        else:
            self.notice(sentence)

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

    def show_elapsed(self) -> None:
        """The head line: whose recall of what, how far it has come, how long it has taken and has yet."""
        gone_ms = int((self.monotonic() - self._began) * 1000)
        planned = self.recall.head.protocol.planned_minutes
        progress = self.recall.course.progress
        head = self.query_one(HeadLine)
        head.right = " · ".join(one for one in (progress, elapsed_text(gone_ms, planned)) if one)
        whole = f"iprtool  {self.recall.head.title}"
        head.left = whole if cell_len(whole) + cell_len(head.right) < self.size.width - 2 else self.recall.head.title

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
        self._shown_second = -1
        self._show_position()

    def _show_keys(self) -> None:
        keys, pane = self.query_one(KeyLine), () if self.writing else self.panes.keys
        keys.table = pane or self.commands
        keys.moment = "pane" if pane else "writing" if self.writing else "playing" if self.recall.playing else "stopped"
        keys.hint = "" if pane else "ctrl+j new line" if self.writing else "type a note"

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
            self._show_position()

    def _show_position(self) -> None:
        at_ms = self.recall.playback.at_ms
        if self.spoken is not None:
            self.spoken.show(at_ms)
        self.query_one(TimelineView).move_playhead(at_ms)
        if at_ms // 1000 != self._shown_second:
            self._shown_second = at_ms // 1000
            self.query_one(Digits).update(clock(at_ms))
            self._show_transport()

    def _show_transport(self) -> None:
        recall, state = self.recall, self.player.state
        left = transport_text(self.player.now(), state, playing=recall.playing)
        count = len(recall.state.marks)
        saving = "NOT SAVED" if recall.saving.failed else "saving…" if recall.saving.waiting else "saved"
        right = f"{count} mark{'' if count == 1 else 's'} {saving}"
        back = (
            right
            if recall.course.is_bounded
            else f"back {recall.head.protocol.pre_roll_ms / 1000:g} s on going on   {right}"
        )
        room = self.size.width - len(left) - 2
        right = back if len(back) < room else right
        self.query_one("#transport", Static).update(left + right.rjust(room), layout=False)
        doing = self.panes.doing()
        if self.watching is not None and self.watching.is_in_terminal:
            doing = f"{clock(recall.playback.at_ms)}  {doing.replace(chr(10), ' · ')}"
        self.query_one("#doing", Static).update(doing)

    # The note

    @property
    def writing(self) -> bool:
        """Whether a note is being written."""
        return self.query_one("#note", NoteArea).writing

    async def take_key(self, event: Key) -> bool:
        """Whether a key was a command, or the first letter of a note (the recall screen's own)."""
        raise NotImplementedError

    def begin_note(self, text: str) -> None:
        """Stop, and write from here."""
        if self.recall.playing:
            self.recall.halt()
        note = self.recall.mark.note if self.recall.mark else ""
        self.panes.close()
        # A note is kept without the blank at its end: what is written on begins a new word.
        self._write_note(f"{note} {text}" if note and text else note + text)
        self.show_moment()

    def _write_note(self, text: str) -> None:
        note = self.query_one("#note", NoteArea)
        note.writing = True
        note.write(text)
        self.set_focus(note)

    @on(NoteArea.Changed, "#note")
    def _note_changed(self) -> None:
        if self.writing:
            self.recall.keep_draft(self.query_one("#note", NoteArea).text)

    @on(NoteArea.Wanted)
    def _note_wanted(self, event: NoteArea.Wanted) -> None:
        self.begin_note(event.text)

    def settle_note(self) -> None:
        """The note being written is saved before anything else happens."""
        note = self.query_one("#note", NoteArea)
        if note.writing:
            note.writing = False
            self.recall.save_note(note.text)
