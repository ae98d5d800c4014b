"""The shipped leads are those that a recall begins with; a study's own guide says what is wrong, and has versions."""

from pathlib import Path

import msgspec
import pytest

from iprtool.codebooks.versions import differences
from iprtool.codebooks.writing import as_toml
from iprtool.guides import DEFAULT, changed, check, load, shipped, shipped_ids
from iprtool.model.errors import GuideError
from iprtool.model.guide import CATEGORIES, Guide, Lead

LEADS = {
    "affect": "What were you feeling just there?",
    "agenda": "Was there something you held back from saying?",
    "cognition": "What was going through your mind?",
    "image": "Did any picture or memory come up?",
    "body": "Did you notice anything in your body?",
    "mutual": "What did you think was going on for the other person? How did you think they saw you?",
    "expectation": "What did you expect or want to happen next?",
    "relationship": "What did this do to how you felt about working together?",
    "wish": "What would you have wanted to be different?",
    "close": "What is it like to have watched this?",
}
GOOD = """\
id = "veiledning"
version = "1"
title = "Intervjuguide"
language = "nb"

[[leads]]
category = "affect"
text = "Hva følte du akkurat da?"

[[leads]]
category = "affect"
text = "Hvor kjente du det?"

[[leads]]
id = "stillhet"
category = "silence"
text = "Hva skjedde i stillheten?"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_shipped_guide() -> None:
    assert shipped_ids() == (DEFAULT,)
    guide = shipped()
    assert (guide.id, guide.version, guide.language) == ("ipr-leads", "1.0", "en")
    assert {lead.category: lead.text for lead in guide.leads} == LEADS
    assert guide.categories == CATEGORIES == tuple(LEADS)
    assert [lead.id for lead in guide.leads] == list(CATEGORIES)


def test_a_studys_own_has_its_own_categories_and_ids_are_given_where_none_are(tmp_path: Path) -> None:
    guide = load(written(tmp_path, GOOD))
    assert [(lead.id, lead.category) for lead in guide.leads] == [
        ("affect", "affect"),
        ("affect_2", "affect"),
        ("stillhet", "silence"),
    ]
    assert guide.categories == ("affect", "silence")
    assert [lead.text for lead in guide.of("affect")] == ["Hva følte du akkurat da?", "Hvor kjente du det?"]
    assert guide.lead("stillhet") == guide.leads[2]
    assert (guide.lead("none"), guide.of("none")) == (None, ())


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ('language = "nb"', 'language = "norsk språk"', 4, "is no language tag"),
        ('language = "nb"\n', "", 1, "the field 'language' is missing"),
        ('category = "silence"', 'category = "Stille!"', 16, "the category 'Stille!' may hold only a-z"),
        ('category = "silence"\n', "", 14, "the field 'category' is missing"),
        ('category = "silence"', "category = 3", 16, "'category' should be text and is a whole number"),
        ('id = "stillhet"', 'id = "affect"', 15, "the id 'affect' is used twice (lead 1 has it already)"),
        ("Hvor kjente du det?", "hva følte du akkurat DA?", 12, "used twice"),
        ("Hvor kjente du det?", " ", 12, "the text is empty"),
        ("Hvor kjente du det?", "x" * 301, 12, "longer than 300"),
        ("Hvor kjente du det?", "a\\u001b[2Jb", 12, "U+001B"),
        ('title = "Intervjuguide"', 'titel = "Intervjuguide"', 3, "there is no field 'titel'"),
    ],
)
def test_names_the_line(tmp_path: Path, old: str, new: str, line: int, reason: str) -> None:
    assert old in GOOD
    found = check(written(tmp_path, GOOD.replace(old, new)))
    assert [problem.line for problem in found if reason in problem.reason] == [line], found


def test_files_that_are_none(tmp_path: Path) -> None:
    head = GOOD.partition("[[leads]]")[0]
    assert "there is no lead" in check(written(tmp_path, head + "leads = []"))[0].reason
    assert "double brackets" in check(written(tmp_path, head + "leads = 'none'"))[0].reason
    assert "no table" in check(written(tmp_path, head + "leads = ['none']"))[0].reason
    many = "".join(f'[[leads]]\ncategory = "affect"\ntext = "Lead {number}?"\n' for number in range(3000))
    assert [problem.reason for problem in check(written(tmp_path, head + many))] == [
        "there are more than 200 leads; leave some out"
    ]
    with pytest.raises(GuideError, match=r"^mine\.toml, line 1: the file is empty; write at least an id.* one lead$"):
        load(written(tmp_path, ""))
    with pytest.raises(GuideError, match="no guide 'none' comes with iprtool; there are ipr-leads"):
        shipped("none")


@pytest.mark.parametrize("guide", [shipped(), Guide("g", "1", "G", "pt-BR", (Lead("a", "b", 'Say "so"?\\'),))])
def test_as_toml_it_loads_back_equal(guide: Guide, tmp_path: Path) -> None:
    assert load(written(tmp_path, as_toml(guide))) == guide


def test_a_guide_revised_after_the_first_interview() -> None:
    guide = shipped()
    reworded = msgspec.structs.replace(guide.leads[0], text="What did you feel just there?")
    silence = Lead("silence", "silence", "What happened in that silence?")
    new = changed(guide, leads=[reworded, silence, *guide.leads[1:8], guide.leads[9]])
    assert (new.id, new.version) == ("ipr-leads", "1.1")
    assert differences(guide, new) == (
        "version: 1.0 → 1.1",
        "lead removed: What would you have wanted to be different? (wish)",
        "lead added: What happened in that silence? (silence)",
        "lead reworded: What were you feeling just there? → What did you feel just there? (affect)",
    )
    assert changed(guide, leads=guide.leads) is guide


def test_a_lead_that_was_given_up_comes_back_only_as_what_it_was() -> None:
    first = shipped()
    second = changed(first, leads=first.leads[1:])
    with pytest.raises(GuideError, match=r"^The id 'affect' meant 'What were .*' in version 1\.0;"):
        changed(second, leads=[Lead("affect", "affect", "And then?"), *second.leads], earlier=[first])
    assert changed(second, leads=first.leads, earlier=[first]).version == "1.2"


def test_what_the_checks_refuse_is_refused_in_one_sentence() -> None:
    with pytest.raises(GuideError, match=r"^There is no lead; add one with a category and a text\.$"):
        changed(shipped(), leads=[])
