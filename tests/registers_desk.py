"""Keys for the screens of a study's registers: each is carried out to its end, what runs in threads included."""

from typing import Any

from textual.pilot import Pilot
from textual.widgets import Input

from iprtool.screens.register import RegisterScreen

CALM = 2
"""So many looks in a row that find nothing under way are taken for the end."""


async def calm(pilot: Pilot[Any]) -> None:
    """Nothing waits and nothing is under way any more."""
    looks = 0
    while looks < CALM:
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        stack = pilot.app.screen_stack
        busy = any(isinstance(one, RegisterScreen) and one.busy for one in stack)
        waiting = any(one.message_queue_size for one in (pilot.app, *stack))
        looks = 0 if busy or waiting else looks + 1


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys, one after another."""
    for key in keys:
        await pilot.press(key)
        await calm(pilot)


async def write(pilot: Pilot[Any], field: str, text: str) -> None:
    """Write into a field of a form."""
    pilot.app.screen.query_one(f"#{field}", Input).value = text
    await calm(pilot)
