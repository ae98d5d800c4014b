"""The library: a study's dyads, sessions and recalls, what is missing and what is due."""

from textual import on
from textual.widgets import Input

from iprtool.commands import LIBRARY, Command
from iprtool.library.port import StudyShelf
from iprtool.library.visit import Visit
from iprtool.library.wish import Chosen, Wish
from iprtool.screens.help import HelpScreen
from iprtool.screens.keys import bindings_of
from iprtool.screens.library_entering import Entering
from iprtool.screens.library_tree import StudyTree
from iprtool.screens.library_view import FilterInput, LibraryView, Now, local_now

NEW_RECALL = "new_recall"
CODING = "coding"


def table_with(places: tuple[Command, ...]) -> tuple[Command, ...]:
    """The library's commands with its places', those first that have a word in the key line."""
    first = tuple(one for one in places if one.footer)
    return (LIBRARY[0], *first, *LIBRARY[1:], *(one for one in places if not one.footer))


class LibraryScreen(LibraryView):
    """The library with its keys: it is left for recalls, reviews and codings, and leads to its places."""

    BINDINGS = [*bindings_of(LIBRARY), *bindings_of(LIBRARY, priority=True)]

    def __init__(self, shelf: StudyShelf, visit: Visit, places: tuple[Command, ...] = (), now: Now = local_now) -> None:
        super().__init__(shelf, visit, table_with(places), now)
        for one in places:
            self._bindings.bind(one.keys, one.action, one.label, show=False)
        self._entering = Entering(self, shelf, visit)

    @on(StudyTree.Opened)
    def action_open(self) -> None:
        """Enter: what is chosen."""
        self.look()
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
        self.look()
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
        self.look()
        self.post_message(self.Went(place, self.chosen))

    def action_add(self) -> None:
        """A recording, a session, a person, a dyad."""
        self.look()
        self._entering.add()

    def action_edit(self) -> None:
        """Correct what is chosen; of a coding, unlock or unblind it."""
        self.look()
        if self.chosen.coding is not None:
            self.action_go(CODING)
        else:
            self._entering.edit()

    def action_missing(self) -> None:
        """The chosen recall did not take place."""
        self.look()
        self._entering.missing()

    def action_undo(self) -> None:
        """Take back what was entered last."""
        self._entering.undo()

    def action_redo(self) -> None:
        """Enter it again."""
        self._entering.redo()

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

        self.look()
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
