"""After a participant's recall the way back asks for the passphrase; a kill leaves nothing open."""

import os
import signal
import sys
from functools import partial
from pathlib import Path

import pytest

from iprtool.desk.people import ensure_session
from iprtool.desk.places import OPEN_KEYRING
from iprtool.desk.starting import start_recall
from iprtool.model.study import Recall
from iprtool.recall.settings import RecallChoice
from iprtool.store.keys import create_open_keyring, open_keyring
from iprtool.store.study import Study
from tests.machine import PASSPHRASE, Machine

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked at through /proc")

if sys.platform == "linux":
    from tests.blind_study import (
        Blind,
        Participant,
        check_told,
        needles,
        template_in,
    )
    from tests.memory import found_in
    from tests.processes import PROC, below, running, wait_until


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    return template_in(tmp_path_factory.mktemp("blind"))


@pytest.fixture
def blind(template: Machine, tmp_path: Path) -> Blind:
    return Blind(template.copied(tmp_path))


def without(part: str, shown: str) -> bool:
    return part not in shown


def test_going_back_asks_for_the_passphrase_and_a_wrong_one_opens_nothing(blind: Blind) -> None:
    participant = blind.begin()
    participant.end_recall()
    shown = participant.wait_for("assphrase")
    assert shown.split() == ["iprtool", "Passphrase:"]
    assert open_files(participant.pid, blind) == set()
    foreign = {
        name: needle for name, needle in needles(blind).items() if name.startswith(("key", "hex", "the keyring"))
    }
    assert found_in(participant.pid, foreign) == set()
    for attempt in range(2):
        participant.press("a wrong one\n")
        participant.wait_for(partial(refused, attempt + 1))
        assert open_files(participant.pid, blind) == set()
    participant.press("a wrong one\n")
    check_ended(participant)


def check_ended(participant: Participant) -> None:
    """It has ended, and on the terminal is nothing but the sentence that says so, neither to scroll back to."""
    before = len(participant.told.raw)
    assert participant.end() == 1
    assert participant.shown.strip() == "iprtool has ended; nothing is open."
    assert b"\x1b[H\x1b[2J\x1b[3J" in participant.told.raw[before:]


def refused(times: int, shown: str) -> bool:
    return shown.count("does not open this keyring") == times


def open_files(pid: int, blind: Blind) -> set[str]:
    """What a process and those below it have open of the study and the keyring."""
    found = set()
    for each in below(pid):
        for descriptor in (PROC / str(each) / "fd").iterdir():
            try:
                target = str(descriptor.readlink())
            except OSError:
                continue
            if str(blind.path) in target or str(blind.keyring) in target:
                found.add(target)
    return found


def test_the_right_passphrase_leads_to_the_library(blind: Blind) -> None:
    participant = blind.begin()
    participant.end_recall()
    participant.wait_for("assphrase")
    participant.press(PASSPHRASE + "\n")
    shown = participant.wait_for("D07")
    assert PASSPHRASE not in shown
    participant.press("q")
    participant.press("q")
    assert participant.end() == 0


def test_a_recall_begun_in_the_library_takes_its_place_with_nothing_of_it_left(blind: Blind) -> None:
    foreign = needles(blind)
    terminal = blind.machine.terminal("library", "A.ipr")
    terminal.wait_for("assphrase")
    terminal.press(PASSPHRASE + "\n")
    terminal.wait_for("D07")
    terminal.press("n")
    terminal.wait_for("· new recall")
    terminal.wait_for("ZWEIG-C: research")
    terminal.press("\r")
    terminal.wait_for("There is a recall of this person already")
    terminal.press("\r")
    terminal.wait_for(lambda shown: "mine" in shown and "0 marks saved" in shown)
    assert "iprtool.serve" in (PROC / str(terminal.pid) / "cmdline").read_text()
    assert not [path for path in open_files(terminal.pid, blind) if "keyring" in path or "study.json" in path]
    assert [names for pid in below(terminal.pid) if (names := found_in(pid, foreign))] == []
    assert "ZWEIG" not in terminal.shown
    terminal.press("\x11")
    terminal.wait_for("What is it like to have watched this?")
    terminal.press("\r")
    terminal.wait_for("enter leaves")
    terminal.press_anew("\r")
    terminal.wait_for("assphrase")
    terminal.press("\x03")
    assert terminal.end() != 0


def test_ctrl_c_at_the_passphrase_ends_in_the_shell_with_nothing_open(blind: Blind) -> None:
    participant = blind.begin()
    participant.end_recall()
    participant.wait_for("assphrase")
    participant.press("\x03")
    check_ended(participant)


def test_a_keyring_without_a_passphrase_leads_back_at_once(blind: Blind) -> None:
    machine = blind.machine
    (machine.work / "nothing").write_text("")
    beside = machine.work / "trial" / OPEN_KEYRING
    beside.parent.mkdir()
    create_open_keyring(beside).close()
    path = beside.parent / "B.ipr"
    with open_keyring(beside) as keyring, Study.create(path, keyring) as study:
        recall = copied_recall(blind, study)
    participant = Participant(machine, path, beside, recall.id, passphrase="nothing")
    participant.wait_for("recall by CLIENT")
    participant.wait_for(lambda _: participant.is_at_rest())
    participant.end_recall()
    participant.wait_for("D08")
    assert "assphrase" not in "\n".join(participant.told.screens)
    participant.press("q")
    participant.press("q")
    assert participant.end() == 0


def copied_recall(blind: Blind, study: Study) -> Recall:
    """A session with a recording of its own, and a recall of it."""
    from iprtool.adding import add_recording

    session = ensure_session(study, "D08", 1)
    add_recording(study, lambda: session, blind.machine.work / "session.m4a", lambda _: None)
    return start_recall(study, session, RecallChoice("client"))


def test_after_a_kill_nothing_is_open_and_nothing_is_left_running(blind: Blind) -> None:
    participant = blind.begin()
    participant.press(" ")
    participant.wait_for("space stop")
    wait_until(lambda: len(below(participant.pid)) > 1)
    pids = set(below(participant.pid))
    os.kill(participant.pid, signal.SIGKILL)
    assert participant.end() == -signal.SIGKILL
    wait_until(lambda: not running(pids))
    check_told(participant.told)
