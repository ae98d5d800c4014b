"""Commands that stand in several tables as they are, or on other keys."""

from iprtool.commands.table import Command

PLAY_PAUSE = Command(
    "play_pause",
    "space",
    "space",
    "play, stop",
    "play from here; again to stop",
    "play",
    footer={"playing": "stop", "stopped": "play"},
)
UNDO = Command("undo", "ctrl+z", "ctrl+z", "undo", "take the last change back", "mark")
REDO = Command("redo", "ctrl+y", "ctrl+y", "redo", "do again what was taken back", "mark")
COVER = Command(
    "cover",
    "tab",
    "tab",
    "cover",
    "sound off and everything gone at once; 1 shows it again",
    "play",
    priority=True,
    footer={"playing": "cover"},
)
JUMPS = (
    Command("back", "left", "←", "back 5 s", "five seconds back", "play"),
    Command("forward", "right", "→", "on 5 s", "five seconds on", "play"),
)
STEPS = (
    Command("step_back", "shift+left", "shift+←", "a step back", "one second; stopped: one frame", "play"),
    Command("step_on", "shift+right", "shift+→", "a step on", "one second; stopped: one frame", "play"),
)
PICTURE = Command(
    "picture",
    "ctrl+g",
    "ctrl+g",
    "picture",
    "shown, pixelated, left or right side covered, hidden; where the recording has one",
    "see",
    footer={"playing": "picture"},
)
PICTURE_SIZE = Command(
    "picture_size",
    "ctrl+d",
    "ctrl+d",
    "picture's place",
    "beside the marks, large while it plays, in a window of its own where there is a desktop",
    "see",
)
SPEED_AND_SOUND = (
    Command("slower", "less_than_sign", "<", "slower", "down to half the speed", "play"),
    Command("faster", "greater_than_sign", ">", "faster", "up to twice the speed", "play"),
    Command("louder", "pageup", "PgUp", "louder", "turn the sound up", "play"),
    Command("softer", "pagedown", "PgDn", "softer", "turn the sound down", "play"),
)
ZOOM_IN = Command("zoom_in", "shift+up", "shift+↑", "zoom in", "see less of the timeline, larger", "see")
ZOOM_OUT = Command("zoom_out", "shift+down", "shift+↓", "zoom out", "see more of the timeline", "see")
HELP = Command("help", "question_mark", "?", "help", "every key", "see", footer={"playing": "help", "stopped": "help"})
PALETTE = Command("palette", "ctrl+p", "ctrl+p", "all commands", "find a command by name", "see", palette=False)


def without_picture(table: tuple[Command, ...]) -> tuple[Command, ...]:
    """The commands that mean something where the recording has no picture."""
    return tuple(command for command in table if command.id not in (PICTURE.id, PICTURE_SIZE.id))
