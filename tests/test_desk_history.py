"""A study's history in words, and what takes a change back: the roster's, a person's, a layer's."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from iprtool.codebooks.loader import shipped
from iprtool.desk.codebooks import StudyCodebooks, codebooks_of, use_codebook
from iprtool.desk.codings import begin_coding
from iprtool.desk.consents import give_consent, mark_withdrawn
from iprtool.desk.history import read_history
from iprtool.desk.history_undo import question_of, take_back
from iprtool.desk.reviews import review_object
from iprtool.desk.scores import all_scores, enter_score, rater_by
from iprtool.edits import Hand, edited
from iprtool.history.change import Change, Wanted, levels_of, newest_first, next_level, shown
from iprtool.history.op_words import ALL_KINDS, Known, value_words
from iprtool.instruments import shipped as instrument
from iprtool.instruments.sheet import Entered, Line
from iprtool.model.coding import SegmentCode
from iprtool.model.errors import IprtoolError
from iprtool.model.layer import Closed, Locked, Marked, Op, Put, Stopped
from iprtool.model.linking import Episode, MarkRef, Match, Tag, Theme
from iprtool.model.mark import Mark
from iprtool.model.protocol import PROTOCOLS
from iprtool.model.study import Dyad, Person, Session
from iprtool.model.terms import Role
from iprtool.store.keys import create_open_keyring
from iprtool.store.layer import LayerFile, create_layer, read_layer
from iprtool.store.study import Study
from tests.store_samples import HEAD, a_study, point


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Study]:
    with create_open_keyring(tmp_path / "open.keyring") as keyring, a_study(tmp_path, keyring) as made:
        yield made


def history(study: Study) -> list[Change]:
    return newest_first(read_history(study))


def newest(study: Study, kind: str = "") -> Change:
    return next(one for one in history(study) if kind in ("", one.kind))


def write(study: Study, layer: str, *ops: Op) -> None:
    with LayerFile(study.path_of(layer), study.key_of(layer)) as log:
        log.commit(ops).result()


def marks(study: Study, layer: str) -> list[Mark]:
    return list(read_layer(study.path_of(layer), study.key_of(layer)).marks)


def recall_of(study: Study, by: Role) -> str:
    """The layer of a recall by this role."""
    layer, path, key = study.new_object("layer")
    create_layer(path, key, msgspec.structs.replace(HEAD, layer=layer, by=by))
    recall = study.recalls()[0]
    study.put(msgspec.structs.replace(recall, id=f"recall-{by}", by=by, layer=layer))
    return layer


def test_the_roster_s_changes_are_said_in_words_and_its_secrets_are_not(study: Study) -> None:
    study.put(Dyad("d", "D05", "recovered"))
    study.set_contact("Call the clinic.")
    study.export_key()
    lines = [(one.kind, one.where, one.what) for one in history(study)]
    assert ("dyad", "", "dyad D05: group: none → recovered") in lines
    assert ("session", "D05 · session 3", "session 3 added") in lines
    assert ("setting", "", "setting contact: none → Call the clinic.") in lines
    assert not [line for line in lines if "export_key" in line[2] or line[0] == "object"]
    assert all(one.at_utc.endswith("Z") for one in history(study))


def test_that_a_coder_was_unblinded_stays_and_is_called_that(study: Study) -> None:
    coding = begin_coding(study, study.sessions()[0], "K1", codebook=shipped("3rs-2015"))
    study.put(msgspec.structs.replace(coding, unblinded=True))
    with pytest.raises(IprtoolError, match="That a coder was unblinded stays"):
        take_back(study, newest(study))
    study.put(msgspec.structs.replace(coding, unblinded=True, locked=True))
    with pytest.raises(IprtoolError, match="locked or unlocked"):
        take_back(study, newest(study))
    assert {one.kind for one in history(study)} <= set(ALL_KINDS)


def test_a_value_of_the_roster_is_put_back_and_that_is_taken_back_too(study: Study) -> None:
    study.put(Dyad("d", "D06", "recovered"))
    assert take_back(study, newest(study)) == "taken back: dyad D06: label: D05 → D06, group: none → recovered"
    assert study.dyads() == [Dyad("d", "D05")]
    take_back(study, newest(study))
    assert study.dyads() == [Dyad("d", "D06", "recovered")]


def test_only_the_last_word_on_a_value_is_taken_back(study: Study) -> None:
    study.put(Dyad("d", "D06"))
    first = newest(study)
    study.put(Dyad("d", "D07"))
    with pytest.raises(IprtoolError, match="changed again since"):
        take_back(study, first)


def test_what_others_rest_on_and_what_has_begun_stays(study: Study) -> None:
    changes = {one.what: one for one in history(study)}
    with pytest.raises(IprtoolError, match="Something belongs to this"):
        take_back(study, changes["dyad D05 added"])
    with pytest.raises(IprtoolError, match="stay once they are made"):
        take_back(study, changes["recall by client added"])
    with pytest.raises(IprtoolError, match="stay once they are made"):
        take_back(study, changes["recording added"])
    recall = study.recalls()[0]
    study.put(msgspec.structs.replace(recall, status="ended"))
    with pytest.raises(IprtoolError, match="said by the recall itself"):
        take_back(study, newest(study))
    study.put(Person("c", "D05-C", "client", "d"))
    added = newest(study)
    give_consent(study, study.persons()[0], ["research"], "2026-01-01")
    with pytest.raises(IprtoolError, match="D05-C has consents"):
        take_back(study, added)


def test_a_session_that_was_added_goes_and_comes_again(study: Study) -> None:
    study.put(Session("s5", "d", 5))
    take_back(study, newest(study))
    assert len(study.sessions()) == 1
    take_back(study, newest(study))
    assert len(study.sessions()) == 2


def test_scores_and_consents_are_put_back_in_the_person_s_own_object(study: Study) -> None:
    study.put(Person("c", "D05-C", "client", "d"))
    wai = instrument("wai-sr")
    line, rater = Line(wai, wai.subscales[0]), rater_by(study, study.sessions()[0], "client")
    enter_score(study, study.sessions()[0], rater, line, Entered(15))
    enter_score(study, study.sessions()[0], rater, line, Entered(17))
    change = newest(study, "score")
    assert (change.what, change.where, change.person) == (
        "score wai-sr task 17: value: 15 → 17",
        "D05 · session 3",
        "D05-C",
    )
    take_back(study, change)
    assert [one.value for one in all_scores(study)] == [15]
    take_back(study, newest(study, "score"))
    assert [one.value for one in all_scores(study)] == [17]


def test_a_withdrawal_is_taken_back_whole_and_meanwhile_only_consents_are_shown(study: Study) -> None:
    study.put(Person("c", "D05-C", "client", "d"))
    person = study.persons()[0]
    give_consent(study, person, ["research"], "2026-01-01")
    wai = instrument("wai-sr")
    rater = rater_by(study, study.sessions()[0], "client")
    enter_score(study, study.sessions()[0], rater, Line(wai, wai.subscales[0]), Entered(15))
    (recall,) = study.recalls()
    assert recall.layer is not None
    write(study, recall.layer, Hand("client", "dev").op("m", Marked(point(600, ident="m"))))
    coding = begin_coding(study, study.sessions()[0], "K1", codebook=shipped("3rs-2015"))
    write(study, coding.layer, Hand("coder", "dev").op("v", Put(SegmentCode(0, "wd_denial", "plain"))))
    assert {"score", "mark"} <= {one.kind for one in history(study)}
    assert coding.layer in {one.layer for one in history(study)}
    mark_withdrawn(study, person, "2026-02-01")
    assert coding.layer not in {one.layer for one in history(study)}
    kinds = {one.kind for one in history(study)}
    assert not {"score", "mark"} & kinds
    assert "consent" in kinds
    take_back(study, newest(study, "person"))
    assert study.persons()[0].withdrawn_on is None
    assert {"score", "mark"} <= {one.kind for one in history(study)}


def test_a_codebook_that_is_used_stays(study: Study) -> None:
    StudyCodebooks(study).copy(shipped("recaller-plain"), "mine", "Ours")
    use = use_codebook(study, codebooks_of(study)[0], ["client"])
    with pytest.raises(IprtoolError, match="chosen for a role"):
        take_back(study, newest(study, "codebook"))
    use.back()
    take_back(study, newest(study, "codebook"))
    assert codebooks_of(study) == []


def test_what_was_said_in_a_mutual_recall_is_of_who_spoke(study: Study) -> None:
    study.put(Person("c", "D05-C", "client", "d"))
    study.put(Person("t", "D05-T", "therapist", "d"))
    layer, path, key = study.new_object("layer")
    create_layer(path, key, msgspec.structs.replace(HEAD, layer=layer, protocol=PROTOCOLS["mutual"]))
    recall = study.recalls()[0]
    study.put(
        msgspec.structs.replace(recall, id="m", layer=layer, person="c", also=("t",), protocol=PROTOCOLS["mutual"])
    )
    hand = Hand("client", "dev")
    theirs, nobodys = (
        msgspec.structs.replace(point(at_ms, ident=author), author=author)
        for at_ms, author in ((61_000, "therapist"), (90_000, "inquirer"))
    )
    write(study, layer, *(hand.op(one.id, Marked(one)) for one in (theirs, nobodys)))
    write(study, layer, hand.op("stop", Stopped(99_000, 99_000, 10, "client")))
    review, tag = review_object(study), Tag("x", MarkRef(layer, theirs.id))
    write(study, review, *Hand("researcher", "dev").ops(("x", Put(Theme("read"))), ("tag", Put(tag))))
    told = {one.what: (one.who, one.person) for one in history(study) if one.kind in ("mark", "stop", "theme")}
    assert told["therapist: 01:01 a moment"] == ("mutual", "D05-T")
    assert told["inquirer: 01:30 a moment"] == ("mutual", "")
    assert told["01:39 stopped by the client"] == ("mutual", "D05-C")
    assert "therapist · mutual 01:01 shows the theme read" in told


def test_a_participant_s_own_account_is_shown_and_never_changed(study: Study) -> None:
    layer, hand = study.recalls()[0].layer, Hand("client", "device")
    assert layer is not None
    mark = point(500, "he had stopped listening")
    write(study, layer, hand.op("stop", Stopped(500, 520, 40, "recaller")), hand.op(mark.id, Marked(mark)))
    change = newest(study, "mark")
    assert (change.who, change.where) == ("client", "D05 · session 3")
    assert change.what == "00:00 a note “he had stopped listening”"
    with pytest.raises(IprtoolError, match="the client's own account"):
        question_of(study, change)
    with pytest.raises(IprtoolError, match="the client's own account"):
        take_back(study, change, sure=True, reason="because")
    assert marks(study, layer) == [mark]


def test_a_researcher_s_closed_recall_is_asked_about_and_then_changed(study: Study) -> None:
    layer, hand = recall_of(study, "researcher"), Hand("researcher", "device")
    first, second = point(500), point(900)
    change = edited(first, note="cold", start_ms=600)
    assert change is not None
    write(study, layer, *hand.ops((first.id, Marked(first)), (second.id, Marked(second))), hand.op(first.id, change))
    assert question_of(study, newest(study, "mark")) is None
    write(study, layer, hand.op(layer, Closed("done")))
    change_shown = newest(study, "mark")
    assert change_shown.what == "00:00 a moment: start: 500 → 600, note: none → cold"
    made = next(one for one in history(study) if one.key != change_shown.key and one.kind == "mark")
    with pytest.raises(IprtoolError, match="closed: take it back all the same"):
        take_back(study, change_shown)
    with pytest.raises(IprtoolError, match="changed again since"):
        take_back(study, made, sure=True)
    take_back(study, change_shown, sure=True)
    assert sorted(one.start_ms for one in marks(study, layer)) == [500, 900]
    # A gesture is taken back whole, and comes back whole.
    take_back(study, made, sure=True)
    assert marks(study, layer) == []
    last = newest(study, "mark")
    assert (last.undoes, last.undone) == (True, False)
    assert [one.undone for one in history(study) if one.key == made.key] == [True]
    take_back(study, last, sure=True)
    assert len(marks(study, layer)) == 2
    with pytest.raises(IprtoolError, match="happened and stays"):
        take_back(study, newest(study, "close"), sure=True)


def test_a_link_of_the_review_is_taken_back_and_put_again(study: Study) -> None:
    layer, hand = review_object(study), Hand("researcher", "device")
    theme, tag = Theme("being left", group="recovered"), "tag"
    write(study, layer, hand.op("t", Put(theme)), hand.op(tag, Put(Tag("t", MarkRef("l", "m")))))
    change = newest(study, "theme")
    assert (change.who, change.what) == ("researcher", "a mark shows the theme being left")
    take_back(study, change)
    assert read_layer(study.path_of(layer), study.key_of(layer)).values == {"t": theme}
    assert newest(study, "theme").what == "taken away: a mark shows the theme being left"
    take_back(study, newest(study, "theme"))
    assert len(read_layer(study.path_of(layer), study.key_of(layer)).values) == 2


def test_a_link_names_the_marks_and_the_session_that_it_is_about(study: Study) -> None:
    recall, review, hand = study.recalls()[0], review_object(study), Hand("researcher", "device")
    assert recall.layer is not None
    mark = point(65_000)
    write(study, recall.layer, Hand("client", "device").op(mark.id, Marked(mark)))
    here, elsewhere = MarkRef(recall.layer, mark.id), MarkRef("gone", "m")
    write(study, review, hand.op("m", Put(Match(here, elsewhere))))
    change = newest(study, "match")
    assert (change.what, change.where) == ("client 01:05 is one moment with a mark", "D05 · session 3")


def test_a_locked_coding_is_unlocked_with_a_reason_before_it_is_changed(study: Study) -> None:
    coding = begin_coding(study, study.sessions()[0], "K1", codebook=shipped("3rs-2015"))
    hand, value = Hand("observer", "device"), SegmentCode(0, shipped("3rs-2015").codes[0].id)
    write(study, coding.layer, hand.op("v", Put(value)))
    question = question_of(study, newest(study, "code"))
    assert question is not None
    assert (question.text, question.reason) == ("This is in the coding by K1: take it back all the same?", False)
    write(study, coding.layer, hand.op(coding.layer, Locked()))
    change = newest(study, "code")
    assert (change.who, change.person) == ("coder K1", "K1")
    with pytest.raises(IprtoolError, match="why is it unlocked"):
        take_back(study, change, sure=True)
    said = take_back(study, change, reason="a wrong segment")
    assert said.endswith("; the coding is unlocked now")
    content = read_layer(study.path_of(coding.layer), study.key_of(coding.layer))
    assert (content.values, content.locked) == ({}, False)
    assert "unlocked (a wrong segment)" in [one.what for one in history(study)]


def test_what_is_shown_is_narrowed_by_kind_person_session_and_text() -> None:
    def change(key: str, kind: str, what: str, at: str, person: str = "") -> Change:
        return Change(key, at, "device", "researcher", kind, what, person=person)

    changes = [change("r1", "dyad", "dyad D05 added", "1"), change("r2", "score", "wai", "2", "D05-C")]
    changes += [change("r3", "score", "ors", "2", "D06-C")]
    assert [one.key for one in newest_first(changes)] == ["r3", "r2", "r1"]
    assert [one.key for one in shown(changes, Wanted(kind="score", text="WAI"))] == ["r2"]
    assert [one.key for one in shown(changes, Wanted(person="D06-C"))] == ["r3"]
    kinds = levels_of(changes, "kind")
    assert [next_level(kinds, "")] + [next_level(kinds, one) for one in kinds] == ["dyad", "score", ""]
    assert Wanted(kind="score", text="w").words() == "score · “w”"


@pytest.mark.parametrize("label", ["episode 2", "2"])
def test_an_episode_is_called_one_once(label: str) -> None:
    words = value_words(Episode(label, "withdrawal", 1_000), HEAD.codebook, Known())
    assert words == "episode 2: withdrawal from 00:01, unclear"
