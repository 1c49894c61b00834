"""The report as one HTML file: printable, the first cause first, bad rows only, bad cells red."""

from __future__ import annotations

from html import escape
from typing import Any

from .model import Finding, address, show
from .questions import Question
from .report import BadRows, Report
from .texts import SEVERITIES

__all__ = ["page"]

_WORDS = {
    "ja": {
        "title": "品質レポート", "ok": "公開できます", "advice": "公開できます（気を付けたい点があります）",
        "repair": "このままでは公開できません。すべて自動で直せます", "blocked": "公開できません", "unreadable": "読めません",
        "fatal": "公開不可", "critical": "要修正", "major": "注意", "minor": "軽微", "info": "情報", "fix": "自動で直せます",
        "remedy": "直し方", "reason": "なぜ", "cells": "場所", "shown": "{total} か所のうち {shown} か所を表示", "none": "指摘はありません。",
        "rows": "指摘のある行", "row": "行", "rows_shown": "{total} 行のうち {shown} 行を表示。赤いセルが指摘の場所です。", "file": "ファイル",
        "size": "大きさ", "encoding": "文字コード", "tables": "表", "score": "機械可読性（政府ルール）", "standard": "標準データセット",
        "confidence": "確からしさ", "missing": "標準にあって、この表にない項目", "extra": "標準にない項目", "renamed": "標準と書き方が違う項目",
        "columns": "項目と型", "findings": "指摘（原因から順に）", "records": "{n} 行 × {m} 項目", "sha": "指紋（SHA-256）",
        "questions": "確かめたいこと（機械だけでは決められません）", "asked": "「はい」か「いいえ」で答えてください。答えるまでは指摘にならず、公開の妨げにもなりません。",
        "yes": "はい", "no": "いいえ", "answered": "答え",
        "source": "機械可読性のルール: 「行政データにおける機械可読性に関するルール」（デジタル庁、2026年3月31日）、PDL1.0",
        "text": "文字列", "integer": "整数", "number": "数値", "date": "日付", "datetime": "日時", "boolean": "真偽",
    },
    "en": {
        "title": "Quality report", "ok": "Publishable", "advice": "Publishable, with advice",
        "repair": "Not publishable as it stands; automatic repair mends all of it", "blocked": "Not publishable", "unreadable": "Cannot be read",
        "fatal": "fatal", "critical": "critical", "major": "major", "minor": "minor", "info": "info", "fix": "repairable",
        "remedy": "What to do", "reason": "Why", "cells": "Where", "shown": "{shown} of {total} places", "none": "No findings.",
        "rows": "Rows with findings", "row": "Row", "rows_shown": "{shown} of {total} rows. Red cells carry findings.", "file": "File",
        "size": "Size", "encoding": "Encoding", "tables": "Tables", "score": "Machine readability (government rules)", "standard": "Standard dataset",
        "confidence": "confidence", "missing": "Missing of the standard", "extra": "Beside the standard", "renamed": "Written otherwise",
        "columns": "Columns and types", "findings": "Findings, causes first", "records": "{n} rows, {m} columns", "sha": "SHA-256",
        "questions": "Questions that only a person can answer", "asked": "Answer yes or no. Until then these are no findings and block nothing.",
        "yes": "Yes", "no": "No", "answered": "Answer",
        "source": "Rules: Digital Agency of Japan, rules on machine readability, 2026-03-31 (PDL1.0)",
        "text": "text", "integer": "integer", "number": "number", "date": "date", "datetime": "datetime", "boolean": "boolean",
    },
}  # fmt: skip
_STYLE = """
:root{color-scheme:light}*{box-sizing:border-box}
body{font-family:"Hiragino Sans","Noto Sans JP","Noto Sans CJK JP","Yu Gothic",Meiryo,sans-serif;line-height:1.7;color:#1a1a1a;margin:0 auto;max-width:62rem;padding:1.5rem}
h1{font-size:1.5rem;margin:0 0 .5rem;overflow-wrap:anywhere}h2{font-size:1.15rem;border-bottom:2px solid #335;margin:2rem 0 .75rem;padding-bottom:.2rem}
.verdict{border-left:.5rem solid;padding:.75rem 1rem;font-size:1.15rem;font-weight:700;margin:1rem 0}
.ok,.advice{border-color:#12733f;background:#e9f6ee}.repair{border-color:#8a5a00;background:#fdf4e0}.blocked,.unreadable{border-color:#b3001b;background:#fdecee}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:.5rem 0}dt{color:#444}dd{margin:0;overflow-wrap:anywhere}
.finding{border:1px solid #c9ccd3;border-radius:.4rem;padding:.75rem 1rem;margin:.75rem 0;break-inside:avoid}
.finding h3{margin:0;font-size:1rem}.message{font-weight:700;margin:.4rem 0;overflow-wrap:anywhere}.finding p{margin:.3rem 0;overflow-wrap:anywhere}.remedy{background:#eef3fb;padding:.4rem .7rem;border-radius:.3rem}
.reason{color:#444;font-size:.92rem}.badge{display:inline-block;border-radius:.3rem;padding:0 .5rem;margin-right:.4rem;font-size:.85rem;color:#fff}
.fatal{background:#b3001b}.critical{background:#b3470b}.major{background:#735600}.minor,.info{background:#4a5568}.fix{background:#12733f}
.code{color:#555;font-weight:400;font-size:.85rem;margin-left:.4rem}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-size:.85rem;margin:.4rem 0}th,td{border:1px solid #c9ccd3;padding:.2rem .5rem;text-align:left;vertical-align:top;max-width:18rem;overflow-wrap:anywhere}
th{background:#f1f3f6;font-weight:600}td.bad{background:#ffd9dd;border:2px solid #b3001b}footer{color:#555;font-size:.8rem;margin-top:2rem}
td{min-width:4.5rem}article+article{border-top:4px double #335;margin-top:3rem;padding-top:1.5rem}details summary{cursor:pointer}@media print{body{max-width:none;padding:0}details{display:block}article+article{break-before:page}}
"""


def page(results: list[tuple[Report, list[BadRows]]], lang: str = "ja") -> str:
    """Return one self-contained HTML page for the reports: no script, no outside resource."""
    words = _WORDS[lang]
    body = "\n".join(_report(report, rows, words) for report, rows in results)
    title = f"{words['title']}: {results[0][0].file}" if len(results) == 1 else words["title"]
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, '
        f'initial-scale=1"><title>{escape(title)}</title><style>{_STYLE}</style></head><body>\n{body}\n'
        f"<footer>{escape(words['source'])}</footer></body></html>\n"
    )


def _verdict(report: Report) -> str:
    if not report.readable:
        return "unreadable"
    if report.publishable:
        return "advice" if any(f.severity in ("major", "minor") for f in report.findings) else "ok"
    return "repair" if report.publishable_after_repair else "blocked"


def _report(report: Report, rows: list[BadRows], words: dict[str, str]) -> str:
    verdict = _verdict(report)
    parts = [f"<article><h1>{escape(words['title'])}: {escape(report.file)}</h1>"]
    parts.append(f'<p class="verdict {verdict}" role="status">{escape(words[verdict])}</p>')
    parts.append(_facts(report, words))
    parts.append(f"<h2>{escape(words['findings'])}</h2>")
    parts += [_group(group, words) for group in _groups(report.findings)] or [
        f"<p>{escape(words['none'])}</p>"
    ]
    parts += _questions(report.questions, words)
    parts += [_bad_rows(block, words) for block in rows if block.rows]
    parts += [_columns(table, words) for table in report.tables]
    return "\n".join(parts) + "</article>"


def _facts(report: Report, words: dict[str, str]) -> str:
    facts = [(words["file"], report.file), (words["size"], f"{report.size:,} B")]
    if report.encoding:
        facts.append((words["encoding"], report.encoding.upper()))
    for table in report.tables:
        where = f"{table['sheet']} {table['range']}" if table["sheet"] else table["range"]
        facts.append(
            (
                words["tables"],
                f"{where}（{words['records'].format(n=format(table['rows'], ','), m=len(table['fields']))}）",
            )
        )
        if table["schema"]:
            facts += _standard(table["schema"], words)
    if report.readable:
        facts.append(
            (words["score"], "　".join(f"{level} {points}" for level, points in report.score.items()))
        )
    if report.sha256:
        facts.append((words["sha"], report.sha256))
    return "<dl>" + "".join(f"<dt>{escape(k)}</dt><dd>{escape(str(v))}</dd>" for k, v in facts) + "</dl>"


def _standard(schema: dict[str, Any], words: dict[str, str]) -> list[tuple[str, str]]:
    """The standard that a table follows, how sure that is, and how it differs."""
    renamed = [f"{pair['from']} → {pair['to']}" for pair in schema["renamed"]]
    facts = [(words["standard"], f"{schema['title']}（{words['confidence']} {schema['confidence']:.0%}）")]
    for word, names in (("missing", schema["missing"]), ("extra", schema["extra"]), ("renamed", renamed)):
        if names:
            facts.append((words[word], f"{len(names)}: {'、'.join(names)}"))
    return facts


def _groups(findings: list[Finding]) -> list[list[Finding]]:
    """Findings of one rule stand together, at the place of the first of them."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.rule, []).append(finding)
    return list(groups.values())


def _group(findings: list[Finding], words: dict[str, str]) -> str:
    first = findings[0]
    worst = min((f.severity for f in findings), key=SEVERITIES.index)
    fix = all(f.fixable for f in findings)
    badge = f'<span class="badge fix">{escape(words["fix"])}</span>' if fix else ""
    items = "".join(_finding(finding, words, not fix) for finding in findings)
    return (
        f'<section class="finding"><h3><span class="badge {worst}">{escape(words[worst])}</span>{badge}'
        f'{escape(first.title)}<span class="code">{escape(first.rule)}</span></h3>'
        f'<p class="reason">{escape(words["reason"])}: {escape(first.reason)}</p>{items}</section>'
    )


def _finding(finding: Finding, words: dict[str, str], mark: bool) -> str:
    fix = f'<span class="badge fix">{escape(words["fix"])}</span>' if mark and finding.fixable else ""
    cells = ""
    if finding.count > 1 and finding.cells:
        shown = words["shown"].format(total=f"{finding.count:,}", shown=f"{len(finding.cells):,}")
        rows = "".join(
            f"<tr><th scope=row>{escape(c['cell'])}</th><td>{escape(str(c['value']))}</td></tr>"
            for c in finding.cells
        )
        cells = f"<details><summary>{escape(words['cells'])}（{escape(shown)}）</summary><table>{rows}</table></details>"
    return (
        f'<p class="message">{fix}{escape(finding.message)}</p>'
        f'<p class="remedy"><strong>{escape(words["remedy"])}: </strong>{escape(finding.remedy)}</p>{cells}'
    )


def _questions(questions: list[Question], words: dict[str, str]) -> list[str]:
    """What a machine cannot decide, with what each answer means and the id to answer it by."""
    if not questions:
        return []
    parts = [f"<h2>{escape(words['questions'])}</h2><p>{escape(words['asked'])}</p>"]
    for item in questions:
        said = ""
        if item.answer is not None:
            given = words["yes" if item.answer else "no"]
            said = f'<p class="remedy"><strong>{escape(words["answered"])}: {escape(given)}</strong></p>'
        parts.append(
            f'<section class="finding"><h3>{escape(item.title)}<span class="code">{escape(item.id)}</span></h3>'
            f'<p class="message">{escape(item.text)}</p><p class="reason">{escape(words["reason"])}: {escape(item.reason)}</p>'
            f"<dl><dt>{escape(words['yes'])}</dt><dd>{escape(item.yes)}</dd>"
            f"<dt>{escape(words['no'])}</dt><dd>{escape(item.no)}</dd></dl>{said}</section>"
        )
    return parts


def _bad_rows(block: BadRows, words: dict[str, str]) -> str:
    note = words["rows_shown"].format(total=f"{block.total:,}", shown=f"{len(block.rows):,}")
    head = "".join(f"<th scope=col>{escape(show(label, 20))}</th>" for _index, label in block.columns)
    lines = []
    for row, values in block.rows:
        cells = []
        for (index, _label), value in zip(block.columns, values, strict=True):
            bad = address(row - 1, index) in block.cells
            hidden = address(row - 1, index) in block.secret
            text = "■■■" if hidden else show(value, 40)
            cells.append(
                f"<td class=bad>{escape(text)}</td>" if bad or hidden else f"<td>{escape(text)}</td>"
            )
        lines.append(f"<tr><th scope=row>{row}</th>{''.join(cells)}</tr>")
    sheet = f" {escape(block.sheet)}" if block.sheet else ""
    return (
        f"<h2>{escape(words['rows'])}{sheet}</h2><p>{escape(note)}</p><div class=scroll tabindex=0><table><thead><tr>"
        f"<th scope=col>{escape(words['row'])}</th>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def _columns(table: dict[str, Any], words: dict[str, str]) -> str:
    rows = "".join(
        f"<tr><td>{escape(f['label'])}</td><td><code>{escape(f['name'])}</code></td><td>{escape(words[f['type']])}</td></tr>"
        for f in table["fields"]
    )
    return f"<h2>{escape(words['columns'])}</h2><div class=scroll tabindex=0><table>{rows}</table></div>"
