"""A review without a screen: which mark is next, what each person made of a moment, what is heard and read of it."""

import msgspec
import pytest

from iprtool.model.layer import LayerContent
from iprtool.model.mark import Mark, Rupture
from iprtool.model.study import Utterance
from iprtool.model.terms import MarkKind, Role
from iprtool.reviewing.review import AFTER_A_POINT_MS, SAME_MOMENT_MS, Review
from tests.fakes import head


def mark(ident: str, start_ms: int, end_ms: int | None = None, *, rupture: bool = False) -> Mark:
    kind: MarkKind = "interval" if end_ms is not None else "point"
    return Mark(ident, "recaller", kind, start_ms, start_ms, 10, end_ms, rupture=Rupture() if rupture else None)


def layer(by: Role, *marks: Mark) -> LayerContent:
    return LayerContent(head(by=by), marks)


def dyad() -> Review:
    """A client's and a therapist's layer, out of step."""
    return Review(
        [
            layer("client", mark("c1", 10_000), mark("c2", 60_000, 90_000), mark("c3", 200_000)),
            layer("therapist", mark("t1", 12_000), mark("t2", 150_000, 170_000, rupture=True)),
        ]
    )


def steps(review: Review, direction: int, *, ruptures: bool = False) -> list[str]:
    """The marks that one comes to, again and again in one direction, from the recording's start or end."""
    found = []
    while (placed := review.step(direction, 0 if direction > 0 else 600_000, ruptures=ruptures)) is not None:
        found.append(placed.mark.id)
    return found


def test_all_marks_in_their_order_forth_and_back() -> None:
    review = dyad()
    assert steps(review, 1) == ["c1", "t1", "c2", "t2", "c3"]
    assert review.chosen is not None
    assert review.chosen.mark.id == "c3"
    assert steps(review, -1) == ["t2", "c2", "t1", "c1"]
    review.chosen = None
    assert steps(review, -1) == ["c3", "t2", "c2", "t1", "c1"]


def test_lanes_one_after_the_other_then_all_again() -> None:
    review = dyad()
    found = {}
    for _ in range(4):
        review.chosen = None
        found[review.lane_name] = steps(review, 1)
        review.next_lane()
    assert found == {
        "all marks": ["c1", "t1", "c2", "t2", "c3"],
        "client": ["c1", "c2", "c3"],
        "therapist": ["t1", "t2"],
        "ruptures": ["t2"],
    }
    assert review.lane is None


def test_the_next_rupture_whatever_the_lane() -> None:
    review = dyad()
    review.next_lane()
    assert steps(review, 1, ruptures=True) == ["t2"]


def test_a_step_from_between_two_marks() -> None:
    review = dyad()
    forth, back = review.step(1, 100_000), None
    review.chosen = None
    back = review.step(-1, 100_000)
    assert forth is not None
    assert back is not None
    assert (forth.mark.id, back.mark.id) == ("t2", "c2")


def test_nothing_chosen_stays_where_no_mark_is_further_on() -> None:
    review = dyad()
    review.choose("0:c3")
    assert review.step(1, 0) is None
    assert review.chosen is not None
    assert review.chosen.mark.id == "c3"
    assert Review([]).step(1, 0) is None


@pytest.mark.parametrize(
    ("by", "at_ms", "found"),
    [
        ("client", 10_000, "c1"),
        ("therapist", 10_000, "t1"),
        ("client", 10_000 + SAME_MOMENT_MS, "c1"),
        ("client", 10_001 + SAME_MOMENT_MS, None),
        ("client", 75_000, "c2"),
        ("client", 90_000 + SAME_MOMENT_MS, "c2"),
        ("therapist", 75_000, None),
        ("researcher", 10_000, None),
    ],
)
def test_the_account_of_a_moment_is_the_nearest_mark_of_the_person(by: Role, at_ms: int, found: str | None) -> None:
    placed = dyad().account_of(by, at_ms)
    assert (placed.mark.id if placed else None) == found


def test_of_two_marks_at_one_moment_the_chosen_one_is_the_account() -> None:
    review = Review([layer("client", mark("a", 10_000), mark("b", 10_000))])
    assert review.choose("0:b") is review.account_of("client", 10_000)


def test_within_a_long_mark_the_one_that_begins_nearer_is_the_account() -> None:
    review = Review([layer("client", mark("long", 10_000, 100_000), mark("short", 50_000, 60_000))])
    placed = review.account_of("client", 55_000)
    assert placed is not None
    assert placed.mark.id == "short"


def test_two_layers_of_one_role_have_names_of_their_own() -> None:
    review = Review([layer("client"), layer("observer", mark("a", 1)), layer("observer"), layer("second_client")])
    assert review.names == ("client", "observer", "observer 2", "second client")
    assert review.choose("2:a") is None


def test_a_moment_is_played_with_its_pre_roll_to_its_end() -> None:
    review = dyad()
    by_id = {one.mark.id: one for one in review.marks}
    assert review.stretch(by_id["c2"], 2_000) == (58_000, 90_000)
    assert review.stretch(by_id["c1"], 2_000) == (8_000, 10_000 + AFTER_A_POINT_MS)
    assert review.stretch(by_id["c1"], 20_000)[0] == 0


TALK = tuple(Utterance(number * 10_000, number * 10_000 + 8_000, "client", f"{number}") for number in range(10))


@pytest.mark.parametrize(
    ("at_ms", "room", "shown"),
    [
        (55_000, 4, "4 [5] 6 7"),
        (59_000, 4, "4 [5] 6 7"),
        (55_000, 1, "[5]"),
        (0, 3, "[0] 1 2"),
        (99_000, 3, "7 8 [9]"),
        (55_000, 20, "0 1 2 3 4 [5] 6 7 8 9"),
    ],
)
def test_the_transcript_around_a_position(at_ms: int, room: int, shown: str) -> None:
    spoken = Review([], TALK[::-1]).spoken(at_ms, room, lambda _: 1)
    assert " ".join(f"[{one.text}]" if is_last else one.text for one, is_last in spoken) == shown


def test_what_is_being_said_is_in_view_however_long_what_was_said_before() -> None:
    review = Review([], TALK)
    spoken = review.spoken(55_000, 4, lambda one: 3 if one.text in "46" else 1)
    assert [one.text for one, _ in spoken] == ["4", "5"]
    spoken = review.spoken(55_000, 3, lambda one: 3 if one.text in "46" else 1)
    assert [one.text for one, _ in spoken] == ["5", "6"]


def test_before_the_first_word_nothing_stands_out() -> None:
    (only,) = Review([], [Utterance(5_000, 6_000, "client", "Yes.")]).spoken(0, 3, lambda _: 1)
    assert only[1] is False
    assert Review([]).spoken(0, 3, lambda _: 1) == []


def test_what_was_found_narrows_the_ways_to_the_next() -> None:
    review = dyad()
    review.find([one.ref for one in review.marks if one.mark.id in ("c2", "t2", "c3")])
    assert review.lane_name == "what was found"
    assert steps(review, 1) == ["c2", "t2", "c3"]
    review.next_lane()
    review.chosen = None
    assert steps(review, 1) == ["c2", "c3"]
    review.chosen = None
    assert steps(review, 1, ruptures=True) == ["t2"]
    review.find(None)
    review.chosen = None
    assert steps(review, 1) == ["c1", "c2", "c3"]


def test_from_a_mark_that_was_not_found_one_goes_on_from_where_one_is() -> None:
    review = dyad()
    review.choose("1:t1")
    review.find([one.ref for one in review.marks if one.mark.id in ("c1", "c3")])
    found = review.step(1, 12_000)
    assert found is not None
    assert found.mark.id == "c3"


def test_each_layers_marks_keep_the_codebook_that_it_was_made_with() -> None:
    client, therapist = layer("client", mark("c1", 10_000)), layer("therapist", mark("t1", 12_000))
    newer = msgspec.structs.replace(therapist.head.codebook, version="9.9")
    therapist = msgspec.structs.replace(therapist, head=msgspec.structs.replace(therapist.head, codebook=newer))
    review = Review([client, therapist])
    assert [review.codebook(one) for one in review.marks] == [client.head.codebook, newer]


def test_layers_are_called_by_their_labels_where_they_have_one() -> None:
    layers = [layer("client"), layer("observer"), layer("observer")]
    assert Review(layers, labels=["", "coder K1"]).names == ("client", "coder K1", "observer")
    coding = LayerContent(head(by="observer", purpose="coding"))
    assert Review([coding, coding]).names == ("coder", "coder 2")
