"""The words spoken around a position, where a recall's protocol shows them."""

from bisect import bisect_right
from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from iprtool.model.study import Utterance
from iprtool.model.times import clock

AROUND = 8
"""So many utterances from the one before on are more than there is room for."""


class SpokenPane(Static):
    """The transcript: what was begun last stands out, with what came before it and what follows."""

    DEFAULT_CSS = """
    SpokenPane { height: 6; padding: 0 1; border-top: solid $panel; }
    .low SpokenPane { height: 3; border: none; }
    """
    ALLOW_SELECT = False

    def __init__(self, words: Sequence[Utterance], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__("", id=id, markup=False)
        self._words = sorted(words, key=lambda one: one.start_ms)
        self._shown: int | None = None

    def show(self, at_ms: int) -> None:
        """What is spoken at a position; drawn anew only where that is another utterance."""
        here = bisect_right(self._words, at_ms, key=lambda one: one.start_ms) - 1
        if here == self._shown:
            return
        self._shown = here
        first = max(0, here - 1)
        lines = [
            Content.styled(_line(one), "bold" if number == here else "$foreground-muted")
            for number, one in enumerate(self._words[first : first + AROUND], start=first)
        ]
        self.update(Content("\n").join(lines), layout=False)


def _line(one: Utterance) -> str:
    return f"{clock(one.start_ms)} {one.speaker[:1].upper()}  {one.text}"
