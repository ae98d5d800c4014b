"""Consents: whose must hold before a recall opens, for what, until when; and what a withdrawal leaves."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from iprtool.desk.consents import (
    all_consents,
    consents_of,
    give_consent,
    mark_withdrawn,
    may_use,
    person_labelled,
    restore,
    set_purpose,
    standing,
    unmark_withdrawn,
)
from iprtool.desk.grants import recall_grant
from iprtool.desk.people import the_only_session
from iprtool.desk.reviews import review_grant
from iprtool.desk.starting import start_recall
from iprtool.export.allowed import Allowed
from iprtool.model.errors import IprtoolError
from iprtool.model.layer import ConsentSeen
from iprtool.model.protocol import PROTOCOLS
from iprtool.model.study import Person, Recall, Session
from iprtool.model.terms import ConsentScope, Role
from iprtool.recall.settings import RecallChoice
from iprtool.store.keys import create_open_keyring
from iprtool.store.layer import read_layer
from iprtool.store.study import Study
from tests.store_samples import a_study

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
TODAY = "2024-05-01"
LABELS: dict[str, Role] = {"D05-C": "client", "D05-T": "therapist"}


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Study]:
    """Dyad D05 with its client and therapist, session 3 and its recording; a client's recall has begun."""
    monkeypatch.setenv("IPRTOOL_HOME", str(tmp_path / "home"))
    with create_open_keyring(tmp_path / "open.keyring") as keyring, a_study(tmp_path, keyring) as study:
        for label, role in LABELS.items():
            study.put(Person(label.lower(), label, role, "d"))
        yield study


def session(study: Study) -> Session:
    return the_only_session(study, "D05", 3)[1]


def begin(study: Study, by: Role = "therapist", protocol: str | None = None, **fields: object) -> Recall:
    choice = RecallChoice(by, protocol=PROTOCOLS[protocol] if protocol else None)
    return start_recall(study, session(study), msgspec.structs.replace(choice, **fields), another=True, now=NOW)


def test_where_no_consents_are_kept_nothing_is_asked(study: Study) -> None:
    assert begin(study).status == "open"
    for label in LABELS:
        assert may_use(study, person_labelled(study, label), "quotation", TODAY) is None
    assert [one.problem for one in all_consents(study, TODAY)] == [None, None]


def test_from_the_first_consent_on_everybody_needs_one(study: Study) -> None:
    give_consent(study, person_labelled(study, "D05-C"), ["research"], "2024-01-10")
    before = study.recalls(), study.objects()
    with pytest.raises(IprtoolError, match="D05-T has no consent for research; note what was signed with: iprtool con"):
        begin(study)
    assert (study.recalls(), study.objects()) == before
    give_consent(study, person_labelled(study, "D05-T"), ["research"], "2024-01-10")
    assert begin(study).person == "d05-t"


def test_a_recall_pins_the_consent_by_which_it_opened(study: Study) -> None:
    given = give_consent(study, person_labelled(study, "D05-T"), ["research"], "2024-01-10", until="2025-01-10")
    recall = begin(study)
    assert recall.layer is not None
    (op,) = read_layer(study.path_of(recall.layer), study.key_of(recall.layer)).ops
    assert op.body == ConsentSeen("d05-t", given.id, "research", "2025-01-10")
    assert op.actor == "researcher"


@pytest.mark.parametrize(
    ("signed", "until", "why"),
    [
        ("2024-01-10", "2024-04-30", "The consent of D05-T for research ended on 2024-04-30"),
        ("2024-05-02", None, "is dated 2024-05-02, which is still to come"),
        ("2024-05-01", "2024-05-01", None),
    ],
)
def test_a_consent_holds_from_its_first_day_to_its_last(
    study: Study, signed: str, until: str | None, why: str | None
) -> None:
    therapist = person_labelled(study, "D05-T")
    give_consent(study, therapist, ["research"], signed, until=until)
    said = may_use(study, therapist, "research", TODAY)
    assert (said is None) is (why is None)
    if why is None:
        begin(study)
        return
    assert why in (said or "")
    with pytest.raises(IprtoolError, match=why):
        begin(study)


def test_a_recall_that_has_begun_is_checked_again_when_it_is_opened(study: Study) -> None:
    give_consent(study, person_labelled(study, "D05-T"), ["research"], "2020-01-10", until="2020-02-10")
    recall = msgspec.structs.replace(study.recalls()[0], person="d05-t", by="therapist")
    with pytest.raises(IprtoolError, match="ended on 2020-02-10"):
        recall_grant(study, recall)
    give_consent(study, person_labelled(study, "D05-T"), ["research"], "2020-02-11")
    assert recall_grant(study, recall).layer.path.endswith(f"{recall.layer}.db")


def test_the_studys_purpose_says_what_a_consent_must_cover(study: Study) -> None:
    therapist = person_labelled(study, "D05-T")
    give_consent(study, therapist, ["research"], "2024-01-10")
    set_purpose(study, "teaching")
    with pytest.raises(IprtoolError, match="no consent for teaching"):
        begin(study)
    give_consent(study, therapist, ["teaching"], "2024-01-10")
    begin(study)


def test_a_supervision_needs_everybodys_consent_to_it(study: Study) -> None:
    give_consent(study, person_labelled(study, "D05-T"), ["research", "supervision"], "2024-01-10")
    with pytest.raises(IprtoolError, match="D05-C has no consent for supervision"):
        begin(study, protocol="supervision")
    give_consent(study, person_labelled(study, "D05-C"), ["supervision"], "2024-01-10")
    assert begin(study, protocol="supervision").protocol.kind == "supervision"
    assert begin(study, "supervisor", protocol="supervision").by == "supervisor"


def test_a_mutual_recall_needs_both_even_where_no_consents_are_kept(study: Study) -> None:
    before = study.recalls(), study.objects()
    with pytest.raises(IprtoolError, match="D05-C has no consent for research; note what was signed with: iprtool con"):
        begin(study, "client", protocol="mutual")
    study.put(msgspec.structs.replace(person_labelled(study, "D05-T"), dyad=None))
    with pytest.raises(IprtoolError, match="needs the consents of all who take part, so name them: add D05's people"):
        begin(study, "client", protocol="mutual")
    assert (study.recalls(), study.objects()) == before


def test_a_mutual_recall_needs_both_and_logs_both(study: Study) -> None:
    given = give_consent(study, person_labelled(study, "D05-C"), ["research"], "2024-01-10")
    with pytest.raises(IprtoolError, match="D05-T has no consent"):
        begin(study, "client", protocol="mutual")
    other = give_consent(study, person_labelled(study, "D05-T"), ["research"], "2024-01-10")
    recall = begin(study, "client", protocol="mutual")
    assert recall.layer is not None
    layer = read_layer(study.path_of(recall.layer), study.key_of(recall.layer))
    assert [op.body.consent for op in layer.ops if isinstance(op.body, ConsentSeen)] == [given.id, other.id]
    assert recall.also == ("d05-t",)


def test_nobody_noted_in_a_study_that_keeps_consents_is_told(study: Study) -> None:
    give_consent(study, person_labelled(study, "D05-C"), ["research"], "2024-01-10")
    with pytest.raises(IprtoolError, match="nobody is noted as D05's second client; add them first"):
        begin(study, "second_client")
    assert begin(study, "researcher").person is None


# Withdrawal


def test_whoever_withdrew_has_their_planned_recalls_missing_and_none_that_opens(study: Study) -> None:
    therapist = person_labelled(study, "D05-T")
    give_consent(study, therapist, ["research"], "2024-01-10")
    begun = begin(study)
    study.put(Session("s5", "d", 5))
    study.put(Recall("planned", "s5", "therapist"))
    study.put(Recall("hers", "s5", "client"))
    missing = mark_withdrawn(study, therapist, TODAY)
    assert [one.id for one in missing] == ["planned"]
    statuses = {one.id: (one.status, one.missing_reason) for one in study.recalls()}
    assert statuses["planned"] == ("missing", "withdrawn")
    assert statuses["hers"] == ("planned", None)
    assert statuses[begun.id] == ("open", None)
    assert person_labelled(study, "D05-T").withdrawn_on == TODAY
    for opening in (lambda: recall_grant(study, begun), lambda: begin(study)):
        with pytest.raises(IprtoolError, match=f"D05-T withdrew on {TODAY}, so no recall of theirs is opened"):
            opening()
    with pytest.raises(IprtoolError, match="take that back first"):
        give_consent(study, therapist, ["research"], TODAY)


def layers_of_review(study: Study) -> list[str]:
    return [one.by for one in review_grant(study, *the_only_session(study, "D05", 3)).layers]


def test_a_review_leaves_out_whoever_withdrew_unless_a_rule_keeps_it(study: Study) -> None:
    begun = begin(study)
    therapist = person_labelled(study, "D05-T")
    assert layers_of_review(study) == ["client", "therapist"]
    mark_withdrawn(study, therapist, TODAY)
    assert layers_of_review(study) == ["client"]
    assert Allowed(study, NOW.date() - timedelta(days=1)).withdrawn(begun) is None
    unmark_withdrawn(study, therapist)
    assert layers_of_review(study) == ["client", "therapist"]
    mark_withdrawn(study, therapist, TODAY, kept_under="art. 17(3)(d)")
    assert layers_of_review(study) == ["client", "therapist"]
    assert may_use(study, therapist, "research", TODAY) is None
    assert "the study's purpose only" in (may_use(study, therapist, "quotation", TODAY) or "")
    with pytest.raises(IprtoolError, match="withdrew"):
        begin(study)


def test_the_rule_under_which_it_is_kept_stands_with_each_consent_and_goes_with_the_withdrawal(study: Study) -> None:
    therapist = person_labelled(study, "D05-T")
    give_consent(study, therapist, ["research"], "2024-01-10")
    study.put(Recall("declined", "s", "therapist", status="missing", missing_reason="declined"))
    mark_withdrawn(study, therapist, TODAY, kept_under="art. 17(3)(d)")
    assert [(one.withdrawn_on, one.kept_under) for one in consents_of(study, therapist)] == [(TODAY, "art. 17(3)(d)")]
    assert may_use(study, therapist, "research", TODAY) is None
    unmark_withdrawn(study, therapist)
    assert [(one.withdrawn_on, one.kept_under) for one in consents_of(study, therapist)] == [(None, "")]
    declined = next(one for one in study.recalls() if one.id == "declined")
    assert (declined.status, declined.missing_reason) == ("missing", "declined")


def test_a_withdrawal_where_no_consents_are_kept_asks_nothing_of_others(study: Study) -> None:
    mark_withdrawn(study, person_labelled(study, "D05-T"), TODAY, kept_under="rule")
    assert may_use(study, person_labelled(study, "D05-C"), "research", TODAY) is None
    unmark_withdrawn(study, person_labelled(study, "D05-T"))
    assert consents_of(study, person_labelled(study, "D05-T")) == ()


def test_no_recall_of_a_recording_opens_once_somebody_in_it_has_withdrawn(study: Study) -> None:
    recall = begin(study)
    mark_withdrawn(study, person_labelled(study, "D05-C"), TODAY)
    with pytest.raises(IprtoolError, match=f"D05-C withdrew on {TODAY} and is in the recording too"):
        begin(study)
    unmark_withdrawn(study, person_labelled(study, "D05-C"))
    assert recall.id in {one.id for one in study.recalls()}
    assert begin(study).status == "open"


def test_one_scope_alone_may_be_withdrawn(study: Study) -> None:
    therapist = person_labelled(study, "D05-T")
    give_consent(study, therapist, ["research", "quotation"], "2024-01-10")
    assert mark_withdrawn(study, therapist, TODAY, scopes=["quotation"]) == []
    assert may_use(study, therapist, "research", TODAY) is None
    said = may_use(study, therapist, "quotation", TODAY)
    assert said == f"D05-T withdrew the consent for quotation on {TODAY}, so it is not used for that."
    assert person_labelled(study, "D05-T").withdrawn_on is None
    with pytest.raises(IprtoolError, match="no consent for teaching, so there is none to withdraw"):
        mark_withdrawn(study, therapist, TODAY, scopes=["teaching"])


def test_what_was_noted_can_be_put_back(study: Study) -> None:
    client = person_labelled(study, "D05-C")
    give_consent(study, client, ["research"], "2024-01-10")
    study.put(Session("s5", "d", 5))
    study.put(Recall("planned", "s5", "client"))
    before = standing(study, client)
    give_consent(study, client, ["quotation"], "2024-01-10")
    mark_withdrawn(study, client, TODAY)
    restore(study, before)
    assert standing(study, client) == before


@pytest.mark.parametrize(
    ("signed", "until", "why"),
    [
        ("yesterday", None, "'yesterday' is no date; write it like 2026-01-31"),
        ("2024-02-30", None, "is no date"),
        ("2024-01-10", "2023-01-10", "would end on 2023-01-10, before it was signed"),
        ("2999-01-01", None, r"^2999-01-01 is still to come; write when it was signed\.$"),
    ],
)
def test_dates_that_cannot_be_are_told(study: Study, signed: str, until: str | None, why: str) -> None:
    with pytest.raises(IprtoolError, match=why):
        give_consent(study, person_labelled(study, "D05-C"), ["research"], signed, until=until)
    assert consents_of(study, person_labelled(study, "D05-C")) == ()


@pytest.mark.parametrize("scopes", [(), ("research",)])
def test_a_withdrawal_that_is_still_to_come_is_refused(study: Study, scopes: tuple[ConsentScope, ...]) -> None:
    client = person_labelled(study, "D05-C")
    give_consent(study, client, ["research"], date.today().isoformat())
    before = standing(study, client)
    with pytest.raises(IprtoolError, match=r"^2999-01-01 is still to come; write since when they have withdrawn\.$"):
        mark_withdrawn(study, client, "2999-01-01", scopes=scopes)
    assert standing(study, client) == before
    mark_withdrawn(study, client, date.today().isoformat(), scopes=scopes)
    assert standing(study, client) != before


def test_a_person_who_is_not_there_is_told_with_those_who_are(study: Study) -> None:
    with pytest.raises(IprtoolError, match=r"no person 'D09-C' in this study \(persons: D05-C, D05-T\)"):
        person_labelled(study, "D09-C")
