"""What consents allow to leave, and withdrawals to be shown: by recall, coding and score, on one day."""

from collections.abc import Iterable
from datetime import date

import msgspec

from iprtool.export.rows import Withheld
from iprtool.model.consent import UNASKED, Consent, use_problem
from iprtool.model.score import Score
from iprtool.model.study import Coding, Person, Recall, Session
from iprtool.model.terms import ConsentScope, Role
from iprtool.store.study import Study

KEPT, PURPOSE = "consents", "purpose"
"""Settings of the study: whether it keeps consents ("kept"), and what it is for (research, unless set otherwise)."""


class Allowed:
    """A recall leaves by the consents of those who made it; a coding, which is of all who are in the recording, by all
    of the dyad's; a score by that of whose form it is. What researchers, observers and supervisors made of a session,
    whether recall or score, leaves as a coding does.

    After a withdrawal nothing leaves, unless it is kept under a rule (`iprtool.model.consent.use_problem`), and nothing
    is shown in the study either.
    """

    def __init__(self, study: Study, on: date) -> None:
        self._on = on.isoformat()
        self._keeps = study.setting(KEPT) == "kept"
        self._purpose: ConsentScope = msgspec.convert(study.setting(PURPOSE) or "research", ConsentScope)
        self._persons = {one.id: one for one in study.persons()}
        self._study = study
        self._consents: dict[str, tuple[Consent, ...]] = {}
        self._dyad_of = {one.id: one.dyad for one in study.sessions()}
        self._labels = {one.id: one.label for one in study.dyads()}

    def recall(self, recall: Recall) -> Withheld | None:
        """Why the content of a recall does not leave, or None."""
        if recall.layer is None:
            return None
        if recall.by in UNASKED:
            return self._all_of(recall.session)
        makers = self._makers(recall)
        if not makers:
            return self._nobody(recall.session, recall.by.replace("_", " "))
        if any(one not in self._persons for one in recall.also):
            return self._nobody(recall.session, "other one in a mutual recall") or self._of(makers)
        return self._of(makers)

    def coding(self, coding: Coding) -> Withheld | None:
        """Why the content of a coding does not leave, or None."""
        return self._all_of(coding.session)

    def score(self, score: Score, person: Person) -> Withheld | None:
        """Why a score, kept with this person, does not leave, or None."""
        return self._all_of(score.session) if person.role in UNASKED else self._of([person])

    def withdrawn(self, what: Recall | Coding | Session) -> str | None:
        """Why a recall, a coding or what is of all who are in a session is not shown: somebody withdrew; or None."""
        match what:
            case Recall():
                why = self.recall(what)
            case Coding():
                why = self.coding(what)
            case Session():
                why = self._all_of(what.id)
        return why.sentence if why is not None and why.why == "withdrawn" else None

    def gone(self, session: Session) -> dict[Role, str]:
        """Who of those in a session has withdrawn, so that nothing of theirs is shown: why, by role."""
        return {
            one.role: why.sentence
            for one in self._in_session(session.id)
            if (why := self._of([one])) is not None and why.why == "withdrawn"
        }

    def quotation(self, recall: Recall) -> bool | None:
        """Whether all who made a recall consented to quotation; None where nobody is asked."""
        if not self._keeps or recall.layer is None or recall.by in UNASKED:
            return None
        makers = [one for one in self._makers(recall) if one.role not in UNASKED]
        return bool(makers) and all(self._problem(one, "quotation") is None for one in makers)

    def _makers(self, recall: Recall) -> list[Person]:
        """Who made a recall, as far as they are in the roster; where it names nobody, the one who has the role."""
        named = [
            self._persons[one] for one in (recall.person, *recall.also) if one is not None and one in self._persons
        ]
        if recall.person is not None:
            return named
        of_role = [one for one in self._in_session(recall.session) if one.role == recall.by]
        return [*(of_role if len(of_role) == 1 else []), *named]

    def _in_session(self, session: str) -> list[Person]:
        dyad = self._dyad_of.get(session)
        return [one for one in self._persons.values() if one.dyad is not None and one.dyad == dyad]

    def _all_of(self, session: str) -> Withheld | None:
        persons = self._in_session(session)
        return self._of(persons) if persons else self._nobody(session, "client or therapist")

    def _nobody(self, session: str, who: str) -> Withheld | None:
        """Where consents are kept, there is none of whom nobody has noted."""
        if not self._keeps:
            return None
        dyad = self._labels[self._dyad_of[session]]
        return Withheld("no_consent", f"Nobody is noted as {dyad}'s {who}, so there is no consent; add the person.")

    def _of(self, persons: Iterable[Person]) -> Withheld | None:
        """The first reason there is; that somebody withdrew comes before that a consent is lacking."""
        found: list[Withheld] = []
        for person in persons:
            problem = self._problem(person, self._purpose)
            if problem is not None:
                gone = person.withdrawn_on is not None and self._on >= person.withdrawn_on
                found.append(Withheld("withdrawn" if gone else "no_consent", problem))
        return min(found, key=lambda one: one.why != "withdrawn", default=None)

    def _problem(self, person: Person, scope: ConsentScope) -> str | None:
        if person.id not in self._consents:
            self._consents[person.id] = () if person.role in UNASKED else _consents(self._study, person)
        consents = self._consents[person.id]
        return use_problem(person, consents, scope, self._on, purpose=self._purpose, keeps_consents=self._keeps)


def _consents(study: Study, person: Person) -> tuple[Consent, ...]:
    if person.sealed is None:
        return ()
    with study.record_of(person) as record:
        return tuple(record.all("consent", Consent))
