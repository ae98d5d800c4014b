"""How large a terminal's cells are, and how many of them a frame takes."""

import struct
import sys

from textual.geometry import Size

from iprtool.model.picture import Frame

USUAL = Size(10, 20)


def cell_pixels() -> Size:
    """The pixels of one cell, where the terminal tells; otherwise a usual size."""
    if sys.platform == "win32" or sys.__stderr__ is None or not sys.__stderr__.isatty():
        return USUAL
    import fcntl
    import termios

    try:
        told = fcntl.ioctl(sys.__stderr__.fileno(), termios.TIOCGWINSZ, bytes(8))
    except OSError:
        return USUAL
    rows, columns, width, height = struct.unpack("HHHH", told)
    return Size(width // columns, height // rows) if width and height and rows and columns else USUAL


def fitted_cells(frame: Frame, cells: Size) -> Size:
    """The cells that a frame takes when it is made as large as so many allow; one at least each way."""
    cell = cell_pixels()
    scale = min(cells.width * cell.width / frame.width, cells.height * cell.height / frame.height)
    width, height = frame.width * scale / cell.width, frame.height * scale / cell.height
    return Size(max(1, min(cells.width, round(width))), max(1, min(cells.height, round(height))))
