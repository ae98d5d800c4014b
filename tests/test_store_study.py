"""The study folder: its roster, its objects and keys, and what is said where something is wrong with it."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import sqlcipher3.dbapi2 as sqlcipher

from iprtool.model.errors import StoreError
from iprtool.model.study import Dyad, Recall, Recording, Session
from iprtool.store.entries import ADMIN, ExportEntry
from iprtool.store.keys import Keyring, create_open_keyring
from iprtool.store.layer import LayerFile
from iprtool.store.schema import open_object
from iprtool.store.sealed import new_key
from iprtool.store.study import Study, StudyHead, key_file, object_file, read_head
from tests.store_samples import a_study, marked, point


@pytest.fixture
def study(tmp_path: Path, keyring: Keyring) -> Iterator[Study]:
    with a_study(tmp_path, keyring) as made:
        yield made


def said(path: Path, keyring: Keyring) -> str:
    """What opening says."""
    with pytest.raises(StoreError) as caught:
        Study.open(path, keyring)
    return str(caught.value)


def test_the_roster_comes_back_in_the_order_of_adding(study: Study, keyring: Keyring) -> None:
    study.put(Dyad("d2", "D02", "good"))
    study.put(Session("s2", "d2", 5))
    study.put(Recall("c2", "s2", "therapist", status="missing", missing_reason="not_reached"))
    study.put(Dyad("d", "D05", "poor"))
    study.close()
    with Study.open(study.path, keyring) as again:
        assert again.dyads() == [Dyad("d", "D05", "poor"), Dyad("d2", "D02", "good")]
        assert again.sessions() == [Session("s", "d", 3), Session("s2", "d2", 5)]
        assert [recall.id for recall in again.recalls()] == ["c", "c2"]
        assert again.dyad("D02") == Dyad("d2", "D02", "good")
        assert again.dyad("D99") is None
        assert again.session_of("D02", 5) == Session("s2", "d2", 5)
        assert again.session_of("D02", 3) is None
        assert again.session_of("D99", 3) is None
        assert again.recording_of(Session("s2", "d2", 5)) is None
        recording = again.recording_of(Session("s", "d", 3))
        assert recording is not None
        assert again.recordings() == [recording]


def test_what_does_not_fit_is_refused(study: Study) -> None:
    with pytest.raises(StoreError, match="a dyad D05 already"):
        study.put(Dyad("other", "D05"))
    with pytest.raises(StoreError, match="a session 3 already"):
        study.put(Session("other", "d", 3))
    for stray in (Session("x", "nobody", 1), Recording("x", "none", "m", "ab", 1), Recall("x", "none", "client")):
        with pytest.raises(StoreError, match="add it first"):
            study.put(stray)
    assert len(study.sessions()) == 1


def test_every_change_of_the_roster_is_kept(study: Study) -> None:
    study.put(Dyad("d", "D05", "good"))
    connection = open_object(study.path_of(study.head.admin), study.admin_key(), ADMIN)
    assert connection.execute("SELECT count(*) FROM entry WHERE kind = 'dyad'").fetchone() == (2,)
    for statement in ("UPDATE entry SET value = 'x'", "DELETE FROM entry"):
        with pytest.raises(sqlcipher.IntegrityError):
            connection.execute(statement)
    connection.close()


def test_two_openings_see_each_others_entries(study: Study, keyring: Keyring) -> None:
    with Study.open(study.path, keyring) as other:
        other.put(Dyad("d2", "D02"))
        assert study.dyad("D02") is not None
        study.set_contact("call us")
        assert other.contact == "call us"


def test_settings_contact_and_ledger(study: Study, keyring: Keyring) -> None:
    assert (study.contact, study.setting("x"), study.exports()) == ("", None, [])
    study.set_contact("Call 000, any time \udcff")
    study.set_setting("x", "1")
    study.set_setting("x", "2")
    entries = [ExportEntry("statistician", ("annotations",), ("parquet",), False, "ab" * 32), ExportEntry("x", ())]
    for entry in entries:
        study.log_export(entry)
    study.close()
    with Study.open(study.path, keyring) as again:
        assert again.contact == "Call 000, any time \ufffd"
        assert again.setting("x") == "2"
        assert again.exports() == entries


def test_the_export_key_stays_until_a_fresh_one_is_asked(study: Study) -> None:
    first = study.export_key()
    assert len(first) == 32
    assert study.export_key() == first
    fresh = study.export_key(fresh=True)
    assert fresh != first
    assert study.export_key() == fresh


def test_an_object_has_its_own_key_and_is_gone_when_discarded(study: Study) -> None:
    ident, path, key = study.new_object("derived")
    assert path == study.path_of(ident)
    assert study.key_of(ident) == key
    assert ident in {each.id for each in study.objects()}
    path.write_bytes(b"x")
    path.with_name(path.name + "-wal").write_bytes(b"x")
    study.discard_object(ident)
    assert not [each for each in (study.path / "objects").iterdir() if each.name.startswith(ident)]
    assert ident not in {each.id for each in study.objects()}
    with pytest.raises(StoreError, match="not in the study"):
        study.key_of(ident)
    with pytest.raises(StoreError, match="not in the study"):
        study.discard_object(ident)


def test_another_objects_key_is_not_taken_for_the_own(study: Study, keyring: Keyring) -> None:
    one, two = (study.new_object("derived")[0] for _ in range(2))
    key_file(study.path, one).write_bytes(key_file(study.path, two).read_bytes())
    with pytest.raises(StoreError, match="another key than the study's own"):
        study.key_of(one)
    key_file(study.path, two).write_bytes(keyring.wrap(new_key()))
    with pytest.raises(StoreError, match="another key than the study's own"):
        study.key_of(two)


def test_names_on_the_disk_tell_nothing(study: Study) -> None:
    layer = study.recalls()[0].layer or ""
    with LayerFile(study.path_of(layer), study.key_of(layer)) as log:
        log.commit([marked(point(1, "the-note-that-nobody-may-read"))]).result(30)
    assert sorted(each.name for each in study.path.iterdir()) == ["objects", "owner.age", "study.json"]
    for file in study.path.rglob("*"):
        assert "D05" not in file.name
        if file.is_file():
            content = file.read_bytes()
            for clear in (b"D05", b"the-note-that", b"sound", b"recall by", b"SQLite", b"AGE-SECRET-KEY"):
                assert clear not in content


def test_a_study_is_not_made_over_something(study: Study, keyring: Keyring, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="something at"):
        Study.create(study.path, keyring)
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="something at"):
        Study.create(tmp_path / "file", keyring)
    (tmp_path / "empty").mkdir()
    Study.create(tmp_path / "empty", keyring).close()


def test_what_is_no_study_is_told(tmp_path: Path, keyring: Keyring) -> None:
    assert said(tmp_path / "none", keyring) == (
        "none is no study, or is half copied: it has no study.json that can be read."
    )


@pytest.mark.parametrize("missing", ["study.json", "objects", "admin", "admin key"])
def test_a_half_copied_study_is_told(study: Study, keyring: Keyring, tmp_path: Path, missing: str) -> None:
    study.close()
    copy = tmp_path / "copy"
    shutil.copytree(study.path, copy)
    match missing:
        case "objects":
            shutil.rmtree(copy / "objects")
        case "admin":
            object_file(copy, study.head.admin).unlink()
        case "admin key":
            key_file(copy, study.head.admin).unlink()
        case _:
            (copy / missing).unlink()
    assert "half copied" in said(copy, keyring)
    Study.open(study.path, keyring).close()


def test_a_study_with_one_object_missing_still_opens(study: Study, keyring: Keyring) -> None:
    layer = study.recalls()[0].layer or ""
    study.path_of(layer).unlink()
    study.close()
    with Study.open(study.path, keyring) as again:
        with pytest.raises(StoreError, match="not in its folder"):
            LayerFile(again.path_of(layer), again.key_of(layer))
        key_file(again.path, layer).unlink()
        with pytest.raises(StoreError, match="missing from the study: the folder may be half copied"):
            again.key_of(layer)


def test_a_wrong_keyring_is_told(study: Study, tmp_path: Path) -> None:
    study.close()
    with create_open_keyring(tmp_path / "other") as other:
        assert said(study.path, other) == (
            "A.ipr is not this keyring's study: open it with the keyring of the person who made it."
        )


def rewritten(study: Study, keyring: Keyring, **changes: object) -> None:
    head = msgspec.structs.replace(read_head(study.path), **changes)
    if "signature" not in changes:
        head = msgspec.structs.replace(head, signature=keyring.sign(head.signed_bytes()))
    (study.path / "study.json").write_bytes(msgspec.json.encode(head))


def test_a_newer_study_is_told(study: Study, keyring: Keyring) -> None:
    rewritten(study, keyring, format=2)
    assert said(study.path, keyring) == "A.ipr was made by a newer iprtool: update iprtool and open it again."


def test_a_changed_head_is_told(study: Study, keyring: Keyring) -> None:
    rewritten(study, keyring, signature=b"x" * 64)
    assert "does not bear its owner's signature" in said(study.path, keyring)
    head = read_head(study.path)
    changed = msgspec.structs.replace(head, admin="00000000-0000-4000-8000-000000000000")
    (study.path / "study.json").write_bytes(msgspec.json.encode(changed))
    assert "does not bear its owner's signature" in said(study.path, keyring)


def test_a_study_signed_anew_by_another_is_told(study: Study, keyring: Keyring, tmp_path: Path) -> None:
    with create_open_keyring(tmp_path / "other") as other:
        rewritten(study, other, owner=other.verify_key)
        assert "not this keyring's study" in said(study.path, keyring)


@pytest.mark.parametrize("text", [b"", b"[]", b"\xff\xfe", b'{"format": 1}', b'{"format": "NaN"}', b"{" * 100_000])
def test_a_damaged_head_is_told(study: Study, keyring: Keyring, text: bytes) -> None:
    (study.path / "study.json").write_bytes(text)
    assert said(study.path, keyring) == "The study.json of A.ipr is damaged: put back a copy of the file."


def test_the_head_says_nothing_personal(study: Study) -> None:
    assert set(msgspec.json.decode((study.path / "study.json").read_bytes())) == set(StudyHead.__struct_fields__)


@pytest.mark.skipif(sys.platform != "linux", reason="counts open files in /proc")
def test_no_file_stays_open(study: Study, keyring: Keyring, tmp_path: Path) -> None:
    study.close()
    before = len(list(Path("/proc/self/fd").iterdir()))
    Study.open(study.path, keyring).close()
    with create_open_keyring(tmp_path / "other") as other:
        said(study.path, other)
    study.path_of(study.head.admin).write_bytes(b"x" * 4096)
    said(study.path, keyring)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
