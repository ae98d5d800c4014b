"""The picture on a screen: what is seen of it and where, carried from the keys to the picture and its pane."""

import os
from typing import TYPE_CHECKING, Literal

from textual.widget import Widget
from textual.widgets import Digits

from iprtool.model.picture import Frame, Picture, PictureState
from iprtool.model.terms import View
from iprtool.screens.picture_pane import Drawing, HalfBlocks, PicturePane

if TYPE_CHECKING:
    from iprtool.screens.recording import RecordingScreen

Place = Literal["pane", "full", "window"]
"""Where the picture is: beside the marks, in all of the main area while it plays, or in a window of its own."""

VIEWS: tuple[View, ...] = ("shown", "pixelated", "left_covered", "right_covered", "hidden")
SAID = {
    "shown": "the picture is shown",
    "pixelated": "the picture is pixelated",
    "left_covered": "the left side is covered",
    "right_covered": "the right side is covered",
    "hidden": "the picture is hidden: sound only",
}
PLACED: dict[Place, str] = {
    "pane": "the picture is beside the marks",
    "full": "the picture is large while it plays",
    "window": "the picture is in its own window",
}
FRAMES_PER_SECOND = 12.0
OVER_SSH = 6.0


class Watching:
    """What is seen of a recording's picture, and where; under the cover nothing is, whatever the view."""

    def __init__(self, screen: "RecordingScreen", picture: Picture, drawing: Drawing | None, place: Place) -> None:
        self.view: View = "hidden"
        self.place = place
        self.frame: Frame | None = None
        self._screen = screen
        self._picture = picture
        self._covered = False
        self._told = ""
        self._chosen = False
        self._side_is_away = False
        pace = OVER_SSH if "SSH_CONNECTION" in os.environ else FRAMES_PER_SECOND
        self._pane = PicturePane(picture.want, drawing or HalfBlocks(), pace)
        self._pane.display = False
        self._stage: Widget = screen.query_one("#stage")
        self._stage.mount(self._pane, before=0)
        picture.on_state(lambda state: self._tell(screen.PictureChanged(state)))
        picture.on_frame(lambda frame: self._tell(screen.FrameArrived(frame)))

    def _tell(self, message: "RecordingScreen.PictureChanged | RecordingScreen.FrameArrived") -> None:
        """From the picture's thread."""
        self._screen.post_message(message)

    # What the person does

    def next_view(self) -> View:
        """The view after this one."""
        self.set_view(VIEWS[(VIEWS.index(self.view) + 1) % len(VIEWS)])
        return self.view

    def set_view(self, view: View) -> None:
        """What is seen from now on."""
        self.view = view
        self._apply()

    def next_place(self) -> Place:
        """The place after this one; a window only where one can be opened."""
        places: tuple[Place, ...] = ("pane", "full", "window") if self._picture.state.windows else ("pane", "full")
        # Meant for a window where there is none, it is beside the marks.
        here = self.place if self.place in places else "pane"
        self.place = places[(places.index(here) + 1) % len(places)]
        self._chosen = True
        self._apply()
        return self.place

    def cover(self) -> None:
        """Nothing is seen, at once."""
        self._covered = True
        self._apply()

    def uncover(self) -> None:
        """What was seen before is seen again."""
        self._covered = False
        self._apply()

    def _apply(self) -> None:
        seen: View = "hidden" if self._covered else self.view
        self.frame = None
        self._pane.blank()
        self._picture.show(seen, in_window=self.place == "window" and seen != "hidden")
        self.follow()
        self._pane.ask()

    # What the picture says

    def take(self, frame: Frame) -> None:
        """A frame has come; one that was on its way when the view changed is not shown."""
        if frame.view == self._picture.state.view and not self._covered and frame.view == self.view:
            self.frame = frame
            self._pane.put(frame)

    def picture_changed(self, state: PictureState) -> None:
        """The picture is in a window, or no longer, or something failed."""
        # A window that nobody chose is not missed.
        missed = self._chosen or state.windows or state.failed or self.place != "window"
        if state.message and state.message != self._told and missed:
            self._screen.notify(state.message, severity="error" if state.failed else "information", timeout=10)
        self._told = state.message
        self.follow()

    # What is where

    @property
    def is_in_terminal(self) -> bool:
        """Whether the picture, or the room that is kept for it, is on this screen."""
        return self.view != "hidden" and not self._covered and not self._picture.state.in_window

    def follow(self) -> None:
        """Lay the screen out for what is seen now; while stopped, the side with note and words is always there."""
        here = self.is_in_terminal
        if self._pane.moving != self._screen.playing:
            self._pane.moving = self._screen.playing
            self._pane.ask()
        if self._pane.display != here:
            self._pane.display = here
            for clock in self._stage.query(Digits):
                clock.display = not here
            self._stage.set_class(here, "-picture")
            self._pane.call_after_refresh(self._pane.ask)
        away = here and self.place == "full" and self._screen.playing
        if away != self._side_is_away:
            self._side_is_away = away
            # Narrow and not gone: what is gone loses the focus, and with it what is typed while it comes back.
            self._screen.query_one("#side").set_class(away, "-away")
            self._stage.set_class(away, "-alone")

    def close(self) -> None:
        """The picture ends."""
        self._picture.close()
