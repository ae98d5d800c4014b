"""A new recall as its screen asks for it: whether all have agreed, whether anything is heard, and its beginning."""

from datetime import UTC, datetime

from iprtool.desk.consents import consents_of
from iprtool.desk.people import dyad_of
from iprtool.desk.recalls import consents_for, scope_of
from iprtool.desk.starting import start_recall, taking_part
from iprtool.model.consent import UNASKED, consent_text
from iprtool.model.errors import IprtoolError
from iprtool.model.protocol import RecallProtocol
from iprtool.model.study import Session
from iprtool.player.sound_check import check_sound
from iprtool.recall.beginning import ConsentCheck
from iprtool.recall.settings import RecallChoice
from iprtool.store.study import Study


class NewRecallDesk:
    """The desk at which a recall of one session is begun; any thread may call, the study's roster keeps them apart."""

    def __init__(self, study: Study, session: Session) -> None:
        self._study = study
        self._session = session

    def consents(self, choice: RecallChoice) -> ConsentCheck:
        """The consents by which it would open, a line each, or why it may not."""
        study = self._study
        protocol = choice.protocol or RecallProtocol()
        persons = taking_part(study, self._session, choice, protocol)
        today = datetime.now(UTC).astimezone().date()
        try:
            consents_for(study, dyad_of(study, self._session), choice.by, persons, protocol, today)
        except IprtoolError as error:
            return ConsentCheck(problem=str(error))
        scope, on = scope_of(study, protocol), today.isoformat()
        given = [(one, consents_of(study, one)) for one in persons if one.role not in UNASKED]
        lines = [
            f"{person.label}: {consent_text(consent)}"
            for person, consents in given
            for consent in [one for one in consents if one.covers(scope, on)][-1:]
        ]
        return ConsentCheck(tuple(lines))

    def sound(self) -> str | None:
        """Sound a short tone; what it went to, None where there is nothing to be heard from."""
        return check_sound()

    def begin(self, choice: RecallChoice, *, another: bool) -> str:
        """Begin it; its id. IprtoolError where it cannot be."""
        return start_recall(self._study, self._session, choice, another=another).id
