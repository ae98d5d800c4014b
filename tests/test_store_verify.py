"""Verifying a study: nothing is said of a sound one, and one sentence of each thing that is wrong."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from iprtool.model.errors import StoreError
from iprtool.model.study import Recording, Utterance
from iprtool.store.derived import PeaksFile, write_transcript
from iprtool.store.keys import Keyring
from iprtool.store.layer import LayerFile
from iprtool.store.media import ROW_BYTES
from iprtool.store.oplog import LAYER
from iprtool.store.schema import open_object
from iprtool.store.study import Study, key_file
from iprtool.store.verify import Finding, verify_study
from tests.store_samples import a_study, full_mark, marked, point


@pytest.fixture
def study(tmp_path: Path, keyring: Keyring) -> Iterator[Study]:
    with a_study(tmp_path, keyring, random.Random(1).randbytes(2 * ROW_BYTES)) as made:
        layer = layer_of(made)
        with LayerFile(made.path_of(layer), made.key_of(layer)) as log:
            log.commit([marked(full_mark()), *(marked(point(n, "a note", f"m{n}")) for n in range(50))])
        yield made


def layer_of(study: Study) -> str:
    return study.recalls()[0].layer or ""


def test_a_sound_study_gives_no_findings(study: Study) -> None:
    transcript, path, key = study.new_object("derived")
    write_transcript(path, key, [Utterance(0, 1, "client", "x")])
    recording = study.recordings()[0]
    study.put(Recording("r2", "s", recording.media, "cd" * 32, 1, transcript=transcript))
    parts: list[float] = []
    assert verify_study(study, parts.append) == []
    assert parts == sorted(parts)
    assert len(parts) > len(study.objects())
    assert parts[-1] == 1.0


def test_it_is_sound_while_it_is_written(study: Study) -> None:
    layer = layer_of(study)
    with LayerFile(study.path_of(layer), study.key_of(layer)) as log:
        for n in range(20):
            log.commit([marked(point(n))]).result(30)
        assert verify_study(study) == []


def test_an_object_that_was_begun_and_never_made_is_no_finding(study: Study) -> None:
    study.new_object("media")
    assert verify_study(study) == []


@pytest.mark.parametrize("kind", ["layer", "media", "derived"])
def test_a_flipped_byte_is_found_in_every_kind_and_nothing_is_rewritten(
    study: Study, kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    ident = next(each.id for each in study.objects() if each.kind == kind)
    path, chance = study.path_of(ident), random.Random(2)
    page_size = 16384 if kind == "media" else 4096
    sound = path.read_bytes()
    for page in range(len(sound) // page_size):
        damaged = bytearray(sound)
        damaged[page * page_size + chance.randrange(page_size)] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        found = verify_study(study)
        assert [each.object for each in found] == [ident]
        assert str(found[0]).endswith(".")
        assert path.read_bytes() == damaged
    path.write_bytes(sound)
    assert verify_study(study) == []
    assert capfd.readouterr() == ("", "")


def test_a_flipped_byte_in_the_roster_is_told(study: Study, keyring: Keyring) -> None:
    study.close()
    path, chance = study.path_of(study.head.admin), random.Random(3)
    sound = path.read_bytes()
    for page in range(len(sound) // 4096):
        damaged = bytearray(sound)
        damaged[page * 4096 + chance.randrange(4096)] ^= 1
        path.write_bytes(damaged)
        assert told(study.path, keyring)
        assert path.read_bytes() == damaged


def told(path: Path, keyring: Keyring) -> bool:
    try:
        with Study.open(path, keyring) as study:
            return bool(verify_study(study))
    except StoreError:
        return True


def test_a_missing_object_is_found(study: Study) -> None:
    study.path_of(layer_of(study)).unlink()
    assert [(each.object, each.what) for each in verify_study(study)] == [(layer_of(study), "not opened")]


def test_a_missing_and_an_exchanged_key_are_found(study: Study) -> None:
    one, two = study.recordings()[0].media, layer_of(study)
    key_file(study.path, one).write_bytes(key_file(study.path, two).read_bytes())
    key_file(study.path, two).unlink()
    found = verify_study(study)
    assert [each.object for each in found] == [one, two]
    assert "another key" in str(found[0])
    assert "missing" in str(found[1])


def test_a_projection_unlike_its_operations_is_found(study: Study) -> None:
    layer = layer_of(study)
    connection = open_object(study.path_of(layer), study.key_of(layer), LAYER)
    connection.execute("DELETE FROM mark WHERE id = 'm7'")
    connection.close()
    name = study.path_of(layer).name
    sentence = f"{name} shows other values in mark than its operations make: keep the file and ask for help."
    assert verify_study(study) == [Finding(layer, "unlike its operations", sentence)]


def test_a_recording_cut_short_is_found(study: Study) -> None:
    media = study.recordings()[0].media
    path = study.path_of(media)
    path.write_bytes(path.read_bytes()[:-16384])
    assert [each.object for each in verify_study(study)] == [media]


def test_files_that_are_not_the_studys_are_found(study: Study) -> None:
    (study.path / "objects" / "stranger.db").write_bytes(b"x")
    (study.path / "objects" / "half.db.part").write_bytes(b"x")
    assert [(each.object, each.what) for each in verify_study(study)] == [
        ("half", "left over"),
        ("stranger", "unknown"),
    ]


def test_peaks_and_transcript_are_both_derived(study: Study) -> None:
    peaks = study.recordings()[0].peaks or ""
    file = PeaksFile(study.path_of(peaks), study.key_of(peaks))
    file.set_complete()
    assert verify_study(study) == []
    file.close()
    study.path_of(peaks).write_bytes(study.path_of(study.recordings()[0].media).read_bytes())
    assert [each.object for each in verify_study(study)] == [peaks]
