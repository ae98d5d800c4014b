"""The new recall's screen by its keys: what is chosen, what is looked to, and when it begins."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from textual.app import App
from textual.widgets import Static

from iprtool.commands import CONSENTS, NEW_RECALL, Command
from iprtool.library.wish import Wish
from iprtool.model.errors import IprtoolError
from iprtool.model.protocol import PROTOCOLS
from iprtool.recall.beginning import Beginning, Candidate, ConsentCheck, Offers
from iprtool.recall.settings import RecallChoice
from iprtool.screens.consents import ConsentsScreen
from iprtool.screens.help import HelpScreen
from iprtool.screens.new_recall import NewRecallScreen
from iprtool.screens.new_recall_form import FormPane
from tests.screen_desk import AppDesk

SIZES = [(80, 24), (120, 40), (200, 60)]
OFFERS = Offers(
    title="D05 · session 3",
    duration_ms=3_000_000,
    candidates=(
        Candidate("client", "p1", "D05-C"),
        Candidate("therapist", "p2", "D05-T", begun=True),
        Candidate("researcher"),
    ),
    guides=("1.0", "1.1"),
    codebooks=(("recaller-plain", "Plain words", True), ("3rs-2022", "3RS", False)),
    has_picture=True,
    has_transcript=True,
    events={"client": (750_000, 840_000)},
    inquirer="I2",
    place="clinic",
    latency="held 72 h ago, more than the usual 48 h",
    late=True,
    forms="D05-C 2 scores · D05-T none yet",
)


class FakeDesk:
    """Answers at once."""

    def __init__(self) -> None:
        self.begun: list[tuple[RecallChoice, bool]] = []
        self.check = ConsentCheck(("D05-C: research · signed 2026-01-10",))
        self.sink: str | None = "PortAudio"
        self.asked: list[RecallChoice] = []
        self.problem = ""

    def consents(self, choice: RecallChoice) -> ConsentCheck:
        self.asked.append(choice)
        return self.check

    def sound(self) -> str | None:
        return self.sink

    def begin(self, choice: RecallChoice, *, another: bool) -> str:
        if self.problem:
            raise IprtoolError(self.problem)
        self.begun.append((choice, another))
        return "recall-1"


class Host(App[Any]):
    """An app with the screen on top."""

    CSS_PATH = "../iprtool/app.tcss"

    def __init__(self, screen: NewRecallScreen) -> None:
        super().__init__()
        self.first = screen
        self.result: Any = "not yet"

    def on_mount(self) -> None:
        self.push_screen(self.first, self._left)

    def _left(self, result: Wish | None) -> None:
        self.result = result


class Desk(AppDesk):
    """The screen in a running app, with its desk."""

    app: Host

    def __init__(self, offers: Offers, desk: FakeDesk) -> None:
        self.desk = desk
        self.screen = NewRecallScreen(desk, offers, "client")
        self.app = Host(self.screen)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()

    async def go_to(self, name: str) -> None:
        """To the line of this name."""
        form = self.screen.query_one(FormPane)
        form.choose(name)
        assert form.row.name == name

    async def set(self, name: str, level: str) -> None:
        """Choose a level by its text."""
        await self.go_to(name)
        form = self.screen.query_one(FormPane)
        for _ in form.row.levels:
            if dict(form.row.levels)[form.row.value] == level:
                return
            await self.press("right")
        raise AssertionError(f"{name} has no {level}")

    async def write(self, name: str, text: str) -> None:
        """Put a text in place of the one there is."""
        await self.go_to(name)
        await self.press(
            *["backspace"] * 30, *({" ": "space", ":": "colon", "-": "minus"}.get(one, one) for one in text)
        )

    @property
    def said(self) -> list[str]:
        assert not self.app._notifications
        return [str(self.screen.query_one("#said", Static).render())]

    @property
    def names(self) -> list[str]:
        return [row.name for row in self.screen._rows()]


@asynccontextmanager
async def desk(size: tuple[int, int] = (120, 40), offers: Offers = OFFERS, **fields: Any) -> AsyncIterator[Desk]:
    fake = FakeDesk()
    for name, value in fields.items():
        setattr(fake, name, value)
    table = Desk(offers, fake)
    async with table.app.run_test(size=size) as pilot:
        table.pilot = pilot
        await table.press()
        yield table


@pytest.mark.parametrize("size", SIZES)
async def test_it_shows_who_how_and_what_is_looked_to_at_every_size(size: tuple[int, int]) -> None:
    async with desk(size) as table:
        for text in (
            "D05 · session 3 · new recall",
            "[D05-C (client)]",
            "[person-centred]",
            "! session",
            "held 72 h ago",
            "D05-C 2 scores",
            "not tested; ctrl+t sounds a tone",
            "D05-C: research",
            "enter begin",
        ):
            assert text in table.shown, text


async def test_enter_begins_what_was_chosen_and_leads_to_it() -> None:
    async with desk() as table:
        await table.set("protocol", "research")
        await table.write("place", "home")
        await table.write("minutes", "60")
        await table.set("view", "left covered")
        await table.set("start_covered", "yes")
        await table.press("enter")
        ((choice, another),) = table.desk.begun
        assert not another
        assert (choice.by, choice.person, choice.inquirer, choice.place) == ("client", "p1", "I2", "home")
        protocol = choice.protocol
        assert protocol is not None
        assert (protocol.name, protocol.after_note, protocol.planned_minutes) == ("research", "stay", 60)
        assert (protocol.view, protocol.start_covered, protocol.may_stop) == (
            "left_covered",
            True,
            ("recaller", "inquirer"),
        )
        assert choice.guide == "1.1"
        assert table.app.result == Wish("recall", "recall-1")


@pytest.mark.parametrize("name", PROTOCOLS)
async def test_every_protocol_can_be_chosen_and_begins_with_what_it_needs(name: str) -> None:
    async with desk() as table:
        await table.set("protocol", name)
        if name == "segments":
            assert "needs the segments" in table.shown
            await table.press("enter")
            assert table.desk.begun == []
            await table.write("segments", "12:30-14:00 20:00-21:00")
        await table.press("enter")
        ((choice, _),) = table.desk.begun
        assert choice.protocol is not None
        assert choice.protocol.name == name
        if name == "segments":
            assert choice.protocol.segments == ((750_000, 840_000), (1_200_000, 1_260_000))


async def test_the_partners_event_is_given_by_its_bounds_and_who_finds_it_is_given_none() -> None:
    async with desk() as table:
        await table.set("protocol", "brief-structured")
        assert table.screen._beginning.protocol().segments == ()
        await table.set("who", "D05-T (therapist)")
        assert table.screen._beginning.protocol().segments == ((750_000, 840_000),)
        assert "12:30-14:00" in table.shown
        await table.set("who", "D05-C (client)")
        assert table.screen._beginning.protocol().segments == ()


async def test_without_a_consent_that_holds_nothing_begins() -> None:
    async with desk(check=ConsentCheck(problem="D05-C has no consent for research; note it.")) as table:
        assert "! consent" in table.shown
        await table.press("enter", "enter")
        assert table.desk.begun == []
        assert "D05-C has no consent for research; note it." in table.said
        assert table.app.result == "not yet"


async def test_the_consents_are_asked_of_whoever_is_chosen() -> None:
    async with desk() as table:
        await table.set("who", "D05-T (therapist)")
        await table.set("protocol", "mutual")
        await table.set("also", "D05-C (client)")
        asked = [(one.by, one.person, one.also) for one in table.desk.asked]
        assert asked[0] == ("client", "p1", ())
        assert asked[-1] == ("therapist", "p2", ("p1",))


async def test_a_recall_that_there_is_already_gets_another_beside_it_only_when_asked_twice() -> None:
    async with desk() as table:
        await table.set("who", "D05-T (therapist)")
        assert "has begun before; this makes another beside it" in table.shown
        await table.press("enter")
        assert table.desk.begun == []
        await table.press("enter")
        assert [another for _, another in table.desk.begun] == [True]


@pytest.mark.parametrize("size", SIZES)
async def test_an_inquirer_that_looks_like_a_name_is_asked_about_once_and_covers_no_check(
    size: tuple[int, int],
) -> None:
    async with desk(size) as table:
        await table.write("inquirer", "Berg")
        await table.press("enter")
        assert "Berg looks like a name; a code such as I2 keeps it out" in table.shown
        assert "D05-C: research" in table.shown
        assert table.desk.begun == []
        await table.press("end", "1")
        assert table.said == [""]
        await table.press("backspace", "enter", "enter")
        assert [choice.inquirer for choice, _ in table.desk.begun] == ["Berg"]


@pytest.mark.parametrize(
    ("candidates", "by", "chosen"),
    [
        ("client begun, therapist, supervisor", None, "therapist"),
        ("client begun, therapist begun, supervisor", None, "client"),
        ("supervisor, client, therapist", None, "client"),
        ("client, supervisor", "supervisor", "supervisor"),
    ],
)
def test_whoever_is_still_to_recall_is_chosen_at_first(candidates: str, by: Any, chosen: str) -> None:
    made = []
    for text in candidates.split(", "):
        role, *begun = text.split()
        made.append(Candidate(role, role, "", bool(begun), to_come=not begun))  # type: ignore[arg-type]  # a role
    offers = msgspec.structs.replace(OFFERS, candidates=tuple(made))
    assert Beginning(offers, by).who.by == chosen


@pytest.mark.parametrize(
    ("name", "row", "value", "setting", "kept"),
    [
        ("research", "show_transcript", True, "show_transcript", True),
        ("research", "after_note", "go_on", "after_note", "go_on"),
        ("research", "audio_only", True, "audio_only", True),
        ("segments", "segments", "12:30-14:00, 31:10-33:00", "segments", ((750_000, 840_000), (1_870_000, 1_980_000))),
        ("interval", "every", "3:00", "prompt_every_ms", 180_000),
        ("supervision", "choose", 5, "choose", 5),
    ],
)
def test_what_is_set_is_what_the_recall_goes_by(name: str, row: str, value: Any, setting: str, kept: Any) -> None:
    beginning = Beginning(OFFERS)
    beginning.set("protocol", name)
    beginning.set(row, value)
    assert getattr(PROTOCOLS[name], setting) != kept
    assert getattr(beginning.protocol(), setting) == kept


async def test_a_tone_is_sounded_and_it_is_asked_whether_it_was_heard() -> None:
    async with desk() as table:
        await table.press("ctrl+t")
        assert "sounded by PortAudio; was it heard?" in table.shown
        assert table.screen.query_one(FormPane).row.name == "heard"
        await table.press("right")
        assert "the tone was not heard: look to cable and loudness" in table.shown
        await table.press("right")
        assert "the tone was heard" in table.shown


async def test_a_machine_without_a_sound_device_says_so() -> None:
    async with desk(sink=None) as table:
        await table.press("ctrl+t")
        assert "This machine has no sound device" in table.shown
        assert "! sound" in table.shown


async def test_what_a_role_may_not_have_is_not_offered() -> None:
    async with desk() as table:
        await table.go_to("codebook")
        assert [text for _, text in table.screen.query_one(FormPane).row.levels] == ["as for this role", "Plain words"]
        await table.set("who", "researcher")
        await table.go_to("codebook")
        assert "3RS" in [text for _, text in table.screen.query_one(FormPane).row.levels]
        await table.set("audio_only", "yes")
        assert "view" not in table.names


async def test_what_fails_on_beginning_is_said_and_can_be_tried_again() -> None:
    async with desk(problem="The disk is full: free some room.") as table:
        await table.press("enter")
        assert table.said == ["The disk is full: free some room."]
        table.desk.problem = ""
        await table.press("enter")
        assert len(table.desk.begun) == 1


async def test_escape_leaves_with_nothing_begun_and_help_has_every_key() -> None:
    async with desk() as table:
        await table.press("ctrl+g")
        assert isinstance(table.app.screen, HelpScreen)
        assert "a short tone" in table.shown
        await table.press("q", "escape")
        assert table.app.result is None
        assert table.desk.begun == []


async def test_a_text_is_written_and_corrected_in_place() -> None:
    async with desk() as table:
        await table.write("inquirer", "I3")
        await table.press("home", "R", "end", "backspace", "left", "delete", "7")
        assert table.screen._beginning.choice().inquirer == "R7"
        await table.press("z", "question_mark")
        assert table.screen._beginning.choice().inquirer == "R7z?"
        await table.press("left", "ctrl+u")
        assert table.screen._beginning.choice().inquirer == "?"
        await table.press("end", "ctrl+u")
        assert table.screen._beginning.choice().inquirer is None


async def test_the_lines_are_gone_through_by_keys() -> None:
    async with desk() as table:
        form = table.screen.query_one(FormPane)
        seen = [form.row.name]
        for key in ("down", "tab") * 20:
            await table.press(key)
            if form.row.name != seen[-1]:
                seen.append(form.row.name)
        assert seen == table.names
        await table.press("up", "shift+tab")
        assert form.row.name == seen[-3]
        await table.go_to("after_note")
        await table.press("2")
        assert form.row.value == "stay"
        await table.pilot.click(FormPane, offset=(20, 0))
        assert form.row.name == "who"


@pytest.mark.parametrize(("table", "screen"), [(NEW_RECALL, NewRecallScreen), (CONSENTS, ConsentsScreen)])
def test_every_command_has_its_action_and_no_key_does_two_things(table: tuple[Command, ...], screen: type) -> None:
    keys = [key for command in table for key in command.keys.split(",")]
    assert len(keys) == len(set(keys))
    for command in table:
        assert hasattr(screen, f"action_{command.action}"), command.id
