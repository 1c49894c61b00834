"""Dates, sizes and counts as people read them."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from ckanext.moka.portal import formats


@pytest.mark.parametrize(
    ("value", "ja", "en"),
    [
        ("2026-11-23", "2026年11月23日", "23 November 2026"),
        ("2026-11-23T15:00:00", "2026年11月24日", "24 November 2026"),
        ("2026-11-23T14:59:59.123456", "2026年11月23日", "23 November 2026"),
        ("2026-11-23T23:30:00+09:00", "2026年11月23日", "23 November 2026"),
        (date(2026, 4, 1), "2026年4月1日", "1 April 2026"),
        (datetime(2025, 12, 31, 15, 0), "2026年1月1日", "1 January 2026"),
        ("", "", ""),
        (None, "", ""),
        ("去年の春", "", ""),
    ],
)
def test_a_day_is_written_out_in_the_readers_language_and_in_japans_time(value, ja, en):
    assert formats.long_date(value) == ja
    assert formats.long_date(value, "en") == en


def test_a_time_is_added_only_where_there_is_one():
    assert formats.long_datetime("2026-11-23T00:05:00") == "2026年11月23日 9時5分"
    assert formats.long_datetime("2026-11-23T00:05:00", "en") == "23 November 2026, 09:05"
    assert formats.long_datetime("2026-11-23") == "2026年11月23日"
    assert formats.long_datetime("x") == ""


def test_the_zone_is_the_sites():
    assert formats.long_date("2026-11-23T15:00:00", zone=ZoneInfo("Europe/London")) == "2026年11月23日"
    assert formats.iso("2026-11-23T15:00:00") == "2026-11-24"
    assert formats.iso("not a day") == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0バイト"),
        (1023, "1,023バイト"),
        (1024, "1.0KB"),
        (27_852, "27.2KB"),
        (102_400, "100KB"),
        (1_048_575, "1.0MB"),
        (5 * 1024**2, "5.0MB"),
        (3 * 1024**3, "3.0GB"),
        (5000 * 1024**4, "5,000TB"),
        ("2048", "2.0KB"),
        (None, ""),
        ("", ""),
        ("大きい", ""),
        (-1, ""),
    ],
)
def test_a_size_is_short_and_never_nonsense(value, text):
    assert formats.size(value) == text


def test_sizes_in_english_have_a_space():
    assert formats.size(512, "en") == "512 bytes"
    assert formats.size(2048, "en") == "2.0 KB"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (1234567, "1,234,567"), ("4315", "4,315"), (1.5, "1.5"), (None, ""), ("－", "")],
)
def test_counts_have_separators(value, text):
    assert formats.number(value) == text
