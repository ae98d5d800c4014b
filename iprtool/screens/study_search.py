"""Searching a whole study: what is typed is looked for in every session; Enter opens its review there."""

from textual import on
from textual.app import ComposeResult
from textual.events import Key, Paste
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static
from textual.worker import get_current_worker

from iprtool.commands.review import STUDY_SEARCH
from iprtool.library.wish import Wish
from iprtool.model.errors import IprtoolError
from iprtool.reviewing.across import Hit, SessionWords, StudyWords, found, withheld_text
from iprtool.reviewing.links import Links
from iprtool.reviewing.search import Query, asked
from iprtool.screens.hits_table import HitsTable
from iprtool.screens.key_line import HeadLine, KeyLine
from iprtool.screens.keys import bindings_of
from iprtool.screens.review_forms import CARET

HINT = "words · role:client · code:distance · theme:… · group:… · rupture:any · quotable:yes"


class Looked:
    """What was looked for last, and which hit was lit: it outlasts the screen."""

    def __init__(self) -> None:
        self.typed = ""
        self.at = 0


class StudySearchScreen(Screen[Wish | None]):
    """A line, and what is found as it is typed, while the sessions are read one after the other."""

    CSS = """
    StudySearchScreen #search-line { height: 1; padding: 0 1; background: $boost; }
    StudySearchScreen #search-said { height: 1; padding: 0 1; color: $text-muted; }
    """
    AUTO_FOCUS = ""
    BINDINGS = bindings_of(STUDY_SEARCH)

    class Read(Message):
        """Sessions were read (posted from a worker): the links, some sessions, how many of how many are read."""

        def __init__(self, links: Links, sessions: list[SessionWords], read: int, count: int) -> None:
            super().__init__()
            self.links = links
            self.sessions = sessions
            self.read = read
            self.count = count

    class Failed(Message):
        """The study could not be read: one sentence (posted from a worker)."""

        def __init__(self, sentence: str) -> None:
            super().__init__()
            self.sentence = sentence

    def __init__(self, title: str, words: StudyWords, looked: Looked | None = None) -> None:
        super().__init__()
        self._title = title
        self._words = words
        self._looked = looked or Looked()
        self._sessions: list[SessionWords] = []
        self._links = Links()
        self._hits: list[Hit] = []
        self._query = Query()
        self._reading = ""
        self._at = self._looked.at

    def compose(self) -> ComposeResult:
        """Head line, what is typed, what was found, key line."""
        yield HeadLine(id="head")
        yield Static("", id="search-line", markup=False)
        yield Static("", id="search-said", markup=False)
        yield HitsTable(id="hits")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """The study is read beside the screen."""
        self.query_one(HeadLine).left = f"iprtool  {self._title} · search"
        self.query_one(KeyLine).table = STUDY_SEARCH
        self._type(self._looked.typed)
        self.run_worker(self._read, thread=True, exclusive=True, group="reading", exit_on_error=False)

    def _read(self) -> None:
        worker = get_current_worker()
        try:
            links, count = self._words.links(), self._words.count()
            for number, session in enumerate(self._words.read(), start=1):
                if worker.is_cancelled:
                    return
                self.post_message(self.Read(links, [session], number, count))
        except IprtoolError as error:
            self.post_message(self.Failed(str(error)))

    @on(Read)
    def _came(self, event: Read) -> None:
        self._links = event.links
        self._sessions += event.sessions
        self._hits += found(event.sessions, self._query, self._links)
        self._reading = f"read {event.read} of {event.count} sessions" if event.read < event.count else ""
        self._show()

    @on(Failed)
    def _failed(self, event: Failed) -> None:
        self.notify(event.sentence, severity="error", timeout=10)

    # What is typed

    def on_key(self, event: Key) -> None:
        """All that can be written is written; the rest are commands."""
        if event.key == "backspace":
            self._type(self._looked.typed[:-1])
        elif event.character is not None and event.is_printable:
            self._type(self._looked.typed + event.character)
        else:
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: Paste) -> None:
        """A text that is pasted is looked for."""
        self._type(self._looked.typed + " ".join(event.text.split()))

    def _type(self, text: str) -> None:
        if text != self._looked.typed:
            self._at = 0
        self._looked.typed = text
        self.query_one("#search-line", Static).update(f"{text}{CARET}" if text else f"{CARET}{HINT}")
        try:
            self._query = asked(text)
        except ValueError as error:
            self._query, self._hits = Query(), []
            self._show(f"{error}")
            return
        self._hits = found(self._sessions, self._query, self._links)
        self._show()

    def _show(self, wrong: str = "") -> None:
        count = "" if self._query.empty else f"{len(self._hits)} found"
        left_out = (one.withheld for one in self._sessions)
        said = " · ".join(part for part in (wrong or count, self._reading, withheld_text(left_out)) if part)
        self.query_one("#search-said", Static).update(said)
        self.query_one(HitsTable).show(self._hits, self._at)

    # Keys

    def _move(self, by: int) -> None:
        table = self.query_one(HitsTable)
        table.move(by)
        self._at = table.at

    def action_down(self) -> None:
        """The next."""
        self._move(1)

    def action_up(self) -> None:
        """The one before."""
        self._move(-1)

    def action_page_down(self) -> None:
        """A page on."""
        self._move(max(1, self.query_one(HitsTable).size.height - 2))

    def action_page_up(self) -> None:
        """A page back."""
        self._move(-max(1, self.query_one(HitsTable).size.height - 2))

    def action_empty(self) -> None:
        """Nothing is typed."""
        self._type("")

    def action_take(self) -> None:
        """The review of its session, there."""
        if (hit := self.query_one(HitsTable).lit) is not None:
            self._take(hit)

    @on(HitsTable.Taken)
    def _clicked(self, event: HitsTable.Taken) -> None:
        self._take(event.hit)

    def _take(self, hit: Hit) -> None:
        self._looked.at = self.query_one(HitsTable).at
        self.dismiss(Wish("review", hit.session.id, hit.entry.at_ms, hit.entry.ref))

    def action_leave(self) -> None:
        """Back."""
        self._looked.at = self._at
        self.dismiss(None)
