"""The main job in a real terminal: play the demo, mark by keys, be killed, lose nothing, take it away as Parquet."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from iprtool.desk.places import OPEN_KEYRING
from iprtool.edits import LayerState
from iprtool.model.layer import LayerContent
from iprtool.store.keys import open_keyring
from iprtool.store.layer import read_layer
from iprtool.store.study import Study
from tests.vlc_needed import need_vlc

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal needs Linux or macOS")

if sys.platform != "win32":
    from tests.terminal import Terminal, iprtool


class Home:
    """A person's machine: folders of its own, and the demo study in them."""

    def __init__(self, folder: Path, engine: str) -> None:
        self.env = {"IPRTOOL_HOME": str(folder), "IPRTOOL_PLAYER": engine, "IPRTOOL_AUDIO": "dummy"}
        self.study = Path(self.run("demo", "--where").strip())

    def run(self, *arguments: str | Path) -> str:
        """A command that ends by itself; its output."""
        done = subprocess.run(
            iprtool(*arguments), env={**os.environ, **self.env}, capture_output=True, text=True, check=True
        )
        return done.stdout

    def terminal(self, *arguments: str | Path) -> "Terminal":
        """A command on a terminal."""
        return Terminal(iprtool(*arguments), self.env)

    def client_layer(self) -> LayerContent:
        """The client's layer as it is on the disk."""
        with open_keyring(self.study.parent / OPEN_KEYRING) as keyring, Study.open(self.study, keyring) as study:
            layer = next(one.layer for one in study.recalls() if one.by == "client")
            assert layer is not None
            return read_layer(study.path_of(layer), study.key_of(layer))


@pytest.fixture(params=["vlc", "embedded"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    if request.param == "vlc":
        need_vlc()
    return Home(tmp_path / "home", request.param)


def saved(shown: str) -> bool:
    return shown.count("saved") == 1 and "NOT SAVED" not in shown


@pytest.mark.parametrize("again", [False, True])
def test_what_is_typed_before_there_is_a_screen_is_neither_shown_nor_done(tmp_path: Path, *, again: bool) -> None:
    env = {"IPRTOOL_HOME": str(tmp_path), "IPRTOOL_PLAYER": "embedded", "IPRTOOL_AUDIO": "dummy"}
    if again:
        subprocess.run(iprtool("demo", "--where"), env={**os.environ, **env}, check=True)
    early = Terminal(iprtool("demo"), env)
    if not again:
        early.wait_for("Preparing the demo")
    early.press("zzqx \x11")
    if not again:
        early.read(0.3)
        assert "zz" not in early.shown
    shown = early.wait_for("space plays")
    early.read(0.5)
    assert "zz" not in shown
    assert "What is it like" not in early.shown
    early.kill()


def test_play_mark_be_killed_lose_nothing_export(home: Home, tmp_path: Path) -> None:
    before = {mark.id for mark in home.client_layer().marks}
    one = home.terminal("demo")
    one.wait_for("space plays")
    one.press(" ")
    one.wait_for(lambda shown: "▶ 00:00:02" in shown)
    one.press("6")
    one.wait_for(lambda shown: "00:02" in shown and saved(shown))
    one.press("He was quiet, and I went quiet too")
    one.wait_for("went quiet too")
    one.press("\r")
    one.wait_for(lambda shown: "“He was quiet" in shown and saved(shown))
    one.press("and half a thou")
    one.wait_for("half a thou")
    one.read(0.5)
    one.kill()

    kept = [mark for mark in home.client_layer().marks if mark.id not in before]
    assert [mark.note for mark in kept if mark.note] == ["He was quiet, and I went quiet too"]
    assert [mark.codes[0].code for mark in kept if mark.codes] == ["held_something_back"]
    assert all(0 < mark.uncertainty_ms <= 150 for mark in kept)
    assert 1_500 < kept[0].start_ms < 6_000

    two = home.terminal("demo")
    two.wait_for(lambda shown: "and half a thou" in shown and "“He was quiet" in shown)
    two.press("ght\r")
    two.wait_for(lambda shown: "“and half a thought”" in shown and saved(shown))
    two.press("\x11")
    two.wait_for("What is it like to have watched this?")
    two.press("strange, but good\r")
    two.wait_for("This is a demo.")
    two.press_anew("\r")
    assert two.end() == 0

    export = json.loads(home.run("export", home.study, "--to", tmp_path / "out", "--with-text", "--json"))
    folder = Path(export["folder"])
    marks = pd.read_parquet(folder / "parquet" / "annotations")
    assert str(marks["start_ms"].dtype) == "int64"
    assert {"He was quiet, and I went quiet too", "and half a thought"} <= set(marks["note"])
    assert len(marks) == export["rows"]["annotations"]
    assert "is sound" in home.run("verify", folder)
    assert "is sound" in home.run("verify", home.study)


def test_killed_again_and_again_no_mark_shown_as_saved_is_lost(home: Home) -> None:
    random.seed(7)
    acknowledged = len(home.client_layer().marks)
    for _ in range(3):
        person = home.terminal("demo")
        person.wait_for("space plays")
        person.press(" ")
        for _ in range(random.randint(1, 4)):
            person.wait_for("▶")
            person.read(random.uniform(0.15, 0.4))
            person.press(random.choice("123456"))
            acknowledged += 1
            person.wait_for(f"{acknowledged} marks saved")
        person.press(random.choice("123"))
        person.read(random.uniform(0, 0.05))
        person.kill()
        found = home.client_layer()
        assert len(found.marks) >= acknowledged
        replayed = LayerState(LayerContent(found.head))
        replayed.apply(found.ops)
        assert replayed.marks == {mark.id: mark for mark in found.marks}
        acknowledged = len(found.marks)
