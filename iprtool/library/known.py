"""The studies known on this machine, as the list of them shows them."""

from typing import Literal

import msgspec

StudyKind = Literal["study", "demo", "opened"]
"""A study of the person's own, the demo, or a recording that was opened on its own."""


class KnownStudy(msgspec.Struct, frozen=True):
    """One study: its folder, the name shown, and the day on which it was last changed (empty: it is not there now)."""

    path: str
    name: str
    kind: StudyKind = "study"
    changed_on: str = ""

    @property
    def there(self) -> bool:
        """Whether its folder is there now."""
        return bool(self.changed_on)


class StudiesWish(msgspec.Struct, frozen=True):
    """What the list of studies is left for: a study or a recording to be opened, a new study, or the demo."""

    kind: Literal["open", "new", "demo", "recording"]
    path: str = ""
    contact: str = ""
