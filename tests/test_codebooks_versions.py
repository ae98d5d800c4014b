"""Versions of a codebook: written as TOML, changed, compared; an id keeps its meaning."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iprtool.codebooks import load, shipped, shipped_ids
from iprtool.codebooks.change import changed, copied
from iprtool.codebooks.content import content_problems
from iprtool.codebooks.lines import line_index
from iprtool.codebooks.toml import from_toml
from iprtool.codebooks.versions import differences, next_version
from iprtool.codebooks.writing import as_toml, save
from iprtool.model.codebook import Codebook, CodeEntry, RatingScale, SessionScale
from iprtool.model.errors import CodebookError, IprtoolError

A, B, C = CodeEntry("a", "alpha", key=1), CodeEntry("b", "beta"), CodeEntry("c", "gamma", group="g")
BOOK = Codebook("mine", "1.0", "Mine", "Ours", (A, B, C), rating=RatingScale(1, 5))


def read_back(text: str) -> Codebook:
    return from_toml(text, Codebook, content_problems, lambda _data: None)


class TestToml:
    @pytest.mark.parametrize("codebook_id", shipped_ids())
    def test_the_shipped_ones_load_back_equal(self, codebook_id: str, tmp_path: Path) -> None:
        save(shipped(codebook_id), tmp_path / "copy.toml")
        assert load(tmp_path / "copy.toml") == shipped(codebook_id)

    def test_every_field_has_a_line_of_its_own(self) -> None:
        scale = SessionScale("s", "s", rating=RatingScale(1, 7, anchors={"2.5": "half"}))
        book = msgspec.structs.replace(BOOK, session_ratings=(scale, msgspec.structs.replace(scale, id="t", label="t")))
        index = line_index(as_toml(book))
        lines = as_toml(book).splitlines()
        assert lines[index["codes", 2, "group"] - 1] == 'group = "g"'
        assert lines[index["session_ratings", 1, "id"] - 1] == 'id = "t"'
        assert index["session_ratings", 1, "rating", "maximum"] > index["session_ratings", 1, "id"]

    text = st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), min_size=1, max_size=30).filter(
        str.strip
    )
    codes = st.builds(
        CodeEntry,
        st.uuids().map(lambda one: f"c{one.hex}"),
        text,
        st.text(st.sampled_from("a\"\\\n\t'#[]=é\u200c"), max_size=20),
        st.none() | text,
        st.none() | st.sampled_from(["positive", "negative", "neutral"]),
    )
    scales = st.builds(
        lambda low, size, step, word: RatingScale(low, low + size * step, step, {f"{low:.17g}": word}),
        st.floats(-1000, 1000),
        st.integers(1, 100),
        st.sampled_from([0.1, 0.25, 0.5, 1.0, 10.0]),
        text,
    )

    @given(
        st.builds(
            Codebook,
            st.just("mine"),
            text,
            text,
            text,
            st.lists(codes, min_size=1, max_size=5, unique_by=lambda code: code.label.strip().casefold()).map(tuple),
            st.booleans(),
            st.none() | scales,
            st.booleans(),
            st.builds(SessionScale, st.just("s"), text, rating=scales).map(lambda one: (one,)) | st.just(()),
        )
    )
    @settings(max_examples=60, deadline=None)
    def test_whatever_holds_together_loads_back_equal(self, book: Codebook) -> None:
        assert not list(content_problems(book))
        assert read_back(as_toml(book)) == book

    def test_no_file_is_overwritten(self, tmp_path: Path) -> None:
        save(BOOK, tmp_path / "mine.toml")
        with pytest.raises(IprtoolError, match=r"^mine\.toml is there already; choose another name"):
            save(BOOK, tmp_path / "mine.toml")
        with pytest.raises(IprtoolError, match="could not be written"):
            save(BOOK, tmp_path / "none" / "mine.toml")


@pytest.mark.parametrize(
    ("version", "following"),
    [
        ("1.0", "1.1"),
        ("1.9", "1.10"),
        ("1", "1.1"),
        ("2022", "2022.1"),
        ("2022.1", "2022.2"),
        ("1.0.9", "1.0.10"),
        ("2015.07.09", "2015.07.10"),
        ("draft", "draft.1"),
        ("draft.1", "draft.2"),
        ("2.0-beta", "2.0-beta.1"),
        ("x" * 80, "x" * 78 + ".1"),
    ],
)
def test_the_version_after(version: str, following: str) -> None:
    assert next_version(version) == following


def test_no_version_is_given_twice() -> None:
    assert next_version("1.0", {"1.1", "1.2"}) == "1.3"


class TestChanged:
    def test_a_change_is_a_new_version_of_the_same_codebook(self) -> None:
        new = changed(BOOK, title="Ours")
        assert (new.id, new.version, new.title, new.codes) == ("mine", "1.1", "Ours", BOOK.codes)
        assert BOOK.version == "1.0"

    def test_no_change_is_no_version(self) -> None:
        assert changed(BOOK, title="Mine", codes=[A, B, C]) is BOOK

    def test_a_rating_can_go(self) -> None:
        assert changed(BOOK, rating=None).rating is None

    def test_a_label_can_be_mended(self) -> None:
        new = changed(BOOK, codes=[msgspec.structs.replace(A, label="Alpha!"), B, C])
        assert differences(BOOK, new)[1:] == ("code relabelled: alpha → Alpha! (a)",)

    def test_what_the_checks_refuse_is_refused_in_one_sentence(self) -> None:
        with pytest.raises(CodebookError) as caught:
            changed(BOOK, codes=[A, B, msgspec.structs.replace(C, key=1)])
        assert str(caught.value) == "The key 1 is used twice (code 1 has it already); give each code its own."

    def test_an_id_cannot_take_the_meaning_of_another(self) -> None:
        swapped = [msgspec.structs.replace(A, label="beta"), msgspec.structs.replace(B, label="alpha"), C]
        with pytest.raises(CodebookError, match=r"'beta' is 'b' in version 1\.0 and can't become 'a'"):
            changed(BOOK, codes=swapped)
        with pytest.raises(CodebookError, match="can't become 'a'"):
            changed(BOOK, codes=[msgspec.structs.replace(A, label="Beta"), C])

    def test_an_id_that_was_given_up_comes_back_only_as_what_it_was(self) -> None:
        without = changed(BOOK, codes=[A, C])
        with pytest.raises(CodebookError, match=r"^The id 'b' meant 'beta' in version 1\.0;"):
            changed(without, codes=[A, CodeEntry("b", "delta"), C], earlier=[BOOK])
        again = changed(without, codes=[A, B, C], earlier=[BOOK])
        assert (again.version, again.codes) == ("1.2", BOOK.codes)

    def test_an_older_version_changed_again_gets_a_version_of_its_own(self) -> None:
        newer = changed(BOOK, title="Ours")
        assert changed(BOOK, title="Theirs", earlier=[newer]).version == "1.2"

    def test_a_study_puts_the_manuals_anchors_into_its_own_copy(self) -> None:
        own = copied(shipped("3rs-2015"), "3rs-2015-ours")
        first, *rest = own.session_ratings
        anchored = msgspec.structs.replace(first, rating=RatingScale(1, 5, anchors={"1": "none"}))
        new = changed(own, session_ratings=[anchored, *rest])
        assert (own.version, new.version, new.id) == ("1.0", "1.1", "3rs-2015-ours")
        assert differences(own, new)[1:] == (
            f"session rating changed: {first.label} ({first.id}), rating: 1 to 5 → 1 to 5 (1 none)",
        )
        with pytest.raises(CodebookError, match="may hold only a-z"):
            copied(own, "Ours!")


def test_differences_say_what_is_gone_new_changed_and_moved() -> None:
    delta = CodeEntry("d", "delta")
    new = msgspec.structs.replace(
        BOOK,
        title="Ours",
        plain=True,
        rating=RatingScale(0, 1, 0.5),
        codes=(C, msgspec.structs.replace(A, key=None, gloss="first"), delta),
    )
    assert differences(BOOK, new) == (
        "title: Mine → Ours",
        "plain: no → yes",
        "rating: 1 to 5 → 0 to 1 by 0.5",
        "code removed: beta (b)",
        "code added: delta (d)",
        "code changed: alpha (a), gloss: none → first",
        "code changed: alpha (a), key: 1 → none",
        "code moved: gamma (c), from place 3 to 1",
    )
    assert differences(BOOK, BOOK) == ()
