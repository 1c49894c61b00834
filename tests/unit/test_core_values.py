"""Dates, codes, numbers, physical names: the values that tables are made of."""

from __future__ import annotations

from datetime import date

import pytest

from ckanext.moka.core.codes import (
    is_corporate_number,
    is_individual_number,
    is_municipality_code,
    repair_municipality_code,
)
from ckanext.moka.core.dates import era_year_to_western, parse_clock, parse_date, parse_era_date
from ckanext.moka.core.naming import label_key, physical_name, unique_names
from ckanext.moka.core.numbers import is_mark, parse_number, plain_number


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("平成13年4月1日", date(2001, 4, 1)),
        ("H22.10.10", date(2010, 10, 10)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("Ｓ５２．０７．１５", date(1977, 7, 15)),
        ("2001/4/1", date(2001, 4, 1)),
        ("２００１-０４-０１", date(2001, 4, 1)),
        ("2001年4月1日", date(2001, 4, 1)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("平成31年5月1日", None),
        ("昭和65年1月1日", None),
        ("2001-02-29", None),
        ("10/19/2017", None),
        ("4月頃", None),
    ],
)
def test_dates_are_read_strictly(text: str, day: date | None) -> None:
    assert parse_date(text) == day


def test_an_era_ends_where_the_next_begins() -> None:
    assert parse_era_date("昭和64年1月7日") == date(1989, 1, 7)
    assert parse_era_date("昭和64年1月8日") is None
    assert parse_era_date("平成元年1月8日") == date(1989, 1, 8)


def test_an_era_year_is_written_in_the_western_calendar() -> None:
    assert era_year_to_western("令和6年度") == "2024年度"
    assert era_year_to_western("平成元年4月") == "1989年4月"
    assert era_year_to_western("2024年度") is None


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("9:00", "09:00"),
        ("１０：００", "10:00"),
        ("24:00", "24:00"),
        ("9:00:00", "09:00"),
        ("9時", None),
        ("30:00", None),
    ],
)
def test_times_of_day(text: str, clock: str | None) -> None:
    assert parse_clock(text) == clock


def test_municipal_codes_and_the_zero_a_spreadsheet_drops() -> None:
    assert is_municipality_code("092096")
    assert not is_municipality_code("092097")
    assert not is_municipality_code("482090")
    assert repair_municipality_code("92096") == "092096"
    assert repair_municipality_code("9209") == "09209"
    assert repair_municipality_code("37201") is None  # 高松市 without check digit is right as it is
    assert repair_municipality_code("92097") is None


def test_individual_numbers_carry_a_check_digit() -> None:
    # Weights of the ministerial order, worked out by hand: 123456789018 is the example used in public.
    assert is_individual_number("123456789018")
    assert sum(is_individual_number(f"12345678901{n}") for n in range(10)) == 1
    assert not is_individual_number("000000000000")


def test_corporate_numbers_of_public_bodies() -> None:
    assert is_corporate_number("7000012050002")  # 国税庁
    assert not is_corporate_number("8000012050002")


@pytest.mark.parametrize(
    ("text", "plain", "unit", "exact"),
    [
        ("1,200", "1200", "", True),
        ("80人", "80", "人", True),
        ("△350.5", "-350.5", "", True),
        ("▲１，２００", "-1200", "", True),
        ("−5", "-5", "", True),
        ("約1200㎡", "1200", "m2", False),
        ("¥500", "500", "円", True),
        ("12※1", "12", "", False),
    ],
)
def test_numbers_as_people_write_them(text: str, plain: str, unit: str, exact: bool) -> None:
    number = parse_number(text)
    assert number is not None
    assert (number.plain, number.unit, number.exact) == (plain, unit, exact)
    assert not plain_number(text)


@pytest.mark.parametrize("text", ["1,20", "12-3", "1.2.3", "六", "2024年", "A12", "", "1 2"])
def test_what_is_no_single_number(text: str) -> None:
    assert parse_number(text) is None


def test_marks_are_marks_and_words_are_not() -> None:
    assert all(map(is_mark, ["-", "－", "…", "x", "***", " ー "]))
    assert not any(map(is_mark, ["0", "無", "", "xx"]))


def test_labels_that_differ_only_in_spelling_share_a_key() -> None:
    spellings = ["名称_カナ", "名称_ｶﾅ", " 名称＿カナ ", "3.名称（カナ）", "名称 カナ"]
    assert len({label_key(s) for s in spellings}) == 1
    assert label_key("名称") != label_key("名称_カナ")


def test_physical_names_are_made_of_known_words_or_not_at_all() -> None:
    words = {"名称": "name", "カナ": "kana", "緯度": "latitude", "の": ""}
    assert physical_name("名称_カナ", words) == "name_kana"
    assert physical_name("緯度", words) == "latitude"
    assert physical_name("telephoneNumber", words) == "telephone_number"
    assert physical_name("2020", words) == "n_2020"
    assert physical_name("名称の謎", words) is None


def test_physical_names_are_unique_and_spare_reserved_ones() -> None:
    assert unique_names(["name", "name", "_id", "name"]) == ["name", "name_2", "_id_2", "name_3"]
    long = unique_names(["a" * 80, "a" * 80])
    assert len(set(long)) == 2
    assert max(map(len, long)) == 63


def test_a_weekday_behind_a_day_must_be_its_own() -> None:
    assert parse_date("令和6年2月18日（日）") == parse_date("2024/2/18(日曜日)") == date(2024, 2, 18)
    assert parse_date("令和6年2月18日（月）") is parse_date("2024-02-18（祝）") is None
