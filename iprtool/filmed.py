"""How the picture of a filmed recording comes to the screen: a process of its own, begun when it is first wanted."""

import os
from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING

from iprtool.model.grant import ObjectGrant
from iprtool.model.picture import Picture
from iprtool.model.study import Recording
from iprtool.player.picture_messages import PICTURE, PictureOpening
from iprtool.player.remote import ProcessPlayer
from iprtool.process import child_command
from iprtool.screens.recording import Filmed

if TYPE_CHECKING:
    from iprtool.screens.picture_pane import Drawing


def filmed(media: ObjectGrant, recording: Recording, player: ProcessPlayer) -> Filmed | None:
    """The picture of a recording, following its player; None where it has none."""
    if recording.video_codec is None:
        return None

    def open_picture() -> Picture:
        from iprtool.player.picture_remote import PictureProcess

        opening = PictureOpening({"path": media.path, "key": media.key}, recording.duration_ms)
        return PictureProcess(child_command("picture"), opening, player)

    drawing = _image_drawing() if os.environ.get(PICTURE) in (None, "window", "image") else None
    # Over a network a window would crawl, where one came up at all.
    best_in_window = "SSH_CONNECTION" not in os.environ
    chosen = os.environ.get(PICTURE)
    return Filmed(open_picture, drawing, in_window=chosen == "window" or (chosen is None and best_in_window))


def _image_drawing() -> "Callable[[], Drawing] | None":
    """How this terminal draws images, or None where it does not, or what it needs is not installed.

    Kitty and Ghostty are known by name; whether others draw sixels is asked only where there is what makes them.
    """
    from iprtool.screens.asking import draws_sixels, is_kitty_with_placeholders

    name = os.environ.get("TERM", "")
    if name == "xterm-kitty":
        return _kitty if is_kitty_with_placeholders() else None
    if name == "xterm-ghostty" and os.environ.get("COLORTERM") in ("truecolor", "24bit"):
        return _kitty
    return _sixels if find_spec("textual_image") is not None and draws_sixels() else None


def _kitty() -> "Drawing":
    from iprtool.screens.kitty import KittyImages

    return KittyImages()


def _sixels() -> "Drawing":
    from iprtool.screens.sixel import Sixels

    return Sixels()
