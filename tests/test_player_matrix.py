"""The conformance matrix on a few kinds of recording; `make bench` has all."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache

import pytest

from tests.bench import matrix
from tests.bench.matrix import Line, Matrix
from tests.bench.playing import ENGINES
from tests.player_matrix import ACTS, SECONDS, Acted, Key, act, cells, past_the_loop_ms
from tests.player_tape import recording
from tests.sounds import Kind
from tests.vlc_needed import need_vlc, why_not_vlc

KINDS: tuple[Kind, ...] = ("m4a", "mp3-vbr-noxing", "opus", "mov", "webm", "wmv")
KEYS: tuple[Key, ...] = tuple((engine, kind) for kind in KINDS for engine in ENGINES)
AT_ONCE = 6
LATEST_TURN_MS = 100
STRETCHED_INSIDE = 0.97
"""Stretched sound is pieced together, so that now and then a piece is found elsewhere in the noise."""


@cache
def acts() -> dict[Key, Acted]:
    """What all players that are here do, several at a time."""
    keys = [key for key in KEYS if key[0] != "vlc" or not why_not_vlc()]
    for kind in KINDS:
        recording(kind, SECONDS)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(keys, pool.map(lambda key: act(*key), keys), strict=True))


@pytest.fixture(params=KEYS, ids="-".join)
def acted(request: pytest.FixtureRequest) -> Acted:
    """Each player with each kind; libVLC where it is."""
    if request.param[0] == "vlc":
        need_vlc()
    return acts()[request.param]


def test_whatever_a_player_does_the_truth_is_inside_the_stored_uncertainty(acted: Acted) -> None:
    figures = cells(acted)
    assert tuple(figures) == ACTS
    assert {
        name: cell for name, cell in figures.items() if cell.inside < (STRETCHED_INSIDE if name == "rate" else 1)
    } == {}
    assert all(cell.count >= 4 for cell in figures.values())


def test_steps_add_up_to_frames_however_many(acted: Acted) -> None:
    assert [step.stamp.raw_ms for step in acted.steps] == [round(step.target_ms) for step in acted.steps]
    assert not any(step.stamp.playing for step in acted.steps)


def test_a_loop_goes_back_where_it_ends(acted: Acted) -> None:
    assert -5 <= past_the_loop_ms(acted) <= LATEST_TURN_MS


def test_the_table_says_each_players_figures() -> None:
    line = Line("vlc", "opus", {"play to": (1.4, 0.9996, 1_000), "end": (12.6, 1.0, 30)}, 3.3)
    heads, rows = matrix._table(Matrix([line], "libVLC 3", "2026-01-02"))
    assert heads == ["recording", "player", "play to", "end", "past the loop's end"]
    assert rows == [["opus", "libVLC", "1 · 99.9 %", "13 · 100 %", "3"]]
