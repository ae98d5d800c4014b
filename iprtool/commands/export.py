"""The commands of what leaves a study. Letters are commands here."""

from iprtool.commands.registers import CLOSING
from iprtool.commands.table import Command


def _key(ident: str, keys: str, shown: str, label: str, help_: str, footer: str = "") -> Command:
    return Command(ident, keys, shown, label, help_, "go", footer={"stopped": footer} if footer else {})


EXPORT: tuple[Command, ...] = (
    _key("export", "enter,x", "enter", "export", "write what is shown into the folder", footer="export"),
    _key("text", "t", "t", "text", "free text leaves too, or not: notes, answers, places, labels", footer="text"),
    _key(
        "dates", "d", "d", "dates", "dates leave too, or not: as days and milliseconds from the first", footer="dates"
    ),
    _key("fresh", "i", "i", "fresh ids", "ids that no export before has, or the same as ever", footer="ids"),
    _key("folder", "f", "f", "folder", "the folder in which the export is made", footer="folder"),
    _key("recipient", "r", "r", "for whom", "to whom it goes, as the study's ledger notes it", footer="for whom"),
    _key("cancel", "c,delete", "c", "cancel", "stop the export that is being written; nothing of it is left"),
    *CLOSING,
)
