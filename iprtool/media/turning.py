"""Pictures brought into one size and upright, for files whose packets cannot follow each other as they are."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

import av
import av.filter
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

# Degrees counter-clockwise, as a display matrix has them, by what FFmpeg's filters call it.
_TURNS = {90: ("transpose", "cclock"), -90: ("transpose", "clock"), 180: ("hflip,vflip", ""), -180: ("hflip,vflip", "")}


def rotation_of(container: InputContainer) -> int:
    """The number of degrees, counter-clockwise, by which the picture is to be turned when shown; it goes back to 0."""
    try:
        rotation = next((frame.rotation for frame in container.decode(video=0)), 0)
        container.seek(0)
    except av.FFmpegError:
        return 0
    return rotation


def upright_size(stream: VideoStream, rotation: int) -> tuple[int, int]:
    """The even width and height of the picture as it is shown: upright, and of square pixels."""
    width, height = round(stream.width * (stream.sample_aspect_ratio or 1)), stream.height
    if rotation in (90, -90):
        width, height = height, width
    return width & ~1, height & ~1


class Turner:
    """Turns pictures upright and fits them into a size, with black beside what is of another shape."""

    def __init__(self, size: tuple[int, int], rotation: int, aspect: Fraction) -> None:
        self._size = size
        self._rotation = rotation
        self._aspect = aspect
        self._graph: av.filter.Graph | None = None
        self._of: tuple[int, int, str] | None = None

    def turned(self, frame: VideoFrame) -> Iterator[VideoFrame]:
        """The picture as it shall be, with its time."""
        kind = (frame.width, frame.height, frame.format.name)
        if self._graph is None or self._of != kind:
            self._graph, self._of = self._graph_for(frame), kind
        self._graph.push(frame)
        while True:
            try:
                made = self._graph.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            if isinstance(made, VideoFrame):
                yield made

    def _graph_for(self, frame: VideoFrame) -> av.filter.Graph:
        width, height = self._size
        graph = av.filter.Graph()
        source = graph.add_buffer(
            width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base
        )
        steps = [source, graph.add("scale", f"{round(frame.width * self._aspect)}:{frame.height}")]
        names, argument = _TURNS.get(self._rotation, ("", ""))
        steps += [graph.add(name, argument or None) for name in names.split(",") if name]
        steps += [
            graph.add("scale", f"{width}:{height}:force_original_aspect_ratio=decrease:force_divisible_by=2"),
            graph.add("pad", f"{width}:{height}:(ow-iw)/2:(oh-ih)/2"),
            graph.add("setsar", "1"),
            graph.add("format", "yuv420p"),
            graph.add("buffersink"),
        ]
        for one, following in pairwise(steps):
            one.link_to(following)
        graph.configure()
        return graph
