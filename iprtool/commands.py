"""The one command table: keys with stable ids, what each does, who has it; footer, palette and help come from it.

Keys are Textual's names. No letter is a command in a recall: a letter begins a note.
"""

from typing import Literal

import msgspec

from iprtool.model.terms import Face

Moment = Literal["playing", "stopped", "writing"]

EVERYONE: tuple[Face, ...] = ("participant", "therapist", "researcher")
PROFESSIONALS: tuple[Face, ...] = ("therapist", "researcher")


class Command(msgspec.Struct, frozen=True):
    """One thing a person can do: its action, keys, how the keys are written, a short and a whole description.

    `footer` holds the short text for each moment in which the key line shows it; `palette` is whether the palette
    lists it. `priority` keys reach it over any dialog.
    """

    id: str
    keys: str
    shown: str
    label: str
    help: str
    group: str
    faces: tuple[Face, ...] = EVERYONE
    footer: dict[str, str] = {}
    palette: bool = True
    priority: bool = False

    @property
    def action(self) -> str:
        """The action that the key runs; words are one action with the digit."""
        return f"word({self.id[-1]})" if self.id.startswith("word_") else self.id


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


_JUMPS = (
    Command("back", "left", "←", "back 5 s", "five seconds back", "play"),
    Command("forward", "right", "→", "on 5 s", "five seconds on", "play"),
)
_STEPS = (
    Command("step_back", "shift+left", "shift+←", "a step back", "one second; stopped: one frame", "play"),
    Command("step_on", "shift+right", "shift+→", "a step on", "one second; stopped: one frame", "play"),
)
_PICTURE = Command(
    "picture",
    "ctrl+g",
    "ctrl+g",
    "picture",
    "shown, pixelated, left or right side covered, hidden; where the recording has one",
    "see",
    footer={"playing": "picture"},
)
_PICTURE_SIZE = Command(
    "picture_size",
    "ctrl+d",
    "ctrl+d",
    "picture's place",
    "beside the marks, large while it plays, in a window of its own where there is a desktop",
    "see",
)
_SPEED_AND_SOUND = (
    Command("slower", "less_than_sign", "<", "slower", "down to half the speed", "play"),
    Command("faster", "greater_than_sign", ">", "faster", "up to twice the speed", "play"),
    Command("louder", "pageup", "PgUp", "louder", "turn the sound up", "play"),
    Command("softer", "pagedown", "PgDn", "softer", "turn the sound down", "play"),
)

RECALL: tuple[Command, ...] = (
    Command(
        "stop_or_go_on",
        "space",
        "space",
        "stop, go on",
        "stop at once; again to go on, a little before the stop",
        "play",
        footer={"playing": "stop", "stopped": "go on"},
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
        "tab,escape",
        "tab",
        "cover",
        "sound off and picture gone at once, no question",
        "play",
        priority=True,
        footer={"playing": "cover", "stopped": "cover", "writing": "cover, keeps the note"},
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
    Command("undo", "ctrl+z", "ctrl+z", "undo", "take the last change back", "mark"),
    Command("redo", "ctrl+y", "ctrl+y", "redo", "do again what was taken back", "mark"),
    Command("lead", "ctrl+l", "ctrl+l", "question asked", "note which kind of question the inquirer asked", "mark"),
    Command("find", "ctrl+f", "ctrl+f", "find in the marks", "show only marks whose words or note hold a text", "see"),
    *_JUMPS,
    *_STEPS,
    Command("previous_mark", "up", "↑", "previous mark", "go to the mark before", "see"),
    Command("next_mark", "down", "↓", "next mark", "go to the mark after", "see"),
    Command("replay", "ctrl+r", "ctrl+r", "replay", "the last 10 s again; stopped: round in the interval", "play"),
    *_SPEED_AND_SOUND,
    _PICTURE,
    _PICTURE_SIZE,
    Command("zoom_in", "shift+up", "shift+↑", "zoom in", "see less of the timeline, larger", "see"),
    Command("zoom_out", "shift+down", "shift+↓", "zoom out", "see more of the timeline", "see"),
    Command(
        "help",
        "question_mark",
        "?",
        "help",
        "every key",
        "see",
        footer={"playing": "help", "stopped": "help"},
        palette=True,
    ),
    Command("palette", "ctrl+p", "ctrl+p", "all commands", "find a command by name", "see", palette=False),
    Command("end", "ctrl+q", "ctrl+q", "end", "end the recall, by way of a last question", "see"),
)

REVIEW: tuple[Command, ...] = (
    Command(
        "play_pause",
        "space",
        "space",
        "play, stop",
        "play from here; again to stop",
        "play",
        footer={"playing": "stop", "stopped": "play"},
    ),
    Command(
        "play_moment",
        "enter,p",
        "p",
        "play the moment",
        "play the chosen mark with its pre-roll, to its end",
        "play",
        footer={"playing": "moment", "stopped": "play the moment"},
    ),
    Command(
        "next_mark",
        "n,down",
        "n",
        "next mark",
        "choose the next mark of the lanes shown",
        "see",
        footer={"playing": "next", "stopped": "next mark"},
    ),
    Command("previous_mark", "b,up", "b", "previous mark", "choose the mark before", "see"),
    Command(
        "next_lane",
        "l,tab",
        "l",
        "next lane",
        "choose among the marks of the next layer only, or of all",
        "see",
        footer={"playing": "lane", "stopped": "lane"},
    ),
    Command("next_rupture", "r", "r", "next rupture", "choose the next rupture marker", "see"),
    *_JUMPS,
    *_STEPS,
    *_SPEED_AND_SOUND,
    msgspec.structs.replace(_PICTURE, keys="g,ctrl+g", shown="g", footer={"playing": "picture", "stopped": "picture"}),
    msgspec.structs.replace(_PICTURE_SIZE, keys="d,ctrl+d", shown="d"),
    Command("zoom_in", "shift+up,z", "z", "zoom in", "see less of the timeline, larger", "see"),
    Command("zoom_out", "shift+down,x", "x", "zoom out", "see more of the timeline", "see"),
    Command(
        "transcript",
        "t",
        "t",
        "transcript",
        "show or hide the transcript",
        "see",
        footer={"playing": "transcript", "stopped": "transcript"},
    ),
    Command(
        "help",
        "question_mark",
        "?",
        "help",
        "every key",
        "see",
        footer={"playing": "help", "stopped": "help"},
    ),
    Command("palette", "ctrl+p", "ctrl+p", "all commands", "find a command by name", "see", palette=False),
    Command(
        "end",
        "q,ctrl+q",
        "q",
        "close",
        "close the review",
        "see",
        footer={"playing": "close", "stopped": "close"},
    ),
)


def remapped(table: tuple[Command, ...], keymap: dict[str, str]) -> tuple[Command, ...]:
    """The table with the keys that a keymap gives (Textual's key names by command id); ValueError names a wrong id."""
    ids = [command.id for command in table]
    for name in keymap:
        if name not in ids:
            raise ValueError(f"there is no command {name}; the commands are {', '.join(ids)}")
    return tuple(
        msgspec.structs.replace(one, keys=keymap[one.id], shown=keymap[one.id]) if one.id in keymap else one
        for one in table
    )


def of_face(table: tuple[Command, ...], face: Face) -> tuple[Command, ...]:
    """The commands that this face has."""
    return tuple(command for command in table if face in command.faces)


def without_picture(table: tuple[Command, ...]) -> tuple[Command, ...]:
    """The commands that mean something where the recording has no picture."""
    return tuple(command for command in table if command.id not in (_PICTURE.id, _PICTURE_SIZE.id))


def key_line(table: tuple[Command, ...], moment: Moment) -> list[tuple[str, str, str]]:
    """What the key line shows at this moment: (keys as written, short text, action), what matters most first.

    While nothing is being written, all other commands follow, for as long as the line has room.
    """
    mattering = [one for one in table if moment in one.footer]
    shown = [("1-9" if one.id == "word_1" else one.shown, one.footer[moment], one.action) for one in mattering]
    if moment != "writing":
        others = (one for one in table if moment not in one.footer and not one.id.startswith("word_"))
        shown += [(one.shown, one.label, one.action) for one in others]
    return shown


def first_keys(table: tuple[Command, ...], moment: Moment) -> int:
    """How many entries of the key line are those of the moment itself."""
    return sum(moment in command.footer for command in table)
