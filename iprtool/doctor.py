"""What iprtool finds on this machine, and what to do where something is missing."""

import locale
import os
import platform
import shutil
import sys
from importlib.metadata import version
from pathlib import Path

import msgspec

from iprtool import __version__, desk
from iprtool.player.engines import find_engines


class Found(msgspec.Struct, frozen=True):
    """One thing looked for: whether it is well, what was found, and what to do (empty: nothing)."""

    what: str
    ok: bool
    found: str
    advice: str = ""


LIBRARIES = ("textual", "av", "python-vlc", "sqlcipher3", "pyrage", "pandas", "pyarrow")


def examine() -> list[Found]:
    """Look at versions, players, sound, terminal and folders."""
    return [
        Found("iprtool", True, f"{__version__} on Python {platform.python_version()}, {platform.platform(terse=True)}"),
        Found("libraries", True, ", ".join(f"{name} {version(name)}" for name in LIBRARIES)),
        *_players(),
        _terminal(),
        *_folders(),
    ]


def _players() -> list[Found]:
    return [Found(one.engine, one.ok, one.found, one.advice) for one in find_engines()]


def _terminal() -> Found:
    columns, lines = shutil.get_terminal_size()
    colour = (
        "no colour (NO_COLOR)" if os.environ.get("NO_COLOR") else os.environ.get("COLORTERM") or "16 or 256 colours"
    )
    encoding = (sys.stdout.encoding or locale.getpreferredencoding()).lower()
    found = f"{os.environ.get('TERM', 'unknown')}, {columns}×{lines}, {colour}, {encoding}"
    if "utf" not in encoding:
        return Found("terminal", False, found, "set a UTF-8 locale (for instance LANG=C.UTF-8): glyphs need it")
    if columns < 80 or lines < 24:
        return Found("terminal", False, found, "make the window at least 80 columns by 24 lines")
    return Found("terminal", True, found)


def _folders() -> list[Found]:
    keyring = desk.keyring_path()
    free = shutil.disk_usage(_existing(desk.data_folder())).free
    return [
        Found("keyring", True, f"{keyring}" if keyring.exists() else "none yet; iprtool new makes one"),
        Found("data", True, f"{desk.data_folder()}, {free / 1e9:.0f} GB free"),
    ]


def _existing(path: Path) -> Path:
    return next(one for one in (path, *path.parents) if one.exists())
