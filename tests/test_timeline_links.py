"""The lane of matches: where each is drawn, what is seen of several, what is under the pointer."""

import pytest

from iprtool.timeline.lanes import LaneItem, LinksLane, link_item
from iprtool.timeline.scale import Scale

SCALE = Scale(600_000, 40, 1_000)
"""A cell a second, forty in view."""


def link(name: str, one: tuple[float, float], other: tuple[float, float], *, confirmed: bool = True) -> LaneItem:
    first, second = ((int(start_s * 1_000), int(end_s * 1_000)) for start_s, end_s in (one, other))
    return link_item(name, first, second, confirmed=confirmed)


def text(*links: LaneItem) -> str:
    return LinksLane("matched", links).draw(SCALE)[0].text.rstrip()


@pytest.mark.parametrize(
    ("one", "other", "drawn"),
    [
        ((2, 2), (5, 5), "  ════"),
        ((5, 5), (2, 2), "  ════"),
        ((2, 8), (5, 12), "     ════"),
        ((2, 12), (5, 8), "     ════"),
        ((2, 12), (5, 5), "     ═"),
        ((2, 4), (8, 9), "    ═════"),
        ((3, 3), (3, 3), "   ═"),
    ],
)
def test_a_match_is_drawn_where_both_are_or_else_between_them(
    one: tuple[int, int], other: tuple[int, int], drawn: str
) -> None:
    assert text(link("a", one, other)) == drawn
    assert text(link("a", one, other, confirmed=False)) == drawn.replace("═", "╌")


def test_the_confirmed_one_is_seen_and_the_selected_one_before_all() -> None:
    lane = LinksLane(
        "matched",
        [link("sure", (4, 4), (8, 8)), link("maybe", (2, 2), (6, 6), confirmed=False), link("far", (20, 20), (20, 20))],
    )
    assert lane.draw(SCALE)[0].text.rstrip() == "  ╌╌═════           ═"
    (row,) = lane.draw(SCALE, "maybe")
    assert row.text.rstrip() == "  ╌╌╌╌╌══           ═"
    assert {cell for cell, tone in enumerate(row.tones) if tone == "selected"} == set(range(2, 7))


def test_pointing_goes_through_those_that_share_a_cell() -> None:
    lane = LinksLane("matched", [link("sure", (4, 4), (8, 8)), link("maybe", (2, 2), (6, 6), confirmed=False)])
    assert [lane.item_at(SCALE, 0, cell) for cell in (1, 2, 3, 4, 8, 9)] == [
        None,
        "maybe",
        "maybe",
        "sure",
        "sure",
        None,
    ]
    assert [lane.item_at(SCALE, 0, 5, selected) for selected in ("sure", "maybe", "else")] == ["maybe", "sure", "sure"]
    assert lane.item_at(SCALE, 1, 5) is None


def test_a_match_that_is_confirmed_or_parted_is_drawn_so_at_once() -> None:
    lane = LinksLane("matched", [link("a", (2, 2), (4, 4), confirmed=False)])
    lane.put(link("a", (2, 2), (4, 4)))
    assert lane.draw(SCALE)[0].text.rstrip() == "  ═══"
    lane.remove("a")
    assert lane.draw(SCALE)[0].text.rstrip() == ""


def test_every_match_in_a_crowded_cell_can_be_reached() -> None:
    lane = LinksLane("matched", [link(f"m{n}", (10 + n / 20, 10 + n / 20), (10.9, 10.9)) for n in range(15)])
    found: list[str | None] = [lane.item_at(SCALE, 0, 10)]
    for _ in range(14):
        found.append(lane.item_at(SCALE, 0, 10, found[-1]))
    assert set(found) == {f"m{n}" for n in range(15)}
