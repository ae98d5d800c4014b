"""The studies known on this machine, as the list of them shows them."""

from typing import Literal

import msgspec

StudyKind = Literal["study", "demo", "opened"]
"""A study of the person's own, the demo, or a recording that was opened on its own."""


class KnownStudy(msgspec.Struct, frozen=True):
    """One study: its folder, the name shown, when it was last changed (local, to the minute; empty: it is not there
    now), and, of what was opened on its own, how many bytes it has.
    """

    path: str
    name: str
    kind: StudyKind = "study"
    changed_at: str = ""
    size: int = 0

    @property
    def there(self) -> bool:
        """Whether its folder is there now."""
        return bool(self.changed_at)


class StudiesWish(msgspec.Struct, frozen=True):
    """What the list of studies is left for: a study or a recording to be opened, a new study, or the demo."""

    kind: Literal["open", "new", "demo", "recording"]
    path: str = ""
    contact: str = ""
