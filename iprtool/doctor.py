"""What iprtool finds on this machine, and what to do where something is missing."""

import locale
import os
import platform
import shutil
import sys
from importlib.metadata import version
from pathlib import Path

import msgspec

from iprtool import __version__
from iprtool.desk.places import data_folder, keyring_path
from iprtool.player.probe_engines import find_engines


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
    engines = find_engines()
    found = [
        Found(one.name, one.ok, " ".join(part for part in (one.version, one.sink) if part) or "not found", one.reason)
        for one in engines
    ]
    usable = [one.name for one in engines if one.ok]
    if not usable:
        return [*found, Found("player", False, "none", "install VLC, or install iprtool again with its libraries")]
    if any(one.windows for one in engines):
        picture = Found("picture", True, "in a window of its own, or in the terminal")
    else:
        advice = "a window needs a desktop and VLC 3 (on Debian with vlc-plugin-video-output)"
        picture = Found("picture", True, "in the terminal", advice)
    other = "".join(f"; IPRTOOL_PLAYER={name} chooses the other" for name in usable[1:])
    return [*found, Found("player", True, f"{usable[0]} plays{other}"), picture]


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
    keyring, data = keyring_path(), data_folder()
    nearest = _existing(data)
    writable = nearest.is_dir() and os.access(nearest, os.W_OK)
    unwritable = f"nothing can be written into {nearest}; set IPRTOOL_HOME to a folder of yours"
    free = shutil.disk_usage(nearest).free
    return [
        Found("keyring", True, f"{keyring}" if keyring.exists() else "none yet; iprtool new makes one"),
        Found("data", writable, f"{data}, {free / 1e9:.0f} GB free", "" if writable else unwritable),
    ]


def _existing(path: Path) -> Path:
    return next(one for one in (path, *path.parents) if one.exists())
