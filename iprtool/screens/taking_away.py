"""Taking a widget off a screen that stays."""

from textual.widget import Widget


def take_away(widget: Widget) -> None:
    """Hide a widget, and remove it once the screen is laid out without it.

    Removed at once it may be drawn one last time, when its styles are gone already: Textual fails then.
    """
    widget.display = False
    widget.call_after_refresh(widget.remove)
