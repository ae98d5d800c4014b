"""An app that tells of an internal error where it was, and nothing of what was on the screen."""

from pathlib import Path
from traceback import extract_tb
from typing import TypeVar

from textual.app import App

Result = TypeVar("Result")


class QuietApp(App[Result], inherit_bindings=False):
    """Textual's own report would print local variables, notes and keys among them."""

    def _fatal_error(self) -> None:
        self.bell()
        where = f" ({place_of(self._exception)})" if self._exception else ""
        self._exit_renderables.append(
            f"iprtool stopped on an internal error. Everything shown as saved is saved; open it again.{where}"
        )
        self._close_messages_no_wait()


def place_of(error: Exception) -> str:
    """The kind of an error and the last line of iprtool's own that it came through, without its text."""
    frames = extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(Path(__file__).parent)] or frames
    return " at ".join([type(error).__name__, *(f"{Path(frame.filename).name}:{frame.lineno}" for frame in own[-1:])])
