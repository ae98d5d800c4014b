"""Times as people read them: integer milliseconds to and from clock text."""

import re

_UNITS_MS = {"s": 1_000, "m": 60_000, "min": 60_000, "h": 3_600_000}
_DURATION = re.compile(r"(\d{1,9}(?:[.,]\d{1,3})?)\s*(s|min|m|h)")
_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,3}):(\d{1,2})(?:[.,](\d{1,3}))?|(\d+)(?:[.,](\d{1,3}))?")


def clock(ms: int, *, millis: bool = False, hours: bool | None = None) -> str:
    """A time as `MM:SS`, or `HH:MM:SS` from one hour on (or when `hours`), with `.mmm` when `millis`."""
    sign, ms = ("-", -ms) if ms < 0 else ("", ms)
    seconds, rest = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    whole_hours, minutes = divmod(minutes, 60)
    show_hours = hours if hours is not None else whole_hours > 0
    text = (
        f"{whole_hours:02}:{minutes:02}:{seconds:02}" if show_hours else f"{minutes + 60 * whole_hours:02}:{seconds:02}"
    )
    return f"{sign}{text}.{rest:03}" if millis else f"{sign}{text}"


def parse_clock(text: str) -> int:
    """Milliseconds from `SS`, `MM:SS`, `HH:MM:SS`, each with up to three decimals; ValueError says what is read."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text.strip()!r} is not a time; write it like 12:30, 12:30.250 or 01:12:30")
    hours, minutes, seconds, millis, only_seconds, only_millis = found.groups()
    fraction = int(((millis or only_millis) or "0").ljust(3, "0"))
    if only_seconds is not None:
        return int(only_seconds) * 1000 + fraction
    if int(seconds) > 59 or (hours is not None and int(minutes) > 59):
        raise ValueError(f"{text.strip()!r} is not a time; minutes and seconds go up to 59")
    return (int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)) * 1000 + fraction


def parse_duration(text: str) -> int:
    """Milliseconds from `90s`, `2m`, `2.5min`, `1h`, `1:30` or `120` (seconds); ValueError says what is read."""
    written = text.strip().lower()
    found = _DURATION.fullmatch(written)
    try:
        if found is not None:
            return round(float(found[1].replace(",", ".")) * _UNITS_MS[found[2]])
        return parse_clock(written)
    except ValueError:
        raise ValueError(f"{text!r} is no length of time; write it like 90s, 2m or 1:30") from None
