"""Every screen of a study is drawn without colour: Textual then asks every cell for its style."""

import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal needs Linux or macOS")

if sys.platform != "win32":
    from tests.machine import Machine, where
    from tests.terminal import Terminal

PLACES = {
    "s": "subscale",
    "c": "signed 2026",
    "k": "3rs-2015",
    "g": "ipr-leads",
    "h": "changes",
    "f": "words",
    "p": "annotation_codes",
    "b": "A coder's coding",
    "n": "protocol",
}
"""The keys of the library's places, and what stands on each."""


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> "Machine":
    machine = Machine(tmp_path_factory.mktemp("grey"), IPRTOOL_PLAYER="embedded", NO_COLOR="1")
    machine.says("demo", "--where")
    return machine


def demo(machine: "Machine") -> Path:
    return machine.home / "data" / "demo" / "Demo.ipr"


def at(terminal: "Terminal", keys: str, shown: str) -> None:
    """After these keys this stands on the screen, and the program goes on."""
    terminal.press(keys)
    terminal.wait_for(shown)
    assert "internal error" not in terminal.shown


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_the_librarys_places_are_drawn(machine: "Machine", size: tuple[int, int]) -> None:
    terminal = machine.terminal("library", demo(machine), size=size)
    terminal.wait_for("▾ Demo")
    at(terminal, "\x1b[B\x1b[B", "session 3")
    for key, shown in PLACES.items():
        at(terminal, key, shown)
        at(terminal, "\x1b", "▾ Demo")
        terminal.read(0.5)
    at(terminal, "a", "recording")
    terminal.kill()


@pytest.mark.parametrize(
    ("command", "keys", "shown"),
    [
        ("review", "nn", "one moment?"),
        ("review", "nne", "salience"),
        ("review", "nnh", "themes of this mark"),
        ("review", "nnk", "quot"),
        ("review", "/coat", "found"),
        ("recall", "0", "felt understood"),
    ],
)
def test_what_plays_a_recording_is_drawn(machine: "Machine", command: str, keys: str, shown: str) -> None:
    by = ("--by", "client") if command == "recall" else ()
    terminal = machine.terminal(command, demo(machine), *where("D01", 3), *by, size=(100, 30))
    terminal.wait_for("00:10:20")
    at(terminal, keys, shown)
    terminal.kill()


def test_a_coding_is_drawn(machine: "Machine") -> None:
    machine.says("person", "add", str(demo(machine)), "coder-C", "--role", "coder")
    terminal = machine.terminal("code", demo(machine), *where("D02", 3), "--coder", "coder-C", size=(100, 30))
    terminal.wait_for("denial")
    at(terminal, "1", "● 1 denial")
    at(terminal, "s", "overall resolution")
    terminal.kill()
