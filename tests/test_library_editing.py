"""What is entered in the library: its steps, what is refused, and work that waits for its turn."""

import threading
from collections.abc import Callable

import msgspec
import pytest

from iprtool.library import editing
from iprtool.library.dates import iso_moment
from iprtool.library.editing import Change, StudySetting, Value
from iprtool.library.overview import RecallState, overview
from iprtool.library.roster import Roster
from iprtool.library.work import Job, WorkQueue
from iprtool.model.errors import IprtoolError
from iprtool.model.study import Dyad, Person, Recall, Recording, Session
from tests.library_samples import a_roster, coding


def made(change: Change) -> list[Value]:
    assert all(step.was is None for step in change.steps)
    return [step.now for step in change.steps]


def test_a_person_is_added_to_the_dyad_which_is_made_where_it_is_not_there() -> None:
    dyad, person = made(editing.new_person(Roster(), " D01-C ", "client", "D01"))
    assert isinstance(dyad, Dyad)
    assert isinstance(person, Person)
    assert (dyad.label, person.label, person.role, person.dyad) == ("D01", "D01-C", "client", dyad.id)
    (second,) = made(editing.new_person(a_roster(), "D05-I", "interpreter", "D05"))
    assert isinstance(second, Person)
    assert second.dyad == "d"


def test_what_is_said_of_a_person_names_the_dyad_that_was_made_with_them() -> None:
    assert editing.new_person(Roster(), "D06-C", "client", "D06").what == "D06-C added, with a new dyad D06"
    assert editing.new_person(a_roster(), "D05-I", "interpreter", "D05").what == "D05-I added"
    assert editing.new_session(Roster(), "D06", 1).what == "D06, session 1 added, with a new dyad D06"


@pytest.mark.parametrize("label", ["Olsen", "JohnSmith", "anna-Karlsen", "Åse", "Berg.K"])
def test_what_looks_like_a_name_is_found_wherever_it_is_entered(label: str) -> None:
    assert editing.name_entered(editing.new_person(a_roster(), label, "observer")) == label
    assert editing.name_entered(editing.new_dyad(a_roster(), label)) == label
    assert editing.name_entered(editing.new_session(a_roster(), label, 1)) == label
    assert editing.name_entered(editing.changed_person(a_roster(), "c", label, "client", "D05")) == label


@pytest.mark.parametrize("label", ["D05-O", "K1", "anna", "KB", "Dyad5", "d", "OLS"])
def test_a_code_does_not_look_like_a_name(label: str) -> None:
    assert editing.name_entered(editing.new_person(a_roster(), label, "observer")) is None


def test_a_label_that_stays_is_not_asked_about_again() -> None:
    named = a_roster(dyads=(Dyad("d", "Olsen", "a"),))
    assert editing.name_entered(editing.changed_dyad(named, "d", "Olsen", "b")) is None
    assert editing.name_entered(editing.new_person(named, "D05-I", "interpreter", "Olsen")) is None


def test_a_coder_and_an_inquirer_belong_to_no_dyad() -> None:
    (coder,) = made(editing.new_person(a_roster(), "K1", "observer"))
    assert isinstance(coder, Person)
    assert coder.dyad is None
    with pytest.raises(IprtoolError, match=r"^A coder belongs to no dyad: leave the dyad out"):
        editing.new_person(a_roster(), "K1", "observer", "D05")
    with pytest.raises(IprtoolError, match="belongs to a dyad; say which one"):
        editing.new_person(a_roster(), "D05-X", "second_client")


@pytest.mark.parametrize("label", ["Anna Karlsen", "anna@clinic.org", "", "-x", "D" * 25, "D\n1", "\x1b[31m"])
def test_a_name_an_address_and_what_is_no_label_are_refused(label: str) -> None:
    with pytest.raises(IprtoolError, match="short pseudonym"):
        editing.new_person(a_roster(), label, "client", "D05")
    with pytest.raises(IprtoolError, match="short pseudonym"):
        editing.new_dyad(a_roster(), label)
    with pytest.raises(IprtoolError, match=r"short pseudonym|Write the dyad"):
        editing.new_session(a_roster(), label, 1)


@pytest.mark.parametrize(
    ("enter", "said"),
    [
        (lambda roster: editing.new_person(roster, "d05-c", "client", "D05"), "a person d05-c already"),
        (lambda roster: editing.new_dyad(roster, "d05"), "a dyad d05 already"),
        (lambda roster: editing.new_session(roster, "D05", 3), "a session 3 already"),
        (lambda roster: editing.new_session(roster, "D05", 0), "1 or more"),
        (lambda roster: editing.new_session(roster, "D05", 4, "yesterday"), "write it as 2026-03-02 14:50"),
        (lambda roster: editing.new_session(roster, "D05", 4, "2126-03-02 14:50"), "2126-03-02 14:50 is still to come"),
        (lambda roster: editing.changed_session(roster, "s", 3, "2126-03-02"), "2126-03-02 is still to come"),
        (lambda roster: editing.new_dyad(roster, "D06", "x" * 41), "up to 40 letters"),
        (lambda roster: editing.recalled(roster, ()), "one or more of"),
        (lambda roster: editing.recalled(roster, ("observer",)), "one or more of"),
        (lambda roster: editing.changed_recording(roster, "r", "2001-01-01", ()), "past already"),
        (lambda roster: editing.changed_recording(roster, "r", "soon", ()), "not a date"),
        (lambda roster: editing.changed_recording(roster, "r", "", ("client",)), "2 sound channels"),
        (lambda roster: editing.changed_recording(roster, "r", "", ("client", "client")), "more than one channel"),
    ],
)
def test_what_does_not_fit_is_said_in_one_sentence(enter: Callable[[Roster], Change], said: str) -> None:
    with pytest.raises(IprtoolError, match=said) as refused:
        enter(a_roster())
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)


def test_a_session_is_added_and_corrected_with_the_time_at_which_it_ended() -> None:
    (session,) = made(editing.new_session(a_roster(), "D05", 4, "2026-03-02 14:50"))
    assert isinstance(session, Session)
    assert (session.dyad, session.number, session.held_at) == ("d", 4, "2026-03-02T14:50")
    (step,) = editing.changed_session(a_roster(), "s", 3, "2026-03-02").steps
    assert (step.was, step.now) == (Session("s", "d", 3), Session("s", "d", 3, "2026-03-02"))
    assert iso_moment("2026-03-02 14:50:31") == "2026-03-02T14:50"


def test_a_dyads_label_and_group_are_changed_and_its_id_stays() -> None:
    (step,) = editing.changed_dyad(a_roster(), "d", "D50", " good  outcome ").steps
    assert step.now == Dyad("d", "D50", "good outcome")
    (step,) = editing.changed_dyad(a_roster(), "d", "D05", "").steps
    assert step.now == Dyad("d", "D05", None)


def test_who_recalls_or_codes_already_keeps_role_and_dyad() -> None:
    roster = a_roster(recalls=(Recall("o", "s", "client", person="c"),), codings=(coding("k", "K1"),))
    roster = msgspec.structs.replace(roster, persons=(*roster.persons, Person("o1", "K1", "observer")))
    assert editing.changed_person(roster, "c", "D05-A", "client", "D05").steps[0].now == Person(
        "c", "D05-A", "client", "d"
    )
    for ident, role in (("c", "second_client"), ("o1", "researcher")):
        with pytest.raises(IprtoolError, match="recalls or codings already"):
            editing.changed_person(roster, ident, "X1", role, "D05" if ident == "c" else "")  # type: ignore[arg-type]  # a role
    assert editing.changed_person(roster, "t", "D05-T", "co_therapist", "D05").steps[0].now == Person(
        "t", "D05-T", "co_therapist", "d"
    )


def test_a_recording_that_nobody_has_recalled_goes_to_another_session() -> None:
    roster = a_roster(sessions=(Session("s", "d", 3), Session("z", "d", 5)))
    (step,) = editing.changed_recording(roster, "r", "2126-01-01", ("therapist", "client"), "z").steps
    assert isinstance(step.now, Recording)
    assert (step.now.session, step.now.keep_until) == ("z", "2126-01-01")
    assert step.now.channel_speakers == ("therapist", "client")
    used = msgspec.structs.replace(roster, recalls=(Recall("o", "s", "client", recording="r"),))
    with pytest.raises(IprtoolError, match="stays with its session"):
        editing.changed_recording(used, "r", "", (), "z")


def test_a_day_that_has_passed_may_stay_as_it_was() -> None:
    roster = a_roster(recordings=(Recording("r", "s", "m", "ab" * 32, 1, keep_until="2020-01-01"),))
    assert editing.changed_recording(roster, "r", "2020-01-01", ()).steps[0].now == roster.recordings[0]


def state_of(roster: Roster, by: str) -> RecallState:
    return next(one for one in overview(roster).sessions[0].recalls if one.by == by)


def test_a_recall_that_did_not_take_place_has_its_reason_and_may_come_after_all() -> None:
    (recall,) = made(editing.missing(state_of(a_roster(), "therapist"), "declined"))
    assert isinstance(recall, Recall)
    assert (recall.session, recall.by, recall.person, recall.layer) == ("s", "therapist", "t", None)
    assert (recall.status, recall.missing_reason) == ("missing", "declined")
    (step,) = editing.missing(state_of(a_roster(recalls=(recall,)), "therapist"), None).steps
    assert step.now == msgspec.structs.replace(recall, status="planned", missing_reason=None)
    (step,) = editing.missing(state_of(a_roster(recalls=(recall,)), "therapist"), "technical").steps
    assert step.now == msgspec.structs.replace(recall, missing_reason="technical")


def test_a_recall_that_was_begun_may_be_given_up_and_one_that_was_done_is_not_missing() -> None:
    begun = Recall("o", "s", "client", layer="l", status="open")
    given_up = editing.missing(state_of(a_roster(recalls=(begun,)), "client"), "technical").steps[0].now
    assert isinstance(given_up, Recall)
    assert (given_up.id, given_up.layer, given_up.status) == ("o", "l", "missing")
    assert editing.missing(state_of(a_roster(recalls=(given_up,)), "client"), None).steps[0].now == begun
    ended = msgspec.structs.replace(begun, status="ended")
    with pytest.raises(IprtoolError, match="was done"):
        editing.missing(state_of(a_roster(recalls=(ended,)), "client"), "declined")
    with pytest.raises(IprtoolError, match="still to come"):
        editing.missing(state_of(a_roster(), "client"), None)


def test_whose_recalls_are_expected_is_a_change_like_others() -> None:
    (step,) = editing.recalled(a_roster(), ("interpreter", "client")).steps
    assert (step.was, step.now) == (
        StudySetting("recalled", "client,therapist"),
        StudySetting("recalled", "client,interpreter"),
    )


def test_the_next_label_and_number_follow_the_last() -> None:
    assert editing.next_label(Roster()) == "D01"
    assert editing.next_label(a_roster()) == "D06"
    assert editing.next_number(a_roster(), "d") == 4
    assert editing.next_number(a_roster(), "other") == 1


def test_work_is_done_one_after_another_and_says_how_far_it_is() -> None:
    queue = WorkQueue()
    seen: list[tuple[str, str, int]] = []

    def noted(job: Job) -> None:
        seen.append((job.label, job.state, int(job.part * 100)))

    queue.on_change = noted

    def work(progress: Callable[[float], None]) -> str:
        for part in (0.001, 0.5, 0.501, 1.0):
            progress(part)
        return "well"

    queue.add("one", work)
    queue.add("two", work)
    queue.wait()
    assert [(job.state, job.said, job.part) for job in queue.jobs] == [("done", "well", 1.0)] * 2
    assert seen == [
        (label, state, part)
        for label in ("one", "two")
        for state, part in (("running", 0), ("running", 50), ("running", 100), ("done", 100))
    ]
    assert queue.unfinished == []
    queue.close()


def test_work_that_fails_says_why_and_the_next_goes_on() -> None:
    queue = WorkQueue()

    def refused(_: Callable[[float], None]) -> str:
        raise IprtoolError("No.")

    def broken(_: Callable[[float], None]) -> str:
        raise OSError(28, "No space left on device")

    queue.add("refused", refused)
    queue.add("broken", broken)
    queue.add("good", lambda _: "done")
    queue.wait()
    assert [(job.state, job.said) for job in queue.jobs] == [
        ("failed", "No."),
        ("failed", "It could not be done (No space left on device); look to the disk and try again."),
        ("done", "done"),
    ]
    queue.close()


def test_work_is_cancelled_where_it_is_and_what_waits_is_not_begun() -> None:
    queue = WorkQueue()
    began, may_go_on = threading.Event(), threading.Event()

    def long(progress: Callable[[float], None]) -> str:
        began.set()
        may_go_on.wait(30)
        progress(0.5)
        return "never"

    first = queue.add("first", long)
    second = queue.add("second", lambda _: "never")
    began.wait(30)
    queue.cancel(second.number)
    queue.cancel(first.number)
    may_go_on.set()
    queue.close()
    assert [(job.state, job.said) for job in queue.jobs] == [
        ("cancelled", "nothing was added"),
        ("cancelled", "not begun"),
    ]
