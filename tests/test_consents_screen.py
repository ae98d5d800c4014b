"""The consents' screen by its keys: who has agreed to what; noting another, a withdrawal, and taking either back."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from textual.app import App

from iprtool.desk.consents import ConsentsDesk, consents_of, person_labelled
from iprtool.model.study import Person, Recall, Session
from iprtool.screens.consents import ConsentForm, ConsentsScreen
from iprtool.screens.help import HelpScreen
from iprtool.screens.new_recall_form import FormPane
from iprtool.store.keys import create_open_keyring
from iprtool.store.study import Study
from tests.screen_desk import AppDesk
from tests.store_samples import a_study

SIZES = [(80, 24), (120, 40), (200, 60)]


class Host(App[Any]):
    CSS_PATH = "../iprtool/app.tcss"

    def __init__(self, screen: ConsentsScreen) -> None:
        super().__init__()
        self.first = screen
        self.left = False

    def on_mount(self) -> None:
        self.push_screen(self.first, lambda _: setattr(self, "left", True))


class Desk(AppDesk):
    """The screen in a running app, on a real study."""

    app: Host

    def __init__(self, study: Study) -> None:
        self.study = study
        self.screen = ConsentsScreen(ConsentsDesk(study), "A")
        self.app = Host(self.screen)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()

    async def write(self, name: str, text: str) -> None:
        """Put a text into a line of the form."""
        form = self.app.screen.query_one(FormPane)
        while form.row.name != name:
            await self.press("down")
        await self.press(*["backspace"] * 20, *({"-": "minus", " ": "space"}.get(one, one) for one in text))

    def consents(self, label: str) -> list[tuple[tuple[str, ...], str | None, str | None]]:
        found = consents_of(self.study, person_labelled(self.study, label))
        return [(one.scopes, one.until, one.withdrawn_on) for one in found]


@asynccontextmanager
async def desk(folder: Path, size: tuple[int, int] = (100, 30)) -> AsyncIterator[Desk]:
    with create_open_keyring(folder / "open.keyring") as keyring, a_study(folder, keyring) as study:
        study.put(Person("pc", "D05-C", "client", "d"))
        study.put(Person("pt", "D05-T", "therapist", "d"))
        study.put(Session("s5", "d", 5))
        study.put(Recall("planned", "s5", "client"))
        table = Desk(study)
        async with table.app.run_test(size=size) as pilot:
            table.pilot = pilot
            await table.press()
            yield table


@pytest.mark.parametrize("size", SIZES)
async def test_it_shows_everybody_at_every_size(tmp_path: Path, size: tuple[int, int]) -> None:
    async with desk(tmp_path, size) as table:
        for text in ("A · consents", "D05-C", "client", "D05-T", "n note a consent", "q leave"):
            assert text in table.shown, text


async def test_a_consent_is_noted_and_from_then_on_asked_of_the_other(tmp_path: Path) -> None:
    async with desk(tmp_path) as table:
        await table.press("n")
        assert isinstance(table.app.screen, ConsentForm)
        await table.press("down", "down", "down", "right")
        await table.write("until", "2090-01-10")
        await table.press("enter")
        assert table.consents("D05-C") == [(("research", "quotation"), "2090-01-10", None)]
        assert f"research, quotation · signed {date.today().isoformat()} · until 2090-01-10" in table.shown
        assert "1 of 2 do not hold today" in table.shown
        assert "D05-T has no consent for research; note what was signed with n." in table.shown


async def test_what_cannot_be_noted_is_said_and_nothing_is_kept(tmp_path: Path) -> None:
    async with desk(tmp_path) as table:
        await table.press("enter")
        await table.write("signed", "soon")
        await table.press("enter")
        assert "'soon' is no date; write it like 2026-01-31." in table.shown
        assert re.search(r"signed on +soon", table.shown)
        await table.press("escape", "n", "right", "enter")
        assert "A consent is for something: research, teaching, supervision or" in table.shown
        await table.press("right")
        await table.write("signed", "2999-12-01")
        await table.press("enter")
        assert "2999-12-01 is still to come; write when it was signed." in table.shown
        await table.press("escape", "w")
        await table.write("on", "2999-12-01")
        await table.press("enter")
        assert "2999-12-01 is still to come; write since when they have withdrawn." in table.shown
        await table.press("escape")
        assert table.said == []
        assert person_labelled(table.study, "D05-C").withdrawn_on is None
        assert table.consents("D05-C") == []


async def test_a_withdrawal_is_noted_and_taken_back(tmp_path: Path) -> None:
    async with desk(tmp_path) as table:
        await table.press("n", "enter", "w", "enter")
        today = date.today().isoformat()
        assert table.consents("D05-C") == [(("research",), None, today)]
        assert f"withdrawn {today}" in table.shown
        assert [one.missing_reason for one in table.study.recalls() if one.id == "planned"] == ["withdrawn"]
        await table.press("w")
        assert f"D05-C withdrew on {today} already." in table.said
        await table.press("u")
        assert table.consents("D05-C") == [(("research",), None, None)]
        assert [one.status for one in table.study.recalls() if one.id == "planned"] == ["planned"]
        await table.press("u", "u")
        assert table.consents("D05-C") == []
        assert table.said[-1] == "There is nothing to take back."


async def test_one_scope_is_withdrawn_under_a_rule(tmp_path: Path) -> None:
    async with desk(tmp_path) as table:
        await table.press("n", "enter", "w", "down", "right")
        await table.write("rule", "art 17")
        await table.press("enter")
        (given,) = consents_of(table.study, person_labelled(table.study, "D05-C"))
        assert (given.scopes, given.kept_under, given.withdrawn_on is not None) == (("research",), "art 17", True)
        assert person_labelled(table.study, "D05-C").withdrawn_on is None


async def test_a_form_that_is_left_notes_nothing_and_q_leaves(tmp_path: Path) -> None:
    async with desk(tmp_path) as table:
        await table.press("n", "escape")
        assert table.consents("D05-C") == []
        await table.press("question_mark")
        assert isinstance(table.app.screen, HelpScreen)
        await table.press("q", "q")
        assert table.app.left
