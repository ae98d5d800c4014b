"""Supervision: the supervisor makes a layer of their own, which the trainee has only once it was opened."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec
import pytest
from textual.app import App
from textual.content import Content
from textual.widgets import Static

from iprtool.app import IprtoolApp
from iprtool.desk.consents import mark_withdrawn
from iprtool.desk.grants import recall_grant
from iprtool.desk.people import the_only_session
from iprtool.desk.starting import start_recall
from iprtool.desk.supervision import open_interpretations, open_since, supervision_grant
from iprtool.edits import Hand
from iprtool.first_screen import first_screen
from iprtool.library.wish import Chosen
from iprtool.library_codings import coding_form
from iprtool.model.errors import IprtoolError
from iprtool.model.layer import Closed, Covered, Marked, OpBody, Unblinded
from iprtool.model.protocol import PROTOCOLS
from iprtool.model.study import Person, Recall, Session
from iprtool.model.terms import Role
from iprtool.opened import read
from iprtool.recall.settings import RecallChoice
from iprtool.screens.review_panes import AccountPane
from iprtool.store.keys import create_open_keyring
from iprtool.store.layer import LayerFile, read_layer
from iprtool.store.study import Study
from tests.fakes import FakePlayer
from tests.review_samples import mark
from tests.store_samples import a_study


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Study]:
    """Session 3 of D05, with a client's recall."""
    monkeypatch.setenv("IPRTOOL_HOME", str(tmp_path / "home"))
    with create_open_keyring(tmp_path / "open.keyring") as keyring, a_study(tmp_path, keyring) as study:
        yield study


def session(study: Study) -> Session:
    return the_only_session(study)[1]


def begin(study: Study, by: Role) -> Recall:
    return start_recall(study, session(study), RecallChoice(by, protocol=PROTOCOLS["supervision"]))


def write(study: Study, recall: Recall, *bodies: OpBody) -> None:
    assert recall.layer is not None
    with LayerFile(study.path_of(recall.layer), study.key_of(recall.layer)) as log:
        log.commit([Hand(recall.by, "dev").op(str(at), body) for at, body in enumerate(bodies)]).result()


def seen(study: Study) -> list[str]:
    """Whose layers the trainee's screen is granted."""
    grant = supervision_grant(study, *the_only_session(study))
    assert grant.review is None
    assert grant.title == "D05 · session 3 · supervision"
    return [one.by for one in grant.layers]


def test_the_trainee_has_their_own_layer_only_until_the_interpretations_are_opened(study: Study) -> None:
    trainee, supervisor = begin(study, "therapist"), begin(study, "supervisor")
    assert trainee.layer != supervisor.layer
    packed = msgspec.json.encode([recall_grant(study, trainee), supervision_grant(study, *the_only_session(study))])
    assert supervisor.layer is not None
    assert supervisor.layer.encode() not in packed
    assert study.key_of(supervisor.layer).hex().encode() not in packed
    assert seen(study) == ["therapist"]
    assert open_since(study, session(study)) is None

    with pytest.raises(IprtoolError, match="The supervisor's recall is not finished yet"):
        open_interpretations(study, session(study))
    assert open_since(study, session(study)) is None
    write(study, supervisor, Closed())
    open_interpretations(study, session(study), "the write-up is done")
    assert seen(study) == ["therapist", "supervisor"]
    assert trainee.layer is not None
    (op,) = read_layer(study.path_of(trainee.layer), study.key_of(trainee.layer)).ops
    assert (op.body, op.actor, op.reason) == (Unblinded(), "supervisor", "the write-up is done")
    assert open_since(study, session(study)) == op.at_utc
    began = datetime.fromisoformat(op.at_utc).astimezone()
    with pytest.raises(IprtoolError, match=f"has been open to the trainee since {began:%Y-%m-%d %H:%M} already"):
        open_interpretations(study, session(study), "end of cycle")
    assert len(read_layer(study.path_of(trainee.layer), study.key_of(trainee.layer)).ops) == 1


def test_what_was_opened_stays_so_however_much_the_trainee_does_after(study: Study) -> None:
    trainee, supervisor = begin(study, "therapist"), begin(study, "supervisor")
    write(study, supervisor, Closed())
    open_interpretations(study, session(study))
    write(study, trainee, *(Covered("played", at, at + 1) for at in range(1_001)))
    assert open_since(study, session(study)) is not None


async def test_the_trainee_s_account_and_the_supervisor_s_stand_side_by_side(study: Study) -> None:
    trainee, supervisor = begin(study, "therapist"), begin(study, "supervisor")
    write(study, trainee, Marked(mark("0", 5_000, note="lost them")))
    write(study, supervisor, Marked(mark("0", 7_000, note="so it looked")))
    write(study, supervisor, Closed())
    for opened, beside in (
        (False, ("supervisor", "held back until opened")),
        (True, ("supervisor  00:07", "a note\n“so it looked”")),
    ):
        if opened:
            open_interpretations(study, session(study))
        grant = supervision_grant(study, *the_only_session(study))
        screen = first_screen(grant, read(grant), FakePlayer(), None)
        async with IprtoolApp(screen).run_test(size=(80, 24)) as pilot:
            await pilot.press("n")
            await pilot.pause()
            panes = [pane for pane in screen.query(AccountPane) if pane.display]
            trainee_s, supervisor_s = ((str(one.border_title), account_text(one)) for one in panes)
            assert trainee_s == ("trainee  00:05", "a note\n“lost them”")
            assert supervisor_s == beside


def account_text(pane: AccountPane) -> str:
    content = pane.query_one(Static).content
    return content.plain if isinstance(content, Content) else str(content)


async def test_the_supervisor_s_recall_is_opened_from_the_library_once_it_is_finished(study: Study) -> None:
    trainee, supervisor = begin(study, "therapist"), begin(study, "supervisor")
    chosen = Chosen(session=supervisor.session, recall=supervisor.id, by="supervisor")
    with pytest.raises(IprtoolError, match="not finished yet"):
        coding_form(study, chosen)
    write(study, supervisor, Closed())
    app = App[None]()
    async with app.run_test() as pilot:
        await app.push_screen(coding_form(study, chosen))
        await pilot.press("o", "k", "enter")
        await pilot.pause()
    assert trainee.layer is not None
    (op,) = read_layer(study.path_of(trainee.layer), study.key_of(trainee.layer)).ops
    assert (op.body, op.reason) == (Unblinded(), "ok")
    with pytest.raises(IprtoolError, match="has been open to the trainee since"):
        coding_form(study, chosen)


def test_whether_there_are_interpretations_is_not_told_before_they_are_opened(study: Study) -> None:
    begin(study, "therapist")
    before = supervision_grant(study, *the_only_session(study))
    begin(study, "supervisor")
    assert supervision_grant(study, *the_only_session(study)) == before


def test_without_the_trainees_recall_or_the_supervisors_there_is_nothing_to_open(study: Study) -> None:
    with pytest.raises(IprtoolError, match="The trainee has no recall for supervision"):
        supervision_grant(study, *the_only_session(study))
    begin(study, "therapist")
    with pytest.raises(IprtoolError, match="The supervisor has made nothing of this session yet"):
        open_interpretations(study, session(study))


def test_nothing_is_looked_at_any_more_once_somebody_in_the_recording_has_withdrawn(study: Study) -> None:
    client = Person("pc", "D05-C", "client", "d")
    study.put(client)
    begin(study, "therapist")
    assert seen(study) == ["therapist"]
    mark_withdrawn(study, client, "2026-01-01")
    with pytest.raises(IprtoolError, match="D05-C withdrew on 2026-01-01"):
        seen(study)


def test_the_supervisors_recall_has_the_professionals_words_and_face(study: Study) -> None:
    recall = begin(study, "supervisor")
    assert recall_grant(study, recall).face == "researcher"
    assert recall.codebook == "therapist-plain"
