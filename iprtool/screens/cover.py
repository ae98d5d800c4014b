"""The cover: nothing is seen or heard of the recording until the person says how to go on."""

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from iprtool.model.times import clock, parse_clock
from iprtool.recall.any_recall import AnyRecall


class CoverScreen(Screen[str]):
    """Covers everything; its result is `play`, `stay` or `end`."""

    CSS = """
    CoverScreen { align: center middle; background: $background; }
    CoverScreen #cover-box { width: 44; height: auto; }
    CoverScreen #cover-text { text-align: center; width: 1fr; margin-bottom: 1; color: $text; }
    CoverScreen OptionList { height: auto; border: none; background: transparent; }
    CoverScreen Input { display: none; border: none; height: 1; background: $boost; margin-top: 1; }
    CoverScreen .hint { display: none; color: $text-muted; }
    CoverScreen #cover-error { color: $text-error; height: auto; }
    CoverScreen.-asking #cover-ways { text-opacity: 40%; }
    CoverScreen.-asking Input, CoverScreen.-asking .hint { display: block; }
    """
    ALLOW_SELECT = False
    # Space and Enter, which stop and save elsewhere, choose nothing by themselves: they are what is hit in alarm.
    BINDINGS = [
        Binding("1", "choose(0)", show=False),
        Binding("2", "choose(1)", show=False),
        Binding("3", "choose(2)", show=False),
        Binding("4", "choose(3)", show=False),
        Binding("5,ctrl+q", "choose(4)", show=False),
    ]

    def __init__(self, recall: AnyRecall, *, was_playing: bool) -> None:
        super().__init__()
        self._recall = recall
        self._was_playing = was_playing
        self._chose = False

    def compose(self) -> ComposeResult:
        """A calm page with five ways on."""
        with Vertical(id="cover-box"):
            yield Static("Covered. Take the time you need.", id="cover-text", markup=False)
            yield OptionList(
                Option("1  go on", "go_on"),
                Option("2  skip 30 seconds", "skip_30"),
                Option("3  skip 2 minutes", "skip_120"),
                Option("4  skip to …", "skip_to"),
                Option("5  end here", "end"),
                id="cover-ways",
                compact=True,
                markup=False,
            )
            yield Input(placeholder="to where, for instance 12:30", restrict=r"[\d:.]*", id="cover-to", compact=True)
            yield Static("enter goes there · esc back to the list", classes="hint", markup=False)
            yield Static("", id="cover-error", markup=False)

    def on_mount(self) -> None:
        """Nothing is chosen yet, for Enter to take."""
        self.query_one(OptionList).highlighted = None

    def action_choose(self, index: int) -> None:
        """A digit chooses its line."""
        ways = self.query_one("#cover-ways", OptionList)
        ways.highlighted = index
        ways.action_select()

    def back(self) -> None:
        """The ways on again, where a time was asked for."""
        self.remove_class("-asking")
        self.query_one("#cover-error", Static).update("")
        self.set_focus(self.query_one("#cover-ways"))

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        if self._chose:
            return
        match event.option.id:
            case "skip_30":
                self._skip(30_000)
            case "skip_120":
                self._skip(120_000)
            case "skip_to":
                self.add_class("-asking")
                self.set_focus(self.query_one(Input))
            case "end":
                self._go("end")
            case _:
                self._go("play" if self._was_playing else "stay")

    @on(Input.Submitted)
    def _to(self, event: Input.Submitted) -> None:
        try:
            to_ms = parse_clock(event.value)
        except ValueError as error:
            self.query_one("#cover-error", Static).update(str(error))
            return
        if to_ms > self._recall.head.duration_ms:
            length = clock(self._recall.head.duration_ms)
            self.query_one("#cover-error", Static).update(f"the recording ends at {length}; choose an earlier time")
            return
        if not self._chose:
            self._go("play", to_ms)

    def _skip(self, ms: int) -> None:
        self._go("play", self._recall.playback.at_ms + ms)

    def _go(self, how: str, to_ms: int | None = None) -> None:
        """Go on in this way, once: a key that was pressed twice says it again before this screen is gone."""
        self._chose = True
        self._recall.uncover(to_ms=to_ms)
        self.dismiss(how)
