"""The composition root of the library: one open study, its screens, and the wish that it is left with."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from textual.app import SystemCommand
from textual.binding import Binding
from textual.screen import Screen

from iprtool.commands import Command
from iprtool.launch import drop_early_keys, end_on_signals
from iprtool.library.visit import Visit
from iprtool.library.wish import Chosen, Wish
from iprtool.library_places import PLACES, Place, commands_of
from iprtool.library_shelf import StudyOnShelf
from iprtool.model.errors import IprtoolError
from iprtool.orderly_app import OrderlyApp
from iprtool.screens.library import LibraryScreen
from iprtool.store.study import Study


class LibraryApp(OrderlyApp[Wish]):
    """The library of an open study, and the places that it leads to; it exits with a wish, or with None for good."""

    ENABLE_COMMAND_PALETTE = True
    BINDINGS = [Binding("ctrl+c", "help_quit", show=False, system=True)]

    def __init__(self, study: Study, visit: Visit, places: tuple[Place, ...] = PLACES) -> None:
        self._study = study
        self._visit = visit
        self._places = places
        self.library = LibraryScreen(StudyOnShelf(study), visit, commands_of(places))
        super().__init__(css_path=["app.tcss", *self.library.css_path])
        self.title = "iprtool"

    def get_default_screen(self) -> Screen[Any]:
        """The library."""
        return self.library

    def on_mount(self) -> None:
        """What happened meanwhile is said; what a review was opened from is there again."""
        if self._visit.notice:
            self.notify(self._visit.notice, timeout=10)
            self._visit.notice = ""
        if self._visit.place:
            self.call_after_refresh(self._go, self._visit.place, self._visit.chosen)
            self._visit.place = ""

    def on_app_focus(self) -> None:
        """Looked at again, the library shows what happened elsewhere, in layers and persons' objects too."""
        if self.screen is self.library:
            self.library.look()
            self.library.settle()

    def on_library_view_wished(self, event: LibraryScreen.Wished) -> None:
        """Leave for it."""
        self.exit(event.wish)

    def on_library_view_left(self) -> None:
        """Leave for good."""
        self.exit()

    def on_library_view_went(self, event: LibraryScreen.Went) -> None:
        """Show the place."""
        self._go(event.place, event.chosen)

    def _go(self, ident: str, chosen: Chosen) -> None:
        place = next((one for one in self._places if one.id == ident), None)
        if place is None:
            self.notify("Begin it from the command line: iprtool recall STUDY --dyad … --session … --by …")
            return
        try:
            screen = place.make(self._study, chosen)
        except IprtoolError as error:
            self.notify(str(error), severity="error", timeout=10)
            return
        self.push_screen(screen, partial(self._came_back, ident))

    def _came_back(self, ident: str, result: object) -> None:
        self.library.refresh_study()
        if isinstance(result, Wish):
            self._visit.place = ident
            self.library.wish(result)
        else:
            self.library.settle()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette lists the commands of the screen that is shown and nothing else."""
        commands: tuple[Command, ...] = getattr(screen, "commands", ())
        for command in commands:
            if command.palette:
                yield SystemCommand(command.label, f"{command.help}  ({command.shown})", self._runner(screen, command))

    def _runner(self, screen: Screen[Any], command: Command) -> Any:
        async def run() -> None:
            await screen.run_action(command.action)

        return run

    def action_help_quit(self) -> None:
        """ctrl+c: say how to leave."""
        self.notify("q leaves the library.")


def show_library(study: Study, visit: Visit) -> Wish | None:
    """Show the library until it is left; what for, None for good."""
    app = LibraryApp(study, visit)
    end_on_signals(lambda code: app.exit(return_code=code), study.close)
    drop_early_keys()
    wish = app.run()
    if app.return_code:
        raise SystemExit(app.return_code)
    return wish
