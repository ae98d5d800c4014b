"""Mutual recall: both partners and the inquirer watch together, and each stop and mark is one of theirs (Kagan)."""

from typing import Any

from iprtool.edits import LayerState
from iprtool.model.layer import LayerHead
from iprtool.model.mark import Mark
from iprtool.model.terms import StoppedBy
from iprtool.recall.protocols.course import Course

SPEAKERS: tuple[StoppedBy, ...] = ("client", "therapist", "inquirer")


class MutualCourse(Course):
    """Whoever speaks has the stop, and a mark of their own at it."""

    def __init__(self, head: LayerHead, state: LayerState) -> None:
        super().__init__(head, state)
        self.speaker: StoppedBy = next(iter(self.stoppers))

    @property
    def stoppers(self) -> tuple[StoppedBy, ...]:
        """See `Course`."""
        named = [who for who in SPEAKERS if who in self.protocol.may_stop]
        return (*named, *(who for who in SPEAKERS if who not in named))

    @property
    def stopper(self) -> StoppedBy:
        """See `Course`."""
        return self.speaker

    def fields(self) -> dict[str, Any]:
        """See `Course`; what the inquirer says is about neither of the two alone."""
        about = self.speaker if self.speaker in ("client", "therapist") else None
        return {"author": self.speaker, "about": about}

    def tells(self, mark: Mark) -> bool:
        """See `Course`."""
        return mark.author == self.speaker and mark.perspective == "own"

    def chose(self, mark: Mark) -> None:
        """See `Course`: whose it is goes on with it."""
        self.speaker = next((who for who in SPEAKERS if who == mark.author), self.speaker)

    def turn(self) -> StoppedBy:
        """The next of them speaks."""
        everyone = self.stoppers
        self.speaker = everyone[(everyone.index(self.speaker) + 1) % len(everyone)]
        return self.speaker

    @property
    def guidance(self) -> str:
        """See `Course`."""
        return f"{self.name_of(self.speaker).upper()} speaks · {{who_speaks}} changes that"
