"""The review screen: all layers of a session on the shared timeline, two accounts side by side, the transcript."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.events import Resize
from textual.widgets import Static

from iprtool.commands import REVIEW, without_picture
from iprtool.commands.review import read_only
from iprtool.model.layer import LayerContent
from iprtool.model.linking import MarkRef
from iprtool.model.playing import Player, PlayerState
from iprtool.model.study import Utterance
from iprtool.model.terms import Role
from iprtool.reviewing.matching import TOLERANCE_MS
from iprtool.reviewing.review import PARTNERS, Placed, Review
from iprtool.reviewing.wording import absence_of, layers_text, said_of, state_of
from iprtool.screens.help import HelpScreen
from iprtool.screens.key_line import HeadLine, KeyLine
from iprtool.screens.keys import bindings_of
from iprtool.screens.presenting import stepped_rate
from iprtool.screens.recording import Filmed
from iprtool.screens.review_linking import Writing
from iprtool.screens.review_panes import AccountPane, TranscriptPane
from iprtool.screens.review_timeline import HIGH_SCREEN, LanesScreen
from iprtool.timeline.widget import TimelineView

TICKS_PER_SECOND = 15


class ReviewScreen(LanesScreen):
    """A review: choose a mark, hear it, see what each person made of the moment, and say what it is across layers."""

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
        *,
        labels: Sequence[str] = (),
        writing: Writing | None = None,
        scores: int = 0,
        begin_at: tuple[int | None, MarkRef | None] = (None, None),
        tolerance_ms: int = TOLERANCE_MS,
        sides: tuple[Role, Role] = PARTNERS,
        absent: Mapping[Role, str] = MappingProxyType({}),
        withheld: str = "",
    ) -> None:
        review = Review(layers, transcript, labels, sides=sides, absent=absent, withheld=withheld)
        super().__init__(review, player, filmed, writing, tolerance_ms)
        table = REVIEW if filmed else without_picture(REVIEW)
        self.commands = table if writing else read_only(table)
        self._title = title
        self._channel_speakers = channel_speakers
        self._duration_ms = duration_ms
        self._pre_roll_ms = pre_roll_ms
        self._scores = scores
        self._begin_at = begin_at
        self._playing = False
        self._until_ms: int | None = None
        self._shown_second = -1
        self._told_unsaved = False

    def compose(self) -> ComposeResult:
        """Head line, timeline, transport, accounts, transcript, key line."""
        yield HeadLine(id="head")
        yield TimelineView(self._duration_ms, id="timeline")
        yield Static("", id="transport", markup=False)
        with Horizontal(id="main"):
            yield Vertical(id="stage")
            with Vertical(id="side"):
                with Horizontal(id="accounts"):
                    for by in self.review.sides:
                        yield AccountPane(id=f"account-{by}")
                    yield AccountPane(id="account-other")
                yield VerticalScroll(id="form", can_focus=False)
                yield TranscriptPane("", id="transcript")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """The lanes as they stand."""
        head = self.query_one(HeadLine)
        head.left = f"iprtool  {self._title}"
        head.right = self._layers_text()
        self.query_one(KeyLine).table = self.commands
        self.lay_lanes(self._channel_speakers)
        self._ticker = self.set_interval(1 / TICKS_PER_SECOND, self._tick, pause=True)
        self.hear_player()
        self._begin()
        self.show_links()
        self.call_after_refresh(self.look_for_moments)
        if self.filmed is not None:
            self.call_after_refresh(self._begin_watching)

    def _begin_watching(self) -> None:
        """Whoever reviews may see the picture from the start."""
        if (watching := self.watch_picture()) is not None:
            watching.set_view("shown")
            self.show_moment()

    def _begin(self) -> None:
        """Where it was asked to begin."""
        at_ms, ref = self._begin_at
        chosen = self.review.by_ref.get(ref) if ref else None
        if chosen is not None:
            self.choose(chosen)
        elif at_ms is not None:
            self.go_to(at_ms)

    def _layers_text(self) -> str:
        room = self.app.size.width - len(self.query_one(HeadLine).left) - 3
        return layers_text(self.review, self._scores, room)

    def on_resize(self, event: Resize) -> None:
        """The transcript fills the room that there is now."""
        self.set_class(event.size.height < HIGH_SCREEN, "-low")
        self.query_one(HeadLine).right = self._layers_text()
        self.call_after_refresh(self.show_moment)

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
        self.renew_form()
        self._tick()

    def _show_accounts(self, at_ms: int) -> None:
        chosen = self.review.chosen
        at_ms = chosen.mark.start_ms if chosen else at_ms
        for by, placed in zip(self.review.sides, self.shown_accounts, strict=True):
            if placed is None:
                name, why = self.review.side_name(by), absence_of(self.review, by, at_ms)
                self.query_one(f"#account-{by}", AccountPane).show_none(name, why)
            else:
                self._show_account(by, placed)
        beside = next((one for one in (chosen, self.review.held) if one and one.by not in self.review.sides), None)
        self.query_one("#account-other").display = beside is not None
        if beside is not None:
            self._show_account("other", beside)

    def _show_account(self, pane: str, placed: Placed) -> None:
        account = self.query_one(f"#account-{pane}", AccountPane)
        held = self.review.held is placed
        state = state_of(placed, self.pair, self.links, self.moments, held=held)
        whose, codebook = self.review.whose(placed), self.review.codebook(placed)
        account.show(whose, placed, codebook, state, said_of(placed, self.links))

    def _tick(self) -> None:
        at_ms = self.player.now().ms
        if self._until_ms is not None and self._playing and at_ms >= self._until_ms:
            self.halt()
            return
        self.query_one(TimelineView).move_playhead(at_ms)
        if at_ms // 1000 != self._shown_second:
            self._shown_second = at_ms // 1000
            self._show_transport()
            self._show_accounts(at_ms)
            self.query_one(TranscriptPane).show(self.review, at_ms)

    def _show_transport(self) -> None:
        many = f" {len(self.review.way())}" if self.review.found is not None else ""
        self.put_transport(f"n, b through {self.review.lane_name}{many}")

    # Keys

    def action_play_pause(self) -> None:
        """Space."""
        if self._playing:
            self.halt()
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
        """Close the review; what could not be saved is said once before."""
        if self.saving is not None and self.saving.error and not self._told_unsaved:
            self._told_unsaved = True
            self.notify(f"{self.saving.error} Close again to leave what was not saved.", severity="error", timeout=10)
        else:
            self.app.exit()

    def choose(self, placed: Placed) -> None:
        """Look at a mark."""
        self.review.chosen = placed
        self._until_ms = None
        self.player.seek(placed.mark.start_ms)
        self.show_moment()

    def _choose(self, placed: Placed | None, *, among: str | None = None) -> None:
        if placed is None:
            self.notify(f"No further mark among {among or self.review.lane_name}.")
        else:
            self.choose(placed)

    def seek_by(self, ms: int) -> None:
        """Go on or back by so much."""
        self.go_to(self.player.now().ms + ms)

    def step_rate(self, by: int) -> None:
        """Play at the next speed."""
        self.player.set_rate(stepped_rate(self.player.state.rate, by))

    def go_to(self, at_ms: int) -> None:
        """Look at a time."""
        self._until_ms = None
        self.review.chosen = None
        self.player.seek(max(0, min(at_ms, self._duration_ms)))
        self.show_moment()

    def halt(self) -> None:
        """Stop playing."""
        self._playing = False
        self.player.pause()
        self.show_moment()
