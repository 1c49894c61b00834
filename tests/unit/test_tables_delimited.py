"""Arrow and Python split text files into the same rows; a quote that is never closed is named with its line."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ckanext.moka.tables import api
from ckanext.moka.tables.model import UnreadableFile
from ckanext.moka.tables.reading import delimited

TOKENS = ["a", "b", ",", ",", ",", "\n", "\n", '"', '""', '"x,y"', '"p\nq"', '"a""b"', " ", "あ", "髙", "\r\n", "\r",
    "\x00", "\x0b", "\x1c", "\x85", "\u2028", "\ufeff", ";", "\t"]  # fmt: skip
WHOLE = ["a", "", "1", '"x,y"', '"p\nq"', '"a""b"', '""', "あ", '5" 管', " b "]


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small files take Arrow's road too."""
    monkeypatch.setattr(delimited, "_SMALL", 0)


def _python(text: str, delimiter: str) -> list[list[str]]:
    """What Python's csv module gives; a record that holds nothing has no cells."""
    return [row if any(row) else [] for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]


def _trimmed(rows: list[list[str]]) -> list[list[str]]:
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    return rows


def _same(text: str) -> None:
    data = text.encode()
    delimiter = delimited._separator(text)
    expected = _python(text, delimiter)
    try:
        exact = delimited.parse_exactly(data, delimiter)
    except UnreadableFile as error:
        assert error.rule == "source-error" and error.name == "quote"
        with pytest.raises(UnreadableFile):
            delimited.parse(data)
        return
    assert list(exact) == expected
    sheet, found, _notes = delimited.parse(data)
    assert found == delimiter
    assert list(sheet.rows) == _trimmed(expected)
    assert sheet.blank_tail == len(exact) - len(sheet.rows)
    filled = [n for n, row in enumerate(expected) if any(cell.strip() for cell in row)]
    assert sheet.rows.filled_rows == filled
    assert [sheet.rows.width(n) for n in range(len(sheet.rows))] == list(map(len, _trimmed(expected)))


@given(st.lists(st.sampled_from(TOKENS), min_size=1, max_size=30).map("".join))
@example('a,b\n1,"2\n')
@example('a,b\n1,"2')
@example('"a\n\n')
@example("\ufeff\ufeffa,b\n")
@example('"\r\naaa\x00\u2028""')
@settings(max_examples=500)
def test_arrow_and_python_give_the_same_rows(text: str) -> None:
    """Whatever stands in a file, quotes in odd places included."""
    _same(text)


@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(
            st.one_of(
                st.lists(st.sampled_from(WHOLE), min_size=width, max_size=width),
                st.lists(st.sampled_from(WHOLE), max_size=width + 2),
            ),
            min_size=1,
            max_size=25,
        )
    ),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
)
@settings(max_examples=300)
def test_rows_of_another_width_keep_their_places(rows: list[list[str]], end: str, last: bool) -> None:
    """Short, long and empty records stand where they stood; so do the widths."""
    _same(end.join(",".join(row) for row in rows) + (end if last else ""))


def test_blocks_of_a_long_file_are_joined_at_record_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Breaks inside quotes, ragged records and a bare quote, over many blocks of the reader."""
    monkeypatch.setattr(delimited, "_BLOCK", 4096)
    lines = []
    for number in range(5_000):
        lines.append(f'A{number},"二行の\n備考 {number}, 続き",5" 管,{number % 7}')
        if number % 971 == 0:
            lines.append(f"短い,{number}")
        if number % 1_013 == 0:
            lines.append(f"長い,{number},x,y,余り,余り2")
    _same("番号,備考,管,数\n" + "\n".join(lines) + "\n")


@pytest.mark.parametrize("line", [1, 2, 3, 250])
def test_a_quote_that_is_never_closed_is_named_with_its_line(line: int) -> None:
    """Also where other quotes make their number even."""
    rows = [f"{n},値{n}" for n in range(1, 501)]
    rows[line - 1] = f'{line},"開いたまま'
    for before in ([], ['管,5" 管']):
        with pytest.raises(UnreadableFile) as caught:
            delimited.parse("\n".join([*before, *rows, ""]).encode())
        assert caught.value.data["line"] == line + len(before)


@pytest.mark.parametrize(("delimiter", "name"), [("\t", "tsv"), (";", "csv"), (",", "csv")])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("rows", [3, 4_000])
def test_separators_and_line_ends(tmp_path: Path, delimiter: str, name: str, end: str, rows: int) -> None:
    """Tab, semicolon and comma; line ends of Unix, Windows and old Macs; small and large."""
    lines = [delimiter.join(["番号", "施設の名称", "定員（人）"])]
    lines += [delimiter.join([f"A{n}", f"第{n}集会所", str(n)]) for n in range(1, rows + 1)]
    path = tmp_path / f"list.{name}"
    path.write_bytes(end.join(lines).encode() + end.encode())
    report = api.check(path)
    assert report.format == name
    assert report.tables[0]["rows"] == rows
    assert [field["label"] for field in report.tables[0]["fields"]] == ["番号", "施設の名称", "定員（人）"]


def test_overlong_records_of_a_large_file_are_all_counted(tmp_path: Path) -> None:
    """Exact totals whatever their number, with the right rows."""
    lines = ["番号,施設の名称,定員（人）"]
    lines += [f"A{n},第{n}集会所,{n}" + (",余り" if n % 100 == 0 else "") for n in range(1, 30_001)]
    path = tmp_path / "list.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = next(f for f in api.check(path).findings if f.rule == "L1-15")
    assert (found.count, found.place.row) == (300, 101)
