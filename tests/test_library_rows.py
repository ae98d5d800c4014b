"""The library's rows: long roles, several recalls of one person, what is counted, which recording counts."""

from pathlib import Path

import msgspec

from iprtool.library.overview import overview
from iprtool.library.report import status_lines
from iprtool.library.roster import Roster
from iprtool.model.protocol import PROTOCOLS
from iprtool.model.study import Person, Recall
from iprtool.model.terms import Role
from tests.library_desk import library
from tests.library_samples import a_roster


def recalled(by: Role, protocol: str, ident: str = "", person: str | None = None) -> Recall:
    ident = ident or f"{by}-{protocol}"
    return Recall(ident, "s", by, "r", f"l-{ident}", protocol=PROTOCOLS[protocol], status="ended", person=person)


def two_of_one_person() -> Roster:
    return a_roster(
        recalls=(
            recalled("client", "mutual", person="c"),
            recalled("therapist", "research", person="t"),
            recalled("therapist", "supervision", person="t"),
        )
    )


async def test_two_recalls_of_one_person_and_a_mutual_one_are_told_apart(tmp_path: Path) -> None:
    async with library(tmp_path, two_of_one_person(), size=(140, 40)) as shown:
        assert "client     D05-C  ✓ done  mutual" in shown.rows
        assert "therapist  D05-T  ✓ done  research" in shown.rows
        assert "therapist  D05-T  ✓ done  supervision" in shown.rows
        assert any(row.startswith("session 3  client ✓ therapist ✓✓  ") for row in shown.rows)
        await shown.choose(dyad="d", session="s", by="therapist", recall="therapist-supervision", person="t")
        assert "protocol: supervision" in shown.detail
        await shown.choose(dyad="d", session="s", by="therapist", recall="therapist-research", person="t")
        assert "protocol: research" in shown.detail
        await shown.choose(dyad="d", session="s")
        assert "✓ therapist D05-T: done, supervision" in shown.detail


def test_one_recall_of_each_says_nothing_of_its_protocol() -> None:
    roster = a_roster(recalls=(recalled("client", "research"), recalled("therapist", "research")))
    assert not [line for line in status_lines("A", overview(roster)) if "research" in line]
    lines = list(status_lines("A", overview(two_of_one_person())))
    told = "client ✓ done (mutual)  therapist ✓ done (research)  therapist ✓ done (supervision)"
    assert any(told in line for line in lines)


async def test_long_roles_do_not_run_into_what_stands_beside_them(tmp_path: Path) -> None:
    roster = a_roster(
        persons=(Person("i", "D05-I", "interpreter", "d"), Person("c2", "D05-C2", "second_client", "d")),
        recalls=(
            recalled("second_client", "research", person="c2"),
            Recall("x", "s", "interpreter", status="missing", missing_reason="declined"),
        ),
    )
    async with library(tmp_path, roster) as shown:
        assert "second client  D05-C2  ✓ done" in shown.rows
        assert "interpreter    ✗ missing: declined" in shown.rows
        assert "client         ○ to come" in shown.rows
        assert "D05 · session 3 · interpreter: declined (not expected, so not counted)" in shown.detail
    told = "  D05 · session 3 · interpreter: declined (not expected, so not counted)"
    assert told in list(status_lines("A", overview(roster)))
    expected = msgspec.structs.replace(roster, recalled=("client", "interpreter"))
    assert "  D05 · session 3 · interpreter: declined" in list(status_lines("A", overview(expected)))


async def test_a_session_without_a_dyad_asks_for_its_label(tmp_path: Path) -> None:
    async with library(tmp_path, Roster()) as shown:
        await shown.press("a", "s", "enter")
        assert str(shown.app.screen.query_one("#form-error").render()) == "Write the dyad's label."
