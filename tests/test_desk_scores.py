"""Scores at the desk: entered by cell or from a file, kept with the person whose form it is, told where missing."""

from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from iprtool.desk.score_files import import_problems, import_scores
from iprtool.desk.scores import (
    SCORE,
    all_scores,
    enter_score,
    instruments_of,
    keep_instrument,
    put_back,
    rater_by,
    rating_person,
    scores_of,
    sheet_of,
    use_instruments,
    used_instruments,
)
from iprtool.instruments import shipped
from iprtool.instruments.sheet import Entered, Line, Rater, entry_text, may_begin_entry, missing_text, read_entry
from iprtool.model.errors import IprtoolError, ScoreError, StoreError
from iprtool.model.score import Instrument, Score, Subscale
from iprtool.model.study import Dyad, Person, Session
from iprtool.store.entries import Entries
from iprtool.store.keys import create_open_keyring
from iprtool.store.study import Study

WAI, WAI_S = shipped("wai-sr"), shipped("wai-s")
TASK = WAI.subscales[0]
HEADER = "dyad,session,rater,instrument,subscale,value\n"


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Study]:
    with create_open_keyring(tmp_path / "open.keyring") as keyring, Study.create(tmp_path / "A.ipr", keyring) as made:
        made.put(Dyad("d", "D05"))
        made.put(Session("s", "d", 3))
        made.put(Person("c", "D05-C", "client", "d"))
        made.put(Person("o1", "K1", "observer"))
        made.put(Person("o2", "K2", "observer"))
        yield made


def session(study: Study) -> Session:
    return study.sessions()[0]


def enter(study: Study, text: str, person: str = "D05-C", line: Line | None = None) -> Score | None:
    line = line or Line(WAI, TASK)
    one = next(each for each in study.persons() if each.label == person)
    entered = read_entry(line.subscale, text) if text else None
    return enter_score(study, session(study), rater_by(study, session(study), one.role, person), line, entered).now


def test_a_cell_takes_a_value_and_how_many_items_were_answered() -> None:
    assert read_entry(TASK, " 15 ") == Entered(15)
    assert read_entry(TASK, "10,67/3") == Entered(10.67, 3)
    for text, told in (
        ("24", "goes from 4 to 20"),
        ("15.5", "whole number"),
        ("x", "no score"),
        ("8/9", "has 4 items"),
    ):
        with pytest.raises(ValueError, match=told):
            read_entry(TASK, text)
    assert [may_begin_entry(TASK, text) for text in ("", "1", "15", "15/", "1.", "24", "x", "1//")] == [
        *[True] * 5,
        *[False] * 3,
    ]


def test_a_score_is_kept_with_the_person_changed_taken_away_and_put_back(study: Study) -> None:
    first = enter(study, "15")
    assert first is not None
    assert (first.person, first.rater, first.value) == ("c", "client", 15)
    rater, line = rater_by(study, session(study), "client"), Line(WAI, TASK)
    changed = enter_score(study, session(study), rater, line, Entered(10.67, 3))
    assert [entry_text(one) for one in scores_of(study, session(study))] == ["10.67/3"]
    assert changed.now is not None
    assert changed.now.id == first.id
    put_back(study, changed)
    assert scores_of(study, session(study)) == [first]
    gone = enter_score(study, session(study), rater, line, None)
    assert all_scores(study) == []
    put_back(study, gone)
    assert all_scores(study) == [first]
    with pytest.raises(IprtoolError, match="changed elsewhere"):
        put_back(study, gone)
    with study.record_of(study.persons()[0]) as record:
        assert [entry.value is None for entry in record.history()] == [False, False, False, True, False]


def test_nothing_wrong_is_kept(study: Study) -> None:
    rater = rater_by(study, session(study), "client")
    with pytest.raises(ScoreError, match=r"^Task goes from 4 to 20, and 24 is outside; check the value\.$"):
        enter_score(study, session(study), rater, Line(WAI, TASK), Entered(24))
    observer = rater_by(study, session(study), "observer", "K1")
    with pytest.raises(ScoreError, match="is not filled in by observer"):
        enter_score(study, session(study), observer, Line(WAI, TASK), Entered(15))
    assert all_scores(study) == []


def test_each_observer_has_scores_of_their_own(study: Study) -> None:
    line = Line(WAI_S, WAI_S.subscales[0])
    enter(study, "20", "K1", line)
    enter(study, "24", "K2", line)
    assert [(one.person, one.value) for one in all_scores(study)] == [("o1", 20), ("o2", 24)]
    with pytest.raises(IprtoolError, match=r"several of the role observer \(K1, K2\)"):
        rater_by(study, session(study), "observer")


def test_the_sheet_says_what_is_missing(study: Study) -> None:
    assert used_instruments(study) == []
    enter(study, "15")
    assert used_instruments(study) == [WAI]
    use_instruments(study, [WAI, shipped("ors")])
    sheet = sheet_of(study, session(study))
    assert [(rater.label, rater.person) for rater in sheet.raters] == [("client", "c"), ("therapist", None)]
    assert (sheet.asked_count, len(sheet.missing())) == (9, 8)
    assert missing_text(sheet.missing()) == "ors by client (1), wai-sr by client (3), wai-sr by therapist (4)"
    made = enter_score(study, session(study), sheet.raters[1], sheet.lines[-1], Entered(14)).now
    assert made is not None
    assert next(one.label for one in study.persons() if one.id == made.person) == "D05-T"


def test_who_withdrew_is_not_rated_and_what_they_said_is_not_shown(study: Study) -> None:
    enter(study, "15")
    study.put(Person("c", "D05-C", "client", "d", study.persons()[0].sealed, "2026-01-01"))
    assert all_scores(study) == []
    with pytest.raises(IprtoolError, match="withdrew on 2026-01-01"):
        rater_by(study, session(study), "client")
    with pytest.raises(IprtoolError, match="withdrew on 2026-01-01"):
        rating_person(study, session(study), Rater("client", "c", "client"))


def test_an_object_that_was_deleted_has_no_scores(study: Study) -> None:
    enter(study, "15")
    sealed = study.persons()[0].sealed
    assert sealed is not None
    study.discard_object(sealed)
    assert all_scores(study) == []
    assert scores_of(study, session(study)) == []


def test_a_file_is_taken_whole_or_not_at_all(study: Study, tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text(HEADER + "D05,3,client,WAI SR,task,15\nD05,3,client,wai-sr,goal,40\nD07,3,client,wai-sr,bond,12\n")
    with pytest.raises(ScoreError, match=r"scores.csv, line 3: goal goes from 4 to 20"):
        import_scores(study, path)
    path.write_text(
        HEADER + "D05,3,client,wai-sr,task,15\nD07,3,client,wai-sr,bond,12\nD05,3,interpreter,ors,total,9\n"
    )
    assert [problem.line for problem in import_problems(study, path)] == [3, 4, 4]
    path.write_text(HEADER + "D05,3,client,wai-sr,task,15\nD07,3,client,wai-sr,bond,12\nD05,3,observer,wai-s,task,9\n")
    assert [problem.line for problem in import_problems(study, path)] == [3, 4]
    with pytest.raises(ScoreError, match=r"line 3: there is no session 3 of D07 .* \(1 more to mend after it\)"):
        import_scores(study, path)
    assert all_scores(study) == []


def test_a_file_that_cannot_be_kept_to_its_end_leaves_nothing(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "scores.csv"
    path.write_text(HEADER + "D05,3,client,wai-sr,task,15\n")
    import_scores(study, path)
    before = all_scores(study)
    path.write_text(HEADER + "D05,3,client,wai-sr,task,9\nD05,3,client,wai-sr,goal,12\nD05,3,therapist,wai-sr,task,9\n")
    add_all, calls = Entries.add_all, count()

    def full(entries: Entries, kind: str, values: Mapping[str, Any]) -> None:
        if kind == SCORE and next(calls) == 1:
            raise StoreError("The disk is full.")
        add_all(entries, kind, values)

    monkeypatch.setattr(Entries, "add_all", full)
    with pytest.raises(StoreError, match="full"):
        import_scores(study, path)
    assert next(calls) > 2
    assert all_scores(study) == before
    assert import_scores(study, path).words == "2 scores entered, 1 replaced, 0 there already"


def test_all_that_is_wrong_with_a_file_is_named_at_once(study: Study, tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text(
        "dyad,session,rater,person,instrument,subscale,value\n"
        "D05,3,client,,wai-sr,task,15\n"
        "D99,3,client,,wai-sr,task,15\n"
        "D05,3,client,D05-C,wai-sr,task,16\n"
        "D99,3,client,,wai-sr,goal,40\n"
        "D05,3,client,,wai-sr,bond,11,5\n"
        "D05,3,nurse,,wai,bond,11\n"
    )
    told = [(problem.line, problem.reason.split(";")[0]) for problem in import_problems(study, path)]
    assert told == [
        (3, "there is no session 3 of D99 in this study (dyads: D05)"),
        (4, "this score is on line 2 already"),
        (5, "there is no session 3 of D99 in this study (dyads: D05)"),
        (5, "goal goes from 4 to 20, and 40 is outside"),
        (6, "this line has more cells than there are columns (7)"),
        (7, told[5][1]),
        (7, told[6][1]),
    ]
    assert told[5][1].startswith("'nurse' is no rater")
    assert told[6][1].startswith("there is no instrument 'wai'")


def test_the_same_score_again_replaces_the_one_there_and_says_so(study: Study, tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text(HEADER + "D05,3,client,wai-sr,task,15\nD05,3,therapist,wai-sr,task,16\n")
    done = import_scores(study, path)
    assert (done.new, done.replaced, done.same) == (2, (), 0)
    path.write_text(HEADER + "D05,3,client,wai-sr,task,15\nD05,3,therapist,wai-sr,task,18\n")
    done = import_scores(study, path)
    assert (done.new, done.same) == (0, 1)
    assert done.replaced == ("D05, session 3, therapist, wai-sr task: 16 → 18",)
    assert sorted(one.value for one in all_scores(study)) == [15, 18]
    path.write_text("dyad,session,rater,person,instrument,subscale,value\nD05,3,observer,K2,wai-s,task,20\n")
    assert import_scores(study, path).new == 1
    assert {one.person for one in all_scores(study)} >= {"c", "o2"}


def test_an_instrument_of_the_study_s_own_is_kept_in_its_versions(study: Study) -> None:
    mine = Instrument("mine", "1", "Mine", "ours", ("client",), (Subscale("total", "total", 0, 10),))
    keep_instrument(study, mine)
    keep_instrument(study, mine)
    assert mine in instruments_of(study)
    other = Instrument("mine", "1", "Mine", "ours", ("client",), (Subscale("total", "total", 0, 20),))
    with pytest.raises(IprtoolError, match="version 1 of mine already"):
        keep_instrument(study, other)
    enter(study, "9.5", line=Line(mine, mine.subscales[0]))
    assert used_instruments(study) == [mine]


def test_a_total_and_what_it_is_made_of_stand_for_each_other(study: Study) -> None:
    use_instruments(study, [WAI])
    total = next(one for one in WAI.subscales if one.id == "total")
    enter(study, "40", line=Line(WAI, total))
    of_client = [
        line.subscale.id for line, rater in sheet_of(study, session(study)).missing() if rater.role == "client"
    ]
    assert of_client == []
    enter(study, "15")
    sheet = sheet_of(study, session(study))
    assert [line.subscale.id for line, rater in sheet.missing() if rater.role == "client"] == ["goal", "bond"]
    for subscale in WAI.subscales[1:3]:
        enter(study, "12", line=Line(WAI, subscale))
    enter_score(study, session(study), sheet.raters[0], Line(WAI, total), None)
    assert [rater.role for _, rater in sheet_of(study, session(study)).missing()] == ["therapist"] * 4
