"""Run all rules over a file and make the report: findings in order of cause, scores, verdict."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..judging.context import HIDDEN, Cell, Context, Hit
from ..judging.headless import name_columns
from ..judging.proof import Proof
from ..judging.questions import Answers, Question, question_id, settles
from ..model import Fields, Finding, Source, SourceNote, Table, UnreadableFile, Value, address, show
from ..recognise import differences
from ..repair import CleanTable
from ..rules import all_questions, all_rules
from ..texts import RULES, SEVERITIES, rule_text, sentence, variant

__all__ = ["BLOCKING", "ENGINE_VERSION", "BadRows", "Report", "bad_rows", "find", "unreadable"]

ENGINE_VERSION = "5"
BLOCKING = ("fatal", "critical")
LISTED = 8
# Points taken off per violated rule: official table of 2026-03-31, rule_scoring_table.csv (PDL 1.0). FATAL gives 0.
_POINTS = {
    "L1": {"critical": 10, "major": 5, "minor": 2},
    "L2": {"critical": 40, "major": 30},
    "L3": {"critical": 15, "major": 10},
}


@dataclass
class Report:
    """What the check found. ``publishable`` judges the file as it stands, ``publishable_after_repair`` its repair."""

    file: str
    format: str
    lang: str
    encoding: str | None = None
    sha256: str | None = None
    size: int = 0
    seconds: float = 0.0
    readable: bool = True
    tables: list[dict[str, Any]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    stars: int = 0

    @property
    def publishable(self) -> bool:
        """No finding is fatal or critical."""
        return not any(f.severity in BLOCKING for f in self.findings)

    @property
    def publishable_after_repair(self) -> bool:
        """Every fatal or critical finding is one that automatic repair takes away."""
        return self.readable and not any(f.severity in BLOCKING and not f.fixable for f in self.findings)

    @property
    def score(self) -> dict[str, int]:
        """Official score per level: max(0, 100 - points of each violated rule); any fatal one gives 0."""
        result = {}
        for level, points in _POINTS.items():
            violated = {
                f.rule for f in self.findings if f.rule.startswith(f"{level}-") and f.severity != "info"
            }
            official = [str(RULES()[rule]["severity"]) for rule in violated]
            broken = not self.readable or "fatal" in official
            result[level] = 0 if broken else max(0, 100 - sum(points.get(s, 0) for s in official))
        return result

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data, version 1; findings are groups whose ``count`` is exact."""
        return {
            "version": 1, "engine": ENGINE_VERSION, "file": self.file, "format": self.format, "encoding": self.encoding,
            "sha256": self.sha256, "size": self.size, "seconds": round(self.seconds, 3), "readable": self.readable,
            "tables": self.tables, "findings": [f.to_dict() for f in self.findings],
            "questions": [q.to_dict() for q in self.questions], "totals": self.totals(),
            "score": self.score, "stars": self.stars, "publishable": self.publishable,
            "publishable_after_repair": self.publishable_after_repair,
        }  # fmt: skip

    def totals(self) -> dict[str, int]:
        """Return the number of groups of findings per severity."""
        return {s: sum(1 for f in self.findings if f.severity == s) for s in SEVERITIES}


def unreadable(error: UnreadableFile, name: str, lang: str, size: int, started: float) -> Report:
    """Return the report of a file that cannot be read."""
    report = Report(name, Path(name).suffix.lower().lstrip("."), lang, size=size, readable=False)
    report.findings = [_finding(error.rule, Hit(error.name, data=error.data), lang, None)]
    report.seconds = time.perf_counter() - started
    return report


def find(
    source: Source,
    tables: list[Table],
    cleaned: list[CleanTable],
    lang: str,
    started: float,
    answers: Answers | None = None,
) -> Report:
    """Return the report of a file whose tables were located, recognised and repaired; ``answers`` by question id."""
    name_columns(tables, cleaned)
    context = Context(source, tables)
    report = Report(source.name, source.format, lang, source.encoding, source.sha256, source.size)
    findings = [_note(note, lang) for note in source.notes]
    many = sum(not s.hidden for s in source.sheets) > 1
    hits = [(rule, hit) for rule, check in all_rules().items() for hit in check(context)]
    asked = [(rule, hit) for rule, ask in all_questions().items() if (hit := ask(context))]
    masked = _masked([*hits, *asked])
    proof = Proof(source, cleaned, hits)
    findings += [
        _finding(rule, hit, lang, many, proof.mended(rule, hit)) for rule, hit in masked[: len(hits)]
    ]
    for rule, hit in masked[len(hits) :]:
        question = _question(rule, hit, lang, many, answers or {})
        report.questions.append(question)
        if question.answer is question.finding_when:
            findings.append(_finding(rule, hit, lang, many))
    if not any(table.columns for table in tables) and not any(f.rule == "L1-01" for f in findings):
        findings.append(_finding("source-error", Hit("no-table"), lang, None))
    rank = {severity: number for number, severity in enumerate(SEVERITIES)}
    report.findings = sorted(findings, key=lambda f: (f.order, rank[f.severity], -f.count, f.place.row or 0))
    report.tables = [_describe(clean) for clean in cleaned]
    report.stars = 3 if source.format in ("csv", "tsv", "ods") else 2
    report.seconds = time.perf_counter() - started
    return report


def _masked(hits: list[tuple[str, Hit]]) -> list[tuple[str, Hit]]:
    """Hide the values of columns with personal data in the findings of all other rules too.

    Where persons are named beside their address, every column of the sheet is hidden.
    """
    secret = {(h.place.sheet, h.place.field) for rule, h in hits if rule in ("P-01", "P-02")}
    sheets = {h.place.sheet for rule, h in hits if rule == "P-02" and h.variant in ("person", "birth")}
    result = []
    for rule, hit in hits:
        if hit.place.field and ((hit.place.sheet, hit.place.field) in secret or hit.place.sheet in sheets):
            cells = [Cell(cell=c["cell"], row=c["row"], value=HIDDEN) for c in hit.cells]
            data = {k: HIDDEN if k in ("plain", "example") else v for k, v in hit.data.items()}
            hit = hit._replace(place=hit.place._replace(value=HIDDEN), cells=cells, data=data)
        result.append((rule, hit))
    return result


def _describe(clean: CleanTable) -> dict[str, Any]:
    table = clean.source
    schema = None
    if table.schema:
        schema = {
            "id": table.schema_id, "layout": table.layout, "confidence": table.confidence, "title": table.schema["title"],
            "source_level": table.schema["source_level"], **differences(table),
        }  # fmt: skip
    return {
        "sheet": table.sheet.name, "range": str(table.range), "header_rows": [r + 1 for r in table.header_rows],
        "rows": len(table.data_rows), "schema": schema, "repairs": len(clean.changes),
        "fields": [{"name": c.name, "label": c.label, "type": c.type} for c in clean.columns],
    }  # fmt: skip


def _note(note: SourceNote, lang: str) -> Finding:
    return _finding(note.rule, Hit(note.variant, data=note.data), lang, None)


def _finding(rule: str, hit: Hit, lang: str, many: bool | None, mended: bool | None = None) -> Finding:
    """Put a hit into words; ``mended`` says whether repair took it away, where that was looked at."""
    entry = variant(rule, hit.variant)
    data = _data(hit, lang, many)
    return Finding(
        rule=rule, severity=hit.severity or entry["severity"], title=rule_text(rule, "title", lang),
        message=sentence(rule, hit.variant, "message", lang, data), reason=rule_text(rule, "reason", lang),
        remedy=sentence(rule, hit.variant, "remedy", lang, data),
        fixable=bool(entry["fixable"]) if mended is None else mended,
        place=hit.place, count=hit.total, cells=list(hit.cells), order=int(entry["stage"]),
    )  # fmt: skip


def _question(rule: str, hit: Hit, lang: str, many: bool | None, answers: Answers) -> Question:
    """Put what a rule asks into words; the finding itself is what ``hit`` would make."""
    words, data, key = RULES()[rule]["question"], _data(hit, lang, many), question_id(rule, hit)
    text, yes, no = (str(words[part][lang]).format_map(data) for part in ("text", "when_yes", "when_no"))
    return Question(
        key, rule, hit.severity or variant(rule, hit.variant)["severity"], rule_text(rule, "title", lang), text,
        rule_text(rule, "reason", lang), yes, no, settles(rule), hit.place, hit.total, list(hit.cells), answers.get(key),
    )  # fmt: skip


def _data(hit: Hit, lang: str, many: bool | None) -> dict[str, Any]:
    """Return the values that the sentences about a hit are filled in with."""
    data: dict[str, Any] = {
        **hit.place._asdict(),
        "count": f"{hit.total:,}",
        "at": _at(hit, lang, bool(many)),
    }
    if hit.place.field:
        data["field"] = show(hit.place.field, 30)
    data["more"] = (
        ""
        if hit.total < 2
        else f"など {hit.total:,} か所"
        if lang == "ja"
        else f" and {hit.total - 1:,} more"
    )
    data["sheet_name"] = _sheet_name(hit.place, lang)
    for key, value in hit.data.items():
        data[key] = (
            _listing(value, lang)
            if isinstance(value, (list, tuple))
            else value[lang]
            if isinstance(value, dict)
            else value
        )
    return data


def _sheet_name(place: Fields, lang: str) -> str:
    if place.sheet is None:
        return "ファイル" if lang == "ja" else "The file"
    return f"シート「{place.sheet}」" if lang == "ja" else f'Sheet "{place.sheet}"'


def _at(hit: Hit, lang: str, many: bool) -> str:
    """Say where: B3 セル（「定員」列）など 4 か所. The count is always the whole count."""
    place = hit.place
    cell = place.cell or (f"{place.row} 行目" if lang == "ja" else f"row {place.row}")
    sheet = (
        f"シート「{place.sheet}」の "
        if lang == "ja" and many and place.sheet
        else f"sheet {place.sheet}, "
        if many and place.sheet
        else ""
    )
    if lang == "ja":
        column = f"（「{show(place.field, 30)}」列）" if place.field else ""
        more = f"など {hit.total:,} か所" if hit.total > 1 else ""
        return f"{sheet}{cell} セル{column}{more}" if place.cell else f"{sheet}{cell}{column}{more}"
    column = f' (column "{place.field}")' if place.field else ""
    more = f" and {hit.total - 1:,} more" if hit.total > 1 else ""
    return f"{sheet}cell {cell}{column}{more}"


def _listing(values: list[Any] | tuple[Any, ...], lang: str) -> str:
    """Join values; what is left out is counted."""
    shown = [str(v) for v in values[:LISTED]]
    rest = len(values) - len(shown)
    if lang == "ja":
        return "、".join(shown) + (f" ほか {rest:,} 件" if rest else "")
    return ", ".join(shown) + (f" and {rest:,} more" if rest else "")


@dataclass
class BadRows:
    """The rows of one table that findings point to; ``cells`` are red, ``secret`` ones are not shown."""

    sheet: str | None
    columns: list[tuple[int, str]]
    rows: list[tuple[int, list[Value]]]
    total: int
    cells: set[str]
    secret: set[str]


def bad_rows(report: Report, table: Table, limit: int = 30) -> BadRows:
    """Return the rows of ``table`` with findings in their cells, the first ``limit`` of ``total``.

    Columns in which a finding hides its values are secret in every row; where persons are named, all columns are.
    """
    mine = [f for f in report.findings if f.place.sheet == table.sheet.name and f.severity != "info"]
    hidden = {f.place.field for f in mine if f.rule.startswith("P-") and f.place.field}
    cells = {c["cell"] for f in mine for c in f.cells}
    inside = set(table.data_rows)
    wanted = sorted({c["row"] for f in mine for c in f.cells if c["row"] - 1 in inside})
    # Notes and comments beside the table are no red cells of it.
    columns = [(column.index, column.label) for column in table.columns]
    rows = [(r, [_cell(table, r - 1, c) for c, _label in columns]) for r in wanted[:limit]]
    persons = any(f.rule in ("P-01", "P-02") and f.severity == "fatal" for f in mine)
    secret = {address(r - 1, c) for r, _v in rows for c, label in columns if persons or label in hidden}
    return BadRows(table.sheet.name, columns, rows, len(wanted), cells, secret)


def _cell(table: Table, row: int, column: int) -> Value:
    cells = table.sheet.rows[row]
    return cells[column] if column < len(cells) else None
