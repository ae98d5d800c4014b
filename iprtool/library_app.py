"""The composition root of the library: one open study, its screens, and the wish that it is left with."""

from collections.abc import Iterable
from typing import Any

import msgspec
from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.screen import Screen

from iprtool.commands import Command
from iprtool.launch import drop_early_keys, end_on_signals
from iprtool.library.wish import Chosen, Wish
from iprtool.library_places import PLACES, commands_of
from iprtool.library_shelf import StudyOnShelf
from iprtool.screens.library import LibraryScreen
from iprtool.store.study import Study


class Standing(msgspec.Struct, frozen=True):
    """How the library is shown again: where the cursor was, and a notice of what happened meanwhile."""

    chosen: Chosen = Chosen()
    notice: str = ""


class LibraryApp(App[Wish], inherit_bindings=False):
    """The library of an open study."""

    ENABLE_COMMAND_PALETTE = True
    BINDINGS = [Binding("ctrl+c", "help_quit", show=False, system=True)]

    def __init__(self, study: Study, standing: Standing | None = None) -> None:
        self._study = study
        self._standing = standing or Standing()
        self.library = LibraryScreen(StudyOnShelf(study), commands_of(PLACES), self._standing.chosen)
        super().__init__(css_path=["app.tcss", *self.library.css_path])
        self.title = "iprtool"

    @property
    def standing(self) -> Standing:
        """Where it stands now."""
        return Standing(self.library.chosen)

    def get_default_screen(self) -> Screen[Any]:
        """The library."""
        return self.library

    def on_mount(self) -> None:
        """What happened meanwhile is said."""
        if self._standing.notice:
            self.notify(self._standing.notice)

    def on_library_screen_wished(self, event: LibraryScreen.Wished) -> None:
        """Leave for it."""
        self.exit(event.wish)

    def on_library_screen_went(self, event: LibraryScreen.Went) -> None:
        """Show the place."""
        place = next((one for one in PLACES if one.id == event.place), None)
        if place is not None:
            self.push_screen(place.make(self._study, event.chosen), self._came_back)

    def _came_back(self, result: object) -> None:
        if isinstance(result, Wish):
            self.exit(result)
        else:
            self.library.show_study()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette lists the library's commands and nothing else."""
        if screen is self.library:
            for command in self.library.commands:
                if command.palette:
                    yield SystemCommand(command.label, f"{command.help}  ({command.shown})", self._runner(command))

    def _runner(self, command: Command) -> Any:
        async def run() -> None:
            await self.library.run_action(command.action)

        return run

    def action_help_quit(self) -> None:
        """ctrl+c: say how to leave."""
        self.notify("q leaves the library.")


def show_library(study: Study, standing: Standing) -> tuple[Wish | None, Standing]:
    """Show the library until it is left; what for (None: for good), and where it stood."""
    app = LibraryApp(study, standing)
    end_on_signals(lambda code: app.exit(return_code=code), study.close)
    drop_early_keys()
    wish = app.run()
    if app.return_code:
        raise SystemExit(app.return_code)
    return wish, app.standing
