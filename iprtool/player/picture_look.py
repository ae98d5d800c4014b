"""How a decoded frame is made fit to be seen: upright, of square pixels and a size, without what a view hides."""

import math
from typing import cast

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from iprtool.model.picture import Frame
from iprtool.model.terms import View
from iprtool.player.picture_messages import COVERED, MOST_PIXELS
from iprtool.player.picture_reel import Shot

BLOCKS = 12
"""A pixelated picture has so many blocks along its longer side: too few to know a face by."""

LEAST = 96
"""No side is scaled to less by FFmpeg: it gives two neighbours one colour, and in fewer than eight mixes colours."""

COVER = 96
"""The grey of a covered side."""

Pixels = NDArray[np.uint8]
Size = tuple[int, int]
"""Width and height."""


class Looks:
    """Makes frames of shots; keeps FFmpeg's scalers, so that each is set up once."""

    def __init__(self) -> None:
        self._fine = VideoReformatter()
        self._coarse = VideoReformatter()

    def frame(self, shot: Shot, pixel_aspect: float, within: Size, view: View) -> Frame:
        """The shot as a frame within this size; `pixel_aspect` is width to height of one of the recording's pixels.

        ValueError for the view `hidden`, of which there are no frames.
        """
        turns = round(shot.frame.rotation / 90) % 4
        width, height = shot.frame.width * pixel_aspect, float(shot.frame.height)
        size = fitted((width, height) if turns % 2 == 0 else (height, width), within)
        match view:
            case "hidden":
                raise ValueError("nothing of a hidden picture is seen")
            case "pixelated":
                pixels = enlarged(_scaled(self._coarse, shot.frame, turns, fitted(size, (BLOCKS, BLOCKS))), size)
            case _:
                pixels = covered(_scaled(self._fine, shot.frame, turns, size), view)
        return Frame(shot.start_ms, shot.end_ms, shot.before_ms, *size, view, pixels.tobytes())


def fitted(shape: tuple[float, float], within: Size) -> Size:
    """The largest size of a shape (width, height) within another, of one pixel at least and MOST_PIXELS at most."""
    scale = min(within[0] / shape[0], within[1] / shape[1], math.sqrt(MOST_PIXELS / (shape[0] * shape[1])))
    return max(1, int(shape[0] * scale + 1e-6)), max(1, int(shape[1] * scale + 1e-6))


def covered(picture: Pixels, view: View) -> Pixels:
    """The picture, of which one side is flat grey where the view covers it, up to a pixel beyond the middle.

    A scaled pixel can hold something of its neighbour.
    """
    if view not in COVERED:
        return picture
    width = picture.shape[1]
    whole = picture.copy()
    if view == "left_covered":
        whole[:, : (width + 1) // 2 + 1] = COVER
    else:
        whole[:, max(0, width // 2 - 1) :] = COVER
    return whole


def enlarged(blocks: Pixels, size: Size) -> Pixels:
    """A few blocks as a picture of this size, each as flat as it is."""
    rows = np.arange(size[1]) * blocks.shape[0] // size[1]
    columns = np.arange(size[0]) * blocks.shape[1] // size[0]
    return cast(Pixels, blocks[rows][:, columns])


def _scaled(scaler: VideoReformatter, frame: VideoFrame, turns: int, size: Size) -> Pixels:
    """The frame turned upright in this size, each pixel the mean of what it stands for."""
    width, height = size if turns % 2 == 0 else size[::-1]
    across, down = _finer(width), _finer(height)
    finer = scaler.reformat(
        frame, width * across, height * down, format="rgb24", interpolation="AREA", threads=1
    ).to_ndarray()
    if across * down > 1:
        blocks = finer.reshape(height, down, width, across, 3)
        finer = (blocks.mean((1, 3), dtype=np.float32) + 0.5).astype(np.uint8)
    # FFmpeg tells by how much the frame is to be turned counterclockwise, as numpy does.
    return cast(Pixels, np.rot90(finer, turns))


def _finer(length: int) -> int:
    """How many times as long FFmpeg makes a side; even, so that no two blocks share a colour."""
    return 1 if length >= LEAST else 2 * math.ceil(LEAST / 2 / length)
