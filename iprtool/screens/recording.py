"""What every screen that plays a recording has: the player's word, the sound's outline, the keys that go through it."""

from textual import on
from textual.message import Message
from textual.screen import Screen

from iprtool.model.peaks import PeakChunk
from iprtool.model.playing import Player, PlayerState
from iprtool.screens.key_line import KeyLine
from iprtool.timeline.widget import TimelineView

STEP_MS = 1000
JUMP_MS = 5000
NOTICE_S = 4


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

    def __init__(self, player: Player) -> None:
        super().__init__()
        self.player = player
        self._told = ""

    # What each screen does in its own way

    @property
    def playing(self) -> bool:
        """Whether it plays, as far as the person asked for it."""
        raise NotImplementedError

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
            self.notify(state.message, severity="error" if state.status == "failed" else "information", timeout=10)
        self._told = state.message
        self.player_changed(state)

    @on(PeaksArrived)
    def _peaks(self, event: PeaksArrived) -> None:
        self.query_one(TimelineView).add_peaks(event.chunk)

    def notice(self, text: str) -> None:
        """A few words in the key line, gone after some seconds."""
        self.query_one(KeyLine).notice = text
        self.set_timer(NOTICE_S, lambda: self._clear_notice(text))

    def _clear_notice(self, text: str) -> None:
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
