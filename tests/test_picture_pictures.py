"""A picture of the picture's pane: look at it before you accept a change."""

from collections.abc import Callable

from rich.color import ColorSystem
from textual.app import App, ComposeResult

from iprtool.model.picture import Frame
from iprtool.screens.picture_pane import HalfBlocks, PicturePane

SnapCompare = Callable[..., bool]
SIZE = (40, 14)
WIDTH, HEIGHT = 40, 22


def face() -> Frame:
    """A disc lit from the left, on a background that goes from dark to blue."""
    pixels = bytearray()
    for y in range(HEIGHT):
        for x in range(WIDTH):
            inside = (x - 20) ** 2 + (y - 11) ** 2 < 81
            pixels += bytes((250 - 5 * x, 200 - 4 * x, 160 - 3 * x) if inside else (10, 20, 40 + 8 * y))
    return Frame(0, 40, 0, WIDTH, HEIGHT, "shown", bytes(pixels))


class Pane(App[None]):
    """The pane alone, with one frame."""

    def compose(self) -> ComposeResult:
        yield PicturePane(lambda *_: None, HalfBlocks(), 12)

    def on_mount(self) -> None:
        self.console._color_system = ColorSystem.TRUECOLOR
        self.query_one(PicturePane).put(face())


def test_a_frame_in_the_middle_of_its_pane(snap_compare: SnapCompare) -> None:
    assert snap_compare(Pane(), terminal_size=SIZE)
