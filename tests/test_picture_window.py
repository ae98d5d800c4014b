"""The picture's window, on a display of its own: the right frame, nothing covered, and gone as soon as it is hidden."""

import os
import signal
import time
from collections.abc import Iterator

import pytest

from iprtool.model.terms import View
from iprtool.player.display import vlc_with_windows
from tests.display import Display, displayed, do_without
from tests.films import Film, Pixels, frame_number, sealed_film
from tests.picture_stage import LINUX, PictureStage, picture_staged
from tests.processes import running
from tests.vlc_needed import why_not_vlc

pytestmark = pytest.mark.skipif(not LINUX, reason="Xvfb")

FILM = Film(seconds=20, width=640, height=360, b_frames=3, gop_s=2)
RED, BLUE = 0, 2


@pytest.fixture(scope="module")
def display() -> Iterator[Display]:
    """A display, where libVLC can open windows on it."""
    with displayed() as opened:
        if why_not_vlc() or vlc_with_windows() is None:
            do_without("libVLC has no module that opens windows (Debian: vlc-plugin-video-output)")
        yield opened


@pytest.fixture
def stage(display: Display) -> Iterator[PictureStage]:
    with picture_staged(sealed_film(FILM)) as staged:
        yield staged
    staged.until(lambda: display.film() is None)


def number(display: Display) -> int | None:
    film = display.film()
    return None if film is None else frame_number(film)


def has(film: Pixels, colour: int) -> bool:
    """Whether there is anything of the left half's red or the right half's blue."""
    other = BLUE if colour == RED else RED
    return bool(((film[..., colour] > 110) & (film[..., other] < 70) & (film[..., 1] < 70)).mean() > 0.001)


def open_window(stage: PictureStage, view: View = "shown") -> None:
    stage.picture.show(view, in_window=True)
    assert stage.until_state(lambda state: state.in_window or bool(state.message)).in_window
    assert stage.picture.state.windows


def test_it_stands_on_the_frame_and_goes_with_the_clock(stage: PictureStage, display: Display) -> None:
    stage.player.stand(3_000)
    open_window(stage)
    for at_ms in (3_000, 3_040, 3_000, 12_345, 700):
        stage.player.stand(at_ms)
        stage.until(lambda at_ms=at_ms: near(number(display), at_ms))  # type: ignore[misc]  # a default of the lambda's
    stage.player.run(5_000)
    stage.until(lambda: stage.player.position_ms() > 6_500 and near(number(display), stage.player.position_ms()))
    stage.player.run(10_000, 2.0)
    stage.until(lambda: stage.player.position_ms() > 13_000 and near(number(display), stage.player.position_ms()))
    assert stage.seen == []


def near(shown: int | None, at_ms: float) -> bool:
    return shown is not None and abs(shown * 40 + 20 - at_ms) <= 60


@pytest.mark.parametrize(("view", "covered"), [("left_covered", RED), ("right_covered", BLUE)])
def test_a_covered_side_is_never_in_it(stage: PictureStage, display: Display, view: View, covered: int) -> None:
    stage.player.run(2_000)
    stage.picture.show(view, in_window=True)
    looks = 0
    end = time.monotonic() + 30
    while looks < 60:
        assert time.monotonic() < end
        film = display.film()
        if film is not None:
            film = film[: FILM.height]  # software GL shows unused memory below a window that is yet to be resized
            assert not has(film, covered)
            looks += has(film, BLUE if covered == RED else RED)


def test_hidden_or_killed_it_is_gone_with_its_process(stage: PictureStage, display: Display) -> None:
    for _ in range(2):
        open_window(stage)
        stage.until(lambda: number(display) is not None)
        pid = stage.picture.pid
        assert pid is not None
        stage.picture.show("hidden")
        stage.until(lambda: display.film() is None)
        stage.until(lambda pid=pid: not running({pid}))  # type: ignore[misc]  # a default of the lambda's


def test_after_a_crash_it_opens_again(stage: PictureStage, display: Display) -> None:
    open_window(stage)
    pid = stage.picture.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    stage.until_state(lambda state: not state.in_window)
    stage.until_state(lambda state: state.in_window)
    stage.until(lambda: number(display) == 0)


def test_pixelated_it_is_in_the_terminal(stage: PictureStage, display: Display) -> None:
    open_window(stage)
    stage.picture.show("pixelated", in_window=True)
    stage.until(lambda: display.film() is None)
    state = stage.until_state(lambda state: bool(state.message))
    assert (state.in_window, state.message) == (
        False,
        "A window cannot show the picture pixelated; it is in the terminal.",
    )
    assert stage.next_frame().frame.view == "pixelated"


def test_a_turned_picture_is_covered_in_the_terminal(display: Display) -> None:
    with picture_staged(sealed_film(Film(seconds=2, rotation=90))) as stage:
        stage.picture.show("left_covered", in_window=True)
        state = stage.until_state(lambda state: bool(state.message) and state.windows)
        assert state.message == "A window cannot cover one side of a turned picture; it is in the terminal."
        assert display.film() is None
