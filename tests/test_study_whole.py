"""The study of Lavik et al. (2022), whole: 12 dyads, two sessions, 47 of 48 recalls, the guide revised once, two
groups, coders on top; by the command line and the screens, to its export.
"""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from iprtool.model.grant import ReviewGrant
from tests.whole_study import DYADS, GROUPS, MISSING, ROLES, SESSIONS, Clinic, add_sessions, seated

RECALLS = [one for one in product(DYADS, SESSIONS, ROLES) if one != MISSING]
CODED = ("D01", "D02", "D11", "D12")
CODERS = ("K1", "K2")


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        for screen in ("closing", "recall", "coding"):
            monkeypatch.setattr(f"iprtool.screens.{screen}.ENTER_REPEAT_S", -1.0)
        clinic = Clinic(tmp_path_factory.mktemp("clinic"), monkeypatch)
        add_sessions(clinic)
        yield clinic


async def hold_recall(clinic: Clinic, number: int, dyad: str, session: int, by: str) -> None:
    """One interview: a word (of the client), a note at a time of its own, a stop by the inquirer, the close."""
    where = ("--dyad", dyad, "--session", session)
    grant = clinic.begins("recall", clinic.path, *where, "--by", by, "--protocol", "research", "--inquirer", "anna")
    async with seated(grant) as seat:
        await seat.play(4_000 + 100 * number)
        if by == "client":
            await seat.press(str(1 + number % 9))
        await seat.play(3_000)
        await seat.press("x", "enter", "space")
        await seat.play(6_000)
        await seat.press("minus", "ctrl+q", "enter", "enter")


def revise_guide(clinic: Clinic) -> None:
    """After the first interview a lead is put in other words, as a file that is written, changed and loaded again."""
    guide = clinic.folder / "guide.toml"
    clinic.says("guide", "write", clinic.path, "--to", guide)
    text = guide.read_text("utf-8")
    assert "What were you feeling just there?" in text
    text = text.replace("What were you feeling just there?", "What was it like in you, just there?")
    guide.write_text(text.replace('version = "1.0"', 'version = "1.1"'), "utf-8")
    clinic.says("guide", "load", clinic.path, guide)


async def code_session(clinic: Clinic, dyad: str, coder: str) -> None:
    """One coder's coding of a session 3: a code in the first segment, one in the last, ratings, the lock."""
    where = ("--dyad", dyad, "--session", 3)
    grant = clinic.begins("code", clinic.path, *where, "--coder", coder, "--segment", "10s")
    async with seated(grant) as seat:
        await seat.press("1", "enter", "enter", "enter")
        await seat.press("2" if coder == "K1" else "1", "enter")
        # The last segment finished, the ratings of the whole session come.
        await seat.press(*"31242")
        await seat.press("L", "enter", "q")


async def link_moments(clinic: Clinic, dyad: str) -> None:
    """The researcher says that what both marked is one moment."""
    grant = clinic.begins("review", clinic.path, "--dyad", dyad, "--session", 3)
    assert isinstance(grant, ReviewGrant)
    async with seated(grant) as seat:
        await seat.press("n", "m", "q")


async def test_the_study_from_its_first_recording_to_its_export(clinic: Clinic) -> None:
    first, *others = RECALLS
    await hold_recall(clinic, 0, *first)
    revise_guide(clinic)
    for number, recall in enumerate(others, start=1):
        await hold_recall(clinic, number, *recall)
    assert clinic.says("status", clinic.path).startswith("Alliance  47 of 48 · 1 to come")
    dyad, session, by = MISSING
    clinic.says("missing", clinic.path, "--dyad", dyad, "--session", session, "--by", by, "--reason", "declined")
    assert clinic.says("status", clinic.path).startswith("Alliance  47 of 48 · 1 declined")

    for coder in CODERS:
        clinic.says("person", "add", clinic.path, coder, "--role", "coder")
    for dyad, coder in product(CODED, CODERS):
        await code_session(clinic, dyad, coder)
    codings = json.loads(clinic.says("codings", clinic.path, "--json"))
    assert len(codings) == len(CODED) * len(CODERS)
    assert all(one["progress"]["locked"] for one in codings)

    assert enter_scores(clinic).startswith("47 scores entered")
    for dyad in CODED:
        await link_moments(clinic, dyad)

    told = json.loads(clinic.says("export", clinic.path, "--to", clinic.folder / "out", "--json"))
    folder = Path(told["folder"])
    assert clinic.says("verify", folder) == f"{folder.name} is sound.\n"
    assert clinic.says("verify", clinic.path) == "Alliance.ipr is sound.\n"
    check_export(folder)


def enter_scores(clinic: Clinic) -> str:
    """The bond as each recaller rated it, from a spreadsheet."""
    rows = ["dyad,session,rater,instrument,subscale,value"]
    rows += [f"{dyad},{number},{by},wai-sr,bond,{12 + place % 8}" for place, (dyad, number, by) in enumerate(RECALLS)]
    scores = clinic.folder / "scores.csv"
    scores.write_text("\n".join(rows), "utf-8")
    return clinic.says("scores", clinic.path, "--import", scores)


def check_export(folder: Path) -> None:
    """What an analyst finds in the export is what happened."""

    def table(name: str) -> list[dict[str, Any]]:
        (path,) = (folder / "parquet" / name).rglob("*.parquet")
        rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
        return rows

    recalls, dyads = table("recalls"), {one["dyad_id"]: one["dyad_group"] for one in table("dyads")}
    sessions = {one["session_id"]: one for one in table("sessions")}
    assert Counter((one["status"], one["missing_reason"]) for one in recalls) == {
        ("ended", None): 47,
        ("missing", "declined"): 1,
    }
    held = [one for one in recalls if one["status"] == "ended"]
    assert Counter(one["guide_version"] for one in held) == {"1.0": 1, "1.1": 46}
    assert Counter(one["by_role"] for one in held) == {"client": 24, "therapist": 23}
    groups = Counter(dyads[sessions[one["session_id"]]["dyad_id"]] for one in held)
    assert groups == Counter(GROUPS[dyad] for dyad, _, _ in RECALLS)
    assert Counter(one["session_number"] for one in sessions.values()) == {3: 12, 5: 12}

    annotations = table("annotations")
    by_recall = Counter(one["recall_id"] for one in annotations)
    assert by_recall == {one["recall_id"]: 2 if one["by_role"] == "client" else 1 for one in held}
    times = {one["recall_id"]: one["start_ms"] for one in annotations if one["stop_id"]}
    assert sorted(times.values()) == [7_000 + 100 * number for number in range(len(RECALLS))]
    assert Counter(one["stopped_by"] for one in table("stops")) == {"recaller": 47, "inquirer": 47}
    assert {one["kind"] for one in table("coverage")} == {"played"}
    assert "note" not in annotations[0]

    assert len(table("codings")) == 8
    assert len(table("segments")) == 4 * 8
    assert len(table("session_ratings")) == 5 * 8
    numbers = {one["segment_id"]: one["segment"] for one in table("segments")}
    codes = Counter((numbers[one["segment_id"]], one["code"]) for one in table("segment_codes"))
    assert codes == {(0, "wd_denial"): 8, (3, "wd_denial"): 4, (3, "wd_minimal_response"): 4}
    assert [one["same"] for one in table("matches")] == [True] * 4
    assert len(table("scores")) == 47
