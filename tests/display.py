"""A display of its own for tests (Xvfb), and what is seen on it; skips where there is none."""

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import numpy as np
import pytest

from tests.films import Pixels

VARIABLE = "IPRTOOL_REQUIRE_WINDOW"
WIDTH, HEIGHT = 800, 600
_ALL_PLANES = 2**32 - 1
_Z_PIXMAP = 2


class _Image(ctypes.Structure):
    """The beginning of Xlib's XImage."""

    _fields_ = [
        *((name, ctypes.c_int) for name in ("width", "height", "offset", "format")),
        ("data", ctypes.c_void_p),
        *((name, ctypes.c_int) for name in ("byte_order", "unit", "bit_order", "pad", "depth", "bytes_per_line")),
    ]


class Display:
    """What is seen on a display."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._x: Any = ctypes.CDLL("libX11.so.6")
        self._free: Any = ctypes.CDLL(None).free
        self._free.argtypes = [ctypes.c_void_p]
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._x.XDefaultRootWindow.argtypes, self._x.XDefaultRootWindow.restype = [ctypes.c_void_p], ctypes.c_ulong
        self._x.XGetImage.restype = ctypes.POINTER(_Image)
        self._x.XGetImage.argtypes = [
            ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int, ctypes.c_int, ctypes.c_uint, ctypes.c_uint, ctypes.c_ulong,
            ctypes.c_int,
        ]  # fmt: skip
        self._display = self._x.XOpenDisplay(name.encode())
        assert self._display
        self._root = self._x.XDefaultRootWindow(self._display)

    def picture(self) -> Pixels:
        """The whole display, RGB."""
        image = self._x.XGetImage(self._display, self._root, 0, 0, WIDTH, HEIGHT, _ALL_PLANES, _Z_PIXMAP)
        size = image.contents.bytes_per_line * HEIGHT
        data = np.frombuffer(ctypes.string_at(image.contents.data, size), np.uint8).reshape(HEIGHT, -1, 4)
        self._free(image.contents.data)
        self._free(ctypes.cast(image, ctypes.c_void_p))
        return np.ascontiguousarray(data[:, :WIDTH, 2::-1])

    def film(self) -> Pixels | None:
        """The part on which one of the tests' films is shown, or None where nothing is."""
        whole = self.picture()
        rows, columns = np.flatnonzero(whole.any((1, 2))), np.flatnonzero(whole.any((0, 2)))
        if not len(rows):
            return None
        return whole[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def do_without(reason: str) -> NoReturn:
    """Skip what needs a window, or fail it where IPRTOOL_REQUIRE_WINDOW=1 says that one can be opened."""
    if os.environ.get(VARIABLE) == "1":
        pytest.fail(f"{VARIABLE}=1, but: {reason}")
    pytest.skip(reason)


@contextmanager
def displayed() -> Iterator[Display]:
    """An X server without a window manager, named in DISPLAY meanwhile."""
    if shutil.which("Xvfb") is None:
        do_without("a window is tried on Xvfb, which is not installed")
    before = os.environ.get("DISPLAY")
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None
            os.environ["DISPLAY"] = f":{server.stdout.readline().strip()}"
            yield Display(os.environ["DISPLAY"])
        finally:
            server.terminate()
            if before is None:
                del os.environ["DISPLAY"]
            else:
                os.environ["DISPLAY"] = before
