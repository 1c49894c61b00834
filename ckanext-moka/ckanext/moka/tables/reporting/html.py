"""The report as one HTML file: printable, the first cause first, bad rows only, bad cells red."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from ..judging.context import HIDDEN
from ..judging.questions import Question
from ..model import Finding, address, column_letters, show
from ..texts import SEVERITIES
from .htmlwords import STYLE, WORDS
from .plaintext import grouped
from .report import BadRows, Report

__all__ = ["page"]

# Columns with findings that stand side by side: what an A4 page and a small screen can hold.
_ACROSS = 6
# Places listed with a finding; the rows below show more of them.
_CHIPS = 8
_SIGNS = {"ok": "✓", "advice": "✓", "repair": "!", "blocked": "×", "unreadable": "×"}
Words = dict[str, str]


def page(results: Sequence[tuple[Report, list[BadRows]]], lang: str = "ja") -> str:
    """Return one self-contained HTML page for the reports: no script, no outside resource."""
    words = WORDS[lang]
    parts = [_files([report for report, _rows in results], words)] if len(results) > 1 else []
    parts += [_report(number, report, rows, words) for number, (report, rows) in enumerate(results, start=1)]
    body = "\n".join(parts)
    title = f"{words['title']}: {results[0][0].file}" if len(results) == 1 else words["title"]
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, '
        f'initial-scale=1"><title>{escape(title)}</title><style>{STYLE}</style></head><body><main>\n{body}\n'
        f"<footer>{escape(words['source'])}</footer></main></body></html>\n"
    )


def _verdict(report: Report) -> str:
    if not report.readable:
        return "unreadable"
    if report.publishable:
        return "advice" if any(f.severity in ("major", "minor") for f in report.findings) else "ok"
    return "repair" if report.publishable_after_repair else "blocked"


def _files(reports: list[Report], words: Words) -> str:
    """The list of all files with their verdicts, each a link to its report."""
    lines = [
        f'<tr><td><a href="#f{number}">{escape(report.file)}</a></td><td>{escape(words[_verdict(report)])}</td>'
        f"<td>{len(grouped(report.findings))}</td></tr>"
        for number, report in enumerate(reports, start=1)
    ]
    return (
        f"<nav><article><h1>{escape(words['title'])}</h1><h2>{escape(words['files'])}（{len(reports)}）</h2>"
        f"<div class=scroll tabindex=0><table><tbody>{''.join(lines)}</tbody></table></div></article></nav>"
    )


def _report(number: int, report: Report, rows: list[BadRows], words: Words) -> str:
    verdict = _verdict(report)
    groups = grouped(report.findings)
    parts = [
        f'<article id="f{number}"><p class=kind>{escape(words["title"])}</p><h1>{escape(report.file)}</h1>',
        f'<p class="verdict {verdict}" role="status"><b aria-hidden="true">{_SIGNS[verdict]}</b>{escape(words[verdict])}</p>',
        _sums(report, groups, words),
        _facts(report, words),
        f"<h2>{escape(words['findings'])}</h2>",
    ]
    if not groups:
        parts.append(f"<p>{escape(words['none'])}</p>")
    elif len(groups) > 1:
        parts.append(f"<p class=note>{escape(words['order'])}</p>")
    parts += [_group(place, group, words) for place, group in enumerate(groups, start=1)]
    parts += _questions(report.questions, words)
    parts += [_bad_rows(block, groups, words) for block in rows if block.rows]
    parts += [_columns(table, words) for table in report.tables]
    return "\n".join(parts) + "</article>"


def _sums(report: Report, groups: list[list[Finding]], words: Words) -> str:
    """How much work it is: by hand, by machine, to confirm; and the command that does the machine's part."""
    mendable = sum(all(f.fixable for f in group) for group in groups)
    some = any(f.fixable for f in report.findings)
    asked = sum(question.answer is None for question in report.questions)
    numbers = (
        (words["by_hand"], len(groups) - mendable),
        (words["auto"], mendable),
        (words["to_ask"], asked),
    )
    items = "".join(
        f"<li>{escape(word)}<strong>{escape(words['groups'].format(n=n))}</strong></li>"
        for word, n in numbers
    )
    how = ""
    if some and report.readable:
        command = f'moka fix "{report.file}" -o OUT.csv'
        how = f"<p class=note>{escape(words['command'])}<code class=how>{escape(command)}</code></p>"
    return f"<ul class=sums>{items}</ul>{how}"


def _facts(report: Report, words: Words) -> str:
    facts = [(words["size"], f"{report.size:,} B")]
    if report.encoding:
        facts.append((words["encoding"], report.encoding.upper()))
    for table in report.tables:
        where = f"{table['sheet']} {table['range']}" if table["sheet"] else table["range"]
        records = words["records"].format(n=format(table["rows"], ","), m=len(table["fields"]))
        facts.append((words["tables"], f"{where}（{records}）"))
        if table["schema"]:
            facts += _standard(table["schema"], words)
    if report.readable:
        points = "　".join(f"{level} {points}" for level, points in report.score.items())
        facts.append((words["score"], points))
    lines = "".join(f"<dt>{escape(k)}</dt><dd>{escape(str(v))}</dd>" for k, v in facts)
    if report.sha256:
        lines += f"<dt>{escape(words['sha'])}</dt><dd class=sha>{escape(report.sha256)}</dd>"
    return f"<dl>{lines}</dl>"


def _standard(schema: dict[str, Any], words: Words) -> list[tuple[str, str]]:
    """The standard that a table follows, how sure that is, and how it differs."""
    renamed = [f"{pair['from']} → {pair['to']}" for pair in schema["renamed"]]
    facts = [(words["standard"], f"{schema['title']}（{words['confidence']} {schema['confidence']:.0%}）")]
    for word, names in (("missing", schema["missing"]), ("extra", schema["extra"]), ("renamed", renamed)):
        if names:
            facts.append((words[word], f"{len(names)}: {'、'.join(names)}"))
    return facts


def _group(number: int, findings: list[Finding], words: Words) -> str:
    first = findings[0]
    worst = min((f.severity for f in findings), key=SEVERITIES.index)
    every = all(f.fixable for f in findings)
    badge = f'<span class="badge fix">{escape(words["fix"])}</span>' if every else ""
    items = "".join(_finding(finding, words, not every) for finding in findings)
    return (
        f"<section class=group><header><span class=no>{number}</span><div class=tags>"
        f'<span class="badge {worst}">{escape(words[worst])}</span>{badge}<span class=code>{escape(first.rule)}</span></div>'
        f"<div><h3>{escape(first.title)}</h3><p class=reason>{escape(first.reason)}</p></div></header>{items}</section>"
    )


def _finding(finding: Finding, words: Words, mark: bool) -> str:
    fix = f' <span class="badge fix">{escape(words["fix"])}</span>' if mark and finding.fixable else ""
    cells = ""
    if finding.count > 1 and finding.cells:
        shown = finding.cells[:_CHIPS]
        items = [f"<li><b>{escape(str(c['cell']))}</b>{escape(_open(c['value']))}</li>" for c in shown]
        if rest := finding.count - len(shown):
            items.append(f"<li class=rest>{escape(words['more_cells'].format(n=f'{rest:,}'))}</li>")
        cells = f"<ul class=cells>{''.join(items)}</ul>"
    return (
        f"<div class=one><p class=message>{escape(finding.message)}{fix}</p>"
        f"<p class=remedy><strong>{escape(words['remedy'])}</strong><span>{escape(finding.remedy)}</span></p>{cells}</div>"
    )


def _open(value: Any) -> str:
    """The value of a listed cell; of a hidden one the address is enough."""
    return "" if value == HIDDEN else show(value, 30)


def _questions(questions: list[Question], words: Words) -> list[str]:
    """What a machine cannot decide, with boxes to tick on paper and the id to answer it by."""
    if not questions:
        return []
    parts = [f"<h2>{escape(words['questions'])}</h2><p class=note>{escape(words['asked'])}</p>"]
    for item in questions:
        choices = "".join(
            f"<li{' class=chosen' if item.answer is value else ''}><span aria-hidden=true>{'☑' if item.answer is value else '☐'}</span>"
            f"<span>{escape(words[word])}</span><span>{escape(text)}</span></li>"
            for value, word, text in ((True, "yes", item.yes), (False, "no", item.no))
        )
        said = ""
        if item.answer is not None:
            given = words["yes" if item.answer else "no"]
            said = f"<p><strong>{escape(words['answered'])}: {escape(given)}</strong></p>"
        parts.append(
            f"<section class=ask><h3>{escape(item.text)}</h3><p class=reason>{escape(item.title)}"
            f" <span class=code>{escape(item.id)}</span></p><ul>{choices}</ul>{said}</section>"
        )
    return parts


def _bad_rows(block: BadRows, groups: list[list[Finding]], words: Words) -> str:
    """The rows with findings: columns that carry one, after the first column, a few side by side."""
    numbers = _numbers(block, groups)
    red = {
        index
        for row, _values in block.rows
        for index, _label in block.columns
        if address(row - 1, index) in block.cells
    }
    wanted = [place for place, (index, _label) in enumerate(block.columns) if index in red]
    named = [0] if block.columns and 0 not in wanted else []
    sheet = f" {escape(block.sheet)}" if block.sheet else ""
    notes = [words["rows_shown"]]
    if block.total > len(block.rows):
        notes.append(words["rows_rest"].format(total=f"{block.total:,}", shown=f"{len(block.rows):,}"))
    if left := len(block.columns) - len(wanted) - len(named):
        notes.append(words["kept_out"].format(n=left))
    parts = [f"<h2>{escape(words['rows'])}{sheet}</h2><p class=note>{escape(' '.join(notes))}</p>"]
    for start in range(0, max(1, len(wanted)), _ACROSS):
        places = named + wanted[start : start + _ACROSS]
        parts.append(_block(block, places, numbers, words))
    return "".join(parts)


def _numbers(block: BadRows, groups: list[list[Finding]]) -> dict[str, list[int]]:
    """Cell -> the numbers of the findings that point to it."""
    found: dict[str, list[int]] = {}
    for number, group in enumerate(groups, start=1):
        for finding in group:
            if finding.place.sheet == block.sheet and finding.severity != "info":
                for cell in finding.cells:
                    known = found.setdefault(str(cell["cell"]), [])
                    if number not in known:
                        known.append(number)
    return found


def _block(block: BadRows, places: list[int], numbers: dict[str, list[int]], words: Words) -> str:
    columns = [block.columns[place] for place in places]
    letters = "".join(f"<th>{column_letters(index)}</th>" for index, _label in columns)
    head = "".join(f"<th scope=col>{escape(show(label, 24))}</th>" for _index, label in columns)
    lines = []
    for row, values in block.rows:
        spots = [address(row - 1, index) for index, _label in columns]
        if not any(spot in block.cells for spot in spots):
            continue
        cells = [
            _cell(values[place], spot, block, numbers) for place, spot in zip(places, spots, strict=True)
        ]
        lines.append(f"<tr><th scope=row>{row}</th>{''.join(cells)}</tr>")
    return (
        f"<div class=scroll tabindex=0><table><thead><tr class=letter><th></th>{letters}</tr><tr>"
        f"<th scope=col>{escape(words['row'])}</th>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def _cell(value: Any, spot: str, block: BadRows, numbers: dict[str, list[int]]) -> str:
    hidden = spot in block.secret
    text = "■■■" if hidden else show(value, 60)
    if spot not in block.cells:
        return f"<td{' class=hidden' if hidden else ''}>{escape(text)}</td>"
    marks = "・".join(map(str, numbers.get(spot, ())))
    return f"<td class=bad>{escape(text)}{f'<sup>{marks}</sup>' if marks else ''}</td>"


def _columns(table: dict[str, Any], words: Words) -> str:
    rows = "".join(
        f"<tr><td>{escape(f['label'])}</td><td><code>{escape(f['name'])}</code></td><td>{escape(words[f['type']])}</td></tr>"
        for f in table["fields"]
    )
    return (
        f"<h2>{escape(words['columns'])}</h2><div class='scroll grid' tabindex=0><table>{rows}</table></div>"
    )
