"""Which engines can be used here, and why not the others; for `iprtool doctor`.

Each is tried in a process of its own: python-vlc may end the process that imports it, libVLC may crash it, and the
libraries behind both write on the terminal.
"""

import subprocess
import sys
from importlib.metadata import version

import msgspec

from iprtool.model.errors import PlayerError
from iprtool.model.terms import Engine
from iprtool.player.output import open_output

PROBE_S = 20
_KNOWN_AS: dict[Engine, str] = {"vlc": "VLC", "embedded": "The embedded player"}


class EngineFound(msgspec.Struct, frozen=True):
    """An engine: whether it can be used, its version, where its sound goes, and in one sentence why.

    `windows` is whether it can open a window for the picture here.
    """

    name: Engine
    ok: bool
    reason: str
    version: str = ""
    sink: str = ""
    windows: bool = False


def find_engines() -> list[EngineFound]:
    """The engines in the order in which they are tried; the first that is ok is the default."""
    return [find_engine("vlc"), find_engine("embedded")]


def find_engine(name: Engine) -> EngineFound:
    """One engine, tried in a process of its own."""
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "iprtool.player.probe_engines", name],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=PROBE_S,
            check=False,
        )
        return msgspec.json.decode(done.stdout, type=EngineFound)
    except subprocess.TimeoutExpired:
        return EngineFound(name, False, f"{_KNOWN_AS[name]} does not answer when it is started; reinstall it.")
    except msgspec.DecodeError:
        return EngineFound(name, False, f"{_KNOWN_AS[name]} breaks off when it is started; reinstall it.")


def _try(name: Engine) -> EngineFound:
    if name == "vlc":
        from iprtool.player.vlc import start_vlc

        reason, program = "It plays the most kinds of recordings.", f"libVLC {start_vlc().version}"
    else:
        from iprtool.player import embedded  # noqa: F401

        reason, program = "It needs nothing but what is installed with iprtool.", f"PyAV {version('av')}"
    output = open_output(lambda frames, _heard_ns: bytes(2 * frames), 48_000, 1)
    output.close()
    return EngineFound(name, True, reason, program, output.name, name == "vlc" and _opens_windows())


def _opens_windows() -> bool:
    from iprtool.player.display import has_display, vlc_with_windows

    return has_display() and vlc_with_windows() is not None


def _main(name: Engine) -> None:
    try:
        found = _try(name)
    except PlayerError as error:
        found = EngineFound(name, False, str(error))
    except ImportError:
        found = EngineFound(name, False, f"{_KNOWN_AS[name]} cannot be imported; reinstall iprtool.")
    sys.stdout.buffer.write(msgspec.json.encode(found))


if __name__ == "__main__":
    _main("vlc" if sys.argv[1:] == ["vlc"] else "embedded")
