"""The commands of a recall: no letter is one, since a letter begins a note."""

from iprtool.commands import shared
from iprtool.commands.table import PROFESSIONALS, Command
from iprtool.model.terms import ProtocolKind

ONLY_IN: dict[str, tuple[ProtocolKind, ...]] = {
    "who_speaks": ("mutual",),
    "choose_moment": ("supervision",),
    "next_part": ("segments", "event"),
    "previous_part": ("segments", "event"),
}
"""Commands that mean something in some protocols only."""


def _words() -> tuple[Command, ...]:
    return tuple(
        Command(
            f"word_{digit}",
            str(digit),
            str(digit),
            f"word {digit}",
            "playing: mark this moment with that word; stopped: the word goes on or off this stop",
            "mark",
            footer={"playing": "words", "stopped": "words"} if digit == 1 else {},
            palette=False,
        )
        for digit in range(1, 10)
    )


RECALL: tuple[Command, ...] = (
    Command(
        "stop_or_go_on",
        "space",
        "space",
        "stop, go on",
        "stop at once; again to go on, a little before the stop",
        "play",
        footer={"playing": "stop", "stopped": "go on", "ended": "play again"},
    ),
    Command(
        "note",
        "enter",
        "enter",
        "write a note",
        "stop and write; Enter again saves the note (any letter begins one as well)",
        "mark",
        footer={"writing": "save"},
    ),
    Command(
        "cover",
        "tab",
        "tab",
        "cover",
        "sound off and picture gone at once, no question",
        "play",
        priority=True,
        footer={"playing": "cover", "stopped": "cover", "writing": "cover, keeps the note"},
    ),
    Command(
        "cover_or_close",
        "escape",
        "esc",
        "close, or cover",
        "close this help or the list of commands; anywhere else the cover, a little slower than its own key",
        "play",
        priority=True,
        palette=False,
    ),
    *_words(),
    Command("all_words", "0", "0", "all words", "every word of the list; type to find one", "mark"),
    Command(
        "stopped_by",
        "minus",
        "−",
        "the inquirer stopped it",
        "playing: the inquirer stops; stopped: change who stopped",
        "mark",
    ),
    Command(
        "rupture",
        "plus",
        "+",
        "rupture marker",
        "stop and set a rupture marker: type, mover, locus, salience, addressed, resolved",
        "mark",
        PROFESSIONALS,
        footer={"stopped": "rupture"},
    ),
    Command("begin_interval", "comma", ",", "interval begins", "a longer moment begins here", "mark"),
    Command("end_interval", "full_stop", ".", "interval ends", "the longer moment ends here", "mark"),
    Command("peak", "ctrl+t", "ctrl+t", "peak", "a peak of the open interval is here", "mark"),
    Command(
        "card",
        "ctrl+o",
        "ctrl+o",
        "the stop's card",
        "who stopped, then or now, own or a guess of the partner, helpful 1–9, quotable, peaks",
        "mark",
    ),
    Command("edit", "ctrl+e", "ctrl+e", "edit the mark", "words, edges and note of the mark here", "mark"),
    Command("delete", "delete,backspace", "del", "delete the mark", "undo brings it back", "mark"),
    shared.UNDO,
    shared.REDO,
    Command("lead", "ctrl+l", "ctrl+l", "question asked", "note which kind of question the inquirer asked", "mark"),
    Command(
        "who_speaks",
        "ctrl+w",
        "ctrl+w",
        "who speaks",
        "the next one speaks: stops and marks are theirs",
        "mark",
        footer={"playing": "who", "stopped": "who"},
    ),
    Command(
        "choose_moment",
        "ctrl+x",
        "ctrl+x",
        "choose the moment",
        "this is one of the moments to speak of, or no longer",
        "mark",
        footer={"stopped": "choose it"},
    ),
    Command(
        "next_part",
        "ctrl+n",
        "ctrl+n",
        "the next part",
        "go on to what comes next, and leave the rest",
        "play",
        footer={"playing": "next", "stopped": "next"},
    ),
    Command("previous_part", "home", "home", "the part before", "go back to what came before", "play"),
    Command(
        "sync",
        "ctrl+k",
        "ctrl+k",
        "sync tone",
        "a short tone, whose time is kept, so that another recorder can be lined up",
        "see",
    ),
    Command("transcript", "ctrl+u", "ctrl+u", "what was said", "show or hide the words spoken", "see"),
    Command("find", "ctrl+f", "ctrl+f", "find in the marks", "show only marks whose words or note hold a text", "see"),
    *shared.JUMPS,
    *shared.STEPS,
    Command("previous_mark", "up", "↑", "previous mark", "go to the mark before", "see"),
    Command("next_mark", "down", "↓", "next mark", "go to the mark after", "see"),
    Command("replay", "ctrl+r", "ctrl+r", "replay", "the last 10 s again; stopped: round in the interval", "play"),
    *shared.SPEED_AND_SOUND,
    shared.PICTURE,
    shared.PICTURE_SIZE,
    shared.ZOOM_IN,
    shared.ZOOM_OUT,
    shared.HELP,
    shared.PALETTE,
    Command(
        "end", "ctrl+q", "ctrl+q", "end", "end the recall, by way of a last question", "see", footer={"ended": "end"}
    ),
)


def of_protocol(table: tuple[Command, ...], kind: ProtocolKind, *, has_words: bool = False) -> tuple[Command, ...]:
    """The commands that a protocol has; `has_words` is whether the transcript may be seen."""
    return tuple(one for one in table if kind in ONLY_IN.get(one.id, (kind,)) and (has_words or one.id != "transcript"))
