"""How a recall goes: what a protocol has to say while it is carried out."""

from typing import Any, Literal

import msgspec

from iprtool.edits import LayerState
from iprtool.model.layer import LayerHead, Stop
from iprtool.model.mark import Mark
from iprtool.model.terms import Role, StoppedBy

AskedKind = Literal["helpful", "guess"]
"""What is asked at a stop: how helpful it was, with a word; or how it was, for oneself and for the partner."""

PEOPLE: dict[str, StoppedBy] = {"recaller": "recaller", "inquirer": "inquirer"}


class Subject(msgspec.Struct, frozen=True):
    """The interval that is asked about: its mark (None where it is to be made), and its bounds in ms."""

    mark: Mark | None
    bounds: tuple[int, int]


class Course:
    """A recall in which the person stops freely; the other protocols say where they differ from it.

    It reads the layer as it stands, so that a recall that is gone on with another day is where it was.
    """

    def __init__(self, head: LayerHead, state: LayerState) -> None:
        self.head = head
        self.protocol = head.protocol
        self.state = state

    # Who

    @property
    def stoppers(self) -> tuple[StoppedBy, ...]:
        """Who may be said to have stopped it: those of the protocol first, then who could have done so all the same."""
        named = [PEOPLE[who] for who in self.protocol.may_stop if who in PEOPLE]
        return (*named, *(who for who in PEOPLE.values() if who not in named))

    @property
    def stopper(self) -> StoppedBy:
        """Whose stop it is when the one who holds the keys stops it."""
        return self.stoppers[0]

    def may_stop(self, by: StoppedBy) -> bool:
        """Whether the protocol has this person stop; where nobody may, the sound can be stopped all the same."""
        return by in self.protocol.may_stop

    def name_of(self, by: StoppedBy) -> str:
        """Who that is, in plain words."""
        names = {"recaller": self.head.by.replace("_", " "), "program": "the program"}
        return names.get(by, by)

    @property
    def partner(self) -> Role:
        """The other one of the two."""
        return self.head.partner or ("therapist" if self.head.by == "client" else "client")

    def fields(self) -> dict[str, Any]:
        """What a mark that is made now says of who made it, and of whom it tells."""
        return {"author": "recaller", "about": self.head.by}

    def tells(self, mark: Mark) -> bool:
        """Whether a mark of this stop is the one that words and notes go to now."""
        return mark.perspective == "own"

    # Where

    @property
    def stretches(self) -> tuple[tuple[int, int], ...]:
        """What was chosen before to be played, each from when to when in ms; empty where all of it may be."""
        return ()

    @property
    def is_bounded(self) -> bool:
        """Whether only stretches that were chosen before are played."""
        return bool(self.stretches)

    def nearest(self, to_ms: int) -> int:
        """Where one gets to when one asks to go there."""
        return to_ms

    def chose(self, mark: Mark) -> None:
        """A mark was gone to."""

    def due(self, at_ms: int) -> int | None:  # noqa: ARG002
        """While it plays, asked now and then: the moment that the program stops for, now passed; None for none."""
        return None

    def came_up(self, due_ms: int) -> None:
        """The program has stopped for this moment."""

    def onward(self, at_ms: int) -> int | None:  # noqa: ARG002
        """From where playing goes on; None for where it stopped, less the pre-roll."""
        return None

    def is_over(self, at_ms: int) -> bool:  # noqa: ARG002
        """Whether nothing is left to be played from here, unless it is asked for again."""
        return False

    def next(self) -> int | None:
        """Go to the next part, or leave out what is asked now; where that begins, if elsewhere."""
        return None

    def previous(self, at_ms: int) -> int | None:  # noqa: ARG002
        """Go back to where this part began, to the part before, or to what was asked before; where that is."""
        return None

    # What

    def asks(self, stop: Stop | None) -> AskedKind | None:
        """What is asked at a stop."""
        if stop is None:
            return None
        if self.protocol.ask_guess:
            return "guess"
        return "helpful" if self.protocol.ask_helpful else None

    @property
    def subject(self) -> Subject | None:
        """The interval that is asked about now, if there is one."""
        return None

    @property
    def peaks_of(self) -> Role | None:
        """Whose a peak of it is that is marked now; None where no peaks are asked for."""
        return None

    @property
    def is_done(self) -> bool:
        """Whether all that the protocol plays has been gone through."""
        return False

    @property
    def progress(self) -> str:
        """How far it has come, for the head line."""
        return ""

    @property
    def guidance(self) -> str:
        """What is asked of the person now, in plain words; commands stand in it by their id, in braces."""
        return "" if self.protocol.may_stop else "Nobody needs to stop it; {stop_or_go_on} does all the same."
