"""A block that is taken for usual must give the very facts that looking for every oddity gives."""

from __future__ import annotations

import pytest

from ckanext.moka.tables.reading import sheetscan, sheetusual

ROWS, WIDTH = 4_000, 30
HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'


def _name(column: int) -> bytes:
    return sheetscan._column_name(column)


def _row(number: int, tag: bytes = b"") -> bytes:
    cells = b"".join(b'<c r="%b%d" s="1" t="n"><v>%d</v></c>' % (_name(c), number, c) for c in range(WIDTH))
    return b'<row r="%d" spans="1:30" ht="12.75"%b>%b</row>' % (number, tag, cells)


ODD = {
    "nothing": lambda rows: rows,
    "hidden": lambda rows: [*rows[:-9], _row(ROWS - 8, b' hidden="1"'), *rows[-8:]],
    "not hidden": lambda rows: [*rows[:-9], _row(ROWS - 8, b' hidden="0"'), *rows[-8:]],
    "no height": lambda rows: [*rows[:-1], b'<row r="%d" ht="0"></row>' % ROWS],
    "formula": lambda rows: [*rows[:-1], b'<row r="%d"><c r="A%d"><f>1+1</f><v>2</v></c></row>' % (ROWS, ROWS)],
    "error": lambda rows: [*rows[:-1], b'<row r="%d"><c r="B%d" t="e"><v>#REF!</v></c></row>' % (ROWS, ROWS)],
    "further right": lambda rows: [*rows[:-2], b'<row r="%d"><c r="AZ%d"/></row>' % (ROWS - 1, ROWS - 1), rows[-1]],
    "further below": lambda rows: [*rows[:-2], b'<row r="%d"><c r="A%d"/></row>' % (ROWS - 1, ROWS + 77), rows[-1]],
    "zeros before": lambda rows: [*rows[:-1], b'<row r="%d"><c r="A0000009"/></row>' % ROWS],
    "no place": lambda rows: [*rows[:-1], b'<row r="%d"><c><v>1</v></c><c><v>2</v></c></row>' % ROWS],
    "other quotes": lambda rows: [*rows[:-1], b"<row r='%d' hidden='1'><c r='A%d'/></row>" % (ROWS, ROWS)],
    "empty rows": lambda rows: [*rows[:-50], *(b'<row r="%d" spans="1:30"/>' % n for n in range(ROWS - 49, ROWS + 1))],
}  # fmt: skip


@pytest.mark.parametrize("kind", ODD)
def test_usual_blocks_give_the_same_facts(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    body = b"".join(ODD[kind]([_row(number) for number in range(1, ROWS + 1)]))
    assert len(body) > 3 * 1024 * 1024
    blocks = [HEAD + body[: len(body) // 2], body[len(body) // 2 :], b"</sheetData></worksheet>"]
    taken = []
    known = sheetusual.last_line
    monkeypatch.setattr(sheetscan, "last_line", lambda *given: taken.append(known(*given)) or taken[-1])
    quick = sheetscan.scan(iter(blocks))
    if kind in ("nothing", "not hidden", "empty rows"):
        assert any(taken), "no block was taken for usual"
    monkeypatch.setattr(sheetscan, "LONG", 1 << 40)
    assert quick == sheetscan.scan(iter(blocks))


@pytest.mark.parametrize("width", ["A", "Y", "Z", "AA", "AZ", "BC", "ZZ", "AAA", "XFD"])
@pytest.mark.parametrize("line", [1, 9, 10, 99, 500, 1048576])
def test_pattern_knows_what_lies_beyond(width: str, line: int) -> None:
    pattern = sheetusual._unusual_cell(width.encode(), b"%d" % line)
    last = sheetscan._letters(width.encode())
    for column in {1, 2, 25, 26, 27, 52, 53, 702, 703, last - 1, last, last + 1}:
        for number in {1, 5, 10, 11, line - 1, line, line + 1, line * 10}:
            if column and number:
                cell = b'<c r="%b%d"/>' % (_name(column - 1), number)
                assert bool(pattern.search(cell)) == (column > last or number > line), cell
