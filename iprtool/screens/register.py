"""What the screens of a study's registers share: head line, a line that says what happened, undo, key line."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from iprtool.commands.table import Command
from iprtool.model.errors import IprtoolError
from iprtool.screens.help import HelpScreen
from iprtool.screens.key_line import HeadLine, KeyLine

_Result = TypeVar("_Result")


class Step(Protocol):
    """A change of the study that can be taken back and done again."""

    @property
    def what(self) -> str:
        """What it is called."""
        ...

    @property
    def back(self) -> Callable[[], object]:
        """Takes it back; IprtoolError where it was changed since."""
        ...

    @property
    def forth(self) -> Callable[[], object]:
        """Does it again."""
        ...


class RegisterScreen(Screen[None]):
    """One register of a study; what takes time runs beside the screen, in the order of the keys."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    RegisterScreen #said { height: auto; max-height: 3; padding: 0 1; color: $text-muted; }
    RegisterScreen #said.wrong { color: $text-error; text-style: bold; }
    """

    def __init__(self, commands: tuple[Command, ...]) -> None:
        super().__init__()
        self.commands = commands
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self.busy = 0
        """How many calls that take time are under way."""

    def compose(self) -> ComposeResult:
        """Head line, the register itself, what happened, keys."""
        yield HeadLine()
        yield from self.body()
        yield Static("", id="said", markup=False)
        yield KeyLine()

    def body(self) -> Iterable[Widget]:
        """The register itself."""
        raise NotImplementedError

    async def show_study(self) -> None:
        """Read it again and show it."""
        raise NotImplementedError

    async def on_mount(self) -> None:
        """Its keys, and the register as it stands."""
        self.query_one(KeyLine).table = self.commands
        await self.show_study()

    def say(self, text: str, *, wrong: bool = False) -> None:
        """A sentence above the keys."""
        said = self.query_one("#said", Static)
        said.set_class(wrong, "wrong")
        said.update(f"! {text}" if wrong else text)

    async def attempt(self, call: Callable[[], _Result]) -> _Result | None:
        """Carry out what takes time; where it fails, its sentence is said and the answer is None."""
        self.busy += 1
        try:
            return await asyncio.to_thread(call)
        except IprtoolError as error:
            self.say(str(error), wrong=True)
            return None
        finally:
            self.busy -= 1

    async def did(self, make: Callable[[], Step]) -> bool:
        """Carry out a change that can be taken back; whether it came about."""
        step = await self.attempt(make)
        if step is None:
            return False
        self._done.append(step)
        self._undone.clear()
        await self.show_study()
        self.say(f"{step.what}.")
        return True

    async def action_undo(self) -> None:
        """Take the last change back."""
        await self._again(self._done, self._undone, "undone", lambda step: step.back)

    async def action_redo(self) -> None:
        """Do again what was taken back last."""
        await self._again(self._undone, self._done, "done again", lambda step: step.forth)

    async def _again(
        self, source: list[Step], to: list[Step], word: str, way: Callable[[Step], Callable[[], object]]
    ) -> None:
        if not source:
            self.say(f"There is nothing to be {word} here; the history has what was changed before.")
            return
        step = source[-1]

        def carry_out() -> bool:
            way(step)()
            return True

        if await self.attempt(carry_out):
            to.append(source.pop())
            await self.show_study()
            self.say(f"{word[:1].upper()}{word[1:]}: {step.what}.")

    def action_help(self) -> None:
        """Every key."""
        self.app.push_screen(HelpScreen(self.commands))

    def action_palette(self) -> None:
        """All commands."""
        self.app.action_command_palette()

    def action_leave(self) -> None:
        """Back to where one came from."""
        self.dismiss(None)
