"""An export out of a study that was made at the desk: with codings, a review and scores; and what consents forbid."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pyarrow.parquet as pq
import pytest

from iprtool.codebooks.loader import shipped
from iprtool.desk.codings import begin_coding
from iprtool.desk.consents import give_consent, mark_withdrawn, person_labelled, set_purpose
from iprtool.desk.people import the_only_session
from iprtool.desk.recalls import begin_recall, codebook_for
from iprtool.desk.reviews import review_object
from iprtool.edits import Hand
from iprtool.export.build import Asked
from iprtool.export.leaving import what_leaves
from iprtool.export.verify import verify_export
from iprtool.export.write import ExportResult, export_study
from iprtool.model.coding import SegmentCode, SegmentSeen, SessionRating
from iprtool.model.layer import Closed, LeadUsed, Locked, Marked, OpBody, Put, Stopped, Traced
from iprtool.model.linking import Episode, MarkRef, Match, QuoteFlag, Strategy, Tag, Theme
from iprtool.model.mark import Code, Mark
from iprtool.model.protocol import PROTOCOLS
from iprtool.model.score import Score
from iprtool.model.study import Person, Recall, Session
from iprtool.model.terms import LayerPurpose, Role
from iprtool.store.keys import create_open_keyring
from iprtool.store.layer import LayerFile
from iprtool.store.study import Study
from tests.store_samples import a_study

TODAY = date(2024, 5, 2)
NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
LABELS: dict[str, Role] = {"D05-C": "client", "D05-T": "therapist"}
CODED = shipped("3rs-2015")
ENDED = "The consent of D05-C for research ended on 2024-05-01; if there is a new one, note what was signed with: iprt"


def write(study: Study, layer: str, *bodies: tuple[str, OpBody], purpose: LayerPurpose = "recall") -> None:
    hand = Hand("somebody", "laptop")
    with LayerFile(study.path_of(layer), study.key_of(layer), purpose) as log:
        log.commit([hand.op(layer if entity == "layer" else entity, body) for entity, body in bodies]).result(30)


def mark(ident: str, at_ms: int, **more: Any) -> Mark:
    return Mark(ident, more.pop("author", "recaller"), "point", at_ms, at_ms, 30, note=f"note of {ident}", **more)


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Study]:
    """Dyad D05: client's and therapist's recalls, a coder's coding, scores of both and what the researcher said."""
    monkeypatch.setenv("IPRTOOL_HOME", str(tmp_path / "home"))
    with create_open_keyring(tmp_path / "open.keyring") as keyring, a_study(tmp_path, keyring) as study:
        study.put(Session("s", "d", 3, "2024-05-01T10:00:00+00:00"))
        study.take_back(Recall("c", "s", "client"))
        for label, role in LABELS.items():
            study.put(Person(label.lower(), label, role, "d"))
        client = _recalled(study, "client", "dial", ("m-c", mark("m-c", 400, quotable="yes")))
        therapist = _recalled(study, "therapist", "research", ("m-t", mark("m-t", 450, quotable="ask")))
        coding = _coded(study)
        _linked(study, client, therapist, coding)
        _scored(study)
        yield study


def _recalled(study: Study, by: Role, protocol: str, made: tuple[str, Mark]) -> str:
    session = the_only_session(study)[1]
    codebook, settings = codebook_for(by, None), PROTOCOLS[protocol]
    recall = begin_recall(study, session, by, codebook=codebook, protocol=settings, inquirer="R1", now=NOW)
    assert recall.layer is not None
    write(
        study,
        recall.layer,
        (f"t-{by}", Stopped(made[1].start_ms, made[1].start_ms, 30, "recaller")),
        (f"t-{by}", LeadUsed("affect", made[1].start_ms)),
        (made[0], Marked(made[1])),
        (f"b-{by}", Traced(((0, 5.0), (100, 6.0)))),
        ("layer", Closed(f"said by {by}")),
    )
    return recall.layer


def _coded(study: Study) -> str:
    session = the_only_session(study)[1]
    coding = begin_coding(study, session, "K1", codebook=CODED, segment_ms=400)
    code = CODED.codes[0].id
    shows = mark("m-k", 500, author="coder", codes=(Code(CODED.id, CODED.version, code),))
    write(
        study,
        coding.layer,
        ("m-k", Marked(shows)),
        ("v-1", Put(SegmentCode(1, code, "plus", evidence=("m-k",)))),
        ("v-2", Put(SegmentSeen(1))),
        ("v-3", Put(SessionRating(CODED.session_ratings[0].id, 2))),
        ("layer", Locked()),
        purpose="coding",
    )
    return coding.layer


def _linked(study: Study, client: str, therapist: str, coding: str) -> None:
    theirs, other, shown = MarkRef(client, "m-c"), MarkRef(therapist, "m-t"), MarkRef(coding, "m-k")
    strategy = next(one.id for one in CODED.codes if one.group not in ("withdrawal", "confrontation"))
    episode = Episode("one", "withdrawal", 400, (theirs, other), (Strategy(strategy, 500, shown),), note="as C said")
    write(
        study,
        review_object(study),
        ("e-1", Put(episode)),
        ("x-1", Put(Match(theirs, other))),
        ("h-1", Put(Theme("daring"))),
        ("l-1", Put(Tag("h-1", theirs))),
        ("l-2", Put(Tag("h-1", other))),
        ("q-1", Put(QuoteFlag(other, "no"))),
        purpose="review",
    )


def _scored(study: Study) -> None:
    for label, role in LABELS.items():
        person = person_labelled(study, label)
        score = Score(f"z-{role}", "s", person.id, role, "wai-sr", shipped_version(), "bond", 15.0, 4)
        with study.record_of(person) as record:
            record.add("score", score.id, score)


def shipped_version() -> str:
    from iprtool.instruments import shipped as instrument

    return instrument("wai-sr").version


def agreed(study: Study, *scopes: Any, until: str | None = None) -> None:
    for label in LABELS:
        give_consent(study, person_labelled(study, label), scopes, "2024-01-10", until=until)


def rows(result: ExportResult, table: str) -> list[dict[str, Any]]:
    (path,) = Path(result.folder).glob(f"parquet/{table}/*/*.parquet")
    read: list[dict[str, Any]] = pq.ParquetFile(path, page_checksum_verification=True).read().to_pylist()
    return read


def export(study: Study, to: Path, **asked: Any) -> ExportResult:
    result = export_study(study, to, today=TODAY, **asked)
    assert verify_export(Path(result.folder)) == []
    return result


def test_a_study_of_the_desk_leaves_whole(study: Study, tmp_path: Path) -> None:
    """Everything that was recalled, coded, linked and scored is there, and says of whom it is."""
    result = export(study, tmp_path / "to", with_text=True, with_dates=True)
    one = ("dyads", "sessions", "recordings", "episodes", "matches", "themes", "codings", "annotation_codes")
    two = ("recalls", "stops", "leads", "annotation_themes", "scores")
    others = {"persons": 4, "annotations": 3, "traces": 4, "segments": 2, "episode_members": 3}
    none = ("coverage", "peaks")
    coded = ("segment_codes", "session_ratings")
    expected = dict.fromkeys((*one, *coded), 1) | dict.fromkeys(two, 2) | dict.fromkeys(none, 0) | others
    assert {name: count for name, count in result.rows.items() if name in expected} == expected
    assert result.rows.keys() - expected.keys() == {"codebook", "dictionary", "ops"}
    assert {row["latency_h"] for row in rows(result, "recalls")} == {2.0}
    assert {row["closing_answer"] for row in rows(result, "recalls")} == {"said by client", "said by therapist"}
    assert [(row["locked"], row["withheld"]) for row in rows(result, "codings")] == [(True, None)]
    assert {row["label"]: row["role"] for row in rows(result, "persons")} == {
        **LABELS,
        "K1": "observer",
        "R1": None,
    }
    assert {(row["minimum"], row["maximum"]) for row in rows(result, "scores")} == {(4.0, 20.0)}
    assert result.leaving.reasons == ()


def test_two_accounts_of_one_moment_are_joined_in_sql(study: Study, tmp_path: Path) -> None:
    """By the ids alone: who said what of the moment that the researcher matched, as "client, dyad D05"."""
    folder = export(study, tmp_path / "to", with_text=True).folder

    def table(name: str) -> str:
        return f"read_parquet('{folder}/parquet/{name}/*/*.parquet')"

    found = duckdb.connect().execute(
        f"""SELECT r.by_role, d.label, a.note FROM {table("matches")} m
        JOIN {table("annotations")} a ON a.annotation_id IN (m.first_annotation_id, m.second_annotation_id)
        JOIN {table("recalls")} r USING (recall_id) JOIN {table("sessions")} s USING (session_id)
        JOIN {table("dyads")} d USING (dyad_id) ORDER BY 1"""
    )
    assert found.fetchall() == [("client", "D05", "note of m-c"), ("therapist", "D05", None)]


def test_where_consents_are_kept_what_has_none_stays(study: Study, tmp_path: Path) -> None:
    """The therapist has not consented: their account and score stay, and the coding, which is of both."""
    give_consent(study, person_labelled(study, "D05-C"), ["research", "quotation"], "2024-01-10")
    result = export(study, tmp_path / "to", with_text=True)
    recalls = {row["by_role"]: row for row in rows(result, "recalls")}
    assert {by: (row["withheld"], row["status"]) for by, row in recalls.items()} == {
        "client": (None, "ended"),
        "therapist": ("no_consent", "open"),
    }
    assert (recalls["client"]["quotation_consent"], recalls["therapist"]["quotation_consent"]) == (True, False)
    assert [row["note"] for row in rows(result, "annotations")] == ["note of m-c"]
    assert [row["rater"] for row in rows(result, "scores")] == ["client"]
    assert [row["withheld"] for row in rows(result, "codings")] == ["no_consent"]
    assert (rows(result, "segments"), rows(result, "matches"), len(rows(result, "annotation_themes"))) == ([], [], 1)


def test_of_who_withdrew_nothing_leaves_and_the_export_says_how_much(study: Study, tmp_path: Path) -> None:
    """The ledger has the reasons by pseudonym; the folder has numbers, and neither words nor name of theirs."""
    agreed(study, "research")
    mark_withdrawn(study, person_labelled(study, "D05-C"), "2024-05-02")
    result = export(study, tmp_path / "to", with_text=True)
    (client,) = [row for row in rows(result, "recalls") if row["by_role"] == "client"]
    assert (client["status"], client["missing_reason"], client["withheld"]) == ("missing", "withdrawn", "withdrawn")
    assert [
        row["annotation_id"] for row in rows(result, "traces") + rows(result, "stops") if "annotation_id" in row
    ] == []
    assert {row["recall_id"] for row in rows(result, "traces")}.isdisjoint({client["recall_id"]})
    for path in Path(result.folder).rglob("*.*"):
        content = path.read_bytes() if path.is_file() else b""
        assert not any(word in content for word in (b"m-c", b"said by client", b"D05-C", b"as C said")), path
    (entry,) = study.exports()
    both = "nothing of 1 recall (withdrawn); nothing of 1 coding (withdrawn)"
    linked = "what is of 1 recall (withdrawn) and 1 coding (withdrawn)"
    assert entry.left_out == (
        "recalls: what was said in 1 recall (withdrawn)",
        "coverage: nothing of 1 recall (withdrawn)",
        f"annotations: {both}; the notes of 1 annotation not to be quoted",
        f"annotation_codes: {both}",
        "peaks: nothing of 1 recall (withdrawn)",
        "stops: nothing of 1 recall (withdrawn)",
        "leads: nothing of 1 recall (withdrawn)",
        "traces: nothing of 1 recall (withdrawn)",
        "codings: what was found in 1 coding (withdrawn)",
        "segments: nothing of 1 coding (withdrawn)",
        "segment_codes: nothing of 1 coding (withdrawn)",
        "session_ratings: nothing of 1 coding (withdrawn)",
        f"episodes: {linked}",
        f"episode_members: {linked}",
        f"matches: {linked}",
        f"annotation_themes: {linked}",
        "scores: 1 score (withdrawn)",
        f"ops: {both}",
        "D05-C withdrew on 2024-05-02, so nothing of theirs is used.",
    )
    assert "- From `scores`: 1 score (withdrawn)." in (Path(result.folder) / "README.md").read_text()


def test_what_a_researcher_marked_leaves_as_a_coding_does(study: Study) -> None:
    """It is of all who are in the recording; so is what an observer scored."""
    _recalled(study, "researcher", "research", ("m-r", mark("m-r", 700)))
    observer = person_labelled(study, "K1")
    with study.record_of(observer) as record:
        record.add("score", "z-k", Score("z-k", "s", observer.id, "observer", "mine", "1", "total", 3.0))
    agreed(study, "research")
    both = {one.name: one.rows for one in what_leaves(study, Asked(), today=TODAY).tables}
    mark_withdrawn(study, person_labelled(study, "D05-C"), "2024-05-02")
    left = {one.name: one.rows for one in what_leaves(study, Asked(), today=TODAY).tables}
    assert ((both["annotations"], both["scores"]), (left["annotations"], left["scores"])) == ((4, 3), (1, 1))


def test_what_is_kept_under_a_rule_leaves_for_the_studys_purpose(study: Study, tmp_path: Path) -> None:
    agreed(study, "research")
    mark_withdrawn(study, person_labelled(study, "D05-C"), "2024-05-02", kept_under="law X")
    assert len(rows(export(study, tmp_path / "to"), "annotations")) == 3


@pytest.mark.parametrize(("purpose", "until", "count"), [("research", None, 3), ("teaching", None, 0)])
def test_it_is_the_studys_purpose_that_consents_must_cover(
    study: Study, tmp_path: Path, purpose: Any, until: str | None, count: int
) -> None:
    agreed(study, "research", until=until)
    set_purpose(study, purpose)
    assert len(rows(export(study, tmp_path / "to"), "annotations")) == count


def test_a_consent_that_has_ended_covers_nothing_any_more(study: Study) -> None:
    agreed(study, "research", until="2024-05-01")
    leaving = what_leaves(study, Asked(), today=TODAY)
    assert leaving.reasons[0].startswith(ENDED)
    assert {one.name: one.rows for one in leaving.tables}["annotations"] == 0
    assert {one.name: one.rows for one in what_leaves(study, Asked(), today=date(2024, 5, 1)).tables}[
        "annotations"
    ] == 3


def test_where_consents_are_kept_and_nobody_is_noted_nothing_leaves(study: Study) -> None:
    """A recall by nobody of the roster, in a dyad of which nobody is: there is no consent to go by."""
    agreed(study, "research")
    study.put(msgspec.structs.replace(person_labelled(study, "D05-T"), dyad=None))
    recalls = [one for one in study.recalls() if one.by == "therapist"]
    study.put(msgspec.structs.replace(recalls[0], person=None))
    leaving = what_leaves(study, Asked(), today=TODAY)
    assert leaving.reasons == ("Nobody is noted as D05's therapist, so there is no consent; add the person.",)


def test_a_mutual_recall_leaves_only_with_all_who_took_part(study: Study) -> None:
    agreed(study, "research")
    (client,) = [one for one in study.recalls() if one.by == "client"]
    study.put(msgspec.structs.replace(client, also=("d05-t",)))
    assert what_leaves(study, Asked(), today=TODAY).reasons == ()
    study.put(msgspec.structs.replace(client, also=("nobody",)))
    (reason,) = what_leaves(study, Asked(), today=TODAY).reasons
    assert reason.startswith("Nobody is noted as D05's other one in a mutual recall")
    study.put(msgspec.structs.replace(client, also=("d05-t",)))
    mark_withdrawn(study, person_labelled(study, "D05-T"), "2024-05-02")
    leaving = {one.name: one.rows for one in what_leaves(study, Asked(), today=TODAY).tables}
    assert (leaving["annotations"], leaving["recalls"]) == (0, 2)


def test_a_look_says_what_would_leave_and_leaves_nothing_behind(study: Study, tmp_path: Path) -> None:
    """The same rows as the export that follows it; no key is made, no folder, no entry of the ledger."""
    shares: list[float] = []
    leaving = what_leaves(study, Asked(text=True), today=TODAY, progress=shares.append)
    assert (study.setting("export_key"), study.exports()) == (None, [])
    assert shares[-1] == 1.0
    result = export(study, tmp_path / "to", with_text=True)
    assert {one.name: one.rows for one in leaving.tables} == result.rows
    assert leaving == result.leaving
    assert {one.name: one.texts for one in leaving.tables}["recalls"] == ("place", "closing_answer", "lessons_learned")


def test_two_exports_of_one_state_are_the_same_bytes(study: Study, tmp_path: Path) -> None:
    first, second = (export(study, tmp_path / name, with_text=True, with_dates=True) for name in "ab")
    assert first.manifest_sha256 == second.manifest_sha256
    assert json.loads(msgspec.json.encode(first))["leaving"]["reasons"] == []
