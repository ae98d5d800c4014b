"""Whether a window can be opened here: by a display that answers, and a libVLC that makes windows."""

import ctypes
import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

from iprtool.model.errors import PlayerError
from iprtool.player.picture_messages import PICTURE
from iprtool.player.vlc import start_vlc

NO_WINDOW = "VLC could not open a window here; the picture stays in the terminal."


@cache
def has_display() -> bool:
    """Whether there is a display, and it answers: libVLC takes one that does not for a window that nobody sees.

    On macOS, where a window is untried, only where it was asked for by IPRTOOL_PICTURE.
    """
    if sys.platform == "darwin":
        return os.environ.get(PICTURE) == "window"
    return sys.platform == "win32" or _wayland_is_there() or _x11_answers()


def _wayland_is_there() -> bool:
    name = os.environ.get("WAYLAND_DISPLAY")
    return bool(name) and (Path(os.environ.get("XDG_RUNTIME_DIR", "")) / str(name)).is_socket()


def _x11_answers() -> bool:
    """Whether the X server of DISPLAY lets us in, asked through the library that libVLC's own window needs."""
    if not os.environ.get("DISPLAY"):
        return False
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return False
    xcb.xcb_connect.argtypes, xcb.xcb_connect.restype = [ctypes.c_char_p, ctypes.c_void_p], ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    answers = bool(xcb.xcb_connection_has_error(connection) == 0)
    xcb.xcb_disconnect(connection)
    return answers


def vlc_with_windows() -> Any:
    """python-vlc where libVLC has what makes a window, else None; on Linux that is a package of its own."""
    try:
        vlc = start_vlc()
    except PlayerError:
        return None
    able = sys.platform in {"win32", "darwin"} or _makes_windows(vlc.module.dll)
    vlc.instance.release()
    return vlc.module if able else None


def _makes_windows(core: Any) -> bool:
    """Whether one of libVLC's modules can do it (vlc_modules.h of VLC 3, found through libvlc in libvlccore)."""
    core.module_list_get.restype = ctypes.POINTER(ctypes.c_void_p)
    core.module_get_capability.argtypes, core.module_get_capability.restype = [ctypes.c_void_p], ctypes.c_char_p
    core.module_get_score.argtypes = [ctypes.c_void_p]
    core.module_list_free.argtypes, core.module_list_free.restype = [ctypes.c_void_p], None
    count = ctypes.c_size_t()
    modules = core.module_list_get(ctypes.byref(count))
    kinds = {
        core.module_get_capability(modules[at]) for at in range(count.value) if core.module_get_score(modules[at]) > 0
    }
    core.module_list_free(modules)
    return b"vout window" in kinds
