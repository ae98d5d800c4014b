"""A mutual recall in review, search and history: nobody's own account, and each mark is of who spoke."""

import msgspec
from textual.content import Content
from textual.widgets import Static

from iprtool.app import IprtoolApp
from iprtool.model.mark import Mark
from iprtool.model.protocol import PROTOCOLS
from iprtool.model.terms import Author
from iprtool.reviewing.links import Links
from iprtool.reviewing.proposals import moments
from iprtool.reviewing.review import Review
from iprtool.reviewing.search import asked, entries_of, matching
from iprtool.reviewing.wording import absence_of, layers_text
from iprtool.screens.review import ReviewScreen
from iprtool.screens.review_lanes import review_lanes
from iprtool.timeline.lanes import MarksLane
from tests.fakes import FakePlayer
from tests.review_samples import layer, mark


def of(author: Author, ident: str, start_ms: int) -> Mark:
    return msgspec.structs.replace(mark(ident, start_ms, word="felt_moved"), author=author)


TOGETHER = layer(
    "client",
    of("client", "m1", 61_000),
    of("therapist", "m2", 63_000),
    of("inquirer", "m3", 90_000),
    layer="together",
    protocol=PROTOCOLS["mutual"],
)
ALONE = (layer("client", mark("c1", 60_000, word="felt_safe")), layer("therapist", mark("t1", 66_000)))


def review() -> Review:
    return Review([*ALONE, TOGETHER])


def test_its_lane_is_called_mutual_and_each_mark_is_of_who_spoke() -> None:
    session = review()
    assert session.names == ("client", "therapist", "mutual")
    assert [session.whose(one) for one in session.marks] == [
        "client",
        "client · mutual",
        "therapist · mutual",
        "therapist",
        "inquirer · mutual",
    ]
    assert layers_text(session, 0, 80) == "client … 1  therapist … 1  mutual … 3"
    (lane,) = (one for one in review_lanes(session, rows=1) if one.name == "mutual")
    assert isinstance(lane, MarksLane)
    marks = (lane.index.at(rank) for rank in range(3))
    assert [(one.style, one.glyph) for one in marks] == [
        ("client", "●3 C"),
        ("therapist", "●3 T"),
        ("researcher", "●3 I"),
    ]


def test_what_was_said_together_is_no_account_of_either_alone() -> None:
    """Client and therapist heard each other: that they marked the same moment is no finding."""
    session = review()
    assert [(one.first.mark.id, one.second.mark.id) for one in moments(session, Links()).all] == [("c1", "t1")]
    only = Review([TOGETHER])
    assert moments(only, Links()).all == []
    assert only.account_of("client", 61_000) is None
    assert absence_of(only, "client", 61_000) == "no recall yet"


def found(text: str) -> str:
    entries = entries_of(zip(review().names, review().layers, strict=True))
    return " ".join(one.ref.mark for one in matching(entries, asked(text), Links()) if one.ref)


def test_a_mark_is_found_by_who_spoke_and_all_of_them_by_mutual() -> None:
    assert found("role:therapist") == "m2 t1"
    assert found("role:client") == "c1 m1"
    assert found("role:inquirer") == "m3"
    assert found("role:mutual") == "m1 m2 m3"


async def test_the_review_names_who_spoke_beside_the_two_accounts() -> None:
    screen = ReviewScreen("D01", [*ALONE, TOGETHER], [], FakePlayer(), 600_000, 2_000)
    async with IprtoolApp(screen).run_test(size=(120, 40)) as pilot:
        await pilot.press("n", "n", "n")
        await pilot.pause()
        pane = screen.query_one("#account-other")
        content = pane.query_one(Static).content
        assert pane.border_title == "therapist · mutual  01:03"
        assert isinstance(content, Content)
        assert content.plain == "felt moved"
        assert str(screen.query_one("#account-therapist").border_title).startswith("therapist  01:06")
