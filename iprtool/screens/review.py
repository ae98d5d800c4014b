"""The review screen: all layers of a session on the shared timeline, two accounts side by side, the transcript."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.widgets import Static

from iprtool.commands import REVIEW, without_picture
from iprtool.model.layer import LayerContent
from iprtool.model.playing import Player, PlayerState
from iprtool.model.study import Utterance
from iprtool.reviewing.review import Placed, Review
from iprtool.screens.help import HelpScreen
from iprtool.screens.key_line import HeadLine, KeyLine
from iprtool.screens.keys import bindings_of
from iprtool.screens.presenting import item_of, stepped_rate, transport_text, turns_of
from iprtool.screens.recording import Filmed, RecordingScreen
from iprtool.screens.review_panes import AccountPane, TranscriptPane
from iprtool.timeline.lanes import Lane, LaneItem, MarksLane, PeaksLane, RupturesLane, SpeechLane
from iprtool.timeline.widget import TimelineView

TICKS_PER_SECOND = 15


class ReviewScreen(RecordingScreen):
    """A review, read only: choose a mark, hear it, see what each person made of the moment."""

    CSS_PATH = "review.tcss"
    AUTO_FOCUS = ""
    BINDINGS = bindings_of(REVIEW)

    def __init__(
        self,
        title: str,
        layers: list[LayerContent],
        transcript: list[Utterance],
        player: Player,
        duration_ms: int,
        pre_roll_ms: int,
        channel_speakers: tuple[str, ...] = (),
        filmed: Filmed | None = None,
    ) -> None:
        super().__init__(player, filmed)
        self.commands = REVIEW if filmed else without_picture(REVIEW)
        self.review = Review(layers, transcript)
        self._title = title
        self._channel_speakers = channel_speakers
        self._duration_ms = duration_ms
        self._pre_roll_ms = pre_roll_ms
        self._playing = False
        self._until_ms: int | None = None
        self._shown_second = -1

    def compose(self) -> ComposeResult:
        """Head line, timeline, transport, accounts, transcript, key line."""
        yield HeadLine(id="head")
        yield TimelineView(self._duration_ms, id="timeline")
        yield Static("", id="transport", markup=False)
        with Horizontal(id="main"):
            yield Vertical(id="stage")
            with Vertical(id="side"):
                with Horizontal(id="accounts"):
                    yield AccountPane(id="account-client")
                    yield AccountPane(id="account-therapist")
                    yield AccountPane(id="account-other")
                yield TranscriptPane("", id="transcript")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """The lanes as they stand."""
        layers = self.review.layers
        head = self.query_one(HeadLine)
        head.left = f"iprtool  {self._title}"
        states = [f"{'✓' if one.closed else '…'} {len(one.marks)}" for one in layers]
        head.right = "  ".join(f"{name} {state}" for name, state in zip(self.review.names, states, strict=True))
        self.query_one(KeyLine).table = self.commands
        self.query_one(TimelineView).set_lanes(self._lanes())
        self._ticker = self.set_interval(1 / TICKS_PER_SECOND, self._tick, pause=True)
        self.hear_player()
        if self.filmed is not None:
            self.call_after_refresh(self._begin_watching)

    def _begin_watching(self) -> None:
        """Whoever reviews may see the picture from the start."""
        if (watching := self.watch_picture()) is not None:
            watching.set_view("shown")
            self.show_moment()

    def on_resize(self, event: Resize) -> None:  # noqa: ARG002
        """The transcript fills the room that there is now."""
        self.call_after_refresh(self.show_moment)

    def _lanes(self) -> list[Lane]:
        review = self.review
        marks: list[list[LaneItem]] = [[] for _ in review.layers]
        ruptures = []
        for one in review.marks:
            marks[one.layer].append(item_of(one.mark, review.codebook(one), key=one.id, tone=one.by))
            if one.mark.rupture is not None:
                ruptures.append(item_of(one.mark, review.codebook(one), key=f"r{one.id}"))
        lanes: list[Lane] = [PeaksLane("sound")]
        if review.transcript:
            turns = [(one.start_ms, one.end_ms, one.speaker) for one in review.transcript]
            lanes.append(SpeechLane("speech", turns))
        lanes += [MarksLane(name, items) for name, items in zip(review.names, marks, strict=True)]
        return [*lanes, RupturesLane("ruptures", ruptures)]

    @on(RecordingScreen.SpeechArrived)
    def _speech(self, event: RecordingScreen.SpeechArrived) -> None:
        turns = turns_of(event.spans, self._channel_speakers)
        if turns and not self.review.transcript:
            timeline = self.query_one(TimelineView)
            sound, *others = timeline.lanes
            timeline.set_lanes([sound, SpeechLane("speech", turns), *others])

    # What the player says

    def player_changed(self, state: PlayerState) -> None:
        """The player is in another state."""
        if state.status in ("ended", "failed"):
            self._playing = False
        self.show_moment()

    @property
    def playing(self) -> bool:
        """Whether it plays, as far as the person asked for it."""
        return self._playing

    # Showing

    def show_moment(self) -> None:
        """Playing or stopped, and the moment chosen."""
        keys = self.query_one(KeyLine)
        keys.moment = "playing" if self._playing else "stopped"
        (self._ticker.resume if self._playing else self._ticker.pause)()
        self.show_around()
        chosen = self.review.chosen
        self.query_one(TimelineView).selected = chosen.id if chosen else None
        self._shown_second = -1
        self._tick()

    def _show_accounts(self, at_ms: int) -> None:
        chosen = self.review.chosen
        at_ms = chosen.mark.start_ms if chosen else at_ms
        for by in ("client", "therapist"):
            self._show_account(by, self.review.account_of(by, at_ms), at_ms)
        other = self.query_one("#account-other")
        other.display = chosen is not None and chosen.by not in ("client", "therapist")
        if chosen is not None and other.display:
            self._show_account("other", chosen, at_ms)

    def _show_account(self, pane: str, placed: Placed | None, at_ms: int) -> None:
        who = self.review.names[placed.layer] if placed else pane
        codebook = self.review.codebook(placed) if placed else None
        self.query_one(f"#account-{pane}", AccountPane).show(who, placed, codebook, at_ms)

    def _tick(self) -> None:
        at_ms = self.player.now().ms
        if self._until_ms is not None and self._playing and at_ms >= self._until_ms:
            self._stop()
            return
        self.query_one(TimelineView).move_playhead(at_ms)
        if at_ms // 1000 != self._shown_second:
            self._shown_second = at_ms // 1000
            self._show_transport()
            self._show_accounts(at_ms)
            self.query_one(TranscriptPane).show(self.review, at_ms)

    def _show_transport(self) -> None:
        left = transport_text(self.player.now(), self.player.state, playing=self._playing)
        right = f"n, b through {self.review.lane_name}"
        room = self.size.width - len(left) - 2
        self.query_one("#transport", Static).update(left + right.rjust(room), layout=False)

    # Keys

    def action_play_pause(self) -> None:
        """Space."""
        if self._playing:
            self._stop()
        else:
            self._until_ms = None
            self._playing = True
            self.player.play()
            self.show_moment()

    def action_play_moment(self) -> None:
        """The chosen mark, with its pre-roll, to its end."""
        chosen = self.review.chosen or self.review.step(1, self.player.now().ms)
        if chosen is None:
            self.notify("No mark is chosen; n chooses the next.")
            return
        start_ms, self._until_ms = self.review.stretch(chosen, self._pre_roll_ms)
        self._playing = True
        self.player.seek(start_ms)
        self.player.play()
        self.show_moment()

    def action_next_mark(self) -> None:
        """The next mark of the lane."""
        self._choose(self.review.step(1, self.player.now().ms))

    def action_previous_mark(self) -> None:
        """The mark before."""
        self._choose(self.review.step(-1, self.player.now().ms))

    def action_next_rupture(self) -> None:
        """The next rupture marker of any layer."""
        self._choose(self.review.step(1, self.player.now().ms, ruptures=True), among="ruptures")

    def action_next_lane(self) -> None:
        """Go through another lane's marks."""
        self.review.next_lane()
        self.show_moment()

    def action_transcript(self) -> None:
        """Show or hide the transcript."""
        pane = self.query_one("#transcript")
        pane.display = not pane.display
        self.call_after_refresh(self.show_moment)

    def action_help(self) -> None:
        """Every key."""
        self.app.push_screen(HelpScreen(self.commands))

    def action_palette(self) -> None:
        """All commands."""
        self.app.action_command_palette()

    def action_end(self) -> None:
        """Close the review."""
        self.app.exit()

    @on(TimelineView.Seek)
    def _timeline_clicked(self, event: TimelineView.Seek) -> None:
        self._seek(event.ms)

    @on(TimelineView.ItemChosen)
    def _item_clicked(self, event: TimelineView.ItemChosen) -> None:
        self._choose(self.review.choose(event.item_id.removeprefix("r")))

    def _choose(self, placed: Placed | None, *, among: str | None = None) -> None:
        if placed is None:
            self.notify(f"No further mark among {among or self.review.lane_name}.")
            return
        self._until_ms = None
        self.player.seek(placed.mark.start_ms)
        self.show_moment()

    def seek_by(self, ms: int) -> None:
        """Go on or back by so much."""
        self._seek(self.player.now().ms + ms)

    def step_rate(self, by: int) -> None:
        """Play at the next speed."""
        self.player.set_rate(stepped_rate(self.player.state.rate, by))

    def _seek(self, to_ms: int) -> None:
        self._until_ms = None
        self.review.chosen = None
        self.player.seek(max(0, min(to_ms, self._duration_ms)))
        self.show_moment()

    def _stop(self) -> None:
        self._playing = False
        self.player.pause()
        self.show_moment()
