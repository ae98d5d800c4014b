"""The note: Enter saves, ctrl+j breaks the line, every change is told at once."""

from textual.events import Key
from textual.message import Message
from textual.widgets import TextArea


class NoteArea(TextArea):
    """A text area for a note; `Saved` says that Enter was pressed."""

    DEFAULT_CSS = """
    NoteArea { height: 3; border: none; padding: 0 1; background: $surface; }
    NoteArea:focus { border: none; background: $boost; }
    """

    class Saved(Message):
        """Enter was pressed: the note is to be saved."""

        def __init__(self, note: "NoteArea") -> None:
            super().__init__()
            self.note = note

        @property
        def control(self) -> "NoteArea":
            """The note that was written in."""
            return self.note

    def __init__(self, placeholder: str, id: str) -> None:  # noqa: A002
        super().__init__(id=id, placeholder=placeholder, soft_wrap=True, show_line_numbers=False, compact=True)

    async def _on_key(self, event: Key) -> None:
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self.post_message(self.Saved(self))
        elif event.key in ("ctrl+j", "shift+enter"):
            event.stop()
            event.prevent_default()
            self.insert("\n")
        else:
            await super()._on_key(event)

    def write(self, text: str) -> None:
        """Put a text in, with the caret at its end."""
        self.text = text
        self.move_cursor(self.document.end)
