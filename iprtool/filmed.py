"""How the picture of a filmed recording comes to the screen: a process of its own, begun when it is first wanted."""

import os

from iprtool.model.grant import ObjectGrant
from iprtool.model.picture import Picture
from iprtool.model.study import Recording
from iprtool.player.remote import ProcessPlayer
from iprtool.process import child_command
from iprtool.screens.recording import Filmed

PICTURE = "IPRTOOL_PICTURE"
"""The environment variable that says where the picture begins: window, image or blocks; otherwise the best there is."""


def filmed(media: ObjectGrant, recording: Recording, player: ProcessPlayer) -> Filmed | None:
    """The picture of a recording, following its player; None where it has none."""
    if recording.video_codec is None:
        return None

    def open_picture() -> Picture:
        from iprtool.player.picture_messages import PictureOpening
        from iprtool.player.picture_remote import PictureProcess

        opening = PictureOpening({"path": media.path, "key": media.key}, recording.duration_ms)
        return PictureProcess(child_command("picture"), opening, player)

    # Over a network a window would crawl, where one came up at all.
    best_in_window = "SSH_CONNECTION" not in os.environ
    chosen = os.environ.get(PICTURE)
    return Filmed(open_picture, in_window=chosen == "window" or (chosen is None and best_in_window))
