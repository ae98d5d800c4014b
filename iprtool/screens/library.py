"""The library: a study's dyads, sessions and recalls, what is missing and what is due."""

from collections.abc import Callable
from datetime import datetime

import msgspec
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input, Static

from iprtool.commands import LIBRARY, Command
from iprtool.library.due import Due, due
from iprtool.library.filters import filtered, parsed
from iprtool.library.overview import Overview, RecallState, overview
from iprtool.library.port import StudyShelf
from iprtool.library.roster import Roster
from iprtool.library.visit import Visit
from iprtool.library.wish import Chosen, Wish
from iprtool.library.wording import counts_words
from iprtool.library.work import Job
from iprtool.model.errors import IprtoolError
from iprtool.screens.help import HelpScreen
from iprtool.screens.key_line import HeadLine, KeyLine
from iprtool.screens.keys import bindings_of
from iprtool.screens.library_detail import detail
from iprtool.screens.library_entering import Entering
from iprtool.screens.library_tree import WIDE_CELLS, StudyTree, study_row
from iprtool.screens.library_work import work_line

NEW_RECALL = "new_recall"
LONG_S = 20.0


class FilterInput(Input):
    """What is typed narrows the tree at once; Enter goes back to it, Esc shows everything again."""

    BINDINGS = [
        Binding("enter,down,tab", "screen.keep_filter", show=False),
        Binding("escape", "screen.clear_filter", show=False),
    ]


class LibraryScreen(Screen[None]):
    """The tree of the study on the left, what is chosen on the right."""

    CSS_PATH = "library.tcss"
    AUTO_FOCUS = "#library-tree"
    ALLOW_SELECT = False
    BINDINGS = [*bindings_of(LIBRARY), *bindings_of(LIBRARY, priority=True)]

    class Wished(Message):
        """The library is to be left for this."""

        def __init__(self, wish: Wish) -> None:
            super().__init__()
            self.wish = wish

    class Went(Message):
        """Another place is to be shown, for what is chosen."""

        def __init__(self, place: str, chosen: Chosen) -> None:
            super().__init__()
            self.place = place
            self.chosen = chosen

    class Worked(Message):
        """Some work went on (posted from its thread)."""

        def __init__(self, job: Job) -> None:
            super().__init__()
            self.job = job

    class Settled(Message):
        """What is slow to read has been read (posted from a thread), or could not be: then why."""

        def __init__(self, roster: Roster | None, problem: str = "") -> None:
            super().__init__()
            self.roster = roster
            self.problem = problem

    class Left(Message):
        """The library is to be left for good."""

    def __init__(
        self,
        shelf: StudyShelf,
        visit: Visit,
        places: tuple[Command, ...] = (),
        now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    ) -> None:
        super().__init__()
        self._shelf = shelf
        self._visit = visit
        self._now = now
        self.commands = (*LIBRARY, *places)
        for one in places:
            self._bindings.bind(one.keys, one.action, one.label, show=False)
        self.roster = shelf.roster()
        self._whole = overview(self.roster)
        self._shown: Overview = self._whole
        self._dues: tuple[Due, ...] = ()
        self._entering = Entering(self, shelf, visit)
        self._warned = False

    def compose(self) -> ComposeResult:
        """Head line, tree, detail, work, filter, key line."""
        yield HeadLine(id="head")
        with Horizontal(id="library-main"):
            yield StudyTree(self._visit.folded, self._moved, id="library-tree")
            with VerticalScroll(id="library-detail", can_focus=False):
                yield Static("", markup=False)
        yield Static("", id="work", markup=False)
        yield FilterInput(self._visit.filter, placeholder="missing, due, D05, group:…", id="filter", compact=True)
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """The study as its roster has it; what layers and persons' objects say comes a little later."""
        self.query_one(HeadLine).left = f"iprtool  {self._shelf.name}"
        self.query_one(KeyLine).table = self.commands
        self.query_one("#filter").display = bool(self._visit.filter)
        self._visit.work.on_change = self._tell
        self._show_work()
        self._show()
        self._settle()

    def on_resize(self) -> None:
        """In a wide tree there is room for more."""
        self.call_after_refresh(self._show)

    def on_unmount(self) -> None:
        """Nobody is told of work any more."""
        self._visit.work.on_change = None

    def _tell(self, job: Job) -> None:
        self.post_message(self.Worked(job))

    # Showing

    @property
    def chosen(self) -> Chosen:
        """What the cursor is on."""
        return self._visit.chosen

    def refresh_study(self) -> None:
        """Read the roster again; what is slow to read stays as it was read last."""
        self._read(self.roster)

    def _read(self, known: Roster) -> None:
        """The roster as it is now, with the consents and scores that are known."""
        try:
            fresh = self._shelf.roster()
        except IprtoolError as error:
            self.notify(str(error), severity="error", timeout=LONG_S)
            return
        fresh = msgspec.structs.replace(fresh, consents=known.consents, scores=known.scores)
        if fresh != self.roster:
            self.roster = fresh
            self._show()

    @work(thread=True, exclusive=True, group="settling", exit_on_error=False)
    def _settle(self) -> None:
        try:
            self.post_message(self.Settled(self._shelf.settle()))
        except IprtoolError as error:
            self.post_message(self.Settled(None, str(error)))

    @on(Settled)
    def _settled(self, event: Settled) -> None:
        if event.problem:
            self.notify(event.problem, severity="error", timeout=LONG_S)
        elif event.roster is not None:
            # Something may have been entered since it was read.
            self._read(event.roster)

    def settle(self) -> None:
        """Look into the layers and persons' objects again, in a thread."""
        self._settle()

    def _show(self) -> None:
        now = self._now()
        self._whole = overview(self.roster)
        self._dues = due(self.roster, self._whole, now)
        self._shown = filtered(self._whole, parsed(self._visit.filter), self._dues)
        late = sum(one.late for one in self._dues)
        due_words = f"   due {len(self._dues)}{f', {late} late' if late else ''}" if self._dues else ""
        self.query_one(HeadLine).right = f"{counts_words(self._whole.counts)}{due_words}"
        tree = self.query_one(StudyTree)
        wide = tree.size.width >= WIDE_CELLS
        tree.show(study_row(self._shelf.name, self._shown, self._whole, wide=wide), self.chosen)
        self._show_detail()

    def _show_detail(self) -> None:
        shown = detail(self._shelf.name, self.roster, self._whole, self._dues, self.chosen, self._now())
        if self._visit.filter.strip():
            number = f"filter {self._visit.filter.strip()}: {len(self._shown.sessions)} of {len(self._whole.sessions)}"
            shown = Content.assemble((f"{number} sessions (/ then esc: all)\n\n", "$text-muted"), shown)
        self.query_one("#library-detail Static", Static).update(shown)

    def _show_work(self) -> None:
        line = self.query_one("#work", Static)
        text = work_line(self._visit.work.jobs)
        line.display = bool(text)
        line.update(text)

    @on(Worked)
    def _worked(self, event: Worked) -> None:
        self._show_work()
        job = event.job
        if not job.over:
            return
        self._warned = False
        if job.state == "failed":
            self.notify(f"{job.label}: {job.said}", severity="error", timeout=LONG_S)
        elif job.state == "done":
            self.notify(f"{job.label} added. {job.said}".strip(), timeout=LONG_S if job.said else 5)
        self.refresh_study()

    def _moved(self, chosen: Chosen) -> None:
        if chosen != self._visit.chosen:
            self._visit.chosen = chosen
            self._show_detail()

    # Keys

    def chosen_recall(self) -> RecallState | None:
        """The recall that the cursor is on."""
        chosen = self.chosen
        of_session = (one for one in self._whole.sessions if one.session.id == chosen.session)
        recalls = (one for session in of_session for one in session.recalls)
        return next((one for one in recalls if chosen.by is not None and one.by == chosen.by), None)

    @on(StudyTree.Opened)
    def action_open(self) -> None:
        """Enter: what is chosen."""
        recall = self.chosen_recall()
        if recall is not None and recall.status == "open" and recall.recall is not None:
            self.wish(Wish("recall", recall.recall.id))
        elif recall is not None and recall.status in ("to_come", "planned"):
            self.action_go(NEW_RECALL)
        elif recall is not None and recall.status == "missing":
            self._entering.missing()
        elif self.chosen.coding is not None:
            self._open_coding(self.chosen.coding)
        elif self.chosen.session is not None:
            self.action_review()
        else:
            self.query_one(StudyTree).toggle()

    def _open_coding(self, ident: str) -> None:
        coding = next((one for one in self.roster.codings if one.id == ident), None)
        if coding is not None and coding.locked:
            self.action_review()
        else:
            self.wish(Wish("coding", ident))

    def action_review(self) -> None:
        """All layers of the session."""
        session = self.chosen.session
        if session is None:
            self.notify("Choose a session, or a recall of it; r then shows all its layers.")
        elif all(one.session != session for one in self.roster.recordings):
            self.notify("This session has no recording yet; a adds it.")
        else:
            self.post_message(self.Wished(Wish("review", session)))

    def wish(self, wish: Wish) -> None:
        """A recall and a coding take this process's place: what is being worked on would end with it."""
        if self._visit.work.unfinished:
            self.notify("A recording is being added: wait until it is in the study, or cancel it (w).")
            return
        self.post_message(self.Wished(wish))

    def action_go(self, place: str) -> None:
        """To another place."""
        self.post_message(self.Went(place, self.chosen))

    def action_add(self) -> None:
        """A recording, a session, a person, a dyad."""
        self._entering.add()

    def action_edit(self) -> None:
        """Correct what is chosen."""
        self._entering.edit()

    def action_missing(self) -> None:
        """The chosen recall did not take place."""
        self._entering.missing()

    def action_undo(self) -> None:
        """Take back what was entered last."""
        self._entering.undo()

    def action_redo(self) -> None:
        """Enter it again."""
        self._entering.redo()

    def entered(self, said: str) -> None:
        """Something was entered: show it, and say so."""
        self.refresh_study()
        self._show_work()
        if said:
            self.notify(said)

    def action_filter(self) -> None:
        """Type what is to be shown."""
        line = self.query_one(FilterInput)
        line.display = True
        self.set_focus(line)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a filter is typed, letters are its letters."""
        if action in ("add", "filter") and self.is_current:
            return not isinstance(self.focused, FilterInput)
        return super().check_action(action, parameters)

    @on(Input.Changed, "#filter")
    def _filtered(self, event: Input.Changed) -> None:
        if event.value != self._visit.filter:
            self._visit.filter = event.value
            self._show()

    def action_keep_filter(self) -> None:
        """Back to the tree, as it is filtered."""
        self.query_one(FilterInput).display = bool(self._visit.filter.strip())
        self.set_focus(self.query_one(StudyTree))

    def action_clear_filter(self) -> None:
        """Back to the whole tree."""
        self.query_one(FilterInput).value = ""
        self._visit.filter = ""
        self._show()
        self.action_keep_filter()

    def action_due(self) -> None:
        """What is due, and to it."""
        from iprtool.screens.library_due import DueScreen

        if not self._dues:
            self.notify("Nothing is due.")
            return
        self.app.push_screen(DueScreen(self._dues, self._now()), self._go_to)

    def _go_to(self, chosen: Chosen | None) -> None:
        if chosen is None:
            return
        if self._visit.filter:
            self.action_clear_filter()
        self.query_one(StudyTree).choose(chosen)

    def action_work(self) -> None:
        """What is being worked on."""
        from iprtool.screens.library_work import WorkScreen

        self.app.push_screen(WorkScreen(self._visit.work))

    def action_fold(self) -> None:
        """Fold up, or go to what it belongs to."""
        self.query_one(StudyTree).fold()

    def action_unfold(self) -> None:
        """Open up."""
        self.query_one(StudyTree).unfold()

    def action_help(self) -> None:
        """Every key."""
        self.app.push_screen(HelpScreen(self.commands))

    def action_palette(self) -> None:
        """All commands."""
        self.app.action_command_palette()

    def action_studies(self) -> None:
        """Close this study for another."""
        self._leave(other=True)

    def action_leave(self) -> None:
        """Close the library."""
        self._leave(other=False)

    def _leave(self, *, other: bool) -> None:
        """While something is worked on, only when it is asked twice."""
        if self._visit.work.unfinished and not self._warned:
            self._warned = True
            self.notify("A recording is being added; once more leaves, and leaves it out of the study.")
            return
        self._visit.other = other
        self.post_message(self.Left())
