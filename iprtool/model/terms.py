"""The closed vocabularies of the data: who, how and what, as the field and the exported tables name them."""

from typing import Any, Literal, get_args

Role = Literal[
    "client", "therapist", "researcher", "interpreter", "second_client", "co_therapist", "observer", "supervisor"
]
"""Who a person is in a session, or who makes a layer."""

Author = Literal["recaller", "inquirer", "coder", "client", "therapist"]
"""Who made a mark within a layer; where both partners recall together (mutual), which of them."""

StoppedBy = Literal["recaller", "inquirer", "program", "client", "therapist"]
"""Who stopped the recording; where both partners recall together (mutual), which of them."""

MarkKind = Literal["point", "interval", "open_interval"]
Timeframe = Literal["then", "now", "unsure"]
"""Whether the account is of the session (then) or of the watching (now)."""

Perspective = Literal["own", "guess_of_partner"]
"""Whose experience is described: one's own, or a guess at the partner's (Gale 1992; Ickes)."""

Quotable = Literal["no", "ask", "yes"]
YesNoUnsure = Literal["yes", "no", "unsure"]

RuptureType = Literal["withdrawal", "confrontation", "mixed", "unclear"]
Mover = Literal["client", "therapist", "both", "interpreter"]
Locus = Literal["task", "goal", "bond", "genuineness", "realism", "unclear"]
"""Where the strain lies: task, goal, bond (Bordin 1979); genuineness, realism (the real relationship, Gelso)."""

CoverageKind = Literal["played", "skipped", "declined"]
Engine = Literal["vlc", "embedded"]
PlayerStatus = Literal["opening", "playing", "paused", "ended", "failed"]
RecallStatus = Literal["planned", "open", "ended", "missing"]
MissingReason = Literal["declined", "not_reached", "withdrawn", "technical"]
AfterNote = Literal["go_on", "stay"]
"""What Enter does once the note is saved: go on playing, or stay stopped (an interview that is led)."""

Face = Literal["participant", "therapist", "researcher"]
"""Which words and commands a person is shown: participants see plain words only."""

ProtocolKind = Literal["free", "segments", "event", "interval", "dial", "mutual", "supervision"]
"""How a recall goes: free stops, segments chosen before, one event with peaks (Elliott & Shapiro 1988), prompts at
intervals (Cocklin et al. 2017), a dial moved while it plays (Swift et al. 2017), both partners together (Kagan), or a
few chosen moments (supervision)."""

ConsentScope = Literal["research", "teaching", "supervision", "quotation"]
Clarity = Literal["minus", "plain", "plus"]
"""How clear an instance of a marker is, as the 3RS of 2015 checks it."""

EpisodeOutcome = Literal["repaired", "partly", "unrepaired", "unclear"]
LayerPurpose = Literal["recall", "coding", "review"]

View = Literal["shown", "pixelated", "left_covered", "right_covered", "hidden"]
"""What is seen of the picture: all, all but coarsely, all but one side (side-by-side footage), or nothing."""

ObjectKind = Literal["admin", "person", "layer", "review", "media", "derived", "sound"]
"""The kinds of sealed object in a study folder."""


def levels(term: object) -> tuple[Any, ...]:
    """The levels of one of the vocabularies above, in their order."""
    return get_args(term)
