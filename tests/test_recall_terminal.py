"""Protocols in the real program, in a terminal, with the real player: stopped by the program, gone on with later."""

import sys
from pathlib import Path

import pytest

from iprtool.model.layer import LayerContent
from iprtool.store.layer import read_layer
from tests.machine import WITH_PASSPHRASE, Machine, known_machine, where
from tests.sounds import make_recording

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="runs on a pseudo-terminal")

RIGHT = "\x1b[C"

if sys.platform != "win32":
    from tests.terminal import Terminal


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    made = known_machine(tmp_path_factory.mktemp("machine"))
    made.environment["IPRTOOL_PLAYER"] = "embedded"
    make_recording(made.work / "longer.m4a", "m4a", 13)
    made.says("add", "A.ipr", "longer.m4a", *where("D01", 2), *WITH_PASSPHRASE)
    return made


def recall(machine: Machine, *settings: str | Path) -> "Terminal":
    return machine.terminal("recall", "A.ipr", *where("D01", 2), *settings, *WITH_PASSPHRASE)


def close(terminal: "Terminal") -> None:
    """End it, by way of the closing question and the contact card."""
    terminal.press("\x11")
    terminal.wait_for("What is it like")
    terminal.press_anew("\r")
    terminal.wait_for("everything is saved")
    terminal.press_anew("\r")
    assert terminal.end() == 0


def layer(machine: Machine, by: str) -> LayerContent:
    with machine.study() as study:
        found = next(one.layer for one in study.recalls() if one.by == by and one.layer)
        return read_layer(study.path_of(found), study.key_of(found))


def stops(content: LayerContent) -> list[tuple[int, str]]:
    return [(stop.at_ms, stop.stopped_by) for stop in content.stops]


def test_parts_are_stopped_by_the_program_and_gone_on_with_after_a_kill(machine: Machine) -> None:
    settings = ("--by", "client", "--protocol", "segments", "--segment", "0:02-0:03", "--segment", "0:05-0:06")
    terminal = recall(machine, *settings)
    terminal.wait_for("part 1 of 2")
    terminal.press(" ")
    terminal.wait_for("space plays the next part")
    terminal.press("hm\r")
    terminal.wait_for("1 mark saved")
    terminal.kill()
    assert stops(layer(machine, "client")) == [(3_000, "program")]

    terminal = recall(machine, "--by", "client")
    terminal.wait_for("part 2 of 2")
    terminal.press(" ")
    terminal.wait_for("That was the last part")
    close(terminal)
    content = layer(machine, "client")
    assert stops(content) == [(3_000, "program"), (6_000, "program")]
    (stop, _) = content.stops
    assert 0 <= stop.raw_ms - stop.at_ms < 1_000
    skipped = sorted((span.start_ms, span.end_ms) for span in content.coverage if span.kind == "skipped")
    assert skipped[0][0] == 0
    assert 2_000 <= skipped[0][1] < 3_000
    assert skipped[-1][1] == content.head.duration_ms


def test_a_prompt_that_was_leapt_over_is_asked_and_answered(machine: Machine) -> None:
    terminal = recall(machine, "--by", "therapist", "--protocol", "interval", "--every", "0:10", "--start-covered")
    terminal.wait_for("Covered")
    terminal.press("1")
    terminal.wait_for("0 of 1 asked")
    terminal.press(" ")
    terminal.wait_for("▶ 00:00:06")
    terminal.press(RIGHT)
    terminal.wait_for("How helpful was what you have just seen")
    terminal.press("7")
    terminal.wait_for("[7]")
    terminal.press("\r")
    terminal.wait_for("helpful 7")
    close(terminal)
    content = layer(machine, "therapist")
    assert stops(content)[0] == (10_000, "program")
    assert [(mark.start_ms, mark.helpful) for mark in content.marks] == [(10_000, 7.0)]
    assert content.closed
