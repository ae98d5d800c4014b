"""The commands of the library: letters are commands here."""

from iprtool.commands.table import Command

LIBRARY: tuple[Command, ...] = (
    Command(
        "open",
        "enter",
        "enter",
        "open",
        "a recall to come or begun: begin it, go on with it; a session or a recall that was done: its review",
        "go",
        footer={"stopped": "open"},
    ),
    Command(
        "review", "r", "r", "review", "all layers of the session on one timeline", "go", footer={"stopped": "review"}
    ),
    Command(
        "help",
        "question_mark",
        "?",
        "help",
        "every key",
        "see",
        footer={"stopped": "help"},
    ),
    Command("palette", "ctrl+p", "ctrl+p", "all commands", "find a command by name", "see", palette=False),
    Command("leave", "q,ctrl+q", "q", "leave", "close the library", "see", footer={"stopped": "leave"}),
)
