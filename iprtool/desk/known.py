"""The studies known on this machine: those in iprtool's own folders, and those opened lately, by their paths alone.

The list is in clear beside the keyring. It tells no more than the disk does, where the folders can be found as well.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import msgspec

from iprtool.desk.places import config_folder, data_folder
from iprtool.library.known import KnownStudy, StudyKind
from iprtool.store.study import HEAD, OBJECTS

MOST = 30
_FILE = "studies.json"


def known_studies() -> list[KnownStudy]:
    """The person's own studies, the last opened first, then the demo and the recordings opened on their own."""
    return [*(_known(path, "study") for path in _opened_lately()), *_own()]


def remember(path: Path) -> None:
    """Keep a study's path as the one opened last; those in iprtool's own folder are found without that."""
    path = path.absolute()
    if path.is_relative_to(data_folder().absolute()):
        return
    _write([path, *(one for one in _opened_lately() if one != path)][:MOST])


def forget(path: Path) -> None:
    """Take a study off the list; its folder stays as it is."""
    _write([one for one in _opened_lately() if one != path])


def _opened_lately() -> list[Path]:
    try:
        paths = msgspec.json.decode((config_folder() / _FILE).read_bytes(), type=list[str])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return []
    return [Path(one) for one in paths if "\0" not in one]


def _write(paths: list[Path]) -> None:
    """A list that can't be written is done without: every study can be opened by its path."""
    folder = config_folder()
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = folder / f"{_FILE}.part"
        part.write_bytes(msgspec.json.encode([str(one) for one in paths]))
        part.chmod(0o600)
        part.replace(folder / _FILE)


def _own() -> Iterator[KnownStudy]:
    data = data_folder()
    kinds: tuple[StudyKind, ...] = ("demo", "opened")
    for kind in kinds:
        with suppress(OSError):
            found = [_known(path, kind) for path in (data / kind).glob("*.ipr")]
            yield from sorted((one for one in found if one.there), key=lambda one: one.changed_at, reverse=True)


def _known(path: Path, kind: StudyKind) -> KnownStudy:
    """What is put into a study or opened in it changes the folder of its objects.

    Nothing else tells one recording from another before its keyring is opened: no name of a file is kept in clear.
    """
    name = {"study": path.stem, "demo": "The demo study", "opened": "A recording opened on its own"}[kind]
    changed, size = "", 0
    with suppress(OSError):
        if (path / HEAD).is_file():
            changed = datetime.fromtimestamp((path / OBJECTS).stat().st_mtime).isoformat(" ", "minutes")
            if kind == "opened":
                size = sum(one.stat().st_size for one in (path / OBJECTS).iterdir())
    return KnownStudy(str(path), name, kind, changed, size)
