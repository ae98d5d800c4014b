"""The panes that take the words' place: the stop's card, the rupture marker, all words, edit, lead."""

from typing import TYPE_CHECKING, Any

import msgspec
from textual.containers import Vertical
from textual.events import Key

from iprtool.model.mark import Mark, Rupture
from iprtool.model.terms import (
    Locus,
    Mover,
    RuptureType,
    StoppedBy,
    YesNoUnsure,
    levels,
)
from iprtool.model.times import clock
from iprtool.screens.edit_pane import EditPane
from iprtool.screens.fields import Field, FieldsPane
from iprtool.screens.note_area import NoteArea
from iprtool.screens.words import ChoicePane, WordsPane, choices_of

if TYPE_CHECKING:
    from iprtool.screens.recall_view import RecallView

LEADS = ("affect", "agenda", "cognition", "image", "body", "mutual", "expectation", "relationship", "wish", "close")
"""The categories of the inquirer's questions (Kagan's leads, grouped)."""

HELPFUL = tuple((half / 2, f"{half / 2:g}") for half in range(2, 19))
TIMEFRAMES = (("then", "then"), ("now", "now, on watching"), ("unsure", "not sure"))
PERSPECTIVES = (("own", "of myself"), ("guess_of_partner", "my guess of the other"))
QUOTABLE = (("no", "no"), ("ask", "ask me"), ("yes", "yes"))
ONE_TO_FIVE = tuple((value, str(value)) for value in range(1, 6))


def terms(vocabulary: object) -> tuple[tuple[str, str], ...]:
    """A vocabulary's levels with their plain wording."""
    return tuple((level, level.replace("_", " ")) for level in levels(vocabulary))


class RecallPanes:
    """Opens and closes the panes, and carries what is set in them to the recall."""

    def __init__(self, screen: "RecallView") -> None:
        self._screen = screen
        self._pane: FieldsPane | ChoicePane | EditPane | None = None

    @property
    def is_editing(self) -> bool:
        """Whether the form that edits a mark is open."""
        return isinstance(self._pane, EditPane)

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
            return f"{_extent(mark)} · {self._who(mark.stopped_by)}{_when(mark)}"
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
        if state.status == "ended":
            return "the end\nspace plays it again"
        return "stopped\nspace goes on" if recall.stop_id else "space plays"

    def _stoppers(self) -> tuple[tuple[StoppedBy, str], ...]:
        return (("recaller", self._screen.recall.head.by.replace("_", " ")), ("inquirer", "inquirer"))

    def _who(self, by: StoppedBy | None) -> str:
        words = {**dict(self._stoppers()), "program": "the program"}
        return f"by {words[by]} · " if by else ""

    async def card(self) -> None:
        """The stop's card."""
        recall = self._screen.recall
        mark = recall.mark
        stop = recall.state.stops.get(recall.stop_id or "")
        fields = [
            Field("stopped_by", "stopped by", self._stoppers(), stop.stopped_by if stop else None),
            Field("timeframe", "this was", TIMEFRAMES, mark.timeframe if mark else "then"),
            Field("perspective", "it tells", PERSPECTIVES, mark.perspective if mark else "own"),
            Field("helpful", "helpful", HELPFUL, mark.helpful if mark else None),
            Field("quotable", "be quoted", QUOTABLE, mark.quotable if mark else "ask"),
        ]
        if self._screen.face != "participant":
            recognisable = ((False, "no"), (True, "yes"))
            value = mark.partner_recognisable if mark else False
            fields.append(Field("partner_recognisable", "recognisable", recognisable, value))
        await self._open(FieldsPane(f"the stop{_peaks_text(mark)}", fields, self._set_field, self._finish, name="card"))

    async def rupture(self) -> None:
        """The rupture marker of this stop."""
        mark = self._screen.recall.mark
        rupture = (mark.rupture if mark else None) or Rupture()
        fields = [
            Field("type", "type", terms(RuptureType), rupture.type),
            Field("mover", "mover", terms(Mover), rupture.mover),
            Field("locus", "locus", terms(Locus), rupture.locus),
            Field("salience", "salience", ONE_TO_FIVE, rupture.salience),
            Field("addressed", "addressed", terms(YesNoUnsure), rupture.addressed),
            Field("resolved", "resolved", ONE_TO_FIVE, rupture.resolved),
        ]
        await self._open(FieldsPane("rupture marker", fields, self._set_field, self._finish, name="rupture"))

    async def all_words(self) -> None:
        """Every word of the codebook."""
        mark = self._screen.recall.mark
        chosen = [code.code for code in mark.codes] if mark else []
        codebook = self._screen.recall.head.codebook
        await self._open(ChoicePane(codebook.title, choices_of(codebook, chosen), self._choose, name="words"))

    async def leads(self) -> None:
        """Which kind of question the inquirer asked."""
        choices = [(lead, lead) for lead in LEADS]
        await self._open(ChoicePane("which kind of question was asked?", choices, self._choose, name="leads"))

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
            recall.toggle_stopped_by()
        elif value is not None or name == "helpful":
            recall.change_stop_mark(**{name: value})
        self._screen.show_moment()

    def _choose(self, choice: str | None) -> None:
        """An entry of the open list was taken."""
        pane = self._pane.name if self._pane else None
        self.close()
        if choice is not None and pane == "leads":
            self._screen.recall.lead_used(choice)
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
            self._pane.remove()
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
        self._pane = pane
        self._screen.query_one(WordsPane).display = False
        self._screen.query_one("#note").add_class("folded")
        card = self._screen.query_one("#card", Vertical)
        if not isinstance(pane, FieldsPane):
            card.styles.height = "3fr"
        await card.mount(pane)
        # The other panes get their keys from the note's place, so that none overtakes another.
        if isinstance(pane, EditPane):
            self._screen.set_focus(pane.query_one(NoteArea))
        self._screen.show_moment()


def _when(mark: Mark) -> str:
    of = {"then": "then", "now": "now", "unsure": "then or now"}[mark.timeframe]
    guess = " · a guess of the partner" if mark.perspective == "guess_of_partner" else ""
    return f"{of}{guess}{_peaks_text(mark)}"


def _extent(mark: Mark) -> str:
    if mark.kind == "open_interval":
        return f"from {clock(mark.start_ms)}, open"
    return (
        f"{clock(mark.start_ms)}–{clock(mark.end_ms)}" if mark.end_ms is not None else f"stopped {clock(mark.start_ms)}"
    )


def _peaks_text(mark: Mark | None) -> str:
    return f" · peaks {', '.join(clock(peak.at_ms) for peak in mark.peaks)}" if mark and mark.peaks else ""
