"""What every screen that plays a recording has: the player's word, the sound's outline, the keys that go through it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from textual import on
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from iprtool.commands import Command
from iprtool.model.peaks import PeakChunk
from iprtool.model.picture import Frame, Picture, PictureState
from iprtool.model.playing import Player, PlayerState
from iprtool.model.speech import SpeechSpan
from iprtool.model.terms import View
from iprtool.screens.key_line import KeyLine
from iprtool.screens.presenting import transport_text
from iprtool.timeline.widget import TimelineView

if TYPE_CHECKING:
    from iprtool.screens.picture_pane import Drawing
    from iprtool.screens.watching import Watching

STEP_MS = 1000
JUMP_MS = 5000
NOTICE_S = 4


class Filmed(NamedTuple):
    """How the picture of a filmed recording comes onto the screen, when it is first wanted.

    `drawing` makes the way to draw it in this terminal; `in_window` is whether it begins in a window of its own where
    one can be opened.
    """

    open: Callable[[], Picture]
    drawing: "Callable[[], Drawing] | None" = None
    in_window: bool = False


class RecordingScreen(Screen[None]):
    """A screen on one recording, with a `TimelineView` and a `KeyLine`; what seeking means is each screen's own."""

    class PlayerChanged(Message):
        """The player is in another state (posted from its thread)."""

        def __init__(self, state: PlayerState) -> None:
            super().__init__()
            self.state = state

    class PeaksArrived(Message):
        """Some more of the sound's outline."""

        def __init__(self, chunk: PeakChunk) -> None:
            super().__init__()
            self.chunk = chunk

    class PictureChanged(Message):
        """The picture is in another state (posted from its thread)."""

        def __init__(self, state: PictureState) -> None:
            super().__init__()
            self.state = state

    class FrameArrived(Message):
        """A frame that was asked for (posted from the picture's thread)."""

        def __init__(self, frame: Frame) -> None:
            super().__init__()
            self.frame = frame

    class SpeechArrived(Message):
        """Where somebody speaks."""

        def __init__(self, spans: list[SpeechSpan]) -> None:
            super().__init__()
            self.spans = spans

    is_participants = False
    """Whether a participant sits here: nothing may be copied."""

    escape_covers = False
    """Whether Esc covers as well, where it closes nothing."""

    leaving = "q closes it"
    """What ctrl+c says, since nothing may end by accident."""

    commands: tuple[Command, ...] = ()
    """What a person can do here: key line, palette and help come from it."""

    def __init__(self, player: Player, filmed: Filmed | None = None) -> None:
        super().__init__()
        self.player = player
        self.filmed = filmed
        self.watching: Watching | None = None
        self._told = ""
        self._covered = False

    # What each screen does in its own way

    @property
    def playing(self) -> bool:
        """Whether it plays, as far as the person asked for it."""
        raise NotImplementedError

    def halt(self) -> None:
        """Stop playing."""
        raise NotImplementedError

    @property
    def covered(self) -> bool:
        """Whether the cover lies over it."""
        return self._covered

    def action_cover(self) -> None:
        """Silence and stillness at once; it stays stopped when the cover is taken away."""
        self._covered = True
        self.player.set_muted(True)
        if self.watching is not None:
            self.watching.cover()
        if self.playing:
            self.halt()
        from iprtool.screens.plain_cover import PlainCover

        self.app.push_screen(PlainCover(), self._cover_taken_away)

    def _cover_taken_away(self, _: None) -> None:
        self._covered = False
        self.player.set_muted(False)
        if self.watching is not None:
            self.watching.uncover()
        self.show_moment()

    def seek_by(self, ms: int) -> None:
        """Go on or back by so much."""
        raise NotImplementedError

    def step_rate(self, by: int) -> None:
        """Play at the next slower (−1) or faster (1) speed."""
        raise NotImplementedError

    def player_changed(self, state: PlayerState) -> None:
        """The player is in another state."""
        raise NotImplementedError

    def show_moment(self) -> None:
        """Show what is now."""
        raise NotImplementedError

    def put_transport(self, *rights: str) -> None:
        """The transport line; at its right stands the first of these texts that there is room for, or the last."""
        left = transport_text(self.player.now(), self.player.state, playing=self.playing)
        room = self.size.width - len(left) - 2
        right = next((one for one in rights[:-1] if len(one) < room), rights[-1])
        self.query_one("#transport", Static).update(left + right.rjust(room), layout=False)

    def view_changed(self, view: View) -> None:
        """What is seen of the picture was changed by key."""

    def show_around(self) -> None:
        """What goes with every moment: where the picture is, and whether the keys come here while it plays."""
        if self.watching is not None:
            self.watching.follow()
        self.query_one(KeyLine).away = self.playing and not self.app.app_focus

    def on_mount(self) -> None:
        """The terminal may lose the focus, to the picture's window for instance, and get it back."""
        self.watch(self.app, "app_focus", self.show_around, init=False)

    # What the player says

    def hear_player(self) -> None:
        """From now on the player's states come to this screen; the first is the one that it is in."""
        self.player.on_state(self._hear)
        self._follow(self.player.state)

    def _hear(self, state: PlayerState) -> None:
        self.post_message(self.PlayerChanged(state))

    @on(PlayerChanged)
    def _player_said(self, event: PlayerChanged) -> None:
        self._follow(event.state)

    def _follow(self, state: PlayerState) -> None:
        if state.message and state.message != self._told:
            self.player_said(state.message, failed=state.status == "failed")
        self._told = state.message
        self.player_changed(state)

    def player_said(self, sentence: str, *, failed: bool) -> None:
        """Show a sentence of the player's."""
        self.notify(sentence, severity="error" if failed else "information", timeout=10)

    @on(PeaksArrived)
    def _peaks(self, event: PeaksArrived) -> None:
        self.query_one(TimelineView).add_peaks(event.chunk)

    def notice(self, text: str) -> None:
        """A few words in the key line, gone after some seconds."""
        self.query_one(KeyLine).notice = text
        self.set_timer(NOTICE_S, lambda: self.clear_notice(text))

    def clear_notice(self, text: str) -> None:
        """These words are no longer true."""
        if self.query_one(KeyLine).notice == text:
            self.query_one(KeyLine).notice = ""

    # Keys

    def action_back(self) -> None:
        """Five seconds back."""
        self.seek_by(-JUMP_MS)

    def action_forward(self) -> None:
        """Five seconds on."""
        self.seek_by(JUMP_MS)

    def action_step_back(self) -> None:
        """A second, or a frame, back."""
        self._step(-1)

    def action_step_on(self) -> None:
        """A second, or a frame, on."""
        self._step(1)

    def _step(self, by: int) -> None:
        if self.playing:
            self.seek_by(by * STEP_MS)
            return
        frame, at_ms = self.watching.frame if self.watching else None, self.player.now().ms
        # Of a held key only the first step finds the frame that is seen; the others go on from there.
        if frame is not None and frame.start_ms <= at_ms < frame.end_ms:
            self.player.seek(frame.end_ms if by > 0 else frame.before_ms)
        else:
            self.player.step(by)
        self.show_moment()

    def action_slower(self) -> None:
        """Slower."""
        self.step_rate(-1)

    def action_faster(self) -> None:
        """Faster."""
        self.step_rate(1)

    def action_louder(self) -> None:
        """Louder."""
        self.player.set_volume(min(100, self.player.state.volume + 10))

    def action_softer(self) -> None:
        """Softer."""
        self.player.set_volume(max(0, self.player.state.volume - 10))

    def action_zoom_in(self) -> None:
        """See less, larger."""
        self.query_one(TimelineView).zoom_in()

    def action_zoom_out(self) -> None:
        """See more."""
        self.query_one(TimelineView).zoom_out()

    # The picture

    def watch_picture(self) -> "Watching | None":
        """The picture on this screen, begun where it is first wanted; None where the recording has none."""
        if self.watching is None and self.filmed is not None:
            from iprtool.screens.watching import Watching

            filmed = self.filmed
            drawing = filmed.drawing() if filmed.drawing else None
            self.watching = Watching(self, filmed.open(), drawing, "window" if filmed.in_window else "pane")
        return self.watching

    def action_picture(self) -> None:
        """What is seen of the picture: shown, pixelated, one side covered, hidden."""
        watching = self.watch_picture()
        if watching is None:
            self.notice("this recording has no picture")
            return
        from iprtool.screens.watching import SAID

        view = watching.next_view()
        self.view_changed(view)
        self.notice(SAID[view])
        self.show_moment()

    def action_picture_size(self) -> None:
        """Where the picture is: beside the marks, large while it plays, in a window of its own."""
        watching = self.watch_picture()
        if watching is None:
            self.notice("this recording has no picture")
        elif watching.view == "hidden":
            shows = next(command.shown for command in self.commands if command.id == "picture")
            self.notice(f"the picture is hidden; {shows} shows it")
        else:
            from iprtool.screens.watching import PLACED

            self.notice(PLACED[watching.next_place()])
            self.show_moment()

    @on(FrameArrived)
    def _frame(self, event: FrameArrived) -> None:
        if self.watching is not None:
            self.watching.take(event.frame)

    @on(PictureChanged)
    def _picture_said(self, event: PictureChanged) -> None:
        if self.watching is not None:
            self.watching.picture_changed(event.state)
            self.show_moment()

    def on_unmount(self) -> None:
        """The picture ends with its screen."""
        if self.watching is not None:
            self.watching.close()
