"""The review screen by its keys: all layers on one timeline, a moment chosen and played, two accounts side by side."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.content import Content
from textual.widgets import Static

from iprtool.app import IprtoolApp
from iprtool.commands import REVIEW, without_picture
from iprtool.commands.review import read_only
from iprtool.model.layer import LayerContent
from iprtool.model.mark import Code, Mark, Rupture
from iprtool.model.peaks import PeakChunk
from iprtool.model.study import Utterance
from iprtool.model.terms import MarkKind, Role
from iprtool.screens.help import HelpScreen
from iprtool.screens.review import ReviewScreen
from iprtool.timeline.widget import TimelineView
from tests.fakes import CODEBOOK, FakePlayer, head
from tests.screen_desk import AppDesk

SIZES = [(80, 24), (120, 40), (200, 60)]


def mark(ident: str, start_ms: int, word: str, note: str = "", end_ms: int | None = None, **more: Any) -> Mark:
    codes = (Code(CODEBOOK.id, CODEBOOK.version, word),)
    kind: MarkKind = "interval" if end_ms is not None else "point"
    return Mark(ident, "recaller", kind, start_ms, start_ms, 10, end_ms, codes=codes, note=note, **more)


WITHDRAWAL = Rupture("withdrawal", "client", "bond", 3)
LAYERS: list[tuple[Role, list[Mark]]] = [
    (
        "client",
        [mark("c1", 60_000, "felt_safe", "it was warm"), mark("c2", 90_000, "held_something_back", "no [red]way")],
    ),
    ("therapist", [mark("t1", 62_000, "felt_moved", "so was I", end_ms=66_000)]),
    ("researcher", [mark("r1", 95_000, "relieved", "a turn", end_ms=105_000, rupture=WITHDRAWAL)]),
]
TALK = [
    Utterance(at * 10_000, at * 10_000 + 9_000, "client" if at % 2 else "therapist", f"line {at}") for at in range(60)
]


class Desk(AppDesk):
    """A review in a running app, with its fake player."""

    def __init__(self, layers: Sequence[tuple[Role, list[Mark]]], talk: Sequence[Utterance], **more: Any) -> None:
        contents = [
            LayerContent(head(by=by, layer=f"layer-{number}"), tuple(marks), closed=by == "client")
            for number, (by, marks) in enumerate(layers)
        ]
        self.player = FakePlayer()
        self.screen = ReviewScreen(
            "D01 · session 3 · review", contents, list(talk), self.player, 600_000, 2_000, **more
        )
        self.app = IprtoolApp(self.screen)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def settle(self) -> None:
        """What is worked out beside the screen has come in."""
        await self.pilot.pause()
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()

    async def play(self, ms: int) -> None:
        """Time passes, and the screen looks at it."""
        self.player.run(ms)
        self.screen._tick()
        await self.pilot.pause()

    @property
    def status(self) -> str:
        return self.player.state.status

    @property
    def chosen(self) -> str | None:
        chosen = self.screen.review.chosen
        return chosen.mark.id if chosen else None

    def account(self, by: str) -> tuple[str, str]:
        """A person's pane: its head, and its text."""
        pane = self.screen.query_one(f"#account-{by}")
        content = pane.query_one(Static).content
        return str(pane.border_title), content.plain if isinstance(content, Content) else str(content)


@asynccontextmanager
async def desk(
    size: tuple[int, int] = (100, 30),
    layers: Sequence[tuple[Role, list[Mark]]] = LAYERS,
    talk: Sequence[Utterance] = TALK,
    **more: Any,
) -> AsyncIterator[Desk]:
    table = Desk(layers, talk, **more)
    async with table.app.run_test(size=size) as pilot:
        table.pilot = pilot
        await table.settle()
        yield table


def lane(shown: str, name: str) -> str:
    """The row of a lane, without its name."""
    row = next(line for line in shown.splitlines() if line.startswith(name))
    return row[len(name) :].strip()


@pytest.mark.parametrize("size", SIZES)
async def test_every_layer_has_its_lane_and_the_ruptures_of_all_have_one(size: tuple[int, int]) -> None:
    async with desk(size) as table:
        await table.press("n")
        assert "client ✓ 2" in table.shown
        assert "therapist … 1" in table.shown
        assert "●2" in lane(table.shown, "client")
        assert "├" in lane(table.shown, "therapist")
        assert "W" in lane(table.shown, "researcher")
        assert "W" in lane(table.shown, "ruptures")
        assert lane(table.shown, "speech").startswith("T─")
        assert re.search("T─+C─+T", lane(table.shown, "speech"))


async def test_next_and_previous_choose_a_mark_and_go_there() -> None:
    async with desk() as table:
        await table.press("n")
        assert (table.chosen, table.player.at_ms) == ("c1", 60_000)
        assert table.screen.query_one(TimelineView).selected == "0:c1"
        await table.press("n", "n", "n")
        assert (table.chosen, table.player.at_ms) == ("r1", 95_000)
        await table.press("n")
        assert table.chosen == "r1"
        await table.press("b", "b", "b")
        assert table.chosen == "c1"
        assert table.status == "paused"


async def test_going_through_one_lane_which_is_said() -> None:
    async with desk((80, 24)) as table:
        assert "through all marks" in table.shown
        await table.press("l")
        assert "through client" in table.shown
        await table.press("n", "n")
        assert table.chosen == "c2"
        await table.press("l", "l")
        assert "through researcher" in table.shown
        await table.press("l")
        assert "through ruptures" in table.shown


async def test_the_next_rupture_is_found_from_anywhere() -> None:
    async with desk() as table:
        await table.press("n", "r")
        assert table.chosen == "r1"
        await table.press("r")
        assert table.said == ["No further mark among ruptures."]
        await table.press("n")
        assert table.said[1:] == ["No further mark among all marks."]


async def test_a_moment_is_played_with_its_pre_roll_and_stops_at_its_end() -> None:
    async with desk() as table:
        await table.press("n", "n", "p")
        assert table.player.calls[-2:] == ["seek 60000", "play"]
        await table.play(5_900)
        assert table.status == "playing"
        await table.play(101)
        assert table.status == "paused"
        assert table.player.at_ms == 66_001
        assert table.chosen == "t1"
        await table.press("space")
        await table.play(60_000)
        assert table.status == "playing"


async def test_what_is_chosen_while_a_moment_plays_plays_on() -> None:
    async with desk() as table:
        await table.press("n", "p", "n")
        await table.play(20_000)
        assert table.status == "playing"
        assert table.player.at_ms == 62_000 + 20_000


async def test_the_two_accounts_of_a_moment_are_side_by_side() -> None:
    async with desk() as table:
        await table.press("n")
        assert table.account("client") == ("client  01:00  ╌ one moment?", "felt safe\n“it was warm”")
        assert table.account("therapist") == ("therapist  01:02–01:06  ╌ one moment?", "felt moved\n“so was I”")
        assert not table.screen.query_one("#account-other").display
        await table.press("n", "n")
        assert table.account("client")[1] == "held something back\n“no [red]way”"
        assert table.account("therapist") == ("therapist", "nothing marked within 15 s of 01:30")
        await table.press("n")
        assert table.account("other")[0] == "researcher  01:35–01:45"
        assert table.account("other")[1].startswith("relieved · withdrawal rupture · by client · bond · salience 3")
        assert table.account("client")[0] == "client  01:30"


async def test_an_account_says_whose_experience_and_of_when_it_is() -> None:
    guess = mark("c1", 60_000, "felt_safe", perspective="guess_of_partner", timeframe="now")
    async with desk(layers=[("client", [guess])]) as table:
        await table.press("n")
        assert table.account("client")[1] == "felt safe\na guess of the partner · of the watching, not of then"


async def test_without_a_mark_chosen_the_accounts_follow_what_plays() -> None:
    async with desk() as table:
        await table.press("space")
        assert "nothing marked within 15 s of 00:00" in table.account("client")[1]
        await table.play(58_000)
        assert table.account("client")[0] == "client  01:00  ╌ one moment?"
        await table.play(60_000)
        assert table.account("client") == ("client", "nothing marked within 15 s of 01:58")


@pytest.mark.parametrize("size", SIZES)
async def test_the_transcript_follows(size: tuple[int, int]) -> None:
    async with desk(size) as table:
        await table.press("space")
        for ms in (10_000, 200_000, 300_000):
            await table.play(ms)
            assert f"line {table.player.at_ms // 10_000}" in table.shown
        await table.press("t")
        assert "line" not in table.shown
        await table.press("t")
        assert f"line {table.player.at_ms // 10_000}" in table.shown


async def test_a_session_without_transcript_says_so_and_has_no_speech() -> None:
    async with desk(talk=[]) as table:
        assert "This session has no transcript." in table.shown
        assert "speech" not in table.shown


async def test_two_layers_of_one_role_have_a_lane_each() -> None:
    observers: list[tuple[Role, list[Mark]]] = [("observer", [mark("a", 1_000, "relieved")]), ("observer", [])]
    async with desk((80, 24), layers=observers) as table:
        assert "observer … 1  observer 2 … 0" in table.shown
        assert lane(table.shown, "observer 2 ") == "│"


async def test_arrows_seek_and_let_go_of_the_moment() -> None:
    async with desk() as table:
        await table.press("n", "right", "shift+left")
        assert (table.chosen, table.player.at_ms) == (None, 64_960)
        await table.press("space", "shift+right", "space")
        assert table.player.at_ms == 65_960
        await table.press(*["left"] * 14)
        assert table.player.at_ms == 0


async def test_speed_loudness_and_zoom() -> None:
    async with desk() as table:
        timeline = table.screen.query_one(TimelineView)
        before = timeline.scale.cell_ms
        await table.press("greater_than_sign", "pagedown", "z")
        assert (table.player.state.rate, table.player.state.volume) == (1.25, 90)
        assert timeline.scale.cell_ms < before
        await table.press("less_than_sign", "pageup", "x")
        assert (table.player.state.rate, table.player.state.volume) == (1.0, 100)
        assert timeline.scale.cell_ms == before


async def test_a_mark_is_chosen_by_the_mouse_on_any_lane() -> None:
    async with desk() as table:
        timeline = table.screen.query_one(TimelineView)
        column = timeline.rows.gutter + timeline.scale.cell(100_000)
        for name in ("researcher", "ruptures"):
            await table.press("left")
            row = next(at for at, line in enumerate(table.shown.splitlines()) if line.startswith(name))
            await table.pilot.click("#timeline", offset=(column, row - timeline.region.y))
            await table.pilot.pause()
            assert (table.chosen, table.player.at_ms) == ("r1", 95_000)
        await table.pilot.click("#timeline", offset=(timeline.rows.gutter + 5, 1))
        await table.pilot.pause()
        assert table.chosen is None


async def test_help_and_palette_list_the_reviews_own_commands() -> None:
    async with desk() as table:
        await table.press("question_mark")
        assert isinstance(table.app.screen, HelpScreen)
        assert "play the chosen mark with its pre-roll" in table.shown
        await table.press("escape")
        titles = [one.title for one in table.app.get_system_commands(table.screen)]
        assert titles == [one.label for one in read_only(without_picture(REVIEW)) if one.palette]
        await table.press("q")
        assert table.app._exit


async def test_a_sentence_of_the_player_is_said_once() -> None:
    async with desk() as table:
        for status in ("opening", "paused", "playing"):
            table.player.become(status=status, message="The player had stopped by itself and was started again.")
            await table.pilot.pause()
        assert table.said == ["The player had stopped by itself and was started again."]
        table.player.become(status="failed", message="The recording cannot be read.")
        await table.pilot.pause()
        assert table.said[1:] == ["The recording cannot be read."]
        assert "▶" not in table.shown


async def test_the_outline_of_the_sound_is_drawn_as_it_comes() -> None:
    async with desk() as table:
        table.screen.post_message(table.screen.PeaksArrived(PeakChunk(0, b"\x00\xa0\xff\x5f" * 6_000)))
        await table.pilot.pause(0.2)
        assert "▆▆▆" in lane(table.shown, "sound")


@pytest.mark.parametrize("size", [*SIZES, (40, 12), (20, 5)])
async def test_it_works_at_every_size_and_when_it_changes(size: tuple[int, int]) -> None:
    async with desk((100, 30)) as table:
        await table.pilot.resize_terminal(*size)
        await table.press("n", "n", "p", "t", "t", "l", "question_mark", "escape", "r", "space")
        assert table.chosen == "r1"


@pytest.mark.parametrize("size", SIZES)
async def test_without_colour_everything_is_still_told_apart(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with desk(size) as table:
        await table.press("n")
        strips = table.app.screen._compositor.render_strips()
        colours = {part.style.color for strip in strips for part in strip if part.style and part.style.color}
        assert all(len(set(colour.get_truecolor())) == 1 for colour in colours)
        assert "●2" in lane(table.shown, "client")
        assert "W" in lane(table.shown, "ruptures")
        assert "T─" in lane(table.shown, "speech")
