"""An app for work at a desk: what is typed fast still goes where it was meant, and one notice is shown at a time."""

import asyncio
from collections import deque
from collections.abc import Iterable

from textual.events import Event, Key, Paste
from textual.message_pump import MessagePump
from textual.notifications import Notify

from iprtool.quiet_app import QuietApp, Result

PATIENCE_S = 3.0
"""So long a key waits for what the one before it set off; whatever takes longer, typing goes on."""


class OrderlyApp(QuietApp[Result], inherit_bindings=False):
    """A key is handed on once the one before it is done with: the focus has moved, the screen it opened is there.

    Textual hands every key at once to what has the focus then.
    """

    _typed: deque[Key | Paste]
    _handing_on: asyncio.Task[None] | None = None

    async def on_event(self, event: Event) -> None:
        """Keys wait in a line of their own, so that the app goes on meanwhile."""
        if not isinstance(event, Key | Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        if self._handing_on is None or self._handing_on.done():
            self._typed = deque()
            self._handing_on = asyncio.create_task(self._hand_on())
            self._handing_on.add_done_callback(self._handed_on)
        self._typed.append(event)

    async def _hand_on(self) -> None:
        while self._typed and not self._exit:
            await super().on_event(self._typed.popleft())
            try:
                await asyncio.wait_for(self._settled(), PATIENCE_S)
            except TimeoutError:
                continue

    def _handed_on(self, task: "asyncio.Task[None]") -> None:
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self._handle_exception(error)

    async def _settled(self) -> None:
        """Until what has the focus, the screens and the app have done what they had to.

        Twice at least, since what a key does is told on from a field to its form, and until that opens nothing more.
        """
        had_focus, seen = self.focused, 0
        before: list[object] = []
        while seen < 2 or before != [self.focused, *self.screen_stack]:
            before, seen = [self.focused, *self.screen_stack], seen + 1
            for focused in (had_focus, self.focused):
                await _passed(focused.ancestors_with_self if focused else ())
            await _passed(reversed(self.screen_stack))
            await _passed([self])

    def on_notify(self, _event: Notify) -> None:
        """The newest only: they would lie over each other, and over what is below them."""
        self.clear_notifications()


async def _passed(pumps: Iterable[MessagePump]) -> None:
    """Each has come to the end of what waited for it."""
    for pump in list(pumps):
        passed = asyncio.Event()
        if pump.call_later(passed.set):
            await passed.wait()
