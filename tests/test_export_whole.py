"""A whole study leaves whole: persons, codings, what the researcher said, traces, scores; and consents are obeyed."""

from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pytest

from iprtool.export.build import Asked, build
from iprtool.export.rows import StudyRows, Withheld
from iprtool.export.tables import BY_NAME
from iprtool.export.tokens import Tokens
from iprtool.export.verify import verify_export
from iprtool.model.coding import SegmentSeen
from tests.export_samples import exported
from tests.export_whole import CODED, SAID, a_whole_study

TOKENS = Tokens(b"k" * 32)
ONE = TOKENS.one


def arrow_tables(rows: StudyRows, **asked: bool) -> dict[str, pa.Table]:
    """All tables of the export by name."""
    return {table.name: made for table, made in build(rows, Asked(**asked)).tables}


def tables_of(rows: StudyRows, **asked: bool) -> dict[str, list[dict[str, Any]]]:
    """All tables as plain values."""
    return {name: table.to_pylist() for name, table in arrow_tables(rows, **asked).items()}


@pytest.fixture(scope="module")
def tables() -> dict[str, list[dict[str, Any]]]:
    return tables_of(a_whole_study(), text=True, dates=True)


def by(rows: list[dict[str, Any]], key: str) -> dict[Any, dict[str, Any]]:
    return {row[key]: row for row in rows}


def test_it_verifies_and_no_table_is_without_a_row(tmp_path: Path, tables: dict[str, list[dict[str, Any]]]) -> None:
    """Every table has something to show here, and all of them fit each other."""
    assert [name for name, rows in tables.items() if not rows] == ["coverage"]
    assert verify_export(exported(a_whole_study(), tmp_path, text=True, dates=True)) == []
    assert verify_export(exported(a_whole_study(), tmp_path)) == []


def test_people_are_known_by_role_and_dyad_and_by_label_only_where_text_is_asked(
    tables: dict[str, list[dict[str, Any]]],
) -> None:
    """Who only led an interview has a row without a role; one who withdrew has no label."""
    persons = by(tables["persons"], "person_id")
    assert persons[ONE("p-client", "person")] == {
        "person_id": ONE("p-client", "person"),
        "dyad_id": ONE("dyad-1", "dyad"),
        "role": "client",
        "withdrawn": False,
        "label": "D05-C",
    }
    assert persons[ONE("inq", "person")]["role"] is None
    gone = persons[ONE("p-gone", "person")]
    assert (gone["withdrawn"], gone["label"]) == (True, None)
    assert "label" not in arrow_tables(a_whole_study())["persons"].column_names


def test_a_recall_says_how_it_was_run_and_by_which_consent(tables: dict[str, list[dict[str, Any]]]) -> None:
    """Protocol settings, guide, hours since the session, consents seen, and the supervision's lessons."""
    recalls = by(tables["recalls"], "recall_id")
    client, therapist = recalls[ONE("recall-client", "recall")], recalls[ONE("recall-therapist", "recall")]
    assert client["person_id"] == ONE("p-client", "person")
    assert (client["latency_h"], client["consent_scope"]) == (23.5, "research")
    assert (client["guide"], client["guide_version"]) == ("ipr-leads", "2")
    assert (client["lessons_learned"], client["quotation_consent"]) == ("wait longer", True)
    assert (therapist["protocol_kind"], therapist["n_moments"], therapist["also_roles"]) == ("supervision", 3, "client")
    assert therapist["segments"] == "0-60000 90000-99000"
    assert (therapist["latency_h"], therapist["consent_scope"], therapist["quotation_consent"]) == (None, None, None)
    assert therapist["inquirer_id"] == ONE("p-coder", "person")
    dial = recalls[ONE("recall-dial", "recall")]
    assert (dial["may_stop"], dial["protocol_kind"], dial["person_id"]) == (None, "dial", None)


def test_sessions_and_scores_have_their_days_counted_from_the_first_operation(
    tables: dict[str, list[dict[str, Any]]],
) -> None:
    """Days of the calendar, negative before; where only the day is noted, that one."""
    assert sorted(row["day_offset"] for row in tables["sessions"]) == [-2, -1]
    assert {row["day_offset"] for row in tables["scores"]} == {-1, None}


def test_leads_and_traces_leave_as_they_were_used_and_sampled(tables: dict[str, list[dict[str, Any]]]) -> None:
    """A lead away from a stop has none; a stretch rated again stands after the first."""
    assert [(row["position"], row["stop_id"], row["category"], row["lead"]) for row in tables["leads"]] == [
        (0, ONE("t-1", "stop"), "affect", "affect-1"),
        (1, None, "wish", None),
    ]
    assert [(row["position"], row["at_ms"], row["value"], row["rate"]) for row in tables["traces"]] == [
        (0, 0, 5.0, 1.0),
        (1, 100, 6.5, 1.0),
        (2, 50, 2.0, 0.5),
    ]
    (told,) = [row for row in tables["ops"] if row["kind"] == "trace"]
    assert told["entity_id"] == tables["traces"][0]["batch_id"] == ONE("b-1", "batch")


def test_a_segment_in_which_nothing_was_found_is_told_from_one_that_was_not_coded(
    tables: dict[str, list[dict[str, Any]]],
) -> None:
    """All segments are rows: coded and empty, coded with a code, not coded; the codes are rows of their own."""
    segments = tables["segments"]
    assert [(row["segment"], row["start_ms"], row["end_ms"], row["finished"], row["n_codes"]) for row in segments] == [
        (0, 0, 250_000, True, 0),
        (1, 250_000, 500_000, True, 1),
        (2, 500_000, 600_000, False, 0),
    ]
    (code,) = tables["segment_codes"]
    assert code == {
        "segment_id": segments[1]["segment_id"],
        "codebook": "3rs",
        "codebook_version": "2015",
        "code": "denial",
        "clarity": "plus",
        "rating": None,
        "n_evidence": 1,
        "note": "he said fine",
    }
    (rating,) = tables["session_ratings"]
    assert (rating["scale"], rating["value"], rating["note"]) == ("wd", 3.0, "as a whole")
    (coding,) = tables["codings"]
    assert (coding["coder_id"], coding["locked"], coding["unblinded"], coding["withheld"]) == (
        ONE("p-coder", "person"),
        True,
        True,
        None,
    )


def test_a_segment_that_was_taken_up_again_is_not_finished() -> None:
    layers = list(a_whole_study().layers)
    from tests.export_samples import layer

    layers[2] = layer("layer-coding", "coding-1", "coding", values={**CODED, "u-2": SegmentSeen(0, done=False)})
    assert not tables_of(a_whole_study(layers=tuple(layers), review=None))["segments"][0]["finished"]


def test_evidence_is_an_annotation_of_its_coding(tables: dict[str, list[dict[str, Any]]]) -> None:
    """It is of no recall; its operations are the coding's."""
    evidence = by(tables["annotations"], "annotation_id")[ONE("m-coder", "annotation")]
    assert (evidence["recall_id"], evidence["coding_id"]) == (None, ONE("coding-1", "coding"))
    told = [row for row in tables["ops"] if row["coding_id"] is not None]
    assert [(row["kind"], row["entity_id"][:2], row["recall_id"]) for row in told] == [
        ("mark", "a_", None),
        ("put", "u_", None),
        ("lock", "k_", None),
        ("unblind", "k_", None),
    ]


def test_an_episode_leaves_with_the_members_that_stand(tables: dict[str, list[dict[str, Any]]]) -> None:
    """A marker that was deleted is none any more; a strategy that nothing shows has no annotation."""
    (episode,) = tables["episodes"]
    assert (episode["session_id"], episode["start_ms"], episode["end_ms"], episode["salience"]) == (
        ONE("session-1", "session"),
        61_000,
        95_000,
        4,
    )
    assert (episode["outcome"], episode["label"], episode["note"]) == ("partly", "the silence", "it came back")
    assert [(row["role"], row["annotation_id"], row["at_ms"], row["code"]) for row in tables["episode_members"]] == [
        ("marker", ONE("m-point", "annotation"), 61_000, None),
        ("strategy", ONE("m-coder", "annotation"), 70_000, "invites"),
        ("strategy", None, 80_000, "invites"),
    ]
    assert [row["position"] for row in tables["episode_members"]] == [0, 1, 2]


def test_matches_and_themes_leave_where_their_marks_do(tables: dict[str, list[dict[str, Any]]]) -> None:
    """What was said of a mark that is gone is gone with it, and a tag with its theme."""
    (match,) = tables["matches"]
    assert (match["first_annotation_id"], match["second_annotation_id"], match["same"]) == (
        ONE("m-point", "annotation"),
        ONE("m-theirs", "annotation"),
        True,
    )
    (theme,) = tables["themes"]
    assert (theme["name"], theme["dyad_group"]) == ("daring to disagree", "good")
    assert tables["annotation_themes"] == [
        {"theme_id": theme["theme_id"], "annotation_id": ONE("m-point", "annotation")}
    ]
    review = [row for row in tables["ops"] if row["recall_id"] is None and row["coding_id"] is None]
    assert len(review) == len(SAID) + 2
    assert {row["entity_id"] for row in review} >= {episode["episode_id"] for episode in tables["episodes"]}
    assert {row["entity_id"] for row in review} >= {match["match_id"], theme["theme_id"]}


def test_the_stricter_word_on_quoting_holds_and_keeps_the_note_at_home(
    tables: dict[str, list[dict[str, Any]]],
) -> None:
    """The researcher's `no` is as good as the person's own, and either of them may say who is recognisable."""
    annotations = by(tables["annotations"], "annotation_id")
    flagged, asked = annotations[ONE("m-flagged", "annotation")], annotations[ONE("m-point", "annotation")]
    assert (flagged["quotable"], flagged["partner_recognisable"]) == ("no", True)
    assert (flagged["note"], flagged["quote_note"]) == (None, None)
    assert (asked["quotable"], asked["note"], asked["quote_note"]) == ("ask", "it was warm", "ask her first")


def test_scores_have_their_range_where_the_instrument_is_known(tables: dict[str, list[dict[str, Any]]]) -> None:
    scores = by(tables["scores"], "instrument")
    known, other = scores["wai-sr"], scores["mine"]
    assert (known["value"], known["minimum"], known["maximum"], known["items_answered"], known["n_items"]) == (
        17.0,
        4.0,
        20.0,
        4,
        4,
    )
    assert (other["minimum"], other["person_id"], other["rater"]) == (None, None, "observer")


def test_the_codebook_has_session_ratings_and_the_studys_own_versions_in_use(
    tables: dict[str, list[dict[str, Any]]],
) -> None:
    """A version of the study's own that nothing was coded with stays at home."""
    rows = {(row["codebook"], row["codebook_version"], row["kind"], row["code"]) for row in tables["codebook"]}
    assert {("3rs", "2015", "session_rating", "wd"), ("own", "2", "code", "cold")} <= rows
    assert ("own", "1", "code", "warm") not in rows
    (scale,) = [row for row in tables["codebook"] if row["kind"] == "session_rating"]
    assert (scale["rating_minimum"], scale["rating_maximum"], scale["rating_anchors"]) == (1.0, 5.0, "1=none")
    assert [row["clarity"] for row in tables["codebook"] if row["code"] == "denial"] == [True]


def without(*withheld: str, why: Any = "withdrawn") -> StudyRows:
    """The whole study where nothing of these recalls and codings leaves."""
    rows = a_whole_study()
    return msgspec.structs.replace(
        rows,
        layers=tuple(one for one in rows.layers if one.owner not in withheld),
        withheld={one: Withheld(why, "D05-C withdrew.") for one in withheld},
    )


def test_of_a_recall_that_was_withdrawn_the_row_stays_and_nothing_else(tmp_path: Path) -> None:
    """Neither its marks, stops, leads, traces, operations nor what was said of them; the partner's account stays."""
    tables = tables_of(without("recall-client"), text=True, dates=True)
    recall = by(tables["recalls"], "recall_id")[ONE("recall-client", "recall")]
    assert (recall["status"], recall["missing_reason"], recall["withheld"]) == ("missing", "withdrawn", "withdrawn")
    assert {recall[name] for name in ("closing_answer", "closing_helpful", "place", "latency_h", "day_offset")} == {
        None
    }
    for name in ("annotations", "stops", "leads", "traces", "ops"):
        assert recall["recall_id"] not in {row["recall_id"] for row in tables[name]}, name
    assert {row["annotation_id"] for row in tables["annotations"]} == {
        ONE(mark, "annotation") for mark in ("m-theirs", "m-flagged", "m-coder")
    }
    assert (tables["matches"], tables["annotation_themes"], tables["leads"], tables["traces"]) == ([], [], [], [])
    (episode,) = tables["episodes"]
    assert (episode["label"], episode["note"]) == (None, None)
    assert {row["role"] for row in tables["episode_members"]} == {"strategy"}
    gone = {ONE("x-1", "match"), ONE("e-1", "episode"), ONE("l-1", "value"), ONE("q-2", "value")}
    assert gone.isdisjoint(row["entity_id"] for row in tables["ops"])
    assert verify_export(exported(without("recall-client"), tmp_path, text=True)) == []


def test_a_theme_that_only_they_show_of_whom_nothing_leaves_stays() -> None:
    """It may be named in their words; one that others show too is the study's."""
    assert tables_of(without("recall-client"), text=True)["themes"] == []
    assert len(tables_of(without("recall-therapist"), text=True)["themes"]) == 1


def test_of_a_recall_without_consent_it_stays_told_that_it_was_held() -> None:
    rows = tables_of(without("recall-client", "coding-1", why="no_consent"))
    recall = by(rows["recalls"], "recall_id")[ONE("recall-client", "recall")]
    assert (recall["status"], recall["missing_reason"], recall["withheld"]) == ("ended", None, "no_consent")
    (coding,) = rows["codings"]
    assert coding["withheld"] == "no_consent"
    assert (rows["segments"], rows["segment_codes"], rows["session_ratings"]) == ([], [], [])


def test_every_reference_of_the_whole_study_is_declared() -> None:
    """A column that is named as an id of a table refers to that table."""
    keys = {table.key[0]: name for name, table in BY_NAME.items() if len(table.key) == 1}
    for table in BY_NAME.values():
        for column in table.columns:
            other = keys.get(column.name)
            if other is not None and (column.name,) != table.key:
                assert column.refers == other, (table.name, column.name)
