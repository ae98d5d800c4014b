"""The commands of a new recall and of the consents: letters are text there, so the commands are on other keys."""

from iprtool.commands.table import Command

NEW_RECALL: tuple[Command, ...] = (
    Command("begin", "enter", "enter", "begin", "check all once more, and begin", "go", footer={"stopped": "begin"}),
    Command(
        "sound",
        "ctrl+t",
        "ctrl+t",
        "test the sound",
        "a short tone where the recording will be heard; then say whether it was",
        "play",
        footer={"stopped": "test the sound"},
    ),
    Command(
        "consents",
        "ctrl+o",
        "ctrl+o",
        "consents",
        "what was signed, until when; note another",
        "people",
        footer={"stopped": "consents"},
    ),
    Command("help", "ctrl+g", "ctrl+g", "help", "every key", "see", footer={"stopped": "help"}, palette=False),
    Command("leave", "escape,ctrl+q", "esc", "leave", "back to the study", "see", footer={"stopped": "leave"}),
)

CONSENTS: tuple[Command, ...] = (
    Command(
        "give",
        "n",
        "n",
        "note a consent",
        "for what, signed when, until when",
        "people",
        footer={"stopped": "note a consent"},
    ),
    Command(
        "withdraw",
        "w",
        "w",
        "note a withdrawal",
        "since when; no recall opens from then on, and those planned count as missing",
        "people",
        footer={"stopped": "withdrawn"},
    ),
    Command("undo", "ctrl+z,u", "u", "undo", "take the last change back", "people", footer={"stopped": "undo"}),
    Command("help", "question_mark", "?", "help", "every key", "see", footer={"stopped": "help"}, palette=False),
    Command("leave", "escape,q,ctrl+q", "q", "leave", "back to the study", "see", footer={"stopped": "leave"}),
)
