"""Whatever is wrong with what the command line is given ends in one sentence, and nothing of it is left behind."""

import os
import shutil
import signal
import sys
import time
from collections import namedtuple
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from iprtool.adding import add_recording, make_study_of_one
from iprtool.desk.people import ensure_session
from iprtool.model.errors import StoreError
from iprtool.model.study import Session
from iprtool.store.keys import open_keyring
from iprtool.store.study import Study
from tests.machine import PASSPHRASE, WITH_PASSPHRASE, Machine, one_sentence, state, where
from tests.sounds import Kind, make_recording

if sys.platform != "win32":
    from tests.terminal import refusal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal needs Linux or macOS")

WIDE = (300, 24)


def test_without_a_terminal_a_screen_is_refused_before_anything_is_done(machine: Machine) -> None:
    before = state(machine.home), state(machine.work)
    screens = [("demo",), ("open", "session.m4a"), ("recall", "A.ipr", "--by", "client"), ("review", "A.ipr")]
    for done in machine.run_all(screens):
        assert "needs a terminal" in one_sentence(done)
    assert (state(machine.home), state(machine.work)) == before


def test_a_terminal_that_can_show_no_screen_is_refused(machine: Machine) -> None:
    machine.environment["TERM"] = "dumb"
    assert "needs a terminal" in refusal(machine.terminal("demo", size=WIDE))


def test_without_a_terminal_a_passphrase_is_not_asked_for(machine: Machine) -> None:
    done = machine.run("verify", "A.ipr")
    assert "say --passphrase-file FILE instead" in one_sentence(done)


def spoil(work: Path) -> None:
    """Files that are no recordings, or no longer."""
    (work / "empty.wav").touch()
    (work / "text.mp4").write_text("ffconcat version 1.0\nfile session.m4a\n")
    (work / "folder.wav").mkdir()
    cuts: dict[Kind, int] = {"mp4": 3_000, "wav": 30, "ogg": 1_500, "mkv": 200}
    for kind, cut in cuts.items():
        whole = make_recording(work / f"whole.{kind}", kind, 2)
        (work / f"cut.{kind}").write_bytes(whole.read_bytes()[:cut])


NO_RECORDINGS = {
    "missing.wav": "was not found",
    "empty.wav": "is empty",
    "text.mp4": "is a text file",
    "folder.wav": "is a folder",
    "cut.mp4": "is cut short",
    "cut.wav": "cut.wav is",
    "cut.ogg": "is damaged, or no recording",
    "cut.mkv": "cut.mkv is",
    "/dev/null": "is not an ordinary file",
    "x" * 300: "could not be opened",
}


def test_what_is_no_recording_is_refused_and_leaves_nothing(machine: Machine) -> None:
    spoil(machine.work)
    before = state(machine.work / "A.ipr")
    added = machine.run_all([("add", "A.ipr", name, *where("D02", 1), *WITH_PASSPHRASE) for name in NO_RECORDINGS])
    for done, why in zip(added, NO_RECORDINGS.values(), strict=True):
        assert why in one_sentence(done)
    assert state(machine.work / "A.ipr") == before
    assert list(machine.temporary.iterdir()) == []


def test_a_recording_cut_short_in_its_sound_is_kept_as_far_as_it_goes_and_told(machine: Machine) -> None:
    whole = make_recording(machine.work / "whole.wav", "wav", 3)
    (machine.work / "cut.wav").write_bytes(whole.read_bytes()[:200_000])
    said = machine.says("add", "A.ipr", "cut.wav", *where("D02", 1), *WITH_PASSPHRASE)
    assert said.startswith("Added to D02, session 1: 00:00:02. The file is cut short: it ends at 00:02;")


@pytest.mark.skipif(sys.platform != "linux", reason="the rights of the superuser are taken away as on Linux")
def test_a_file_that_may_not_be_read_is_refused(machine: Machine) -> None:
    closed = machine.work / "session.m4a"
    closed.chmod(0)
    # The superuser may read it all the same, unless that right is taken away.
    lowered = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if os.geteuid() == 0 else ()
    before = state(machine.work / "A.ipr")
    done = machine.run("add", "A.ipr", "session.m4a", *where("D02", 1), *WITH_PASSPHRASE, prefix=lowered)
    assert "session.m4a may not be read" in one_sentence(done)
    assert state(machine.work / "A.ipr") == before


ADD = ("add", "A.ipr", "session.m4a")
BAD_INPUTS: list[tuple[tuple[str, ...], str]] = [
    (("add", "none.ipr", "session.m4a", *where("D01", 1)), "none.ipr is no study"),
    (("add", "session.m4a", "session.m4a", *where("D01", 1)), "session.m4a is no study"),
    ((*ADD, *where("Anna K.", 1)), "label is a short pseudonym"),
    ((*ADD, *where("\x1b[31mD", 1)), "label is a short pseudonym"),
    ((*ADD, *where("D02", 1), "--transcript", "passphrase"), "begins with the word WEBVTT"),
    ((*ADD, *where("D02", 1), "--transcript", "none.vtt"), "none.vtt was not found"),
    (("verify", "none.ipr"), "none.ipr is no study"),
    (("verify", "x" * 300), "File name too long"),
    (("recover", "none.ipr"), "none.ipr is no study"),
    (("new", "A"), "There is something at A.ipr already"),
    (("new", "x" * 300), "File name too long"),
    (("new", "passphrase/B"), "B.ipr could not be made"),
]


def test_a_bad_input_ends_in_one_sentence_and_changes_nothing(machine: Machine) -> None:
    before = state(machine.work)
    ended = machine.run_all([(*arguments, *WITH_PASSPHRASE) for arguments, _ in BAD_INPUTS])
    for done, (_, why) in zip(ended, BAD_INPUTS, strict=True):
        assert why in one_sentence(done)
    assert state(machine.work) == before


NO_RECALLS: list[tuple[tuple[str, ...], str]] = [
    ((*where("D01", 9), *WITH_PASSPHRASE), "There is no session 9 of D01 in this study (dyads: D01)"),
    (("--dyad", "D09", *WITH_PASSPHRASE), "There is no session of D09 in this study"),
    (("--session", "2", *WITH_PASSPHRASE), "There is no session 2 in this study"),
    (("--codebook", "3rs-2022", *WITH_PASSPHRASE), "is not in plain words"),
    (("--codebook", "none.toml", *WITH_PASSPHRASE), "none.toml: there is no such file"),
    (("--codebook", "none", *WITH_PASSPHRASE), "no codebook 'none' comes with iprtool"),
    (("--passphrase-file", "other"), "The passphrase does not open this keyring"),
    (("--passphrase-file", "none"), "none holds no passphrase that can be read"),
]


def test_a_recall_that_cannot_be_begins_nothing(machine: Machine) -> None:
    before = state(machine.work)
    started = [machine.terminal("recall", "A.ipr", "--by", "client", *more, size=WIDE) for more, _ in NO_RECALLS]
    for terminal, (_, why) in zip(started, NO_RECALLS, strict=True):
        assert why in refusal(terminal)
    assert state(machine.work) == before


@pytest.mark.parametrize("kind", ["media", "derived"])
def test_a_study_with_a_missing_object_is_told_and_no_recall_is_begun(machine: Machine, kind: str) -> None:
    with machine.study() as study:
        path = study.path_of(next(one.id for one in study.objects() if one.kind == kind))
    path.unlink()
    before = state(machine.work)
    said = refusal(machine.terminal("recall", "A.ipr", "--by", "client", *WITH_PASSPHRASE, size=WIDE))
    assert said == (
        f"iprtool: {path.name} is missing from the study: the folder may be half copied, so copy it again whole."
    )
    assert state(machine.work) == before
    done = machine.run("verify", "A.ipr", *WITH_PASSPHRASE)
    assert done.returncode == 1
    assert path.name in done.stdout


def test_wrong_keys_of_ones_own_are_told_before_a_recall_is_begun(machine: Machine) -> None:
    (machine.home / "config" / "keys.toml").write_text('wrod_1 = "a"\n')
    before = state(machine.work)
    assert "there is no command wrod_1" in refusal(
        machine.terminal("recall", "A.ipr", "--by", "client", *WITH_PASSPHRASE, size=WIDE)
    )
    assert state(machine.work) == before


def test_a_study_without_sessions_says_so(machine: Machine) -> None:
    machine.says("new", "B", *WITH_PASSPHRASE)
    said = refusal(machine.terminal("recall", "B.ipr", "--by", "client", *WITH_PASSPHRASE, size=WIDE))
    assert said == "iprtool: There is no session in this study (dyads: none yet); add its recording first."


def test_what_is_no_usage_exits_with_2(known: Machine) -> None:
    wrong: list[tuple[str, ...]] = [
        ("recall", "A.ipr", "--by", "nobody"),
        ("recall", "A.ipr"),
        (*ADD, "--dyad", "D01"),
        (*ADD, *where("D01", 0)),
        ("nothing",),
    ]
    for done in known.run_all(wrong):
        assert (done.returncode, done.stdout) == (2, "")
        assert "Usage: " in done.stderr
        assert "Traceback" not in done.stderr


def test_a_home_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    (machine.work / "passphrase").write_text(PASSPHRASE)
    machine.environment["IPRTOOL_HOME"] = str(machine.work / "passphrase")
    for arguments in (("demo", "--where"), ("new", "A", *WITH_PASSPHRASE)):
        assert "passphrase" in one_sentence(machine.run(*arguments))
    assert [path.name for path in machine.files()] == ["passphrase"]


def part_made(machine: Machine) -> bool:
    """Whether a recording is being sealed, and some of it is on the disk."""
    parts = (machine.work / "A.ipr" / "objects").glob("*.part")
    return any(path.stat().st_size > 200_000 for path in parts)


def wait_until(is_so: Callable[[], bool], patience_s: float = 30) -> None:
    until = time.monotonic() + patience_s
    while not is_so():
        assert time.monotonic() < until, "it never came to it"
        time.sleep(0.002)


def test_ctrl_c_during_sealing_leaves_nothing(machine: Machine) -> None:
    make_recording(machine.work / "long.wav", "wav", 60)
    before = set(state(machine.work))
    running = machine.start("add", "A.ipr", "long.wav", *where("D02", 1), *WITH_PASSPHRASE)
    wait_until(lambda: part_made(machine) or running.poll() is not None)
    os.killpg(running.pid, signal.SIGINT)
    said, complained = running.communicate(timeout=30)
    assert running.returncode == 130
    assert said == ""
    assert complained == ""
    assert set(state(machine.work)) == before
    with machine.study() as study:
        assert [dyad.label for dyad in study.dyads()] == ["D01"]
        assert len(study.recordings()) == 1
    assert "A.ipr is sound." in machine.says("verify", "A.ipr", *WITH_PASSPHRASE)
    assert list(machine.temporary.iterdir()) == []


def ignore(share: float) -> None:
    assert 0 <= share <= 1


def test_no_room_on_the_disk_is_told_with_how_much_is_lacking(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = (machine.work / "session.m4a").stat().st_size
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(size, 0, size))
    with machine.study() as study:
        before = state(study.path)
        where = partial(ensure_session, study, "D02", 1)
        told = r"There is no room on the disk for session\.m4a: free another 1 MB and try again\."
        with pytest.raises(StoreError, match=told):
            add_recording(study, where, machine.work / "session.m4a", ignore)
        assert state(study.path) == before


def test_a_session_that_cannot_be_noted_leaves_neither_recording_nor_dyad(machine: Machine) -> None:
    def refuse() -> Session:
        raise StoreError("The disk is full.")

    before = set(state(machine.work))
    with machine.study() as study:
        with pytest.raises(StoreError, match="full"):
            add_recording(study, refuse, machine.work / "session.m4a", ignore)
        assert (len(study.recordings()), len(study.dyads())) == (1, 1)
    assert set(state(machine.work)) == before


def test_a_study_of_one_is_there_whole_or_not_at_all(machine: Machine) -> None:
    keyring = open_keyring(machine.home / "config" / "keyring", PASSPHRASE)
    path = machine.work / "opened" / "one.ipr"
    session = partial(ensure_session, dyad_label="D01", number=1)

    def stop(share: float) -> None:
        if share > 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_study_of_one(path, keyring, session, machine.work / "session.m4a", stop)
    assert list(path.parent.iterdir()) == []
    shutil.copytree(machine.work / "A.ipr", path.with_name("one.ipr.part"))  # as a power cut leaves it
    assert make_study_of_one(path, keyring, session, machine.work / "session.m4a", ignore) == ""
    assert [each.name for each in path.parent.iterdir()] == ["one.ipr"]
    with Study.open(path, keyring) as study:
        assert len(study.recordings()) == 1
        assert "someone you trust" in study.contact
