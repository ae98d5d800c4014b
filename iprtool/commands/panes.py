"""The keys of the panes that take the words' place in a recall, for the key line: each is a key press."""

from iprtool.commands.table import Command


def _key(key: str, shown: str, text: str) -> Command:
    return Command(f"pane_key('{key}')", key, shown, text, text, "mark", footer={"pane": text}, palette=False)


_COVER = Command("cover", "tab", "tab", "cover", "cover", "play", footer={"pane": "cover"}, palette=False)
FIELDS = (
    _key("enter", "enter", "done"),
    _COVER,
    _key("down", "↑↓", "field"),
    _key("right", "←→", "or a digit sets it"),
    _key("backspace", "del", "empties it"),
)
CHOICES = (
    _key("enter", "enter", "take it"),
    _COVER,
    _key("down", "↑↓", "go through them"),
    _key("backspace", "backspace", "leave"),
)
EDITING = (
    _key("enter", "enter", "save"),
    _COVER,
    _key("down", "↑↓", "its parts"),
    _key("ctrl+e", "ctrl+e", "leave it as it was"),
)
