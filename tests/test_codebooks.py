"""The shipped codebooks hold what the literature lists; a file that is none says why, and on which line."""

import os
import time
from pathlib import Path

import msgspec
import pytest

from iprtool.codebooks import check, load, shipped, shipped_ids
from iprtool.model.codebook import Codebook, CodeEntry
from iprtool.model.errors import CodebookError
from tests.codebook_files import only_problem, written

IDS = (
    "3rs-2015",
    "3rs-2022",
    "client-reactions-1988",
    "couple-1992",
    "elliott-events-1985",
    "helpfulness-1988",
    "recaller-plain",
    "therapist-intentions-1985",
    "therapist-plain",
)
PLAIN = ("couple-1992", "helpfulness-1988", "recaller-plain", "therapist-plain")
RESEARCH_TERMS = ("rupture", "withdrawal", "confrontation", "alliance", "marker", "resistance")

GOOD = """\
id = "mine"
version = "1"
title = "Mine"
source = "Ours"

[[codes]]
id = "one"
label = "One"
key = 1

[[codes]]
id = "two"
label = "Two"
"""

TWO_RATINGS = """\
[[session_ratings]]
id = "a"
label = "a"
[[session_ratings]]
id = "b"
label = "b"
[session_ratings.rating]
minimum = 1
maximum = 5"""


def labels(codebook_id: str) -> list[str]:
    return [entry.label for entry in shipped(codebook_id).codes]


def by_group(codebook_id: str) -> dict[str | None, int]:
    groups = [entry.group for entry in shipped(codebook_id).codes]
    return {group: groups.count(group) for group in groups}


class TestShipped:
    def test_all_are_there(self) -> None:
        assert shipped_ids() == IDS

    @pytest.mark.parametrize("codebook_id", IDS)
    def test_each_loads_under_its_own_id_with_glosses_and_source(self, codebook_id: str) -> None:
        codebook = shipped(codebook_id)
        assert codebook.id == codebook_id
        assert codebook.version == "1.0"
        assert "iprtool" in codebook.source
        assert all(entry.gloss.strip().endswith(".") for entry in codebook.codes)
        assert len({entry.id for entry in codebook.codes}) == len(codebook.codes)

    @pytest.mark.parametrize(
        ("codebook_id", "count"), zip(IDS, (24, 15, 21, 2, 14, 9, 13, 19, 12), strict=True), ids=IDS
    )
    def test_how_many_codes(self, codebook_id: str, count: int) -> None:
        assert len(shipped(codebook_id).codes) == count

    def test_recallers_words_in_order_with_keys_1_to_9(self) -> None:
        assert labels("recaller-plain") == [
            "felt understood",
            "felt safe",
            "felt moved",
            "saw something new",
            "relieved",
            "held something back",
            "felt distance",
            "felt judged or ashamed",
            "confused",
            "annoyed",
            "wanted to stop",
            "came back together",
            "unsure",
        ]
        keys = [entry.key for entry in shipped("recaller-plain").codes]
        assert keys == [*range(1, 10), None, None, None, None]

    def test_client_reactions_take_polarity_from_the_table_not_from_the_word(self) -> None:
        codes = shipped("client-reactions-1988").codes
        assert [entry.polarity for entry in codes] == ["positive"] * 14 + ["negative"] * 7
        assert (codes[4].label, codes[4].polarity) == ("Negative thoughts or behaviors", "positive")
        assert (codes[20].label, codes[20].polarity) == ("No reaction", "negative")

    def test_elliotts_events_are_helpful_or_not(self) -> None:
        codes = shipped("elliott-events-1985").codes
        assert by_group("elliott-events-1985") == {
            "helpful, task": 4,
            "helpful, interpersonal": 4,
            "non-helpful": 6,
        }
        assert [entry.polarity for entry in codes] == ["positive"] * 8 + ["negative"] * 6

    def test_intentions_may_be_rated_1_to_5(self) -> None:
        rating = shipped("therapist-intentions-1985").rating
        assert rating is not None
        assert (rating.minimum, rating.maximum, rating.step, rating.anchors) == (1, 5, 1, {})

    def test_helpfulness_has_nine_anchored_points_and_halves_between(self) -> None:
        codebook = shipped("helpfulness-1988")
        assert codebook.rating is not None
        assert (codebook.rating.minimum, codebook.rating.maximum, codebook.rating.step) == (1, 9, 0.5)
        assert [codebook.rating.anchors[str(entry.key)] for entry in codebook.codes] == labels("helpfulness-1988")
        assert [entry.polarity for entry in codebook.codes] == ["negative"] * 4 + ["neutral"] + ["positive"] * 4

    def test_3rs_2015_has_markers_strategies_and_a_clarity_check(self) -> None:
        codebook = shipped("3rs-2015")
        assert by_group("3rs-2015") == {"withdrawal": 7, "confrontation": 7, "resolution strategy": 10}
        assert (codebook.clarity, codebook.rating) == (True, None)
        assert [one for one in IDS if shipped(one).clarity] == ["3rs-2015"]

    def test_3rs_2015_has_five_ratings_of_the_session_without_the_manuals_anchors(self) -> None:
        scales = shipped("3rs-2015").session_ratings
        assert [scale.label for scale in scales] == [
            "significance of withdrawal",
            "significance of confrontation",
            "significance of resolution strategies",
            "overall resolution",
            "therapist's contribution",
        ]
        assert {(one.rating.minimum, one.rating.maximum, one.rating.step) for one in scales} == {(1, 5, 1)}
        assert not any(scale.rating.anchors for scale in scales)

    def test_3rs_2022_rates_the_four_scales_for_the_session(self) -> None:
        codebook = shipped("3rs-2022")
        assert [scale.id for scale in codebook.session_ratings] == ["wd_p", "wd_t", "cf_p", "cf_t"]
        assert [scale.rating for scale in codebook.session_ratings] == [codebook.rating] * 4
        assert codebook.session_scale("cf_t") == codebook.session_ratings[3]
        assert codebook.session_scale("wd_denial") is None

    def test_a_couple_rates_a_moment_for_both(self) -> None:
        codebook = shipped("couple-1992")
        assert [(entry.group, entry.key) for entry in codebook.codes] == [("own", 1), ("guess of partner", 2)]
        assert codebook.rating is not None
        assert codebook.rating.anchors == {"1": "very negative", "3": "neutral", "5": "very positive"}

    def test_3rs_2022_has_four_parallel_scales_by_salience(self) -> None:
        codebook = shipped("3rs-2022")
        assert [entry.id for entry in codebook.codes[:4]] == ["wd_p", "wd_t", "cf_p", "cf_t"]
        assert list(by_group("3rs-2022").values()) == [4, 3, 3, 2, 3]
        assert codebook.rating is not None
        assert codebook.rating.anchors == {"1": "not salient", "3": "somewhat salient", "5": "very salient"}

    def test_only_what_participants_may_see_is_plain(self) -> None:
        assert tuple(found for found in IDS if shipped(found).plain) == PLAIN

    @pytest.mark.parametrize("codebook_id", PLAIN)
    def test_participants_are_shown_no_researchers_terms(self, codebook_id: str) -> None:
        codebook = shipped(codebook_id)
        shown = [codebook.title, *(f"{entry.label} {entry.gloss} {entry.group}" for entry in codebook.codes)]
        assert not [term for term in RESEARCH_TERMS if term in " ".join(shown).lower()]

    def test_an_unknown_id_names_those_there_are(self) -> None:
        with pytest.raises(CodebookError, match=r"'\.\./x'.*recaller-plain"):
            shipped("../x")


def test_an_entry_is_found_by_its_id_in_the_codebook_that_is_asked() -> None:
    codebook = Codebook("c", "1", "C", "us", (CodeEntry("a", "first"), CodeEntry("a", "second"), CodeEntry("b", "b")))
    assert codebook.entry("a") == CodeEntry("a", "first")
    other = msgspec.structs.replace(codebook, codes=(CodeEntry("c", "c"),))
    assert (other.entry("a"), other.entry("c")) == (None, CodeEntry("c", "c"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mine.toml"


class TestLoad:
    def test_a_good_file(self, path: Path) -> None:
        codebook = load(written(path, GOOD))
        assert [entry.id for entry in codebook.codes] == ["one", "two"]
        assert check(path) == ()

    def test_markup_is_data(self, path: Path) -> None:
        codebook = load(written(path, GOOD.replace('"Two"', '"[red]Two[/red] =1+1 <b>"')))
        assert codebook.codes[1].label == "[red]Two[/red] =1+1 <b>"

    def test_any_language_a_byte_order_mark_and_windows_lines_are_read(self, path: Path) -> None:
        text = GOOD.replace('"One"', '"følte meg sett"').replace('"Two"', '"می\N{ZERO WIDTH NON-JOINER}فهمم"')
        codebook = load(written(path, b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()))
        assert codebook.codes[0].label == "følte meg sett"

    def test_the_error_names_file_line_and_reason_in_one_sentence(self, path: Path) -> None:
        with pytest.raises(CodebookError) as caught:
            load(written(path, GOOD.replace('"two"', '"one"')))
        assert str(caught.value) == (
            "mine.toml, line 12: the id 'one' is used twice (code 1 has it already); give each code its own"
        )

    def test_the_error_says_how_many_more_there_are(self, path: Path) -> None:
        with pytest.raises(CodebookError, match=r"line 8: .*\(1 more to mend after it\)"):
            load(written(path, GOOD.replace('"One"', '""').replace('"Two"', '""')))

    def test_a_file_name_with_escapes_is_shown_without_them(self, tmp_path: Path) -> None:
        with pytest.raises(CodebookError) as caught:
            load(tmp_path / "a\x1b[31m.toml")
        assert "\x1b" not in str(caught.value)


class TestWhatIsWrong:
    @pytest.mark.parametrize(
        ("old", "new", "line", "reason"),
        [
            ('title = "Mine"', 'title = "Mine', 3, "not TOML here"),
            ('title = "Mine"', "title = \"\"\"Mine", 13, "unterminated string"),
            ('id = "mine"', 'id = "mine"\nid = "m"', 2, "not TOML here"),
            ('source = "Ours"\n', "", 1, "the field 'source' is missing"),
            ('label = "Two"\n', "", 11, "the field 'label' is missing"),
            ('label = "Two"', 'lable = "Two"\nlabel = "T"', 13, "there is no field 'lable'"),
            ('title = "Mine"', 'title = "Mine"\ncolour = "red"', 4, "there is no field 'colour'"),
            ('version = "1"', "version = 1.0", 2, "should be text and is a number; put it in quotation marks"),
            ("key = 1", 'key = "1"', 9, "'key' should be a whole number and is text"),
            ("key = 1", "key = 0", 9, "write 1 to 9"),
            ("key = 1", "key = true", 9, "'key' should be a whole number and is true or false"),
            ('label = "Two"', 'label = "Two"\nkey = 1', 14, "the key 1 is used twice"),
            ('"two"', '"one"', 12, "the id 'one' is used twice (code 1 has it already)"),
            ('"Two"', '"oNe"', 13, "the label 'one' is used twice"),
            ('"Two"', '"  "', 13, "the label is empty"),
            ('"Two"', '"' + "x" * 81 + '"', 13, "longer than 80"),
            ('"Two"', '"a\\u001b[31mb"', 13, "U+001B"),
            ('"Two"', '"a\\nb"', 13, "U+000A"),
            ('"Two"', '"a\N{RIGHT-TO-LEFT OVERRIDE}b"', 13, "U+202E"),
            ('"Two"', '"a\x07b"', 13, "not TOML here"),
            ('"two"', '"Two words"', 12, "may hold only a-z"),
            ('id = "mine"', 'id = "../mine"', 1, "may hold only a-z"),
            ('label = "Two"', 'label = "Two"\npolarity = "good"', 14, "'good' is no polarity"),
            ('label = "Two"', 'label = "Two"\ngloss = ["a"]', 14, "'gloss' should be text and is a list"),
            ('source = "Ours"', 'source = """\n[[codes]]\nid = "no"\n"""\nplain = 1', 8, "should be true or false"),
        ],
    )  # fmt: skip
    def test_names_the_line(self, path: Path, old: str, new: str, line: int, reason: str) -> None:
        assert old in GOOD
        problem = only_problem(path, GOOD.replace(old, new))
        assert problem.line == line
        assert reason in problem.reason

    @pytest.mark.parametrize(
        ("rating", "line", "reason"),
        [
            ("minimum = 5\nmaximum = 1", 16, "upside down (5 to 1)"),
            ("minimum = 1\nmaximum = 5\nstep = 0", 18, "the step 0 does not fit"),
            ("minimum = 1\nmaximum = 5\nstep = 3", 18, "it must lead from 1 to 5 in whole steps"),
            ("minimum = 1\nmaximum = 5e9", 15, "at most 1000"),
            ("minimum = 1\nmaximum = 5\nstep = 1e-320", 18, "does not fit the scale"),
            ("minimum = 1\nmaximum = inf", 15, "finite"),
            ("minimum = 1", 15, "the field 'maximum' is missing"),
            ("minimum = 1\nmaximum = 5\n[rating.anchors]\n1 = 'low'\n7 = 'high'", 20, "not on the scale"),
            ("minimum = 1\nmaximum = 5\n[rating.anchors]\n'1.5' = 'low'", 19, "not on the scale"),
            ("minimum = 1\nmaximum = 5\n[rating.anchors]\nlow = '1'", 19, "names no value"),
            ("minimum = 1\nmaximum = 5\n[rating.anchors]\n2.5 = 'mid'", 19, "split at its point"),
            ("minimum = 1\nmaximum = 5\n[rating.anchors]\n2 = ''", 19, "the 2 is empty"),
        ],
    )
    def test_a_rating_scale_that_is_none(self, path: Path, rating: str, line: int, reason: str) -> None:
        problem = only_problem(path, f"{GOOD}\n[rating]\n{rating}\n")
        assert problem.line == line
        assert reason in problem.reason

    @pytest.mark.parametrize(
        ("added", "line", "reason"),
        [
            ("[[session_ratings]]\nid = 'depth'", 15, "the field 'label' is missing"),
            ("[[session_ratings]]\nid = 'Depth'\nlabel = 'depth'", 16, "may hold only a-z"),
            ("[[session_ratings]]\nid = 'a'\nlabel = 'a'\n[[session_ratings]]\nid = 'a'\nlabel = 'b'", 19, "twice"),
            (f"{TWO_RATINGS}\n[session_ratings.rating.anchors]\n6 = 'much'", 25, "not on the scale"),
            (
                "[[session_ratings]]\nid = 'a'\nlabel = 'a'\nrating = '1 to 5'",
                18,
                "holds something that is no table",
            ),
            ("[session_ratings]\nid = 'a'", 15, "written as one [[session_ratings]] table each"),
            ("clarity = true", 15, "there is no field 'clarity' here"),
        ],
    )
    def test_ratings_of_the_session_that_are_none(self, path: Path, added: str, line: int, reason: str) -> None:
        problem = only_problem(path, f"{GOOD}\n{added}\n")
        assert (problem.line, reason in problem.reason) == (line, True), problem

    def test_inline_codes_are_placed_at_what_holds_them(self, path: Path) -> None:
        head = "".join(f"{line}\n" for line in GOOD.splitlines()[:4])
        problem = only_problem(path, head + 'codes = [\n  {id = "a", label = "A"},\n  {id = "a", label = "B"},\n]\n')
        assert (problem.line, "used twice" in problem.reason) == (5, True)

    def test_no_codes(self, path: Path) -> None:
        head = "".join(f"{line}\n" for line in GOOD.splitlines()[:4])
        assert "there is no code" in only_problem(path, head + "codes = []\n").reason
        assert "double brackets" in only_problem(path, head + "[codes]\nid = 'a'\n").reason

    def test_several_at_once_in_the_order_of_lines(self, path: Path) -> None:
        found = check(written(path, GOOD.replace('"One"', '""').replace('"two"', '"one"').replace('"1"', '""')))
        assert [problem.line for problem in found] == [2, 8, 12]


class TestFilesThatAreNone:
    @pytest.mark.parametrize("text", ["", "\n \n", "\N{BYTE ORDER MARK}"])
    def test_empty(self, path: Path, text: str) -> None:
        problem = only_problem(path, text)
        assert (problem.line, "is empty" in problem.reason) == (1, True)

    def test_not_utf_8(self, path: Path) -> None:
        problem = only_problem(path, GOOD.replace('"One"', '"følte"').encode("latin-1"))
        assert (problem.line, "not UTF-8" in problem.reason) == (8, True)

    def test_too_large(self, path: Path) -> None:
        assert "larger than 256 KiB" in only_problem(path, GOOD + "#" * 300_000).reason

    def test_missing(self, path: Path) -> None:
        with pytest.raises(CodebookError, match=r"^mine\.toml: there is no such file; check the path$"):
            load(path)

    def test_a_folder(self, tmp_path: Path) -> None:
        (problem,) = check(tmp_path)
        assert "this is a folder" in problem.reason

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
    def test_a_pipe_is_not_waited_for(self, path: Path) -> None:
        os.mkfifo(path)
        (problem,) = check(path)
        assert "no ordinary file" in problem.reason

    @pytest.mark.parametrize(
        ("text", "line", "reason"),
        [
            ("a = " + "[" * 100_000, 1, "nested too deeply"),
            ("\nb = " + "9" * 5000, 2, "a number is too long"),
            ("\n" + ".".join(["a"] * 100_000) + " = 1", 2, "too many parts"),
            ("x = {" + " . ".join(['"\\""'] * 30_000) + " = 1}", 1, "too many parts"),
            ("[rating]\nminimum = 1" + "0" * 400, 2, "'minimum' is not what it should be"),
        ],
        ids=["brackets", "digits", "dotted", "quoted", "infinite"],
    )
    def test_hostile_files_end_soon_in_one_sentence(self, path: Path, text: str, line: int, reason: str) -> None:
        before = time.perf_counter()
        found = check(written(path, text))
        assert time.perf_counter() - before < 5
        assert any(problem.line == line and reason in problem.reason for problem in found)
