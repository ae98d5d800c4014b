"""Blindness by construction: a participant's process has nothing of the partner's, and the way back asks.

Searched are its open files, arguments, environment and memory, those of its children, and all that was ever on its
screen, while every command is tried.
"""

import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest

from iprtool.commands import RECALL, Command
from tests.machine import Machine

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked at through /proc")

if sys.platform == "linux":
    from tests.blind_study import (
        NOTE,
        PARTNER,
        SAID,
        TYPED,
        WORD,
        Blind,
        Participant,
        check_told,
        needles,
        template_in,
    )
    from tests.memory import found_in
    from tests.processes import Watch, below, wait_until


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    return template_in(tmp_path_factory.mktemp("blind"))


@pytest.fixture
def blind(template: Machine, tmp_path: Path) -> Blind:
    return Blind(template.copied(tmp_path))


def test_no_process_of_a_recall_holds_anything_of_the_partners(blind: Blind) -> None:
    foreign = needles(blind)
    participant = blind.begin()
    with Watch(participant.pid) as watch:
        participant.press(" ")
        participant.wait_for("space stop")
        participant.press("something of my own")
        participant.wait_for("something of my own")
        participant.press("\r")
        participant.wait_for("1 mark saved")
        wait_until(lambda: any(one.role == "iprtool.process player" for one in watch.seen.values()))
        own = {"own": b"something of my own"}
        # Whoever started a process may look into it; where a system forbids even that, this fails rather than passes.
        assert found_in(participant.pid, own) == {"own"}  # the search finds what is there
        in_memory = {pid: found_in(pid, foreign) for pid in below(participant.pid)}
    processes = watch.seen.values()
    participant.kill()

    assert {"iprtool.serve", "iprtool.process player"} <= {one.role for one in processes}
    assert {pid: names for pid, names in in_memory.items() if names} == {}
    with blind.study() as study:
        (recording,) = study.recordings()
        layer = next(str(one.layer) for one in study.recalls() if one.by == "client")
    opened = {Path(path).name.partition(".")[0] for one in processes for path in one.opened if "A.ipr" in path}
    assert opened - {"objects"} <= {layer, recording.media, str(recording.peaks)}
    assert not [path for one in processes for path in one.opened if "keyring" in path or "study.json" in path]
    told = "\0".join(one.environment + "\0".join(one.arguments) for one in processes).encode()
    assert {name for name, needle in foreign.items() if needle in told} == set()


# What is on the screen


KEYS: Mapping[str, str] = {
    "space": " ", "enter": "\r", "tab": "\t", "escape": "\x1b", "minus": "-", "plus": "+", "comma": ",",
    "full_stop": ".", "delete": "\x1b[3~", "backspace": "\x7f", "left": "\x1b[D", "right": "\x1b[C", "up": "\x1b[A",
    "down": "\x1b[B", "home": "\x1b[H", "end": "\x1b[F", "pageup": "\x1b[5~", "pagedown": "\x1b[6~",
    "less_than_sign": "<", "greater_than_sign": ">", "question_mark": "?",
    "shift+left": "\x1b[1;2D", "shift+right": "\x1b[1;2C",
    "shift+up": "\x1b[1;2A", "shift+down": "\x1b[1;2B",
}  # fmt: skip


def typed(key: str) -> str:
    """What a terminal sends for one of Textual's keys."""
    if key in KEYS:
        return KEYS[key]
    if key.startswith("ctrl+") and len(key) == len("ctrl+a"):
        return chr(ord(key[-1]) & 0x1F)
    assert len(key) == 1, key
    return key


def own_lane(shown: str) -> str:
    """The timeline's row of one's own marks."""
    return next(line for line in shown.splitlines() if line.startswith("mine"))


def test_no_command_shows_anything_of_the_partners(blind: Blind) -> None:
    participant = blind.begin()
    assert not set("●◆○▼├┤") & set(own_lane(participant.shown))
    assert "0 marks saved" in participant.shown
    for command in RECALL:
        if command.id == "end":
            continue
        for key in command.keys.split(","):
            participant.press(typed(key))
            look(participant, command)
    check_told(participant.told)
    participant.kill()


def look(participant: Participant, command: Command) -> None:
    """See what a command shows, and come to rest again."""
    if command.id in ("cover", "cover_or_close"):
        participant.wait_for("Covered.")  # there, a digit that comes too late may end it
    participant.read(0.1)
    participant.settle()


def test_the_palette_has_its_own_commands_and_no_way_elsewhere(blind: Blind) -> None:
    participant = blind.begin()
    for word in ("library", "review", "export", "screenshot", "copy", "quetz"):
        participant.press("\x10")
        participant.wait_for("Search for commands")
        participant.press(word)
        participant.wait_for("No matches found")
        participant.press("\x1b")
        participant.wait_for(lambda _: participant.is_at_rest())
    for command in (one for one in RECALL if one.palette and one.id != "end"):
        run_by_palette(participant, command)
    check_told(participant.told)
    participant.kill()


def is_found(command: Command, shown: str) -> bool:
    """Whether the palette lists it, with what it does, under what was typed."""
    return any(command.label in line and TYPED not in line for line in shown.splitlines()[2:20])


def run_by_palette(participant: Participant, command: Command) -> None:
    participant.press("\x10")
    participant.wait_for("Search for commands")
    participant.press(command.label)
    participant.wait_for(lambda shown: is_found(command, shown) or "No matches found" in shown)
    found = is_found(command, participant.shown)
    participant.press("\r" if found else "\x1b")
    participant.wait_for(lambda shown: TYPED not in shown)
    if found:
        look(participant, command)


def test_finding_covering_and_ending_show_nothing_either(blind: Blind) -> None:
    participant = blind.begin()
    for part in ("quetz", "countertr", "chrysanth", "zwei"):
        participant.press("\x06")
        participant.wait_for("find in the marks")
        participant.press(part)
        participant.wait_for(part)
        participant.press("\r")
        participant.settle()
        participant.press("\x06")
        participant.read(0.3)
        participant.press("\x7f" * len(part))
        participant.wait_for(partial(without, part))
        participant.press("\r")
        participant.settle()
    participant.press("\t")
    participant.wait_for("Covered.")
    participant.press("1")
    participant.settle()
    participant.end_recall()
    participant.wait_for("assphrase")
    everything = "\n".join(participant.told.screens).casefold()
    for part in (NOTE, WORD, SAID, PARTNER):
        assert part.casefold() not in everything
    participant.kill()


def without(part: str, shown: str) -> bool:
    return part not in shown


def test_what_stood_on_the_terminal_before_is_wiped_before_the_recall_is_shown(blind: Blind) -> None:
    participant = blind.begin()
    raw = bytes(participant.told.raw)
    participant.kill()
    wiped, shown = raw.index(b"\x1b[2J\x1b[3J"), raw.index(b"\x1b[?1049h")
    assert wiped < shown
    assert raw[:wiped].strip(b"\x1b[H") == b""
