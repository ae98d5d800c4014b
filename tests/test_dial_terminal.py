"""A dial in a real terminal with the real player: it is moved, killed, gone on with, described, taken away."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from iprtool.model.layer import LayerContent
from iprtool.store.layer import read_layer
from tests.machine import WITH_PASSPHRASE, Machine, where
from tests.sounds import make_recording

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal needs Linux or macOS")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with a study that has one session of a minute."""
    made = Machine(tmp_path, IPRTOOL_PLAYER="embedded")
    (made.work / "passphrase").write_text("correct horse battery staple\n")
    make_recording(made.work / "session.m4a", "m4a", 60)
    made.says("new", "A", "--contact", "Call the clinic.", *WITH_PASSPHRASE)
    made.says("add", "A.ipr", "session.m4a", *where("D01", 1), *WITH_PASSPHRASE)
    return made


def layer_of(machine: Machine) -> LayerContent:
    """The client's layer as it is on the disk."""
    with machine.study() as study:
        layer = next(one.layer for one in study.recalls() if one.by == "client")
        assert layer is not None
        return read_layer(study.path_of(layer), study.key_of(layer))


def plays_beyond(second: int) -> Callable[[str], bool]:
    """It plays, and has come so far: a busy machine may pass over a second."""

    def shown_so(shown: str) -> bool:
        at = re.search(r"▶ 00:00:(\d\d)", shown)
        return at is not None and int(at[1]) >= second

    return shown_so


def test_dial_be_killed_and_go_on_where_the_trace_was_left(machine: Machine) -> None:
    command = ("recall", "A.ipr", "--by", "client", *where("D01", 1), *WITH_PASSPHRASE)
    one = machine.terminal(*command, "--protocol", "dial", size=(80, 24))
    one.wait_for("▶ 5")
    one.press(" ")
    one.wait_for(plays_beyond(1))
    one.press("8")
    one.wait_for("▶ 8")
    one.wait_for(plays_beyond(4))
    one.press("\x1b[B")
    one.wait_for("▶ 7")
    one.wait_for(plays_beyond(6))
    one.kill()

    samples = [sample for trace in layer_of(machine).traces for sample in trace.samples]
    assert [value for at, (_, value) in enumerate(samples) if at == 0 or samples[at - 1][1] != value] == [5, 8, 7]
    assert samples == sorted(samples, key=lambda sample: sample[0])
    assert samples[0][0] < 1_000
    assert samples[-1][0] >= 4_000

    two = machine.terminal(*command, size=(80, 24))
    two.wait_for(lambda shown: "▶ 7" in shown and "space plays" in shown)
    two.press("\t")
    two.wait_for("Covered.")
    two.press("1")
    two.wait_for("space plays")
    two.press(" ")
    two.wait_for(plays_beyond(8))
    two.press("\x11")
    two.wait_for("What is it like to have watched this?")
    two.press("fine\r")
    two.wait_for("Call the clinic.")
    two.press_anew("\r")
    assert two.end() == 0

    layer = layer_of(machine)
    later = [sample for trace in layer.traces for sample in trace.samples][len(samples) :]
    assert layer.closed
    assert samples[-1][0] - 250 <= later[0][0] <= samples[-1][0] + 3_000
    assert {value for _, value in later} == {7}
    assert "is sound" in machine.says("verify", "A.ipr", *WITH_PASSPHRASE)
