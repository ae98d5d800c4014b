"""The study's own codebooks and guides: kept in versions, one in use or in force, each step taken back."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from iprtool.codebooks.change import changed
from iprtool.codebooks.loader import shipped
from iprtool.codebooks.versions import differences_since, name_of
from iprtool.desk.codebooks import StudyCodebooks, codebook_in_use, codebook_named, codebooks_of, use_codebook
from iprtool.desk.guides import StudyGuides, guide_for, guide_in_force, guides_of
from iprtool.desk.recalls import codebook_for
from iprtool.guides.card import card_text
from iprtool.guides.loader import changed as changed_guide
from iprtool.guides.loader import shipped as shipped_guide
from iprtool.model.codebook import Codebook
from iprtool.model.errors import IprtoolError
from iprtool.model.guide import Lead
from iprtool.model.study import Dyad, Recall, Session
from iprtool.store.keys import create_open_keyring
from iprtool.store.study import Study


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Study]:
    with create_open_keyring(tmp_path / "open.keyring") as keyring, Study.create(tmp_path / "A.ipr", keyring) as made:
        yield made


def own_codebook(study: Study) -> tuple[Codebook, Codebook]:
    """A copy of the client's words, and its next version with one word fewer."""
    StudyCodebooks(study).copy(shipped("recaller-plain"), "mine", "Our words")
    (first,) = codebooks_of(study)
    second = changed(first, codes=first.codes[:-1])
    StudyCodebooks(study).keep(second)
    return first, second


def test_a_codebook_of_the_study_s_own_begins_as_a_shipped_one_and_gets_versions(study: Study) -> None:
    first, second = own_codebook(study)
    assert (first.version, second.version, len(second.codes)) == ("1.0", "1.1", len(first.codes) - 1)
    assert codebook_named(study, "mine") == second
    assert codebook_named(study, "mine@1.0") == first
    assert differences_since([first, second], second) == ("version: 1.0 → 1.1", "code removed: unsure (unsure)")
    assert differences_since([first, second], first) == ()
    with pytest.raises(IprtoolError, match=r"version 1\.1 of mine already"):
        StudyCodebooks(study).keep(msgspec.structs.replace(second, title="Other"))
    with pytest.raises(IprtoolError, match="comes with iprtool"):
        StudyCodebooks(study).copy(first, "couple-1992", "x")
    with pytest.raises(IprtoolError, match="There is no codebook 'none'"):
        codebook_named(study, "none")


def test_a_role_s_new_recalls_begin_with_the_version_that_was_chosen(study: Study) -> None:
    first, second = own_codebook(study)
    assert codebook_in_use(study, "client") == shipped("recaller-plain")
    step = use_codebook(study, first, ["client", "second_client"])
    assert codebook_in_use(study, "client") == first
    assert codebook_for("client", name_of(first), own=codebooks_of(study)) == first
    assert codebook_for("client", "mine", own=codebooks_of(study)) == second
    shown = {name_of(one.codebook): one for one in StudyCodebooks(study).codebooks()}
    assert shown["mine@1.0"].roles == ("client", "second_client")
    assert (shown["mine@1.0"].own, shown["recaller-plain@1.0"].own) == (True, False)
    use_codebook(study, first, ["second_client"])
    assert codebook_in_use(study, "client") == shipped("recaller-plain")
    step.back()
    assert codebook_in_use(study, "second_client") == shipped("recaller-plain")
    with pytest.raises(IprtoolError, match="not in plain words"):
        use_codebook(study, shipped("3rs-2015"), ["client"])


def test_a_version_that_is_used_can_not_be_taken_back(study: Study) -> None:
    StudyCodebooks(study).copy(shipped("recaller-plain"), "other", "Others")
    step = StudyCodebooks(study).copy(shipped("recaller-plain"), "mine", "Our words")
    step.back()
    assert [one.id for one in codebooks_of(study)] == ["other"]
    step.forth()
    use = use_codebook(study, codebook_named(study, "mine"), ["client"])
    with pytest.raises(IprtoolError, match="chosen for a role"):
        step.back()
    use.back()
    study.put(Dyad("d", "D05"))
    study.put(Session("s", "d", 3))
    study.put(Recall("r", "s", "client", codebook="mine", codebook_version="1.0"))
    with pytest.raises(IprtoolError, match="so it stays"):
        step.back()


def test_a_codebook_is_loaded_written_and_loaded_again(study: Study, tmp_path: Path) -> None:
    (tmp_path / "ours.csv").write_text("id,label,group\ncold,went cold,distance\nwarm,warmed up,\n")
    StudyCodebooks(study).load(tmp_path / "ours.csv")
    (book,) = codebooks_of(study)
    assert [code.label for code in book.codes] == ["went cold", "warmed up"]
    StudyCodebooks(study).write(book, tmp_path / "out.toml")
    assert codebook_named(study, str(tmp_path / "out.toml")) == book
    with pytest.raises(IprtoolError, match="is there already"):
        StudyCodebooks(study).write(book, tmp_path / "out.toml")


def test_a_changed_guide_is_in_force_until_another_is(study: Study) -> None:
    first = shipped_guide()
    assert guides_of(study) == [first]
    second = changed_guide(first, leads=(*first.leads, Lead("silence", "silence", "What was in the silence?")))
    kept = StudyGuides(study).keep(second)
    assert (guide_in_force(study), guide_for(study)) == (second, second)
    assert guide_for(study, "1.0") == first
    assert differences_since([first, second], second)[1:] == ("lead added: What was in the silence? (silence)",)
    back = StudyGuides(study).put_in_force(first)
    assert guides_of(study) == [second, first]
    third = StudyGuides(study).keep(changed_guide(second, title="Ours", earlier=(first,)))
    assert guide_in_force(study).title == "Ours"
    third.back()
    assert guide_in_force(study) == first
    back.back()
    assert guides_of(study) == [first, second]
    kept.back()
    assert guides_of(study) == [first]
    kept.forth()
    with pytest.raises(IprtoolError, match=r"no version '3' *; it has 1\.0, 1\.1"):
        guide_for(study, "3")


def test_a_guide_in_another_language_is_one_of_its_own(study: Study) -> None:
    StudyGuides(study).copy(shipped_guide(), "ipr-leads-nb", "Spørsmål", "nb")
    assert [(one.guide.id, one.own, one.in_force) for one in StudyGuides(study).guides()] == [
        ("ipr-leads", False, False),
        ("ipr-leads-nb", True, True),
    ]
    assert guide_for(study, "ipr-leads@1.0") == shipped_guide()
    with pytest.raises(IprtoolError, match="no language tag"):
        StudyGuides(study).copy(shipped_guide(), "x", "X", "Norsk!")


def test_a_guide_s_version_that_recalls_began_with_stays(study: Study) -> None:
    first = shipped_guide()
    kept = StudyGuides(study).keep(changed_guide(first, title="Ours"))
    study.put(Dyad("d", "D05"))
    study.put(Session("s", "d", 3))
    other = Recall("r", "s", "client", layer="l", guide="of-another-id", guide_version="1.1")
    study.put(other)
    kept.back()
    kept.forth()
    study.put(msgspec.structs.replace(other, guide=first.id))
    with pytest.raises(IprtoolError, match=r"version 1\.1 of the guide, so it stays"):
        kept.back()


def test_the_inquirer_s_card_has_every_lead_on_lines_that_fit_on_paper() -> None:
    card = card_text(shipped_guide())
    lines = card.splitlines()
    assert lines[:2] == ["Leads for a recall interview", "ipr-leads, version 1.0 (en)"]
    assert "AFFECT" in lines
    assert "  [ ] What were you feeling just there?" in lines
    assert max(map(len, lines)) <= 72
    assert "".join(card.split()).count("[]") == len(shipped_guide().leads)
