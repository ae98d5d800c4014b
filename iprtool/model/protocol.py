"""How a recall is run: who may stop, what stops by itself, what is shown, what Enter does.

The variants are those of the literature; `named` has one of them with its settings.
"""

import msgspec

from iprtool.model.terms import AfterNote, ProtocolKind, View


class RecallProtocol(msgspec.Struct, frozen=True):
    """The settings of a recall, which its layer pins.

    `segments` are (start_ms, end_ms), preselected, or the one event whose bounds a second recaller is given.
    `prompt_every_ms` is the interval of prompts, `choose` how many moments a supervision is about (3 or 5),
    `view` what is seen of the picture at the start.
    """

    name: str = "person-centred"
    kind: ProtocolKind = "free"
    may_stop: tuple[str, ...] = ("recaller", "inquirer")
    after_note: AfterNote = "go_on"
    pre_roll_ms: int = 2000
    reaction_time_ms: int = 0
    planned_minutes: int | None = None
    segments: tuple[tuple[int, int], ...] = ()
    prompt_every_ms: int | None = None
    choose: int | None = None
    ask_helpful: bool = False
    ask_guess: bool = False
    view: View = "hidden"
    audio_only: bool = False
    start_covered: bool = False
    show_transcript: bool = False


_TOGETHER = ("client", "therapist", "inquirer")

PROTOCOLS: dict[str, RecallProtocol] = {
    one.name: one
    for one in (
        RecallProtocol(may_stop=("recaller",)),
        RecallProtocol("research", may_stop=("recaller", "inquirer"), after_note="stay"),
        RecallProtocol("couple", ask_guess=True, after_note="stay"),
        RecallProtocol("segments", "segments", may_stop=("program",), after_note="stay"),
        RecallProtocol("brief-structured", "event", may_stop=("inquirer",), after_note="stay"),
        RecallProtocol("dial", "dial", may_stop=()),
        RecallProtocol("interval", "interval", may_stop=("program",), prompt_every_ms=120_000, ask_helpful=True),
        RecallProtocol("mutual", "mutual", may_stop=_TOGETHER, after_note="stay"),
        RecallProtocol("supervision", "supervision", may_stop=("recaller", "inquirer"), choose=3, after_note="stay"),
    )
}
"""The variants by name: person-centred (Kagan; Allen 1998), research (Larsen, Flesaker & Stege 2008), couple (Gale
1992), Brief Structured Recall (Elliott & Shapiro 1988), dial (Swift et al. 2017), interval (Cocklin et al. 2017),
mutual (Kagan), supervision (Cashwell 1994)."""
