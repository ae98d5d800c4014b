"""The window on macOS, as far as it can be tried elsewhere: what is asked of Cocoa, and from which thread."""

import ctypes
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from iprtool.model.errors import PlayerError
from iprtool.player import cocoa
from iprtool.player.cocoa import MacWindow, MainLoop, Rect

OBJECTS = {"initWithContentRect:styleMask:backing:defer:": 7, "contentView": 8, "sharedApplication": 9}


class FakeRuntime:
    """Remembers every message, and that each came from the thread of the loop."""

    def __init__(self, objects: dict[str, int]) -> None:
        self.sent: list[tuple[int | str, str, tuple[Any, ...]]] = []
        self._objects = objects
        self._thread = threading.current_thread()

    def send(self, receiver: int | str, selector: str, *arguments: Any) -> int:
        assert threading.current_thread() is self._thread
        self.sent.append((receiver, selector, arguments))
        return self._objects.get(selector, 1)

    def to(self, receiver: int) -> list[str]:
        return [selector for one, selector, _ in self.sent if one == receiver]


def test_a_window_is_made_and_closed_by_the_thread_of_the_loop() -> None:
    runtime = FakeRuntime(OBJECTS)
    loop = MainLoop(runtime)
    with ThreadPoolExecutor(1) as other:
        asked = other.submit(loop.open_window)
        while not asked.done():
            loop.turn()
        assert asked.result() == MacWindow(7, 8)
        assert runtime.to(7) == ["setReleasedWhenClosed:", "setLevel:", "center", "orderFrontRegardless", "contentView"]
        other.submit(loop.close_window, asked.result()).result()
        assert "close" not in runtime.to(7)
        loop.turn()
    assert runtime.to(7)[-3:] == ["orderOut:", "close", "release"]


def test_it_takes_neither_a_place_in_the_dock_nor_the_keys() -> None:
    runtime = FakeRuntime(OBJECTS)
    MainLoop(runtime).turn()
    policy = next(arguments for _, selector, arguments in runtime.sent if selector == "setActivationPolicy:")
    assert policy[0].value == 1
    assert "makeKeyAndOrderFront:" not in [selector for _, selector, _ in runtime.sent]


def test_events_are_handed_on_and_every_pool_is_drained() -> None:
    runtime = FakeRuntime({**OBJECTS, "nextEventMatchingMask:untilDate:inMode:dequeue:": 5})
    loop = MainLoop(runtime)
    loop.turn()
    loop.turn()
    selectors = [selector for _, selector, _ in runtime.sent]
    assert selectors.count("sendEvent:") == selectors.count("drain") == 2


def test_a_window_that_does_not_come_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cocoa, "PATIENCE_S", 0.01)
    with pytest.raises(PlayerError, match="could not open a window"):
        MainLoop(FakeRuntime(OBJECTS)).open_window()


def test_a_rectangle_is_four_doubles() -> None:
    assert ctypes.sizeof(Rect) == 32
