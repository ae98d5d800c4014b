"""Frames as images: what is sent to a terminal is what was to be seen, and terminals are asked without a trace."""

import base64
import os
import re
import sys
import zlib
from pathlib import Path

import pytest
from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip

from iprtool.model.picture import Frame
from iprtool.screens.kitty import NUMBERS, PLACEHOLDER, KittyImages

CELLS = Size(20, 6)
BLANK = Style.parse("white on black")
RED, BLUE = bytes((255, 0, 0)), bytes((0, 0, 255))


def console() -> Console:
    made = Console(force_terminal=True)
    made._color_system = ColorSystem.TRUECOLOR
    return made


def frame(width: int, height: int) -> Frame:
    """Red on the left, blue on the right."""
    return Frame(0, 40, 0, width, height, "shown", (RED * (width // 2) + BLUE * (width - width // 2)) * height)


def written(strips: list[Strip]) -> str:
    assert len(strips) == CELLS.height
    assert {strip.cell_length for strip in strips} == {CELLS.width}
    return "".join(strip.render(console()) for strip in strips)


def sent(text: str) -> tuple[dict[str, str], bytes]:
    """The image that the sequences of Kitty's protocol make: its keys, and its pixels."""
    keys: dict[str, str] = {}
    data = ""
    for head, payload in re.findall(r"\x1b_G([^;\x1b]*);([^\x1b]*)\x1b\\", text):
        assert len(payload) <= 4096
        fields = dict(field.split("=") for field in head.split(","))
        keys = keys or fields
        data += payload
        if fields["m"] == "0":
            break
    return keys, zlib.decompress(base64.b64decode(data))


def test_kitty_is_sent_the_very_pixels_and_a_placeholder_for_each_cell() -> None:
    picture = KittyImages()
    width, height = picture.pixels(CELLS, moving=False)
    image = frame(width, height)
    text = written(picture.draw(image, CELLS, BLANK, console()))
    keys, pixels = sent(text)
    assert pixels == image.pixels
    assert (int(keys["s"]), int(keys["v"])) == (width, height)
    columns, rows = int(keys["c"]), int(keys["r"])
    places = re.findall(f"{PLACEHOLDER}(.)(.)", text)
    assert places == [(NUMBERS[row], NUMBERS[column]) for row in range(rows) for column in range(columns)]
    number = int(keys["i"])
    assert f"38;2;{number >> 16};{number >> 8 & 255};{number & 255}" in text


def test_of_two_images_the_older_one_is_taken_away_and_in_the_end_both() -> None:
    picture = KittyImages()
    numbers = []
    for _ in range(3):
        text = written(picture.draw(frame(40, 20), CELLS, BLANK, console()))
        number = sent(text)[0]["i"]
        deleted = re.findall(r"a=d,d=I,q=2,i=(\d+)", text)
        assert deleted != [number]
        numbers.append(number)
    assert numbers[0] == numbers[2] != numbers[1]
    gone = written(picture.erase(CELLS, BLANK))
    assert set(re.findall(r"a=d,d=I,q=2,i=(\d+)", gone)) == set(numbers)
    assert PLACEHOLDER not in gone


def test_moving_fewer_pixels_are_sent() -> None:
    large = Size(200, 60)
    moving, still = (KittyImages().pixels(large, moving=moving) for moving in (True, False))
    assert moving[0] * moving[1] * 4 < still[0] * still[1]


def test_sixels_are_written_last_and_small_frames_as_half_blocks() -> None:
    pytest.importorskip("textual_image", reason="the extra [images] is not installed")
    from iprtool.screens.sixel import Sixels

    picture = Sixels()
    assert picture.pixels(CELLS, moving=True) == (20, 12)
    still = written(picture.draw(frame(*picture.pixels(CELLS, moving=False)), CELLS, BLANK, console()))
    image = re.search(r"\x1bP[\d;]*q.*\x1b\\", still, re.DOTALL)
    assert image is not None
    assert " " not in still[image.end() :]
    assert re.search(r"#\d+;2;", image[0][image[0].index("~") :]) is None  # every colour is named before it is used
    assert "▀" not in still
    assert "▀" in written(picture.draw(frame(20, 12), CELLS, BLANK, console()))


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal needs Linux or macOS")
@pytest.mark.parametrize(
    ("question", "answer", "said"),
    [
        ("draws_sixels", "\\x1b[?62;4;22c", "True"),
        ("draws_sixels", "\\x1b[?62;22c", "False"),
        ("draws_sixels", "x\\x1b[?1;4c", "True"),
        ("draws_sixels", "", "False"),
        ("is_kitty_with_placeholders", "\\x1bP>|kitty(0.35.2)\\x1b\\\\\\x1b[?62;c", "True"),
        ("is_kitty_with_placeholders", "\\x1bP>|kitty(0.26.5)\\x1b\\\\\\x1b[?62;c", "False"),
        ("is_kitty_with_placeholders", "", "False"),
    ],
)
def test_a_terminal_is_asked_and_nothing_is_left_of_it(question: str, answer: str, said: str, tmp_path: Path) -> None:
    from tests.terminal import Terminal

    code = f"from iprtool.screens.asking import {question}; print('it says', {question}())"
    asked = Terminal([sys.executable, "-c", code], folder=tmp_path, env={"PYTHONPATH": str(Path.cwd())})
    asked.wait_for(lambda _: b"\x1b[c" in asked.written)
    if answer:
        os.write(asked._fd, answer.encode().decode("unicode_escape").encode())
    asked.wait_for(f"it says {said}")
    assert asked.shown.split() == ["it", "says", said]
    assert asked.end() == 0
