"""The commands of an observer's coding: letters are commands, digits are codes or ratings."""

import msgspec

from iprtool.commands import shared
from iprtool.commands.table import Command

CODING: tuple[Command, ...] = (
    shared.PLAY_PAUSE,
    shared.COVER,
    Command(
        "finish",
        "enter",
        "enter",
        "segment finished",
        "coded to its end, whether or not anything was found, and on to the next; scales not rated are at their lowest",
        "mark",
        footer={"playing": "finished", "stopped": "finished, next", "writing": "save"},
    ),
    Command(
        "digit",
        "1,2,3,4,5,6,7,8,9,0",
        "0-9",
        "code or rating",
        "where codes are rated: the rating of the one chosen; else the code of that number in the group, found or not",
        "mark",
        footer={"playing": "code", "stopped": "code or rating"},
        palette=False,
    ),
    Command("next_code", "down,j", "↓", "next code", "choose the code below", "see"),
    Command("previous_code", "up,k", "↑", "previous code", "choose the code above", "see"),
    Command(
        "next_group",
        "c",
        "c",
        "next group",
        "choose the first code of the next group",
        "see",
        footer={"stopped": "group"},
    ),
    Command("previous_group", "C", "C", "previous group", "choose from the group before", "see"),
    Command("meaning", "i", "i", "what it means", "all that the codebook says of the code or scale chosen", "see"),
    Command("found", "x", "x", "found or not", "the code chosen is found in this segment, or it is not", "mark"),
    Command("clarity_minus", "minus", "−", "minus", "clarity: minus; where codes are rated: one step lower", "mark"),
    Command("clarity_plain", "equals_sign", "=", "plain", "clarity: plain", "mark"),
    Command(
        "clarity_plus",
        "plus",
        "+",
        "plus",
        "clarity: plus; where codes are rated: one step higher",
        "mark",
    ),
    Command("delete", "delete,backspace", "del", "take off", "the evidence chosen, else the code or rating", "mark"),
    Command(
        "evidence",
        "e",
        "e",
        "evidence here",
        "a mark that shows the code chosen; the code is found with it",
        "mark",
        footer={"playing": "evidence", "stopped": "evidence"},
    ),
    Command("begin_evidence", "comma", ",", "evidence begins", "a longer stretch that shows the code begins", "mark"),
    Command("end_evidence", "full_stop", ".", "evidence ends", "the longer stretch ends here", "mark"),
    Command(
        "next_evidence", "m", "m", "next evidence", "choose the next evidence of this segment, and go there", "see"
    ),
    Command(
        "write_note",
        "n",
        "n",
        "write a note",
        "stop and write about the evidence chosen, else the code or rating; enter saves, ctrl+j is a new line",
        "mark",
        footer={"playing": "note", "stopped": "note"},
    ),
    Command("reopen", "d", "d", "not finished", "the segment is not finished after all; again: it is", "mark"),
    shared.UNDO,
    shared.REDO,
    Command(
        "next_segment",
        "f",
        "f",
        "next segment",
        "code the next segment, from its start",
        "see",
        footer={"stopped": "next segment"},
    ),
    Command("previous_segment", "b", "b", "segment before", "code the segment before, from its start", "see"),
    Command(
        "next_unfinished",
        "u",
        "u",
        "next unfinished",
        "the next segment that is not finished; at last the session",
        "see",
    ),
    Command(
        "whole_session",
        "s",
        "s",
        "whole session",
        "the ratings of the whole session; again: back to the segment",
        "see",
        footer={"stopped": "session"},
    ),
    Command("left", "l", "l", "what is left", "segments not finished, ratings missing", "see"),
    Command("lock", "L", "L", "lock", "the coding is finished; nothing is changed from then on", "see"),
    Command("play_segment", "p", "p", "play the segment", "this segment from its start", "play"),
    Command("replay", "r", "r", "last 10 s", "the last ten seconds of this segment again", "play"),
    Command("play_on", "o", "o", "stop at the end, or play on", "what happens at the end of a segment", "play"),
    *shared.JUMPS,
    *shared.STEPS,
    *shared.SPEED_AND_SOUND,
    msgspec.structs.replace(shared.PICTURE, keys="g,ctrl+g", shown="g", footer={}),
    shared.PICTURE_SIZE,
    Command("transcript", "t", "t", "transcript", "show or hide evidence and transcript beside the codes", "see"),
    msgspec.structs.replace(shared.ZOOM_IN, keys="shift+up,z", shown="z"),
    msgspec.structs.replace(shared.ZOOM_OUT, keys="shift+down,Z", shown="Z"),
    shared.HELP,
    shared.PALETTE,
    Command("end", "q,ctrl+q", "q", "close", "close the coding; it goes on later where it is", "see"),
)

_TO_FINISH = ("next_unfinished", "left", "lock")


def looked_at(table: tuple[Command, ...]) -> tuple[Command, ...]:
    """The commands of a coding that is locked: none that would change it."""
    return tuple(one for one in table if one.group != "mark" and one.id not in _TO_FINISH)
