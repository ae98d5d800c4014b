"""What is seen of a frame: upright, of square pixels, within a size; and nothing of what a view hides."""

from typing import cast

import numpy as np
import pytest
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from iprtool.model.terms import View
from iprtool.player.picture_look import BLOCKS, COVER, Looks, fitted
from iprtool.player.picture_messages import MOST_PIXELS
from iprtool.player.picture_reel import Shot
from tests.films import Film, Pixels, frame_number
from tests.test_picture_reel import opened, shot_at


def looked_at(film: Film, view: View, within: tuple[int, int] = (160, 90), at_ms: int = 1_000) -> Pixels:
    with opened(film) as reel:
        frame = Looks().frame(shot_at(reel, at_ms), reel.pixel_aspect, within, view)
    assert frame.view == view
    return np.frombuffer(frame.pixels, np.uint8).reshape(frame.height, frame.width, 3)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_it_is_upright(rotation: int) -> None:
    picture = looked_at(Film(seconds=2, rotation=rotation), "shown")
    assert (frame_number(picture), frame_number(picture, right=True)) == (25, 25)
    assert picture.shape == ((90, 160, 3) if rotation % 180 == 0 else (90, 50, 3))
    left, right = picture[45, 2].astype(int), picture[45, -3].astype(int)
    assert left[0] > left[2] and right[2] > right[0]


def test_its_pixels_are_square() -> None:
    picture = looked_at(Film(seconds=2, width=240, pixel_aspect=(4, 3)), "shown")
    assert picture.shape == (90, 160, 3)
    assert frame_number(picture) == 25


@pytest.mark.parametrize("within", [(160, 90), (80, 90), (81, 91), (640, 360), (7, 5), (1, 1)])
@pytest.mark.parametrize(("view", "sign"), [("left_covered", 1), ("right_covered", -1)])
def test_of_a_covered_side_nothing_is_left(view: View, sign: int, within: tuple[int, int]) -> None:
    whole, seen = looked_at(Film(seconds=2), "shown", within), looked_at(Film(seconds=2), view, within)
    half = (whole.shape[1] + 1) // 2
    covered, other = seen[:, ::sign][:, :half], seen[:, ::sign][:, half + 1 :]
    assert (covered == COVER).all()
    assert (other == whole[:, ::sign][:, half + 1 :]).all()


@pytest.mark.parametrize("rotation", [0, 90])
def test_the_open_side_still_shows_its_number(rotation: int) -> None:
    film = Film(seconds=2, rotation=rotation)
    assert frame_number(looked_at(film, "right_covered", (160, 160))) == 25
    assert frame_number(looked_at(film, "left_covered", (160, 160)), right=True) == 25


@pytest.mark.parametrize("within", [(160, 90), (640, 360)])
def test_a_pixelated_picture_has_no_detail(within: tuple[int, int]) -> None:
    picture = looked_at(Film(seconds=2), "pixelated", within)
    columns = {column.tobytes() for column in picture.transpose(1, 0, 2)}
    rows = {row.tobytes() for row in picture}
    assert picture.shape == (*within[::-1], 3)
    assert 2 < len(columns) <= BLOCKS and len(rows) <= BLOCKS
    assert np.abs(picture.mean((0, 1)) - looked_at(Film(seconds=2), "shown", within).mean((0, 1))).max() < 25


def test_of_a_hidden_picture_there_is_no_frame() -> None:
    with pytest.raises(ValueError, match="hidden"):
        looked_at(Film(seconds=2), "hidden")


def test_a_size_is_neither_nothing_nor_without_bounds() -> None:
    assert fitted((1280, 720), (80, 90)) == (80, 45)
    assert fitted((720, 1280), (80, 90)) == (50, 90)
    assert fitted((10_000, 10), (5, 5)) == (5, 1)
    width, height = fitted((16, 9), (10**6, 10**6))
    assert width * height <= MOST_PIXELS


STRIPES = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0))


def striped(size: tuple[int, int], *, across: bool) -> Shot:
    """A film's frame of four stripes of pure colours, from left to right or from top to bottom."""
    rows, columns = np.indices(size[::-1])
    number = columns * len(STRIPES) // size[0] if across else rows * len(STRIPES) // size[1]
    pixels = np.array(STRIPES, np.uint8)[number]
    return Shot(VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p"), 0, 40, -1)


def means(length: int, blocks: int) -> NDArray[np.float64]:
    """The colour of each block along the stripes, some of which cover parts of two."""
    fine = np.array(STRIPES, float)[np.arange(length * blocks) * len(STRIPES) // (length * blocks)]
    return cast("NDArray[np.float64]", fine.reshape(blocks, length, 3).mean(1))


@pytest.mark.parametrize("across", [True, False])
@pytest.mark.parametrize("size", [(1920, 1080), (320, 192), (1080, 1920)])
@pytest.mark.parametrize(
    ("view", "within"),
    [("pixelated", (160, 160)), *(("shown", (side, side)) for side in (2, 4, 5, 7, 8, 12, 16))],
)
def test_every_block_has_the_mean_colour_of_what_it_covers(
    view: View, within: tuple[int, int], size: tuple[int, int], across: bool
) -> None:
    frame = Looks().frame(striped(size, across=across), 1.0, within, view)
    picture = np.frombuffer(frame.pixels, np.uint8).reshape(frame.height, frame.width, 3)
    line = picture[frame.height // 2] if across else picture[:, frame.width // 2]
    axis = 0 if across else 1
    count = fitted((frame.width, frame.height), (BLOCKS, BLOCKS))[axis] if view == "pixelated" else len(line)
    wanted = means(size[axis], count)[np.arange(len(line)) * count // len(line)]
    assert np.abs(line - wanted).max() <= 6
