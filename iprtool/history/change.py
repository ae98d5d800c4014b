"""One change of a study as its history shows it, and which changes are shown."""

from collections.abc import Iterable, Sequence

import msgspec


class Change(msgspec.Struct, frozen=True):
    """One change: when (UTC, ISO 8601), on which device, by whom, of what kind, what it was, and what it concerns.

    `key` names it: r12 in the roster, LABEL.3 in a person's object, an operation's id in a `layer`. `where` and
    `session` (D05 · session 3) are in words, `person` is a pseudonym. `details` say it in full. `undone` is whether it
    was taken back, `undoes` whether it takes something back.
    """

    key: str
    at_utc: str
    device: str
    who: str
    kind: str
    what: str
    where: str = ""
    person: str = ""
    session: str = ""
    details: tuple[str, ...] = ()
    undone: bool = False
    undoes: bool = False
    layer: str = ""

    @property
    def line(self) -> str:
        """The change in one line, as it is searched."""
        return f"{self.who} {self.kind} {self.where} {self.what}"


class Wanted(msgspec.Struct, frozen=True):
    """Which changes are shown: of one kind, person, session (empty: all), and with a text in their line."""

    kind: str = ""
    person: str = ""
    session: str = ""
    text: str = ""

    def has(self, change: Change) -> bool:
        """Whether a change is shown."""
        asked = (self.kind, change.kind), (self.person, change.person), (self.session, change.session)
        return all(not one or one == there for one, there in asked) and (
            not self.text or self.text.casefold() in change.line.casefold()
        )

    def words(self) -> str:
        """What is shown, in words; empty where everything is."""
        found = f"“{self.text}”" if self.text else ""
        return " · ".join(part for part in (self.kind, self.person, self.session, found) if part)


class Question(msgspec.Struct, frozen=True):
    """What is asked before a change is taken back; `reason` is whether the answer is one that is kept with it."""

    text: str
    reason: bool = False


def newest_first(changes: Iterable[Change]) -> list[Change]:
    """The changes by their time, the newest first; those of one moment in the opposite order to how they came."""
    made = list(changes)[::-1]
    made.sort(key=lambda one: one.at_utc, reverse=True)
    return made


def shown(changes: Sequence[Change], wanted: Wanted) -> list[Change]:
    """Those that are wanted."""
    return [one for one in changes if wanted.has(one)]


def levels_of(changes: Iterable[Change], field: str) -> list[str]:
    """What there is of kinds, persons or sessions among changes, in alphabetical order."""
    return sorted({value for one in changes if (value := getattr(one, field))})


def next_level(levels: Sequence[str], now: str) -> str:
    """The level after this one: from none the first, from the last none again."""
    order = ["", *levels]
    return order[(order.index(now) + 1) % len(order)] if now in order else ""


def utc(text: str) -> str:
    """A time as all of them are compared: UTC, with milliseconds and Z."""
    return text.replace("+00:00", "Z")
