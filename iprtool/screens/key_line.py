"""The lines above and below every screen: who and what, and the keys of the moment."""

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from iprtool.commands import Command, Moment, first_keys, key_line

AWAY = "Your keys are going to another window: click this one to bring them back."


class HeadLine(Widget):
    """The top line: what is open on the left, the time of the interview on the right."""

    DEFAULT_CSS = """
    HeadLine { height: 1; background: $primary-background; color: $text; }
    """

    left: reactive[str] = reactive("")
    right: reactive[str] = reactive("")

    def render(self) -> Content:
        """The line, filled with blanks between its two halves; where there is no room for both, the left one is cut."""
        most = self.size.width - cell_len(self.right) - 3
        left = Content(self.left).truncate(max(1, most), ellipsis=True).stylize("bold")
        room = max(1, self.size.width - left.cell_length - cell_len(self.right) - 2)
        return Content.assemble(" ", left, " " * room, self.right, " ")


class KeyLine(Widget):
    """The bottom line: the keys that matter at this moment, which can be clicked."""

    DEFAULT_CSS = """
    KeyLine {
        height: 1; background: $panel; color: $text-muted; dock: bottom; link-color: $text-muted; link-style: none;
    }
    """

    moment: reactive[Moment] = reactive("stopped")
    table: reactive[tuple[Command, ...]] = reactive(())
    hint: reactive[str] = reactive("")
    notice: reactive[str] = reactive("")
    away: reactive[bool] = reactive(False)

    def render(self) -> Content:
        """The keys with their short texts; a notice stands in front of them. While keys go elsewhere, only that."""
        if self.away:
            return Content.styled(f" {AWAY} ", "reverse bold")
        notice = self._notice(self.size.width)
        entries = key_line(self.table, self.moment)
        parts = [_part(*entry) for entry in entries]
        if self.hint:
            parts.insert(first_keys(self.table, self.moment), Content(self.hint))
        cover = next((place for place, (_, _, action) in enumerate(entries) if action == "cover"), None)
        line, shown = self._fitted(notice, parts)
        if cover is None or cover < shown:
            return line
        # However small the terminal is, the way to cover it all is said.
        first = parts.pop(cover)
        if self.notice and notice.cell_length + first.cell_length > self.size.width:
            return Content(" ") + first + Content(" ") + self._notice(self.size.width - first.cell_length - 2)
        return self._fitted(notice, [first, *parts])[0]

    def _notice(self, room: int) -> Content:
        """What was just said, cut off with an ellipsis where there is no room for all of it."""
        if not self.notice:
            return Content(" ")
        said = Content(f" {self.notice} ").truncate(max(1, room - 1), ellipsis=True)
        return said.stylize("reverse") + Content(" ")

    def _fitted(self, notice: Content, parts: list[Content]) -> tuple[Content, int]:
        """A line of as many parts as there is room for, and how many these are."""
        line = notice
        for index, part in enumerate(parts):
            longer = line + (Content(" · ") if index else Content("")) + part
            if longer.cell_length > self.size.width and index:
                return line, index
            line = longer
        return line, len(parts)


def _part(keys: str, text: str, action: str) -> Content:
    return Content.assemble((keys, "bold"), f" {text}").stylize(f"@click=screen.{action}")
