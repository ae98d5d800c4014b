"""An interview guide: the leads that an inquirer may use, by category."""

import msgspec

CATEGORIES = (
    "affect",
    "agenda",
    "cognition",
    "image",
    "body",
    "mutual",
    "expectation",
    "relationship",
    "wish",
    "close",
)
"""The kinds of lead that the shipped guide has; a study may have others."""


class Lead(msgspec.Struct, frozen=True):
    """One open question of the inquirer's: its id, which stays, its category, and how it is worded."""

    id: str
    category: str
    text: str


class Guide(msgspec.Struct, frozen=True):
    """A study's leads in their order, in one language (a BCP 47 tag); a change makes a new version."""

    id: str
    version: str
    title: str
    language: str
    leads: tuple[Lead, ...]

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories that it has leads of, in the order in which they come."""
        return tuple(dict.fromkeys(lead.category for lead in self.leads))

    def of(self, category: str) -> tuple[Lead, ...]:
        """The leads of a category, in their order."""
        return tuple(lead for lead in self.leads if lead.category == category)

    def lead(self, lead: str) -> Lead | None:
        """The lead with this id, or None."""
        return next((one for one in self.leads if one.id == lead), None)
