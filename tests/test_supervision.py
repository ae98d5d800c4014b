"""Supervision: the supervisor makes a layer of their own, which the trainee has only once it was opened."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from iprtool.desk.consents import mark_withdrawn
from iprtool.desk.grants import recall_grant
from iprtool.desk.people import the_only_session
from iprtool.desk.starting import start_recall
from iprtool.desk.supervision import are_open, open_interpretations, supervision_grant
from iprtool.model.errors import IprtoolError
from iprtool.model.layer import Unblinded
from iprtool.model.protocol import PROTOCOLS
from iprtool.model.study import Person, Recall, Session
from iprtool.model.terms import Role
from iprtool.recall.settings import RecallChoice
from iprtool.store.keys import create_open_keyring
from iprtool.store.layer import read_layer
from iprtool.store.study import Study
from tests.store_samples import a_study


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Study]:
    """Session 3 of D05, with a client's recall."""
    monkeypatch.setenv("IPRTOOL_HOME", str(tmp_path / "home"))
    with create_open_keyring(tmp_path / "open.keyring") as keyring, a_study(tmp_path, keyring) as study:
        yield study


def session(study: Study) -> Session:
    return the_only_session(study)[1]


def begin(study: Study, by: Role) -> Recall:
    return start_recall(study, session(study), RecallChoice(by, protocol=PROTOCOLS["supervision"]))


def seen(study: Study) -> list[str]:
    """Whose layers the trainee's screen is granted."""
    grant = supervision_grant(study, *the_only_session(study))
    assert grant.review is None
    assert grant.title == "D05 · session 3 · supervision"
    return [one.by for one in grant.layers]


def test_the_trainee_has_their_own_layer_only_until_the_interpretations_are_opened(study: Study) -> None:
    trainee, supervisor = begin(study, "therapist"), begin(study, "supervisor")
    assert trainee.layer != supervisor.layer
    packed = msgspec.json.encode([recall_grant(study, trainee), supervision_grant(study, *the_only_session(study))])
    assert supervisor.layer is not None
    assert supervisor.layer.encode() not in packed
    assert study.key_of(supervisor.layer).hex().encode() not in packed
    assert seen(study) == ["therapist"]
    assert not are_open(study, session(study))

    open_interpretations(study, session(study), "the write-up is done")
    assert are_open(study, session(study))
    assert seen(study) == ["therapist", "supervisor"]
    assert trainee.layer is not None
    (op,) = read_layer(study.path_of(trainee.layer), study.key_of(trainee.layer)).ops
    assert (op.body, op.actor, op.reason) == (Unblinded(), "supervisor", "the write-up is done")
    open_interpretations(study, session(study))
    assert len(read_layer(study.path_of(trainee.layer), study.key_of(trainee.layer)).ops) == 1


def test_without_the_trainees_recall_or_the_supervisors_there_is_nothing_to_open(study: Study) -> None:
    with pytest.raises(IprtoolError, match="The trainee has no recall for supervision"):
        supervision_grant(study, *the_only_session(study))
    begin(study, "therapist")
    with pytest.raises(IprtoolError, match="The supervisor has made nothing of this session yet"):
        open_interpretations(study, session(study))


def test_nothing_is_looked_at_any_more_once_somebody_in_the_recording_has_withdrawn(study: Study) -> None:
    client = Person("pc", "D05-C", "client", "d")
    study.put(client)
    begin(study, "therapist")
    assert seen(study) == ["therapist"]
    mark_withdrawn(study, client, "2026-01-01")
    with pytest.raises(IprtoolError, match="D05-C withdrew on 2026-01-01"):
        seen(study)


def test_the_supervisors_recall_has_the_professionals_words_and_face(study: Study) -> None:
    recall = begin(study, "supervisor")
    assert recall_grant(study, recall).face == "researcher"
    assert recall.codebook == "therapist-plain"
