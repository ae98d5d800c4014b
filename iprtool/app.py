"""The composition root of the screens: one grant, one player, one screen."""

import gc
import os
from collections.abc import Iterable
from concurrent.futures import Future
from typing import Any

from textual.app import SystemCommand
from textual.binding import Binding
from textual.command import CommandPalette
from textual.screen import Screen

from iprtool.commands import RECALL, Command
from iprtool.filmed import filmed
from iprtool.first_screen import first_screen
from iprtool.launch import drop_early_keys, end_on_signals
from iprtool.model.grant import Grant, RecallGrant
from iprtool.model.peaks import PeakChunk
from iprtool.model.ports import LayerLog
from iprtool.model.terms import Engine, levels
from iprtool.opened import Opened
from iprtool.peaks_feed import Found, PeaksFeed, job_of
from iprtool.player.messages import Opening
from iprtool.player.remote import ProcessPlayer
from iprtool.process import child_command
from iprtool.quiet_app import QuietApp
from iprtool.screens.closing import ClosingScreen
from iprtool.screens.cover import CoverScreen
from iprtool.screens.help import HelpScreen
from iprtool.screens.keys import bindings_of
from iprtool.screens.recording import RecordingScreen

ENGINE = "IPRTOOL_PLAYER"
"""The environment variable that chooses the player: vlc or embedded; otherwise the best there is."""


class IprtoolApp(QuietApp[None], inherit_bindings=False):
    """One screen for one person. The cover key reaches it over every dialog."""

    ENABLE_COMMAND_PALETTE = True
    BINDINGS = [*bindings_of(RECALL, priority=True), Binding("ctrl+c", "help_quit", show=False, system=True)]

    def __init__(self, first: RecordingScreen, peaks: PeaksFeed | None = None) -> None:
        super().__init__(css_path=["app.tcss", *first.css_path])
        self._first = first
        self._peaks = peaks
        self.title = "iprtool"

    def get_default_screen(self) -> Screen[Any]:
        """The one screen: none is laid out under it."""
        return self._first

    def on_mount(self) -> None:
        """Once the screen is painted, the sound's outline comes as it is read."""
        self.call_after_refresh(gc.enable)
        if self._peaks is not None:
            self.call_after_refresh(self._peaks.start, self._found)

    def _found(self, found: Found) -> None:
        if isinstance(found, PeakChunk):
            self._first.post_message(self._first.PeaksArrived(found))
        else:
            self._first.post_message(self._first.SpeechArrived(found))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Esc covers in a recall; elsewhere it closes what is open."""
        if action == "cover_or_close":
            return self._first.escape_covers
        return super().check_action(action, parameters)

    def action_cover(self) -> None:
        """Tab: silence and stillness, whatever lies on top."""
        while isinstance(self.screen, HelpScreen | CommandPalette):
            self.pop_screen()
        if isinstance(self.screen, CoverScreen):
            self.screen.back()
        elif not self._first.covered:
            self._first.action_cover()

    def action_cover_or_close(self) -> None:
        """Esc: closes the help or the palette; elsewhere it covers."""
        if isinstance(self.screen, HelpScreen | CommandPalette):
            self.pop_screen()
        else:
            self.action_cover()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:  # noqa: ARG002
        """The palette lists the table's commands and nothing else: no screenshot, no way elsewhere."""
        for command in self._first.commands:
            if command.palette:
                yield SystemCommand(command.label, f"{command.help}  ({command.shown})", self._runner(command))

    def _runner(self, command: Command) -> Any:
        async def run() -> None:
            await self._first.run_action(command.action)

        return run

    def action_command_palette(self) -> None:
        """Not over the cover, nor over the closing question: what lies there has its own ways on."""
        if self.screen is self._first:
            super().action_command_palette()

    def copy_to_clipboard(self, text: str) -> None:
        """A participant's words stay in the note they were written in."""
        if not self._first.is_participants:
            super().copy_to_clipboard(text)

    def action_help_quit(self) -> None:
        """ctrl+c: say how to leave, since nothing may end a recall by accident."""
        closing = self.screen if isinstance(self.screen, ClosingScreen) else None
        self.notify(closing.leaving if closing is not None else self._first.leaving)


def _player(grant: Grant) -> ProcessPlayer:
    engine = os.environ.get(ENGINE)
    chosen: Any = engine if engine in levels(Engine) else None
    opening = Opening.of(grant.recording, {"path": grant.media.path, "key": grant.media.key}, chosen)
    return ProcessPlayer(child_command("player"), opening)


def _peaks(grant: Grant) -> PeaksFeed | None:
    job = job_of(grant)
    return PeaksFeed(child_command("peaks"), job) if job else None


def serve(grant: Grant, reading: Future[Opened]) -> None:
    """Show the one screen that the grant is for, until it is left, as soon as what it shows is read."""
    player = _player(grant)
    film = filmed(grant.media, grant.recording, player)
    log: LayerLog | None = None
    peaks = _peaks(grant)

    def let_go() -> None:
        if log is not None:
            log.close()
        player.close()
        if peaks is not None:
            peaks.stop()

    try:
        opened = reading.result()
        log = opened.log
        app = IprtoolApp(first_screen(grant, opened, player, film), peaks)
        if isinstance(grant, RecallGrant):
            app.set_keymap(grant.keymap)
        end_on_signals(lambda code: app.exit(return_code=code), let_go)
        drop_early_keys()
        app.run()
        if app.return_code:
            raise SystemExit(app.return_code)
    finally:
        let_go()
