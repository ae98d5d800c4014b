"""Times as people read and write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iprtool.model.times import clock, parse_clock, parse_duration


@given(st.integers(0, 100 * 3_600_000))
def test_what_is_shown_is_read_back(ms: int) -> None:
    assert parse_clock(clock(ms, millis=True)) == ms
    assert parse_clock(clock(ms, millis=True, hours=True)) == ms


@pytest.mark.parametrize(
    ("text", "ms"), [("12:30", 750_000), ("12:30.25", 750_250), ("1:02:03", 3_723_000), ("90", 90_000), ("0,5", 500)]
)
def test_people_write_times_in_several_ways(text: str, ms: int) -> None:
    assert parse_clock(text) == ms


@pytest.mark.parametrize("text", ["", "soon", "12:75", "1:60:00", "-5", "12:30.1234", "1:2:3:4"])
def test_what_is_no_time_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time"):
        parse_clock(text)


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("10s", 10_000),
        ("90s", 90_000),
        ("1.5s", 1_500),
        ("2m", 120_000),
        (" 2.5 min", 150_000),
        ("1,5h", 5_400_000),
        ("1:30", 90_000),
        ("01:10:00", 4_200_000),
        ("120", 120_000),
        ("0", 0),
    ],
)
def test_a_length_of_time_is_read_as_people_write_it(text: str, ms: int) -> None:
    assert parse_duration(text) == ms


@pytest.mark.parametrize("text", ["", "s", "m", "soon", "-5s", "1:99", "1e9s", "nan", "infm", "5d"])
def test_what_is_no_length_of_time_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="is no length of time; write it like 90s, 2m or 1:30"):
        parse_duration(text)
