"""The lane of rupture episodes: what is drawn of one, what gives way, overlaps, and what is under the pointer."""

import subprocess
import sys
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iprtool.model.linking import Episode, Strategy
from iprtool.model.terms import EpisodeOutcome, RuptureType
from iprtool.timeline.lanes import (
    EpisodeItem,
    EpisodesLane,
    LaneItem,
    episode_item,
    rupture_item,
    rupture_sign,
    strategy_id,
)
from iprtool.timeline.scale import Scale

SCALE = Scale(600_000, 60, 1_000)
"""A cell a second, sixty in view."""


def episode(
    name: str,
    from_s: int,
    to_s: int | None,
    *strategies_s: int,
    kind: RuptureType = "withdrawal",
    salience: int | None = 3,
    outcome: EpisodeOutcome = "repaired",
    resolved: int | None = 4,
    markers: tuple[LaneItem, ...] = (),
) -> EpisodeItem:
    return episode_item(
        name,
        Episode(
            label=name,
            rupture_type=kind,
            start_ms=from_s * 1_000,
            end_ms=None if to_s is None else to_s * 1_000,
            strategies=tuple(Strategy("validates", at_s * 1_000) for at_s in strategies_s),
            salience=salience,
            outcome=outcome,
            resolved=resolved,
        ),
        markers,
    )


def rupture(name: str, at_s: int, sign: str = "▼C 2", to_s: int | None = None) -> LaneItem:
    return LaneItem(name, at_s * 1_000, None if to_s is None else to_s * 1_000, sign, style="rupture")


def texts(*items: LaneItem, scale: Scale = SCALE, rows: int = 1) -> list[str]:
    return [row.text.rstrip() for row in EpisodesLane("ruptures", items, height=rows).draw(scale)]


def test_an_episode_has_its_sign_its_line_a_tick_for_each_strategy_and_its_outcome() -> None:
    assert texts(episode("e", 2, 25, 9, 17)) == ["  ▼W 3 ──┴───────┴──────── repaired 4"]


def test_strategies_of_one_cell_share_a_tick_that_says_so() -> None:
    assert texts(episode("e", 2, 20, 9, 15, 9)) == ["  ▼W 3 ──╨─────┴───── repaired 4"]


@pytest.mark.parametrize(
    ("outcome", "resolved", "said"),
    [
        ("repaired", 5, " repaired 5"),
        ("partly", 3, " partly 3"),
        ("unrepaired", None, " unrepaired"),
        ("unclear", None, ""),
        ("unclear", 2, " unclear 2"),
    ],
)
def test_how_it_came_out_is_said_as_far_as_it_was_judged(
    outcome: EpisodeOutcome, resolved: int | None, said: str
) -> None:
    assert texts(episode("e", 2, 12, outcome=outcome, resolved=resolved)) == [f"  ▼W 3 ──────{said}"]


def test_major_and_minor_ruptures_have_other_signs() -> None:
    assert [rupture_sign("confrontation", salience) for salience in (1, 2, 3, 4, 5, None)] == [
        *("▽C 1", "▽C 2", "▼C 3", "▼C 4", "▼C 5", "▼C"),
    ]
    assert [rupture_sign(kind, None) for kind in get_args(RuptureType)] == ["▼W", "▼C", "▼M", "▼?"]
    assert [episode("e", 2, 9, salience=salience).style for salience in (2, 3)] == ["episode", "rupture"]
    beside = rupture_item("r", 2_000, None, "confrontation", 2, "complains")
    assert beside == LaneItem("r", 2_000, None, "▽C 2", "complains", style="episode")


def test_one_that_did_not_end_is_open_after_the_last_of_it() -> None:
    assert texts(episode("e", 2, None, 9, outcome="unclear", resolved=None)) == ["  ▼W 3 ──┴…"]
    assert texts(episode("e", 2, None, 9, 12, outcome="unrepaired", resolved=1)) == ["  ▼W 3 ──┴──┴… unrepaired 1"]
    assert texts(episode("e", 2, None, outcome="unclear", resolved=None)) == ["  ▼W 3…"]


def test_further_markers_stand_on_its_line_and_others_beside() -> None:
    joined = episode("e", 2, 25, 8, 22, markers=(rupture("m", 14),))
    assert texts(joined, rupture("s", 50, "▽W 1")) == ["  ▼W 3 ─┴──── ▼C 2 ───┴─── repaired 4             ▽W 1"]
    assert texts(joined, rupture("r", 16, "▽W 1"), rows=2)[1] == "                ▽W 1"


def test_a_marker_has_a_sign_alone_where_the_next_follows_at_once() -> None:
    assert texts(episode("e", 2, 25, 16, markers=(rupture("m", 14),))) == ["  ▼W 3 ────── ▼ ┴───────── repaired 4"]
    assert texts(episode("e", 2, 25, markers=(rupture("m", 25),))) == ["  ▼W 3 ───────────────── ▼C 2 repaired 4"]


def test_a_sign_goes_before_what_follows_it_at_once() -> None:
    assert texts(episode("e", 2, 25, 3, 6, markers=(rupture("m", 4),))) == ["  ▼W 3┴─────────────────── repaired 4"]
    assert texts(episode("e", 2, 25, markers=(rupture("m", 6),))) == ["  ▼W 3▼C 2 ─────────────── repaired 4"]


def test_a_marker_that_lasts_is_closed_and_says_no_outcome() -> None:
    assert texts(rupture("r", 2, "▼W 4", 14), rupture("p", 20, "▼W 4")) == ["  ▼W 4 ───────┤     ▼W 4"]


def test_episodes_that_overlap_go_to_the_next_row() -> None:
    one, other = episode("e", 2, 25, 9), episode("f", 12, 30, 20, kind="confrontation", salience=2, outcome="partly")
    assert texts(one, other, rows=2) == [
        "  ▼W 3 ──┴──────────────── repaired 4",
        "            ▽C 2 ───┴────────── partly 4",
    ]
    assert texts(one, other) == ["  ▼W 3 ──┴──▽───────────── repaired 4"]


def test_what_has_no_room_gives_way_the_outcome_first_then_the_rest_of_the_sign() -> None:
    assert texts(episode("e", 2, 12), rupture("r", 16)) == ["  ▼W 3 ──────   ▼C 2"]
    assert texts(episode("e", 2, 3), rupture("r", 9)) == ["  ▼W 3   ▼C 2"]
    assert texts(episode("e", 2, 3), rupture("r", 4)) == ["  ▼─▼C 2"]
    assert texts(episode("e", 2, 3)) == ["  ▼W 3 repaired 4"]


def test_an_outcome_is_cut_at_the_edge_if_some_of_it_can_be_read() -> None:
    assert texts(episode("e", 2, 53))[0].endswith("── repa…")
    assert texts(episode("e", 2, 56))[0].endswith("────")
    assert texts(episode("e", 2, 70))[0].endswith("────")


def test_far_out_those_of_one_cell_are_counted() -> None:
    items = [episode(f"e{n}", n, n + 5) for n in range(30)]
    assert texts(*items, scale=Scale(600_000, 10, 60_000), rows=2)[0] == "⊕30"


def test_the_chosen_one_stands_out_whole_and_a_chosen_strategy_alone() -> None:
    lane = EpisodesLane("ruptures", [episode("e", 2, 25, 9, 17, markers=(rupture("m", 20),))], height=1)
    for selected, cells in (
        ("e", {*range(2, 6), *range(7, 19), *range(20, 24), *range(25, 37)}),
        (strategy_id("e", 1), {17}),
        ("m", {20, 21, 22, 23}),
    ):
        (row,) = lane.draw(SCALE, selected)
        assert {cell for cell, tone in enumerate(row.tones) if tone == "selected"} == cells, selected


def test_pointing_finds_the_episode_its_moments_and_what_stands_beside() -> None:
    items = [episode("e", 2, 25, 9, 17, 17, markers=(rupture("m", 20),)), rupture("r", 45)]
    lane = EpisodesLane("ruptures", items, height=1)
    found = {cell: lane.item_at(SCALE, 0, cell) for cell in (1, 2, 4, 8, 9, 17, 20, 22, 25, 30, 45, 47, 50)}
    first, second, third = (strategy_id("e", number) for number in range(3))
    expected = [None, "e", "e", "e", first, second, "m", "m", "e", "e", "r", "r", None]
    assert list(found.values()) == expected
    assert [lane.item_at(SCALE, 0, 17, selected) for selected in (second, third)] == [third, second]


def test_a_strategy_at_the_time_of_a_marker_is_reached_through_it() -> None:
    lane = EpisodesLane("ruptures", [episode("e", 2, 25, 14, markers=(rupture("m", 14),))], height=1)
    assert lane.draw(SCALE)[0].text.rstrip() == "  ▼W 3 ────── ▼C 2 ─────── repaired 4"
    assert all_at(lane, SCALE, 14) == {"m", strategy_id("e", 0)}


def test_pointing_at_a_count_goes_through_it() -> None:
    lane = EpisodesLane("ruptures", [episode(f"e{n}", n, n + 5) for n in range(3)], height=1)
    found = [lane.item_at(Scale(600_000, 10, 60_000), 0, 0)]
    for _ in range(3):
        found.append(lane.item_at(Scale(600_000, 10, 60_000), 0, 0, found[-1]))
    assert found == ["e0", "e1", "e2", "e0"]


def test_it_holds_what_is_on_its_lines_as_long_as_that_is_there() -> None:
    lane = EpisodesLane("ruptures", [episode("e", 2, 25, 9, 17)])
    assert all(map(lane.holds, ("e", strategy_id("e", 0), strategy_id("e", 1))))
    lane.put(episode("e", 2, 25, 9, markers=(rupture("m", 14),)))
    assert [lane.holds(one) for one in ("e", strategy_id("e", 1), "m")] == [True, False, True]
    assert lane.remove("e").id == "e"
    assert not any(map(lane.holds, ("e", strategy_id("e", 0), "m")))
    with pytest.raises(KeyError):
        lane.remove("m")


def test_its_times_are_put_right_where_they_contradict_each_other() -> None:
    """An end before the start is the start; the line goes through to a strategy after the end."""
    assert episode("e", 20, 5).last_ms == 20_000
    assert episode("e", 2, 5, 9).last_ms == 9_000


def all_at(lane: EpisodesLane, scale: Scale, cell: int) -> set[str]:
    """What a person gets who goes on clicking on a cell of every row."""
    found: set[str] = set()
    for row in range(lane.height):
        here = lane.item_at(scale, row, cell)
        while here is not None and here not in found:
            found.add(here)
            here = lane.item_at(scale, row, cell, here)
    return found


moments = st.tuples(
    st.integers(0, 500),
    st.one_of(st.none(), st.integers(0, 90)),
    st.lists(st.integers(0, 120), max_size=4),
    st.booleans(),
)


@settings(deadline=None)
@given(st.lists(moments, max_size=40), st.integers(1, 3), st.integers(0, 8), st.integers(-60, 60), st.integers(1, 120))
def test_nothing_is_lost_and_every_cell_says_whose_it_is(
    given_items: list[tuple[int, int | None, list[int], bool]], rows: int, steps: int, pan: int, width: int
) -> None:
    items: list[LaneItem] = [
        episode(f"e{n}", at_s, None if long_s is None else at_s + long_s, *[at_s + one for one in after])
        if joined
        else rupture(f"r{n}", at_s, "▼C 2", None if long_s is None else at_s + long_s)
        for n, (at_s, long_s, after, joined) in enumerate(given_items)
    ]
    lane = EpisodesLane("ruptures", items, height=rows)
    scale = Scale.whole(720_000, width).zoomed(steps, 100_000).panned(pan)
    drawn = lane.draw(scale)
    assert all(len(row.glyphs) == width for row in drawn)
    for item in items:
        if scale.shows(item.start_ms):
            assert item.id in all_at(lane, scale, scale.cell(item.start_ms))
    for row, cells in enumerate(drawn):
        for cell, glyph in enumerate(cells.glyphs):
            found = lane.item_at(scale, row, cell)
            assert found is not None or glyph == " "
            assert found is None or lane.holds(found)


def test_the_lanes_of_a_review_need_neither_textual_nor_numpy() -> None:
    program = (
        "import sys, iprtool.timeline.lanes.episodes; sys.exit(bool({'textual', 'rich', 'numpy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
