"""The commands of a review: letters are commands here; and the keys of the forms that open beside what is looked at."""

import msgspec

from iprtool.commands import shared
from iprtool.commands.table import Command

REVIEW: tuple[Command, ...] = (
    shared.PLAY_PAUSE,
    shared.COVER,
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
        "l",
        "l",
        "next lane",
        "choose among the marks of the next layer only, or of all",
        "see",
        footer={"playing": "lane", "stopped": "lane"},
    ),
    Command("next_rupture", "r", "r", "next rupture", "choose the next rupture marker", "see"),
    Command(
        "match",
        "m",
        "m",
        "one moment",
        "the two accounts shown are one moment: confirm what is proposed, or say it of others",
        "mark",
        footer={"playing": "match", "stopped": "match"},
    ),
    Command(
        "unmatch",
        "M",
        "M",
        "not one moment",
        "unmatch: the two accounts shown are not one moment, near as they are",
        "mark",
    ),
    Command(
        "hold",
        "v",
        "v",
        "hold the mark",
        "keep the chosen mark's account while you choose another to match it with; again to let go",
        "mark",
    ),
    Command(
        "episode",
        "e",
        "e",
        "episode",
        "a rupture episode from the chosen mark, or the one that it is in; in an open episode: put the mark in or out",
        "mark",
        footer={"playing": "episode", "stopped": "episode"},
    ),
    Command(
        "strategy",
        "s",
        "s",
        "resolution strategy",
        "in an open episode: a strategy from the coders' evidence, or one at the playhead",
        "mark",
    ),
    Command(
        "theme",
        "h",
        "h",
        "theme",
        "tag the chosen mark: type to find a theme or make one",
        "mark",
        footer={"playing": "theme", "stopped": "theme"},
    ),
    Command("quote", "k", "k", "quoting", "may the chosen mark be quoted; may the partner recognise it", "mark"),
    msgspec.structs.replace(shared.UNDO, keys="u,ctrl+z", shown="u"),
    msgspec.structs.replace(shared.REDO, keys="U,ctrl+y", shown="U"),
    Command(
        "search",
        "slash,ctrl+f",
        "/",
        "search",
        "find by words in notes and transcript, by role:, code:, theme:, rupture:, quotable:",
        "see",
        footer={"playing": "search", "stopped": "search"},
    ),
    Command(
        "let_go", "escape", "esc", "close, let go", "close what is open; let go of what is held; end the search", "see"
    ),
    Command("more_lanes", "j", "j", "more lanes", "show further lanes of the timeline, then the first again", "see"),
    *shared.JUMPS,
    *shared.STEPS,
    *shared.SPEED_AND_SOUND,
    msgspec.structs.replace(
        shared.PICTURE, keys="g,ctrl+g", shown="g", footer={"playing": "picture", "stopped": "picture"}
    ),
    msgspec.structs.replace(shared.PICTURE_SIZE, keys="d,ctrl+d", shown="d"),
    msgspec.structs.replace(shared.ZOOM_IN, keys="shift+up,z", shown="z"),
    msgspec.structs.replace(shared.ZOOM_OUT, keys="shift+down,x", shown="x"),
    Command(
        "transcript",
        "t",
        "t",
        "transcript",
        "show or hide the transcript",
        "see",
        footer={"playing": "transcript", "stopped": "transcript"},
    ),
    shared.HELP,
    shared.PALETTE,
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

WRITING = frozenset({"match", "unmatch", "hold", "episode", "strategy", "theme", "quote", "undo", "redo"})
"""What only the researcher has: it writes the study's review."""


def read_only(table: tuple[Command, ...]) -> tuple[Command, ...]:
    """The commands of who may look, and write nothing."""
    return tuple(command for command in table if command.id not in WRITING)


def _key(key: str, shown: str, text: str) -> Command:
    footer = dict.fromkeys(("playing", "stopped"), text)
    return Command(f"form_key('{key}')", key, shown, text, text, "see", footer=footer, palette=False)


_CLOSE = _key("escape", "enter, esc", "done")
FORM: tuple[Command, ...] = (
    _CLOSE,
    _key("down", "↑↓", "field"),
    _key("right", "←→", "or digit sets it"),
    _key("backspace", "del", "empties it"),
)
EPISODE_FORM: tuple[Command, ...] = (
    _CLOSE,
    _key("e", "e", "chosen mark in or out"),
    _key("s", "s", "strategy"),
    *FORM[1:],
)
LIST: tuple[Command, ...] = (
    _key("enter", "enter", "take it"),
    _key("down", "↑↓", "go through them"),
    _key("escape", "esc", "leave"),
)
THEMES: tuple[Command, ...] = (*LIST, _key("ctrl+e", "ctrl+e", "its name, gloss, group"))
SEARCH: tuple[Command, ...] = (
    _key("enter", "enter", "go there, n and b through them"),
    _key("down", "↑↓", "look at them"),
    _key("escape", "esc", "leave the search"),
)

STUDY_SEARCH: tuple[Command, ...] = (
    Command("take", "enter", "enter", "open", "its session's review, there", "go", footer={"stopped": "open it"}),
    Command("down", "down", "↑↓", "next", "the next one", "see", footer={"stopped": "go through them"}),
    Command("up", "up", "↑", "previous", "the one before", "see"),
    Command("page_down", "pagedown", "PgDn", "a page on", "a page on", "see"),
    Command("page_up", "pageup", "PgUp", "a page back", "a page back", "see"),
    Command("empty", "ctrl+u", "ctrl+u", "empty the line", "look for something else", "see"),
    Command(
        "leave",
        "escape,ctrl+q",
        "esc",
        "leave",
        "back to the library",
        "see",
        footer={"stopped": "back to the library"},
    ),
)
"""The search of a whole study: all that is typed is what is looked for."""
