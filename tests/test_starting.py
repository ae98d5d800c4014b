"""How a recall is begun: by which protocol, for whom, and that of another's event nothing but its bounds passes."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from iprtool.desk.consents import give_consent
from iprtool.desk.grants import recall_grant
from iprtool.desk.new_recall import NewRecallDesk
from iprtool.desk.offers import forms_of, offers_of, session_chosen
from iprtool.desk.people import the_only_session
from iprtool.desk.recalls import event_bounds
from iprtool.desk.starting import start_recall
from iprtool.edits import Hand
from iprtool.guides import shipped as shipped_guide
from iprtool.library.wish import Chosen
from iprtool.library_places import PLACES
from iprtool.model.errors import IprtoolError
from iprtool.model.layer import Closed, LayerHead, Marked
from iprtool.model.mark import Code, Mark, Peak
from iprtool.model.protocol import PROTOCOLS, RecallProtocol
from iprtool.model.score import Score
from iprtool.model.study import Dyad, Person, Recall, Session
from iprtool.model.terms import Role
from iprtool.recall.beginning import ConsentCheck
from iprtool.recall.settings import RecallChoice, parse_stretches, protocol_of, protocol_text, recording_problem
from iprtool.screens.consents import ConsentsScreen
from iprtool.screens.new_recall import NewRecallScreen
from iprtool.store.derived import write_transcript
from iprtool.store.keys import create_open_keyring
from iprtool.store.layer import LayerFile, read_layer
from iprtool.store.study import Study
from tests.store_samples import a_study

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
EVENT = (123_450, 234_560)
TELL_TALE = "the client's own tell-tale words"


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Study]:
    """Dyad D05 with client and therapist, session 3 and an hour's recording of it; no recall yet."""
    monkeypatch.setenv("IPRTOOL_HOME", str(tmp_path / "home"))
    with create_open_keyring(tmp_path / "open.keyring") as keyring, a_study(tmp_path, keyring) as study:
        study.roster.add("recall", "c", None)
        (recording,) = study.recordings()
        study.put(msgspec.structs.replace(recording, duration_ms=3_600_000))
        study.put(Person("pc", "D05-C", "client", "d"))
        study.put(Person("pt", "D05-T", "therapist", "d"))
        yield study


def session(study: Study) -> Session:
    return the_only_session(study, "D05", 3)[1]


def start(study: Study, by: Role = "client", protocol: RecallProtocol | str | None = None, **fields: object) -> Recall:
    choice = RecallChoice(by, protocol=PROTOCOLS[protocol] if isinstance(protocol, str) else protocol)
    return start_recall(study, session(study), msgspec.structs.replace(choice, **fields), now=NOW)


def consent(study: Study) -> None:
    """Everybody has consented, as a mutual recall needs it."""
    for person in study.persons():
        give_consent(study, person, ["research"], "2024-01-10")


def head_of(study: Study, recall: Recall) -> LayerHead:
    assert recall.layer is not None
    return read_layer(study.path_of(recall.layer), study.key_of(recall.layer)).head


# By which protocol


@pytest.mark.parametrize("name", [name for name in PROTOCOLS if name != "segments"])
def test_every_protocol_is_pinned_by_the_recall_and_its_layer(study: Study, name: str) -> None:
    if name == "mutual":
        consent(study)
    recall = start(study, protocol=name)
    assert recall.protocol == PROTOCOLS[name] == head_of(study, recall).protocol
    assert (recall.person, recall.guide, recall.guide_version) == ("pc", "ipr-leads", shipped_guide().version)
    assert recall.begun_at_utc == "2024-05-01T12:00:00.000+00:00"
    assert head_of(study, recall).guide == shipped_guide()


def test_a_recall_that_asks_for_a_guess_pins_the_couples_ratings(study: Study) -> None:
    ratings = head_of(study, start(study, protocol="couple")).ratings
    assert ratings is not None
    assert ratings.id == "couple-1992"
    assert head_of(study, start(study, "therapist")).ratings is None


@pytest.mark.parametrize(
    ("name", "settings", "why"),
    [
        ("none", {}, "There is no protocol 'none'; the protocols are person-centred, research"),
        ("research", {"segments": ((0, 1),)}, "Segments belong to the protocols"),
        ("brief-structured", {"segments": ((0, 1), (2, 3))}, "of one event"),
        ("research", {"prompt_every_ms": 60_000}, "belong to the protocol interval"),
        ("interval", {"prompt_every_ms": 1_000}, "every 10 seconds at most"),
        ("research", {"choose": 3}, "belong to the protocol supervision"),
        ("supervision", {"choose": 4}, "about 3 or 5 moments, not 4"),
        ("research", {"view": "shown", "audio_only": True}, "leave one of the two out"),
        ("segments", {"segments": ((5, 5),)}, "ends after it begins"),
        ("segments", {"segments": ((0, 60_000), (30_000, 90_000))}, "the one from 00:30 begins too early"),
    ],
)
def test_settings_that_do_not_go_together_are_told(name: str, settings: dict[str, object], why: str) -> None:
    with pytest.raises(IprtoolError, match=why):
        protocol_of(name, **settings)


def test_what_does_not_go_with_the_recording_is_told_and_begins_nothing(study: Study) -> None:
    before = study.recalls(), study.objects()
    for name, settings, why in (
        ("segments", {}, "needs the segments"),
        ("segments", {"segments": ((0, 3_600_001),)}, "ends at 01:00:00"),
        ("interval", {"prompt_every_ms": 3_600_000}, "choose a shorter interval"),
        ("research", {"show_transcript": True}, "no transcript to be shown"),
    ):
        with pytest.raises(IprtoolError, match=why):
            start(study, protocol=protocol_of(name, **settings))
    assert (study.recalls(), study.objects()) == before
    assert recording_problem(PROTOCOLS["dial"], 1_000, has_transcript=False) is None


def test_segments_are_read_as_they_are_written() -> None:
    assert parse_stretches("12:30-14:00, 20:00–21:00") == ((750_000, 840_000), (1_200_000, 1_260_000))
    protocol = protocol_of("segments", segments=parse_stretches("0-30 1:00:00-1:01:00"))
    assert "00:00-00:30, 01:00:00-01:01:00" in protocol_text(protocol)
    with pytest.raises(ValueError, match="write it like 12:30-14:00"):
        parse_stretches("12:30")


def test_audio_only_hides_the_picture() -> None:
    assert protocol_of("research", audio_only=True).view == "hidden"


def test_the_transcript_is_granted_only_where_the_protocol_shows_it(study: Study) -> None:
    (recording,) = study.recordings()
    words, path, key = study.new_object("derived")
    write_transcript(path, key, [])
    study.put(msgspec.structs.replace(recording, transcript=words))
    assert recall_grant(study, start(study)).transcript is None
    shown = recall_grant(study, start(study, "therapist", protocol=protocol_of("research", show_transcript=True)))
    assert shown.transcript is not None
    assert shown.transcript.path.endswith(f"{words}.db")
    assert recall_grant(study, start(study), back=True).back == str(study.path.absolute())


# A recall that exists is gone on with


def test_the_same_choice_again_goes_on_with_the_recall_and_another_one_is_refused(study: Study) -> None:
    choice = RecallChoice("client", inquirer="I1", place="clinic", protocol=PROTOCOLS["research"])
    recall = start_recall(study, session(study), choice)
    assert start_recall(study, session(study), choice).id == recall.id
    for guide in (None, "1.0", "ipr-leads@1.0"):
        assert start_recall(study, session(study), RecallChoice("client", guide=guide)).id == recall.id
    for other, why in (
        ({"protocol": PROTOCOLS["dial"]}, "its own protocol"),
        ({"protocol": protocol_of("research", planned_minutes=10)}, "its own protocol"),
        ({"codebook": "therapist-plain"}, "its own codebook"),
        ({"inquirer": "I2"}, "its own inquirer"),
        ({"place": "home"}, "its own place"),
        ({"guide": "0.9"}, "its own guide"),
        ({"guide": "other@1.0"}, "its own guide"),
    ):
        with pytest.raises(IprtoolError, match=why):
            start_recall(study, session(study), msgspec.structs.replace(RecallChoice("client"), **other))
    beside = start_recall(study, session(study), RecallChoice("client"), another=True)
    assert beside.id != recall.id
    assert beside.layer != recall.layer
    assert len(study.recalls()) == 2


def close(study: Study, recall: Recall) -> None:
    assert recall.layer is not None
    with LayerFile(study.path_of(recall.layer), study.key_of(recall.layer)) as log:
        log.commit([Hand("client", "dev").op(recall.layer, Closed())]).result()


def test_of_two_recalls_the_one_that_is_open_is_gone_on_with_and_else_the_newest(study: Study) -> None:
    first = start(study)
    close(study, first)
    second = start_recall(study, session(study), RecallChoice("client"), another=True)
    assert start_recall(study, session(study), RecallChoice("client")).id == second.id
    close(study, second)
    assert start_recall(study, session(study), RecallChoice("client")).id == second.id


def test_of_several_recalls_the_one_that_has_begun_as_is_asked_is_opened_again(study: Study) -> None:
    own = start(study, "therapist")
    three = protocol_of("supervision", choose=3)
    chosen = RecallChoice("therapist", protocol=three)
    supervision = start_recall(study, session(study), chosen, another=True)
    close(study, supervision)
    assert start_recall(study, session(study), chosen).id == supervision.id
    assert start_recall(study, session(study), RecallChoice("therapist")).id == own.id
    with pytest.raises(IprtoolError, match=r"its own protocol .* leave other settings out, or .* with --another\."):
        start(study, "therapist", protocol="dial")


def test_a_mutual_recall_is_another_one_than_the_partners_own(study: Study) -> None:
    consent(study)
    own = start(study)
    together = start(study, protocol="mutual")
    assert together.id != own.id
    assert together.also == ("pt",)
    assert start(study, protocol="mutual").id == together.id
    assert head_of(study, together).title == "D05 · session 3 · mutual recall"
    assert recall_grant(study, start(study, "therapist", protocol="mutual", also=("pc",))).face == "participant"


def test_where_a_participant_takes_part_the_words_are_plain_whoever_begins(study: Study) -> None:
    consent(study)
    with pytest.raises(IprtoolError, match="not in plain words"):
        start(study, "therapist", "mutual", codebook="3rs-2015")
    assert study.recalls() == []
    assert head_of(study, start(study, "therapist", "mutual")).codebook.plain


@pytest.mark.parametrize(("protocol", "also", "why"), [("research", "pt", "Only in a mutual"), ("mutual", "px", "own")])
def test_who_cannot_take_part_is_told(study: Study, protocol: str, also: str, why: str) -> None:
    study.put(Dyad("d6", "D06"))
    study.put(Person("px", "D06-C", "client", "d6"))
    with pytest.raises(IprtoolError, match=why):
        start(study, protocol=protocol, also=(also,))
    with pytest.raises(IprtoolError, match="not in the study"):
        start(study, protocol="mutual", also=("nobody",))


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"inquirer": "Anna K."}, "A name for the inquirer is a short pseudonym"),
        ({"inquirer": "I1\x1b[31m"}, "A name for the inquirer is a short pseudonym"),
        ({"place": "x" * 41}, "The place is a word or two"),
        ({"place": "home\n"}, "The place is a word or two"),
    ],
)
def test_a_name_or_a_story_is_not_taken(study: Study, fields: dict[str, str], why: str) -> None:
    with pytest.raises(IprtoolError, match=why):
        start(study, "client", None, **fields)
    assert study.recalls() == []


def test_a_planned_recall_takes_place_with_what_it_was_planned_with(study: Study) -> None:
    study.put(Recall("plan", "s", "client", inquirer="I1", place="home", protocol=PROTOCOLS["research"]))
    recall = start(study)
    assert (recall.id, recall.status, recall.inquirer, recall.place) == ("plan", "open", "I1", "home")
    assert recall.protocol == PROTOCOLS["research"]
    assert [one.id for one in study.recalls()] == ["plan"]


def test_a_recall_that_had_not_taken_place_may_after_all_unless_it_was_withdrawn(study: Study) -> None:
    study.put(Recall("late", "s", "client", status="missing", missing_reason="not_reached"))
    assert (start(study).id, start(study).missing_reason) == ("late", None)
    study.put(Recall("gone", "s", "therapist", status="missing", missing_reason="withdrawn"))
    with pytest.raises(IprtoolError, match="missing, since the person has withdrawn"):
        start(study, "therapist")


# The event of another


def event_recall(study: Study) -> Recall:
    recall = start(study, protocol="brief-structured")
    peaks = (Peak(150_111, "therapist"), Peak(200_222, "client"))
    word = Code("recaller-plain", "1", "felt_understood")
    event = Mark(
        "event",
        "recaller",
        "interval",
        EVENT[0],
        EVENT[0] - 300,
        40,
        EVENT[1],
        EVENT[1] + 9,
        1.0,
        (word,),
        peaks,
        TELL_TALE,
    )
    point = Mark("a point", "recaller", "point", 50_333, 50_333, 40, note=TELL_TALE)
    assert recall.layer is not None
    hand = Hand("client", "dev")
    with LayerFile(study.path_of(recall.layer), study.key_of(recall.layer)) as log:
        log.commit([hand.op(one.id, Marked(one)) for one in (point, event)]).result()
    return recall


def test_of_anothers_event_only_its_bounds_reach_the_recall(study: Study) -> None:
    client = event_recall(study)
    bounds = event_bounds(study, session(study), "client")
    assert bounds == EVENT
    choice = RecallChoice("therapist", protocol=protocol_of("brief-structured", segments=(bounds,)))
    recall = start_recall(study, session(study), choice)
    assert recall.layer is not None
    content = read_layer(study.path_of(recall.layer), study.key_of(recall.layer))
    assert content.head.protocol.segments == (EVENT,)
    assert (len(content.marks), content.ops) == (0, ())
    grant = recall_grant(study, recall)
    told = msgspec.json.encode([grant, content.head, content.ops]).decode()
    assert f"[{EVENT[0]},{EVENT[1]}]" in told
    for foreign in (
        TELL_TALE,
        "150111",
        "200222",
        "50333",
        str(EVENT[0] - 300),
        str(EVENT[1] + 9),
        "felt_understood",
        "D05-C",
        '"pc"',
        client.id,
        str(client.layer),
        "event-of",
    ):
        assert foreign not in told, foreign


def test_without_an_event_that_is_marked_none_is_given(study: Study) -> None:
    with pytest.raises(IprtoolError, match="client has no Brief Structured Recall"):
        event_bounds(study, session(study), "client")
    start(study, protocol="brief-structured")
    with pytest.raises(IprtoolError, match="has marked no event from its beginning to its end yet"):
        event_bounds(study, session(study), "client")


# At the screen


def test_the_screens_desk_tells_the_consents_and_begins(study: Study) -> None:
    at = NewRecallDesk(study, session(study))
    assert at.consents(RecallChoice("client")) == ConsentCheck()
    consent(study)
    mutual = RecallChoice("client", protocol=PROTOCOLS["mutual"])
    assert at.consents(mutual).lines == (
        "D05-C: research · signed 2024-01-10",
        "D05-T: research · signed 2024-01-10",
    )
    supervision = RecallChoice("therapist", protocol=PROTOCOLS["supervision"])
    assert at.consents(supervision).problem is not None
    begun = at.begin(mutual, another=False)
    assert [one.id for one in study.recalls()] == [begun]
    assert at.begin(mutual, another=True) != begun


def test_a_machine_without_a_sound_device_is_told_so(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IPRTOOL_AUDIO", "dummy")
    assert NewRecallDesk(study, session(study)).sound() is None


def test_the_library_leads_there_with_what_is_chosen(study: Study) -> None:
    places = {one.id: one for one in PLACES}
    made = places["new_recall"].make(study, Chosen(session="s", by="therapist"))
    assert isinstance(made, NewRecallScreen)
    assert isinstance(places["consents"].make(study, Chosen()), ConsentsScreen)
    study.put(Session("s5", "d", 5))
    with pytest.raises(IprtoolError, match="Choose the session whose recall it is"):
        places["new_recall"].make(study, Chosen())
    with pytest.raises(IprtoolError, match="has no recording yet"):
        places["new_recall"].make(study, Chosen(session="s5"))


# What a new recall is chosen from


def test_a_new_recall_offers_the_sessions_people_and_what_is_known_of_it(study: Study) -> None:
    event_recall(study)
    start(study, "therapist", inquirer="I2", place="clinic")
    offers = offers_of(study, session(study), NOW)
    assert offers.title == "D05 · session 3"
    assert [(one.text, one.begun) for one in offers.candidates] == [
        ("D05-C (client)", True),
        ("D05-T (therapist)", True),
        ("researcher", False),
        ("supervisor", False),
    ]
    assert offers.events == {"client": EVENT}
    assert (offers.inquirer, offers.place, offers.guides) == ("I2", "clinic", (shipped_guide().version,))
    assert ("recaller-plain", True) in [(ident, plain) for ident, _, plain in offers.codebooks]
    assert session_chosen(study, None) == session(study)


def test_whose_forms_are_in_is_told(study: Study) -> None:
    client = next(one for one in study.persons() if one.id == "pc")
    with study.record_of(client) as record:
        record.add("score", "1", Score("1", "s", "pc", "client", "srs", "1", "total", 30))
        record.add("score", "2", Score("2", "another session", "pc", "client", "srs", "1", "total", 30))
    assert forms_of(study, session(study)) == "D05-C 1 score · D05-T none yet"
