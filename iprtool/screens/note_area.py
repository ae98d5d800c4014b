"""The note: Enter saves, ctrl+j breaks the line, every change is told at once."""

from collections.abc import Awaitable, Callable

from textual.events import Click, Key, Paste
from textual.message import Message
from textual.widgets import TextArea

TakeKey = Callable[[Key], Awaitable[bool]]


class NoteArea(TextArea):
    """A text area for a note; `Saved` says that Enter was pressed.

    `take_key` is asked first about every key, and in the one place where keys arrive, so that what is typed fast
    keeps its order: command, letter, command. True means that the key was taken.
    """

    DEFAULT_CSS = """
    NoteArea { height: 3; border: none; padding: 0 1; background: $surface; }
    NoteArea:focus { border: none; }
    NoteArea.-writing { background: $boost; }
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

    class Wanted(Message):
        """The note was clicked, or a text pasted: it is to be written in."""

        def __init__(self, text: str = "") -> None:
            super().__init__()
            self.text = text

    def __init__(self, placeholder: str, id: str, take_key: TakeKey | None = None, *, text: str = "") -> None:  # noqa: A002
        super().__init__(text, id=id, placeholder=placeholder, soft_wrap=True, compact=True)
        self._take_key = take_key
        self.writing = take_key is None

    @property
    def writing(self) -> bool:
        """Whether keys are text; the caret shows it."""
        return self.show_cursor

    @writing.setter
    def writing(self, writing: bool) -> None:
        # The caret is hidden only where the text is read only as well.
        self.show_cursor = self.cursor_blink = writing
        self.read_only = not writing
        self.set_class(writing, "-writing")

    def on_mount(self) -> None:
        """The caret stands at the end of what is there."""
        self.move_cursor(self.document.end)

    async def _on_key(self, event: Key) -> None:
        if self._take_key is not None and await self._take_key(event):
            event.stop()
            event.prevent_default()
        elif event.key == "enter":
            event.stop()
            event.prevent_default()
            self.post_message(self.Saved(self))
        elif event.key in ("ctrl+j", "shift+enter"):
            event.stop()
            event.prevent_default()
            self.insert("\n")
        else:
            await super()._on_key(event)

    async def _on_paste(self, event: Paste) -> None:
        if self.writing:
            await super()._on_paste(event)
        else:
            event.stop()
            event.prevent_default()
            self.post_message(self.Wanted(event.text))

    def on_click(self, event: Click) -> None:
        """A click begins the note."""
        event.stop()
        if not self.writing:
            self.post_message(self.Wanted())

    def write(self, text: str) -> None:
        """Put a text in, with the caret at its end."""
        if text != self.text:
            self.text = text
        self.move_cursor(self.document.end)
        # Textual draws a text of the same size anew only when told to.
        self.refresh()
