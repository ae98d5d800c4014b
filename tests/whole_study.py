"""A study as the field makes one (Lavik et al. 2022): built by the command line, in this process, without asking."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path

import msgspec
import numpy as np
import pytest
from typer.testing import CliRunner

from iprtool.app import IprtoolApp
from iprtool.desk.places import OPEN_KEYRING
from iprtool.first_screen import first_screen
from iprtool.model.grant import Grant
from iprtool.opened import read
from iprtool.screens.coding import CodingScreen
from iprtool.store.keys import create_open_keyring, open_keyring
from iprtool.store.study import Study
from tests.command_line import app
from tests.fakes import FakePlayer
from tests.screen_desk import ScreenDesk, running
from tests.sounds import write_wav

DYADS = tuple(f"D{number:02}" for number in range(1, 13))
SESSIONS = (3, 5)
ROLES = ("client", "therapist")
GROUPS = {dyad: "improved" if number < 6 else "unchanged" for number, dyad in enumerate(DYADS)}
MISSING = ("D07", 5, "therapist")
SECONDS = 40


class _ShownError(Exception):
    """A screen would be shown now, with this grant."""

    def __init__(self, grant: Grant) -> None:
        self.grant = grant


class Clinic:
    """Where the study is made: every command is carried out as if it were typed."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("IPRTOOL_HOME", str(folder / "home"))
        for module in ("recall", "recalling", "coding"):
            monkeypatch.setattr(f"iprtool.cli.{module}.need_terminal", lambda: None, raising=False)
        monkeypatch.setattr("iprtool.launch.become_app", self._show)
        create_open_keyring(folder / OPEN_KEYRING).close()
        self.folder, self.path = folder, folder / "Alliance.ipr"
        self._runner = CliRunner()

    def says(self, *arguments: object) -> str:
        """A command that ends by itself; what it prints."""
        done = self._runner.invoke(app, [str(one) for one in arguments], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    def begins(self, *arguments: object) -> Grant:
        """A command that shows a screen; what the person's process would be given, as it comes over the pipe."""
        with pytest.raises(_ShownError) as shown:
            self._runner.invoke(app, [str(one) for one in arguments], catch_exceptions=False)
        grant: Grant = msgspec.msgpack.decode(msgspec.msgpack.encode(shown.value.grant), type=Grant)
        return grant

    @contextmanager
    def study(self) -> Iterator[Study]:
        with open_keyring(self.folder / OPEN_KEYRING) as keyring, Study.open(self.path, keyring) as study:
            yield study

    @staticmethod
    def _show(grant: Grant) -> None:
        raise _ShownError(grant)


def add_sessions(clinic: Clinic) -> None:
    """Twelve dyads of two groups, sessions 3 and 5, each with its recording, and both partners' consent."""
    clinic.says("new", clinic.path, "--contact", "Support: weekdays 9 to 16")
    for number, dyad in enumerate(DYADS):
        for session in SESSIONS:
            seed = 10 * number + session
            noise = np.random.Generator(np.random.PCG64(seed)).integers(-2000, 2000, SECONDS * 8000, np.int16)
            recording = write_wav(clinic.folder / f"{dyad}-{session}.wav", [noise], rate=8000)
            clinic.says("add", clinic.path, recording, "--dyad", dyad, "--session", session)
            recording.unlink()
        clinic.says("dyad", "group", clinic.path, dyad, GROUPS[dyad])
        for role in ROLES:
            person = f"{dyad}-{role[0].upper()}"
            clinic.says("person", "add", clinic.path, person, "--role", role, "--dyad", dyad)
            clinic.says("consent", clinic.path, person, "--signed", "2026-01-10", "--scope", "research")


class Seat(ScreenDesk):
    """A person's screen in a running app, on the layer that the grant opens; the test moves the player's time."""

    def __init__(self, grant: Grant) -> None:
        self.opened = read(grant)
        self.player = FakePlayer(grant.recording.duration_ms)
        self.screen = first_screen(grant, self.opened, self.player, None)
        if isinstance(self.screen, CodingScreen):
            # Each Enter comes well after the one before, however fast the test is.
            seconds = count()
            self.screen.monotonic = lambda: float(next(seconds))
        self.app = IprtoolApp(self.screen)


@asynccontextmanager
async def seated(grant: Grant, size: tuple[int, int] = (100, 30)) -> AsyncIterator[Seat]:
    """The person's screen, until it is left; then what was written is on the disk."""
    seat = Seat(grant)
    try:
        async with running(seat, size):
            yield seat
    finally:
        if seat.opened.log is not None:
            seat.opened.log.close()
