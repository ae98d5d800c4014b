"""Recalls with more than one voice: couples who guess, both partners together, a supervision; and who may stop."""

import pytest

from iprtool.codebooks.loader import shipped
from iprtool.model.guide import Guide, Lead
from iprtool.model.layer import LayerContent, LeadUsed, LessonsLearned, Stopped, SyncMarked
from iprtool.model.mark import Code, Mark
from iprtool.model.protocol import PROTOCOLS
from iprtool.model.terms import Role, StoppedBy
from iprtool.recall.protocols.couple import CODEBOOK, CODES, VERSION
from iprtool.recall.wording import title_of
from tests.fakes import content
from tests.recall_table import Table


def at_a_stop(name: str) -> Table:
    table = Table(content(protocol=PROTOCOLS[name]))
    table.watch(9_000)
    table.recall.halt()
    return table


# Couples


def test_a_moment_is_rated_for_oneself_and_guessed_for_the_other() -> None:
    table = at_a_stop("couple")
    assert table.recall.asks == "guess"
    table.recall.rate("own", 4)
    table.recall.rate("guess_of_partner", 2)
    table.recall.save_note("he smiled")
    own, guess = sorted(table.marks, key=lambda mark: mark.perspective == "guess_of_partner")
    assert own.codes == (Code("couple-1992", "1.0", "for_me", 4),)
    assert (own.perspective, own.about, own.note) == ("own", "client", "he smiled")
    assert guess.codes == (Code("couple-1992", "1.0", "for_my_partner", 2),)
    assert (guess.perspective, guess.about, guess.note) == ("guess_of_partner", "therapist", "")
    assert own.stop == guess.stop
    assert title_of(own, table.recall.head.codebook) == "for me 4"


@pytest.mark.parametrize(
    ("by", "partner", "guessed"),
    [("client", None, "therapist"), ("second_client", None, "client"), ("client", "second_client", "second_client")],
)
def test_whose_experience_is_guessed_is_kept(by: Role, partner: Role | None, guessed: Role) -> None:
    table = Table(content(protocol=PROTOCOLS["couple"], by=by, partner=partner))
    table.watch(9_000)
    table.recall.rate("guess_of_partner", 2)
    assert [mark.about for mark in table.marks] == [guessed]


def test_a_rating_is_changed_and_taken_back() -> None:
    table = at_a_stop("couple")
    table.recall.rate("guess_of_partner", 2)
    table.recall.rate("guess_of_partner", 3)
    assert [code.rating for mark in table.marks for code in mark.codes] == [3]
    table.recall.rate("guess_of_partner", None)
    assert table.marks == []
    table.recall.undo()
    assert table.recall.rated("guess_of_partner")[1] == 3


def test_the_ratings_are_those_of_the_shipped_codebook() -> None:
    codebook = shipped(CODEBOOK)
    assert codebook.version == VERSION
    assert [entry.id for entry in codebook.codes] == list(CODES.values())


# Both together


def marks_of(table: Table, author: str) -> list[Mark]:
    return [mark for mark in table.marks if mark.author == author]


def here(table: Table) -> str | None:
    return table.recall.mark.note if table.recall.mark else None


def test_in_a_mutual_recall_each_stop_and_mark_is_of_who_speaks() -> None:
    table = at_a_stop("mutual")
    table.recall.save_note("I was hurt")
    assert table.recall.turn() == "therapist"
    assert here(table) is None
    table.recall.save_note("I did not see it")
    assert table.recall.turn() == "inquirer"
    table.recall.save_note("say more")
    assert table.recall.turn() == "client"
    assert here(table) == "I was hurt"
    assert {(mark.author, mark.about, mark.note) for mark in table.marks} == {
        ("client", "client", "I was hurt"),
        ("therapist", "therapist", "I did not see it"),
        ("inquirer", None, "say more"),
    }
    assert len({mark.stop for mark in table.marks}) == 1
    table.recall.go_on()
    table.recall.turn()
    table.watch(9_000)
    table.recall.halt()
    assert [stop.stopped_by for stop in table.bodies(Stopped)] == ["client", "therapist"]


def test_who_stopped_is_corrected_among_the_three_of_them() -> None:
    table = at_a_stop("mutual")
    assert [table.recall.toggle_stopped_by() for _ in range(3)] == ["therapist", "inquirer", "client"]


def test_a_peak_is_of_who_speaks() -> None:
    table = at_a_stop("mutual")
    table.recall.begin_interval()
    table.recall.turn()
    table.watch(4_000)
    table.recall.add_peak()
    assert [peak.by_role for mark in table.marks for peak in mark.peaks] == ["therapist"]


def test_who_stopped_is_corrected_on_each_mark_of_the_stop() -> None:
    table = at_a_stop("mutual")
    table.recall.save_note("I was hurt")
    table.recall.turn()
    table.recall.save_note("I did not see it")
    table.recall.toggle_stopped_by()
    assert [mark.stopped_by for mark in table.marks] == ["therapist", "therapist"]


def test_a_mark_that_is_gone_to_says_whose_words_come_next() -> None:
    table = at_a_stop("mutual")
    table.recall.turn()
    table.recall.save_note("I did not see it")
    table.recall.turn()
    table.recall.choose(marks_of(table, "therapist")[0])
    table.recall.word("relieved")
    assert [len(mark.codes) for mark in marks_of(table, "therapist")] == [1]


# A supervision


def test_so_many_moments_are_chosen_and_no_more() -> None:
    table = Table(content(protocol=PROTOCOLS["supervision"]))
    for expected in (True, True, True, None):
        table.watch(9_000)
        table.recall.halt()
        assert table.recall.choose_moment() is expected
    assert table.recall.course.progress == "3 of 3 chosen"
    table.recall.to_mark(-1)
    assert table.recall.choose_moment() is False
    assert table.recall.course.progress == "2 of 3 chosen"
    table.recall.undo()
    assert table.recall.course.progress == "3 of 3 chosen"


def test_what_was_learned_is_kept_as_it_is_typed_and_then_for_good() -> None:
    table = at_a_stop("supervision")
    table.recall.keep_lessons("slow d")
    draft = table.log.draft
    assert draft is not None
    assert (draft.text, draft.lessons) == ("slow d", True)
    table.recall.learn("slow down ")
    assert [body.text for body in table.bodies(LessonsLearned)] == ["slow down"]
    assert table.again().recall.lessons == "slow down"
    assert LayerContent(table.recall.head).draft == table.log.draft


# Who may stop


@pytest.mark.parametrize(
    ("name", "by"),
    [
        ("person-centred", "recaller"),
        ("research", "recaller"),
        ("brief-structured", "inquirer"),
        ("segments", "recaller"),
        ("interval", "recaller"),
        ("dial", "recaller"),
        ("mutual", "client"),
        ("supervision", "recaller"),
    ],
)
def test_the_sound_always_stops_and_whose_stop_it_is_is_kept(name: str, by: StoppedBy) -> None:
    table = at_a_stop(name)
    assert table.player.state.status == "paused"
    assert table.bodies(Stopped)[-1].stopped_by == by


def test_where_nobody_needs_to_stop_it_that_is_said() -> None:
    assert "Nobody needs to stop it" in at_a_stop("dial").recall.course.guidance
    assert at_a_stop("person-centred").recall.course.guidance == ""


def test_the_lead_used_is_kept_with_the_guides_version() -> None:
    guide = Guide("leads", "2.1", "Leads", "en", (Lead("affect-2", "affect", "What did you feel?"),))
    table = Table(content(guide=guide))
    table.watch(9_000)
    table.recall.save_note("numb")
    table.recall.lead_used("affect", "affect-2")
    assert table.bodies(LeadUsed) == [LeadUsed("affect", 9_000, "2.1", "affect-2")]
    (stop,) = table.recall.state.stops
    assert [op.entity for op in table.log.ops if isinstance(op.body, LeadUsed)] == [stop]
    assert (table.marks[0].lead, table.marks[0].guide_version) == ("affect-2", "2.1")


def test_a_sync_mark_is_kept_with_its_place() -> None:
    table = at_a_stop("research")
    table.recall.sync_mark(tone=False)
    assert table.bodies(SyncMarked) == [SyncMarked(9_000, tone=False)]
