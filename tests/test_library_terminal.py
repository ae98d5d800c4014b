"""The library in a real terminal: from a first study to a review and back, and out into a recall and back."""

import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.machine import PASSPHRASE, WITH_PASSPHRASE, Machine, where
from tests.processes import below

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal needs Linux or macOS")


def test_a_first_user_makes_a_study_and_puts_somebody_into_it(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.environment["HOME"] = str(tmp_path / "work")
    terminal = machine.terminal()
    terminal.wait_for("There is no study of yours")
    terminal.press("n")
    terminal.wait_for("A new study")
    terminal.press("First\r")
    terminal.wait_for("Choose a passphrase (8 characters or more):")
    terminal.press(PASSPHRASE + "\n")
    terminal.wait_for("Repeat")
    terminal.press(PASSPHRASE + "\n")
    terminal.wait_for("Press Enter once you have it")
    terminal.press("\n")
    terminal.wait_for("Nothing is in this study yet")
    terminal.press("a")
    terminal.wait_for("one or several files of a session")
    terminal.press("d")
    terminal.wait_for("A new dyad")
    terminal.press("\r")
    terminal.wait_for("D01  no session yet")
    terminal.press("q")
    assert terminal.end() == 0
    with machine.study("First.ipr") as study:
        assert [one.label for one in study.dyads()] == ["D01"]

    again = machine.terminal()
    again.wait_for("First.ipr")
    again.press("\r")
    again.wait_for("Passphrase:")
    again.press(PASSPHRASE + "\n")
    again.wait_for("D01  no session yet")
    again.press("o")
    again.wait_for("First.ipr")
    again.press("q")
    assert again.end() == 0
    assert "horse" not in again.shown


def test_a_mistyped_passphrase_is_asked_for_again_three_times(machine: Machine) -> None:
    terminal = machine.terminal("library", "A.ipr")
    for number in range(1, 4):
        terminal.wait_for(lambda shown, number=number: shown.count("Passphrase:") == number)  # type: ignore[misc]  # a lambda with a default
        terminal.press("wrong\n")
    assert terminal.end() == 1
    assert terminal.shown.count("does not open this keyring") == 3

    terminal = machine.terminal("library", "A.ipr")
    terminal.wait_for("Passphrase:")
    terminal.press("wrong\n")
    terminal.wait_for(lambda shown: shown.count("Passphrase:") == 2)
    terminal.press(PASSPHRASE + "\n")
    terminal.wait_for("session 1")
    terminal.press("q")
    assert terminal.end() == 0


def test_a_review_is_a_process_of_its_own_and_the_library_comes_back_where_it_was(machine: Machine) -> None:
    machine.says("session", "add", "A.ipr", "--dyad", "D02", "--number", "7", *WITH_PASSPHRASE)
    machine.says("add", "A.ipr", "session.m4a", *where("D02", 7), *WITH_PASSPHRASE)
    terminal = machine.terminal("library", "A.ipr", *WITH_PASSPHRASE)
    terminal.wait_for("session 7")
    terminal.press("/D02\r")
    terminal.wait_for("filter D02: 1 of 2")
    terminal.press("\x1b[B\x1b[B")
    terminal.wait_for("D02 · session 7")
    terminal.press("r")
    terminal.wait_for("D02 · session 7 · review")
    terminal.press("q")
    shown = terminal.wait_for("filter D02: 1 of 2")
    assert "D02 · session 7" in shown
    assert "Passphrase" not in shown
    terminal.press("q")
    assert terminal.end() == 0


def opened_in(machine: Machine, pid: int) -> set[str | None]:
    """What a process and those below it have open of the person's own files: objects by id, others by name."""
    opened: set[Path] = set()
    for one in below(pid):
        with suppress(OSError):  # a process or a file that is gone by now
            for descriptor in Path(f"/proc/{one}/fd").iterdir():
                with suppress(OSError):
                    opened.add(descriptor.readlink())
    own = [path for path in opened if path.is_relative_to(machine.work) or path.is_relative_to(machine.home)]
    return {path.name.partition(".")[0] for path in own}


def test_a_recall_takes_the_librarys_place_and_leads_back_by_the_passphrase(machine: Machine) -> None:
    begun = machine.terminal("recall", "A.ipr", *where("D01", 1), "--by", "client", *WITH_PASSPHRASE)
    begun.wait_for("space plays")
    begun.kill()

    terminal = machine.terminal("library", "A.ipr")
    terminal.wait_for("Passphrase:")
    terminal.press(PASSPHRASE + "\n")
    terminal.wait_for("begun")
    terminal.press("/open\r")
    terminal.wait_for("filter open: 1 of 1")
    terminal.press("\x1b[B\x1b[B\x1b[B")
    terminal.wait_for("enter goes on with it")
    terminal.press("\r")
    terminal.wait_for("space plays")
    assert "therapist" not in terminal.shown
    if sys.platform == "linux":
        with machine.study() as study:
            (recall,), (recording,) = study.recalls(), study.recordings()
        allowed = {recall.layer, recording.media, recording.peaks}
        assert opened_in(machine, terminal.pid) <= allowed
    terminal.press("\x11")
    terminal.wait_for("What is it like to have watched this?")
    terminal.press("\r")
    terminal.wait_for(lambda shown: "What is it like" not in shown)
    terminal.press_anew("\r")
    terminal.wait_for("assphrase")
    terminal.press(PASSPHRASE + "\n")
    terminal.wait_for("ended, 0:00 played")
    terminal.press("q")
    assert terminal.end() == 0
    with machine.study() as study:
        assert [one.status for one in study.recalls()] == ["ended"]
