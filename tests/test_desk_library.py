"""The desk below the library: who has a role, what is entered and taken back, what is settled, what is granted."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from iprtool.desk.people import person_of
from iprtool.desk.roster import carry_out, roster_of, settle, take_back, with_records
from iprtool.desk.wishes import wished_grant
from iprtool.edits import Hand
from iprtool.library import editing
from iprtool.library.overview import overview
from iprtool.library.wish import Wish
from iprtool.model.consent import Consent
from iprtool.model.errors import IprtoolError, StoreError
from iprtool.model.grant import RecallGrant, ReviewGrant
from iprtool.model.layer import Closed
from iprtool.model.score import Score
from iprtool.model.study import Dyad, Person, Recall, Session
from iprtool.store.keys import create_open_keyring
from iprtool.store.layer import LayerFile
from iprtool.store.study import Study
from tests.store_samples import a_study


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Study]:
    """Dyad D05 with session 3, its recording, and a client's open recall of it."""
    monkeypatch.setenv("IPRTOOL_HOME", str(tmp_path / "home"))
    with create_open_keyring(tmp_path / "open.keyring") as keyring, a_study(tmp_path, keyring) as study:
        yield study


def test_who_has_a_role_is_made_once_with_a_pseudonym_that_nobody_has(study: Study) -> None:
    (dyad,) = study.dyads()
    study.put(Person("x", "D05-T", "observer"))
    client, therapist = person_of(study, dyad, "client"), person_of(study, dyad, "therapist")
    assert (client.label, client.dyad) == ("D05-C", "d")
    assert (therapist.label, therapist.dyad) == ("D05-T.2", "d")
    assert person_of(study, dyad, "client") == client
    assert person_of(study, dyad, "researcher").label == "R1"
    assert person_of(study, dyad, "researcher").dyad is None
    assert len(study.persons()) == 4


def test_a_change_is_carried_out_taken_back_and_kept_in_the_history(study: Study) -> None:
    change = editing.new_person(roster_of(study), "D06-C", "client", "D06")
    carry_out(study, change)
    assert [one.label for one in study.dyads()] == ["D05", "D06"]
    take_back(study, change)
    assert [one.label for one in study.dyads()] == ["D05"]
    assert study.persons() == []
    assert [one.value is None for one in study.roster.history() if one.kind == "person"] == [False, True]


def test_what_was_changed_since_is_not_taken_back(study: Study) -> None:
    change = editing.changed_dyad(roster_of(study), "d", "D50", "")
    carry_out(study, change)
    study.put(Dyad("d", "D51"))
    with pytest.raises(IprtoolError, match="changed since"):
        take_back(study, change)
    assert study.dyads() == [Dyad("d", "D51")]


def test_what_was_changed_elsewhere_is_not_written_over(study: Study) -> None:
    change = editing.changed_dyad(roster_of(study), "d", "D50", "")
    study.put(Dyad("d", "D05", "group of another process"))
    with pytest.raises(IprtoolError, match="changed elsewhere"):
        carry_out(study, change)
    assert study.dyads() == [Dyad("d", "D05", "group of another process")]


@pytest.mark.parametrize("kind", ["session", "person"])
def test_a_dyad_to_which_something_belongs_stays(study: Study, kind: str) -> None:
    change = editing.new_dyad(roster_of(study), "D06")
    carry_out(study, change)
    ident = change.steps[0].now.id
    study.put(Session("later", ident, 1) if kind == "session" else Person("later", "X", "client", ident))
    with pytest.raises(StoreError, match="belongs to this by now"):
        take_back(study, change)
    assert len(study.dyads()) == 2


def test_a_session_that_was_recalled_stays(study: Study) -> None:
    change = editing.new_session(roster_of(study), "D05", 4)
    carry_out(study, change)
    study.put(Recall("later", change.steps[0].now.id, "client", status="missing", missing_reason="declined"))
    with pytest.raises(StoreError, match="belongs to this by now"):
        take_back(study, change)


def test_settings_of_the_study_are_changes_too(study: Study) -> None:
    roster = roster_of(study)
    changes = [editing.recalled(roster, ("client",)), editing.contact_card(roster, " Call us. ")]
    for change in changes:
        carry_out(study, change)
    assert (roster_of(study).recalled, study.contact) == (("client",), "Call us.")
    for change in reversed(changes):
        take_back(study, change)
    assert (roster_of(study).recalled, study.contact) == (("client", "therapist"), "")


def test_consents_and_scores_come_from_the_persons_own_objects(study: Study) -> None:
    person = person_of(study, study.dyads()[0], "client")
    consent = Consent("c1", person.id, ("research",), "2026-01-01")
    score = Score("s1", "s", person.id, "client", "srs", "1", "total", 30.0)
    with study.record_of(person) as record:
        record.add("consent", "c1", consent)
        record.add("score", "s1", score)
    roster = with_records(study, roster_of(study))
    assert (roster.consents, roster.scores) == ((consent,), (score,))
    assert roster_of(study).consents is None
    assert overview(roster).sessions[0].scores == 1


def test_what_was_closed_in_its_layer_is_settled_and_what_cannot_be_read_is_left(study: Study) -> None:
    (recall,) = study.recalls()
    assert recall.layer is not None
    study.put(Recall("gone", "s", "therapist", layer="nowhere", status="open"))
    with LayerFile(study.path_of(recall.layer), study.key_of(recall.layer)) as log:
        log.commit([Hand("client", "dev").op(recall.layer, Closed("fine"))]).result()
    settle(study)
    assert [one.status for one in study.recalls()] == ["ended", "open"]


def test_a_wish_is_granted_with_the_way_back_where_it_takes_the_librarys_place(study: Study) -> None:
    recall = wished_grant(study, Wish("recall", "c"))
    assert isinstance(recall, RecallGrant)
    assert recall.back == str(study.path.absolute())
    review = wished_grant(study, Wish("review", "s"))
    assert isinstance(review, ReviewGrant)
    assert review.back is None
    with pytest.raises(IprtoolError, match="not in the study any more"):
        wished_grant(study, Wish("review", "gone"))
