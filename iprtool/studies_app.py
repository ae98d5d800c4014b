"""The composition root of the list of studies: shown before any keyring is opened."""

from collections.abc import Iterable
from typing import Any

from textual.app import SystemCommand
from textual.binding import Binding
from textual.screen import Screen

from iprtool.commands import Command
from iprtool.desk.known import forget, known_studies
from iprtool.launch import drop_early_keys
from iprtool.library.known import StudiesWish
from iprtool.orderly_app import OrderlyApp
from iprtool.screens.studies import StudiesScreen


class StudiesApp(OrderlyApp[StudiesWish]):
    """The studies known on this machine; it exits with what is to be opened, or with None."""

    ENABLE_COMMAND_PALETTE = True
    BINDINGS = [Binding("ctrl+c", "help_quit", show=False, system=True)]

    def __init__(self, notice: str = "") -> None:
        self._notice = notice
        self.studies = StudiesScreen(known_studies(), forget)
        super().__init__(css_path=["app.tcss", *self.studies.css_path])
        self.title = "iprtool"

    def get_default_screen(self) -> Screen[Any]:
        """The list."""
        return self.studies

    def on_mount(self) -> None:
        """What went wrong with the last choice is said."""
        if self._notice:
            self.notify(self._notice, severity="error", timeout=15)

    def on_studies_screen_wished(self, event: StudiesScreen.Wished) -> None:
        """Leave for it."""
        self.exit(event.wish)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette lists the list's commands and nothing else."""
        if screen is self.studies:
            for command in self.studies.commands:
                if command.palette:
                    yield SystemCommand(command.label, f"{command.help}  ({command.shown})", self._runner(command))

    def _runner(self, command: Command) -> Any:
        async def run() -> None:
            await self.studies.run_action(command.action)

        return run

    def action_help_quit(self) -> None:
        """ctrl+c: say how to leave."""
        self.notify("q leaves.")


def show_studies(notice: str = "") -> StudiesWish | None:
    """Show the list until something is chosen, or nothing."""
    app = StudiesApp(notice)
    drop_early_keys()
    return app.run()
