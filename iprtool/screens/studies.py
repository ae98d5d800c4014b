"""The studies known on this machine: open one, make one, or begin with the demo."""

from collections.abc import Callable
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from iprtool.commands.studies import STUDIES
from iprtool.library.known import KnownStudy, StudiesWish
from iprtool.model.errors import IprtoolError
from iprtool.screens.help import HelpScreen
from iprtool.screens.key_line import HeadLine, KeyLine
from iprtool.screens.keys import bindings_of

GREETING = """\
Welcome. There is no study of yours on this computer yet.

  n  makes one: a folder in which everything is sealed behind your passphrase
  d  opens the demo study: fictional sessions, recalled by client and therapist
  r  reviews a recording of your own at once, without a study
  o  opens a study that is in a folder already
"""


class StudiesScreen(Screen[None]):
    """The list; a form asks for what opening by a path and making a study need."""

    CSS_PATH = "studies.tcss"
    AUTO_FOCUS = ""
    ALLOW_SELECT = False
    BINDINGS = bindings_of(STUDIES)

    class Wished(Message):
        """The list is to be left for this; None: for good."""

        def __init__(self, wish: StudiesWish | None) -> None:
            super().__init__()
            self.wish = wish

    def __init__(self, known: list[KnownStudy], forget: Callable[[Path], None]) -> None:
        super().__init__()
        self.commands = STUDIES
        self._known = known
        self._forget = forget

    def compose(self) -> ComposeResult:
        """Head line, a greeting for who has none yet, the list, key line."""
        yield HeadLine(id="head")
        with Vertical():
            if all(one.kind == "demo" for one in self._known):
                yield Static(GREETING, id="greeting", markup=False)
            yield OptionList(*(Option(self._text(one)) for one in self._known), markup=False)
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """The study opened last is chosen."""
        self.query_one(HeadLine).left = "iprtool  studies"
        self.query_one(KeyLine).table = self.commands
        options = self.query_one(OptionList)
        options.display = bool(self._known)
        if self._known:
            options.highlighted = 0
            options.focus()

    def _text(self, one: KnownStudy) -> Content:
        when = f"last changed {one.changed_at}" if one.there else "not there now"
        size = f" · {one.size / 1_000_000:.1f} MB" if one.size else ""
        where = f"\n    {one.path}" if one.kind == "study" else ""
        return Content.assemble((f"{one.name:<34}", "bold"), (f"  {when}{size}{where}", "$text-muted"))

    @on(OptionList.OptionSelected)
    def action_open(self) -> None:
        """Open the chosen study."""
        at = self.query_one(OptionList).highlighted
        if at is None:
            self.notify("No study is chosen: n makes one, o opens one by its folder.")
        elif not self._known[at].there:
            self.notify("This study is not there now: is its disk connected? del takes it off the list.")
        else:
            self.post_message(self.Wished(StudiesWish("open", self._known[at].path)))

    def action_new(self) -> None:
        """Ask for a name and a place."""
        from iprtool.screens.library_form import FormField, FormScreen

        fields = [
            FormField("name", "name", hint="of the study; nobody's name"),
            FormField("folder", "in the folder", str(Path.home()), "path"),
            FormField("contact", "contact card", hint="whom a participant can turn to; may come later"),
        ]
        about = "A folder NAME.ipr is made, in which everything is sealed. Not on a network drive or in a cloud folder."
        self.app.push_screen(FormScreen("A new study", fields, self._take_new, about=about))

    def _take_new(self, values: dict[str, str]) -> None:
        from iprtool.screens.paths import full_path

        name = values["name"].strip().removesuffix(".ipr")
        if not name or "/" in name or "\\" in name or not name.isprintable() or name.startswith("."):
            raise IprtoolError("A study's name is that of its folder: write one without slashes.")
        path = full_path(values["folder"] or "~") / f"{name}.ipr"
        if path.exists():
            raise IprtoolError(f"There is something at {path.name} already: choose another name.")
        self.post_message(self.Wished(StudiesWish("new", str(path), values["contact"].strip())))

    def action_by_path(self) -> None:
        """Ask for a study's folder."""
        self._ask("Open a study", "folder", "NAME.ipr", self._take_path)

    def _take_path(self, values: dict[str, str]) -> None:
        from iprtool.screens.paths import full_path

        path = full_path(values["path"])
        if not (path / "study.json").is_file():
            raise IprtoolError(f"{path.name} is no study: name the folder that ends in .ipr.")
        self.post_message(self.Wished(StudiesWish("open", str(path))))

    def action_recording(self) -> None:
        """Ask for a recording."""
        self._ask("Review a recording at once", "file", "a recording, sound or film", self._take_recording)

    def _take_recording(self, values: dict[str, str]) -> None:
        from iprtool.screens.paths import full_path

        path = full_path(values["path"])
        if not path.is_file():
            raise IprtoolError(f"There is no file {path.name[:60]}; check its path.")
        self.post_message(self.Wished(StudiesWish("recording", str(path))))

    def _ask(self, title: str, label: str, hint: str, take: Callable[[dict[str, str]], None]) -> None:
        from iprtool.screens.library_form import FormField, FormScreen

        self.app.push_screen(FormScreen(title, [FormField("path", label, "", "path", hint=hint)], take))

    def action_demo(self) -> None:
        """The demo study, made where it is not there yet."""
        self.post_message(self.Wished(StudiesWish("demo")))

    def action_forget(self) -> None:
        """Off the list."""
        options = self.query_one(OptionList)
        at = options.highlighted
        if at is None or self._known[at].kind != "study":
            self.notify("Only studies of your own are taken off the list; their folders stay.")
            return
        self._forget(Path(self._known.pop(at).path))
        options.remove_option_at_index(at)

    def action_help(self) -> None:
        """Every key."""
        self.app.push_screen(HelpScreen(self.commands))

    def action_palette(self) -> None:
        """All commands."""
        self.app.action_command_palette()

    def action_leave(self) -> None:
        """Leave iprtool."""
        self.post_message(self.Wished(None))
