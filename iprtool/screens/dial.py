"""The dial's screen: it plays, the dial is moved; then the highest and lowest stretches are described."""

from textual import on
from textual.events import Key

from iprtool.dial.scale import NEUTRAL
from iprtool.screens.dial_describing import DialDescribing
from iprtool.screens.dial_gauge import Gauge
from iprtool.timeline.widget import TimelineView


class DialScreen(DialDescribing):
    """A dial from its first key to its closing question."""

    while_writing = ("replay", "palette", "picture", "end")

    # Keys

    async def take_key(self, event: Key) -> bool:
        """Every key, in the order in which they were pressed: a command, the dial, or the first letter of a note."""
        command = self.on_keys.get(event.key)
        if self.writing:
            return await self.take_while_writing(event, command)
        if command is not None and command.id == "turn_to":
            self.action_turn_to(command.keys.split(",").index(event.key) + 1)
        elif command is not None:
            await self.run_action(command.action)
        elif self.dial.describing is not None and event.is_printable and event.character is not None:
            self.begin_note(event.character)
        else:
            return False
        return True

    def action_stop_or_go_on(self) -> None:
        """Space."""
        self.settle_note()
        if self.playing:
            self.dial.halt()
        elif not self.dial.go_on():
            self.notice(self.ended_text)
        self.show_moment()

    # The dial

    def action_turn_up(self) -> None:
        """A step towards helpful."""
        self.dial.turn(1)
        self.show_value()

    def action_turn_down(self) -> None:
        """A step towards hindering."""
        self.dial.turn(-1)
        self.show_value()

    def action_turn_to(self, value: int | None = None) -> None:
        """A digit."""
        if value is None:
            self.notice("a digit from 1 to 9 sets the dial")
            return
        self.dial.turn_to(value)
        self.show_value()

    def action_neutral(self) -> None:
        """Back to neutral."""
        self.action_turn_to(NEUTRAL)

    @on(Gauge.Turned)
    def _turned(self, event: Gauge.Turned) -> None:
        self.dial.turn_to(event.value)
        self.show_value()

    # Ways through the recording

    @on(TimelineView.Seek)
    def _timeline_clicked(self, event: TimelineView.Seek) -> None:
        self.dial.seek(event.ms)
        self.show_moment()

    # Elsewhere

    def action_palette(self) -> None:
        """All commands."""
        self.stop_here()
        self.app.action_command_palette()

    def end(self, after_s: float | None = None) -> None:
        """The closing question, then the contact card."""
        self.stop_here()
        if self.watching is not None:
            self.watching.cover()
        self.close(after_s)
