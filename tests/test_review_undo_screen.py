"""What a review takes back, where it goes for that, what it drops, and what it says where there is no account."""

import pytest
from textual.events import Key

from iprtool.screens.key_line import KeyLine
from iprtool.screens.review_forms import ListForm
from tests.test_review_links_screen import desk
from tests.test_review_screen import mark


async def test_undo_says_what_it_took_back_goes_there_and_ends_with_this_visit() -> None:
    async with desk() as table:
        await table.does("n", "h")
        await table.type("being seen")
        await table.does("enter", "n", "m", "M", "r")
        assert table.chosen == "r1"
        keys = table.screen.query_one(KeyLine)
        await table.does("u")
        assert keys.notice == "undone: client 01:00, therapist 01:02 · one moment instead of not one moment"
        assert table.chosen == "c1"
        await table.does("u")
        assert keys.notice == "undone: client 01:00, therapist 01:02 · one moment taken away"
        await table.does("u")
        assert keys.notice == "undone: client 01:00 · theme being seen taken away"
        await table.does("u")
        assert table.said[-1].startswith("Nothing has been said in this review that could be undone")
        assert "the history has what was said before" in table.said[-1]
        await table.does("r", "U")
        assert (table.chosen, keys.notice) == ("c1", "done again: client 01:00 · theme being seen put back")


@pytest.mark.parametrize("key", ["escape", "enter"])
async def test_an_episode_of_which_nothing_was_said_is_dropped(key: str) -> None:
    async with desk() as table:
        await table.does("n", "m", "r", "e", key)
        assert table.episodes == []
        assert table.screen.form is None
        assert "dropped" in table.screen.query_one(KeyLine).notice
        await table.does("u")
        assert table.episodes == []
        assert table.screen.links.matches == {}


async def test_an_episode_is_kept_once_anything_was_said_of_it() -> None:
    async with desk() as table:
        await table.does("r", "e", "s", "escape")
        await table.does("down", "right", "escape", "e", "escape")
        assert len(table.episodes) == 1


@pytest.mark.parametrize(("opens", "leave"), [("k", "enter, esc done"), ("slash", "esc leave the search")])
async def test_what_was_said_before_a_form_gives_way_to_its_keys(opens: str, leave: str) -> None:
    async with desk((80, 24)) as table:
        await table.does("n", "M")
        keys = table.screen.query_one(KeyLine)
        assert keys.notice == "not one moment"
        await table.does(opens)
        assert keys.notice == ""
        assert leave in keys.render().plain


@pytest.mark.parametrize(("keys", "typed"), [("n/stop", "stop"), ("nhquiet", "quiet")])
async def test_what_is_typed_fast_goes_into_the_form_that_it_opens(keys: str, typed: str) -> None:
    async with desk() as table:
        for key in keys:
            table.app.post_message(Key("slash" if key == "/" else key, key))
        for _ in range(100):
            await table.pilot.pause(0.01)
            if isinstance(table.screen.form, ListForm) and table.screen.form.typed == typed:
                break
        assert isinstance(table.screen.form, ListForm)
        assert table.screen.form.typed == typed
        assert table.chosen == "c1"
        assert table.status == "paused"


async def test_a_notice_that_is_cut_off_ends_with_an_ellipsis() -> None:
    async with desk((80, 24)) as table:
        await table.does("n", "h")
        await table.type("to be seen by somebody who has seen a great many things before")
        await table.does("enter", "u")
        line = table.screen.query_one(KeyLine).render().plain
        assert " undone: client 01:00 · theme to be seen by" in line
        assert line.rstrip().endswith("…")
        assert len(line) <= 80


async def test_where_there_is_no_account_it_says_why() -> None:
    async with desk(layers=[("client", [mark("c1", 60_000, "relieved")])]) as table:
        await table.does("n")
        assert table.account("therapist")[1] == "no recall yet"
