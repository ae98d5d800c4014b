"""What the dial's screen shows: the dial, or the stretches being described; the player, the disk, the trace so far."""

import time
from collections.abc import Callable
from itertools import chain

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Key, Resize
from textual.message import Message
from textual.widgets import Digits, Static

from iprtool.commands import DESCRIBE, DIAL, Command, of_face, without_picture
from iprtool.dial.rating import Samples
from iprtool.dial.sampling import SAMPLES_PER_SECOND
from iprtool.dial.scale import HIGHEST, LOWEST, NEUTRAL
from iprtool.dial.session import Dial
from iprtool.dial.traces import GAP_MS
from iprtool.edits import Hand
from iprtool.model.layer import LayerContent
from iprtool.model.playing import Player, PlayerState
from iprtool.model.ports import LayerLog
from iprtool.model.terms import Face
from iprtool.model.times import clock
from iprtool.screens.closing import ClosingScreen
from iprtool.screens.dial_gauge import Gauge
from iprtool.screens.dial_stretches import StretchesList, doing_text, lane_items
from iprtool.screens.key_line import HeadLine, KeyLine
from iprtool.screens.note_area import NoteArea
from iprtool.screens.presenting import elapsed_text, span_of, transport_text
from iprtool.screens.recording import Filmed, RecordingScreen
from iprtool.timeline.lanes import PeaksLane, SpansLane, TraceLane
from iprtool.timeline.widget import TimelineView

Tables = tuple[tuple[Command, ...], tuple[Command, ...]]

ENDED = "the recording has ended; enter goes on to describing"
ASKED = "How helpful, or hindering, was it just there?"


class DialView(RecordingScreen):
    """The dial on the screen; its keys are the dial screen's."""

    CSS_PATH = "dial.tcss"
    AUTO_FOCUS = ""
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
        tables: Tables = (DIAL, DESCRIBE),
        filmed: Filmed | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(player, None if content.head.protocol.audio_only else filmed)
        self.is_participants = face == "participant"
        self._tables = [of_face(table, face) for table in tables]
        self.dial = Dial(content, player, log, hand, self, monotonic)
        self.monotonic = monotonic
        self._began = monotonic()
        self._shown_second = -1
        self._take_commands()

    def _take_commands(self) -> None:
        """The commands of the part that the person is in."""
        table = self._tables[self.dial.describing is not None]
        self.on_keys = {key: command for command in table for key in command.keys.split(",")}
        self.commands = table if self.filmed is not None else without_picture(table)

    # Building

    def compose(self) -> ComposeResult:
        """Head line, stage and dial, transport, timeline, key line."""
        yield HeadLine(id="head")
        with Horizontal(id="main"):
            with Vertical(id="stage"):
                yield Digits("00:00", id="clock")
                yield Static("", id="doing", markup=False)
            with Vertical(id="side"):
                yield Static(ASKED, id="gauge-head", markup=False)
                yield Gauge(id="gauge")
                with Vertical(id="describe"):
                    yield Static("What you rated highest ▲ and lowest ▽:", id="stretches-head", markup=False)
                    yield StretchesList(id="stretches")
                    with Vertical(id="card"):
                        yield Static("", id="card-head", markup=False)
                        yield NoteArea("type: what was going on…", "note", self.take_key)
        yield Static("", id="transport", markup=False)
        yield TimelineView(self.dial.head.duration_ms, id="timeline")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Show the layer as it stands; it goes on where it was left."""
        dial = self.dial
        samples = chain.from_iterable(trace.samples for trace in dial.state.traces.values())
        self._lanes = (
            PeaksLane("sound"),
            TraceLane("dial", samples, LOWEST, HIGHEST, NEUTRAL, gap_ms=GAP_MS),
            SpansLane("played", [span_of(span) for span in dial.state.coverage.values()]),
        )
        self._ticker = self.set_interval(1 / SAMPLES_PER_SECOND, self._tick, pause=True)
        self.set_interval(1, self._show_elapsed)
        self._retry = self.set_interval(2, dial.saving.retry, pause=True)
        self._show_elapsed()
        self.hear_player()
        dial.resume()
        self.show_part()
        self.begin_as_left()
        self._begin_as_set()
        self.show_moment()

    def _begin_as_set(self) -> None:
        """What is seen of the picture, and whether it begins under the cover, as the protocol says."""
        protocol = self.dial.head.protocol
        if self.filmed is not None and protocol.view != "hidden" and (watching := self.watch_picture()) is not None:
            watching.set_view(protocol.view)
            self.dial.view_changed(protocol.view)
        if protocol.start_covered:
            self.action_cover()

    def on_resize(self, event: Resize) -> None:
        """A narrow terminal gives the dial the room, and a low one as well."""
        self.set_class(event.size.width < 100, "narrow")
        self.set_class(event.size.width < 64, "tiny")
        self.set_class(event.size.height < 24, "low")

    # What the dial and the player say

    @property
    def playing(self) -> bool:
        """Whether it plays, as far as the person asked for it."""
        return self.dial.playing

    @property
    def covered(self) -> bool:
        """Whether the cover lies over it."""
        return self.dial.covered

    def traced(self, samples: Samples) -> None:
        """The trace goes on: on the timeline, too."""
        self.query_one(TimelineView).append("dial", samples)

    def coverage_changed(self) -> None:
        """More of the recording was played, or left out."""
        spans = self.dial.state.coverage
        self.query_one(TimelineView).put("played", span_of(spans[next(reversed(spans))]))

    def saved(self, error: str | None) -> None:
        """From the writer's thread: on to the screen's own."""
        self.post_message(self.Saved(error))

    @on(Saved)
    def _show_saved(self, event: Saved) -> None:
        (self._retry.resume if self.dial.saving.failed else self._retry.pause)()
        if event.error is not None:
            self.notify(event.error, severity="error", timeout=15)
        # While it plays a batch is saved twice a second; the line is drawn once a second.
        if event.error is not None or not self.playing:
            self._show_transport()
        for screen in self.app.screen_stack:
            if isinstance(screen, ClosingScreen):
                screen.show_saving()

    def player_said(self, sentence: str, *, failed: bool) -> None:
        """What was mended is said in the key line: boxes would lie over the dial."""
        if failed:
            super().player_said(sentence, failed=failed)
        else:
            self.notice(sentence)

    def player_changed(self, state: PlayerState) -> None:
        """The player is in another state."""
        was_playing = self.playing
        self.dial.player_changed(state)
        if was_playing and state.status == "ended" and self.dial.describing is None:
            self.notice(ENDED)
        elif state.status != "ended":
            self.clear_notice(ENDED)
        self.show_moment()

    # Showing

    def _show_elapsed(self) -> None:
        gone_ms = int((self.monotonic() - self._began) * 1000)
        head, title = self.query_one(HeadLine), self.dial.head.title
        head.right = elapsed_text(gone_ms, self.dial.head.protocol.planned_minutes)
        whole = f"iprtool  {title}"
        head.left = whole if cell_len(whole) + cell_len(head.right) < self.size.width - 2 else title

    @property
    def writing(self) -> bool:
        """Whether a note is being written."""
        return self.query_one("#note", NoteArea).writing

    async def take_key(self, event: Key) -> bool:
        """Whether a key was a command, or the first letter of a note (the dial screen's own)."""
        raise NotImplementedError

    def begin_as_left(self) -> None:
        """A note left unfinished is there again (the describing's own)."""
        raise NotImplementedError

    def show_stretch(self) -> None:
        """The stretch being described (the describing's own)."""
        raise NotImplementedError

    def show_part(self) -> None:
        """The dial, or the stretches to be described, with their commands."""
        self._take_commands()
        describing = self.dial.describing
        self.set_class(describing is not None, "describing")
        self.query_one(KeyLine).table = self.commands
        stretches = [SpansLane("stretches", lane_items(describing), choosable=True)] if describing else []
        self.query_one(TimelineView).set_lanes([*self._lanes[:2], *stretches, *self._lanes[2:]])
        self.set_focus(self.query_one("#note") if describing else None)

    def show_value(self) -> None:
        """Where the dial stands."""
        self.query_one(Gauge).value = self.dial.value

    def show_moment(self) -> None:
        """Playing, stopped or writing: dial or stretch, key line, stage and timer follow."""
        dial, keys = self.dial, self.query_one(KeyLine)
        keys.moment = "writing" if self.writing else "playing" if dial.playing else "stopped"
        keys.hint = "ctrl+j new line" if self.writing else "type a note" if dial.describing else ""
        (self._ticker.resume if dial.playing else self._ticker.pause)()
        self.show_around()
        self.show_value()
        self.show_stretch()
        self._shown_second = -1
        self._show_position()

    def _tick(self) -> None:
        if self.dial.tick():
            self.show_moment()
        else:
            self._show_position()

    def _show_position(self) -> None:
        at_ms = self.dial.playback.at_ms
        self.query_one(TimelineView).move_playhead(at_ms)
        if at_ms // 1000 != self._shown_second:
            self._shown_second = at_ms // 1000
            self.query_one(Digits).update(clock(at_ms))
            self._show_transport()

    def _show_transport(self) -> None:
        dial = self.dial
        left = transport_text(self.player.now(), self.player.state, playing=dial.playing)
        saving = dial.saving
        # While it plays, the last half second is always still on its way.
        right = "NOT SAVED" if saving.failed else "saving…" if saving.waiting and not dial.playing else "saved"
        room = self.size.width - len(left) - 2
        self.query_one("#transport", Static).update(left + right.rjust(room), layout=False)
        doing = doing_text(dial, self.player.state)
        if self.watching is not None and self.watching.is_in_terminal:
            doing = f"{clock(dial.playback.at_ms)}  {doing.replace(chr(10), ' · ')}"
        self.query_one("#doing", Static).update(doing)
