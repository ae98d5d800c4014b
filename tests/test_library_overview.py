"""The overview of a study: what is expected, done, open and missing, what is due, and what a filter leaves."""

from datetime import timedelta

import msgspec
import pytest

from iprtool.library.due import Due, due
from iprtool.library.filters import filtered, parsed
from iprtool.library.overview import RecallState, overview
from iprtool.library.report import status_lines
from iprtool.library.roster import Roster
from iprtool.library.wording import counts_words, due_words, status_words
from iprtool.model.consent import Consent
from iprtool.model.score import Score
from iprtool.model.study import Dyad, Person, Recall, Recording, Session
from tests.library_samples import NOW, a_roster, coding, held, lavik


def states(roster: Roster) -> list[RecallState]:
    return [one for session in overview(roster).sessions for one in session.recalls]


def shown_by(text: str, roster: Roster) -> list[tuple[str, list[int]]]:
    whole = overview(roster)
    left = filtered(whole, parsed(text), due(roster, whole, NOW))
    return [(dyad.dyad.label, [one.session.number for one in dyad.sessions]) for dyad in left.dyads]


def test_the_lavik_study_has_47_of_48_recalls() -> None:
    counts = overview(lavik()).counts
    assert (counts.expected, counts.done, counts.open, counts.missing, counts.to_come) == (
        48,
        47,
        0,
        {"declined": 1},
        0,
    )
    assert counts_words(counts) == "47 of 48 · 1 declined"
    (missing,) = [one for one in states(lavik()) if one.status == "missing"]
    assert (missing.session, missing.by, missing.reason) == ("d7-5", "therapist", "declined")
    assert status_words(missing) == "missing: declined"
    assert [len(dyad.sessions) for dyad in overview(lavik()).dyads] == [2] * 12
    assert due(lavik(), overview(lavik()), NOW) == ()


def test_a_session_without_recalls_expects_one_of_the_client_and_one_of_the_therapist() -> None:
    found = states(a_roster())
    assert [(one.by, one.status, one.person and one.person.label) for one in found] == [
        ("client", "to_come", "D05-C"),
        ("therapist", "to_come", "D05-T"),
    ]
    assert counts_words(overview(a_roster()).counts) == "0 of 2 · 2 to come"


def test_client_and_therapist_are_expected_before_anybody_was_named() -> None:
    assert [one.by for one in states(a_roster(persons=()))] == ["client", "therapist"]


def test_a_study_says_whose_recalls_it_expects_and_others_only_of_whom_there_is() -> None:
    roster = a_roster(recalled=("client", "interpreter"))
    assert [one.by for one in states(roster)] == ["client"]
    here = msgspec.structs.replace(roster, persons=(*roster.persons, Person("i", "D05-I", "interpreter", "d")))
    assert [one.by for one in states(here)] == ["client", "interpreter"]


def test_other_recalls_are_shown_and_not_counted() -> None:
    roster = a_roster(recalls=(Recall("x", "s", "researcher", layer="l", status="ended"),))
    found = states(roster)
    assert [(one.by, one.expected) for one in found] == [("client", True), ("therapist", True), ("researcher", False)]
    assert overview(roster).counts.done == 0


def test_a_mutual_recall_is_that_of_both() -> None:
    both = Recall("m", "s", "client", layer="l", status="ended", person="c", also=("t",))
    counts = overview(a_roster(recalls=(both,))).counts
    assert (counts.expected, counts.done) == (2, 2)
    assert [one.person and one.person.id for one in states(a_roster(recalls=(both,)))] == ["c", "t"]


def test_ones_own_recall_comes_before_the_mutual_one() -> None:
    both = Recall("m", "s", "client", layer="l", status="ended", person="c", also=("t",))
    own = Recall("o", "s", "therapist", layer="k", status="open", person="t")
    found = states(a_roster(recalls=(both, own)))
    assert [(one.by, one.recall and one.recall.id) for one in found] == [("client", "m"), ("therapist", "o")]


def test_who_withdrew_before_recalling_is_missing_with_that_reason() -> None:
    roster = a_roster()
    gone = msgspec.structs.replace(roster.persons[0], withdrawn_on="2026-02-01")
    found = states(msgspec.structs.replace(roster, persons=(gone, roster.persons[1])))
    assert [(one.status, one.reason) for one in found] == [("missing", "withdrawn"), ("to_come", None)]


def test_a_recall_of_who_withdrew_after_it_took_place_and_says_so() -> None:
    own = Recall("o", "s", "client", layer="l", status="ended", person="c")
    both = Recall("m", "s", "client", layer="k", status="ended", person="c", also=("t",))
    for made, words in (
        ((own,), ["done · withdrawn", "to come"]),
        ((both,), ["done · withdrawn", "done · withdrawn"]),
        ((both, own), ["done · withdrawn", "done · withdrawn"]),
    ):
        roster = a_roster(recalls=made)
        gone = msgspec.structs.replace(roster.persons[0], withdrawn_on="2026-02-01")
        later = msgspec.structs.replace(roster, persons=(gone, roster.persons[1]))
        assert overview(later).counts == overview(roster).counts
        assert [status_words(one) for one in states(later)] == words
        (_, *lines) = status_lines("A", overview(later))
        assert any("client ✓ done · withdrawn" in line for line in lines)
    (first, *_) = states(a_roster(recalls=(both, own)))
    assert first.recall == own


def test_what_took_place_after_it_was_noted_as_missing_took_place() -> None:
    missing = Recall("m", "s", "client", status="missing", missing_reason="technical")
    later = Recall("o", "s", "client", layer="l", status="ended")
    found = states(a_roster(recalls=(missing, later)))
    assert [(one.by, one.status) for one in found] == [("client", "done"), ("therapist", "to_come")]


def test_a_coder_is_known_by_id_or_by_pseudonym() -> None:
    roster = a_roster(codings=(coding("k", "K1", locked=True), coding("j", "o2")))
    roster = msgspec.structs.replace(roster, persons=(*roster.persons, Person("o2", "K2", "observer")))
    (session,) = overview(roster).sessions
    assert [(one.coder, one.coding.locked) for one in session.codings] == [("K1", True), ("K2", False)]
    assert [person.label for person in overview(roster).staff] == ["K2"]


def test_scores_are_counted_once_they_were_read() -> None:
    assert overview(a_roster()).sessions[0].scores is None
    score = Score("x", "s", "c", "client", "srs", "1", "total", 30.0)
    assert overview(a_roster(scores=(score,))).sessions[0].scores == 1


def test_dyads_come_by_label_and_sessions_by_number() -> None:
    roster = Roster(
        dyads=(Dyad("b", "D02"), Dyad("a", "D01")),
        sessions=(Session("2", "a", 5), Session("1", "a", 3), Session("3", "b", 1)),
    )
    found = [(dyad.dyad.label, [one.session.number for one in dyad.sessions]) for dyad in overview(roster).dyads]
    assert found == [("D01", [3, 5]), ("D02", [1])]


def kinds(roster: Roster) -> list[tuple[str, bool]]:
    return [(one.kind, one.late) for one in due(roster, overview(roster), NOW)]


def test_a_recall_is_due_48_hours_after_its_session_and_then_late() -> None:
    fresh = a_roster(sessions=(Session("s", "d", 3, "2026-03-09T18:00"),))
    first = due(fresh, overview(fresh), NOW)[0]
    assert due_words(first, NOW) == ("D05 · session 3 · client", "recall to come, 48 h end in 30 h")
    assert (first.chosen.session, first.chosen.by, first.late) == ("s", "client", False)
    old = a_roster(sessions=(Session("s", "d", 3, "2026-03-05T12:00"),))
    assert due_words(due(old, overview(old), NOW)[0], NOW)[1] == "recall to come, 48 h ended 3 days ago"
    assert kinds(old) == [("recall", True), ("recall", True)]
    assert kinds(a_roster(recalls=(done_by("client"), missing_by("therapist")))) == []


def done_by(by: str) -> Recall:
    return Recall(by, "s", by, layer="l", status="ended")  # type: ignore[arg-type]  # a role


def missing_by(by: str) -> Recall:
    return Recall(by, "s", by, status="missing", missing_reason="declined")  # type: ignore[arg-type]  # a role


@pytest.mark.parametrize(
    ("until", "expected"),
    [("2026-03-09", [("keep_until", True)]), ("2026-04-01", [("keep_until", False)]), ("2026-06-01", [])],
)
def test_a_recording_is_due_a_month_before_its_day(until: str, expected: list[tuple[str, bool]]) -> None:
    roster = a_roster(recordings=(Recording("r", "s", "m", "ab" * 32, 1, keep_until=until),))
    assert kinds(roster) == expected
    for one in due(roster, overview(roster), NOW):
        assert one.chosen.recording == "r"
        assert until in due_words(one, NOW)[1]


def consent(until: str | None, ident: str = "1", withdrawn_on: str | None = None) -> Consent:
    return Consent(ident, "c", ("research",), "2025-01-01", until, withdrawn_on)


def test_of_who_has_withdrawn_no_consent_is_due() -> None:
    client, therapist = a_roster().persons
    gone = msgspec.structs.replace(client, withdrawn_on="2026-02-01")
    assert kinds(a_roster(persons=(gone, therapist), consents=(consent("2026-03-01"),))) == []


def test_of_a_persons_consents_the_longest_counts() -> None:
    assert kinds(a_roster(consents=(consent("2026-03-01"),))) == [("consent_ends", True)]
    assert kinds(a_roster(consents=(consent("2026-03-01"), consent("2026-03-20", "2")))) == [("consent_ends", False)]
    assert kinds(a_roster(consents=(consent("2026-03-01"), consent(None, "2")))) == []
    assert kinds(a_roster(consents=(consent("2026-03-01", withdrawn_on="2026-02-01"),))) == []
    (one,) = due(a_roster(consents=(consent("2026-03-01"),)), overview(a_roster()), NOW)
    assert due_words(one, NOW) == ("D05 · D05-C", "consent ended 2026-03-01, 9 days ago")


def test_what_was_begun_and_not_finished_is_due_without_a_day_after_all_that_has_one() -> None:
    begun = Recall("o", "s", "client", layer="l", status="open", begun_at_utc="2026-03-08T10:00:00.000+00:00")
    roster = a_roster(
        recalls=(begun, done_by("therapist")),
        codings=(coding("k", "K1"), coding("j", "K2", locked=True)),
        recordings=(Recording("r", "s", "m", "ab" * 32, 1, keep_until="2026-03-09"),),
    )
    found = [due_words(one, NOW) for one in due(roster, overview(roster), NOW)]
    assert found == [
        ("D05 · session 3", "recording to be deleted: kept until 2026-03-09, yesterday"),
        ("D05 · session 3 · client", "recall begun on 2026-03-08 and not closed"),
        ("D05 · session 3 · K1", "coding begun and not locked"),
    ]


def test_late_comes_first() -> None:
    roster = a_roster(
        sessions=(Session("s", "d", 3, held(1)), Session("z", "d", 5, held(9))),
        recordings=(),
        recalls=(done_by("client"),),
    )
    found: list[Due] = list(due(roster, overview(roster), NOW))
    assert [(one.number, one.who, one.late) for one in found] == [
        (5, "client", True),
        (5, "therapist", True),
        (3, "therapist", False),
    ]
    assert found[0].at is not None
    assert found[0].at < (NOW - timedelta(days=6)).isoformat()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("missing", [("D07", [5])]),
        ("declined", [("D07", [5])]),
        ("missing technical", []),
        ("d07", [("D07", [3, 5])]),
        ("D07 session:3", [("D07", [3])]),
        ("D07-T done", [("D07", [3, 5])]),
        ("to-come", []),
        ("due", []),
        ("nobody", []),
    ],
)
def test_a_filter_leaves_the_sessions_of_which_all_its_words_hold(
    text: str, expected: list[tuple[str, list[int]]]
) -> None:
    assert shown_by(text, lavik()) == expected


def test_a_filter_knows_groups_and_nothing_typed_leaves_all() -> None:
    assert [label for label, _ in shown_by("group:poor session:3", lavik())] == [f"D{n:02}" for n in range(2, 13, 2)]
    assert len(shown_by("outcome", lavik())) == 12
    assert shown_by("  ", lavik()) == [(f"D{n:02}", [3, 5]) for n in range(1, 13)]


def test_a_dyad_without_sessions_is_found_by_its_label() -> None:
    roster = Roster(dyads=(Dyad("d", "D05"), Dyad("e", "D06")))
    assert shown_by("d06", roster) == [("D06", [])]
    assert shown_by("d06 missing", roster) == []


def test_due_filters_sessions_and_dyads_with_a_consent_that_ends() -> None:
    roster = msgspec.structs.replace(
        lavik(), consents=(Consent("1", "d3-client", ("research",), "2025-01-01", "2026-03-20"),)
    )
    assert shown_by("due", roster) == [("D03", [3, 5])]
