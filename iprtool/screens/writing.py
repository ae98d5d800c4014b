"""A screen whose person writes a layer: what is on the disk, the note being written, keys in the order of presses."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from textual import on
from textual.events import Key
from textual.message import Message

from iprtool.edits import LayerState
from iprtool.recall.playback import Playback
from iprtool.recall.saving import Saving
from iprtool.screens.note_area import NoteArea
from iprtool.screens.presenting import span_of
from iprtool.screens.recording import RecordingScreen
from iprtool.timeline.widget import TimelineView

RETRY_S = 2
LATE_NS = 1_000_000_000


class Written(Protocol):
    """What is written: a recall of any kind, or a coding."""

    @property
    def saving(self) -> Saving:
        """What is on its way to the disk."""
        ...

    @property
    def state(self) -> LayerState:
        """The layer as it stands."""
        ...

    def keep_draft(self, text: str) -> None:
        """Keep the note as far as it is written."""
        ...

    def save_note(self, text: str) -> object:
        """Save the note that was written."""
        ...


@contextmanager
def pressed(playback: Playback, event: Key) -> Iterator[None]:
    """While a key is carried out, what it marks is marked where it was pressed, however late that is."""
    now_ns, pressed_ns = time.monotonic_ns(), int(event.time * 1e9)
    # Where Textual counts by another clock (Windows), the moment of the handling has to do.
    playback.pressed_ns = pressed_ns if 0 <= now_ns - pressed_ns < LATE_NS else now_ns
    try:
        yield
    finally:
        playback.pressed_ns = None


class WritingScreen(RecordingScreen):
    """A recording with the layer that is written on it; its note is the `NoteArea` with the id `note`."""

    ALLOW_SELECT = False

    class Saved(Message):
        """A commit is durable, or failed with this sentence (posted from the writer's thread)."""

        def __init__(self, error: str | None) -> None:
            super().__init__()
            self.error = error

    work: Written
    """What is written; each screen sets it as it begins."""

    def on_mount(self) -> None:
        """What could not be saved is tried again."""
        self._retry = self.set_interval(RETRY_S, self.work.saving.retry, pause=True)

    def coverage_changed(self) -> None:
        """More of the recording was played, or left out."""
        spans = self.work.state.coverage
        self.query_one(TimelineView).put("played", span_of(spans[next(reversed(spans))]))

    # What is on the disk

    def saved(self, error: str | None) -> None:
        """From the writer's thread: on to the screen's own."""
        self.post_message(self.Saved(error))

    @on(Saved)
    def _saved(self, event: Saved) -> None:
        (self._retry.resume if self.work.saving.failed else self._retry.pause)()
        if event.error is not None:
            self.notify(event.error, severity="error", timeout=15)
        self.show_saving(event.error)

    def show_saving(self, error: str | None) -> None:  # noqa: ARG002
        """Show whether everything is on the disk."""
        self.show_transport()

    @property
    def kept(self) -> str:
        """Whether everything is on the disk, in a word or two."""
        saving = self.work.saving
        return "NOT SAVED" if saving.failed else "saving…" if saving.waiting else "saved"

    def show_transport(self) -> None:
        """The transport line (each screen's own)."""
        raise NotImplementedError

    # Keys

    async def take_key(self, event: Key) -> bool:
        """Whether a key was a command, or the first letter of a note (each screen's own)."""
        raise NotImplementedError

    async def on_key(self, event: Key) -> None:
        """Keys that come while nothing has the focus are taken all the same."""
        if self.focused is None and await self.take_key(event):
            event.stop()
            event.prevent_default()

    # The note

    @property
    def writing(self) -> bool:
        """Whether a note is being written."""
        return self.query_one("#note", NoteArea).writing

    def open_note(self, text: str) -> None:
        """Write a note, from this text on."""
        note = self.query_one("#note", NoteArea)
        note.writing = True
        note.write(text)
        self.set_focus(note)

    @on(NoteArea.Changed, "#note")
    def _note_changed(self) -> None:
        if self.writing:
            self.work.keep_draft(self.query_one("#note", NoteArea).text)

    def settle_note(self) -> None:
        """The note being written is saved before anything else happens."""
        note = self.query_one("#note", NoteArea)
        if note.writing:
            note.writing = False
            self.work.save_note(note.text)
