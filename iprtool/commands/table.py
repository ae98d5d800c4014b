"""The one command table: keys with stable ids, what each does, who has it; footer, palette and help come from it.

Keys are Textual's names. No letter is a command in a recall: a letter begins a note.
"""

from typing import Literal

import msgspec

from iprtool.model.terms import Face

Moment = Literal["playing", "stopped", "ended", "writing", "pane"]

EVERYONE: tuple[Face, ...] = ("participant", "therapist", "researcher")
PROFESSIONALS: tuple[Face, ...] = ("therapist", "researcher")


class Command(msgspec.Struct, frozen=True):
    """One thing a person can do: its action, keys, how the keys are written, a short and a whole description.

    `footer` holds the short text for each moment in which the key line shows it: at the end (`ended`) what is said of
    that comes first, then what is said where it is stopped. `palette` is whether the palette lists it. `priority` keys
    reach it over any dialog. `runs` is its action where that is not called like it.
    """

    id: str
    keys: str
    shown: str
    label: str
    help: str
    group: str
    faces: tuple[Face, ...] = EVERYONE
    footer: dict[str, str] = {}
    palette: bool = True
    priority: bool = False
    runs: str = ""

    @property
    def action(self) -> str:
        """The action that the key runs; words are one action with the digit."""
        return self.runs or (f"word({self.id[-1]})" if self.id.startswith("word_") else self.id)


def remapped(table: tuple[Command, ...], keymap: dict[str, str]) -> tuple[Command, ...]:
    """The table with the keys that a keymap gives (Textual's key names by command id); ValueError names a wrong id."""
    ids = [command.id for command in table]
    for name in keymap:
        if name not in ids:
            raise ValueError(f"there is no command {name}; the commands are {', '.join(ids)}")
    return tuple(
        msgspec.structs.replace(one, keys=keymap[one.id], shown=keymap[one.id]) if one.id in keymap else one
        for one in table
    )


def of_face(table: tuple[Command, ...], face: Face) -> tuple[Command, ...]:
    """The commands that this face has."""
    return tuple(command for command in table if face in command.faces)


def key_line(table: tuple[Command, ...], moment: Moment) -> list[tuple[str, str, str]]:
    """What the key line shows at this moment: (keys as written, short text, action), what matters most first.

    While nothing is being written and no pane has the keys, all other commands follow, for as long as the line has
    room.
    """
    mattering = _mattering(table, moment)
    shown = [("1-9" if one.id == "word_1" else one.shown, _short(one, moment), one.action) for one in mattering]
    if moment not in ("writing", "pane"):
        others = (one for one in table if one not in mattering and not one.id.startswith("word_"))
        shown += [(one.shown, one.label, one.action) for one in others]
    return shown


def first_keys(table: tuple[Command, ...], moment: Moment) -> int:
    """How many entries of the key line are those of the moment itself."""
    return len(_mattering(table, moment))


def _mattering(table: tuple[Command, ...], moment: Moment) -> list[Command]:
    shown = [one for one in table if _short(one, moment)]
    return sorted(shown, key=lambda one: moment not in one.footer)


def _short(command: Command, moment: Moment) -> str:
    usual = command.footer.get("stopped", "") if moment == "ended" else ""
    return command.footer.get(moment, usual)
