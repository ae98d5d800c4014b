"""Instruments say which scores there can be; a file of scores is taken whole or not at all, errors by line."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iprtool.codebooks.writing import as_toml
from iprtool.instruments import ScoreRow, check, check_scores, load, read_scores, shipped, shipped_ids
from iprtool.model.errors import ScoreError
from iprtool.model.score import Score, Subscale, score_problem, value_problem

IDS = ("oq-45-2", "ors", "rri", "seq", "srs", "wai-s", "wai-sr")
SHIPPED = [shipped(one) for one in shipped_ids()]

Ranges = dict[str, tuple[float, float, int | None]]


def ranges(instrument_id: str) -> Ranges:
    return {one.id: (one.minimum, one.maximum, one.items) for one in shipped(instrument_id).subscales}


class TestShipped:
    def test_all_are_there_each_under_its_own_id_with_a_source(self) -> None:
        assert shipped_ids() == IDS
        assert tuple(one.id for one in SHIPPED) == IDS
        assert all("client" in one.raters and len(one.source) > 80 for one in SHIPPED)

    @pytest.mark.parametrize(
        ("instrument_id", "expected"),
        [
            ("wai-sr", {"task": (4, 20, 4), "goal": (4, 20, 4), "bond": (4, 20, 4), "total": (12, 60, 12)}),
            ("wai-s", {"task": (4, 28, 4), "goal": (4, 28, 4), "bond": (4, 28, 4), "total": (12, 84, 12)}),
            ("rri", {"realism": (1, 5, None), "genuineness": (1, 5, None), "total": (1, 5, 24)}),
            ("seq", dict.fromkeys(("depth", "smoothness", "positivity", "arousal"), (1, 7, 5))),
            ("ors", {"total": (0, 40, 4)}),
            ("srs", {"total": (0, 40, 4)}),
            (
                "oq-45-2",
                {
                    "total": (0, 180, 45),
                    "symptom_distress": (0, 100, 25),
                    "interpersonal": (0, 44, 11),
                    "social_role": (0, 36, 9),
                },
            ),
        ],
    )
    def test_ranges_and_numbers_of_items(self, instrument_id: str, expected: Ranges) -> None:
        assert ranges(instrument_id) == expected

    def test_means_are_means(self) -> None:
        means = {one.id for one in SHIPPED if all(subscale.scoring == "mean" for subscale in one.subscales)}
        assert means == {"rri", "seq"}

    @pytest.mark.parametrize("instrument_id", IDS)
    def test_as_toml_it_loads_back_equal(self, instrument_id: str, tmp_path: Path) -> None:
        (tmp_path / "copy.toml").write_text(as_toml(shipped(instrument_id)), "utf-8")
        assert load(tmp_path / "copy.toml") == shipped(instrument_id)

    def test_no_item_text_and_no_cut_off(self) -> None:
        known = {"id", "version", "title", "source", "raters", "subscales"}
        assert {field.name for field in msgspec.structs.fields(type(SHIPPED[0]))} == known
        assert not [one.id for one in SHIPPED if "cut" in as_toml(one).lower() or "norm" in as_toml(one).lower()]


TASK = Subscale("task", "task", 4, 20, 4)
DEPTH = Subscale("depth", "depth", 1, 7, 5, "mean")
LINES = Subscale("total", "total", 0, 40, 4, step=0.1)
UNKNOWN = Subscale("realism", "realism", 1, 5, scoring="mean")


class TestValues:
    @pytest.mark.parametrize(
        ("subscale", "value", "answered"),
        [
            (TASK, 4, None), (TASK, 20, 4), (TASK, 32 / 3, 3), (TASK, 10.67, 3), (TASK, 10.7, 3), (TASK, 11, 3),
            (TASK, 4, 1), (DEPTH, 4.2, 5), (DEPTH, 4.25, 4), (DEPTH, 4.25, None), (DEPTH, 4.3, 3), (DEPTH, 7, None),
            (LINES, 33.4, None), (LINES, 0.1, 4), (LINES, 0.30000000000000004, None),
            (UNKNOWN, 3.1416, None), (UNKNOWN, 5, 99),
        ],
    )  # fmt: skip
    def test_that_there_can_be(self, subscale: Subscale, value: float, answered: int | None) -> None:
        assert value_problem(subscale, value, answered) is None

    @pytest.mark.parametrize(
        ("subscale", "value", "answered", "reason"),
        [
            (TASK, 3, None, "task goes from 4 to 20, and 3 is outside; check the value"),
            (TASK, 20.5, None, "and 20.5 is outside"),
            (TASK, float("nan"), None, "and nan is outside"),
            (TASK, float("inf"), None, "and inf is outside"),
            (TASK, 10.5, None, "is a whole number where all 4 items are answered; check 10.5, or say how many"),
            (TASK, 10.5, 4, "is a whole number where all 4 items are answered; check 10.5"),
            (TASK, 10.5, 3, "no answers give 10.5 on task with 3 of its 4 items answered"),
            (TASK, 10, 5, "task has 4 items, not 5"),
            (TASK, 10, 0, "at least one item answered"),
            (DEPTH, 4.25, 5, "no answers give 4.25 on depth with 5 of its 5 items answered"),
            (DEPTH, 4.17, None, "no answers give 4.17 on depth; check the value"),
            (DEPTH, 0.9, 5, "depth goes from 1 to 7"),
            (LINES, 33.45, 4, "no answers give 33.45"),
            (UNKNOWN, 5.1, None, "realism goes from 1 to 5"),
            (UNKNOWN, 5, 0, "at least one item answered"),
        ],
    )
    def test_that_there_can_not_be(self, subscale: Subscale, value: float, answered: int | None, reason: str) -> None:
        problem = value_problem(subscale, value, answered)
        assert problem is not None
        assert reason in problem

    @settings(deadline=None)
    @given(st.sampled_from([one for each in SHIPPED for one in each.subscales if one.items]), st.data())
    def test_whatever_is_answered_gives_a_score_rounded_or_not(self, subscale: Subscale, data: st.DataObject) -> None:
        items = subscale.items or 1
        share = items if subscale.scoring == "sum" else 1
        most = round((subscale.maximum - subscale.minimum) / share / subscale.step)
        answered = data.draw(st.integers(1, items))
        steps = data.draw(st.lists(st.integers(0, most), min_size=answered, max_size=answered))
        mean = sum(subscale.minimum / share + step * subscale.step for step in steps) / answered
        value = mean * share
        assert value_problem(subscale, min(max(value, subscale.minimum), subscale.maximum), answered) is None
        assert value_problem(subscale, round(value, 2), answered) is None


SCORE = Score("x", "s", None, "client", "wai-sr", "2006", "task", 12)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"instrument": "wai-s"}, "this score is of wai-s, version 2006, not of wai-sr, version 2006"),
        ({"version": "2"}, "this score is of wai-sr, version 2, not of wai-sr, version 2006"),
        ({"rater": "observer"}, "wai-sr is not filled in by observer, only by client, second_client, therapist"),
        ({"subscale": "depth"}, "wai-sr has no subscale 'depth'; it has task, goal, bond, total"),
        ({"value": 21}, "task goes from 4 to 20, and 21 is outside"),
        ({"items_answered": 5}, "task has 4 items, not 5"),
    ],
)
def test_a_score_is_one_of_its_instrument(changes: dict[str, object], reason: str) -> None:
    assert score_problem(shipped("wai-sr"), SCORE) is None
    problem = score_problem(shipped("wai-sr"), msgspec.structs.replace(SCORE, **changes))
    assert problem is not None
    assert reason in problem


OWN = """\
id = "ours"
version = "1"
title = "Our form"
source = "Ours"
raters = ["client", "observer"]

[[subscales]]
id = "ease"
label = "ease"
minimum = 0
maximum = 10
items = 10
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "ours.toml"
    path.write_text(OWN, "utf-8")
    return path


def test_a_studys_own_instrument(own: Path) -> None:
    instrument = load(own)
    assert (instrument.raters, instrument.subscale("ease"), instrument.subscale("x")) == (
        ("client", "observer"),
        Subscale("ease", "ease", 0, 10, 10),
        None,
    )


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ('"observer"', '"nurse"', 5, "'raters' holds 'nurse'; write one of client, therapist, researcher"),
        ('["client", "observer"]', '"client"', 5, "'raters' should be a list and is text"),
        ('["client", "observer"]', "[]", 5, "nobody fills it in"),
        ("maximum = 10", "maximum = 0", 10, "the range is upside down (0 to 0)"),
        ("maximum = 10", "maximum = inf", 7, "must be finite numbers"),
        ("items = 10", "items = 0", 12, "0 is no number of items"),
        ("items = 10", "step = 11", 12, "the step 11 does not fit the range"),
        ("items = 10", 'scoring = "median"', 12, "'scoring' holds 'median'; write one of sum, mean"),
        ("items = 10", 'text = "I felt well"', 12, "there is no field 'text' here"),
        ('id = "ease"', 'id = "Ease"', 8, "may hold only a-z"),
    ],
)
def test_an_instruments_file_names_the_line(own: Path, old: str, new: str, line: int, reason: str) -> None:
    assert old in OWN
    own.write_text(OWN.replace(old, new), "utf-8")
    (problem,) = check(own)
    assert (problem.line, reason in problem.reason) == (line, True), problem


SCORES = """\
dyad,session,rater,instrument,version,subscale,value,items_answered
D05,3,client,wai-sr,2006,task,15,4
D05,3,Second client,WAI SR,,Task,14,
D05,3,client,OQ-45.2,,Symptom distress,61,25
D05,3,therapist,SEQ,5,depth,"4,8",5
D05,5.0,client,SRS,3,total,37.2,
"""
ROWS = (
    ScoreRow(2, "D05", 3, "client", "wai-sr", "2006", "task", 15, 4),
    ScoreRow(3, "D05", 3, "second_client", "wai-sr", "2006", "task", 14),
    ScoreRow(4, "D05", 3, "client", "oq-45-2", "2004", "symptom_distress", 61, 25),
    ScoreRow(5, "D05", 3, "therapist", "seq", "5", "depth", 4.8, 5),
    ScoreRow(6, "D05", 5, "client", "srs", "3.0", "total", 37.2),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "scores.csv"


class TestScores:
    def test_are_read_as_people_name_things(self, path: Path) -> None:
        path.write_text(SCORES, "utf-8")
        assert read_scores(path, SHIPPED) == ROWS
        assert check_scores(path, SHIPPED) == ()

    def test_are_read_as_spreadsheets_leave_them(self, path: Path) -> None:
        text = SCORES.replace('"4,8"', "4@8").replace(",", ";").replace("@", ",").replace("\n", ";;\r\n")
        path.write_bytes(b"\xef\xbb\xbf" + text.encode() + b";;;;;;;;;\r\n")
        assert read_scores(path, SHIPPED) == ROWS

    def test_columns_stand_in_any_order_and_optional_ones_may_be_left_out(self, path: Path) -> None:
        path.write_text("Value,Subscale,Instrument,Rater,Session,Dyad\n15,task,wai-sr,client,3,D05\n", "utf-8")
        (row,) = read_scores(path, SHIPPED)
        assert row == msgspec.structs.replace(ROWS[0], items_answered=None)

    def test_become_scores_once_the_session_is_known(self) -> None:
        assert ROWS[0].score("x", "s", "p", "2026-03-01") == Score(
            "x", "s", "p", "client", "wai-sr", "2006", "task", 15, 4, "2026-03-01"
        )

    @pytest.mark.parametrize(
        ("old", "new", "line", "reason"),
        [
            ("task,15", "task,25", 2, "task goes from 4 to 20, and 25 is outside"),
            ("task,15", "task,15.5", 2, "is a whole number where all 4 items are answered"),
            ("task,15", "task,fifteen", 2, "'fifteen' is no number"),
            ("task,15", "task,", 2, "the value is empty"),
            ("task,15", "task,1e999", 2, "is no number"),
            ("task,15", "task," + "9" * 5000, 2, "is no number"),
            ("task,15,4", "task,15,5", 2, "task has 4 items, not 5"),
            ("task,15,4", "task,15,all", 2, "'all' is no number of items answered"),
            ("task,15,4", "depth,15,4", 2, "wai-sr has no subscale 'depth'"),
            ("D05,3,client,wai", ",3,client,wai", 2, "the dyad is empty"),
            ("D05,3,client,wai", "D\x1b[31m05,3,client,wai", 2, "U+001B"),
            ("D05,3,client,wai", "D05,0,client,wai", 2, "'0' is no session's number"),
            ("D05,3,client,wai", "D05,3.5,client,wai", 2, "'3.5' is no session's number"),
            ("D05,3,client,wai", "D05,3,nurse,wai", 2, "'nurse' is no rater; write one of client"),
            ("D05,3,client,wai", "D05,3,observer,wai", 2, "not filled in by observer"),
            ("wai-sr,2006", "wai,2006", 2, "there is no instrument 'wai'; there are oq-45-2"),
            ("wai-sr,2006", "wai-sr,2007", 2, "there is no version '2007' of wai-sr; there is 2006"),
            ("Second client", "client", 3, "this score is on line 2 already"),
            ('"4,8"', "4,8", 5, "more cells than there are columns"),
            ("rater,", "who,", 1, "there is no column 'who' here"),
        ],
    )
    def test_name_the_line(self, path: Path, old: str, new: str, line: int, reason: str) -> None:
        assert old in SCORES
        path.write_text(SCORES.replace(old, new, 1), "utf-8")
        problem = check_scores(path, SHIPPED)[0]
        assert (problem.line, reason in problem.reason) == (line, True), problem
        with pytest.raises(ScoreError, match=rf"^scores\.csv, line {line}: "):
            read_scores(path, SHIPPED)

    def test_every_line_that_is_wrong_is_named(self, path: Path) -> None:
        path.write_text(SCORES.replace("ask,", "usk,").replace("37.2", "41"), "utf-8")
        assert [problem.line for problem in check_scores(path, SHIPPED)] == [2, 3, 6]

    def test_a_version_must_be_named_where_there_are_several(self, path: Path, own: Path) -> None:
        first = load(own)
        both = [first, msgspec.structs.replace(first, version="2")]
        path.write_text("dyad,session,rater,instrument,subscale,value\nD05,3,client,ours,ease,7\n", "utf-8")
        assert "ours has the versions 1, 2; say which" in check_scores(path, both)[0].reason
        path.write_text("dyad,session,rater,instrument,subscale,value,version\nD05,3,client,ours,ease,7,2\n", "utf-8")
        assert [row.version for row in read_scores(path, both)] == ["2"]

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("D05,3,client,wai-sr,task,15\n", "no line names the columns"),
            ("dyad,session,rater,instrument,subscale\n", "the column 'value' is missing"),
            ("dyad,session,rater,instrument,subscale,value\n", "there is no score below"),
            ("scores of spring\ndyad,session,rater,instrument,subscale,value\nD05,3,client,ors,total,9\n", "above"),
            ("", "the file is empty; write at least a line with dyad, session"),
        ],
    )
    def test_files_that_are_none(self, path: Path, text: str, reason: str) -> None:
        path.write_text(text, "utf-8")
        assert reason in check_scores(path, SHIPPED)[0].reason
