"""What the dial's screen shows: the dial, or the stretches being described; the player, the disk, the trace so far."""

import time
from collections.abc import Callable
from itertools import chain

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.widgets import Digits, Static

from iprtool.commands import DESCRIBE, DIAL, Command, Moment, of_face, without_picture
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
from iprtool.screens.dial_gauge import Gauge
from iprtool.screens.dial_stretches import StretchesList, doing_text, lane_items
from iprtool.screens.key_line import HeadLine, KeyLine
from iprtool.screens.note_area import NoteArea
from iprtool.screens.presenting import span_of
from iprtool.screens.recalling import RecallingScreen
from iprtool.screens.recording import Filmed
from iprtool.timeline.lanes import PeaksLane, SpansLane, TraceLane
from iprtool.timeline.widget import TimelineView

Tables = tuple[tuple[Command, ...], tuple[Command, ...]]

ENDED = "the end; enter goes on to describing"
NOTHING_STANDS_OUT = "nothing stands out; enter goes on"
ASKED = "How helpful, or hindering, was it just there?"


class DialView(RecallingScreen):
    """The dial on the screen; its keys are the dial screen's."""

    CSS_PATH = "dial.tcss"
    AUTO_FOCUS = ""

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
        super().__init__(player, None if content.head.protocol.audio_only else filmed, monotonic)
        self.is_participants = face == "participant"
        self._tables = [of_face(table, face) for table in tables]
        self.work = self.dial = Dial(content, player, log, hand, self, monotonic)
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
        self.hear_player()
        dial.resume()
        self.show_part()
        self.begin_as_left()
        self.begin_as_set()
        self.show_moment()

    def on_resize(self, event: Resize) -> None:
        """A narrow terminal gives the dial the room, and a low one as well."""
        self.set_class(event.size.width < 100, "narrow")
        self.set_class(event.size.width < 64, "tiny")
        self.set_class(event.size.height < 24, "low")

    # What the dial and the player say

    def traced(self, samples: Samples) -> None:
        """The trace goes on: on the timeline, too."""
        self.query_one(TimelineView).append("dial", samples)

    def player_changed(self, state: PlayerState) -> None:
        """The player is in another state."""
        was_playing = self.playing
        self.dial.player_changed(state)
        if was_playing and state.status == "ended" and self.dial.describing is None:
            self.notice(self.ended_text)
        elif state.status != "ended":
            self.clear_notice(ENDED)
            self.clear_notice(NOTHING_STANDS_OUT)
        self.show_moment()

    @property
    def ended_text(self) -> str:
        """What is said at the recording's end."""
        return ENDED if self.dial.stands_out else NOTHING_STANDS_OUT

    # Showing

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
        keys.moment = "writing" if self.writing else "playing" if dial.playing else self.stopped_at
        keys.hint = "ctrl+j new line" if self.writing else "type a note" if dial.describing else ""
        (self._ticker.resume if dial.playing else self._ticker.pause)()
        self.show_around()
        self.show_value()
        self.show_stretch()
        self.shown_second = -1
        self.show_position()

    @property
    def stopped_at(self) -> Moment:
        """Whether it is at the end, of the recording or of the stretches, or else stopped."""
        describing = self.dial.describing
        at_end = self.player.state.status == "ended" if describing is None else describing.here is None
        return "ended" if at_end else "stopped"

    def _tick(self) -> None:
        if self.dial.tick():
            self.show_moment()
        else:
            self.show_position()

    def show_saving(self, error: str | None) -> None:
        """Whether everything is on the disk; while it plays a batch is saved twice a second, and that is no news."""
        if error is not None or not self.playing:
            super().show_saving(error)

    @property
    def kept(self) -> str:
        """Whether everything is on the disk; while it plays, the last half second is always still on its way."""
        return "saved" if self.playing and not self.dial.saving.failed else super().kept

    def show_transport(self) -> None:
        """How it plays, whether everything is on the disk, and what is to be done now."""
        self.put_transport(self.kept)
        self.show_doing(doing_text(self.dial, self.player.state))
