"""Reviews at the desk and on the disk: what one is given, the study's one review object, and the search of a study."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from iprtool.codebooks.loader import shipped
from iprtool.desk.codings import begin_coding, coding_by, unblind_coding
from iprtool.desk.consents import mark_withdrawn
from iprtool.desk.history import read_history
from iprtool.desk.people import the_only_session
from iprtool.desk.recalls import begin_recall, codebook_for
from iprtool.desk.reviews import coder_review_grant, review_grant, review_object
from iprtool.desk.searching import WordsOfStudy
from iprtool.desk.wishes import wished_grant
from iprtool.edits import Hand
from iprtool.first_screen import first_screen
from iprtool.library.wish import Wish
from iprtool.model.errors import IprtoolError, StoreError
from iprtool.model.grant import ReviewGrant
from iprtool.model.layer import Locked, Marked, Op, Put
from iprtool.model.linking import MarkRef, Theme
from iprtool.model.score import Score
from iprtool.model.study import Dyad, Person, Session, Utterance
from iprtool.opened import read
from iprtool.recall.saving import Saving
from iprtool.reviewing.across import found
from iprtool.reviewing.linking import Linking
from iprtool.reviewing.review import Review
from iprtool.reviewing.search import asked
from iprtool.reviewing.wording import absence_of
from iprtool.screens.review import ReviewScreen
from iprtool.store.derived import write_transcript
from iprtool.store.keys import Keyring
from iprtool.store.layer import LayerFile
from iprtool.store.oplog import LAYER
from iprtool.store.schema import open_object
from iprtool.store.study import Study
from iprtool.store.verify import verify_study
from tests.fakes import FakePlayer
from tests.review_samples import mark
from tests.store_samples import a_study

CLIENT = Person("p", "D05-C", "client", "d")


@pytest.fixture
def study(tmp_path: Path, keyring: Keyring, monkeypatch: pytest.MonkeyPatch) -> Iterator[Study]:
    """Dyad D05's session 3 with a client's and a therapist's marks, a transcript and a coder; session 4 has nothing."""
    monkeypatch.setenv("IPRTOOL_HOME", str(tmp_path / "home"))
    with a_study(tmp_path, keyring) as study:
        study.put(msgspec.structs.replace(study.dyads()[0], group="good"))
        study.put(CLIENT)
        session = study.sessions()[0]
        study.put(Session("s4", "d", 4))
        (recording,) = study.recordings()
        words, path, key = study.new_object("derived")
        write_transcript(path, key, [Utterance(500, 900, "therapist", "Say more.")])
        study.put(msgspec.structs.replace(recording, transcript=words))
        begin_coding(study, session, "K1", codebook=shipped("3rs-2015"))
        begin_recall(study, session, "therapist", codebook=codebook_for("therapist", None))
        for recall in study.recalls():
            assert recall.layer is not None
            write(study, recall.layer, [Marked(mark(f"{recall.by}-1", 600, note=f"so said the {recall.by}"))])
        yield study


def write(study: Study, layer: str, bodies: Sequence[Marked]) -> None:
    with LayerFile(study.path_of(layer), study.key_of(layer)) as log:
        log.commit([Hand("x", "dev").op(body.mark.id, body) for body in bodies]).result()


def granted(study: Study, number: int = 3, *, writing: bool = True) -> ReviewGrant:
    return review_grant(study, *the_only_session(study, "D05", number), writing=writing)


def test_the_study_has_one_review_made_when_it_is_first_needed(study: Study) -> None:
    assert study.setting("review") is None
    ident = review_object(study)
    assert review_object(study) == ident == study.setting("review")
    assert [one.kind for one in study.objects() if one.id == ident] == ["review"]
    grant = granted(study)
    assert grant.review is not None
    assert Path(grant.review.path) == study.path_of(ident)
    assert verify_study(study) == []


def test_a_review_that_does_not_add_up_is_found(study: Study) -> None:
    ident = review_object(study)
    put_value(study, ident, Theme("shame"))
    assert verify_study(study) == []
    with closing(open_object(study.path_of(ident), study.key_of(ident), LAYER)) as connection:
        connection.execute("DELETE FROM value")
    assert [(one.object, one.what) for one in verify_study(study)] == [(ident, "unlike its operations")]


def put_value(study: Study, layer: str, value: Theme) -> None:
    with LayerFile(study.path_of(layer), study.key_of(layer)) as log:
        log.commit([Hand("researcher", "dev").op("theme", Put(value))]).result()


def test_a_review_that_cannot_be_made_leaves_nothing(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise StoreError("The disk is full.")

    monkeypatch.setattr("iprtool.desk.reviews.create_layer", fail)
    with pytest.raises(StoreError, match="full"):
        review_object(study)
    assert study.setting("review") is None
    assert [one for one in study.objects() if one.kind == "review"] == []


def test_a_grant_has_the_layers_with_their_names_and_the_session_s_scores(study: Study) -> None:
    with study.record_of(CLIENT) as record:
        for number, session in enumerate(("s", "s", "s4")):
            score = Score(str(number), session, "p", "client", "ors", "1", "total", 20.0)
            record.add("score", score.id, score)
    grant = granted(study)
    assert [(one.by, one.label) for one in grant.layers] == [
        ("client", ""),
        ("therapist", ""),
        ("observer", "coder K1"),
    ]
    assert [one.id for one in grant.layers] == [Path(one.layer.path).stem for one in grant.layers]
    assert (grant.scores, grant.group) == (2, "good")


def test_a_review_is_of_one_recording_and_of_the_layers_on_it(study: Study) -> None:
    (first,) = study.recordings()
    study.put(msgspec.structs.replace(first, id="later", transcript=None))
    grant = granted(study)
    assert grant.recording.id == first.id
    assert [one.by for one in grant.layers] == ["client", "therapist", "observer"]
    assert words_found(study, "more") == ["D05 3 Say more."]
    therapists = next(one for one in study.recalls() if one.by == "therapist")
    study.put(msgspec.structs.replace(therapists, recording="later"))
    grant = granted(study)
    assert grant.recording.id == "later"
    assert [one.by for one in grant.layers] == ["therapist"]
    assert grant.absent == {"client": "the recall is of another recording of this session"}


WHY = "D05-C withdrew on 2026-01-01, so nothing of theirs is used."


def test_who_has_withdrawn_is_left_out_of_review_and_search_and_it_says_so(study: Study) -> None:
    """As an export leaves them out: their own layer, and what is of everybody in the recording."""
    with study.record_of(CLIENT) as record:
        record.add("score", "1", Score("1", "s", CLIENT.id, "client", "ors", "1", "total", 20.0))
    before = granted(study)
    assert (before.absent, before.withheld, before.scores) == ({}, "", 1)
    mark_withdrawn(study, CLIENT, "2026-01-01")
    grant = granted(study)
    assert [one.by for one in grant.layers] == ["therapist"]
    assert (grant.transcript, grant.scores) == (None, 0)
    assert (grant.absent, grant.withheld) == ({"client": WHY}, WHY)
    opened = read(grant)
    screen = first_screen(grant, opened, FakePlayer(), None)
    assert isinstance(screen, ReviewScreen)
    assert absence_of(screen.review, "client", 0) == WHY
    assert screen.review.withheld == WHY
    assert words_found(study, "so said") == ["D05 3 therapist-1"]
    assert words_found(study, "more") == []
    assert [one.withheld for one in WordsOfStudy(study).read()] == [WHY, WHY]
    assert not [one for one in read_history(study) if one.who in ("client", "coder K1")]
    if opened.log is not None:
        opened.log.close()


def test_a_mutual_recall_stands_after_those_that_each_made_alone(study: Study) -> None:
    recall = next(one for one in study.recalls() if one.by == "client")
    study.put(msgspec.structs.replace(recall, also=("t",)))
    assert [one.by for one in granted(study).layers] == ["therapist", "client", "observer"]


def test_what_is_kept_under_a_rule_is_shown_after_a_withdrawal(study: Study) -> None:
    mark_withdrawn(study, CLIENT, "2026-01-01", kept_under="archive act")
    grant = granted(study)
    assert [one.by for one in grant.layers] == ["client", "therapist", "observer"]
    assert (grant.transcript is not None, grant.absent, grant.withheld) == (True, {}, "")


def test_a_recall_that_did_not_take_place_is_not_one_to_come(study: Study) -> None:
    recall = next(one for one in study.recalls() if one.by == "client")
    study.put(msgspec.structs.replace(recall, layer=None, status="missing", missing_reason="not_reached"))
    assert granted(study).absent == {"client": "the recall did not take place: not reached"}


def test_who_may_not_write_gets_no_review_object_and_none_is_made(study: Study) -> None:
    grant = granted(study, writing=False)
    assert (grant.review, study.setting("review")) == (None, None)
    opened = read(grant)
    assert (opened.own, opened.log) == (None, None)
    assert len(opened.layers) == 3


def test_a_coder_looks_once_unblinded_and_only_at_what_they_code(study: Study) -> None:
    where = the_only_session(study, "D05", 3)
    coding = coding_by(study, where[1], "K1")
    assert coding is not None
    with pytest.raises(IprtoolError, match="sees no other layer until their own coding is locked"):
        coder_review_grant(study, *where, "K1")
    with LayerFile(study.path_of(coding.layer), study.key_of(coding.layer)) as log:
        log.commit([Hand("coder", "dev").op(coding.layer, Locked())]).result()
    with pytest.raises(IprtoolError, match="still blind"):
        coder_review_grant(study, *where, "K1")
    unblind_coding(study, coding)
    grant = coder_review_grant(study, *where, "K1")
    assert (grant.review, grant.back) == (None, str(study.path.absolute()))
    with pytest.raises(IprtoolError, match="K2 does not code this session"):
        coder_review_grant(study, *where, "K2")


def test_what_is_said_is_there_when_the_review_is_opened_again(study: Study) -> None:
    for turn in range(2):
        opened = read(granted(study))
        assert opened.own is not None
        assert opened.log is not None
        review, log = Review(opened.layers, opened.words), opened.log
        written: list[Op] = []

        def commit(ops: Sequence[Op], log: LayerFile = log, written: list[Op] = written) -> None:
            log.commit(ops).result()
            written += ops

        linking = Linking(opened.own, review, Hand("researcher", "dev"), commit)
        at = {one.mark.id: one for one in review.marks}
        if turn == 0:
            linking.say_same(at["client-1"], at["therapist-1"])
            linking.make_theme(Theme("shame", "to be seen"), at["client-1"].ref)
            linking.flag(at["client-1"], quotable="no")
            linking.begin_episode(at["client-1"])
        else:
            assert [one.name for one in linking.links.themes_of(at["client-1"].ref)] == ["shame"]
            said = linking.links.match_of(at["client-1"].ref, at["therapist-1"].ref)
            assert said is not None
            assert said[1].same
            assert len(linking.episodes) == 1
            assert not linking.undo()
            linking.drop_episode(next(iter(linking.episodes)))
            assert linking.episodes == {}
        log.close()
        assert written
    assert verify_study(study) == []


def test_a_wish_opens_a_review_where_something_was_found(study: Study) -> None:
    ref = MarkRef("layer", "client-1")
    grant = wished_grant(study, Wish("review", "s", 600, ref))
    assert isinstance(grant, ReviewGrant)
    assert (grant.at_ms, grant.chosen) == (600, ref)


def words_found(study: Study, text: str) -> list[str]:
    words = WordsOfStudy(study)
    hits = found(words.read(), asked(text), words.links())
    return [
        f"{hit.dyad.label} {hit.session.number} {hit.entry.ref.mark if hit.entry.ref else hit.entry.text}"
        for hit in hits
    ]


def test_a_study_is_searched_session_by_session(study: Study) -> None:
    study.put(Dyad("e", "D01", "bad"))
    study.put(Session("s5", "e", 5))
    words = WordsOfStudy(study)
    assert words.count() == 3
    assert [(one.dyad.label, one.session.number) for one in words.read()] == [("D01", 5), ("D05", 3), ("D05", 4)]
    assert words_found(study, "said") == ["D05 3 client-1", "D05 3 therapist-1"]
    assert words_found(study, "more group:good") == ["D05 3 Say more."]
    assert words_found(study, "more group:bad") == []
    assert words_found(study, "theme:shame") == []


def test_a_study_is_searched_by_themes_and_by_what_may_be_quoted(study: Study) -> None:
    review = review_object(study)
    ref = next(one.ref for one in Review(read(granted(study, writing=False)).layers).marks if one.by == "client")
    with LayerFile(study.path_of(review), study.key_of(review)) as log:
        saving = Saving(log, lambda _: None)
        Linking(log.load(), Review([]), Hand("researcher", "dev"), saving.commit).make_theme(Theme("shame"), ref)
    assert words_found(study, "theme:SHAME") == ["D05 3 client-1"]
    assert words_found(study, "quotable:ask") == ["D05 3 client-1", "D05 3 therapist-1"]


def test_a_grant_opens_the_review_with_what_may_be_written(study: Study) -> None:
    review_object(study)
    for writing in (True, False):
        grant = msgspec.structs.replace(granted(study, writing=writing), tolerance_ms=5_000)
        opened = read(grant)
        screen = first_screen(grant, opened, FakePlayer(), None)
        assert isinstance(screen, ReviewScreen)
        assert screen.review.names == ("client", "therapist", "coder K1")
        assert (screen.linking is not None) is writing
        assert screen._tolerance_ms == 5_000
        assert screen.group == ("good" if writing else None)
        if opened.log is not None:
            opened.log.close()
