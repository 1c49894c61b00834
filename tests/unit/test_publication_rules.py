"""Publication's rules that need no database: the states, the CSV, COPY's text format."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import pytest

from ckanext.moka.publication import copytext, derived, states


@pytest.mark.parametrize("step", states.STEPS)
@pytest.mark.parametrize("state", states.STATES)
def test_each_step_from_each_state_either_leads_on_or_says_why_not(step, state):
    if states.possible(step, state):
        assert states.after(step, state) in states.STATES
        return
    with pytest.raises(states.StepRefused, match=f"「{states.LABELS[state]}」"):
        states.after(step, state)


def test_only_an_approved_dataset_is_released_and_only_a_submitted_one_approved():
    assert states.STEPS["release"] == {states.APPROVED: states.RELEASED}
    assert states.STEPS["approve"] == {states.SUBMITTED: states.APPROVED}


@dataclass
class Column:
    label: str


class Table:
    columns = [Column("施設名"), Column("開設日"), Column("公開")]
    rows = [("髙田,会館", date(2026, 4, 1), True), (None, None, None)]


def test_the_derived_csv_opens_in_excel_and_quotes_what_needs_it():
    out = io.BytesIO()
    derived.write(Table(), out)
    assert out.getvalue().decode("utf-8-sig") == '施設名,開設日,公開\r\n"髙田,会館",2026-04-01,true\r\n,,\r\n'
    assert out.getvalue().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("kind", "encoding", "wanted"),
    [
        ("csv", "utf-8", False),
        ("csv", "utf-8-sig", False),
        ("csv", "cp932", True),
        ("xlsx", "", True),
        ("tsv", "utf-8", True),
    ],
)
def test_who_gets_a_csv_beside_it(kind, encoding, wanted):
    assert derived.is_wanted(kind, encoding) is wanted


def test_the_csvs_name_is_never_the_originals():
    assert derived.file_name("避難所.xlsx") == "避難所.csv"
    assert derived.file_name("避難所.CSV") == "避難所_UTF-8.csv"


def test_copy_lines_keep_every_character_and_tell_empty_from_missing():
    row = (
        None,
        "",
        "a\tb\nc\\d\re\x00",
        3,
        Decimal("1.50"),
        date(2026, 4, 1),
        datetime(2026, 4, 1, 9, 5),
        True,
    )
    assert (
        copytext.copy_line(row)
        == "\\N\t\ta\\tb\\nc\\\\d\\re\t3\t1.50\t2026-04-01\t2026-04-01T09:05:00\tTrue\n"
    )
