"""The researcher's desk: what a new recall pins, which words a role gets, what a process is granted, one's own keys."""

import socket
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest

from iprtool.codebooks.loader import shipped
from iprtool.desk.grants import recall_grant
from iprtool.desk.people import ensure_session, the_only_session
from iprtool.desk.places import OPEN_KEYRING, keymap, keyring_path, study_of_one
from iprtool.desk.recalls import begin_recall, codebook_for, recall_by
from iprtool.desk.reviews import review_grant
from iprtool.edits import Hand
from iprtool.export.gather import study_rows
from iprtool.library.editing import check_label
from iprtool.model.errors import CodebookError, IprtoolError, StoreError
from iprtool.model.grant import Grant, ObjectGrant, RecallGrant, ReviewGrant
from iprtool.model.layer import Closed
from iprtool.model.protocol import RecallProtocol
from iprtool.model.study import Dyad, Session
from iprtool.model.terms import Role, levels
from iprtool.store.derived import write_transcript
from iprtool.store.keys import Keyring, create_open_keyring
from iprtool.store.layer import LayerFile, read_layer
from iprtool.store.machine import device
from iprtool.store.study import Study
from tests.store_samples import a_study

ROLES: tuple[Role, ...] = levels(Role)
PARTICIPANTS = {"client", "second_client", "interpreter"}
TODAY = date(2024, 5, 1)
CARD = "Call the clinic: 555 0100, weekdays."


@pytest.fixture
def study(tmp_path: Path, keyring: Keyring) -> Iterator[Study]:
    """Dyad D05 with session 3, its recording with transcript, and a client's recall of it."""
    with a_study(tmp_path, keyring) as study:
        study.set_contact(CARD)
        (recording,) = study.recordings()
        words, path, key = study.new_object("derived")
        write_transcript(path, key, [])
        study.put(msgspec.structs.replace(recording, transcript=words))
        yield study


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The person's own folders; the configuration folder."""
    monkeypatch.setenv("IPRTOOL_HOME", str(tmp_path / "home"))
    config = tmp_path / "home" / "config"
    config.mkdir(parents=True)
    return config


def the_session(study: Study) -> Session:
    return the_only_session(study)[1]


def test_a_new_recall_pins_its_codebook_protocol_and_contact_card(study: Study) -> None:
    protocol = RecallProtocol(name="led", after_note="stay", reaction_time_ms=300, planned_minutes=60)
    codebook = shipped("3rs-2022")
    recall = begin_recall(
        study, the_session(study), "therapist", codebook=codebook, protocol=protocol, inquirer="I2", place="clinic"
    )
    study.set_contact("another card")
    assert recall.layer is not None
    head = read_layer(study.path_of(recall.layer), study.key_of(recall.layer)).head
    (recording,) = study.recordings()
    assert (head.codebook, head.protocol, head.contact) == (codebook, protocol, CARD)
    assert (head.original_sha256, head.duration_ms) == (recording.original_sha256, recording.duration_ms)
    assert (head.by, head.recall, head.layer) == ("therapist", recall.id, recall.layer)
    assert head.title == "D05 · session 3 · recall by THERAPIST"
    assert study.recalls()[-1] == recall
    assert (recall.inquirer, recall.place, recall.recording) == ("I2", "clinic", recording.id)
    assert (recall.codebook, recall.codebook_version) == (codebook.id, codebook.version)
    assert recall_by(study, the_session(study), "therapist") == recall


def test_without_a_protocol_the_recaller_holds_the_control(study: Study) -> None:
    recall = begin_recall(study, the_session(study), "client", codebook=codebook_for("client", None))
    assert recall.protocol == RecallProtocol()
    assert (recall.protocol.after_note, recall.protocol.pre_roll_ms) == ("go_on", 2_000)


@pytest.mark.parametrize("by", ROLES)
def test_every_role_has_its_words_and_its_face(study: Study, by: Role) -> None:
    codebook = codebook_for(by, None)
    recall = begin_recall(study, the_session(study), by, codebook=codebook)
    grant = recall_grant(study, recall)
    assert recall.layer is not None
    head = read_layer(study.path_of(recall.layer), study.key_of(recall.layer)).head
    assert (grant.face == "participant") is (by in PARTICIPANTS)
    assert head.rupture_markers is (by not in PARTICIPANTS)
    assert head.codebook == codebook
    if by in PARTICIPANTS:
        assert codebook.plain


@pytest.mark.parametrize("by", sorted(PARTICIPANTS))
@pytest.mark.parametrize("wanted", ["3rs-2015", "3rs-2022", "therapist-plain"])
def test_a_participant_gets_plain_words_only(by: Role, wanted: str) -> None:
    if shipped(wanted).plain:
        assert codebook_for(by, wanted).codes[0].id == shipped(wanted).codes[0].id
        return
    with pytest.raises(IprtoolError, match="is not in plain words, which participants need"):
        codebook_for(by, wanted)


def test_a_codebook_of_ones_own_comes_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('id = "mine"\nversion = "1"\ntitle = "T"\nsource = "us"\n[[codes]]\nid = "a"\nlabel = "a"\n')
    assert codebook_for("therapist", str(path)).id == "mine"
    with pytest.raises(CodebookError, match=r"none\.toml: there is no such file"):
        codebook_for("therapist", str(tmp_path / "none.toml"))


@pytest.mark.parametrize(("by", "name"), [("client", "recaller-plain"), ("researcher", "elliott-events-1985")])
def test_words_are_on_digits_only_where_the_codebook_puts_them_there(by: Role, name: str) -> None:
    assert codebook_for(by, None) == shipped(name)
    assert any(entry.key for entry in shipped(name).codes) == (by == "client")


def granted(grant: Grant, study: Study) -> set[str]:
    """The ids of the objects that a grant opens; each with the right key, and every object named once."""
    found: set[str] = set()

    def look(value: object) -> None:
        if isinstance(value, ObjectGrant):
            path = Path(value.path)
            assert path == study.path_of(path.stem)
            assert value.raw_key == study.key_of(path.stem)
            assert path.stem not in found
            found.add(path.stem)
        elif isinstance(value, msgspec.Struct):
            for each in msgspec.structs.astuple(value):
                look(each)
        elif isinstance(value, (list, tuple)):
            for each in value:
                look(each)

    look(grant)
    return found


def test_a_recall_is_granted_its_layer_the_recording_and_the_outline_and_knows_of_nothing_else(study: Study) -> None:
    mine = begin_recall(study, the_session(study), "therapist", codebook=codebook_for("therapist", None))
    (recording,) = study.recordings()
    grant = recall_grant(study, mine)
    allowed = {str(mine.layer), recording.media, str(recording.peaks)}
    assert granted(grant, study) == allowed
    packed = msgspec.msgpack.encode(grant)
    others = [one for one in study.objects() if one.id not in allowed]
    assert len(others) == 2
    for other in others:
        assert other.id.encode() not in packed
        assert study.key_of(other.id).hex().encode() not in packed
    assert study.admin_key().hex().encode() not in packed
    assert msgspec.msgpack.decode(packed, type=Grant) == grant


def test_a_review_is_granted_every_layer_of_its_session_and_no_other(study: Study) -> None:
    session = the_session(study)
    for by in ("researcher", "therapist"):
        begin_recall(study, session, by, codebook=codebook_for(by, None))
    elsewhere = Session("s2", session.dyad, 4)
    study.put(elsewhere)
    (recording,) = study.recordings()
    study.put(msgspec.structs.replace(recording, id="r2", session="s2"))
    other = begin_recall(study, elsewhere, "client", codebook=codebook_for("client", None))
    dyad, _ = the_only_session(study, "D05", 3)
    grant = review_grant(study, dyad, session)
    assert isinstance(grant, ReviewGrant)
    assert [one.by for one in grant.layers] == ["client", "therapist", "researcher"]
    layers = {str(one.layer) for one in study.recalls() if one.session == session.id}
    review = study.setting("review")
    whole = {recording.media, str(recording.peaks), str(recording.transcript)}
    assert granted(grant, study) == layers | whole | {str(review)}
    assert str(other.layer) not in layers
    assert grant.title == "D05 · session 3 · review"
    assert granted(review_grant(study, dyad, session, writing=False), study) == layers | whole


@pytest.mark.parametrize("what", ["media", "peaks"])
def test_where_the_recording_is_not_there_no_recall_is_begun(study: Study, what: str) -> None:
    (recording,) = study.recordings()
    missing = study.path_of(getattr(recording, what))
    missing.unlink()
    before = study.recalls(), sorted(study.path.rglob("*"))
    with pytest.raises(StoreError, match=f"{missing.name} is missing from the study"):
        begin_recall(study, the_session(study), "therapist", codebook=shipped("therapist-plain"))
    assert (study.recalls(), sorted(study.path.rglob("*"))) == before


def test_a_layer_that_cannot_be_made_leaves_no_recall(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise StoreError("The disk is full.")

    before = study.recalls(), study.objects(), sorted(study.path.rglob("*.db"))
    monkeypatch.setattr("iprtool.desk.recalls.create_layer", fail)
    with pytest.raises(StoreError, match="full"):
        begin_recall(study, the_session(study), "therapist", codebook=shipped("therapist-plain"))
    assert (study.recalls(), study.objects(), sorted(study.path.rglob("*.db"))) == before


def test_a_recall_that_did_not_take_place_opens_nothing(study: Study) -> None:
    missing = msgspec.structs.replace(study.recalls()[0], id="c2", layer=None, missing_reason="declined")
    with pytest.raises(IprtoolError, match="did not take place"):
        recall_grant(study, missing)


def test_a_session_is_found_by_what_names_it(study: Study) -> None:
    study.put(Dyad("d2", "D06"))
    study.put(Session("s2", "d2", 3))
    study.put(Session("s3", "d2", 5))
    assert the_only_session(study, "D05")[1].id == "s"
    assert the_only_session(study, "D06", 3)[1].id == "s2"
    assert the_only_session(study, None, 5) == (Dyad("d2", "D06"), Session("s3", "d2", 5))
    for dyad, number in ((None, None), ("D06", None), (None, 3)):
        with pytest.raises(IprtoolError, match="several such sessions"):
            the_only_session(study, dyad, number)
    with pytest.raises(IprtoolError, match=r"There is no session 5 of D05 in this study \(dyads: D05, D06\)"):
        the_only_session(study, "D05", 5)


def test_a_session_is_made_once_with_its_dyad(study: Study) -> None:
    made = ensure_session(study, "D07", 1)
    assert ensure_session(study, "D07", 1) == made
    assert ensure_session(study, "D07", 2).dyad == made.dyad
    assert [dyad.label for dyad in study.dyads()] == ["D05", "D07"]


@pytest.mark.parametrize("label", ["", "Anna K.", "D\x1b[31m", "D[red]", "x" * 25, "D\n1", "-D", "D05 "])
def test_a_label_that_is_no_pseudonym_is_refused(study: Study, label: str) -> None:
    with pytest.raises(IprtoolError, match="label is a short pseudonym"):
        ensure_session(study, label, 1)
    assert len(study.dyads()) == 1


@pytest.mark.parametrize("label", ["D05", "5", "dyade-é_2.b", "二"])
def test_a_label_may_be_any_short_word(label: str) -> None:
    check_label(label)


def test_the_study_of_one_recording_has_one_place_that_tells_nothing(tmp_path: Path, keyring: Keyring) -> None:
    place = study_of_one(keyring, "ab" * 32)
    assert place == study_of_one(keyring, "ab" * 32)
    assert place != study_of_one(keyring, "ac" * 32)
    with create_open_keyring(tmp_path / "other") as other:
        assert place != study_of_one(other, "ab" * 32)
    assert "ab" * 6 not in place.name


def test_the_device_is_the_same_each_time_and_names_nobody() -> None:
    assert device() == device()
    assert len(device()) == 12
    assert socket.gethostname() not in device()


def test_the_keyring_beside_a_study_comes_before_ones_own(study: Study, home: Path) -> None:
    assert keyring_path(study.path) == study.path.parent / OPEN_KEYRING
    assert keyring_path(study.path / "elsewhere" / "B.ipr") == home / "keyring"
    assert keyring_path() == home / "keyring"


def test_keys_of_ones_own_reach_the_recall(study: Study, home: Path) -> None:
    assert keymap() == {}
    (home / "keys.toml").write_text('word_1 = "ampersand"\nstopped_by = "underscore"\n')
    grant = recall_grant(study, study.recalls()[0])
    assert isinstance(grant, RecallGrant)
    assert grant.keymap == {"word_1": "ampersand", "stopped_by": "underscore"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('wrod_1 = "ampersand"', "there is no command wrod_1"),
        ("word_1 = 1", "Expected `str`"),
        ("word_1 = ", "nvalid"),
        ('[word_1]\na = "b"', "Expected `str`"),
        ('word_1 = "space"', "the key space would do two things"),
        ('word_1 = "ampersand"\nword_2 = "ampersand"', "the key ampersand would do two things"),
        ('word_1 = "a"', "the key a is a letter, and letters begin notes"),
        ("\x00\xff", "keys.toml cannot be used"),
    ],
)
def test_keys_that_cannot_be_are_told_with_their_file(home: Path, text: str, why: str) -> None:
    (home / "keys.toml").write_bytes(text.encode("latin-1"))
    with pytest.raises(IprtoolError, match=r"keys\.toml cannot be used: ") as told:
        keymap()
    assert why in str(told.value)
    assert "\n" not in str(told.value)


def test_a_folder_in_place_of_the_keys_is_told(home: Path) -> None:
    (home / "keys.toml").mkdir()
    with pytest.raises(IprtoolError, match=r"keys\.toml cannot be used"):
        keymap()


def test_the_roster_takes_over_that_a_recall_was_ended(study: Study) -> None:
    """The participant's process ends it in the layer, and has no key to the roster."""
    (recall,) = study.recalls()
    assert recall.layer is not None
    assert study.settled(recall).status == "open"
    with LayerFile(study.path_of(recall.layer), study.key_of(recall.layer)) as log:
        log.commit([Hand("client", "dev").op(recall.layer, Closed("it was good"))]).result()
    assert [one.status for one in study.recalls()] == ["open"]
    session = the_session(study)
    dyad = next(one for one in study.dyads() if one.id == session.dyad)
    review_grant(study, dyad, session)
    assert [one.status for one in study.recalls()] == ["ended"]


@pytest.mark.parametrize(
    "asked", [recall_by, lambda study, *_: study_rows(study, today=TODAY)], ids=["recall", "export"]
)
def test_whoever_opens_an_ended_recall_takes_it_over(
    study: Study, asked: Callable[[Study, Session, Role], object]
) -> None:
    (recall,) = study.recalls()
    assert recall.layer is not None
    with LayerFile(study.path_of(recall.layer), study.key_of(recall.layer)) as log:
        log.commit([Hand("client", "dev").op(recall.layer, Closed())]).result()
    asked(study, the_session(study), "client")
    assert [one.status for one in study.recalls()] == ["ended"]
