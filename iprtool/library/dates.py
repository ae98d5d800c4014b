"""Dates and times of day as a person types them, and how far away they are."""

from datetime import date, datetime, time, timedelta

from iprtool.model.errors import IprtoolError

DAY = timedelta(days=1)


def iso_date(text: str) -> str | None:
    """The ISO date that was typed, None where nothing was; IprtoolError says how one is written."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise IprtoolError(f"{_shown(text)} is not a date; write it as 2026-03-02.") from None


def iso_moment(text: str) -> str | None:
    """The ISO date, with a time of day where one was typed, None where nothing was; IprtoolError says how it goes."""
    if not text.strip():
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise IprtoolError(f"{_shown(text)} is not a date and time; write it as 2026-03-02 14:50.") from None
    if len(text.strip()) <= len("2026-03-02"):
        return moment.date().isoformat()
    return moment.isoformat(timespec="minutes")


def ended_at(text: str, was: str | None = None) -> str | None:
    """When a session ended, as `iso_moment`; IprtoolError where that is still to come and is not what it was."""
    iso, now = iso_moment(text), datetime.now().astimezone()
    if iso is None or iso == was:
        return iso
    to_come = date.fromisoformat(iso) > now.date() if len(iso) <= len("2026-03-02") else moment_of(iso, now) > now
    if to_come:
        raise IprtoolError(f"{written(iso)} is still to come; write when the session ended, or leave it empty.")
    return iso


def moment_of(iso: str, like: datetime) -> datetime:
    """The moment that an ISO text names, in `like`'s zone where it names none; of a date alone, the end of the day."""
    moment = datetime.fromisoformat(iso)
    if len(iso) <= len("2026-03-02"):
        moment = datetime.combine(moment.date(), time(23, 59))
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=like.tzinfo)


def written(iso: str) -> str:
    """An ISO date or moment as it is shown: without the T, to the minute."""
    return iso[:16].replace("T", " ")


def away(moment: datetime, now: datetime) -> str:
    """How far off a moment is: in 3 h, 2 days ago."""
    apart = abs(moment - now)
    far = (
        f"{apart // DAY} days"
        if apart >= 2 * DAY
        else f"{int(apart.total_seconds() // 3600)} h"
        if apart >= timedelta(hours=1)
        else f"{int(apart.total_seconds() // 60)} min"
    )
    return f"in {far}" if moment >= now else f"{far} ago"


def days_away(iso: str, today: date) -> str:
    """How far off a day is: today, in 9 days, 21 days ago."""
    days = (date.fromisoformat(iso) - today).days
    if abs(days) <= 1:
        return {-1: "yesterday", 0: "today", 1: "tomorrow"}[days]
    return f"in {days} days" if days > 0 else f"{-days} days ago"


def _shown(text: str) -> str:
    return repr(text.strip()[:40])
