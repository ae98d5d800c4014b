"""A new recall: who, by which protocol, with what on the screen; and what is looked to before it begins."""

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.events import Resize
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from iprtool.commands import NEW_RECALL
from iprtool.library.editing import looks_like_a_name
from iprtool.library.wish import Wish
from iprtool.model.errors import IprtoolError
from iprtool.model.terms import Role
from iprtool.recall.beginning import NO_YES, Beginning, ConsentCheck, Offers, Row
from iprtool.recall.settings import RecallChoice, protocol_text
from iprtool.screens.help import HelpScreen
from iprtool.screens.key_line import HeadLine, KeyLine
from iprtool.screens.keys import bindings_of
from iprtool.screens.new_recall_form import FormPane

NO_SOUND = "This machine has no sound device: connect one, or headphones, and test again."


class RecallDesk(Protocol):
    """What the screen asks of the study; every call may be slow, and is made from a thread."""

    def consents(self, choice: RecallChoice) -> ConsentCheck:
        """Whether all who take part have agreed."""
        ...

    def sound(self) -> str | None:
        """Sound a short tone; what it went to, None where there is nothing to be heard from."""
        ...

    def begin(self, choice: RecallChoice, *, another: bool) -> str:
        """Begin it; its id. IprtoolError where it cannot be."""
        ...


class NewRecallScreen(Screen[Wish | None]):
    """Dismissed with the wish to open the recall that has begun, or None where nothing was."""

    CSS = """
    NewRecallScreen #new-recall { height: 1fr; layout: vertical; padding-top: 1; }
    NewRecallScreen #checks { height: auto; max-height: 9; border-top: solid $panel; padding: 0 1; }
    NewRecallScreen #said { height: auto; max-height: 3; padding: 0 1; color: $text-error; display: none; }
    NewRecallScreen.wide #new-recall { layout: horizontal; }
    NewRecallScreen.wide FormPane { width: 3fr; }
    NewRecallScreen.wide #checks { width: 2fr; height: 1fr; max-height: 100%; border: none; border-left: solid $panel; }
    """
    AUTO_FOCUS = "#form"
    ALLOW_SELECT = False
    BINDINGS = bindings_of(NEW_RECALL)
    commands = NEW_RECALL

    class Checked(Message):
        """The consents were looked up for this choice."""

        def __init__(self, choice: RecallChoice, check: ConsentCheck) -> None:
            super().__init__()
            self.choice = choice
            self.check = check

    class Sounded(Message):
        """The tone is over, and went there."""

        def __init__(self, sink: str | None) -> None:
            super().__init__()
            self.sink = sink

    class Begun(Message):
        """The recall has begun (its id), or could not (one sentence)."""

        def __init__(self, recall: str | None, problem: str = "") -> None:
            super().__init__()
            self.recall = recall
            self.problem = problem

    def __init__(
        self,
        desk: RecallDesk,
        offers: Offers,
        by: Role | None = None,
        *,
        consents: Callable[[], Screen[Any]] | None = None,
    ) -> None:
        super().__init__()
        self._consents = consents
        self._desk = desk
        self._offers = offers
        self._beginning = Beginning(offers, by)
        self._heard: bool | None = None
        self._sink = ""
        self._check: ConsentCheck | None = None
        self._warned: set[str] = set()
        self._busy = False

    def compose(self) -> ComposeResult:
        """Head line, form, checks, key line."""
        yield HeadLine(id="head")
        with Container(id="new-recall"):
            yield FormPane(self._rows(), self._set, id="form")
            yield Static("", id="checks", markup=False)
        yield Static("", id="said", markup=False)
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """As the study offers it."""
        self.query_one(HeadLine).left = f"iprtool  {self._offers.title} · new recall"
        keys = self.query_one(KeyLine)
        keys.table, keys.hint = self.commands, "↑↓ lines · ←→ choose"
        self._show()
        self._look_up()

    def on_resize(self, event: Resize) -> None:
        """Where there is room, the checks stand beside the form."""
        self.set_class(event.size.width >= 150, "wide")

    def _rows(self) -> list[Row]:
        heard = Row("heard", "tone heard", self._heard, ((None, "not tested"), *((one, text) for one, text in NO_YES)))
        return [*self._beginning.rows(), heard]

    def _set(self, name: str, value: Any) -> None:
        self._warned = set()
        self._say("")
        if name == "heard":
            self._heard = value
        else:
            self._beginning.set(name, value)
        self.query_one(FormPane).show(self._rows())
        if name in ("who", "also", "protocol"):
            self._check = None
            self._look_up()
        self._show()

    # Looked to before it begins

    def _choice(self) -> RecallChoice:
        """What is chosen, as far as the consents go: with its settings where these go together."""
        try:
            return self._beginning.choice()
        except IprtoolError:
            who = self._beginning.who
            return RecallChoice(who.by, who.person)

    def _look_up(self) -> None:
        self._ask_consents(self._choice())

    @work(thread=True, exclusive=True, group="consents", exit_on_error=False)
    def _ask_consents(self, choice: RecallChoice) -> None:
        try:
            check = self._desk.consents(choice)
        except IprtoolError as error:
            check = ConsentCheck(problem=str(error))
        self.post_message(self.Checked(choice, check))

    @on(Checked)
    def _consents_known(self, event: Checked) -> None:
        if (event.choice.by, event.choice.person) == (self._beginning.who.by, self._beginning.who.person):
            self._check = event.check
            self._show()

    def _show(self) -> None:
        self.query_one("#checks", Static).update(Content("\n").join(self._lines()))

    def _lines(self) -> list[Content]:
        offers, check = self._offers, self._check
        lines = [
            _line("session", offers.latency, warn=offers.late),
            _line("forms", offers.forms),
            _line("sound", self._sound_text(), warn=self._heard is False or self._sink == NO_SOUND),
        ]
        if check is None:
            lines.append(_line("consent", "looking it up…"))
        elif check.problem is not None:
            lines.append(_line("consent", check.problem, warn=True))
        else:
            lines += [_line("consent", text) for text in check.lines or ("none is asked: this study keeps none",)]
        if self._beginning.who.begun:
            lines.append(_line("recall", "has begun before; this makes another beside it", warn=True))
        problem = self._beginning.problem
        lines.append(_line("how", problem or protocol_text(self._beginning.protocol()), warn=problem is not None))
        return lines

    def _sound_text(self) -> str:
        if self._heard is not None:
            return "the tone was heard" if self._heard else "the tone was not heard: look to cable and loudness"
        return self._sink or "not tested; ctrl+t sounds a tone"

    # Keys

    def action_sound(self) -> None:
        """Sound the tone, then ask whether it was heard."""
        self._heard, self._sink = None, "a tone is sounding…"
        self.query_one(FormPane).show(self._rows())
        self._show()
        self._sound()

    @work(thread=True, exclusive=True, group="sound", exit_on_error=False)
    def _sound(self) -> None:
        self.post_message(self.Sounded(self._desk.sound()))

    @on(Sounded)
    def _tone_over(self, event: Sounded) -> None:
        self._sink = NO_SOUND if event.sink is None else f"sounded by {event.sink}; was it heard?"
        if event.sink is not None:
            self.query_one(FormPane).choose("heard")
        self._show()

    def action_consents(self) -> None:
        """The consents of the study; what is noted there counts at once."""
        if self._consents is not None:
            self.app.push_screen(self._consents(), lambda _: self._look_up())

    async def action_begin(self) -> None:
        """Enter: begin, where nothing stands against it."""
        if self._busy:
            return
        problem = self._beginning.problem or (self._check.problem if self._check else "The consents are looked up.")
        if problem is not None:
            self._say(problem)
            return
        choice = self._beginning.choice()
        for warning in self._warnings(choice):
            if warning not in self._warned:
                self._warned.add(warning)
                self._say(warning)
                return
        self._say("")
        self._busy = True
        self._begin(choice, self._beginning.who.begun)

    def _warnings(self, choice: RecallChoice) -> Iterator[str]:
        """What is asked about once before it begins."""
        if choice.inquirer is not None and looks_like_a_name(choice.inquirer):
            yield f"{choice.inquirer} looks like a name; a code such as I2 keeps it out. Enter again keeps it."
        if self._beginning.who.begun:
            yield "There is a recall of this person already; Enter once more begins another beside it."

    @work(thread=True, exclusive=True, group="beginning", exit_on_error=False)
    def _begin(self, choice: RecallChoice, another: bool) -> None:
        try:
            recall = self._desk.begin(choice, another=another)
        except IprtoolError as error:
            self.post_message(self.Begun(None, str(error)))
        else:
            self.post_message(self.Begun(recall))

    @on(Begun)
    def _has_begun(self, event: Begun) -> None:
        self._busy = False
        if event.recall is None:
            self._say(event.problem)
        else:
            self.dismiss(Wish("recall", event.recall))

    def _say(self, problem: str) -> None:
        """In a line of its own, which covers nothing."""
        line = self.query_one("#said", Static)
        line.display = bool(problem)
        line.update(problem)

    def action_help(self) -> None:
        """Every key."""
        self.app.push_screen(HelpScreen(self.commands))

    def action_leave(self) -> None:
        """Back, and nothing has begun."""
        if not self._busy:
            self.dismiss(None)


def _line(what: str, text: str, *, warn: bool = False) -> Content:
    mark = "!" if warn else " "
    style = "$text-warning" if warn else ""
    return Content.assemble((f"{mark} {what:<9}", "bold" if warn else ""), (text, style))
