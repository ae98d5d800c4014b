"""From the command table to Textual's bindings."""

from textual.binding import Binding, BindingType

from iprtool.commands import Command

ENTER_REPEAT_S = 0.3
"""An Enter so soon after another is the same key, held or pressed twice."""

TREE_MOVES: list[BindingType] = [
    Binding("up", "cursor_up", show=False),
    Binding("down", "cursor_down", show=False),
    Binding("pageup", "page_up", show=False),
    Binding("pagedown", "page_down", show=False),
    Binding("home", "scroll_home", show=False),
    Binding("end", "scroll_end", show=False),
]
"""The keys that only move a tree's cursor; what else a tree can do is its screen's to say."""


def bindings_of(table: tuple[Command, ...], *, priority: bool = False) -> list[BindingType]:
    """The bindings of a table's commands, each with its stable id, so that a keymap can move it."""
    return [
        Binding(command.keys, command.action, command.label, id=command.id, show=False, priority=command.priority)
        for command in table
        if command.priority is priority
    ]


def command_of(table: tuple[Command, ...], action: str) -> Command | None:
    """The command that an action belongs to; `word` stands for all nine of them."""
    return next((one for one in table if action in (one.action, one.action.partition("(")[0])), None)
