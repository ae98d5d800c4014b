"""A session's recording comes into the study by the command line, of one file or of several, with its speakers."""

import hashlib
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from iprtool.adding import add_recording, add_transcript
from iprtool.desk.people import ensure_session
from iprtool.model.errors import MediaError
from iprtool.model.study import Utterance
from iprtool.store.derived import PeaksFile, read_transcript
from iprtool.store.media import SealedSource
from tests.machine import WITH_PASSPHRASE, Machine, known_machine, one_sentence, state, where
from tests.sounds import make_recording

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the commands are run as on Linux and macOS")


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    machine = known_machine(tmp_path_factory.mktemp("known"))
    for seed, seconds in ((1, 4), (2, 3)):
        make_recording(machine.work / f"{seed}.m4a", "m4a", seconds, seed=seed)
    make_recording(machine.work / "D.wav", "wav", 1, channels=2)
    return machine


def test_several_files_become_one_recording_with_its_gaps(machine: Machine) -> None:
    before = {name: (machine.work / name).read_bytes() for name in ("session.m4a", "1.m4a", "2.m4a")}
    said = machine.says("add", "A.ipr", *before, *where("D05", 3), "--gap", "1:30", "--gap", "0", *WITH_PASSPHRASE)
    assert said.startswith("Added to D05, session 3: 00:01:40.")
    assert "Some of these files are in the study already; they were added once more." in said
    assert "gap" not in said
    assert {name: (machine.work / name).read_bytes() for name in before} == before
    with machine.study() as study:
        recording = study.recordings()[-1]
        first, second, third = recording.parts
        assert recording.original_sha256 == hashlib.sha256(b"".join(before.values())).hexdigest()
        assert [part.original_sha256 for part in recording.parts] == [
            hashlib.sha256(data).hexdigest() for data in before.values()
        ]
        assert second.start_ms == first.duration_ms + 90_000
        assert third.start_ms == second.start_ms + second.duration_ms
        assert recording.duration_ms == third.start_ms + third.duration_ms
        assert len(recording.silences) == 1 and len(recording.gaps) == 1
        assert recording.gaps[0] == pytest.approx((first.duration_ms, second.start_ms), abs=45)
        assert recording.peaks is not None
        peaks = PeaksFile(study.path_of(recording.peaks), study.key_of(recording.peaks))
        outline = b"".join(chunk.pairs for chunk in peaks.read())
        peaks.close()
        assert len(outline) == 4 * -(-recording.duration_ms // 10)
        assert outline[4 * 400 : 4 * 9200] == bytes(4 * 8800)
        assert outline[4 * 9400 : 4 * 9500] != bytes(400)


def test_without_a_gap_given_it_is_said_which_was_taken_and_how_to_change_it(machine: Machine) -> None:
    said = machine.says("add", "A.ipr", "1.m4a", "2.m4a", *where("D05", 3), *WITH_PASSPHRASE)
    assert "The files follow each other without a gap, since their own times tell of none" in said
    assert "--gap 90s" in said
    again = machine.says("add", "A.ipr", "1.m4a", *where("D05", 4), *WITH_PASSPHRASE)
    assert "This recording is in the study already, joined with others; it was added once more." in again
    again = machine.says("add", "A.ipr", "1.m4a", "2.m4a", *where("D05", 5), "--gap", "0", *WITH_PASSPHRASE)
    assert "This recording is in the study already; it was added once more." in again


def test_who_is_on_which_channel_is_kept_and_both_channels_with_it(machine: Machine) -> None:
    make_recording(machine.work / "two.wav", "wav", 3, channels=2)
    machine.says("add", "A.ipr", "two.wav", *where("D05", 3), "--channels", "therapist,second-client", *WITH_PASSPHRASE)
    with machine.study() as study:
        recording = study.recordings()[-1]
        assert recording.channel_speakers == ("therapist", "second_client")
        assert (recording.channels, recording.parts, recording.frame_rate) == (2, (), None)


def test_another_transcript_takes_the_place_of_the_one_before_which_is_gone(machine: Machine) -> None:
    with machine.study() as study:
        recording = study.recordings()[0]
        for words in ("Yes.", "No."):
            before = study.recordings()[0].transcript
            add_transcript(study, recording.id, [Utterance(500, 900, "client", words)])
        now = study.recordings()[0].transcript
        assert now is not None
        assert before is not None
        assert [one.text for one in read_transcript(study.path_of(now), study.key_of(now))] == ["No."]
        assert before not in [one.id for one in study.objects()]
        assert not study.path_of(before).exists()


@pytest.mark.parametrize(
    ("arguments", "told", "code"),
    [
        (("1.m4a", "1.m4a"), "1.m4a and 1.m4a are the same recording; name each file once.", 1),
        (("1.m4a", "2.m4a", "--gap", "0", "--gap", "0"), "2 files and 2 gaps do not fit", 1),
        (("1.m4a", "--gap", "5s"), "1 file and 1 gap do not fit", 1),
        (("1.m4a", "--channels", "therapist,client"), "1.m4a has 1 sound channel and 2 speakers were named", 1),
        (("D.wav", "--channels", "client"), "D.wav has 2 sound channels and 1 speaker was named", 1),
        (("D.wav", "--channels", "client,client"), "client was named for more than one channel; name another", 1),
        (
            ("1.m4a", "2.m4a", "--gap", "100h"),
            "A gap of 100:00:00 is too long for one session; give one of 06:00:00",
            1,
        ),
        (("1.m4a", "nothing.m4a"), "nothing.m4a was not found", 1),
        (("1.m4a", "--gap", "soon"), "is no length of time", 2),
        (("1.m4a", "--channels", "anna,ben"), "is none of", 2),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_made(
    arguments: tuple[str, ...], told: str, code: int, machine: Machine
) -> None:
    before = state(machine.work)
    done = machine.run("add", "A.ipr", *arguments, *where("D05", 3), *WITH_PASSPHRASE)
    assert done.returncode == code
    assert told in " ".join(done.stderr.replace("│", " ").split())
    if code == 1:
        one_sentence(done)
    assert state(machine.work) == before


def begun(objects: Path) -> bool:
    """Whether some of a recording is on the disk."""
    try:
        return any(path.stat().st_size > 200_000 for path in objects.glob("*.part"))
    except FileNotFoundError:
        return False


def test_ctrl_c_while_joining_leaves_nothing(machine: Machine) -> None:
    before = set(state(machine.work))
    for seed in (1, 2):
        make_recording(machine.work / f"long{seed}.wav", "wav", 180, seed=seed)
    running = machine.start("add", "A.ipr", "long1.wav", "long2.wav", *where("D02", 1), *WITH_PASSPHRASE)
    while not begun(machine.work / "A.ipr" / "objects"):
        assert running.poll() is None, "it was added before it could be stopped"
    os.killpg(running.pid, signal.SIGINT)
    running.communicate(timeout=30)
    assert running.returncode == 130
    assert set(state(machine.work)) - before == {"long1.wav", "long2.wav"}
    with machine.study() as study:
        assert len(study.recordings()) == 1


def test_an_error_from_the_progress_bar_leaves_nothing_of_the_second_file(machine: Machine) -> None:
    def stop(share: float) -> None:
        if share == 1:
            raise MediaError("enough")

    with machine.study() as study:
        before = set(state(study.path))
        session = partial(ensure_session, study, "D02", 1)
        with pytest.raises(MediaError, match="enough"):
            add_recording(study, session, machine.work / "1.m4a", stop, following=[machine.work / "2.m4a"])
        assert set(state(study.path)) == before


def test_the_outline_and_the_speech_have_their_share_of_the_progress(machine: Machine) -> None:
    long = make_recording(machine.work / "long.wav", "wav", 100)
    told: list[float] = []
    with machine.study() as study:
        add_recording(study, partial(ensure_session, study, "D02", 1), long, told.append)
        assert told == sorted(told)
        # Of a WAV, sealing is about half of it.
        assert any(0.2 < part < 0.8 for part in told)
        assert (told[0], told[-1]) == (0, 1)
        assert told.count(1) == 1


def test_a_recording_is_given_up_while_it_is_listened_to(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def listen(_: object, heard: Callable[[int], None], *, apart: bool) -> None:
        assert not apart
        while True:
            heard(60_000)

    # Of an AAC file, sealing is a quarter of it.
    def stop(part: float) -> None:
        if part > 0.5:
            raise MediaError("enough")

    monkeypatch.setattr("iprtool.adding.find_speech_aside", listen)
    long = make_recording(machine.work / "long.m4a", "m4a", 100)
    with machine.study() as study:
        before = set(state(study.path))
        with pytest.raises(MediaError, match="enough"):
            add_recording(study, partial(ensure_session, study, "D02", 1), long, stop)
        assert set(state(study.path)) == before


def test_the_sealed_recording_is_read_from_its_object(machine: Machine) -> None:
    with machine.study() as study:
        session = partial(ensure_session, study, "D02", 1)
        files = [machine.work / "1.m4a", machine.work / "2.m4a"]
        recording, notice = add_recording(study, session, files[0], lambda _: None, following=files[1:], gaps_ms=[500])
        source = SealedSource(study.path_of(recording.media), study.key_of(recording.media))
        assert source.verify()
        source.close()
    assert notice == ""


def test_an_outline_left_to_the_first_recall_has_its_beginning(machine: Machine) -> None:
    long = make_recording(machine.work / "long.m4a", "m4a", 40)
    with machine.study() as study:
        session = partial(ensure_session, study, "D02", 1)
        recording, _ = add_recording(study, session, long, lambda _: None, outlined=False)
        whole, _ = add_recording(study, partial(ensure_session, study, "D02", 2), long, lambda _: None)
        first, all_of_it = (
            PeaksFile(study.path_of(one.peaks or ""), study.key_of(one.peaks or "")) for one in (recording, whole)
        )
        assert (first.complete, all_of_it.complete) == (False, True)
        assert first.read() == all_of_it.read()[:1]
        assert first.read_speech() is None
        assert all_of_it.read_speech() is not None
        first.close()
        all_of_it.close()


def test_a_session_takes_another_recording_only_when_it_is_said_and_never_the_same_twice(machine: Machine) -> None:
    before = state(machine.work)
    first = ("add", "A.ipr", "1.m4a", *where("D01", 1))
    told = one_sentence(machine.run(*first, *WITH_PASSPHRASE))
    assert "D01, session 1 has a recording already: say --another" in told
    assert state(machine.work) == before
    same = machine.run("add", "A.ipr", "session.m4a", *where("D01", 1), "--another", *WITH_PASSPHRASE)
    assert "This session has this very recording already" in one_sentence(same)
    with machine.study() as study:
        assert len(study.recordings()) == 1
    assert {path for path in state(machine.work) if path.endswith(".db")} == {
        path for path in before if path.endswith(".db")
    }
    machine.says(*first, "--another", *WITH_PASSPHRASE)
    with machine.study() as study:
        newest, session = study.recordings()[-1], study.sessions()[0]
        assert study.recording_of(session) == newest
        assert len(study.recordings()) == 2
    assert "session 1 · 00:04 sound (newest of 2)" in machine.says("status", "A.ipr", *WITH_PASSPHRASE)
