"""What the library shows: the study's tree, what is chosen in it, how far work is; its keys are the screen's own."""

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

from iprtool.commands import Command
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
from iprtool.screens.key_line import HeadLine, KeyLine
from iprtool.screens.library_detail import detail
from iprtool.screens.library_tree import StudyTree, study_row
from iprtool.screens.library_work import work_line

LONG_S = 20.0
LOOKED_S = 2.0
"""So often it is looked whether somebody has entered something elsewhere."""

Now = Callable[[], datetime]
"""What time it is, with its zone."""


def local_now() -> datetime:
    """The time on this machine's clock."""
    return datetime.now().astimezone()


class FilterInput(Input):
    """What is typed narrows the tree at once; Enter goes back to it, Esc shows everything again."""

    BINDINGS = [
        Binding("enter,down,tab", "screen.keep_filter", show=False),
        Binding("escape", "screen.clear_filter", show=False),
    ]


class LibraryView(Screen[None]):
    """The tree of the study on the left, what is chosen on the right."""

    CSS_PATH = "library.tcss"
    AUTO_FOCUS = "#library-tree"
    ALLOW_SELECT = False

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

    def __init__(self, shelf: StudyShelf, visit: Visit, commands: tuple[Command, ...], now: Now) -> None:
        super().__init__()
        self._shelf = shelf
        self._visit = visit
        self._now = now
        self.commands = commands
        self.roster = shelf.roster()
        self._whole = overview(self.roster)
        self._shown: Overview = self._whole
        self._dues: tuple[Due, ...] = ()
        self._warned = False
        self._standing = shelf.standing(self.roster)

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
        self.set_interval(LOOKED_S, self.look)

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

    def look(self) -> None:
        """Show what was entered elsewhere meanwhile, from the command line or in another window."""
        try:
            same = not self.is_current or self._shelf.standing(self.roster) == self._standing
        except IprtoolError:
            return  # what is asked for next says so
        if not same:
            self.refresh_study()
            self._settle()

    def refresh_study(self) -> None:
        """Read the roster again; what is slow to read stays as it was read last."""
        self._read(self.roster)

    def _read(self, known: Roster) -> None:
        """The roster as it is now, with the consents and scores that are known."""
        try:
            # Asked before it is read: what is entered in between is read twice rather than never.
            self._standing = self._shelf.standing(self.roster)
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
        rows = study_row(self._shelf.name, self._shown, self._whole, cells=tree.size.width)
        tree.show(rows, self.chosen)
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

    def chosen_recall(self) -> RecallState | None:
        """The recall that the cursor is on."""
        session = next((one for one in self._whole.sessions if one.session.id == self.chosen.session), None)
        return session.recall_of(self.chosen) if session is not None and self.chosen.by is not None else None

    def entered(self, said: str) -> None:
        """Something was entered: show it, and say so."""
        self.refresh_study()
        self._show_work()
        if said:
            self.notify(said)
