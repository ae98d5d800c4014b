"""How a codebook is coded with: which of its codes are rated, and which of those in every segment."""

from functools import cached_property

import msgspec

from iprtool.model.codebook import Codebook, CodeEntry, RatingScale

SCALES = "scale"
"""The group of codes that are rated in every segment (3RS 2022: its four parallel scales); others say how it showed."""

UNGROUPED = "codes"


class Scheme(msgspec.Struct, frozen=True, dict=True):
    """A codebook in the hands of a coder."""

    codebook: Codebook

    @cached_property
    def scales(self) -> tuple[CodeEntry, ...]:
        """The codes that every segment is rated on; empty where codes are found or not found."""
        if self.codebook.rating is None:
            return ()
        return tuple(one for one in self.codebook.codes if one.group == SCALES)

    @cached_property
    def groups(self) -> tuple[tuple[str, tuple[CodeEntry, ...]], ...]:
        """The codes under the names of their groups, each group where its first code stands."""
        by_group: dict[str, list[CodeEntry]] = {}
        for one in self.codebook.codes:
            by_group.setdefault(one.group or UNGROUPED, []).append(one)
        return tuple((name, tuple(entries)) for name, entries in by_group.items())

    @property
    def clarity(self) -> bool:
        """Whether each code found takes a clarity check."""
        return self.codebook.clarity

    def rating_of(self, code: str) -> RatingScale | None:
        """The scale on which a code is rated; None where it is only found or not found."""
        entry = self.codebook.entry(code)
        if entry is None or self.codebook.rating is None:
            return None
        return self.codebook.rating if not self.scales or entry in self.scales else None

    def label(self, code: str) -> str:
        """A code's label; an unknown code is its id."""
        entry = self.codebook.entry(code)
        return entry.label if entry else code


def steps_of(scale: RatingScale) -> list[float]:
    """The values of a scale, from its minimum to its maximum."""
    count = round((scale.maximum - scale.minimum) / scale.step)
    return [scale.minimum + number * scale.step for number in range(count + 1)]


def moved(scale: RatingScale, value: float | None, by: int) -> float:
    """The value so many steps on; from none, the lowest or the highest one; the last one stays."""
    steps = steps_of(scale)
    if value is None:
        return steps[0] if by > 0 else steps[-1]
    nearest = min(range(len(steps)), key=lambda at: abs(steps[at] - value))
    return steps[max(0, min(nearest + by, len(steps) - 1))]
