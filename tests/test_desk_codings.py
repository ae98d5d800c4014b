"""The researcher's desk: codings begun, granted, settled, unlocked and unblinded; versions that are not mixed."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from iprtool.cli.coding import _cells
from iprtool.codebooks.loader import shipped
from iprtool.coding.progress import Progress
from iprtool.console import in_columns
from iprtool.desk.codings import (
    CodingState,
    begin_coding,
    coder_may_review,
    coding_by,
    coding_codebook,
    coding_grant,
    coding_states,
    new_coder_doubt,
    settled_coding,
    the_coding,
    unblind_coding,
    unlock_coding,
)
from iprtool.desk.consents import give_consent, mark_withdrawn
from iprtool.desk.people import the_only_session
from iprtool.edits import Hand
from iprtool.model.coding import SegmentSeen
from iprtool.model.errors import IprtoolError, StoreError
from iprtool.model.grant import CodingGrant
from iprtool.model.layer import LayerContent, Locked, OpBody, Put, Unblinded, Unlocked
from iprtool.model.study import Coding, Dyad, Person, Session
from iprtool.store.derived import write_transcript
from iprtool.store.keys import Keyring
from iprtool.store.layer import LayerFile, read_layer
from iprtool.store.study import Study
from iprtool.store.verify import verify_study
from tests.store_samples import a_study

OLD, NEW = shipped("3rs-2015"), shipped("3rs-2022")


@pytest.fixture
def study(tmp_path: Path, keyring: Keyring, monkeypatch: pytest.MonkeyPatch) -> Iterator[Study]:
    """Dyad D05 with session 3, its recording with transcript, and a client's recall of it."""
    monkeypatch.setenv("IPRTOOL_HOME", str(tmp_path / "home"))
    with a_study(tmp_path, keyring) as study:
        (recording,) = study.recordings()
        words, path, key = study.new_object("derived")
        write_transcript(path, key, [])
        study.put(msgspec.structs.replace(recording, transcript=words))
        yield study


def the_session(study: Study) -> Session:
    return the_only_session(study)[1]


def coded(study: Study, coder: str = "K1", **more: int) -> Coding:
    return begin_coding(study, the_session(study), coder, codebook=OLD, **more)


def write(study: Study, coding: Coding, *bodies: OpBody) -> None:
    with LayerFile(study.path_of(coding.layer), study.key_of(coding.layer)) as log:
        log.commit([Hand("coder", "dev").op("e", body) for body in bodies]).result(30)


def layer(study: Study, coding: Coding) -> LayerContent:
    return read_layer(study.path_of(coding.layer), study.key_of(coding.layer))


def test_a_new_coding_pins_its_codebook_and_its_segments(study: Study) -> None:
    coding = coded(study, segment_ms=60_000)
    head = layer(study, coding).head
    assert (head.purpose, head.by, head.segment_ms, head.codebook) == ("coding", "observer", 60_000, OLD)
    assert (head.layer, head.recall, head.duration_ms) == (coding.layer, coding.id, 1_000)
    assert head.title == "D05 · session 3 · coding by K1"
    assert study.codings() == [coding]
    assert coding_by(study, the_session(study), "K1") == coding
    assert [(one.label, one.role, one.dyad) for one in study.persons()] == [("K1", "observer", None)]
    assert verify_study(study) == []


def test_a_coding_whose_layer_is_gone_is_found(study: Study) -> None:
    coding = coded(study)
    study.path_of(coding.layer).unlink()
    assert [finding.object for finding in verify_study(study)] == [coding.layer]


def test_the_coders_process_is_given_no_other_layer(study: Study) -> None:
    first, second = coded(study), coded(study, "K2")
    grant = coding_grant(study, second)
    assert isinstance(grant, CodingGrant)
    (recording,) = study.recordings()
    granted = {Path(one.path).stem for one in (grant.layer, grant.media, grant.peaks, grant.transcript) if one}
    assert granted == {second.layer, recording.media, recording.peaks, recording.transcript}
    assert first.layer not in msgspec.json.encode(grant).decode()
    assert grant.back is None
    assert coding_grant(study, second, back=True).back == str(study.path.absolute())


def test_one_coder_codes_a_session_once(study: Study) -> None:
    coded(study)
    with pytest.raises(IprtoolError, match="K1 codes this session already"):
        coded(study)


@pytest.mark.parametrize("label", ["", "K 1", "a" * 30, "../K"])
def test_a_coders_label_is_a_pseudonym(study: Study, label: str) -> None:
    with pytest.raises(IprtoolError, match="short pseudonym"):
        coded(study, label)


def test_a_participant_codes_no_session(study: Study) -> None:
    study.put(Person("p", "D05-C", "client", "d"))
    with pytest.raises(IprtoolError, match="D05-C is a participant of this study"):
        coded(study, "D05-C")


def test_two_versions_of_the_3rs_are_not_mixed(study: Study) -> None:
    coded(study)
    with pytest.raises(IprtoolError, match="This study is coded with 3RS-2015, and the versions of the 3RS are not"):
        begin_coding(study, the_session(study), "K2", codebook=NEW)
    own = msgspec.structs.replace(NEW, id="3rs-2022-with-anchors")
    with pytest.raises(IprtoolError, match="are not mixed in one study"):
        begin_coding(study, the_session(study), "K2", codebook=own)
    other = shipped("client-reactions-1988")
    assert begin_coding(study, the_session(study), "K2", codebook=other).codebook == other.id
    assert len(study.codings()) == 2


def test_a_study_goes_on_with_the_codebook_that_it_has_begun_with(study: Study) -> None:
    assert coding_codebook(study, None).id == "3rs-2015"
    own = msgspec.structs.replace(NEW, version="1.0-ours")
    begin_coding(study, the_session(study), "K1", codebook=own)
    assert coding_codebook(study, None) == own
    assert coding_codebook(study, "3rs-2015") == OLD


def test_nothing_is_left_of_a_coding_that_could_not_be_begun(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {one.id for one in study.objects()}

    def refuse(_value: object) -> None:
        raise StoreError("The disk is full: free some room.")

    monkeypatch.setattr(study, "put", refuse)
    with pytest.raises(StoreError, match="disk is full"):
        coded(study)
    monkeypatch.undo()
    assert {one.id for one in study.objects()} == before
    assert study.codings() == []


def test_the_roster_takes_over_from_the_layer_that_it_is_locked(study: Study) -> None:
    coding = coded(study)
    write(study, coding, Put(SegmentSeen(0)), Locked())
    assert not study.codings()[0].locked
    (state,) = coding_states(study)
    assert (state.dyad, state.session, state.coding.locked) == ("D05", 3, True)
    assert state.progress is not None
    assert (state.progress.finished, state.progress.segments, state.progress.rated) == (1, 1, 0)
    assert study.codings()[0].locked
    write(study, coding, Unlocked())
    assert not settled_coding(study, study.codings()[0]).locked
    assert not study.codings()[0].locked


def test_a_coding_whose_layer_is_gone_does_not_hide_the_others(study: Study) -> None:
    gone, there = coded(study), coded(study, "K2")
    study.path_of(gone.layer).unlink()
    assert [(one.coding, one.progress is None) for one in coding_states(study)] == [(gone, True), (there, False)]


def test_codings_are_listed_in_columns() -> None:
    coding = Coding("c", "s", "coder-of-a-long-label", "l", "r", "3rs-2015", "1.0", 300_000)
    short = msgspec.structs.replace(coding, coder="K1", codebook="own")
    states = [
        CodingState(coding, "D05", 3, Progress(11, 11, 5, 5, 14, False)),
        CodingState(short, "D05", 12, Progress(3, 3, 5, 5, 3, False)),
    ]
    lines = in_columns([_cells(one) for one in states])
    for word in ("session", "segments", "codes", "open"):
        assert len({line.index(word) for line in lines}) == 1


def test_a_coding_is_unlocked_with_its_reason(study: Study) -> None:
    coding = coded(study)
    with pytest.raises(IprtoolError, match="not locked, so there is nothing to unlock"):
        unlock_coding(study, coding, "why")
    write(study, coding, Locked())
    with pytest.raises(IprtoolError, match="needs its reason"):
        unlock_coding(study, coding, "  ")
    assert not unlock_coding(study, coding, " a segment was skipped ").locked
    content = layer(study, coding)
    assert (content.ops[-1].kind, content.ops[-1].reason) == ("unlock", "a segment was skipped")
    assert not content.locked
    assert not study.codings()[0].locked


def test_a_coder_sees_the_others_only_once_locked_and_unblinded(study: Study) -> None:
    coding = coded(study)
    assert coder_may_review(study, coding) == "K1 sees no other layer until their own coding is locked."
    with pytest.raises(IprtoolError, match="not locked yet, and a coder sees no other layer"):
        unblind_coding(study, coding)
    write(study, coding, Locked())
    assert "still blind" in (coder_may_review(study, coding) or "")
    assert unblind_coding(study, coding, "all have coded ").unblinded
    unblind_coding(study, coding)
    assert [(op.kind, op.reason) for op in layer(study, coding).ops[1:]] == [("unblind", "all have coded")]
    assert study.codings()[0].unblinded
    assert coder_may_review(study, study.codings()[0]) is None


def test_who_has_seen_the_others_changes_their_coding_no_more(study: Study) -> None:
    coding = coded(study)
    write(study, coding, Locked(), Unblinded())
    assert settled_coding(study, coding).unblinded
    with pytest.raises(IprtoolError, match="K1 has been let see the other layers, so this coding stays"):
        unlock_coding(study, coding, "a second thought")
    assert layer(study, coding).locked


def test_letters_however_written_are_one_coder(study: Study) -> None:
    coding = coded(study)
    assert coding_by(study, the_session(study), "k1") == coding
    with pytest.raises(IprtoolError, match="K1 codes this session already"):
        coded(study, "k1")
    assert [one.label for one in study.persons()] == ["K1"]
    study.put(Person("p", "D05-C", "client", "d"))
    with pytest.raises(IprtoolError, match="d05-c is a participant"):
        coded(study, "d05-c")


def test_a_coder_whom_the_study_does_not_know_is_doubted_where_it_has_coders(study: Study) -> None:
    assert new_coder_doubt(study, "K1") is None
    assert new_coder_doubt(study, "Olsen") == "Olsen looks like a name, where a code such as K1 keeps it out"
    coded(study)
    assert new_coder_doubt(study, "k1") is None
    assert new_coder_doubt(study, "K77") == "There is no coder 'K77' in this study (coders: K1)"
    with pytest.raises(IprtoolError, match="short pseudonym"):
        new_coder_doubt(study, "K 1")


def test_the_one_coding_of_a_coder_is_found_without_its_session(study: Study) -> None:
    coding, other = coded(study), coded(study, "K2")
    study.put(Session("later", the_session(study).dyad, 5))
    assert the_coding(study, "k1") == the_coding(study, "K1", "D05", 3) == coding
    with pytest.raises(IprtoolError, match="several such sessions"):
        the_coding(study, "K3")
    with pytest.raises(IprtoolError, match=r"K1 has not coded this session \(coders: nobody yet\)"):
        the_coding(study, "K1", number=5)
    study.put(msgspec.structs.replace(other, coder="K1", session="later"))
    with pytest.raises(IprtoolError, match="K1 has coded several such sessions; say which one"):
        the_coding(study, "K1")
    write(study, coding, Locked())
    assert the_coding(study, "K1").id == coding.id


def test_a_coding_needs_a_recording(study: Study) -> None:
    study.put(Dyad("d2", "D06"))
    study.put(Session("s2", "d2", 1))
    with pytest.raises(IprtoolError, match="no recording yet"):
        begin_coding(study, study.sessions()[1], "K1", codebook=OLD)
    assert study.persons() == []


def test_a_session_of_somebody_who_has_withdrawn_is_coded_no_more(study: Study) -> None:
    client = Person("p", "D05-C", "client", "d")
    study.put(client)
    coding = coded(study)
    give_consent(study, client, ["research"], "2020-01-31")
    assert coding_grant(study, coding).layer
    mark_withdrawn(study, client, "2020-02-01")
    for gesture in (lambda: coding_grant(study, coding), lambda: coded(study, "K2")):
        with pytest.raises(IprtoolError, match="D05-C"):
            gesture()
    assert [one.coder for one in study.codings()] == ["K1"]
