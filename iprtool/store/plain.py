"""Values as plain JSON that reads back as what was written: no lone surrogates, no NaN, no number too big to keep."""

import math
import re
from typing import Any, TypeVar

import msgspec

from iprtool.model.errors import StoreError

_T = TypeVar("_T")
_INT64 = 2**63
_MANY_DIGITS = re.compile(r"[:,\[]-?[0-9]{19}")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def sealed_json(value: _T, decoder: "msgspec.json.Decoder[_T]") -> tuple[str, _T]:
    """A Struct as JSON text, and the value that this text reads back as.

    A lone surrogate (a byte that the terminal could not decode) becomes U+FFFD rather than costing the note. Raises
    StoreError where a number is not finite or has no room in 64 bits, or where the value is not of its own type.
    """
    try:
        text = msgspec.json.encode(value).decode()
        kept = decoder.decode(text)
        if kept == value and not _MANY_DIGITS.search(text):
            return text, kept
    except (ValueError, TypeError, RecursionError):
        # Rare, and worth a closer look: what reads back as something else is mended where it can be.
        pass
    try:
        text = msgspec.json.encode(_plain(msgspec.to_builtins(value))).decode()
        return text, decoder.decode(text)
    except (ValueError, TypeError, RecursionError) as error:
        # The reason stays in the traceback: msgspec's own text may quote a value.
        raise StoreError(
            f"A {type(value).__name__} holds a value that could not be read back, so it was not saved: correct it."
        ) from error


def _plain(value: Any) -> Any:
    match value:
        case str():
            return value if value.isascii() else _LONE_SURROGATE.sub("\ufffd", value)
        case bool():
            return value
        case float() if not math.isfinite(value):
            raise ValueError("a number that is not finite")
        case int() if not -_INT64 <= value < _INT64:
            raise ValueError("a number of more than 64 bits")
        case dict():
            return {_plain(name): _plain(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case _:
            return value
