"""What the researcher says across layers, by its keys: matched, in an episode, of a theme, to be quoted; and undone."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from textual.widgets import OptionList, Static

from iprtool.codebooks.loader import shipped
from iprtool.commands.review import WRITING
from iprtool.edits import Hand
from iprtool.model.coding import SegmentCode, SegmentSeen
from iprtool.model.layer import LayerContent, Put
from iprtool.model.linking import Episode, MarkRef, Theme
from iprtool.model.mark import Code, Mark, Rupture
from iprtool.model.terms import Role
from iprtool.screens.key_line import KeyLine
from iprtool.screens.review_forms import FieldsForm, ListForm
from iprtool.screens.review_linking import Writing
from iprtool.timeline.widget import TimelineView
from tests.fakes import FakeLog, head
from tests.test_review_screen import LAYERS, SIZES, TALK, Desk, lane, mark

SESSION: list[tuple[Role, list[Mark]]] = [*LAYERS, ("client", [mark("x1", 300_000, "relieved")])]
"""Of the client c1 at 60 s, c2 at 90 s; of the therapist t1 from 62 to 66 s; of the researcher a withdrawal r1 from 95
to 105 s; and of another client's recall x1 at 300 s."""


class Linked(Desk):
    """A review that is written, and its log."""

    log: FakeLog

    @property
    def episodes(self) -> list[Episode]:
        return list(self.screen.links.episodes.values())

    @property
    def form(self) -> str:
        """The open form, as it is on the screen."""
        region = self.screen.query_one("#form").region
        return "\n".join(self.shown.splitlines()[region.y : region.bottom])

    @property
    def listed(self) -> list[str]:
        options = self.screen.query_one("#form OptionList", OptionList)
        return [str(options.get_option_at_index(at).prompt) for at in range(options.option_count)]

    async def type(self, text: str) -> None:
        await self.press(*("space" if one == " " else one for one in text))

    async def does(self, *keys: str) -> None:
        """Keys, and what is worked out after them."""
        await self.press(*keys)
        await self.settle()


def writing(group: str | None = "improved") -> Writing:
    own = LayerContent(head(by="researcher", layer="review", purpose="review", codebook=shipped("3rs-2015")))
    return Writing(own, FakeLog(own), Hand("researcher", "dev"), group)


@asynccontextmanager
async def desk(
    size: tuple[int, int] = (100, 40),
    layers: Sequence[tuple[Role, list[Mark]]] = SESSION,
    group: str | None = "improved",
) -> AsyncIterator[Linked]:
    written = writing(group)
    table = Linked(layers, TALK, writing=written)
    assert isinstance(written.log, FakeLog)
    table.log = written.log
    async with table.app.run_test(size=size) as pilot:
        table.pilot = pilot
        await table.settle()
        yield table


async def test_what_is_proposed_is_confirmed_refused_and_undone() -> None:
    async with desk() as table:
        assert "╌" in lane(table.shown, "matched")
        await table.does("n", "m")
        assert table.account("client")[0] == "client  01:00  ═ one moment"
        assert table.account("therapist")[0] == "therapist  01:02–01:06  ═ one moment"
        assert "═" in lane(table.shown, "matched")
        await table.does("M")
        assert table.account("client")[0] == "client  01:00  ≠ not one moment"
        assert not set("═╌") & set(lane(table.shown, "matched"))
        await table.does("u", "u")
        assert table.account("client")[0] == "client  01:00  ╌ one moment?"
        await table.does("U")
        assert table.account("client")[0] == "client  01:00  ═ one moment"
        assert [type(op.body) for op in table.log.ops] == [Put] * 5


async def test_marks_far_apart_are_matched_by_holding_one() -> None:
    async with desk() as table:
        await table.does("n", "v", *"nnnn")
        assert table.chosen == "x1"
        assert table.account("client")[0] == "client 2  05:00"
        await table.does("b", "m")
        assert table.chosen == "r1"
        (match,) = (one for _, one in table.screen.links.matches.values())
        assert (match.first, match.second) == (MarkRef("layer-0", "c1"), MarkRef("layer-2", "r1"))
        assert table.screen.review.held is None


async def test_with_one_account_there_is_nothing_to_match() -> None:
    async with desk() as table:
        await table.does("r", "b", "m")
        assert table.chosen == "c2"
        assert not table.log.ops
        assert "v holds one" in table.screen.query_one(KeyLine).notice


async def test_two_marks_of_one_person_are_not_matched() -> None:
    async with desk() as table:
        await table.does("n", "v", "r", "b", "m")
        assert table.chosen == "c2"
        assert table.screen.review.held is not None
        assert table.screen.review.held.mark.id == "c1"
        assert not table.log.ops


@pytest.mark.parametrize("size", SIZES)
async def test_an_episode_begins_with_a_marker_and_is_told_by_keys(size: tuple[int, int]) -> None:
    async with desk(size) as table:
        await table.does("r", "e")
        assert "episode 1  01:35–open · 1 marker · working alliance · major" in table.form
        await table.does("down", "down", "down", "5", "down", "1", "down", "4", "down", "right")
        (episode,) = table.episodes
        assert (episode.salience, episode.outcome, episode.resolved, episode.end_ms) == (5, "repaired", 4, 95_000)
        await table.does("escape")
        assert "repaired 4" in lane(table.shown, "ruptures")
        assert "episode 1: withdrawal, repaired 4" in table.account("other")[1]
        await table.does("e", "backspace")
        assert table.episodes[0].rupture_type == "unclear"


async def test_the_chosen_mark_goes_into_the_open_episode_and_out_again() -> None:
    async with desk() as table:
        await table.does("r", "e", "b", "e")
        (episode,) = table.episodes
        assert (episode.start_ms, [ref.mark for ref in episode.markers]) == (90_000, ["r1", "c2"])
        assert "2 markers" in table.form
        await table.does("e", "n", "e")
        assert table.episodes == []
        assert not table.screen.query("FieldsForm")
        await table.does("u")
        assert [ref.mark for ref in table.episodes[0].markers] == ["r1"]


async def test_an_episode_is_opened_again_from_its_marker_or_by_the_mouse() -> None:
    async with desk() as table:
        await table.does("r", "e", "2", "enter", "b", "b", "n", "n", "e")
        assert len(table.episodes) == 1
        await table.does("escape", "left", "n")
        timeline = table.screen.query_one(TimelineView)
        row = next(at for at, line in enumerate(table.shown.splitlines()) if line.startswith("ruptures"))
        column = timeline.rows.gutter + timeline.scale.cell(95_000)
        await table.pilot.click("#timeline", offset=(column, row - timeline.region.y))
        await table.settle()
        assert "episode 1" in table.form


async def test_a_note_is_written_in_its_line_and_letters_are_commands_elsewhere() -> None:
    async with desk() as table:
        await table.does("r", "e", "up", *["down"] * 8)
        await table.type("slowly, and in the end")
        assert table.episodes[0].note == ""
        await table.does("backspace", "left", "enter")
        assert table.episodes[0].note == "slowly, and in the en"
        await table.does("e", "p")
        assert table.status == "playing"
        assert table.screen.form is not None


async def test_strategies_come_from_the_coders_evidence_and_from_here() -> None:
    codebook = shipped("3rs-2015")
    code = "rs_validates_defensive_posture"
    evidence = Mark("e1", "coder", "point", 120_000, 120_000, 10, codes=(Code(codebook.id, codebook.version, code),))
    coder = LayerContent(
        head(by="observer", layer="coder", purpose="coding", codebook=codebook),
        (evidence,),
        values={"v": SegmentCode(0, code, "plus", evidence=("e1",)), "s": SegmentSeen(0)},
    )
    async with desk() as table:
        review = table.screen.review
        review.layers, review.names = (*review.layers, coder), (*review.names, "coder K1")
        await table.does("r", "e", "s")
        assert len(table.listed) == 11
        await table.type("validates")
        word = "validates the defensive posture"
        assert table.listed == [f"  02:00 here  {word}", f"  01:35 here  {word}"]
        await table.does("enter")
        (strategy,) = table.episodes[0].strategies
        assert (strategy.code, strategy.at_ms, strategy.shown_by) == (code, 120_000, MarkRef("coder", "e1"))
        assert "1 strategy" in table.form
        await table.does("s", "enter")
        assert table.episodes[0].strategies == ()


async def test_without_an_open_episode_there_is_no_strategy() -> None:
    async with desk() as table:
        await table.does("r", "s")
        assert not table.log.ops
        assert table.screen.form is None


async def test_a_theme_is_made_found_and_taken_off() -> None:
    async with desk() as table:
        await table.does("n", "h")
        await table.type("being seen")
        assert table.listed == ["+ a new theme: being seen", "+ a new theme of group improved: being seen"]
        await table.does("enter")
        assert table.account("client")[1].splitlines()[1] == "themes: being seen"
        await table.does("n", "h")
        assert table.listed == ["  being seen · 1 mark"]
        await table.does("enter", "h")
        assert table.listed == ["● being seen · 2 marks"]
        await table.does("enter")
        assert "themes" not in table.account("therapist")[1]
        await table.does("u", "u", "u")
        assert table.screen.links.themes == {}


async def test_a_theme_may_be_of_one_group_and_is_edited_from_the_list() -> None:
    async with desk() as table:
        await table.does("n", "h")
        await table.type("shame")
        await table.does("down", "enter", "h", "ctrl+e", "down", "down")
        await table.type("to be looked at")
        await table.does("enter")
        (theme,) = table.screen.links.themes.values()
        assert (theme.name, theme.gloss, theme.group) == ("shame", "to be looked at", "improved")
        await table.does("h", "ctrl+e", "left", "enter")
        (theme,) = table.screen.links.themes.values()
        assert theme.group is None
        await table.does("h", "ctrl+e", "u", "u", "u")
        assert table.screen.links.themes == {}
        assert table.screen.form is None


async def test_a_theme_of_another_group_is_not_offered() -> None:
    async with desk() as table:
        assert table.screen.linking is not None
        for theme in (Theme("shame", group="worse"), Theme("trust"), Theme("hope", group="improved")):
            table.screen.linking.make_theme(theme)
        await table.does("n", "h")
        assert table.listed == ["  hope [improved] · 0 marks", "  trust · 0 marks"]


async def test_esc_leaves_a_list_without_a_change() -> None:
    async with desk() as table:
        await table.does("n", "h")
        await table.type("shame")
        await table.does("escape")
        assert (table.screen.form, table.log.ops) == (None, [])


async def test_quoting_says_what_holds_beside_what_the_author_said() -> None:
    async with desk() as table:
        await table.does("n", "k")
        assert "the author said ask; what holds is ask" in table.form
        assert "[ask]" in table.form
        assert "[no]" in table.form
        await table.does("3")
        assert "what holds is ask" in table.form
        assert "[yes]" in table.form
        await table.does("1", "down", "2")
        assert "what holds is no, the partner may recognise it" in table.form
        await table.does("enter")
        assert table.account("client")[1].splitlines()[1] == "quote: no, the partner may recognise it"
        await table.does("k", "backspace", "escape")
        assert "quote" not in table.account("client")[1]


async def test_search_goes_through_what_is_found() -> None:
    async with desk() as table:
        await table.does("slash")
        await table.type("warm")
        assert "1 found" in table.form
        await table.does("backspace", *["backspace"] * 3)
        await table.type("rupture:any")
        assert "1 found" in table.form
        await table.does("enter")
        assert table.chosen == "r1"
        assert "n, b through what was found 1" in table.shown
        await table.does("b")
        assert table.chosen == "r1"
        await table.does("slash", "escape", "b")
        assert table.chosen == "c2"


async def test_search_looks_at_what_is_lit_and_finds_what_was_said() -> None:
    async with desk() as table:
        await table.does("slash")
        await table.type('"line 3')
        assert table.screen.query_one("#list-title", Static).content == "11 found"
        await table.does("down", "down")
        assert (table.chosen, table.player.at_ms) == (None, 310_000)
        await table.does(*["backspace"] * 7)
        await table.type("rupture:yes")
        assert "rupture is one of any, withdrawal" in table.form


async def test_esc_lets_go_of_what_was_found_and_of_what_is_held() -> None:
    async with desk() as table:
        await table.does("slash")
        await table.type("felt")
        await table.does("enter", "v", "escape")
        assert table.screen.review.held is None
        assert table.screen.review.found is not None
        await table.does("escape")
        assert table.screen.review.found is None


async def test_the_key_line_is_that_of_what_is_open_and_its_keys_can_be_clicked() -> None:
    async with desk() as table:
        await table.does("r", "e")
        assert table.shown.splitlines()[-1].strip().startswith("enter, esc done · e chosen mark in or out · s strategy")
        await table.screen.run_action("form_key('s')")
        await table.settle()
        assert isinstance(table.screen.form, ListForm)
        await table.screen.run_action("form_key('escape')")
        await table.settle()
        assert isinstance(table.screen.form, FieldsForm)
        await table.screen.run_action("form_key('escape')")
        await table.settle()
        assert not table.screen.has_class("-form")
        assert "play the moment" in table.shown


async def test_who_only_looks_has_no_way_to_write() -> None:
    table = Desk(SESSION, TALK)
    async with table.app.run_test(size=(100, 30)) as pilot:
        table.pilot = pilot
        await table.settle()
        await table.press("n", "m", "M", "v", "e", "s", "h", "k", "u", "U")
        assert table.screen.form is None
        assert not {one.id for one in table.screen.commands} & WRITING
        assert table.account("client")[0] == "client  01:00  ╌ one moment?"
        await table.press("slash", "w", "enter")
        assert table.chosen is not None


async def test_what_was_not_saved_is_said_tried_again_and_not_left_unasked() -> None:
    async with desk() as table:
        table.log.failing = True
        await table.does("n", "m", "q")
        assert not table.app._exit
        assert "The disk is full: free some room." in [notice.message for notice in table.app._notifications]
        table.log.failing = False
        assert table.screen.saving is not None
        table.screen.saving.retry()
        await table.settle()
        assert len(table.log.ops) == 1
        await table.does("q")
        assert table.app._exit


async def test_it_opens_where_it_is_asked_to() -> None:
    table = Linked(SESSION, TALK, begin_at=(None, MarkRef("layer-1", "t1")))
    async with table.app.run_test(size=(100, 30)) as pilot:
        table.pilot = pilot
        await table.settle()
        assert (table.chosen, table.player.at_ms) == ("t1", 62_000)
    table = Linked(SESSION, TALK, begin_at=(200_000, MarkRef("layer-1", "gone")))
    async with table.app.run_test(size=(100, 30)) as pilot:
        table.pilot = pilot
        await table.settle()
        assert (table.chosen, table.player.at_ms) == (None, 200_000)


async def test_a_rupture_of_a_recall_is_a_marker_until_it_is_in_an_episode() -> None:
    ruptured = mark("c", 60_000, "relieved", rupture=Rupture("confrontation", "client", "task", 2))
    async with desk(layers=[("client", [ruptured])]) as table:
        assert "▽C 2" in lane(table.shown, "ruptures")
        await table.does("n", "e", "up", "1", "escape")
        assert "▽" in lane(table.shown, "ruptures")
        assert len(table.episodes) == 1
