"""The commands of the list of studies."""

from iprtool.commands import shared
from iprtool.commands.table import Command

STUDIES: tuple[Command, ...] = (
    Command("open", "enter", "enter", "open", "open the chosen study", "go", footer={"stopped": "open"}),
    Command("new", "n", "n", "new study", "make a study: a folder on this computer", "go", footer={"stopped": "new"}),
    Command("by_path", "o", "o", "open another", "open a study by its folder", "go", footer={"stopped": "another"}),
    Command(
        "recording",
        "r",
        "r",
        "a recording on its own",
        "review one recording at once, in a study of one",
        "go",
        footer={"stopped": "a recording"},
    ),
    Command("demo", "d", "d", "demo", "open the demo study: fictional sessions", "go", footer={"stopped": "demo"}),
    Command(
        "forget", "delete,backspace", "del", "off the list", "take a study off the list; its folder stays", "people"
    ),
    Command("help", "question_mark", "?", "help", "every key", "see", footer={"stopped": "help"}),
    shared.PALETTE,
    Command("leave", "q,ctrl+q", "q", "leave", "leave iprtool", "see", footer={"stopped": "leave"}),
)
