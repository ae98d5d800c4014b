"""What is entered in the library, form by form; why a recall is missing; undo and redo."""

from iprtool.library import editing
from iprtool.library.wording import REASON_WORDS, role_words
from iprtool.model.errors import IprtoolError
from iprtool.model.terms import MissingReason, levels
from iprtool.screens.library_adding import Adding
from iprtool.screens.library_correcting import Correcting
from iprtool.screens.library_form import FormField
from iprtool.screens.library_forms import Values


class Entering(Adding, Correcting):
    """All that can be entered."""

    def missing(self) -> None:
        """Why the chosen recall did not take place."""
        state = self._library.chosen_recall()
        if state is None:
            self._library.entered("Choose a recall first; x then says why it did not take place.")
            return
        if state.status == "done":
            self._library.entered("This recall was done; only one that did not take place is missing.")
            return
        reasons: tuple[MissingReason, ...] = levels(MissingReason)
        choices: list[tuple[str, str]] = [(one, REASON_WORDS[one]) for one in reasons]
        if state.recall is not None and state.status == "missing":
            choices.append(("", "it is to come after all"))
        fields = [FormField("reason", "because", state.reason or "declined", "choice", tuple(choices))]

        def take(values: Values) -> None:
            reason: MissingReason | None = values["reason"] or None  # type: ignore[assignment]  # one of the choices
            self._enter(editing.missing(state, reason, role_words(state.by)))

        self._show(f"The {role_words(state.by)}'s recall did not take place", fields, take)

    def undo(self) -> None:
        """Take back what was entered last."""
        if not self._visit.done:
            self._library.entered("Nothing has been entered here that could be undone.")
            return
        change = self._visit.done[-1]
        try:
            self._shelf.take_back(change)
        except IprtoolError as error:
            self._library.entered(str(error))
            return
        self._visit.undone.append(self._visit.done.pop())
        self._library.entered(f"Undone: {change.what}.")

    def redo(self) -> None:
        """Enter again what was taken back last."""
        if not self._visit.undone:
            self._library.entered("Nothing was taken back that could be entered again.")
            return
        change = self._visit.undone[-1]
        try:
            self._shelf.carry_out(change)
        except IprtoolError as error:
            self._library.entered(str(error))
            return
        self._visit.done.append(self._visit.undone.pop())
        self._library.entered(f"Done again: {change.what}.")
