"""A coder is blind by construction: what their process opens, and what their screen shows, is never another's layer."""

import sys
from pathlib import Path

import msgspec
import pytest

from iprtool.codebooks.loader import shipped
from iprtool.desk.codings import begin_coding, coding_grant
from iprtool.desk.people import the_only_session
from iprtool.desk.recalls import begin_recall, codebook_for
from iprtool.edits import Hand
from iprtool.model.coding import SegmentCode
from iprtool.model.layer import LayerContent, Marked, OpBody, Put
from iprtool.model.mark import Mark
from iprtool.model.study import Person
from iprtool.store.layer import LayerFile, read_layer
from iprtool.store.study import Study
from tests.machine import PASSPHRASE, WITH_PASSPHRASE, Machine, known_machine, one_sentence

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked at through /proc")

if sys.platform == "linux":
    from tests.processes import Watch, wait_until
    from tests.terminal import Terminal

SECRET = "nobody who codes may read this"
CODE = ("code", "A.ipr", "--coder", "K1", *WITH_PASSPHRASE)


def write(study: Study, layer: str, body: OpBody) -> None:
    with LayerFile(study.path_of(layer), study.key_of(layer)) as log:
        log.commit([Hand("other", "dev").op("e", body)]).result(30)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A session with a client's recall and another coder's coding, each with something in it."""
    machine = known_machine(tmp_path_factory.mktemp("known"))
    machine.environment["IPRTOOL_PLAYER"] = "embedded"
    with machine.study() as study:
        session = the_only_session(study)[1]
        recall = begin_recall(study, session, "client", codebook=codebook_for("client", None))
        assert recall.layer is not None
        write(study, recall.layer, Marked(Mark("e", "recaller", "point", 1_000, 1_000, 40, note=SECRET)))
        study.put(Person("k1", "K1", "observer"))
        other = begin_coding(study, session, "ZULU", codebook=shipped("3rs-2015"))
        write(study, other.layer, Put(SegmentCode(0, "cf_rejects_intervention", "plus", note=SECRET)))
    return machine


@pytest.fixture
def machine(template: Machine, tmp_path: Path) -> Machine:
    return template.copied(tmp_path)


def coding_of(machine: Machine, coder: str = "K1") -> LayerContent:
    """A coder's layer as it is on the disk."""
    with machine.study() as study:
        layer = next(one.layer for one in study.codings() if one.coder == coder)
        return read_layer(study.path_of(layer), study.key_of(layer))


def begun(machine: Machine, size: tuple[int, int] = (120, 40)) -> "Terminal":
    terminal = machine.terminal(*CODE, size=size)
    terminal.wait_for("segment 1 of 1")
    return terminal


def test_a_coders_processes_have_their_own_layer_the_recording_outline_and_transcript(machine: Machine) -> None:
    terminal = begun(machine)
    with Watch(terminal.pid) as watch:
        wait_until(lambda: "iprtool.process player" in {one.role for one in watch.seen.values()})
        terminal.press("1")
        wait_until(lambda: len(coding_of(machine).values) == 1)
        terminal.press(" ")
        terminal.wait_for("▶ 00:00:0")
        terminal.read(0.5)
    processes = list(watch.seen.values())
    terminal.kill()
    with machine.study() as study:
        (recording,) = study.recordings()
        layers = {one.coder: one.layer for one in study.codings()}
        others = {layers["ZULU"], *(one.layer for one in study.recalls())}
        keys = [study.key_of(one.id) for one in study.objects()]
        folder = study.path
    allowed = {layers["K1"], recording.media, recording.peaks, recording.transcript}
    touched = {Path(path) for one in processes for path in one.opened if str(folder) in path}
    objects = {path.name.partition(".")[0] for path in touched - {folder / "objects"}}
    assert {layers["K1"], recording.media} <= objects <= allowed
    assert not objects & others
    assert not [path for one in processes for path in one.opened if "keyring" in path or "study.json" in path]
    told = "\0".join(one.environment + "\0".join(one.arguments) for one in processes)
    assert not [key for key in keys if key.hex() in told.lower()]
    assert {one.core_limit.split()[0] for one in processes} == {"0"}


def test_nothing_of_any_other_layer_is_ever_on_the_screen(machine: Machine) -> None:
    terminal = begun(machine, size=(160, 60))
    shown: list[str] = []

    def see(keys: str, until: str) -> None:
        terminal.press(keys)
        terminal.wait_for(until)
        terminal.read(0.05)
        shown.append(terminal.shown)

    see("", "segments 0/1")
    see("?", "coded to its end")
    see("q", "segments 0/1")
    see("\x10", "Search for commands")
    for word in ("review", "unblind", "screensh", "export"):
        see(word, "No matches found")
        see("\x15", "Search for commands")
    terminal.press("\x1b")
    terminal.wait_for(lambda now: "Search for commands" not in now)
    see("l", "What is left")
    see("l", "segments 0/1")
    see("s", "whole session")
    see("s", "segment 1 of 1")
    see("e", "◆1")
    see("m", "◆ 00:00")
    see("\r", "segments 1/1")
    see("L", "Lock this coding")
    terminal.press("\x1b")
    terminal.kill()
    everything = "\n".join(shown).casefold()
    content = coding_of(machine)
    assert "denial" in everything
    with machine.study() as study:
        others = [one.layer or "" for one in study.recalls()]
    for text in (SECRET, "ZULU", "client's", "therapist:", "recall by", *others):
        assert text.casefold() not in everything, text
    assert content.head.purpose == "coding"


def test_the_grant_tells_of_no_other_layer(machine: Machine) -> None:
    with machine.study() as study:
        session = the_only_session(study)[1]
        coding = begin_coding(study, session, "K1", codebook=shipped("3rs-2015"))
        told = msgspec.json.encode(coding_grant(study, coding)).decode()
        layers = [one.layer for one in study.recalls()] + [one.layer for one in study.codings()]
        others = [layer for layer in layers if layer and layer != coding.layer]
    assert len(others) == 2
    assert not [layer for layer in others if layer in told]


def test_leaving_a_coding_begun_at_the_command_line_ends_there(machine: Machine) -> None:
    terminal = begun(machine)
    terminal.press("q")
    assert terminal.end() == 0
    assert "Passphrase" not in terminal.shown


def test_leaving_a_coding_begun_in_the_library_leads_to_the_passphrase_and_not_past_it(machine: Machine) -> None:
    begun(machine).kill()
    terminal = machine.terminal("library", "A.ipr")
    terminal.wait_for("Passphrase")
    terminal.press(f"{PASSPHRASE}\r")
    terminal.wait_for("K1")
    terminal.press("\x1b[B" * 6)
    terminal.wait_for("▸ coding K1")
    terminal.press("\r")
    terminal.wait_for("coding by K1")
    # The library's process is the coder's now: none waits beside it with the keyring open.
    assert "iprtool.serve" in Path(f"/proc/{terminal.pid}/cmdline").read_text()
    terminal.press("q")
    terminal.wait_for("Passphrase")
    assert "session" not in terminal.shown
    terminal.press("wrong\r")
    terminal.wait_for("does not open this keyring")
    assert "session" not in terminal.shown
    terminal.kill()


def test_a_coding_that_is_open_is_not_opened_or_unlocked_beside_itself(machine: Machine) -> None:
    first = begun(machine)
    second = machine.terminal(*CODE, size=(200, 24))
    second.wait_for("iprtool: ")
    assert second.end() == 1
    assert second.shown.split("\n")[0].strip() == (
        "iprtool: This coding is open in another window or process: close it there, or end that process, and try again."
    )
    first.kill()


def test_a_coding_by_the_command_line_from_its_first_code_to_seeing_the_others(machine: Machine) -> None:
    where = ("A.ipr", "--coder", "K1", *WITH_PASSPHRASE)
    assert "not coded this session (coders: ZULU)" in one_sentence(machine.run("unblind", *where))
    terminal = begun(machine)
    terminal.press("2+\r")
    terminal.wait_for("segments 1/1")
    for key in "12345":
        terminal.press(key)
    terminal.wait_for("session 5/5")
    assert "not locked yet" in one_sentence(machine.run("unblind", *where))
    terminal.press("L")
    terminal.wait_for("Nothing is left")
    terminal.press("\r")
    terminal.wait_for("LOCKED")
    terminal.press("q")
    assert terminal.end() == 0
    listed = machine.says("codings", "A.ipr", *WITH_PASSPHRASE).splitlines()
    assert [line.split()[-1] for line in listed] == ["open", "locked"]
    assert "segments 1 of 1" in listed[1]
    assert "needs its reason" in one_sentence(machine.run("unlock", *where, "--reason", " "))
    assert machine.says("unlock", *where, "--reason", "one code was missed").startswith("The coding by K1 is unlocked")
    again = machine.terminal(*CODE)
    again.wait_for("segments 1/1")
    assert "LOCKED" not in again.shown
    again.press("L")
    again.wait_for("Nothing is left")
    again.press("\r")
    again.wait_for("LOCKED")
    again.kill()
    assert machine.says("unblind", *where).startswith("K1 may see the other layers of this session")
    assert "stays as it was locked" in one_sentence(machine.run("unlock", *where, "--reason", "more"))
    (_, state) = msgspec.json.decode(machine.says("codings", "A.ipr", "--json", *WITH_PASSPHRASE))
    assert (state["coding"]["locked"], state["coding"]["unblinded"]) == (True, True)
    assert machine.says("verify", "A.ipr", *WITH_PASSPHRASE) == "A.ipr is sound.\n"
    kinds = [op.kind for op in coding_of(machine).ops if op.kind in ("lock", "unlock", "unblind")]
    assert kinds == ["lock", "unlock", "lock", "unblind"]


def test_what_a_coding_cannot_be_begun_with_is_said_in_one_sentence(machine: Machine) -> None:
    def refused(*options: str) -> str:
        terminal = machine.terminal("code", "A.ipr", *WITH_PASSPHRASE, *options, size=(300, 24))
        terminal.wait_for("iprtool: ")
        assert terminal.end() == 1
        return "".join(terminal.shown.splitlines()).rstrip()

    assert "is coded with 3RS-2015, and the versions of the 3RS are not mixed" in refused(
        "--coder", "K1", "--codebook", "3rs-2022"
    )
    assert "keeps them; leave --codebook and --segment out" in refused("--coder", "ZULU", "--segment", "1m")
    assert "short pseudonym" in refused("--coder", "Dr. No")
    assert "no coder 'K77' in this study (coders: K1, ZULU); add a new one with: iprtool person add" in refused(
        "--coder", "K77"
    )
    assert "needs a terminal" in one_sentence(machine.run(*CODE))
    wrong = machine.run("code", "A.ipr", "--coder", "K2", "--segment", "soon")
    assert wrong.returncode == 2
    assert "is no length of time" in " ".join(wrong.stderr.split())
