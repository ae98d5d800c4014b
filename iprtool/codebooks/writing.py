"""A codebook, guide or instrument as TOML that loads back equal."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from iprtool.model.errors import IprtoolError

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def as_toml(value: msgspec.Struct) -> str:
    """The text of a file that loads as this value; what is as it is by default is left out."""
    return "\n".join(_table(value, ())) + "\n"


def save(value: msgspec.Struct, path: Path) -> None:
    """Write a value to a new TOML file; IprtoolError where there is one already, or it can't be written."""
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(as_toml(value))
    except FileExistsError:
        raise IprtoolError(f"{path.name} is there already; choose another name, so that no version is lost.") from None
    except OSError as error:
        raise IprtoolError(f"{path.name} could not be written ({error.strerror}); choose another folder.") from None


def _table(value: msgspec.Struct, path: tuple[str, ...]) -> Iterator[str]:
    """The lines of one table: its own fields first, as TOML wants them, then the tables below it."""
    below: list[Iterator[str]] = []
    for field in msgspec.structs.fields(value):
        content = getattr(value, field.name)
        here = (*path, field.name)
        if not field.required and (content in (None, "", (), {}) or content == field.default):
            continue
        match content:
            case msgspec.Struct():
                below.append(_headed(f"[{'.'.join(here)}]", _table(content, here)))
            case dict():
                below.append(_headed(f"[{'.'.join(here)}]", _labels(content)))
            case (msgspec.Struct(), *_):
                below += [_headed(f"[[{'.'.join(here)}]]", _table(entry, here)) for entry in content]
            case _:
                yield f"{field.name} = {_scalar(content)}"
    for lines in below:
        yield from lines


def _headed(header: str, lines: Iterator[str]) -> Iterator[str]:
    yield ""
    yield header
    yield from lines


def _labels(labels: dict[str, str]) -> Iterator[str]:
    for name, label in labels.items():
        yield f"{name if _BARE.fullmatch(name) else _text(name)} = {_text(label)}"


def _scalar(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case int():
            return str(value)
        case tuple():
            return f"[{', '.join(_scalar(one) for one in value)}]"
        case _:
            return _text(str(value))


def _text(text: str) -> str:
    """A basic string: JSON's escapes are TOML's, but for DEL, which TOML wants escaped as well."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
