"""The real command line, as it is meant: a study from its first passphrase to its export and its recovery."""

import json
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from iprtool import __version__
from iprtool.store.derived import read_transcript
from tests.machine import PASSPHRASE, WITH_PASSPHRASE, Machine, one_sentence, where

if sys.platform != "win32":
    from tests.terminal import Terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal needs Linux or macOS")


def test_version_and_help_name_what_there_is(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    assert machine.says("--version") == f"iprtool {__version__}\n"
    helped = machine.says("--help")
    for name in ("demo", "open", "new", "add", "recall", "review", "export", "verify", "recover", "doctor", "codebook"):
        assert f" {name} " in helped
    assert machine.says().split() == helped.split()
    assert list(machine.files()) == []


def test_the_first_study_makes_the_keyring_and_shows_its_recovery_key_once(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    (machine.work / "passphrase").write_text(PASSPHRASE + "\n")
    first = machine.says("new", "First", *WITH_PASSPHRASE)
    assert first.count("AGE-SECRET-KEY-1") == 1
    assert "First.ipr is ready" in first
    assert (machine.home / "config" / "keyring").exists()
    assert "AGE-SECRET-KEY-1" not in machine.says("new", "Second.ipr", *WITH_PASSPHRASE)
    assert sorted(path.name for path in machine.work.iterdir()) == ["First.ipr", "Second.ipr", "passphrase"]
    recovery = first[first.index("AGE-SECRET-KEY-1") :].split()[0].encode()
    assert not [path for path in machine.files() if recovery in path.read_bytes()]


def test_a_passphrase_that_is_too_short_is_asked_for_again_before_it_is_repeated(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    terminal = machine.terminal("new", "A")
    terminal.wait_for("Choose a passphrase (8 characters or more):")
    terminal.press("short\n")
    terminal.wait_for(lambda shown: shown.count("Choose a passphrase") == 2)
    assert "A passphrase has at least 8 characters" in terminal.shown
    assert "Repeat" not in terminal.shown
    terminal.press("\x03")
    assert terminal.end() == 1
    assert list(machine.files()) == []


def test_every_command_asks_again_for_a_mistyped_passphrase(machine: Machine) -> None:
    terminal = machine.terminal("status", "A.ipr")
    terminal.wait_for("Passphrase:")
    terminal.press("wrong\n")
    terminal.wait_for(lambda shown: shown.count("Passphrase:") == 2)
    terminal.press(PASSPHRASE + "\n")
    terminal.wait_for("D01")
    assert terminal.end() == 0


TRYING = """
import time
from pathlib import Path
from iprtool import console
from iprtool.model.errors import PassphraseError

def tried(path, passphrase):
    print("trying it", flush=True)
    while passphrase == "the last" and not Path("go").exists():
        time.sleep(0.01)
    raise PassphraseError("No.")

console.open_keyring = tried
try:
    console.keyring_for(Path("A.ipr"), None)
except PassphraseError:
    print(f"left: {input('what comes after: ')}")
"""


def test_what_is_typed_while_the_last_try_fails_is_not_shown_and_does_not_reach_the_shell(machine: Machine) -> None:
    terminal = Terminal([sys.executable, "-c", TRYING], machine.environment, folder=machine.work)
    for number, typed in enumerate(("one\n", "another\n", "the last\n"), 1):
        terminal.wait_for(lambda shown, number=number: shown.count("Passphrase:") == number)  # type: ignore[misc]  # a lambda with a default
        terminal.press(typed)
    terminal.wait_for(lambda shown: shown.count("trying it") == 3)
    terminal.press(PASSPHRASE + "\n")
    terminal.read(0.2)
    (machine.work / "go").touch()
    terminal.wait_for("what comes after:")
    terminal.press("nothing\n")
    terminal.wait_for("left: nothing")
    assert terminal.end() == 0
    assert "horse" not in terminal.shown


def test_a_passphrase_that_is_asked_for_is_typed_twice_alike_and_never_shown(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    terminal = machine.terminal("new", "A")
    terminal.wait_for("Choose a passphrase (8 characters or more):")
    terminal.press("one thing\n")
    terminal.wait_for("Repeat")
    terminal.press("another thing\n")
    terminal.wait_for("do not match")
    terminal.wait_for(lambda shown: shown.count("Choose a passphrase (8 characters or more):") == 2)
    terminal.press(PASSPHRASE + "\n")
    terminal.wait_for(lambda shown: shown.count("Repeat") == 2)
    terminal.press(PASSPHRASE + "\n")
    terminal.wait_for("Press Enter once you have it")
    assert "AGE-SECRET-KEY-1" in terminal.shown
    terminal.press("\n")
    terminal.wait_for("A.ipr is ready")
    assert terminal.end() == 0
    assert "thing" not in terminal.shown
    assert "horse" not in terminal.shown
    assert "AGE-SECRET-KEY" not in terminal.shown

    again = machine.terminal("verify", "A.ipr")
    again.wait_for("Passphrase:")
    again.press(PASSPHRASE + "\n")
    again.wait_for("A.ipr is sound.")
    assert again.end() == 0


def test_an_added_recording_has_its_transcript_and_the_original_stays_as_it_was(known: Machine) -> None:
    with known.study() as study:
        (recording,) = study.recordings()
        assert recording.transcript is not None
        (utterance,) = read_transcript(study.path_of(recording.transcript), study.key_of(recording.transcript))
        assert (utterance.speaker, utterance.start_ms, utterance.text) == ("client", 500, "It was a long week.")
        assert recording.original_sha256 == sha256((known.work / "session.m4a").read_bytes()).hexdigest()
        assert study.contact == "Call the clinic."


def test_the_same_recording_twice_is_added_and_told(machine: Machine) -> None:
    said = machine.says("add", "A.ipr", "session.m4a", *where("D01", 2), *WITH_PASSPHRASE)
    assert "This recording is in the study already; it was added once more." in said
    with machine.study() as study:
        assert len(study.recordings()) == len(study.sessions()) == 2
        assert len(study.dyads()) == 1
    assert "A.ipr is sound." in machine.says("verify", "A.ipr", *WITH_PASSPHRASE)


def test_a_file_opened_again_opens_the_same_study(machine: Machine) -> None:
    for note in ("the first thought", "the second thought"):
        terminal = machine.terminal("open", "session.m4a", *WITH_PASSPHRASE)
        shown = terminal.wait_for("recall by THERAPIST")
        shown = terminal.wait_for("saved")
        assert ("the first thought" in shown) is (note == "the second thought")
        terminal.press(note)
        terminal.wait_for(note)
        terminal.press("\r")
        terminal.wait_for(f"“{note}”"[:20])
        terminal.wait_for("saved")
        terminal.press("\x11")
        terminal.wait_for("What is it like to have watched this?")
        terminal.press("\r")
        terminal.wait_for(lambda shown: "What is it like" not in shown)
        terminal.press_anew("\r")
        assert terminal.end() == 0
    (study,) = (machine.home / "data" / "opened").iterdir()
    assert "is sound" in machine.says("verify", study, *WITH_PASSPHRASE)


def test_the_recovery_key_really_opens_the_studies_with_a_new_passphrase(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    (machine.work / "passphrase").write_text(PASSPHRASE)
    (machine.work / "new one").write_text("another passphrase")
    said = machine.says("new", "A", *WITH_PASSPHRASE)
    machine.says("new", "B", *WITH_PASSPHRASE)
    (machine.work / "key").write_text(said[said.index("AGE-SECRET-KEY-1") :].split()[0] + "\n")
    new_one = ("--passphrase-file", "new one")
    assert "is at" in one_sentence(machine.run("recover", "A.ipr", *new_one, "--recovery-key-file", "key"))

    for path in (machine.home / "config").iterdir():
        path.unlink()
    (machine.work / "no key").write_text("AGE-SECRET-KEY-1QQQQ\n")
    wrong = machine.run("recover", "A.ipr", *new_one, "--recovery-key-file", "no key")
    assert "This is not the recovery key of this study" in one_sentence(wrong)
    assert list((machine.home / "config").iterdir()) == []

    machine.says("recover", "A.ipr", *new_one, "--recovery-key-file", "key")
    for study in ("A.ipr", "B.ipr"):
        assert "is sound" in machine.says("verify", study, *new_one)
        assert "passphrase does not open" in one_sentence(machine.run("verify", study, *WITH_PASSPHRASE))


def test_what_is_exported_verifies_and_what_was_changed_in_it_does_not(machine: Machine) -> None:
    result = json.loads(machine.says("export", "A.ipr", "--to", "out", "--json", *WITH_PASSPHRASE))
    folder = machine.work / result["folder"]
    assert (result["rows"]["sessions"], result["rows"]["recordings"], result["rows"]["recalls"]) == (1, 1, 0)
    assert machine.says("verify", folder) == f"{folder.name} is sound.\n"
    (folder / "README.md").write_text("other")
    spoilt = machine.run("verify", folder)
    assert spoilt.returncode == 1
    assert spoilt.stdout == "README.md is not as it was exported: copy the export again.\n"


@pytest.mark.parametrize("kind", ["media", "derived"])
def test_a_flipped_byte_is_found_and_said(machine: Machine, kind: str) -> None:
    with machine.study() as study:
        path = study.path_of(next(one.id for one in study.objects() if one.kind == kind))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    done = machine.run("verify", "A.ipr", *WITH_PASSPHRASE)
    assert done.returncode == 1
    assert done.stderr == ""
    assert f"{path.name}" in done.stdout
    assert "put back a copy of the file" in done.stdout
    findings = json.loads(machine.run("verify", "A.ipr", "--json", *WITH_PASSPHRASE).stdout)
    assert [finding["object"] for finding in findings] == [path.stem]


def test_a_codebook_is_checked_line_by_line(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    good = 'id = "mine"\nversion = "1"\ntitle = "Mine"\nsource = "us"\n\n[[codes]]\nid = "warm"\nlabel = "warm"\n'
    (machine.work / "good.toml").write_text(good)
    (machine.work / "bad.toml").write_text(good.replace('label = "warm"', 'label = 7\nlable = "x"'))
    assert machine.says("codebook", "check", "good.toml") == "Mine, version 1: 1 codes.\n"
    bad = machine.run("codebook", "check", "bad.toml")
    assert bad.returncode == 1
    assert bad.stdout == ""
    first, second = bad.stderr.splitlines()
    assert first.startswith("bad.toml:8: ")
    assert second.startswith("bad.toml:9: ")
    listed = machine.says("codebook", "list")
    for name in ("recaller-plain", "therapist-plain", "3rs-2022", "client-reactions-1988"):
        assert name in listed


def test_the_doctor_says_what_was_found(known: Machine) -> None:
    found = {one["what"]: one for one in json.loads(known.says("doctor", "--json"))}
    assert found["iprtool"]["found"].startswith(__version__)
    assert found["embedded"]["ok"]
    assert found["player"]["ok"]
    assert found["keyring"]["found"] == str(known.home / "config" / "keyring")


def test_the_doctor_advises_where_something_is_missing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    machine = Machine(tmp_path, PYTHON_VLC_LIB_PATH=str(tmp_path / "libvlc.so.5"), PYTHONIOENCODING="ascii")
    machine.environment["IPRTOOL_HOME"] = str(tmp_path / "file")
    said = machine.says("doctor")
    lines = {line[4:].split()[0]: line for line in said.splitlines() if not line.startswith("    ")}
    assert lines["vlc"].split() == ["!!", "vlc", "not", "found"]
    assert "PYTHON_VLC_LIB_PATH leads to no VLC that can be used here; correct it" in said
    assert lines["player"].endswith("embedded plays")
    assert lines["picture"].endswith("in the terminal")
    assert lines["terminal"].startswith("!!")
    assert lines["data"].startswith("!!")
