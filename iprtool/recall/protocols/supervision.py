"""Supervision: a few moments are chosen, and what was learned is written down (Cashwell 1994; Cremades 2013)."""

from iprtool.model.mark import Mark
from iprtool.model.terms import StoppedBy
from iprtool.recall.protocols.course import Course

CHOOSE = 3


class SupervisionCourse(Course):
    """The trainee, or the supervisor, stops freely; of all moments some are chosen to be spoken of."""

    @property
    def choose(self) -> int:
        """How many moments it is about."""
        return self.protocol.choose or CHOOSE

    @property
    def chosen(self) -> list[Mark]:
        """The moments chosen, by their places."""
        return [mark for mark in self.state.marks.index if mark.chosen]

    def name_of(self, by: StoppedBy) -> str:
        """See `Course`."""
        return "supervisor" if by == "inquirer" else super().name_of(by)

    @property
    def progress(self) -> str:
        """See `Course`."""
        return f"{len(self.chosen)} of {self.choose} chosen"
