"""The demo study's folder in the user's data folder. It is made once and then is the user's own; deleting its folder
makes a fresh one.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

from iprtool.demo.file import read_demo
from iprtool.demo.making import DemoStudy
from iprtool.demo.session import demo_folder
from iprtool.desk.places import OPEN_KEYRING, data_folder
from iprtool.model.errors import StoreError
from iprtool.store.keys import Keyring, create_open_keyring, open_keyring
from iprtool.store.locks import FileLock
from iprtool.store.study import Study

DYAD, SESSION = "D01", 3
"""The session that the demo recall is of."""

PATIENCE_S = 300.0
HELD = "Another iprtool has been preparing the demo session for minutes: end that one, and try again."


def demo_path() -> Path:
    """Where the demo study is, or is to be."""
    return data_folder() / "demo" / "Demo.ipr"


def ensure_demo(progress: Callable[[float], None]) -> Path:
    """The demo study's folder, made where it is not there yet; an unfinished one is made anew."""
    path = demo_path()
    try:
        if path.exists():
            return path
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name("making.lock"), HELD, patience_s=PATIENCE_S):
            # Another process may have made it meanwhile.
            if not path.exists():
                _make_in_place(path, progress)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise StoreError(
            f"The demo study cannot be made in {path.parent} ({why}): look to that folder and the disk."
        ) from error
    return path


def _make_in_place(path: Path, progress: Callable[[float], None]) -> None:
    folder = path.parent
    making = folder / "making"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir()
    keyring = folder / OPEN_KEYRING
    if not keyring.exists():
        create_open_keyring(keyring).close()
    with open_keyring(keyring) as opened:
        _make(making / path.name, opened, progress)
    (making / path.name).rename(path)
    making.rmdir()


def _make(path: Path, keyring: Keyring, progress: Callable[[float], None]) -> None:
    folder = demo_folder().parent
    with Study.create(path, keyring) as study:
        DemoStudy(study, folder, read_demo(folder)).make(progress)
