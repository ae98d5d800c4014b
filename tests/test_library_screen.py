"""The library's screen: what it shows, what its keys enter and take back, where it leads."""

from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from textual.widgets import Input

from iprtool.commands import LIBRARY, first_keys, key_line
from iprtool.edits import Hand
from iprtool.library.roster import Roster
from iprtool.library.wish import Chosen, Wish
from iprtool.library_places import PLACES, commands_of
from iprtool.model.layer import Locked
from iprtool.model.study import Person, Recall, Session
from iprtool.model.terms import Role
from iprtool.screens.library import table_with
from iprtool.screens.library_due import DueScreen
from iprtool.screens.library_form import ChoiceLine, FormScreen
from iprtool.screens.library_menu import MenuScreen
from iprtool.store.layer import LayerFile, create_layer, read_layer
from iprtool.store.media import SealedSink
from tests.library_desk import Library, error_of, head, library
from tests.library_samples import a_roster, coding, lavik
from tests.screen_desk import screen_text
from tests.store_samples import HEAD


async def test_the_lavik_study_is_shown_with_what_is_missing(tmp_path: Path) -> None:
    async with library(tmp_path, lavik(), size=(120, 60)) as shown:
        assert head(shown) == "47 of 48 · 1 declined"
        assert "Lavik  47 of 48 · 1 declined" in shown.rows
        assert "D07  3 of 4 · 1 declined · good outcome" in shown.rows
        assert "session 5  2025-11-24  client ✓ therapist ✗  01:00:00 film" in shown.rows
        assert "therapist  D07-T  ✗ missing: declined" in shown.rows
        assert "D07 · session 5 · therapist: declined" in shown.detail
        text = screen_text(shown.app)
        assert "D12" in text
        await shown.choose(dyad="d7", session="d7-5", by="therapist")
        assert shown.detail.splitlines()[:2] == ["D07 · session 5 · therapist", "✗ missing: declined"]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_every_size_has_the_head_the_tree_the_detail_and_the_keys(tmp_path: Path, size: tuple[int, int]) -> None:
    async with library(tmp_path, lavik(), size=size) as shown:
        lines = screen_text(shown.app).splitlines()
        assert lines[0].strip().startswith("iprtool  Lavik")
        assert "47 of 48" in lines[0]
        assert "enter open" in lines[-1]
        assert "session 3" in lines[3]
        assert "recalls: 47 of 48" in lines[2]
        assert ("client ✓ therapist ✓" if size[0] > 100 else "C ✓ T ✓") in lines[3]


def test_the_key_line_fits_eighty_columns() -> None:
    table = table_with(commands_of(PLACES))
    shown = key_line(table, "stopped")[: first_keys(table, "stopped")]
    assert [keys for keys, _, _ in shown] == ["enter", "n", "a", "e", "/", "?", "q"]
    assert sum(len(f"{keys} {text} · ") for keys, text, _ in shown) <= 80


def test_no_key_of_the_library_and_its_places_does_two_things() -> None:
    keys = [key for command in LIBRARY for key in command.keys.split(",")]
    keys += [place.key for place in PLACES]
    assert len(keys) == len(set(keys))
    assert len({place.id for place in PLACES}) == len(PLACES)


async def test_a_person_is_added_undone_and_added_again(tmp_path: Path) -> None:
    async with library(tmp_path, a_roster()) as shown:
        await shown.choose(dyad="d")
        await shown.press("a")
        assert isinstance(shown.app.screen, MenuScreen)
        await shown.press("p", "I", "tab", "i", "enter")
        assert [(one.label, one.role, one.dyad) for one in shown.study.persons()][2:] == [("D05-I", "interpreter", "d")]
        assert shown.app.screen is shown.screen
        assert "interpreter   D05-I" in shown.rows
        await shown.press("u")
        assert len(shown.study.persons()) == 2
        await shown.press("ctrl+y")
        assert len(shown.study.persons()) == 3
        assert shown.said[-1] == "Done again: D05-I added."
        history = [one for one in shown.study.roster.history() if one.kind == "person"]
        assert len(history) == 5


async def test_what_does_not_fit_is_said_in_the_form_and_nothing_is_kept(tmp_path: Path) -> None:
    async with library(tmp_path, a_roster()) as shown:
        await shown.choose(dyad="d")
        await shown.press("a", "p")
        await shown.type("Anna Karlsen")
        await shown.press("enter")
        assert isinstance(shown.app.screen, FormScreen)
        assert "never entered" in error_of(shown)
        await shown.press("escape")
        assert shown.app.screen is shown.screen
        assert len(shown.study.persons()) == 2


async def test_a_label_that_looks_like_a_name_is_kept_only_when_asked_twice(tmp_path: Path) -> None:
    async with library(tmp_path, a_roster()) as shown:
        for _ in range(2):
            await shown.press("a", "p")
            await shown.type("Olsen")
            await shown.press("enter")
            assert "Olsen looks like a name; a code such as D05-C keeps it out" in error_of(shown)
            assert len(shown.study.persons()) == 2
            await shown.press("escape")
        await shown.press("a", "p")
        await shown.type("Olsen")
        await shown.press("enter")
        await shown.type("Berg")
        await shown.press("enter")
        assert "Berg looks like a name" in error_of(shown)
        await shown.press("enter")
        assert [one.label for one in shown.study.persons()][2:] == ["Berg"]


async def test_a_new_persons_form_begins_with_the_prefix_and_the_role_that_nobody_has(tmp_path: Path) -> None:
    roster = a_roster(persons=(Person("c", "D05-C", "client", "d"),))
    async with library(tmp_path, roster) as shown:
        await shown.choose(dyad="d")
        await shown.press("a", "p", "tab", "tab", "tab", "T", "enter")
        assert [(one.label, one.role) for one in shown.study.persons()][1:] == [("D05-T", "therapist")]


@pytest.mark.parametrize(("roles", "proposed"), [(("client",), "client"), (("client", "therapist"), "observer")])
async def test_on_the_study_itself_a_coder_comes_once_every_dyad_has_its_people(
    tmp_path: Path, roles: tuple[Role, ...], proposed: str
) -> None:
    roster = a_roster(persons=tuple(Person(one, f"D05-{one[0].upper()}", one, "d") for one in roles))
    async with library(tmp_path, roster) as shown:
        await shown.choose()
        await shown.press("a", "p")
        assert shown.app.screen.query_one("#role", ChoiceLine).value == proposed


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_row_of_choices_says_where_it_goes_on(tmp_path: Path, size: tuple[int, int]) -> None:
    async with library(tmp_path, a_roster(), size=size) as shown:
        await shown.choose()
        await shown.press("a", "p")
        line = next(one for one in screen_text(shown.app).splitlines() if "[coder (observer)]" in one)
        assert "‹" in line
        await shown.press("tab", *["left"] * 6)
        line = next(one for one in screen_text(shown.app).splitlines() if "[client]" in one)
        assert "›" in line
        assert "‹" not in line


async def test_a_recording_is_first_of_the_session_that_has_none(tmp_path: Path) -> None:
    roster = a_roster(sessions=(Session("s", "d", 3), Session("s5", "d", 5), Session("s4", "d", 4)))
    async with library(tmp_path, roster) as shown:
        await shown.choose(dyad="d")
        await shown.press("a", "r")
        assert shown.app.screen.values["number"] == "4"  # type: ignore[attr-defined]  # it is the form


async def test_an_enter_pressed_twice_adds_once(tmp_path: Path) -> None:
    async with library(tmp_path, a_roster()) as shown:
        await shown.press("a", "d")
        await shown.pilot.press("enter", "enter")
        await shown.pilot.pause()
        assert [one.label for one in shown.study.dyads()] == ["D05", "D06"]


async def test_a_session_is_added_to_the_chosen_dyad_and_corrected(tmp_path: Path) -> None:
    async with library(tmp_path, a_roster()) as shown:
        await shown.choose(dyad="d")
        await shown.press("a", "s", "tab", "tab")
        await shown.type("2026-03-02 14:50")
        await shown.press("enter")
        added = shown.study.sessions()[-1]
        assert shown.visit.chosen == Chosen(dyad="d", session=added.id)
        assert (added.dyad, added.number, added.held_at) == ("d", 4, "2026-03-02T14:50")
        await shown.press("e")
        await shown.type("5")
        await shown.press("enter")
        assert shown.study.sessions()[-1] == Session(added.id, "d", 5, "2026-03-02T14:50")
        await shown.press("u", "u")
        assert [one.number for one in shown.study.sessions()] == [3]


async def test_a_recordings_channels_and_its_day_are_corrected_with_its_session(tmp_path: Path) -> None:
    async with library(tmp_path, a_roster()) as shown:
        await shown.choose(dyad="d", session="s")
        await shown.press("e", "tab", "tab")
        await shown.type("2126-05-01")
        await shown.press("tab", "tab", "t", "tab", "c", "enter")
        (recording,) = shown.study.recordings()
        assert recording.keep_until == "2126-05-01"
        assert recording.channel_speakers == ("therapist", "client")
        assert shown.study.sessions() == [Session("s", "d", 3)]
        assert "kept until 2126-05-01" in shown.detail


async def test_dyad_person_and_study_are_corrected(tmp_path: Path) -> None:
    async with library(tmp_path, a_roster()) as shown:
        await shown.choose(dyad="d")
        await shown.press("e", "tab")
        await shown.type("good outcome")
        await shown.press("enter")
        assert shown.study.dyads()[0].group == "good outcome"
        await shown.choose(dyad="d", person="c")
        await shown.press("e")
        await shown.type("D05-A")
        await shown.press("enter")
        assert shown.study.persons()[0] == Person("c", "D05-A", "client", "d")
        await shown.choose()
        await shown.press("e")
        await shown.type("Call us.")
        await shown.press("down", "down", "right", "enter")
        assert shown.study.contact == "Call us."
        assert shown.study.setting("recalled") == "client"
        await shown.press("u")
        assert shown.study.contact == ""
        assert shown.study.setting("recalled") == "client,therapist"


async def test_a_recall_that_did_not_take_place_has_its_reason_and_stays_chosen(tmp_path: Path) -> None:
    async with library(tmp_path, a_roster()) as shown:
        await shown.choose(dyad="d", session="s", by="therapist")
        await shown.press("x", "right", "enter")
        (recall,) = shown.study.recalls()
        assert (recall.by, recall.status, recall.missing_reason, recall.person) == (
            "therapist",
            "missing",
            "not_reached",
            "t",
        )
        assert (shown.visit.chosen.by, shown.visit.chosen.recall) == ("therapist", recall.id)
        assert "1 not reached" in head(shown)
        await shown.press("x", "left", "left", "enter")
        assert shown.study.recalls()[0].status == "planned"
        await shown.press("u", "u")
        assert shown.study.recalls() == []


async def test_what_something_rests_on_is_not_undone(tmp_path: Path) -> None:
    async with library(tmp_path, a_roster()) as shown:
        await shown.press("a", "d", "enter")
        dyad = shown.study.dyads()[-1]
        shown.study.put(Session("later", dyad.id, 1))
        await shown.press("u")
        assert "Something belongs to this by now" in shown.said[-1]
        assert len(shown.study.dyads()) == 2


async def test_a_filter_narrows_the_tree_as_it_is_typed_and_esc_shows_it_all(tmp_path: Path) -> None:
    async with library(tmp_path, lavik()) as shown:
        await shown.press("slash", *"missing")
        assert [row[:3] for row in shown.rows if row.startswith("D")] == ["D07"]
        assert sum(row.startswith("session") for row in shown.rows) == 1
        await shown.press("enter", "down", "down")
        assert shown.visit.chosen.dyad == "d7"
        await shown.press("slash", "escape")
        assert sum(row.startswith("D") for row in shown.rows) == 12
        assert shown.visit.chosen.dyad == "d7"


async def test_what_is_due_is_listed_and_leads_there(tmp_path: Path) -> None:
    ended = (datetime.now() - timedelta(hours=5)).isoformat(timespec="minutes")
    roster = a_roster(sessions=(Session("s", "d", 3, ended),), codings=(coding("k", "K1"),))
    async with library(tmp_path, roster) as shown:
        assert "due 3" in head(shown)
        assert "recall to come, 48 h end in 4" in shown.detail
        await shown.press("d")
        assert isinstance(shown.app.screen, DueScreen)
        await shown.press("down", "enter")
        assert (shown.visit.chosen.session, shown.visit.chosen.by) == ("s", "therapist")


async def test_enter_goes_on_with_a_recall_begins_one_or_shows_the_review(tmp_path: Path) -> None:
    open_one = Recall("o", "s", "client", layer="l", status="open", person="c")
    async with library(tmp_path, a_roster(recalls=(open_one,))) as shown:
        await shown.choose(dyad="d", session="s", by="client")
        await shown.press("enter")
        assert shown.wish == Wish("recall", "o")
    for at, roster in enumerate((a_roster(recalls=(msgspec.structs.replace(open_one, status="ended"),)), a_roster())):
        folder = tmp_path / str(at)
        folder.mkdir()
        async with library(folder, roster) as shown:
            await shown.choose(dyad="d", session="s", **({"by": "client"} if at == 0 else {}))
            await shown.press("enter")
            assert shown.wish == Wish("review", "s")


async def test_a_coding_is_gone_on_with_until_it_is_locked(tmp_path: Path) -> None:
    for locked in (False, True):
        folder = tmp_path / str(locked)
        folder.mkdir()
        async with library(folder, a_roster(codings=(coding("k", "K1", locked=locked),))) as shown:
            await shown.choose(dyad="d", session="s", coding="k")
            await shown.press("enter")
            assert shown.wish == (Wish("review", "s") if locked else Wish("coding", "k"))


async def test_a_coding_is_begun_with_the_coder_who_has_none_yet(tmp_path: Path) -> None:
    (place,) = (one for one in PLACES if one.id == "coding")
    roster = a_roster()
    coder = Person("k", "K1", "observer")
    async with library(
        tmp_path, msgspec.structs.replace(roster, persons=(*roster.persons, coder)), places=(place,)
    ) as shown:
        await shown.choose(dyad="d")
        await shown.press("b")
        assert "Choose a session first" in shown.said[-1]
        await shown.choose(dyad="d", session="s")
        a_recording(shown, roster)
        await shown.press("b")
        await shown.press("tab", "tab")
        await shown.type("1 s")
        await shown.press("enter")
        assert "seconds or longer" in error_of(shown)
        await shown.type("2m")
        await shown.press("enter")
        (begun,) = shown.study.codings()
        assert (begun.coder, begun.segment_ms, begun.codebook) == ("K1", 120_000, "3rs-2015")
        assert shown.wish == Wish("coding", begun.id)


async def test_a_coding_is_unblinded_only_when_it_is_locked_and_asked_for_twice(tmp_path: Path) -> None:
    (place,) = (one for one in PLACES if one.id == "coding")
    async with library(tmp_path, a_roster(), size=(80, 24), places=(place,)) as shown:
        head = msgspec.structs.replace(HEAD, purpose="coding")
        layer, path, key = shown.study.new_object("layer")
        create_layer(path, key, head)
        shown.study.put(msgspec.structs.replace(coding("k", "K1"), layer=layer))
        shown.screen.refresh_study()
        await shown.choose(dyad="d", session="s", coding="k")
        await shown.press("e", "right", "enter", "enter")
        assert "not locked yet" in error_of(shown)
        await shown.press("escape")
        with LayerFile(path, key) as log:
            log.commit([Hand("coder", "dev").op(layer, Locked())]).result()
        await shown.press("e")
        line = shown.app.screen.query_one(ChoiceLine).render_line(0)
        assert line.text.strip() == "[unlock the coding]  unblind the coder"
        await shown.press("enter", "enter")
        assert "needs its reason" in error_of(shown)
        shown.app.screen.query_one("#reason", Input).value = "a slip"
        await shown.press("enter")
        assert not shown.study.codings()[0].locked
        with LayerFile(path, key) as log:
            log.commit([Hand("coder", "dev").op(layer, Locked())]).result()
        await shown.press("e", "right", "enter")
        assert error_of(shown) == "This cannot be taken back. Enter again lets K1 see the other layers."
        assert not shown.study.codings()[0].unblinded
        await shown.press("enter")
        assert shown.study.codings()[0].unblinded
        said = [(op.kind, op.reason) for op in read_layer(path, key).ops]
        assert said == [("lock", None), ("unlock", "a slip"), ("lock", None), ("unblind", None)]


async def test_a_coder_whom_the_study_does_not_know_is_asked_about_once(tmp_path: Path) -> None:
    (place,) = (one for one in PLACES if one.id == "coding")
    roster = a_roster()
    roster = msgspec.structs.replace(roster, persons=(*roster.persons, Person("k", "K1", "observer")))
    async with library(tmp_path, roster, places=(place,)) as shown:
        a_recording(shown, roster)
        await shown.choose(dyad="d", session="s")
        await shown.press("b")
        await shown.type("K9")
        await shown.press("enter")
        assert error_of(shown) == "There is no coder 'K9' in this study (coders: K1). Enter again keeps it."
        assert shown.study.codings() == []
        await shown.press("enter")
        assert [one.coder for one in shown.study.codings()] == ["K9"]


def a_recording(shown: Library, roster: Roster) -> None:
    """Put the bytes of the roster's recording into the study."""
    media, path, key = shown.study.new_object("media")
    sink = SealedSink(path, key)
    sink.write_at(0, b"sound")
    sink.commit()
    shown.study.put(msgspec.structs.replace(roster.recordings[0], media=media))
