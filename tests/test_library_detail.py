"""What the library tells of the study, a recording, a recall and a person."""

from datetime import timedelta

import msgspec
import pytest

from iprtool.library.dates import moment_of
from iprtool.library.overview import overview
from iprtool.library.roster import Roster
from iprtool.library.wish import Chosen
from iprtool.model.consent import Consent
from iprtool.screens.library_detail import detail
from tests.library_samples import NOW, a_roster, lavik


def told(roster: Roster, **chosen: str) -> str:
    return detail("A", roster, overview(roster), (), Chosen(**chosen), NOW).plain  # type: ignore[arg-type]  # a role


def test_of_the_study_which_recall_is_missing_and_why() -> None:
    text = told(lavik())
    assert "recalls: 47 of 48 · 1 declined" in text
    assert "D07 · session 5 · therapist: declined" in text


def test_of_a_recall_who_asked_where_and_how_long_after_the_session() -> None:
    text = told(lavik(), dyad="d1", session="d1-3", by="client")
    for line in ("by D01-C", "protocol: person-centred", "inquirer: R1", "place: clinic", "20 h after the session"):
        assert line in text
    assert "48 h" not in text


@pytest.mark.parametrize(("hours", "late"), [(48, False), (49, True)])
def test_of_a_recall_that_came_late_that_it_did(hours: int, late: bool) -> None:
    roster = lavik()
    session, (first, *others) = roster.sessions[0], roster.recalls
    begun = moment_of(session.held_at or "", NOW) + timedelta(hours=hours)
    first = msgspec.structs.replace(first, begun_at_utc=begun.isoformat())
    text = told(msgspec.structs.replace(roster, recalls=(first, *others)), dyad="d1", session=session.id, by="client")
    assert f"{hours} h after the session" in text
    assert ("later than 48 h" in text) is late


def test_of_a_recording_until_when_it_is_kept_and_who_is_on_which_channel() -> None:
    (recording,) = a_roster().recordings
    kept = msgspec.structs.replace(recording, keep_until="2026-03-20", channel_speakers=("therapist", "client"))
    text = told(a_roster(recordings=(kept,)), dyad="d", session="s")
    assert "kept until 2026-03-20, in 10 days" in text
    assert "channels, left first: therapist, client" in text


def test_of_a_person_to_what_they_consented_until_when_and_what_they_withdrew() -> None:
    holds = Consent("1", "c", ("research",), "2026-01-10", "2026-03-20")
    gone = Consent("2", "c", ("quotation",), "2026-01-10", withdrawn_on="2026-03-01")
    text = told(a_roster(consents=(holds, gone)), dyad="d", person="c")
    assert "consent to research, signed 2026-01-10 until 2026-03-20, in 10 days" in text
    assert "consent to quotation, signed 2026-01-10, withdrawn 2026-03-01" in text
