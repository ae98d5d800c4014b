"""The study as the library's screens see it."""

from pathlib import Path

from iprtool.library.roster import RECALLED, Roster
from iprtool.model.terms import Role, levels
from iprtool.store.study import Study

_RECALLED = "recalled"


def roster_of(study: Study) -> Roster:
    """The roster's values, without what is in the persons' own objects."""
    return Roster(
        dyads=tuple(study.dyads()),
        persons=tuple(study.persons()),
        sessions=tuple(study.sessions()),
        recordings=tuple(study.recordings()),
        recalls=tuple(study.recalls()),
        codings=tuple(study.codings()),
        recalled=recalled_roles(study),
    )


def recalled_roles(study: Study) -> tuple[Role, ...]:
    """The roles whose recall of each session the study expects."""
    kept = study.setting(_RECALLED)
    known: tuple[Role, ...] = levels(Role)  # type: ignore[assignment]  # they are the roles
    return RECALLED if kept is None else tuple(role for role in known if role in kept.split(","))


class StudyOnShelf:
    """An open study, which stays its owner's to close."""

    def __init__(self, study: Study) -> None:
        self._study = study

    @property
    def name(self) -> str:
        """The folder's name without its ending."""
        return Path(self._study.path).stem

    def roster(self) -> Roster:
        """The roster as it stands."""
        return roster_of(self._study)

    def settle(self) -> None:
        """Whether open recalls were closed, as their layers say."""
        from iprtool.desk.recalls import settled

        for recall in self._study.recalls():
            if recall.status == "open":
                settled(self._study, recall)
