"""A codebook that a spreadsheet left: however it parts, quotes and encodes, and each error with its line."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iprtool.codebooks import check, load, sheet
from iprtool.model.codebook import Codebook, CodeEntry, RatingScale, SessionScale
from tests.codebook_files import only_problem, written

SHEET = """\
codebook,our-words
version,2.0
title,Our words
source,Our own study
plain,yes
rating,1 to 5
anchor 1,not at all
anchor 5,very much
session rating,how close they were,1 to 7 by 0.5
session rating,how it ended

id,label,gloss,group,polarity,key
felt_safe,felt safe,"I could let my guard down, a bit",good,positive,1
apart,felt apart,,,negative,
"""
OURS = Codebook(
    id="our-words",
    version="2.0",
    title="Our words",
    source="Our own study",
    codes=(
        CodeEntry("felt_safe", "felt safe", "I could let my guard down, a bit", "good", "positive", 1),
        CodeEntry("apart", "felt apart", polarity="negative"),
    ),
    plain=True,
    rating=RatingScale(1, 5, anchors={"1": "not at all", "5": "very much"}),
    session_ratings=(
        SessionScale("how_close_they_were", "how close they were", rating=RatingScale(1, 7, 0.5)),
        SessionScale("how_it_ended", "how it ended"),
    ),
)
JUNK = ["", ",", '"', "\n", ";", "\t", "=", "label", "id,", "anchor 1,", "rating,", "\x00", "é", "\ud800", "9" * 400]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "our words.csv"


def test_a_whole_codebook(path: Path) -> None:
    assert load(written(path, SHEET)) == OURS


@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize("line_end", ["\r\n", "\r", "\n"])
def test_separators_and_line_ends(path: Path, separator: str, line_end: str) -> None:
    text = SHEET.replace(", a bit", "@").replace(",", separator).replace("@", ", a bit").replace("\n", line_end)
    assert load(written(path, text)) == OURS


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_encodings(path: Path, encoding: str) -> None:
    text = SHEET.replace("felt safe", "følte meg trygg")
    assert load(written(path, text.encode(encoding))).codes[0].label == "følte meg trygg"


def test_cells_that_a_spreadsheet_fills_up_and_a_line_that_names_the_separator(path: Path) -> None:
    text = "sep=;\n" + SHEET.replace(", a bit", "@").replace(",", ";").replace("\n", ";;\n").replace("@", ", a bit")
    assert load(written(path, text + ";;;;;;;\n")) == OURS


def test_the_example_in_the_description(path: Path) -> None:
    lines = (sheet.__doc__ or "").splitlines()
    codebook = load(written(path, "\n".join(line for line in lines if line.startswith("    "))))
    assert (codebook.id, [code.id for code in codebook.codes]) == ("our-words", ["felt_safe"])
    assert [(one.label, one.rating.maximum) for one in codebook.session_ratings] == [("how close they were", 7)]


def test_a_list_of_labels_is_enough(path: Path) -> None:
    codebook = load(written(path, "Label\nFølte meg sett\nVar på vakt!\n"))
    assert (codebook.id, codebook.version, codebook.title) == ("our_words", "1.0", "our words")
    assert [(code.id, code.label) for code in codebook.codes] == [
        ("folte_meg_sett", "Følte meg sett"),
        ("var_pa_vakt", "Var på vakt!"),
    ]
    assert codebook.plain is False


def test_a_key_that_became_a_number_with_decimals(path: Path) -> None:
    assert load(written(path, "label,key\none,3.0\n")).codes[0].key == 3


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("apart,felt apart", "felt_safe,felt apart", 14, "the id 'felt_safe' is used twice (code 1 has it already)"),
        ("felt apart", "FELT SAFE", 14, "the label 'felt safe' is used twice"),
        ("felt apart", "", 14, "the label is empty"),
        ("apart,felt apart", ",فهم", 14, "no id can be made of"),
        ("apart,", "A part,", 14, "may hold only a-z"),
        (",positive,1", ",positive,one", 13, "the key 'one' is none of the digits"),
        (",positive,1", ",positive,10", 13, "the key 10 is none of the digits"),
        (",positive,1", ",good,1", 13, "'good' is no polarity"),
        ("negative,\n", "negative,,more\n", 14, "more cells than there are columns (6)"),
        ("label,gloss", "label,glos", 12, "there is no column 'glos' here"),
        ("gloss,group", "gloss,gloss", 12, "the column 'gloss' is there twice"),
        ("1 to 5", "1 bis 5", 6, "'1 bis 5' is no scale"),
        ("1 to 5", "5 to 1", 6, "upside down (5 to 1)"),
        ("1 to 7 by 0.5", "7 to 1", 9, "upside down (7 to 1)"),
        ("1 to 7 by 0.5", "low", 9, "'low' is no scale"),
        ("anchor 5", "anchor 6", 8, "not on the scale"),
        ("anchor 5", "anchor five", 8, "there is no 'anchor five' above the columns' names"),
        ("anchor 5", "anchor " + "5" * 5000, 8, "there is no 'anchor 5555"),
        ("plain,yes", "plain,oui", 5, "plain is yes or no, not 'oui'"),
        ("felt apart", "a Rupture", 14, "'Rupture' is a researcher's term, which participants are never shown"),
        ("I could", "No withdrawals, I could", 13, "'withdrawals' is a researcher's term"),
        ("not at all", "no alliance", 7, "'alliance' is a researcher's term"),
        ("title,Our words", "title,Confrontation", 3, "'Confrontation' is a researcher's term"),
        ("title,Our words", "titel,Our words", 3, "there is no 'titel' above the columns' names"),
        ("title,Our words", "title,", 3, "the title is empty"),
        ("title,Our words", "version,3.0", 3, "'version' is there twice"),
        ("codebook,our-words", "codebook,our words", 1, "may hold only a-z"),
        ("felt apart", "felt\x1b[31m apart", 14, "U+001B"),
        ('a bit"', "a bit", 13, "quotation marks"),
    ],
)  # fmt: skip
def test_names_the_line(path: Path, old: str, new: str, line: int, reason: str) -> None:
    assert old in SHEET
    problem = only_problem(path, SHEET.replace(old, new, 1))
    assert (problem.line, reason in problem.reason) == (line, True), problem


def test_a_line_below_a_cell_of_several_lines_is_counted_as_the_editor_counts(path: Path) -> None:
    text = 'label,gloss\nfelt safe,"one\ntwo\nthree"\n,nothing\n'
    assert only_problem(path, text).line == 5


def test_several_at_once_in_the_order_of_lines(path: Path) -> None:
    found = check(written(path, "plain,maybe\nlabel,key\none,x\ntwo,y\n"))
    assert [problem.line for problem in found] == [1, 3, 4]


def test_a_scale_around_nought(path: Path) -> None:
    codebook = load(written(path, "Rating;-2,5 to 2,5 by 0,5\nAnchor -2,5;hindering\nanchor 0;neither\nlabel;\nit;\n"))
    assert codebook.rating == RatingScale(-2.5, 2.5, 0.5, {"-2.5": "hindering", "0": "neither"})


@given(st.lists(st.tuples(st.integers(0, len(SHEET)), st.sampled_from(JUNK)), min_size=1, max_size=6))
@settings(deadline=None)
def test_whatever_a_sheet_was_turned_into_it_loads_or_says_why(changes: list[tuple[int, str]]) -> None:
    text = SHEET
    for at, junk in changes:
        text = text[:at] + junk + text[at + 1 :]
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder) / "x.csv", text.encode("utf-8", "surrogatepass"))
        found = check(path)
        assert found or load(path).codes
        assert all(problem.reason and (problem.line or 1) <= text.count("\n") + 1 for problem in found)


def test_an_anchor_needs_a_rating(path: Path) -> None:
    assert "no rating" in only_problem(path, "anchor 1,low\nlabel\none\n").reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("one\ntwo\n", "no line names the columns"),
        ("label\n", "there is no code"),
        ("", "is empty"),
        ("label\nfølte".encode("cp1252"), "not UTF-8"),
        ("label,gloss\n" + "a,b\n" * 70_000, "larger than 256 KiB"),
        ("label\n" + "\n".join(f"word {number}" for number in range(501)), "more than 500 codes"),
        ('label\n"' + "x" * 200_000, "quotation marks"),
        ("x\n" * 110_000 + "label\none\n", "more than 100,000 lines"),
    ],
    ids=["no columns", "no codes", "empty", "not UTF-8", "large", "many", "open", "long"],
)
def test_files_that_are_none(path: Path, text: str | bytes, reason: str) -> None:
    assert reason in only_problem(path, text).reason
