"""The screen of a recall of any kind, by marks or by the dial: its time, cover, sync tone, and how it is closed."""

import time
from collections.abc import Callable

from rich.cells import cell_len
from textual import on
from textual.events import Key
from textual.widgets import Digits, Static

from iprtool.commands import Command
from iprtool.model.playing import Player
from iprtool.model.terms import View
from iprtool.model.times import clock
from iprtool.recall.any_recall import AnyRecall
from iprtool.screens.closing import ClosingScreen
from iprtool.screens.cover import CoverScreen
from iprtool.screens.help import HelpScreen
from iprtool.screens.key_line import HeadLine
from iprtool.screens.keys import ENTER_REPEAT_S
from iprtool.screens.lessons import LessonsScreen
from iprtool.screens.note_area import NoteArea
from iprtool.screens.presenting import elapsed_text, stepped_rate
from iprtool.screens.recording import Filmed
from iprtool.screens.writing import WritingScreen
from iprtool.timeline.widget import TimelineView

NO_TONE = "no sound device"


class RecallingScreen(WritingScreen):
    """A recall from its first key to its closing question."""

    leaving = "ctrl+q ends"

    work: AnyRecall

    while_writing: tuple[str, ...] = ()
    """Commands that have their keys while a note is written; all others are text, or the text area's own."""

    escape_covers = True

    emptied = -1.0
    """When (monotonic) a Backspace left a note that was empty."""

    _entered = -1.0

    def __init__(self, player: Player, filmed: Filmed | None, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__(player, filmed)
        self.monotonic = monotonic
        self._began = monotonic()
        self.shown_second = -1

    def on_mount(self) -> None:
        """The time that it takes goes on."""
        self.set_interval(1, self.show_elapsed)
        self.show_elapsed()

    @property
    def playing(self) -> bool:
        """Whether it plays, as far as the person asked for it."""
        return self.work.playing

    def seek_by(self, ms: int) -> None:
        """Go on or back by so much."""
        self.work.seek_by(ms)
        self.show_moment()

    def step_rate(self, by: int) -> None:
        """Play at the next speed."""
        self.work.set_rate(stepped_rate(self.work.playback.rate, by))
        self.show_moment()

    def begin_as_set(self) -> None:
        """What is seen of the picture: as the protocol says, or as it was left; and whether it begins covered."""
        view = self.work.view
        if self.filmed is not None and view != "hidden" and (watching := self.watch_picture()) is not None:
            watching.set_view(view)
            self.view_changed(view)
        if self.work.head.protocol.start_covered:
            self.action_cover()

    def view_changed(self, view: View) -> None:
        """What is seen of the picture belongs to the record of the recall."""
        self.work.view_changed(view)

    def player_said(self, sentence: str, *, failed: bool) -> None:
        """What was mended is said in the key line: boxes would pile up over what is being written."""
        if failed:
            super().player_said(sentence, failed=failed)
        else:
            self.notice(sentence)

    # Showing

    @property
    def progress(self) -> str:
        """How far it has come, where that is said."""
        return ""

    def show_elapsed(self) -> None:
        """The head line: whose recall of what, how far it has come, how long it has taken and has yet."""
        gone_ms = self.work.gone_before_ms + int((self.monotonic() - self._began) * 1000)
        head, title = self.query_one(HeadLine), self.work.head.title
        elapsed = elapsed_text(gone_ms, self.work.head.protocol.planned_minutes)
        head.right = " · ".join(one for one in (self.progress, elapsed) if one)
        whole = f"iprtool  {title}"
        head.left = whole if cell_len(whole) + cell_len(head.right) < self.size.width - 2 else title

    def show_position(self) -> None:
        """Where it is: on the timeline at once, elsewhere once a second."""
        at_ms = self.work.playback.at_ms
        self.query_one(TimelineView).move_playhead(at_ms)
        if at_ms // 1000 != self.shown_second:
            self.shown_second = at_ms // 1000
            self.query_one(Digits).update(clock(at_ms))
            self.show_transport()

    def show_doing(self, doing: str) -> None:
        """What it does now; where the picture has the clock's place, with the time and in one line."""
        if self.watching is not None and self.watching.is_in_terminal:
            doing = f"{clock(self.work.playback.at_ms)}  {doing.replace(chr(10), ' · ')}"
        self.query_one("#doing", Static).update(doing)

    def show_saving(self, error: str | None) -> None:
        """Show whether everything is on the disk, to whoever is closing it, too."""
        super().show_saving(error)
        for screen in self.app.screen_stack:
            if isinstance(screen, ClosingScreen):
                screen.show_saving()

    # The note

    def action_note(self) -> None:
        """Enter, while not writing."""
        if self.monotonic() - self._entered > ENTER_REPEAT_S:
            self.begin_note("")

    @on(NoteArea.Wanted)
    def _note_wanted(self, event: NoteArea.Wanted) -> None:
        self.begin_note(event.text)

    def begin_note(self, text: str) -> None:
        """Stop, and write from here (each screen's own)."""
        raise NotImplementedError

    def write_on(self, note: str, text: str) -> None:
        """Write on from a note, which was kept without the blank at its end: a new word begins."""
        self.open_note(f"{note} {text}" if note and text else note + text)
        self.show_moment()

    def save_note(self) -> None:
        """Enter, while writing (each screen's own)."""
        raise NotImplementedError

    async def take_while_writing(self, event: Key, command: Command | None) -> bool:
        """A key while a note is written; False where it is text, or the text area's own."""
        if event.key == "enter":
            self.save_note()
        elif event.key == "backspace" and not self.query_one("#note", NoteArea).text:
            self.emptied = self.monotonic()
            self.settle_note()
            self.show_moment()
        elif command is not None and command.id in self.while_writing:
            await self.run_action(command.action)
        else:
            return False
        return True

    def action_undo(self) -> None:
        """Take the last change back."""
        self.notice("undone" if self.work.undo() else "nothing to undo")
        self.show_moment()

    def action_redo(self) -> None:
        """Do it again."""
        self.notice("done again" if self.work.redo() else "nothing to redo")
        self.show_moment()

    # The cover

    @property
    def covered(self) -> bool:
        """Whether the cover lies over it."""
        return self.work.covered

    def action_cover(self) -> None:
        """Silence and stillness at once; the note being written stays as it is."""
        was_playing = self.playing
        if self.watching is not None:
            self.watching.cover()
        self.work.cover()
        self.app.push_screen(CoverScreen(self.work, was_playing=was_playing), self._uncovered)
        self.show_moment()

    @property
    def is_over(self) -> bool:
        """Whether there is nothing to go on to from here."""
        return False

    def _uncovered(self, choice: str | None) -> None:
        if isinstance(self.app.screen, ClosingScreen | LessonsScreen):
            return
        if choice == "end":
            self.end()
            return
        if self.watching is not None:
            self.watching.uncover()
        if choice == "play" and not (self.writing or self.is_over):
            self.work.go_on()
        self.show_moment()

    def action_cover_or_close(self) -> None:
        """Esc: nothing is open here that it could close."""
        self.action_cover()

    # Elsewhere

    def stop_here(self) -> None:
        """Stop, with the note being written saved."""
        self.settle_note()
        if self.playing:
            self.work.halt()
        self.show_moment()

    def action_help(self) -> None:
        """Every key."""
        self.stop_here()
        self.app.push_screen(HelpScreen(self.commands))

    def action_sync(self) -> None:
        """A short tone for another recorder."""
        sounds = self.player.state.sink != NO_TONE
        self.player.tone()
        self.work.sync_mark(tone=sounds)
        at = clock(self.work.playback.at_ms)
        self.notice(f"sync tone at {at}" if sounds else f"no sound device for a tone; the time is kept, at {at}")

    def action_end(self) -> None:
        """End."""
        self.end()

    def end(self, after_s: float | None = None) -> None:
        """Stop here, and what comes before the end (each screen's own); `after_s` as `close`."""
        raise NotImplementedError

    def close(self, after_s: float | None = None) -> None:
        """The closing question and the contact card; `after_s` is when (monotonic) an Enter led here."""
        self.app.push_screen(ClosingScreen(self.work, self.monotonic, after_s=after_s), lambda _: self.app.exit())
