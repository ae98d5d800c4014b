"""The recall screen: one person, one recording. Its keys come from the command table and go to the recall."""

from textual import on
from textual.events import Key
from textual.widgets import Input

from iprtool.commands import RECALL
from iprtool.model.mark import Rupture
from iprtool.model.times import clock
from iprtool.recall.protocols import SupervisionCourse
from iprtool.screens.edit_pane import EditPane
from iprtool.screens.keys import ENTER_REPEAT_S, bindings_of, command_of
from iprtool.screens.lessons import LessonsScreen
from iprtool.screens.marks_list import MarksList
from iprtool.screens.recall_course import RecallCourse
from iprtool.screens.words import WordsPane
from iprtool.screens.writing import pressed
from iprtool.timeline.widget import TimelineView

HELD_S = 0.6
"""A Backspace so soon after one that left the empty note is the same key, still held: it deletes no mark."""

WHILE_EDITING = ("cover", "cover_or_close", "palette", "picture", "end", "pane_key")


class RecallScreen(RecallCourse):
    """A recall from its first key to its closing question."""

    BINDINGS = bindings_of(RECALL)

    while_writing = ("card", "palette", "picture", "end")

    _told_fewer = False

    @property
    def is_over(self) -> bool:
        """Whether the protocol has nothing more to play from here."""
        return self.recall.course.is_over(self.recall.playback.at_ms)

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """What this face does not have is not there, nor what would change something behind the edit form."""
        if self.panes.is_editing and action not in WHILE_EDITING:
            return False
        command = command_of(RECALL, action)
        return command is None or command in self.commands or self.face in command.faces

    async def take_key(self, event: Key) -> bool:
        """Every key, in the order in which they were pressed: a command, or the first letter of a note.

        Bindings would run some messages later than the letters typed after them.
        """
        with pressed(self.recall.playback, event):
            return await self._take(event)

    async def _take(self, event: Key) -> bool:
        if isinstance(self.focused, Input):
            # A copy: the note stops this one, and a stopped key does nothing elsewhere.
            self.focused.post_message(Key(event.key, event.character))
            return True
        if self.panes.press(event):
            return True
        command = self.on_keys.get(event.key)
        if self.writing:
            return await self.take_while_writing(event, command)
        if event.key == "backspace" and self.monotonic() - self.emptied < HELD_S:
            self.emptied = self.monotonic()
        elif command is not None:
            await self.run_action(command.action)
        elif event.is_printable and event.character is not None:
            self.begin_note(event.character)
        return True

    def action_stop_or_go_on(self) -> None:
        """Space."""
        self.settle_note()
        self.panes.close()
        stops = self.recall.playing
        if stops:
            self.recall.halt()
        else:
            self.recall.go_on()
        self.show_moment()
        if stops:
            self.panes.ask()

    def save_note(self) -> None:
        """Enter, while writing: the note is kept, and it goes on or stays, as the protocol says."""
        now = self.monotonic()
        if now - self._entered <= ENTER_REPEAT_S:
            return
        self._entered = now
        self.settle_note()
        if self.recall.head.protocol.after_note == "go_on":
            self.recall.go_on()
            self.show_moment()
        else:
            self.show_moment()
            self.panes.ask(again=True)

    def action_word(self, key: int) -> None:
        """A digit."""
        entry = self.codebook.on_key(key)
        if entry is None:
            self.notice(f"no word is on {key}")
            return
        self.recall.word(entry.id)
        self.notice(entry.label if self.recall.playing else "")
        self.show_moment()

    @on(WordsPane.Pressed)
    async def _word_clicked(self, event: WordsPane.Pressed) -> None:
        self.settle_note()
        if event.key:
            self.action_word(event.key)
        else:
            await self.panes.all_words()

    @on(MarksList.Chosen)
    def _mark_clicked(self, event: MarksList.Chosen) -> None:
        self.settle_note()
        self.recall.choose(self.recall.state.marks[event.mark_id])
        self.show_moment()

    @on(TimelineView.Seek)
    def _timeline_clicked(self, event: TimelineView.Seek) -> None:
        self.settle_note()
        self.recall.seek(event.ms)
        self.show_moment()

    @on(TimelineView.ItemChosen)
    def _item_clicked(self, event: TimelineView.ItemChosen) -> None:
        mark = self.recall.state.marks.get(event.item_id)
        if mark is not None:
            self.settle_note()
            self.recall.choose(mark)
            self.show_moment()

    @on(EditPane.Edited)
    def _mark_edited(self, event: EditPane.Edited) -> None:
        if event.fields is not None:
            self.recall.change(event.mark, **event.fields)
        self.panes.close()
        self.show_moment()

    # Marks

    async def action_all_words(self) -> None:
        """0."""
        self.stop_here()
        await self.panes.all_words()

    def action_stopped_by(self) -> None:
        """−: the inquirer stopped it, or another one did."""
        if self.recall.playing and not self.recall.course.may_stop("inquirer"):
            self.notice(f"it is not for the {self.recall.course.name_of('inquirer')} to stop here")
            return
        if self.recall.toggle_stopped_by() == "program":
            self.notice("the program stopped here")
        self.show_moment()

    async def action_rupture(self) -> None:
        """+: the rupture marker."""
        self.stop_here()
        self.recall.set_rupture((self.recall.mark.rupture if self.recall.mark else None) or Rupture())
        await self.panes.rupture()

    async def action_card(self) -> None:
        """The stop's card."""
        self.stop_here()
        await self.panes.card()

    async def action_lead(self) -> None:
        """Which kind of question was asked."""
        self.stop_here()
        await self.panes.leads()

    async def action_edit(self) -> None:
        """Edit the mark here."""
        self.stop_here()
        here = self.recall.mark or next(iter(self.recall.marks_at(self.recall.playback.at_ms)), None)
        if here is None:
            self.notice("no mark here; ↑↓ go to one")
            return
        self.recall.choose(here)
        await self.panes.edit(here)

    def action_begin_interval(self) -> None:
        ""","""
        opened = self.recall.open_interval
        if self.recall.begin_interval() is not None:
            self.notice("a longer moment begins; . ends it")
        elif opened is not None:
            self.notice(f"one is open since {clock(opened.start_ms)}; . ends it")
        self.show_moment()

    def action_end_interval(self) -> None:
        """."""
        self.notice("ended" if self.recall.end_interval() else "no longer moment is open before here; , begins one")
        self.show_moment()

    def action_peak(self) -> None:
        """A peak of the open interval."""
        self.notice("peak" if self.recall.add_peak() else "no longer moment here, or a peak is here already")
        self.show_moment()

    def action_delete(self) -> None:
        """Delete the mark here."""
        here = self.recall.mark or next(iter(self.recall.marks_at(self.recall.playback.at_ms)), None)
        if here is None:
            self.notice("no mark here; ↑↓ go to one")
            return
        self.recall.delete(here)
        self.notice("deleted; ctrl+z brings it back")

    # Ways through the recording

    def action_previous_mark(self) -> None:
        """The mark before."""
        self._to_mark(-1)

    def action_next_mark(self) -> None:
        """The mark after."""
        self._to_mark(1)

    def action_replay(self) -> None:
        """The last ten seconds, or round in the interval."""
        if not self.recall.replay():
            self.notice("no longer moment here to go round in")
        self.show_moment()

    # Elsewhere

    def action_find(self) -> None:
        """Show only marks that hold a text."""
        self.stop_here()
        find = self.query_one("#find", Input)
        find.display = True
        # Not find.focus(): that comes later than the letters typed after it.
        self.set_focus(find)

    @on(Input.Changed, "#find")
    def _find(self, event: Input.Changed) -> None:
        self.found = event.value.casefold().strip()
        self.show_marks()

    @on(Input.Submitted, "#find")
    def _found_one(self) -> None:
        find = self.query_one("#find", Input)
        find.display = bool(find.value)
        self.set_focus(self.query_one("#note"))

    def action_palette(self) -> None:
        """All commands."""
        self.settle_note()
        self.app.action_command_palette()

    def action_pane_key(self, key: str) -> None:
        """A key of the open pane, by its name in the key line."""
        if self.focused is not None:
            self.focused.post_message(Key(key, None))

    def action_end(self) -> None:
        """End; where fewer moments are chosen than were asked for, that is said first, once."""
        course = self.recall.course
        fewer = isinstance(course, SupervisionCourse) and len(course.chosen) < course.choose
        if fewer and not self._told_fewer:
            self._told_fewer = True
            self.stop_here()
            end = next(command.shown for command in self.commands if command.id == "end")
            self.notice(f"{course.progress}; {end} again ends")
        else:
            self.end()

    def end(self, after_s: float | None = None) -> None:
        """In a supervision what was learned, then the closing question and the contact card."""
        self.stop_here()
        if self.watching is not None:
            self.watching.cover()
        course = self.recall.course
        if isinstance(course, SupervisionCourse):
            lessons = LessonsScreen(self.recall, course.chosen, self.monotonic)
            self.app.push_screen(lessons, lambda _: self.close(self.monotonic()))
        else:
            self.close(after_s)

    def _to_mark(self, direction: int) -> None:
        self.settle_note()
        if self.recall.to_mark(direction) is None:
            self.notice("no mark further on" if direction > 0 else "no mark before")
        self.show_moment()
