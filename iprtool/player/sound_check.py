"""Whether anything can be heard here, before somebody sits down to listen: a tone on the player's own output.

It is sounded in a process of its own, since the libraries behind the output write on the terminal and may crash.
"""

import subprocess
import sys

from iprtool.player.output import NO_DEVICE
from iprtool.player.tone import play_tone

PATIENCE_S = 10


def check_sound() -> str | None:
    """Sound the tone and wait until it is over; what it went to, None where there is nothing to be heard from."""
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "iprtool.player.sound_check"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    sink = done.stdout.decode("ascii", "replace")
    return None if sink in ("", NO_DEVICE) else sink


if __name__ == "__main__":
    sys.stdout.write(play_tone())
    sys.stdout.flush()
