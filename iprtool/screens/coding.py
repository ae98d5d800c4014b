"""The coding screen: one observer, one session. Its keys come from the command table and go to the coding."""

from collections.abc import Callable

from textual import on
from textual.events import Key

from iprtool.commands import CODING
from iprtool.model.terms import Clarity
from iprtool.screens.coding_dialogs import LeftScreen, LockScreen
from iprtool.screens.coding_panes import CodesPane
from iprtool.screens.coding_presenting import unheard_text
from iprtool.screens.coding_ways import CodingWays
from iprtool.screens.dialogs import ConfirmScreen
from iprtool.screens.help import HelpScreen
from iprtool.screens.keys import ENTER_REPEAT_S, bindings_of
from iprtool.screens.writing import pressed

WHILE_WRITING = ("palette", "picture", "end")
"""Commands that have their keys while a note is written, where they are no letters; all others are text."""


class CodingScreen(CodingWays):
    """A coding from its first segment to its lock."""

    BINDINGS = bindings_of(CODING)

    _warned = False
    _entered = -1.0

    # Keys

    async def take_key(self, event: Key) -> bool:
        """Every key, in the order in which they were pressed, with the moment of the press for what it marks."""
        with pressed(self.coding.listening.playback, event):
            return await self._take(event)

    async def _take(self, event: Key) -> bool:
        if event.key == "enter" and self._is_held():
            return True
        command = self.on_keys.get(event.key)
        if self.writing:
            if event.key == "enter":
                self.settle_note()
                self.show_moment()
                return True
            if command is None or command.id not in WHILE_WRITING or event.is_printable:
                return False
        if command is not None and command.id == "digit":
            self.press_digit(int(event.key))
        elif command is not None:
            await self.run_action(command.action)
        return True

    def _is_held(self) -> bool:
        """Whether Enter is the same as the one just before: held, it would finish one segment after the other."""
        before, self._entered = self._entered, self.monotonic()
        return self._entered - before <= ENTER_REPEAT_S

    # Codes and ratings

    def press_digit(self, digit: int) -> None:
        """A digit rates the scale chosen, and the next one is; else it is the code of that number, 0 the tenth."""
        row = self.coding.row
        if row.scale is None:
            self.attempt(lambda: self.coding.toggle_number(digit or 10))
        elif self.attempt(lambda: self.coding.rate(digit)):
            self._choose(self.coding.board.next_scale(row.id))

    def action_digit(self) -> None:
        """Clicked in the key line, it says what the digits are for."""
        self.notice("a digit rates the scale chosen" if self.coding.row.scale else "a digit is the code of that number")

    def action_next_code(self) -> None:
        """The code below."""
        self._choose(self.coding.board.moved(self.coding.row.id, 1))

    def action_previous_code(self) -> None:
        """The code above."""
        self._choose(self.coding.board.moved(self.coding.row.id, -1))

    def action_next_group(self) -> None:
        """The next group."""
        self._choose(self.coding.board.next_group(self.coding.row.id, 1))

    def action_previous_group(self) -> None:
        """The group before."""
        self._choose(self.coding.board.next_group(self.coding.row.id, -1))

    def action_meaning(self) -> None:
        """All that the codebook says of the one chosen."""
        self.halt_here()
        row = self.coding.row
        anchors = [f"{value} {label}" for value, label in (row.scale.anchors if row.scale else {}).items()]
        scale = [f"rated {row.scale.minimum:g} to {row.scale.maximum:g}"] if row.scale else []
        lines = [row.gloss or "The codebook says no more of it.", *scale, *anchors]
        self.app.push_screen(ConfirmScreen(f"{row.group}: {row.label}", lines, "enter closes"))

    def _choose(self, row_id: str) -> None:
        self.attempt(lambda: self.coding.choose(row_id))

    @on(CodesPane.Pressed)
    def _code_clicked(self, event: CodesPane.Pressed) -> None:
        row = self.coding.row
        if event.row_id != row.id or self.coding.mark is not None:
            self._choose(event.row_id)
        elif row.scale is None or row.rating == row.scale.maximum:
            self.action_found()
        else:
            self.attempt(lambda: self.coding.step(1))

    def action_found(self) -> None:
        """Found or not."""
        if self.coding.row.found:
            self.action_take_off()
        else:
            self.attempt(self.coding.toggle)

    def action_clarity_minus(self) -> None:
        """−."""
        self._clarity_or_step("minus", -1)

    def action_clarity_plain(self) -> None:
        """=."""
        self.attempt(lambda: self.coding.set_clarity("plain"))

    def action_clarity_plus(self) -> None:
        """+."""
        self._clarity_or_step("plus", 1)

    def _clarity_or_step(self, clarity: Clarity, by: int) -> None:
        if self.coding.row.scale is not None:
            self.attempt(lambda: self.coding.step(by))
        else:
            self.attempt(lambda: self.coding.set_clarity(clarity))

    def action_delete(self) -> None:
        """The evidence chosen, else the code or rating."""
        if self.coding.mark is not None:
            if self.attempt(self.coding.delete_evidence):
                self.notice("evidence deleted; ctrl+z brings it back")
        else:
            self.action_take_off()

    def action_take_off(self) -> None:
        """The code or rating goes, with its evidence."""
        gone: list[int] = []
        if self.attempt(lambda: gone.append(self.coding.take_off())) and gone[0]:
            self.notice(f"taken off with {gone[0]} evidence mark{'s' if gone[0] > 1 else ''}; ctrl+z brings it back")

    # Evidence and notes

    def action_evidence(self) -> None:
        """Evidence here."""
        if self.attempt(self.coding.mark_evidence):
            self.notice(f"evidence of {self.coding.row.label}; n notes it")

    def action_begin_evidence(self) -> None:
        """Evidence begins."""
        if self.attempt(self.coding.begin_evidence):
            self.notice(f"evidence of {self.coding.row.label} begins; . ends it")

    def action_end_evidence(self) -> None:
        """Evidence ends."""
        if self.attempt(self.coding.end_evidence):
            self.notice("evidence ended")

    def action_next_evidence(self) -> None:
        """The next evidence of this segment."""
        if self.attempt(self.coding.next_mark) and self.coding.mark is None:
            self.notice("no evidence in this segment; e marks some")

    def action_write_note(self) -> None:
        """Stop and write."""
        if self.attempt(self.coding.begin_note):
            self.halt_here()
            self.write_note(self.coding.note)

    # Elsewhere

    def action_undo(self) -> None:
        """Take the last change back."""
        self._again(self.coding.undo, "undone", "nothing to undo")

    def action_redo(self) -> None:
        """Do it again."""
        self._again(self.coding.redo, "done again", "nothing to redo")

    def _again(self, gesture: Callable[[], bool], done: str, none: str) -> None:
        any_done: list[bool] = []
        if self.attempt(lambda: any_done.append(gesture())):
            self.notice(done if any_done[0] else none)

    def action_left(self) -> None:
        """What is left."""
        self.halt_here()
        self.app.push_screen(LeftScreen(self.coding.left, unheard_text(self.coding)))

    def action_lock(self) -> None:
        """Ask, then lock."""
        self.halt_here()
        if self.coding.locked:
            self.attempt(self.coding.lock)
        else:
            self.app.push_screen(LockScreen(self.coding.left, unheard_text(self.coding)), self._locked)

    def _locked(self, reason: str | None) -> None:
        if reason is not None and self.attempt(lambda: self.coding.lock(reason)):
            self.notice("locked")

    def action_transcript(self) -> None:
        """Show or hide what is beside the codes."""
        self.show_side(not self.query_one("#side").display)
        self.call_after_refresh(self.show_moment)

    def action_help(self) -> None:
        """Every key."""
        self.halt_here()
        self.app.push_screen(HelpScreen(self.commands))

    def action_palette(self) -> None:
        """All commands."""
        self.settle_note()
        self.show_moment()
        self.app.action_command_palette()

    def action_end(self) -> None:
        """Close, unless something could not be saved: then only the second time."""
        self.halt_here()
        if self.coding.saving.failed and not self._warned:
            self._warned = True
            self.notify("The last changes are NOT SAVED; they are tried again every 2 seconds. q leaves all the same.")
            return
        self.app.exit()
