"""A filmed session in a real terminal: what a person sees there is the very frame of where the recording stands."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.films import Film, frame_number, make_film
from tests.machine import PASSPHRASE, WITH_PASSPHRASE, Machine
from tests.processes import below, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a pseudo-terminal, and processes through /proc")

if sys.platform == "linux":
    from tests.terminal import Terminal

FILM = Film(seconds=8, width=320, height=180, fps=25, gop_s=2)
FRAME_MS = 40
PICTURE, STEP_ON, STEP_BACK, COVER, END = "\x07", "\x1b[1;2C", "\x1b[1;2D", "\t", "\x11"


@pytest.fixture(params=["embedded", "vlc"])
def recall(request: pytest.FixtureRequest, tmp_path: Path) -> "Terminal":
    if request.param == "vlc":
        from tests.vlc_needed import need_vlc

        need_vlc()
    machine = Machine(tmp_path, IPRTOOL_PICTURE="blocks", IPRTOOL_PLAYER=request.param)
    (machine.work / "passphrase").write_text(PASSPHRASE + "\n")
    begun = machine.terminal("open", make_film(FILM), "--by", "client", *WITH_PASSPHRASE, size=(200, 56))
    begun.wait_for("space plays")
    return begun


def pixels(terminal: "Terminal") -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    """The picture as it is drawn in half blocks: rows, columns, colours; none where there is none, or not all of it."""
    rows = []
    for y in range(terminal._screen.lines):
        cells = [terminal._screen.buffer[y][x] for x in range(terminal._screen.columns)]
        drawn = [cell for cell in cells if cell.data == "▀"]
        rows += [[bytes.fromhex(cell.fg) for cell in drawn], [bytes.fromhex(cell.bg) for cell in drawn]]
    drawn_rows = [row for row in rows if row]
    if len({len(row) for row in drawn_rows}) > 1:
        return np.zeros((0, 0, 3), np.uint8)
    return np.array([[list(pixel) for pixel in row] for row in drawn_rows], np.uint8)


def stands_at(shown: str) -> int:
    """Which frame the transport line says that it is stopped in."""
    found = re.search(r"❚❚ \d\d:\d\d:(\d\d)\.(\d\d\d)", shown)
    return (int(found[1]) * 1000 + int(found[2])) // FRAME_MS if found else -1


def is_that_frame(terminal: "Terminal") -> bool:
    """Whether both halves of the picture show the number of the frame that it is stopped in."""
    picture, number = pixels(terminal), stands_at(terminal.shown)
    return picture.size > 0 and frame_number(picture) == frame_number(picture, right=True) == number


def wait_for_frame(terminal: "Terminal", number: int) -> None:
    """It stands in this frame, and shows it."""
    terminal.wait_for(lambda shown: stands_at(shown) == number and is_that_frame(terminal))


def test_the_frame_of_where_it_stands_is_seen_and_nothing_of_it_under_the_cover(recall: "Terminal") -> None:
    assert "▀" not in recall.shown
    recall.press(PICTURE)
    recall.wait_for(lambda _: is_that_frame(recall))
    recall.press(" ")
    recall.wait_for("▶ 00:00:02")
    recall.wait_for(lambda _: pixels(recall).size > 0 and frame_number(pixels(recall)) > 50)
    recall.press(" ")
    recall.wait_for(lambda _: is_that_frame(recall))
    stopped = stands_at(recall.shown)
    for key, step in ((STEP_ON, 1), (STEP_ON, 2), (STEP_ON, 3), (STEP_BACK, 2), (STEP_BACK, 1), (STEP_BACK, 0)):
        recall.press(key)
        wait_for_frame(recall, stopped + step)

    recall.press(PICTURE + PICTURE)
    recall.wait_for("the left side is covered")
    recall.wait_for(lambda _: pixels(recall).size > 0 and frame_number(pixels(recall), right=True) == stopped)
    left = pixels(recall)[:, : pixels(recall).shape[1] // 2]
    assert len(np.unique(left)) == 1

    recall.press(" ")
    recall.wait_for("playing · space stops")
    recall.press(COVER)
    recall.wait_for("Covered. Take the time you need.")
    recall.read(0.5)
    assert "▀" not in recall.shown
    assert not _picture_processes(recall)
    recall.press("1")
    recall.wait_for("▀")
    recall.press(END)
    recall.wait_for("What is it like to have watched this?")
    assert "▀" not in recall.shown
    recall.press("\r")
    recall.press_anew("\r")
    assert recall.end() == 0


def test_the_picture_does_not_outlive_the_recall(recall: "Terminal") -> None:
    recall.press(PICTURE)
    recall.wait_for("▀")
    (picture,) = _picture_processes(recall)
    recall.kill()
    wait_until(lambda: not Path(f"/proc/{picture}").exists())


def _picture_processes(terminal: "Terminal") -> list[int]:
    return [one for one in below(terminal.pid) if b"picture" in Path(f"/proc/{one}/cmdline").read_bytes()]
