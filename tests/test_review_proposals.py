"""Proposed matches beside what was said by hand: the one stands, the other goes around it."""

import random

import pytest

from iprtool.model.layer import LayerValue
from iprtool.model.linking import MarkRef, Match
from iprtool.reviewing.links import Links
from iprtool.reviewing.proposals import Moments, accounts, as_said, moments
from iprtool.reviewing.review import Review
from tests.review_samples import layer, mark

REVIEW = Review(
    [
        layer("client", mark("c1", 10_000), mark("c2", 20_000), mark("c3", 100_000)),
        layer("therapist", mark("t1", 12_000), mark("t2", 21_000), mark("t3", 300_000)),
        layer("researcher", mark("r1", 10_000)),
    ]
)

LAYERS = {"c": "client", "t": "therapist", "r": "researcher"}


def said(**pairs: bool) -> Links:
    """What was said of pairs, as c1t2=True; both orders come up."""
    values: dict[str, LayerValue] = {}
    for number, (pair, same) in enumerate(pairs.items()):
        refs = [
            MarkRef({"c": "client", "t": "therapist", "r": "researcher"}[one[0]], one) for one in (pair[:2], pair[2:])
        ]
        first, second = refs if number % 2 else refs[::-1]
        values[pair] = Match(first, second, same)
    return Links(values)


def found(links: Links, tolerance_ms: int = 15_000) -> str:
    shown = moments(REVIEW, links, tolerance_ms).all
    return " ".join(f"{one.first.mark.id}{one.second.mark.id}{'!' if one.said else ''}" for one in shown)


@pytest.mark.parametrize(
    ("pairs", "tolerance_ms", "shown"),
    [
        ({}, 15_000, "c1t1 c2t2"),
        ({}, 1_000, "c2t2"),
        ({"c1t2": True}, 15_000, "t2c1! c2t1"),
        ({"c1t2": True, "c2t1": False}, 15_000, "t2c1!"),
        ({"c1t1": False}, 15_000, "c2t2"),
        ({"c1t1": False, "c1t2": False}, 15_000, "c2t2"),
        ({"c3t3": True}, 15_000, "t3c3! c1t1 c2t2"),
        ({"r1c1": True}, 15_000, "c1r1! c1t1 c2t2"),
    ],
)
def test_what_was_said_stands_and_the_rest_is_proposed(pairs: dict[str, bool], tolerance_ms: int, shown: str) -> None:
    assert found(said(**pairs), tolerance_ms) == shown


def test_a_pair_that_is_apart_keeps_no_other_pair_apart() -> None:
    """The places of the two people's marks are not mixed up."""
    chance = random.Random(2)
    starts = sorted(chance.sample(range(0, 600_000, 100), 40))
    review = Review(
        [
            layer("client", *(mark(f"c{n}", at) for n, at in enumerate(starts))),
            layer("therapist", *(mark(f"t{n}", at + 10) for n, at in enumerate(starts))),
        ]
    )
    links = Links({"m": Match(MarkRef("client", "c3"), MarkRef("therapist", "t7"), same=False)})
    assert [(one.first.mark.id, one.second.mark.id) for one in moments(review, links, 20).all] == [
        (f"c{n}", f"t{n}") for n in range(40)
    ]


def partners(of: Moments) -> dict[str, str]:
    pairs = {one.mark.id: of.partner(one, "therapist" if one.by == "client" else "client") for one in REVIEW.marks}
    return {mark: other.mark.id for mark, other in pairs.items() if other is not None}


def test_whose_moment_is_whose() -> None:
    assert partners(moments(REVIEW, Links())) == {"c1": "t1", "t1": "c1", "c2": "t2", "t2": "c2"}
    by_hand = moments(REVIEW, said(c1t2=True))
    assert partners(by_hand) == {"c1": "t2", "t2": "c1", "c2": "t1", "t1": "c2"}
    at = {one.mark.id: one for one in REVIEW.marks}
    said_of = by_hand.between(at["c1"], at["t2"])
    assert said_of is not None
    assert (said_of.said, said_of.distance_ms) == (True, 11_000)
    assert by_hand.between(at["c1"], at["t1"]) is None


def test_a_match_with_a_mark_that_is_gone_is_not_shown() -> None:
    assert found(Links({"m": Match(MarkRef("client", "c1"), MarkRef("therapist", "gone"))})) == "c1t1 c2t2"


def shown(review: Review, of: Moments, at_ms: int = 0) -> tuple[str | None, ...]:
    return tuple(one.mark.id if one else None for one in accounts(review, of, at_ms))


def test_beside_the_chosen_mark_is_the_one_that_is_one_moment_with_it_else_the_nearest() -> None:
    review = Review(REVIEW.layers)
    of = moments(review, said(c1t2=True, c3t3=True))
    at = {one.mark.id: one for one in review.marks}
    assert shown(review, of, 20_500) == ("c2", "t2")
    for mark_id, expected in (
        ("c1", ("c1", "t2")),
        ("t2", ("c1", "t2")),
        ("c3", ("c3", "t3")),
        ("r1", ("c1", "t1")),
        ("t3", ("c3", "t3")),
    ):
        review.chosen = at[mark_id]
        assert shown(review, of) == expected


def test_what_is_held_stays_where_it_is_unless_another_of_the_same_person_is_chosen() -> None:
    review = Review(REVIEW.layers)
    of, at = moments(review, Links()), {one.mark.id: one for one in review.marks}
    review.held = at["c3"]
    review.chosen = at["t1"]
    assert shown(review, of) == ("c3", "t1")
    review.chosen = at["c2"]
    assert shown(review, of) == ("c2", "t2")


def test_what_is_said_shows_before_anything_is_proposed_anew() -> None:
    before = moments(REVIEW, Links())
    after = as_said(REVIEW, said(c1t2=True), before)
    assert [f"{one.first.mark.id}{one.second.mark.id}{one.said}" for one in after.all] == ["t2c1True"]
    after = as_said(REVIEW, said(c1t1=False), before)
    assert [f"{one.first.mark.id}{one.second.mark.id}{one.said}" for one in after.all] == ["c2t2False"]
