"""Wall-clock times as the study notes them, as milliseconds; only what lies between two of them ever leaves."""

from datetime import UTC, date, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE = len("2026-03-02")
_HOUR_MS = 3_600_000


def utc_ms(text: str) -> int | None:
    """Milliseconds since 1970 of an ISO 8601 time, taken for UTC where it has no offset; None where it is none."""
    time = _read(text)
    return None if time is None else _since_epoch(time if time.tzinfo else time.replace(tzinfo=UTC))


def local_ms(text: str | None) -> int | None:
    """The same of a time on this machine's clock, where it has no offset; None of a date alone, too."""
    return None if text is None or len(text) <= _DATE else day_ms(text)


def day_ms(text: str | None) -> int | None:
    """The same, and of a date alone its beginning."""
    time = _read(text or "")
    return None if time is None else _since_epoch(time.astimezone())


def days_between(first_ms: int | None, ms: int | None) -> int | None:
    """Days of the calendar from one to the other on this machine's clock, None where one is not known."""
    return None if first_ms is None or ms is None else (_day(ms) - _day(first_ms)).days


def hours_between(first_ms: int | None, ms: int | None) -> float | None:
    """Hours to the hundredth from one to the other, None where one is not known."""
    return None if first_ms is None or ms is None else round((ms - first_ms) / _HOUR_MS, 2)


def _read(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _since_epoch(time: datetime) -> int:
    return (time - _EPOCH) // timedelta(milliseconds=1)


def _day(ms: int) -> date:
    return (_EPOCH + timedelta(milliseconds=ms)).astimezone().date()
