"""The commands of a dial: while it is rated no letter is one, and of the stretches described a letter begins a note."""

import msgspec

from iprtool.commands import shared
from iprtool.commands.recall import RECALL
from iprtool.commands.table import Command, remapped


def _as_in_a_recall(ident: str, **other: object) -> Command:
    return msgspec.structs.replace(next(one for one in RECALL if one.id == ident), **other)


_COVER = tuple(one for one in RECALL if one.priority)
_SEEING = (
    *shared.SPEED_AND_SOUND,
    msgspec.structs.replace(shared.PICTURE, footer={}),
    shared.PICTURE_SIZE,
    shared.ZOOM_IN,
    shared.ZOOM_OUT,
    _as_in_a_recall("sync"),
    shared.HELP,
    shared.PALETTE,
    _as_in_a_recall("end"),
)

DIAL: tuple[Command, ...] = (
    Command(
        "stop_or_go_on",
        "space",
        "space",
        "stop, go on",
        "stop at once; again to go on from there",
        "play",
        footer={"playing": "stop", "stopped": "play", "ended": ""},
    ),
    *_COVER,
    Command(
        "turn_up",
        "up,right",
        "↑→",
        "more helpful",
        "move the dial a step towards helpful",
        "mark",
        footer={"playing": "more", "stopped": "more"},
    ),
    Command(
        "turn_down",
        "down,left",
        "↓←",
        "more hindering",
        "move the dial a step towards hindering",
        "mark",
        footer={"playing": "less", "stopped": "less"},
    ),
    Command(
        "turn_to",
        ",".join("123456789"),
        "1–9",
        "dial to",
        "set the dial: 1 extremely hindering, 5 neutral, 9 extremely helpful",
        "mark",
        palette=False,
        footer={"playing": "dial", "stopped": "dial"},
    ),
    Command("neutral", "0", "0", "neutral", "set the dial back to neutral", "mark", footer={"playing": "neutral"}),
    Command(
        "describe",
        "enter,ctrl+e",
        "enter",
        "describe",
        "go to the stretches that you rated highest and lowest, and say what was going on",
        "mark",
        footer={"stopped": "describe", "ended": "go on"},
    ),
    Command("back", "shift+left", "shift+←", "back 5 s", "five seconds back; what is rated again counts", "play"),
    Command("forward", "shift+right", "shift+→", "on 5 s", "five seconds on", "play"),
    *_SEEING,
)
"""While the dial is moved."""

DESCRIBE: tuple[Command, ...] = (
    Command(
        "stop_or_go_on",
        "space",
        "space",
        "stop, go on",
        "stop at once; again to go on, or to play the stretch again from its end",
        "play",
        footer={"playing": "stop", "stopped": "play"},
    ),
    _as_in_a_recall("note", help="stop and write; Enter again saves the note and goes to the next stretch"),
    *_COVER,
    Command(
        "next_stretch",
        "down",
        "↓",
        "next, or leave out",
        "go to the next stretch; what is not described is left out",
        "mark",
        footer={"playing": "next", "stopped": "next, leave out"},
    ),
    Command("previous_stretch", "up", "↑", "the one before", "go back to the stretch before", "mark"),
    Command(
        "replay",
        "ctrl+r",
        "ctrl+r",
        "replay",
        "play this stretch again, from a little before it",
        "play",
        footer={"stopped": "replay", "writing": "replay"},
    ),
    shared.UNDO,
    shared.REDO,
    Command("rate_on", "ctrl+e", "ctrl+e", "back to the dial", "go on rating where you left it", "see"),
    *shared.JUMPS,
    *_SEEING,
)
"""While the highest and lowest stretches are described."""


def tables(keymap: dict[str, str]) -> tuple[tuple[Command, ...], tuple[Command, ...]]:
    """Both tables with the keys that a keymap gives; the keys of the nine words set the dial, as the digits do.

    What it says of commands that are not here is a recall's.
    """
    levels = [keymap.get(f"word_{level}", str(level)) for level in range(1, 10)]
    keys = {"turn_to": ",".join(levels), "neutral": keymap.get("all_words", "0"), **keymap}
    dial, describe = (remapped(table, _known(table, keys)) for table in (DIAL, DESCRIBE))
    return dial, describe


def _known(table: tuple[Command, ...], keymap: dict[str, str]) -> dict[str, str]:
    ids = {one.id: one.keys for one in table}
    return {ident: keys for ident, keys in keymap.items() if ids.get(ident, keys) != keys}
