"""The commands of a study's registers: scores, codebooks, the interview guide, history. Letters are commands here."""

from iprtool.commands import shared
from iprtool.commands.table import Command


def _key(ident: str, keys: str, shown: str, label: str, help_: str, group: str = "people", footer: str = "") -> Command:
    return Command(ident, keys, shown, label, help_, group, footer={"stopped": footer} if footer else {})


UNDO = _key("undo", "u,ctrl+z", "u", "undo", "take the last change back", footer="undo")
REDO = _key("redo", "ctrl+y", "ctrl+y", "redo", "do again what was taken back")
CLOSING = (
    _key("help", "question_mark", "?", "help", "every key", "see", footer="help"),
    shared.PALETTE,
    _key("leave", "q,ctrl+q,escape", "q", "close", "back to where you came from", "see", footer="close"),
)

SCORES: tuple[Command, ...] = (
    _key("next_session", "n,right_square_bracket", "n", "next session", "the sheet of the next session", "go", "next"),
    _key("previous_session", "b,left_square_bracket", "b", "session before", "the sheet before", "go", "before"),
    _key("next_missing", "m", "m", "next missing", "the next score that is not there yet", "go", "missing"),
    _key("remove", "delete", "del", "take away", "take the score away", "people", "away"),
    UNDO,
    REDO,
    _key("instruments", "i", "i", "instruments", "which instruments this study uses", "people", "instruments"),
    _key("load", "l", "l", "load", "scores from a CSV file, or an instrument from TOML"),
    *CLOSING,
)

CODEBOOKS: tuple[Command, ...] = (
    _key("open", "enter,e", "enter", "open", "see the codebook, change the study's own", "go", "open"),
    _key("copy", "c", "c", "copy", "a codebook of the study's own that begins as this one", "people", "copy"),
    _key("load", "l", "l", "load", "read a codebook of the study's own from TOML or CSV", "people", "load"),
    _key("write", "w", "w", "write", "write this version to a TOML file", "people", "write"),
    _key("compare", "d", "d", "differences", "what changed since the version before", "see", "compare"),
    _key("use", "r", "r", "use for a role", "new recalls of a role begin with it", "people", "use"),
    UNDO,
    REDO,
    *CLOSING,
)

EDITING: tuple[Command, ...] = (
    _key("edit", "enter,e", "enter", "edit", "change what the cursor is on", "people", "edit"),
    _key("add", "a", "a", "add", "a new one after the cursor", "people", "add"),
    _key("remove", "x,delete", "x", "take out", "take out what the cursor is on", "people", "take out"),
    _key("up", "shift+up,k", "k", "up", "move it one place up"),
    _key("down", "shift+down,j", "j", "down", "move it one place down", "people", "move up, down"),
    UNDO,
    REDO,
    _key("keep", "s,ctrl+s", "s", "keep", "see what is different and keep it as a new version", "people", "keep"),
    *CLOSING,
)

CODEBOOK: tuple[Command, ...] = (
    *EDITING[:2],
    _key("add_rating", "t", "t", "add a rating", "a new rating of the whole session"),
    *EDITING[2:],
)

GUIDES: tuple[Command, ...] = (
    _key("open", "enter,e", "enter", "open", "see the guide, change its leads", "go", "open"),
    _key("use", "f", "f", "in force", "new recalls begin with this version", "people", "in force"),
    _key("copy", "c", "c", "other language", "a guide that begins as this one", "people", "language"),
    _key("load", "l", "l", "load", "read a guide from TOML", "people", "load"),
    _key("write", "w", "w", "write", "write this version to a TOML file", "people", "write"),
    _key("print", "p", "p", "print", "write the inquirer's card for paper, as plain text", "people", "print"),
    _key("compare", "d", "d", "differences", "what changed since the version before", "see", "compare"),
    UNDO,
    REDO,
    *CLOSING,
)

HISTORY: tuple[Command, ...] = (
    _key("undo_chosen", "u", "u", "undo this", "put back what was there before this change", "people", "undo this"),
    _key("kinds", "k", "k", "kinds", "show only changes of one kind, of the next, of all", "see", "kind"),
    _key("persons", "p", "p", "persons", "show only what concerns a person, the next, everybody", "see", "person"),
    _key("sessions", "s", "s", "sessions", "show only what concerns a session, the next, all", "see", "session"),
    _key("find", "slash,ctrl+f", "/", "find", "show only changes in whose line this stands", "see", "find"),
    _key("all", "a", "a", "all", "show everything again", "see", "all"),
    _key("details", "enter", "enter", "whole", "the change in full", "see", "whole"),
    *CLOSING,
)
