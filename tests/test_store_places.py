"""A study lies on a disk of this machine, in a folder that nothing else copies."""

import subprocess
import sys
from pathlib import Path

import pytest

from iprtool.model.errors import StoreError
from iprtool.store import places
from iprtool.store.keys import create_open_keyring
from iprtool.store.places import mount_of, refuse_unsafe_place
from iprtool.store.study import Study


@pytest.mark.parametrize(
    "folder",
    [
        "Dropbox",
        "Dropbox (Clinic)",
        "OneDrive",
        "OneDrive - University of Oslo",
        "Google Drive",
        "GoogleDrive-ann@example.org",
        "My Drive",
        "iCloud Drive",
        "Mobile Documents",
        "CloudStorage",
        "Nextcloud",
    ],
)
def test_a_folder_that_a_cloud_service_copies_is_refused(tmp_path: Path, folder: str) -> None:
    with pytest.raises(StoreError, match="choose a folder on this computer that is not synchronised"):
        refuse_unsafe_place(tmp_path / folder / "deep" / "A.ipr")


@pytest.mark.parametrize("marker", [".dropbox.cache", ".stfolder"])
def test_a_synchronised_folder_is_known_by_its_mark(tmp_path: Path, marker: str) -> None:
    (tmp_path / marker).mkdir()
    with pytest.raises(StoreError, match="is copied by a cloud service"):
        refuse_unsafe_place(tmp_path / "studies" / "A.ipr")


def test_onedrive_is_known_by_its_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OneDriveCommercial", str(tmp_path / "work"))
    with pytest.raises(StoreError, match="is copied by a cloud service"):
        refuse_unsafe_place(tmp_path / "work" / "A.ipr")


def test_a_link_into_a_synchronised_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Dropbox").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "Dropbox")
    with pytest.raises(StoreError, match="is copied by a cloud service"):
        refuse_unsafe_place(tmp_path / "link" / "A.ipr")


@pytest.mark.parametrize("name", ["my dropbox notes", "OneDriver", "Megastudy", "boxes"])
def test_a_name_that_only_resembles_one_is_fine(tmp_path: Path, name: str) -> None:
    refuse_unsafe_place(tmp_path / name / "A.ipr")


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "9p", "fuse.sshfs"])
def test_a_network_drive_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    share = tmp_path / "the share"
    monkeypatch.setattr(places, "_linux_mounts", lambda: [(Path("/"), "ext4"), (share, kind), (share / "own", "ext4")])
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(StoreError, match=rf"on a network or shared drive \({kind}\)"):
        refuse_unsafe_place(share / "studies" / "A.ipr")
    refuse_unsafe_place(share / "own" / "A.ipr")
    refuse_unsafe_place(tmp_path / "A.ipr")


def test_a_network_drive_on_a_mac_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = f"/dev/disk1 on / (apfs, local)\n//ann@server/lab on {tmp_path}/My Share (smbfs, nodev, nosuid)\n"
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 0, said))
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(StoreError, match=r"on a network or shared drive \(smbfs\)"):
        refuse_unsafe_place(tmp_path / "My Share" / "A.ipr")
    refuse_unsafe_place(tmp_path / "A.ipr")


def test_mounts_are_read_with_the_blanks_in_their_names() -> None:
    line = r"//server/x /mnt/the\040share cifs rw,relatime 0 0"
    assert mount_of(line) == (Path("/mnt/the share"), "cifs")


def test_no_study_is_made_or_opened_there(tmp_path: Path) -> None:
    with create_open_keyring(tmp_path / "keyring") as keyring:
        with pytest.raises(StoreError, match="is copied by a cloud service"):
            Study.create(tmp_path / "Dropbox" / "A.ipr", keyring)
        assert not (tmp_path / "Dropbox").exists()
        Study.create(tmp_path / "A.ipr", keyring).close()
        (tmp_path / "Dropbox").mkdir()
        (tmp_path / "A.ipr").rename(tmp_path / "Dropbox" / "A.ipr")
        with pytest.raises(StoreError, match="is copied by a cloud service"):
            Study.open(tmp_path / "Dropbox" / "A.ipr", keyring)


def test_a_place_that_cannot_be_looked_at_is_told(tmp_path: Path) -> None:
    (tmp_path / "round").symlink_to(tmp_path / "round")
    for place in (tmp_path / "round" / "A.ipr", tmp_path / ("x" * 300) / "A.ipr"):
        with pytest.raises(StoreError, match=r"A\.ipr cannot be looked at .*: choose another folder"):
            refuse_unsafe_place(place)
