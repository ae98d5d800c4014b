"""A keyring opens with its passphrase only, and the printed key gives lost studies back."""

import json
from pathlib import Path

import msgspec
import pyrage
import pytest

from iprtool.model.errors import StoreError
from iprtool.store.keys import (
    Keyring,
    create_keyring,
    create_open_keyring,
    keyring_opens_without_asking,
    open_keyring,
    recover,
    verify_signature,
)
from iprtool.store.study import Study, key_file
from tests.store_samples import a_study

PASSPHRASE = "four words and a café"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, Path]:
    """A keyring, its recovery key, and a study of its owner's."""
    folder = tmp_path_factory.mktemp("keys")
    keyring, recovery = create_keyring(folder / "config" / "keyring", PASSPHRASE)
    with keyring, a_study(folder, keyring) as study:
        return folder / "config" / "keyring", recovery, study.path


def test_the_passphrase_opens_it_and_another_does_not(made: tuple[Path, str, Path]) -> None:
    path, _, study = made
    with open_keyring(path, PASSPHRASE) as keyring, Study.open(study, keyring) as opened:
        assert opened.dyad("D05") is not None
    for wrong in ("", "four words and a cafe", PASSPHRASE + " "):
        with pytest.raises(StoreError, match="The passphrase does not open this keyring"):
            open_keyring(path, wrong)
    assert not keyring_opens_without_asking(path)


def test_letters_may_come_composed_or_decomposed(made: tuple[Path, str, Path]) -> None:
    open_keyring(made[0], "four words and a cafe\N{COMBINING ACUTE ACCENT}").close()


def test_the_printed_key_gives_access_back(made: tuple[Path, str, Path], tmp_path: Path) -> None:
    _, recovery, study = made
    with (
        recover(study, f"  {recovery}\n", tmp_path / "new", "another passphrase") as keyring,
        Study.open(study, keyring) as opened,
    ):
        layer = opened.recalls()[0].layer or ""
        key = opened.key_of(layer)
    with open_keyring(tmp_path / "new", "another passphrase") as again, Study.open(study, again):
        pass
    identity = pyrage.x25519.Identity.from_str(recovery)
    assert pyrage.decrypt(key_file(study, layer).read_bytes(), [identity]) == key


@pytest.mark.parametrize(
    "wrong", ["", "AGE-SECRET-KEY-1", str(pyrage.x25519.Identity.generate())], ids=["empty", "cut", "another"]
)
def test_another_key_recovers_nothing(made: tuple[Path, str, Path], tmp_path: Path, wrong: str) -> None:
    with pytest.raises(StoreError, match="not the recovery key of this study"):
        recover(made[2], wrong, tmp_path / "new", "p")
    assert list(tmp_path.iterdir()) == []


def test_recovery_without_the_owners_file_is_told(made: tuple[Path, str, Path], tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"owner\.age is missing"):
        recover(tmp_path, made[1], tmp_path / "new", "p")


def test_the_recovery_key_is_kept_nowhere(made: tuple[Path, str, Path]) -> None:
    path, recovery, study = made
    with open_keyring(path, PASSPHRASE) as keyring:
        assert recovery.encode() not in b"".join(keyring._secrets.values())
    for file in [*path.parent.iterdir(), *study.rglob("*.*")]:
        if file.is_file():
            assert recovery.encode() not in file.read_bytes()


def test_a_keyring_is_not_written_over(made: tuple[Path, str, Path]) -> None:
    before = made[0].read_bytes()
    with pytest.raises(StoreError, match="is there already"):
        create_keyring(made[0], PASSPHRASE)
    assert made[0].read_bytes() == before


@pytest.mark.parametrize("short", ["", "pass"])
def test_a_short_passphrase_is_refused(tmp_path: Path, short: str) -> None:
    with pytest.raises(StoreError, match="at least 8 characters"):
        create_keyring(tmp_path / "keyring", short)
    assert list(tmp_path.iterdir()) == []


def test_no_keyring_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No keyring is at"):
        open_keyring(tmp_path / "keyring", "p")


@pytest.mark.parametrize("header", [b"", b"{}", b"\xff", b'{"format": 1, "protection": "none", "check": 5}'])
def test_a_damaged_header_is_told(tmp_path: Path, header: bytes) -> None:
    create_open_keyring(tmp_path / "keyring").close()
    (tmp_path / "keyring.json").write_bytes(header)
    with pytest.raises(StoreError, match=r"keyring\.json is damaged"):
        open_keyring(tmp_path / "keyring")


@pytest.mark.parametrize("change", [{"format": 2}, {"memory_kib": 10**9}, {"salt": "zz"}, {"lanes": 0}, {"salt": "00"}])
def test_a_header_that_asks_for_what_cannot_be_is_refused(
    made: tuple[Path, str, Path], tmp_path: Path, change: dict[str, object]
) -> None:
    header = json.loads((made[0].parent / "keyring.json").read_bytes())
    (tmp_path / "keyring").write_bytes(made[0].read_bytes())
    (tmp_path / "keyring.json").write_bytes(msgspec.json.encode({**header, **change}))
    with pytest.raises(StoreError, match=r"newer iprtool|is damaged"):
        open_keyring(tmp_path / "keyring", PASSPHRASE)


def test_a_keyring_damaged_under_its_header_is_told_apart_from_a_wrong_passphrase(
    made: tuple[Path, str, Path], tmp_path: Path
) -> None:
    damaged = bytearray(made[0].read_bytes())
    damaged[100] ^= 1
    (tmp_path / "keyring").write_bytes(damaged)
    (tmp_path / "keyring.json").write_bytes((made[0].parent / "keyring.json").read_bytes())
    with pytest.raises(StoreError, match="keyring could not be read"):
        open_keyring(tmp_path / "keyring", PASSPHRASE)


def test_the_demos_keyring_opens_without_asking(tmp_path: Path) -> None:
    create_open_keyring(tmp_path / "keyring").close()
    assert keyring_opens_without_asking(tmp_path / "keyring")
    open_keyring(tmp_path / "keyring").close()
    open_keyring(tmp_path / "keyring", "anything").close()


def test_keys_wrap_and_signatures_hold_for_their_owner_only(tmp_path: Path) -> None:
    with create_open_keyring(tmp_path / "a") as one, create_open_keyring(tmp_path / "b") as other:
        assert one.unwrap(one.wrap(b"key")) == b"key"
        with pytest.raises(StoreError, match="does not open the study"):
            other.unwrap(one.wrap(b"key"))
        with pytest.raises(StoreError, match="does not open the study"):
            one.unwrap(b"no age file")
        signature = one.sign(b"text")
        assert verify_signature(one.verify_key, b"text", signature)
        assert not verify_signature(one.verify_key, b"other", signature)
        assert not verify_signature(other.verify_key, b"text", signature)
        assert not verify_signature(b"short", b"text", signature)


def test_a_closed_keyring_holds_nothing_any_more(tmp_path: Path) -> None:
    keyring = create_open_keyring(tmp_path / "keyring")
    secrets = list(keyring._secrets.values())
    keyring.close()
    keyring.close()
    assert all(set(secret) == {0} for secret in secrets)
    with pytest.raises(StoreError, match="closed"):
        keyring.wrap(b"key")


def test_pins_are_remembered(tmp_path: Path) -> None:
    with create_open_keyring(tmp_path / "keyring") as keyring:
        assert keyring.pinned("s") is None
        keyring.pin("s", b"owner")
    with open_keyring(tmp_path / "keyring") as again:
        assert again.pinned("s") == b"owner"


def test_a_keyring_is_no_other_object(tmp_path: Path) -> None:
    from tests.store_samples import a_layer

    path, key = a_layer(tmp_path)
    with pytest.raises(StoreError, match="holds layer, not keyring"):
        Keyring(path, key)


def test_a_keyring_that_has_no_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file" / "keyring", tmp_path / "file" / "folder" / "keyring"):
        with pytest.raises(StoreError, match=r"No keyring can be made in .*: look to the rights on that folder"):
            create_open_keyring(place)
