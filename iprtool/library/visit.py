"""One stay in a study's library: where one is, what was entered and can be undone, what is being worked on."""

from iprtool.library.editing import Change
from iprtool.library.wish import Chosen
from iprtool.library.work import WorkQueue


class Visit:
    """It outlasts the screen: after a review, the library is shown again as it was left."""

    def __init__(self) -> None:
        self.chosen = Chosen()
        self.filter = ""
        self.notice = ""
        """What is to be said when the library is shown again; empty where there is nothing."""
        self.place = ""
        """The place that a review was opened from, to come back to; empty where that was the library itself."""
        self.folded: set[Chosen] = set()
        """What is folded up of what is usually open, and open of what is usually folded up."""
        self.done: list[Change] = []
        self.undone: list[Change] = []
        self.work = WorkQueue()
        self.other = False
        """Whether the library was left for another study."""

    def entered(self, change: Change) -> None:
        """A change was made: it is the next to be undone, and nothing can be done again."""
        self.done.append(change)
        self.undone.clear()
