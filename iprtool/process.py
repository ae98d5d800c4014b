"""The entry of the child processes: they compose a sealed object, opened by one key, with what plays or reads it.

`python -m iprtool.process player|picture|peaks`; what to open, and by which key, comes over standard input.
"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iprtool.model.ports import Source
    from iprtool.peaks_feed import Found, PeaksJob
    from iprtool.player.messages import Opening
    from iprtool.player.picture_messages import PictureOpening
    from iprtool.store.derived import PeaksFile


def child_command(role: str) -> list[str]:
    """The command that starts a child in this role."""
    return [sys.executable, "-P", "-m", "iprtool.process", role]


def _open_source(opening: "Opening | PictureOpening") -> "Source":
    from iprtool.store.media import SealedSource

    return SealedSource(Path(opening.source["path"]), bytes.fromhex(opening.source["key"]))


def _play() -> None:
    from iprtool.player.child import private_pipes, serve

    serve(_open_source, *private_pipes())


def _show_picture() -> None:
    from iprtool.player.child import private_pipes
    from iprtool.player.picture import serve

    serve(_open_source, *private_pipes())


def _read_peaks() -> None:
    """Outline the sound, then look for speech where that is asked for; all is kept, then told on a line of its own."""
    import msgspec

    from iprtool.peaks_feed import PeaksJob
    from iprtool.store.derived import PeaksFile
    from iprtool.store.media import SealedSource

    job = msgspec.json.decode(sys.stdin.buffer.readline(), type=PeaksJob)
    peaks = PeaksFile(Path(job.peaks.path), job.peaks.raw_key)
    open_source = partial(SealedSource, Path(job.media.path), job.media.raw_key)
    if not peaks.complete:
        _outline(peaks, open_source, job)
    if job.speech and peaks.read_speech() is None:
        _find_speech(peaks, open_source, job)
    peaks.close()


def _outline(peaks: "PeaksFile", open_source: "Callable[[], Source]", job: "PeaksJob") -> None:
    from iprtool.media.peaks import compute_all

    for chunk in compute_all(open_source, job.duration_ms, job.first_at_ms):
        _tell(chunk)
        peaks.write([chunk])
    peaks.set_complete()


def _find_speech(peaks: "PeaksFile", open_source: "Callable[[], Source]", job: "PeaksJob") -> None:
    from iprtool.media.speech import find_speech

    if hasattr(os, "nice"):
        os.nice(10)
    spans = find_speech(open_source(), apart=job.apart)
    peaks.write_speech(spans)
    _tell(spans)


def _tell(found: "Found") -> None:
    import msgspec

    sys.stdout.buffer.write(msgspec.json.encode(found) + b"\n")
    sys.stdout.buffer.flush()


def main() -> None:
    """Carry out the role that the one argument names; a reader that has gone ends it without a word."""
    roles = {"player": _play, "picture": _show_picture, "peaks": _read_peaks}
    with suppress(BrokenPipeError):
        roles[sys.argv[1]]()


if __name__ == "__main__":
    main()
