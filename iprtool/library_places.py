"""The places that the library leads to, each with its key and the function that makes its screen from the study.

A place's screen is pushed over the library; dismissed with a `Wish`, it leaves the library for that, otherwise the
library is shown again as the study is then.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
from textual.screen import Screen

from iprtool.commands import Command
from iprtool.library.wish import Chosen
from iprtool.store.study import Study

if TYPE_CHECKING:
    from iprtool.screens.study_search import Looked

MakeScreen = Callable[[Study, Chosen], Screen[Any]]
"""Its screen, from the open study and what is chosen in the library; what it needs is imported inside."""


class Place(msgspec.Struct, frozen=True):
    """One place: its id, the letter that leads there, its label and help, and what makes its screen.

    `footer` is its short text in the key line, empty where it has none.
    """

    id: str
    key: str
    label: str
    help: str
    make: MakeScreen
    footer: str = ""


def _scores(study: Study, chosen: Chosen) -> Screen[Any]:
    from iprtool.desk.score_files import StudyScoresAndFiles
    from iprtool.screens.scores import ScoresScreen

    return ScoresScreen(StudyScoresAndFiles(study), chosen.session)


def _new_recall(study: Study, chosen: Chosen) -> Screen[Any]:
    from iprtool.desk.consents import ConsentsDesk
    from iprtool.desk.new_recall import NewRecallDesk
    from iprtool.desk.offers import offers_of, session_chosen
    from iprtool.screens.consents import ConsentsScreen
    from iprtool.screens.new_recall import NewRecallScreen

    session = session_chosen(study, chosen.session)
    return NewRecallScreen(
        NewRecallDesk(study, session),
        offers_of(study, session, datetime.now(UTC).astimezone()),
        chosen.by,
        consents=lambda: ConsentsScreen(ConsentsDesk(study), study.path.stem, chosen.person),
    )


def _consents(study: Study, chosen: Chosen) -> Screen[Any]:
    from iprtool.desk.consents import ConsentsDesk
    from iprtool.screens.consents import ConsentsScreen

    return ConsentsScreen(ConsentsDesk(study), study.path.stem, chosen.person)


@cache
def _looked() -> "Looked":
    from iprtool.screens.study_search import Looked

    return Looked()


def _search(study: Study, _chosen: Chosen) -> Screen[Any]:
    from iprtool.desk.searching import WordsOfStudy
    from iprtool.screens.study_search import StudySearchScreen

    return StudySearchScreen(study.path.stem, WordsOfStudy(study), _looked())


def _codebooks(study: Study, _: Chosen) -> Screen[Any]:
    from iprtool.desk.codebooks import StudyCodebooks
    from iprtool.screens.codebooks import CodebooksScreen

    return CodebooksScreen(StudyCodebooks(study), study.path.stem)


def _guides(study: Study, _: Chosen) -> Screen[Any]:
    from iprtool.desk.guides import StudyGuides
    from iprtool.screens.guides import GuidesScreen

    return GuidesScreen(StudyGuides(study), study.path.stem)


def _history(study: Study, _: Chosen) -> Screen[Any]:
    from iprtool.desk.history import StudyHistory
    from iprtool.screens.history import HistoryScreen

    return HistoryScreen(StudyHistory(study), study.path.stem)


def _export(study: Study, _: Chosen) -> Screen[Any]:
    from iprtool.desk.leaving import StudyExporter
    from iprtool.screens.export import ExportScreen

    return ExportScreen(StudyExporter(study))


def _coding(study: Study, chosen: Chosen) -> Screen[Any]:
    from iprtool.library_codings import coding_form

    return coding_form(study, chosen)


CODING = "begin a coder's coding of the session; unlock or unblind the chosen one; open a supervisor's recall"

PLACES: tuple[Place, ...] = (
    Place("new_recall", "n", "new recall", "begin a recall of the chosen session", _new_recall, "new recall"),
    Place("coding", "b", "coding", CODING, _coding),
    Place("consents", "c", "consents", "what everybody has agreed to, and until when", _consents),
    Place("codebooks", "k", "codebooks", "the words of recalls and codings, in their versions", _codebooks),
    Place("guides", "g", "guide", "the inquirer's leads, in their versions; the printed card", _guides),
    Place("history", "h", "history", "who changed what, when; undo from there", _history),
    Place("scores", "s", "scores", "a session's sheet of scores", _scores),
    Place("search", "f", "search", "find words, codes, themes and ruptures in all sessions", _search),
    Place("export", "p", "export", "what would leave the study, table by table; then it is written", _export),
)
"""One line each. Letters that the library has itself are in `iprtool.commands.library`; the new recall's id is
`new_recall`, since Enter on a recall to come leads there with its session and role chosen."""


def commands_of(places: tuple[Place, ...]) -> tuple[Command, ...]:
    """The places as commands of the library's table."""
    return tuple(
        Command(
            one.id,
            one.key,
            one.key,
            one.label,
            one.help,
            "go",
            footer={"stopped": one.footer} if one.footer else {},
            runs=f"go('{one.id}')",
        )
        for one in places
    )
