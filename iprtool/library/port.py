"""What the library's screens ask of the study, without knowing how it is kept."""

from typing import Protocol

from iprtool.library.roster import Roster


class StudyShelf(Protocol):
    """An open study, as the library's screens see it; every call may be made from any thread."""

    @property
    def name(self) -> str:
        """The study's name."""
        ...

    def roster(self) -> Roster:
        """The roster as it stands: quick, it opens nothing but the roster itself."""
        ...

    def settle(self) -> None:
        """Take over from the layers whether open recalls were closed; slow, each of them is opened."""
        ...
