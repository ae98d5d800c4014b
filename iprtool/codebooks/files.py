"""The text of a file that a person made: read whole, up to a limit, in the encodings that programs leave it in."""

import codecs
from pathlib import Path

from iprtool.codebooks.faults import FaultyFileError, Problem

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def text_of(path: Path, noun: str, needs: str, max_bytes: int) -> str:
    """The text of a file, without a byte order mark; `noun` and `needs` say what it should have been.

    Raises FaultyFileError where there is none, it cannot be read, is too large, empty, or neither UTF-8 nor UTF-16.
    """
    raw = _bytes(path, noun, max_bytes)
    if len(raw) > max_bytes:
        raise _fault(None, f"it is larger than {max_bytes // 1024} KiB, which no {noun} is; check the path")
    text = _decoded(raw)
    if not text.strip():
        raise _fault(1, f"the file is empty; write at least {needs}")
    return text


def _bytes(path: Path, noun: str, max_bytes: int) -> bytes:
    try:
        if path.is_dir():
            raise _fault(None, f"this is a folder; name the file of the {noun} in it")
        if path.exists() and not path.is_file():
            raise _fault(None, f"this is no ordinary file; name the file of the {noun}")
        with path.open("rb") as file:
            return file.read(max_bytes + 1)
    except FileNotFoundError:
        raise _fault(None, "there is no such file; check the path") from None
    except OSError as error:
        reason = f"it could not be read ({error.strerror}); check the path and its permissions"
        raise _fault(None, reason) from None


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-16" if raw.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        reason = "a character here is not UTF-8; save the file with the encoding UTF-8"
        raise _fault(line, reason) from None


def _fault(line: int | None, reason: str) -> FaultyFileError:
    return FaultyFileError(Problem(line, reason))
