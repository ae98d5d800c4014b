"""What the researcher says across layers: matches, episodes, themes, quote flags; each undone and done again."""

from collections.abc import Sequence

import msgspec
import pytest

from iprtool.edits import Hand, LayerState
from iprtool.model.codebook import Codebook, CodeEntry
from iprtool.model.coding import SegmentCode
from iprtool.model.layer import LayerContent, Op, Put
from iprtool.model.linking import MAJOR_SALIENCE, Episode, MarkRef, Match, QuoteFlag, Strategy, Tag, Theme
from iprtool.model.mark import Code, Rupture
from iprtool.model.terms import Locus, Quotable
from iprtool.reviewing import episodes
from iprtool.reviewing.linking import Linking
from iprtool.reviewing.links import Links, Quoting, quoting
from iprtool.reviewing.review import Placed, Review
from tests.fakes import head
from tests.review_samples import layer, mark

WITHDRAWAL = Rupture("withdrawal", "client", "bond", 3, resolved=2)
OTHER_SESSION = MarkRef("elsewhere", "x")


def session() -> Review:
    return Review(
        [
            layer("client", mark("c1", 10_000), mark("c2", 60_000, 90_000, rupture=WITHDRAWAL), mark("c3", 200_000)),
            layer("therapist", mark("t1", 12_000), mark("t2", 55_000, 58_000, rupture=Rupture("confrontation"))),
        ]
    )


class Desk:
    """One session's linking, and the operations that it wrote."""

    def __init__(self, content: LayerContent | None = None) -> None:
        self.review = session()
        self.ops: list[Op] = []
        self.loaded = content or LayerContent(head(purpose="review", layer="review"))
        self.linking = Linking(self.loaded, self.review, Hand("researcher", "dev"), self.write)
        self.at = {one.mark.id: one for one in self.review.marks}

    def write(self, ops: Sequence[Op]) -> None:
        self.ops += ops

    @property
    def links(self) -> Links:
        return self.linking.links

    def matches(self) -> list[tuple[str, str, bool]]:
        return sorted((one.first.mark, one.second.mark, one.same) for _, one in self.links.matches.values())

    def again(self) -> "Desk":
        """The same review, opened once more."""
        state = LayerState(self.loaded)
        state.apply(self.ops)
        content = msgspec.structs.replace(self.loaded, values=state.values, ops=(*self.loaded.ops, *self.ops))
        return Desk(content)


def test_what_is_one_moment_and_what_is_not() -> None:
    desk = Desk()
    at = desk.at
    desk.linking.say_same(at["t1"], at["c1"])
    assert desk.matches() == [("c1", "t1", True)]
    desk.linking.say_apart(at["c1"], at["t1"])
    assert desk.matches() == [("c1", "t1", False)]
    desk.linking.say_same(at["c1"], at["t1"])
    assert desk.matches() == [("c1", "t1", True)]
    assert len({op.entity for op in desk.ops}) == 1


def test_a_mark_is_one_moment_with_one_mark_of_a_layer_only() -> None:
    desk = Desk()
    at = desk.at
    desk.linking.say_same(at["c1"], at["t1"])
    desk.linking.say_apart(at["c2"], at["t1"])
    desk.linking.say_same(at["c1"], at["t2"])
    assert desk.matches() == [("c1", "t2", True), ("c2", "t1", False)]
    desk.linking.say_same(at["c2"], at["t2"])
    assert desk.matches() == [("c2", "t1", False), ("c2", "t2", True)]
    assert desk.linking.undo()
    assert desk.matches() == [("c1", "t2", True), ("c2", "t1", False)]


def test_every_change_is_undone_and_done_again() -> None:
    desk = Desk()
    at, linking = desk.at, desk.linking
    linking.say_same(at["c1"], at["t1"])
    entity = linking.begin_episode(at["c2"])
    linking.join(entity, at["t2"])
    linking.make_theme(Theme("shame"), at["c2"].ref)
    linking.flag(at["c2"], quotable="no")
    seen = [dict(linking._state.values)]
    while linking.undo():
        seen.append(dict(linking._state.values))
    assert len(seen) == 6
    assert seen[-1] == {}
    assert not linking.undo()
    for values in reversed(seen[:-1]):
        assert linking.redo()
        assert linking._state.values == values
    assert not linking.redo()


def test_undo_reaches_what_was_said_in_this_visit_and_nothing_before_it() -> None:
    desk = Desk()
    desk.linking.say_same(desk.at["c1"], desk.at["t1"])
    elsewhere = Hand("researcher", "dev").ops
    desk.write(elsewhere(("m", Put(Match(OTHER_SESSION, MarkRef("elsewhere", "y"))))))
    again = desk.again()
    assert len(again.links.matches) == 2
    assert not again.linking.undo()
    again.linking.say_apart(again.at["c1"], again.at["t1"])
    assert again.linking.undo()
    assert not again.linking.undo()
    assert again.linking.redo()
    assert not again.linking.redo()
    assert again.matches() == [("c1", "t1", False), ("x", "y", True)]
    assert len(again.ops) == 3


def test_what_changes_nothing_is_not_written() -> None:
    desk = Desk()
    for _ in range(3):
        desk.linking.say_same(desk.at["c1"], desk.at["t1"])
        desk.linking.unflag(desk.at["c1"].ref)
    assert len(desk.ops) == 1


def test_an_episode_begins_with_what_its_marker_says_and_grows() -> None:
    desk = Desk()
    entity = desk.linking.begin_episode(desk.at["c2"])
    begun = desk.linking.episodes[entity]
    assert begun == Episode(
        "episode 1",
        "withdrawal",
        60_000,
        (desk.at["c2"].ref,),
        mover="client",
        locus="bond",
        salience=3,
        resolved=2,
    )
    desk.linking.join(entity, desk.at["t2"])
    desk.linking.change_episode(entity, outcome="repaired", end_ms=120_000, note="slowly")
    episode = desk.linking.episodes[entity]
    assert (episode.start_ms, len(episode.markers), episode.outcome) == (55_000, 2, "repaired")
    assert desk.links.episodes_of(desk.at["t2"].ref) == [entity]
    assert episodes.last_ms(episode, desk.review.by_ref) == 120_000
    desk.linking.leave(entity, desk.at["t2"].ref)
    assert desk.linking.episodes[entity].start_ms == 60_000
    desk.linking.leave(entity, desk.at["c2"].ref)
    assert desk.linking.episodes == {}
    desk.linking.undo()
    assert desk.linking.episodes[entity].note == "slowly"


def test_what_showed_a_strategy_takes_it_along_when_it_leaves() -> None:
    desk = Desk()
    entity = desk.linking.begin_episode(desk.at["c2"])
    desk.linking.join(entity, desk.at["t2"])
    shown, said = Strategy("x", 55_000, desk.at["t2"].ref), Strategy("y", 70_000)
    for one in (shown, said):
        desk.linking.toggle_strategy(entity, one)
    desk.linking.leave(entity, desk.at["t2"].ref)
    assert desk.links.episodes[entity].strategies == (said,)


def test_episodes_are_numbered_apart_and_in_time() -> None:
    desk = Desk()
    first = desk.linking.begin_episode(desk.at["c2"])
    desk.linking.begin_episode(desk.at["t2"])
    assert [one.label for one in desk.linking.episodes.values()] == ["episode 2", "episode 1"]
    desk.linking.leave(first, desk.at["c2"].ref)
    desk.linking.begin_episode(desk.at["c3"])
    assert [one.label for one in desk.linking.episodes.values()] == ["episode 2", "episode 3"]


def test_a_dropped_episode_is_as_if_it_had_not_been_begun() -> None:
    desk = Desk()
    desk.linking.say_same(desk.at["c1"], desk.at["t1"])
    entity = desk.linking.begin_episode(desk.at["c2"])
    desk.linking.drop_episode(entity)
    assert desk.linking.episodes == {}
    desk.linking.undo()
    assert desk.matches() == []


def test_of_what_was_said_after_an_episode_was_begun_nothing_is_dropped_with_it() -> None:
    desk = Desk()
    entity = desk.linking.begin_episode(desk.at["c2"])
    desk.linking.say_same(desk.at["c1"], desk.at["t1"])
    desk.linking.drop_episode(entity)
    assert (desk.linking.episodes, desk.matches()) == ({}, [("c1", "t1", True)])
    desk.linking.undo()
    assert list(desk.linking.episodes) == [entity]


def test_an_episode_without_an_end_is_drawn_up_to_the_last_that_is_known_of_it() -> None:
    desk = Desk()
    episode = episodes.begun("e", desk.at["c2"])
    assert episodes.last_ms(episode, desk.review.by_ref) == 90_000
    later = msgspec.structs.replace(episode, strategies=(Strategy("rs_x", 95_000),))
    assert episodes.last_ms(later, desk.review.by_ref) == 95_000
    assert episodes.last_ms(episode, {}) == 60_000


@pytest.mark.parametrize(
    ("salience", "name"), [(None, None), (1, "subtle"), (2, "subtle"), (MAJOR_SALIENCE, "major"), (5, "major")]
)
def test_major_and_subtle_are_told_apart_by_salience(salience: int | None, name: str | None) -> None:
    assert episodes.weight(salience) == name


@pytest.mark.parametrize(
    ("locus", "strained"),
    [
        ("task", "working alliance"),
        ("goal", "working alliance"),
        ("bond", "working alliance"),
        ("genuineness", "real relationship"),
        ("realism", "real relationship"),
    ],
)
def test_which_relationship_is_strained_is_told_by_the_locus(locus: Locus, strained: str) -> None:
    assert episodes.episode_title(Episode("e", "mixed", 0, locus=locus)) == f"e  00:00–open · {strained}"


def test_an_episode_in_one_line() -> None:
    episode = Episode(
        "episode 1",
        "withdrawal",
        60_000,
        (MarkRef("client", "c2"),),
        (Strategy("a", 1), Strategy("b", 2)),
        120_000,
        "client",
        "bond",
        2,
        "repaired",
        4,
    )
    title = "episode 1  01:00–02:00 · 1 marker · 2 strategies · working alliance · subtle"
    assert (episodes.episode_title(episode), episodes.outcome_text(episode)) == (title, "repaired 4")
    unclear = Episode("e", "mixed", 0, locus="unclear")
    assert (episodes.episode_title(unclear), episodes.outcome_text(unclear)) == ("e  00:00–open", "unclear")


RRRS = Codebook(
    "3rs-2015",
    "1.0",
    "3RS",
    "these tests",
    (CodeEntry("rs_x", "x", group=episodes.STRATEGIES), CodeEntry("wd_y", "y", group="withdrawal")),
)


def test_strategies_come_with_their_times_from_coders_evidence_and_from_marks() -> None:
    marks = (mark("e1", 5_000), mark("e2", 9_000), mark("w", 1_000))
    coder = LayerContent(
        head(by="observer", layer="coder", codebook=RRRS, purpose="coding"),
        marks,
        values={
            "1": SegmentCode(0, "rs_x", evidence=("e2", "e1", "gone")),
            "2": SegmentCode(0, "wd_y", evidence=("w",)),
            "3": SegmentCode(1, "rs_x"),
        },
    )
    own = mark("r", 7_000, codes=(Code("3rs-2015", "1.0", "rs_x"), Code("3rs-2015", "1.0", "wd_y")))
    researcher = LayerContent(head(by="researcher", layer="mine", codebook=RRRS), (own,))
    assert episodes.strategies_shown([coder, researcher, layer("client", mark("c", 1))]) == [
        Strategy("rs_x", 5_000, MarkRef("coder", "e1")),
        Strategy("rs_x", 7_000, MarkRef("mine", "r")),
        Strategy("rs_x", 9_000, MarkRef("coder", "e2")),
    ]


def test_a_strategy_is_put_in_and_taken_out_again() -> None:
    desk = Desk()
    entity = desk.linking.begin_episode(desk.at["c2"])
    one, other = Strategy("rs_x", 80_000), Strategy("rs_x", 70_000, desk.at["t2"].ref)
    assert desk.linking.toggle_strategy(entity, one)
    assert desk.linking.toggle_strategy(entity, other)
    assert desk.linking.episodes[entity].strategies == (other, one)
    assert desk.links.episodes_of(desk.at["t2"].ref) == [entity]
    assert not desk.linking.toggle_strategy(entity, other)
    assert desk.linking.episodes[entity].strategies == (one,)


def test_a_theme_is_made_with_its_first_mark_and_found_again() -> None:
    desk = Desk()
    entity = desk.linking.make_theme(Theme("Being seen", "by the other"), desk.at["c1"].ref)
    assert desk.linking.make_theme(Theme("being seen "), desk.at["t1"].ref) == entity
    assert [theme.name for theme in desk.links.themes_of(desk.at["t1"].ref)] == ["Being seen"]
    assert desk.links.shown_in(entity) == [desk.at["c1"].ref, desk.at["t1"].ref]
    good = desk.linking.make_theme(Theme("Being seen", group="good"), desk.at["c1"].ref)
    assert good != entity
    desk.linking.change_theme(entity, name="Seen", gloss="")
    assert [theme.name for theme in desk.links.themes_of(desk.at["c1"].ref)] == ["Being seen", "Seen"]
    assert not desk.linking.toggle_theme(entity, desk.at["c1"].ref)
    assert desk.linking.toggle_theme(entity, desk.at["c1"].ref)
    for _ in range(6):
        desk.linking.undo()
    assert desk.links.themes == {}
    assert desk.links.themes_of(desk.at["c1"].ref) == []


def test_a_tag_of_a_theme_that_is_gone_shows_nothing() -> None:
    links = Links({"tag": Tag("gone", MarkRef("client", "c1"))})
    assert links.themes_of(MarkRef("client", "c1")) == []


@pytest.mark.parametrize("said", ["no", "ask", "yes"])
@pytest.mark.parametrize("decided", ["no", "ask", "yes"])
def test_of_author_and_researcher_the_stricter_holds(said: Quotable, decided: Quotable) -> None:
    ref, order = MarkRef("client", "c"), ["no", "ask", "yes"]
    found = quoting(mark("c", 1, quotable=said), QuoteFlag(ref, decided))
    assert order.index(found.quotable) == min(order.index(said), order.index(decided))


def test_who_may_be_recognised_by_either_may_be_recognised() -> None:
    ref = MarkRef("client", "c")
    assert quoting(mark("c", 1, partner_recognisable=True), QuoteFlag(ref, "yes")) == Quoting("ask", True)
    assert quoting(mark("c", 1, quotable="yes"), QuoteFlag(ref, "yes", True)) == Quoting("yes", True)
    assert quoting(mark("c", 1), None) == Quoting("ask", False)


def test_a_quote_flag_begins_with_what_the_author_said() -> None:
    desk = Desk()
    placed: Placed = desk.at["c1"]
    desk.linking.flag(placed, partner_recognisable=True)
    said = desk.links.quote_of(placed.ref)
    assert said is not None
    assert said[1] == QuoteFlag(placed.ref, "ask", True)
    desk.linking.flag(placed, quotable="no", note="names a town")
    assert desk.links.quoting(placed.ref, placed.mark) == Quoting("no", True)
    desk.linking.unflag(placed.ref)
    assert desk.links.quote_of(placed.ref) is None
