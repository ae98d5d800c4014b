"""Rows in are rows out, for any marks."""

from typing import Any

import msgspec
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from iprtool.export.build import Asked, build
from iprtool.export.judge import faults_between, faults_within
from iprtool.export.rows import StudyRows
from iprtool.export.tables import TABLES
from iprtool.export.tokens import Tokens
from iprtool.model.mark import Code, Mark, Peak, Rupture
from iprtool.model.terms import (
    Author,
    Locus,
    MarkKind,
    Mover,
    Perspective,
    Quotable,
    Role,
    RuptureType,
    Timeframe,
    YesNoUnsure,
    levels,
)
from tests.export_samples import DURATION_MS, a_study, layer

KEY = b"k" * 32


def arrow_tables(rows: StudyRows, **asked: bool) -> dict[str, pa.Table]:
    """All tables of the export by name."""
    return {table.name: made for table, made in build(rows, Asked(**asked)).tables}


_times = st.integers(0, DURATION_MS)
_texts = st.text(alphabet=st.characters(codec="utf-8"), max_size=12)
_halves = st.one_of(st.none(), st.integers(2, 18).map(lambda twice: twice / 2))


def _term(of: object) -> st.SearchStrategy[Any]:
    return st.sampled_from(levels(of))


@st.composite
def marks(draw: st.DrawFn) -> list[Mark]:
    """Marks in any order, some of the same time, with any codes, peaks and rupture fields."""
    made = []
    for at in range(draw(st.integers(0, 6))):
        kind: MarkKind = draw(_term(MarkKind))
        start_ms, end_ms = sorted((draw(_times), draw(_times)))
        codes = draw(
            st.lists(
                st.builds(
                    Code,
                    st.just("plain"),
                    st.just("1.0"),
                    st.sampled_from(["felt_safe", "felt_distance"]),
                    st.one_of(st.none(), st.floats(1, 5)),
                ),
                max_size=3,
            )
        )
        rupture = st.builds(
            Rupture,
            _term(RuptureType),
            st.one_of(st.none(), _term(Mover)),
            st.one_of(st.none(), _term(Locus)),
            st.one_of(st.none(), st.integers(1, 5)),
            st.one_of(st.none(), _term(YesNoUnsure)),
        )
        made.append(
            Mark(
                f"mark {at} {draw(st.integers(0, 99))}",
                draw(_term(Author)),
                kind,
                start_ms,
                draw(_times),
                draw(st.integers(0, 5000)),
                end_ms=end_ms if kind == "interval" else None,
                codes=tuple(codes),
                peaks=tuple(draw(st.lists(st.builds(Peak, _times, _term(Role)), max_size=2))),
                note=draw(_texts),
                timeframe=draw(_term(Timeframe)),
                perspective=draw(_term(Perspective)),
                helpful=draw(_halves),
                lead=draw(st.one_of(st.none(), st.sampled_from(["affect", "body"]))),
                quotable=draw(_term(Quotable)),
                partner_recognisable=draw(st.booleans()),
                rupture=draw(st.one_of(st.none(), rupture)),
            )
        )
    return made


@settings(max_examples=60, deadline=None)
@given(marks())
def test_rows_in_are_rows_out(made: list[Mark]) -> None:
    """Every mark leaves once, in the order of the recording, with its codes and peaks in theirs, and verifies."""
    rows = a_study(layers=(layer("layer-client", "recall-client", marks=made),))
    arrow, tokens = arrow_tables(rows, text=True), Tokens(KEY)
    tables = {name: table.to_pylist() for name, table in arrow.items()}
    expected = sorted(made, key=lambda mark: mark.start_ms)
    assert [row["annotation_id"] for row in tables["annotations"]] == [
        tokens.one(mark.id, "annotation") for mark in expected
    ]
    for row, mark in zip(tables["annotations"], expected, strict=True):
        plain = msgspec.structs.asdict(mark)
        for name in (
            "author",
            "kind",
            "start_ms",
            "end_ms",
            "raw_start_ms",
            "uncertainty_ms",
            "helpful",
            "lead",
            "quotable",
        ):
            assert row[name] == plain[name]
        assert row["note"] == (None if mark.quotable == "no" else mark.note or None)
        assert row["rupture_type"] == (mark.rupture.type if mark.rupture else None)
        assert row["rupture_salience"] == (mark.rupture.salience if mark.rupture else None)
    assert [
        (row["annotation_id"], row["position"], row["code"], row["rating"]) for row in tables["annotation_codes"]
    ] == [
        (tokens.one(mark.id, "annotation"), at, code.code, code.rating)
        for mark in expected
        for at, code in enumerate(mark.codes)
    ]
    assert [(row["annotation_id"], row["at_ms"], row["by_role"]) for row in tables["peaks"]] == [
        (tokens.one(mark.id, "annotation"), peak.at_ms, peak.by_role) for mark in expected for peak in mark.peaks
    ]
    assert [
        *faults_between(arrow),
        *(fault for table in TABLES for fault in faults_within(table, arrow[table.name])),
    ] == []
