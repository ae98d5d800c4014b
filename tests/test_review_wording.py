"""A review in words: the head line gives way as room gets short; what is said of a mark."""

import pytest

from iprtool.edits import Hand
from iprtool.model.layer import Coverage, LayerContent, Put
from iprtool.model.linking import Episode, MarkRef, Match, QuoteFlag, Tag, Theme
from iprtool.model.terms import Role
from iprtool.reviewing.links import Links
from iprtool.reviewing.proposals import Moments, moments
from iprtool.reviewing.review import Review
from iprtool.reviewing.wording import absence_of, change_text, layers_text, refs_said, said_of, state_of, unspoken_text
from tests.fakes import head
from tests.review_samples import layer, mark

SESSION = Review(
    [
        LayerContent(head(by="client", layer="client"), (mark("c1", 1_000),), closed=True),
        layer("therapist", mark("t1", 2_000), mark("t2", 300_000)),
        layer("observer", layer="coder", purpose="coding"),
    ]
)


@pytest.mark.parametrize(
    ("scores", "room", "text"),
    [
        (6, 60, "client ✓ 1  therapist … 2  coders 1  scores 6"),
        (0, 60, "client ✓ 1  therapist … 2  coders 1"),
        (6, 43, "client ✓ 1 therapist … 2 coders 1 scores 6"),
        (6, 40, "client ✓ therapist … coders 1 scores 6"),
        (6, 30, "client ✓ therapist … coders 1"),
        (6, 5, "client ✓ therapist … coders 1"),
    ],
)
def test_what_there_is_of_a_session_as_there_is_room(scores: int, room: int, text: str) -> None:
    assert layers_text(SESSION, scores, room) == text


def test_whether_two_accounts_are_one_moment() -> None:
    client, therapist, other = SESSION.marks
    pair, none = (client, therapist), Links()
    proposed = moments(SESSION, none)
    assert state_of(client, pair, none, proposed) == "╌ one moment?"
    assert state_of(client, pair, none, proposed, held=True) == "held  ╌ one moment?"
    assert state_of(other, pair, none, proposed) == ""
    assert state_of(client, (client, other), none, proposed) == ""
    assert state_of(client, None, none, proposed) == ""
    for same, text in ((True, "═ one moment"), (False, "≠ not one moment")):
        links = Links({"m": Match(client.ref, therapist.ref, same)})
        assert state_of(therapist, pair, links, Moments([])) == text


def test_what_is_said_of_a_mark() -> None:
    client, ref = SESSION.marks[0], MarkRef("client", "c1")
    assert said_of(client, Links()) == []
    links = Links(
        {
            "a": Theme("shame"),
            "b": Theme("Being seen", group="good"),
            "ta": Tag("a", ref),
            "tb": Tag("b", ref),
            "e": Episode("episode 1", "withdrawal", 1_000, (ref,), outcome="partly", resolved=3),
            "q": QuoteFlag(ref, "yes", partner_recognisable=True),
        }
    )
    assert said_of(client, links) == [
        "themes: Being seen, shame",
        "episode 1: withdrawal, partly 3",
        "quote: ask, the partner may recognise it",
    ]


COVERED = Review(
    [
        layer("client", mark("c1", 10_000)),
        LayerContent(
            head(by="therapist", layer="therapist"),
            coverage=(
                Coverage("a", "played", 0, 20_000),
                Coverage("b", "skipped", 20_000, 60_000),
                Coverage("c", "declined", 60_000, 90_000),
            ),
        ),
    ]
)


@pytest.mark.parametrize(
    ("by", "at_ms", "text"),
    [
        ("client", 100_000, "nothing marked within 15 s of 01:40"),
        ("therapist", 10_000, "nothing marked within 15 s of 00:10"),
        ("therapist", 40_000, "00:40 was not played in this recall (skipped)"),
        ("therapist", 70_000, "01:10 was not played in this recall (declined)"),
        ("therapist", 200_000, "03:20 was not played in this recall"),
        ("researcher", 10_000, "no recall yet"),
    ],
)
def test_why_there_is_no_account(by: Role, at_ms: int, text: str) -> None:
    assert absence_of(COVERED, by, at_ms) == text


def test_what_a_withdrawal_withholds_is_said_and_not_that_there_is_none() -> None:
    why = "D05-C withdrew on 2026-01-01, so nothing of theirs is used."
    review = Review([layer("therapist")], absent={"client": why}, withheld=why)
    assert absence_of(review, "client", 0) == why
    assert unspoken_text(review) == (
        f"Transcript and codings are of everybody in the recording, and are not shown: {why}"
    )
    assert unspoken_text(Review([])) == "This session has no transcript."
    assert absence_of(Review([layer("client")], absent={"client": why}), "client", 0).startswith("nothing marked")


REF = MarkRef("client", "c1")
THEMES = {"a": Theme("shame")}


@pytest.mark.parametrize(
    ("put", "text"),
    [
        (Put(None, Tag("a", REF)), "client 00:10 · theme shame taken away"),
        (Put(Theme("read"), Theme("seen")), "theme read instead of seen"),
        (Put(Theme("read", "x"), Theme("read")), "theme read: another gloss"),
        (Put(Theme("read", group="g"), Theme("read")), "theme read: group g instead of none"),
        (Put(QuoteFlag(REF, "ask"), QuoteFlag(REF, "no")), "client 00:10 · quote ask instead of no"),
        (
            Put(QuoteFlag(REF, "no", True), QuoteFlag(REF, "no")),
            "client 00:10 · quote no: recognisable yes instead of no",
        ),
        (
            Put(Episode("e", "mixed", 1, (REF,), end_ms=5_000), Episode("e", "mixed", 1, (REF, REF))),
            "client 00:10 · e: markers 1 instead of 2, end 00:05 instead of none",
        ),
    ],
)
def test_what_was_taken_back(put: Put, text: str) -> None:
    (op,) = Hand("researcher", "dev").ops(("entity", put))
    assert change_text([op], COVERED, THEMES) == text


def test_what_was_done_together_is_said_together_and_a_theme_with_its_mark_once() -> None:
    ops = Hand("researcher", "dev").ops(("a", Put(None, Theme("shame"))), ("t", Put(None, Tag("a", REF))))
    assert change_text(ops, COVERED, THEMES) == "client 00:10 · theme shame taken away"
    assert refs_said(ops) == [REF]
