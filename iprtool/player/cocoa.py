"""A window for libVLC's picture on macOS, where libVLC makes none: an NSWindow in a Cocoa main loop.

As the documentation of `libvlc_media_player_set_nsobject` asks: it is given a view, into which libVLC puts its own from
the main thread. Written by Apple's and VideoLAN's documentation, and untried.
"""

import ctypes
import queue
import sys
from collections.abc import Callable
from contextlib import suppress
from ctypes.util import find_library
from functools import cache
from typing import Any, NamedTuple, Protocol

from iprtool.model.errors import PlayerError
from iprtool.player.display import NO_WINDOW

TURN_S = 0.05
PATIENCE_S = 5.0
WIDTH, HEIGHT = 960, 540
# From AppKit's headers: an application without a place in the Dock; a window with a title that can be put away and
# resized; its drawing kept; above those of other applications; all kinds of events.
_ACCESSORY = 1
_TITLED_MINIATURIZABLE_RESIZABLE = 1 | 4 | 8
_BUFFERED = 2
_FLOATING = 3
_ANY_EVENT = 2**64 - 1


class Rect(ctypes.Structure):
    """AppKit's NSRect, from the lower left."""

    _fields_ = [(name, ctypes.c_double) for name in ("x", "y", "width", "height")]


class MacWindow(NamedTuple):
    """A window and the view in it, as addresses."""

    window: int
    view: int


class Runtime(Protocol):
    """The Objective-C runtime: what sends a message to an object or a class; arguments are ctypes' values."""

    def send(self, receiver: "int | str", selector: str, *arguments: Any) -> int:
        """The object that the method gives, or 0."""
        ...


class ObjectiveC:
    """The runtime of this process, with AppKit loaded."""

    def __init__(self) -> None:
        ctypes.CDLL(find_library("AppKit"))
        self._library = ctypes.CDLL(find_library("objc"))
        for name in ("objc_getClass", "sel_registerName"):
            function = getattr(self._library, name)
            function.argtypes, function.restype = [ctypes.c_char_p], ctypes.c_void_p

    def send(self, receiver: int | str, selector: str, *arguments: Any) -> int:
        """See `Runtime`."""
        if isinstance(receiver, str):
            receiver = int(self._library.objc_getClass(receiver.encode()))
        # It has the parameters of the method that it calls, and no others: a variadic call goes wrong on Arm.
        kinds = [type(argument) for argument in arguments]
        shape = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, *kinds)
        function = ctypes.cast(self._library.objc_msgSend, shape)
        return function(receiver, self._library.sel_registerName(selector.encode()), *arguments) or 0


class MainLoop:
    """Cocoa's loop, which has to turn on the process's first thread; windows are asked for from any other."""

    def __init__(self, runtime: Runtime) -> None:
        self._send = runtime.send
        self._asked: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._application = 0
        self._mode = 0

    def run(self) -> None:
        """Turn until the process ends."""
        while True:
            self.turn()

    def turn(self) -> None:
        """Do what was asked for, and hand on the next event, after a moment's waiting for it."""
        pool = self._send(self._send("NSAutoreleasePool", "alloc"), "init")
        if not self._application:
            self._begin()
        with suppress(queue.Empty):
            while True:
                self._asked.get_nowait()()
        until = self._send("NSDate", "dateWithTimeIntervalSinceNow:", ctypes.c_double(TURN_S))
        event = self._send(
            self._application,
            "nextEventMatchingMask:untilDate:inMode:dequeue:",
            ctypes.c_uint64(_ANY_EVENT),
            ctypes.c_void_p(until),
            ctypes.c_void_p(self._mode),
            ctypes.c_bool(True),
        )
        if event:
            self._send(self._application, "sendEvent:", ctypes.c_void_p(event))
        self._send(pool, "drain")

    def open_window(self) -> MacWindow:
        """A window that is seen; PlayerError where the loop gives none."""
        answers: queue.SimpleQueue[MacWindow] = queue.SimpleQueue()
        self._asked.put(lambda: answers.put(self._open()))
        try:
            opened = answers.get(timeout=PATIENCE_S)
        except queue.Empty:
            opened = MacWindow(0, 0)
        if not opened.view:
            raise PlayerError(NO_WINDOW)
        return opened

    def close_window(self, opened: MacWindow) -> None:
        """The window goes."""

        def close() -> None:
            self._send(opened.window, "orderOut:", ctypes.c_void_p(None))
            self._send(opened.window, "close")
            self._send(opened.window, "release")

        self._asked.put(close)

    def _begin(self) -> None:
        self._application = self._send("NSApplication", "sharedApplication")
        self._send(self._application, "setActivationPolicy:", ctypes.c_long(_ACCESSORY))
        self._send(self._application, "finishLaunching")
        mode = self._send("NSString", "stringWithUTF8String:", ctypes.c_char_p(b"kCFRunLoopDefaultMode"))
        self._mode = self._send(mode, "retain")

    def _open(self) -> MacWindow:
        window = self._send(
            self._send("NSWindow", "alloc"),
            "initWithContentRect:styleMask:backing:defer:",
            Rect(0, 0, WIDTH, HEIGHT),
            ctypes.c_ulong(_TITLED_MINIATURIZABLE_RESIZABLE),
            ctypes.c_ulong(_BUFFERED),
            ctypes.c_bool(False),
        )
        self._send(window, "setReleasedWhenClosed:", ctypes.c_bool(False))
        self._send(window, "setLevel:", ctypes.c_long(_FLOATING))
        self._send(window, "center")
        self._send(window, "orderFrontRegardless")  # and does not take the keys
        return MacWindow(window, self._send(window, "contentView"))


@cache
def main_loop() -> MainLoop | None:
    """The main loop that windows need on macOS; None elsewhere."""
    return MainLoop(ObjectiveC()) if sys.platform == "darwin" else None
