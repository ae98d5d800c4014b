"""Where a study may lie: on a disk of this machine, and in no folder that something else copies while it is written."""

import os
import re
import subprocess
import sys
from pathlib import Path

from iprtool.model.errors import StoreError

_NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "afpfs", "webdav", "davfs", "9p", "afs", "ceph"})
_NETWORK |= {"glusterfs", "lustre", "beegfs", "vboxsf", "prl_fs", "macfuse"}
_NETWORK |= {"fuse." + name for name in ("sshfs", "rclone", "s3fs", "gvfsd-fuse", "glusterfs", "davfs2", "vmhgfs-fuse")}
_SYNCED = re.compile(
    r"dropbox( \(.*\))?|onedrive( ?-.*)?|google ?drive([ -].*)?|my drive|icloud ?drive|mobile documents|cloudstorage"
    r"|nextcloud|owncloud|pcloud ?drive|box sync|mega(sync)?|proton drive",
    re.IGNORECASE,
)
_MARKERS = (".dropbox", ".dropbox.cache", ".stfolder", ".sync")
_DRIVE_REMOTE = 4


def refuse_unsafe_place(path: Path) -> None:
    """Raise StoreError, with the reason and what to do, where a study at `path` would be on a network or synced."""
    try:
        place = path.absolute()
        synced = _synced_folder(place) or _synced_folder(place.resolve())
        network = _network_kind(place.resolve())
    except (OSError, RuntimeError) as error:
        why = getattr(error, "strerror", None) or "its links go round in a circle"
        raise StoreError(f"{path.name} cannot be looked at ({why}): choose another folder.") from error
    if synced is not None:
        raise StoreError(
            f"{synced} is copied by a cloud service, which can damage a study while it is written: choose a folder "
            "on this computer that is not synchronised."
        )
    if network is not None:
        raise StoreError(
            f"{place.parent} is on a network or shared drive ({network}), where a study can be damaged while it is "
            "written: choose a folder on this computer's own disk."
        )


def _synced_folder(place: Path) -> Path | None:
    roots = {Path(value) for name, value in os.environ.items() if name.upper().startswith("ONEDRIVE") and value}
    for folder in (place, *place.parents):
        if _SYNCED.fullmatch(folder.name) or folder in roots or any((folder / name).exists() for name in _MARKERS):
            return folder
    return None


def _network_kind(place: Path) -> str | None:
    if sys.platform == "win32":
        return _windows_kind(place)
    kind = _kind_of(place, _mac_mounts() if sys.platform == "darwin" else _linux_mounts())
    return kind if kind in _NETWORK else None


def _windows_kind(place: Path) -> str | None:
    if place.drive.startswith("\\\\"):
        return "UNC"
    if sys.platform == "win32":
        import ctypes

        if ctypes.windll.kernel32.GetDriveTypeW(place.anchor) == _DRIVE_REMOTE:
            return place.drive
    return None


def _kind_of(place: Path, mounts: list[tuple[Path, str]]) -> str | None:
    """The file system kind of the innermost mount that holds `place`; of two on one folder, the later counts."""
    holding = [
        (len(folder.parts), number, kind) for number, (folder, kind) in enumerate(mounts) if _within(place, folder)
    ]
    return max(holding)[2] if holding else None


def _within(place: Path, folder: Path) -> bool:
    return place == folder or folder in place.parents


def _linux_mounts() -> list[tuple[Path, str]]:
    try:
        lines = Path("/proc/self/mounts").read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return []
    return [mount_of(line) for line in lines if len(line.split(" ")) > 2]


def mount_of(line: str) -> tuple[Path, str]:
    """Folder and kind from a line of /proc/mounts, where blanks in names are written in octal."""
    _, folder, kind, *_ = line.split(" ")
    return Path(re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), folder)), kind


def _mac_mounts() -> list[tuple[Path, str]]:
    done = subprocess.run(["/sbin/mount"], capture_output=True, text=True, check=False, timeout=10)
    found = re.findall(r"^.+? on (.+) \(([^,)]+)", done.stdout, re.MULTILINE)
    return [(Path(folder), kind) for folder, kind in found]
