"""Privacy by construction: what a participant's recall has, shows and leaves behind while it runs and when it ends."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import av
import msgspec
import pytest

from iprtool.demo.session import demo_folder, demo_layers
from iprtool.desk.places import OPEN_KEYRING
from iprtool.model.layer import LayerContent
from iprtool.store.derived import PeaksFile, create_peaks
from iprtool.store.keys import open_keyring
from iprtool.store.layer import read_layer
from iprtool.store.study import Study
from tests.machine import Machine, state, where

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked at through /proc")

if sys.platform == "linux":
    import resource

    from tests.processes import Watch, below, running, wait_until
    from tests.terminal import Terminal

NOTE = "nobody else shall ever read this"


class Demo:
    """The demo study on a machine, and what its objects are."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.path = machine.home / "data" / "demo" / "Demo.ipr"

    def study(self) -> Study:
        return Study.open(self.path, open_keyring(self.path.parent / OPEN_KEYRING))

    def layer(self, by: str = "client") -> LayerContent:
        """A layer as it is on the disk."""
        with self.study() as study:
            layer = next(one.layer for one in study.recalls() if one.by == by)
            assert layer is not None
            return read_layer(study.path_of(layer), study.key_of(layer))

    def begun(self) -> "Terminal":
        """The client's recall, playing."""
        terminal = self.machine.terminal("demo")
        terminal.wait_for("space plays")
        terminal.press(" ")
        terminal.wait_for(playing)
        return terminal


def playing(shown: str) -> bool:
    """The recording plays, and not from its very beginning."""
    return any(f"▶ 00:00:0{second}" in shown for second in range(1, 9))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    machine = Machine(tmp_path_factory.mktemp("demo"), IPRTOOL_PLAYER="embedded")
    machine.says("demo", "--where")
    return machine


@pytest.fixture
def demo(template: Machine, tmp_path: Path) -> Demo:
    return Demo(template.copied(tmp_path))


@pytest.fixture
def core_dumps() -> Iterator[None]:
    """Core dumps are allowed where this process may allow them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))


def without_outline(demo: Demo) -> None:
    """The sound's outline is still to be drawn, so that a process of its own draws it."""
    with demo.study() as study:
        recording = study.recordings()[0]
        assert recording.peaks is not None
        path, key = study.path_of(recording.peaks), study.key_of(recording.peaks)
    path.unlink()
    create_peaks(path, key, -(-recording.duration_ms // 10))


@pytest.mark.usefixtures("core_dumps")
def test_a_recalls_processes_have_their_own_layer_the_recording_the_outline_and_no_key_to_be_seen(demo: Demo) -> None:
    without_outline(demo)
    with demo.study() as study:
        recording = study.recordings()[0]
        assert recording.peaks is not None
        layers = {one.by: str(one.layer) for one in study.recalls() if one.session == recording.session}
        ids = [one.id for one in study.objects()]
        keys = [study.key_of(one) for one in ids]
        outline = study.path_of(recording.peaks), study.key_of(recording.peaks)
    terminal = demo.machine.terminal("demo")
    with Watch(terminal.pid) as watch:
        terminal.wait_for("space plays")
        terminal.press(" ")
        terminal.wait_for(playing)
        terminal.press(NOTE)
        wait_until(lambda: PeaksFile(*outline).complete)
        terminal.press("\r")
        terminal.wait_for("saved")
    processes = watch.seen.values()
    terminal.kill()

    assert {"iprtool.serve", "iprtool.process player", "iprtool.process peaks"} <= {one.role for one in processes}
    allowed = {layers["client"], recording.media, recording.peaks}
    touched = {Path(path) for one in processes for path in one.opened if str(demo.path) in path}
    objects = {path.name.partition(".")[0] for path in touched - {demo.path / "objects"}}
    # The outline's object is open for some tenths of a second only, between two looks perhaps.
    assert allowed - {recording.peaks} <= objects <= allowed
    assert not [path for one in processes for path in one.opened if "keyring" in path or "study.json" in path]
    assert any(layers["client"] in path for path in watch.of("iprtool.serve").opened)
    assert all(recording.media in path for path in watch.of("iprtool.process player").opened if str(demo.path) in path)
    told = "\0".join(one.environment + "\0".join(one.arguments) for one in processes)
    assert not [key for key in keys if key.hex() in told.lower() or repr(key)[2:-1] in told]
    assert not [
        one for one in ids if one != layers["client"] and one not in (recording.media, recording.peaks) and one in told
    ]
    assert {one.core_limit.split()[0] for one in processes} == {"0"}


def every_text_of(layer: LayerContent) -> list[str]:
    """The words on a layer's marks, its notes and its closing answer's beginnings."""
    codes = {code.code for mark in layer.marks for code in mark.codes}
    labels = [entry.label for entry in layer.head.codebook.codes if entry.id in codes]
    return labels + [mark.note[:24] for mark in layer.marks if mark.note]


def test_nothing_of_the_partner_is_ever_on_the_screen(demo: Demo) -> None:
    terminal = demo.machine.terminal("demo", size=(160, 60))
    shown: list[str] = []

    def see(keys: str, until: str) -> None:
        terminal.press(keys)
        terminal.wait_for(until)
        terminal.read(0.05)
        shown.append(terminal.shown)

    see("", "space plays")
    see("?", "any other letter stops")
    see("\x1b[F", "Finding the way")
    see("q", "space plays")
    see("\x10", "Search for commands")
    for word in ("thera", "review", "screensh", "export"):
        see(word, "No matches found")
        see("\x15", "Search for commands")
    see("\t", "Covered.")
    see("1", "space plays")
    see("\x06", "find in the marks")
    see("thera", "thera")
    see("\r", "space plays")
    see("\x11", "What is it like to have watched this?")
    see("\r", "This is a demo.")
    terminal.press_anew("\r")
    assert terminal.end() == 0

    everything = "\n".join(shown)
    own = {text.casefold() for text in every_text_of(demo.layer())}
    for by in ("therapist", "researcher"):
        partner = demo.layer(by)
        for text in [by, "rupture", "withdrawal", partner.head.layer, *every_text_of(partner)]:
            assert text.casefold() in own or text.casefold() not in everything.casefold(), text
    assert "12 marks saved" in everything


def packets(path: Path) -> list[bytes]:
    """Some of a recording's packets, as they are in any container."""
    with av.open(str(path)) as container:
        found = [bytes(packet) for packet in container.demux(audio=0) if packet.size > 60]
    return found[:: len(found) // 150]


def test_nothing_of_the_recording_or_of_the_notes_is_in_clear_on_the_disk(demo: Demo) -> None:
    terminal = demo.begun()
    terminal.press(NOTE)
    terminal.wait_for(NOTE)
    terminal.press("\r")
    terminal.wait_for(lambda shown: f"“{NOTE}”"[:20] in shown and playing(shown))
    terminal.press("a second one, half wri")
    terminal.wait_for("half wri")
    terminal.read(0.3)
    whole = [path.read_bytes() for path in demo.machine.files()]
    terminal.kill()
    draft = demo.layer().draft
    assert draft is not None
    assert draft.text == "a second one, half wri"
    whole += [path.read_bytes() for path in demo.machine.files()]

    folders = sorted(demo_folder().parent.glob("*/"))
    for session in (folder / "session.opus" for folder in folders):
        sound = packets(session)
        assert sum(packet in session.read_bytes() for packet in sound) > 100
        assert not [packet for packet in sound for content in whole if packet in content]
    said = [line for folder in folders for line in (folder / "session.vtt").read_text("utf-8").splitlines()]
    spoken = [line for line in said if len(line) > 30]
    notes = [mark.note for folder in folders for layer in demo_layers(folder) for mark in layer.marks]
    for text in [NOTE, draft.text, "D01 · session 3", *spoken, *notes]:
        forms = (text.encode(), text.encode("utf-16-le"), msgspec.json.encode(text)[1:-1])
        assert not [content for content in whole for form in forms if form in content], text


def test_a_terminal_that_is_closed_ends_everything_and_keeps_the_draft(demo: Demo) -> None:
    terminal = demo.begun()
    terminal.press("half a thought")
    terminal.wait_for("half a thought")
    pids = set(below(terminal.pid))
    assert len(pids) > 1
    terminal.close()
    wait_until(lambda: not running(pids), 15)
    assert terminal.end() == 128 + signal.SIGHUP
    draft = demo.layer().draft
    assert draft is not None
    assert draft.text == "half a thought"
    again = demo.machine.terminal("demo")
    again.wait_for("half a thought")
    again.kill()


def test_told_to_end_it_puts_the_terminal_right_and_keeps_the_draft(demo: Demo) -> None:
    terminal = demo.begun()
    terminal.press("half a thought")
    terminal.wait_for("half a thought")
    pids = set(below(terminal.pid))
    os.kill(terminal.pid, signal.SIGTERM)
    assert terminal.end() == 128 + signal.SIGTERM
    wait_until(lambda: not running(pids), 15)
    assert b"\x1b[?1049l\x1b[?25h\x1b[?1004l" in terminal.written[-100:]
    draft = demo.layer().draft
    assert draft is not None
    assert draft.text == "half a thought"


def test_a_player_that_is_killed_is_told_in_one_sentence_and_the_recall_goes_on(demo: Demo) -> None:
    before = len(demo.layer().marks)
    terminal = demo.begun()
    with Watch(terminal.pid) as watch:
        wait_until(lambda: any(one.role == "iprtool.process player" for one in watch.seen.values()))
        player = watch.of("iprtool.process player").pid
        os.kill(player, signal.SIGKILL)
        told = terminal.wait_for("The player had stopped by itself at")
        wait_until(lambda: sum(one.role == "iprtool.process player" for one in watch.seen.values()) == 2)
    at = next(second for second in range(60) if f"▶ 00:00:{second:02}" in told)
    terminal.wait_for(lambda text: any(f"▶ 00:00:{second:02}" in text for second in range(at + 2, 60)))
    terminal.press("6")
    wait_until(lambda: len(demo.layer().marks) == before + 1)
    terminal.press("\x11")
    terminal.wait_for("What is it like")
    terminal.press("\r")
    terminal.wait_for("This is a demo.")
    terminal.press_anew("\r")
    assert terminal.end() == 0


def test_a_second_recall_of_the_same_layer_is_refused_in_one_sentence(demo: Demo) -> None:
    first = demo.begun()
    second = demo.machine.terminal("demo", size=(200, 24))
    second.wait_for("iprtool: ")
    assert second.end() == 1
    assert [line.strip() for line in second.shown.split("\n") if line.startswith("iprtool: ")] == [
        "iprtool: This recall is open in another window or process: close it there, or end that process, and try again."
    ]
    first.press("6")
    first.wait_for("13 marks saved")
    first.kill()


def test_neither_the_folder_nor_the_environment_makes_it_run_or_tell_something_else(demo: Demo) -> None:
    machine = demo.machine
    for name in ("textual", "msgspec", "av", "iprtool"):
        (machine.work / f"{name}.py").write_text(f"open({str(machine.work / 'run')!r}, 'w')\n")
    machine.environment |= {"TEXTUAL_LOG": str(machine.work / "log"), "TEXTUAL": "debug"}
    terminal = demo.begun()
    terminal.press(NOTE + "\r")
    terminal.wait_for("13 marks saved")
    terminal.kill()
    assert not (machine.work / "run").exists()
    assert not (machine.work / "log").exists()


def test_the_researchers_review_shows_every_layer_and_changes_none(demo: Demo) -> None:
    before = state(demo.path)
    terminal = demo.machine.terminal("review", demo.path, *where("D01", 3))
    shown = terminal.wait_for("client ✓ 12  therapist ✓ 10  researcher ✓ 8")
    terminal.press("rr")
    shown = terminal.wait_for("Misperception · withdrawal rupture")
    assert "client  01:45" in shown
    assert "therapist  01:43" in shown
    terminal.press("p")
    terminal.wait_for("▶ 00:01:46")
    terminal.press("q")
    assert terminal.end() == 0
    assert state(demo.path) == before
