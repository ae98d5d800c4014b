"""Paths that are typed: completed as one types, in the folder that was typed so far."""

import asyncio
from contextlib import suppress
from pathlib import Path

from textual.suggester import Suggester
from textual.widgets import Input

_SOUND = (".m4a", ".mp3", ".wav", ".flac", ".ogg", ".oga", ".opus", ".aac", ".wma", ".aif", ".aiff", ".amr", ".mka")
_FILM = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mts", ".m2ts", ".mpg", ".mpeg", ".wmv", ".3gp", ".ogv")
MEDIA_SUFFIXES = frozenset((*_SOUND, *_FILM, ".vtt"))
"""The endings under which recordings and transcripts usually go; others can be typed."""


def full_path(text: str) -> Path:
    """The path that was typed; ~ is the person's own folder."""
    path = Path(text.strip())
    with suppress(RuntimeError):  # ~ of somebody who is not on this machine
        path = path.expanduser()
    return path.absolute()


def completed(typed: str) -> str | None:
    """The first path, by name, that begins like this: a folder (with a slash), or a recording or transcript."""
    if not typed or "\0" in typed:
        return None
    folder_text, _, begun = typed.rpartition("/")
    folder = full_path(f"{folder_text}/" if "/" in typed else ".")
    try:
        names = sorted(one.name for one in folder.iterdir() if _is_offered(one, begun))
        if not names:
            return None
        ending = "/" if (folder / names[0]).is_dir() else ""
    except OSError:
        return None
    return f"{typed.removesuffix(begun) if begun else typed}{names[0]}{ending}"


def _is_offered(path: Path, begun: str) -> bool:
    hidden = path.name.startswith(".") and not begun.startswith(".")
    return path.name.startswith(begun) and not hidden and (path.suffix.lower() in MEDIA_SUFFIXES or path.is_dir())


class PathSuggester(Suggester):
    """Goes on with a path from what is on the disk."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """The path that begins like this."""
        return await asyncio.to_thread(completed, value)


class PathInput(Input):
    """A path: → at its end takes what is suggested."""

    def __init__(self, value: str, placeholder: str, id: str, compact: bool) -> None:  # noqa: A002
        super().__init__(value, placeholder=placeholder, id=id, compact=compact, suggester=PathSuggester())
