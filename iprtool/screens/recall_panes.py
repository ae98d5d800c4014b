"""The panes that take the words' place: the stop's card, the rupture marker, all words, edit, lead."""

from typing import TYPE_CHECKING, Any

import msgspec
from textual.containers import Vertical
from textual.events import Key
from textual.widget import Widget

from iprtool.commands.panes import CHOICES, EDITING, FIELDS
from iprtool.commands.table import Command
from iprtool.model.guide import CATEGORIES
from iprtool.model.mark import Mark, Rupture
from iprtool.model.terms import Perspective, StoppedBy
from iprtool.model.times import clock
from iprtool.recall.wording import peaks_text
from iprtool.screens.edit_pane import EditPane
from iprtool.screens.fields import FieldsPane
from iprtool.screens.note_area import NoteArea
from iprtool.screens.recall_fields import card_fields, guess_fields, helpful_fields, rupture_fields, word_of
from iprtool.screens.taking_away import take_away
from iprtool.screens.words import ChoicePane, WordsPane, choices_of

if TYPE_CHECKING:
    from iprtool.screens.recall_view import RecallView

RATED_AS: dict[str, Perspective] = {"rated_own": "own", "rated_guess": "guess_of_partner"}
KEYS: dict[type[Widget], tuple[Command, ...]] = {FieldsPane: FIELDS, ChoicePane: CHOICES, EditPane: EDITING}


class RecallPanes:
    """Opens and closes the panes, and carries what is set in them to the recall."""

    def __init__(self, screen: "RecallView") -> None:
        self._screen = screen
        self._pane: FieldsPane | ChoicePane | EditPane | None = None

    @property
    def is_editing(self) -> bool:
        """Whether the form that edits a mark is open."""
        return isinstance(self._pane, EditPane)

    @property
    def is_asking(self) -> bool:
        """Whether what the protocol asks is open."""
        return self._pane is not None and self._pane.name == "asked"

    @property
    def keys(self) -> tuple[Command, ...]:
        """The keys of the open pane; none where none is open."""
        return KEYS[type(self._pane)] if self._pane is not None else ()

    def card_head(self) -> str:
        """The line over the note: where, by whom, then or now; or what is being played."""
        recall = self._screen.recall
        mark, stop = recall.mark, recall.state.stops.get(recall.stop_id or "")
        if recall.playing:
            opened = recall.open_interval
            if (loop := self._screen.player.state.loop) is not None:
                return f"going round {clock(loop[0])}–{clock(loop[1])}; space stops, ctrl+r plays on"
            return f"a longer moment is open since {clock(opened.start_ms)}" if opened else "playing"
        if mark is not None:
            return f"{_extent(mark)} · {self._who(mark.stopped_by)}{_when(mark)}{self._peaks(mark)}"
        if stop is not None:
            return f"stopped {clock(stop.at_ms)} · {self._who(stop.stopped_by)}then"
        return "not yet stopped anywhere here"

    def doing(self) -> str:
        """What the stage says under the clock."""
        recall, state = self._screen.recall, self._screen.player.state
        if state.status == "failed":
            return state.message or "the recording does not play"
        if state.status == "opening":
            return "opening the recording…"
        if recall.playing:
            return "playing\nspace stops"
        if recall.course.is_over(recall.playback.at_ms):
            return "the last part\nspace plays it again"
        if state.status == "ended":
            return "the end\nspace plays it again"
        return "stopped\nspace goes on" if recall.stop_id else "space plays"

    def _who(self, by: StoppedBy | None) -> str:
        return f"by {self._screen.recall.course.name_of(by)} · " if by else ""

    async def card(self) -> None:
        """The stop's card."""
        recall = self._screen.recall
        fields = card_fields(recall, plain=self._screen.face == "participant")
        title = f"the stop{self._peaks(recall.mark)}"
        await self._open(FieldsPane(title, fields, self._set_field, self._finish, name="card"))

    async def rupture(self) -> None:
        """The rupture marker of this stop."""
        mark = self._screen.recall.mark
        fields = rupture_fields((mark.rupture if mark else None) or Rupture())
        await self._open(FieldsPane("rupture marker", fields, self._set_field, self._finish, name="rupture"))

    def ask(self, *, again: bool = False) -> None:
        """What the protocol asks at this stop, if it asks anything; its keys are the pane's from this call on.

        Asked `again`, only where something is not answered yet.
        """
        recall = self._screen.recall
        if recall.asks is None or recall.covered or self._screen.writing:
            return
        if recall.asks == "guess":
            title, fields = "1 very negative – 5 very positive", guess_fields(recall)
        else:
            title, fields = "1 hindering – 5 neither – 9 helpful", helpful_fields(recall)
        if again and all(field.value is not None for field in fields):
            return
        self.close()
        pane = FieldsPane(title, fields, self._set_field, self._answered, name="asked")
        self._place(pane).mount(pane)
        self._screen.show_moment()

    def _answered(self) -> None:
        """Enter: what the program stopped for is answered, or left out."""
        recall = self._screen.recall
        self.close()
        if recall.course.subject is not None:
            recall.next_part()
        elif recall.head.protocol.after_note == "go_on":
            recall.go_on()
        self._screen.show_moment()

    async def all_words(self) -> None:
        """Every word of the codebook."""
        mark = self._screen.recall.mark
        chosen = [code.code for code in mark.codes] if mark else []
        codebook = self._screen.recall.head.codebook
        await self._open(ChoicePane(codebook.title, choices_of(codebook, chosen), self._choose, name="words"))

    async def leads(self) -> None:
        """Which question the inquirer asked; its words are for the inquirer's face only, its kind for all."""
        guide = self._screen.recall.head.guide
        if guide is not None and self._screen.face == "researcher":
            choices = [(lead.id, f"{lead.category} · {lead.text}") for lead in guide.leads]
            title = "which question was asked?"
        else:
            choices = [(kind, kind) for kind in (guide.categories if guide else CATEGORIES)]
            title = "which kind of question was asked?"
        await self._open(ChoicePane(title, choices, self._choose, name="leads"))

    async def edit(self, mark: Mark) -> None:
        """Words, edges and note of a mark."""
        await self._open(EditPane(mark, self._screen.recall.head.codebook))

    def _set_field(self, name: str, value: Any) -> None:
        """A field of the open pane has another value."""
        recall = self._screen.recall
        if self._pane is not None and self._pane.name == "rupture":
            rupture = (recall.mark.rupture if recall.mark else None) or Rupture()
            if name == "type" and value is None:
                recall.change_stop_mark(rupture=None)
            else:
                recall.set_rupture(msgspec.structs.replace(rupture, **{name: value}))
        elif name == "stopped_by":
            if value is not None:
                recall.set_stopped_by(value)
        elif name in RATED_AS:
            recall.rate(RATED_AS[name], value)
        elif name == "word":
            self._set_word(value)
        elif value is not None or name == "helpful":
            recall.change_stop_mark(**{name: value})
        self._screen.show_moment()

    def _set_word(self, code: str | None) -> None:
        """One word in the place of another; each is put on, or taken off, as by its digit."""
        recall = self._screen.recall
        before = word_of(recall)
        for one in (code, before):
            if one is not None and code != before:
                recall.word(one)

    def _choose(self, choice: str | None) -> None:
        """An entry of the open list was taken."""
        pane = self._pane.name if self._pane else None
        self.close()
        if choice is not None and pane == "leads":
            guide = self._screen.recall.head.guide
            lead = guide.lead(choice) if guide and self._screen.face == "researcher" else None
            self._screen.recall.lead_used(lead.category if lead else choice, lead.id if lead else None)
        elif choice is not None and pane == "words":
            self._screen.recall.word(choice)
        self._screen.show_moment()

    def _finish(self) -> None:
        self.close()
        self._screen.show_moment()

    def press(self, event: Key) -> bool:
        """Give a key to the open pane, at once; False where it is none of its keys."""
        match self._pane:
            case FieldsPane():
                return self._pane.press(event.key)
            case ChoicePane():
                return self._pane.press(event.key, event.character)
            case _:
                return False

    def close(self) -> None:
        """The words are back in their place."""
        if self._pane is not None:
            take_away(self._pane)
            self._pane = None
            self._screen.query_one(WordsPane).display = True
            self._screen.query_one("#note").remove_class("folded")
            self._screen.query_one("#card").styles.height = "auto"
            self._screen.set_focus(self._screen.query_one("#note"))

    async def _open(self, pane: FieldsPane | ChoicePane | EditPane) -> None:
        """Open a pane in place of another; the key that opened it closes it again."""
        again = self._pane is not None and self._pane.name == pane.name
        self.close()
        if again:
            self._screen.show_moment()
            return
        await self._place(pane).mount(pane)
        # The other panes get their keys from the note's place, so that none overtakes another.
        if isinstance(pane, EditPane):
            self._screen.set_focus(pane.query_one(NoteArea))
        self._screen.show_moment()

    def _place(self, pane: FieldsPane | ChoicePane | EditPane) -> Vertical:
        """Make room for a pane, which has the keys from now on; where it is to be mounted."""
        self._pane = pane
        self._screen.query_one(WordsPane).display = False
        self._screen.query_one("#note").add_class("folded")
        card = self._screen.query_one("#card", Vertical)
        if not isinstance(pane, FieldsPane):
            card.styles.height = "3fr"
        return card

    def _peaks(self, mark: Mark | None) -> str:
        text = peaks_text(mark.peaks, self._screen.recall.head.by) if mark else ""
        return f" · {text}" if text else ""


def _when(mark: Mark) -> str:
    of = {"then": "then", "now": "now", "unsure": "then or now"}[mark.timeframe]
    guess = " · a guess of the partner" if mark.perspective == "guess_of_partner" else ""
    return f"{of}{guess}"


def _extent(mark: Mark) -> str:
    if mark.kind == "open_interval":
        return f"from {clock(mark.start_ms)}, open"
    return (
        f"{clock(mark.start_ms)}–{clock(mark.end_ms)}" if mark.end_ms is not None else f"stopped {clock(mark.start_ms)}"
    )
