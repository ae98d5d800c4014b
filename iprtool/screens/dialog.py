"""A screen over another that is left once, however often its keys are pressed."""

from typing import Any

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, ScreenResultType


class Dialog(ModalScreen[ScreenResultType]):
    """Keys that were pressed before it was gone, and come after, change nothing."""

    ALLOW_SELECT = False

    def dismiss(self, result: ScreenResultType | None = None) -> Any:
        """Leave with a result, unless it was left already."""
        return super().dismiss(result) if self.is_current else AwaitComplete()
