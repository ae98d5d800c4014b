"""The smallest Textual app that shows something: what a start costs without anything of iprtool's."""

from textual.app import App, ComposeResult
from textual.widgets import Static

SHOWN = "nothing but this line"


class MinimalApp(App[None]):
    """One line of text."""

    def compose(self) -> ComposeResult:
        """The line."""
        yield Static(SHOWN)


if __name__ == "__main__":
    MinimalApp().run()
