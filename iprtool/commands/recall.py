"""The commands of a recall: no letter is one, since a letter begins a note."""

from iprtool.commands.table import JUMPS, PICTURE, PICTURE_SIZE, PROFESSIONALS, SPEED_AND_SOUND, STEPS, Command


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
    *JUMPS,
    *STEPS,
    Command("previous_mark", "up", "↑", "previous mark", "go to the mark before", "see"),
    Command("next_mark", "down", "↓", "next mark", "go to the mark after", "see"),
    Command("replay", "ctrl+r", "ctrl+r", "replay", "the last 10 s again; stopped: round in the interval", "play"),
    *SPEED_AND_SOUND,
    PICTURE,
    PICTURE_SIZE,
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
