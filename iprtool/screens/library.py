"""The library: a study's dyads, sessions and recalls, what is missing and what is due."""

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static, Tree
from textual.widgets.tree import TreeNode

from iprtool.commands import LIBRARY, Command
from iprtool.library.overview import Overview, overview
from iprtool.library.port import StudyShelf
from iprtool.library.wish import Chosen, Wish
from iprtool.screens.help import HelpScreen
from iprtool.screens.key_line import HeadLine, KeyLine
from iprtool.screens.keys import bindings_of

NEW_RECALL = "new_recall"


class LibraryScreen(Screen[None]):
    """The tree of the study on the left, what is chosen on the right."""

    CSS_PATH = "library.tcss"
    BINDINGS = bindings_of(LIBRARY)

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

    def __init__(self, shelf: StudyShelf, places: tuple[Command, ...] = (), standing: Chosen | None = None) -> None:
        super().__init__()
        self._shelf = shelf
        self.commands = (*LIBRARY, *places)
        for one in places:
            self._bindings.bind(one.keys, one.action, one.label, show=False)
        self.chosen = standing or Chosen()
        self._overview: Overview

    def compose(self) -> ComposeResult:
        """Head line, tree, detail, key line."""
        yield HeadLine(id="head")
        with Horizontal(id="library-main"):
            yield Tree[Chosen]("study", data=Chosen())
            yield Static("", id="library-detail", markup=False)
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """The study as its roster has it; what the layers say comes a little later."""
        self.query_one(HeadLine).left = f"iprtool  {self._shelf.name}"
        self.query_one(KeyLine).table = self.commands
        self.query_one(Tree).show_root = False
        self.show_study()
        self._settle()

    @work(thread=True, exclusive=True, group="settling", exit_on_error=False)
    def _settle(self) -> None:
        self._shelf.settle()
        self.app.call_from_thread(self.show_study)

    def show_study(self) -> None:
        """Read the roster again and show it, the cursor where it was."""
        self._overview = overview(self._shelf.roster())
        counts = self._overview.counts
        self.query_one(HeadLine).right = f"{counts.done} of {counts.expected} recalls"
        tree = self.query_one(Tree)
        tree.clear()
        here: TreeNode[Chosen] | None = None
        for dyad in self._overview.dyads:
            at_dyad = tree.root.add(dyad.dyad.label, Chosen(dyad=dyad.dyad.id), expand=True)
            for session in dyad.sessions:
                chosen = Chosen(dyad=dyad.dyad.id, session=session.session.id)
                at_session = at_dyad.add(f"session {session.session.number}", chosen, expand=True)
                for recall in session.recalls:
                    ident = recall.recall.id if recall.recall else None
                    leaf = Chosen(dyad.dyad.id, session.session.id, recall=ident, by=recall.by)
                    node = at_session.add_leaf(f"{recall.by} {recall.status}", leaf)
                    here = node if leaf == self.chosen else here
        if here is not None:
            tree.move_cursor(here)

    @on(Tree.NodeHighlighted)
    def _moved(self, event: Tree.NodeHighlighted[Chosen]) -> None:
        self.chosen = event.node.data or Chosen()

    @on(Tree.NodeSelected)
    def _selected(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Enter: what is chosen."""
        chosen = self.chosen
        if chosen.by is None:
            return
        for session in self._overview.sessions:
            for one in session.recalls:
                if (one.session, one.by) == (chosen.session, chosen.by):
                    if one.status == "open" and one.recall is not None:
                        self.post_message(self.Wished(Wish("recall", one.recall.id)))
                    elif one.status == "done":
                        self.action_review()
                    else:
                        self.action_go(NEW_RECALL)

    def action_review(self) -> None:
        """All layers of the session."""
        if self.chosen.session is not None:
            self.post_message(self.Wished(Wish("review", self.chosen.session)))

    def action_go(self, place: str) -> None:
        """To another place."""
        self.post_message(self.Went(place, self.chosen))

    def action_help(self) -> None:
        """Every key."""
        self.app.push_screen(HelpScreen(self.commands))

    def action_palette(self) -> None:
        """All commands."""
        self.app.action_command_palette()

    def action_leave(self) -> None:
        """Close the library."""
        self.app.exit()
