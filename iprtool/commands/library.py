"""The commands of the library: letters are commands here; those of the places that it leads to come beside them."""

from iprtool.commands import shared
from iprtool.commands.table import Command

# What is followed by other keys has priority: those would go to the tree, were they typed fast.
LIBRARY: tuple[Command, ...] = (
    Command(
        "open",
        "enter",
        "enter",
        "open",
        "a recall to come: begin it; one that was begun: go on; one that was done, or a session: its review",
        "go",
        footer={"stopped": "open"},
    ),
    Command("review", "r", "r", "review", "all layers of the session on one timeline", "go"),
    Command(
        "add",
        "a",
        "a",
        "add",
        "a recording, a session, a person (by pseudonym), a dyad",
        "people",
        footer={"stopped": "add"},
        priority=True,
    ),
    Command(
        "edit",
        "e",
        "e",
        "correct",
        "what is chosen: a dyad's label and group, a session's number and time, a person, a recording, the study",
        "people",
        footer={"stopped": "edit"},
    ),
    Command(
        "missing",
        "x",
        "x",
        "did not take place",
        "note that the chosen recall did not take place, and why; or that it is to come after all",
        "people",
    ),
    Command("undo", "u,ctrl+z", "u", "undo", "take back what was entered last", "people"),
    Command("redo", "ctrl+y", "ctrl+y", "redo", "enter again what was taken back", "people"),
    Command(
        "filter",
        "slash",
        "/",
        "filter",
        "missing, due, done, open, to-come, declined, group:NAME, session:3, or a part of a label",
        "see",
        footer={"stopped": "filter"},
        priority=True,
    ),
    Command(
        "due",
        "d",
        "d",
        "due",
        "recordings and consents that end, recalls to come, what was begun and not finished",
        "see",
    ),
    Command("work", "w", "w", "work", "recordings that are being added: how far they are, cancel them", "see"),
    Command("fold", "left", "←", "fold up", "fold up what is chosen, or go to what it belongs to", "see"),
    Command("unfold", "right", "→", "open up", "show what belongs to what is chosen", "see"),
    Command("studies", "o", "o", "other study", "close this study, and show the list of studies", "go"),
    Command("help", "question_mark", "?", "help", "every key", "see", footer={"stopped": "help"}),
    shared.PALETTE,
    Command("leave", "q,ctrl+q", "q", "leave", "close the library", "see", footer={"stopped": "leave"}),
)
