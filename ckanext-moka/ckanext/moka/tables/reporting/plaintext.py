"""The report as text: short, the first cause first, with what to do; nothing is left out without saying so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from ..model import Change, Finding
from ..texts import RULES, SEVERITIES, rule_text
from .report import Report

__all__ = ["change_groups", "grouped", "report_text", "rule_title", "said_lines", "standard_lines", "verdict"]

SEVERITY = {
    "ja": {"fatal": "公開不可", "critical": "要修正", "major": "注意", "minor": "軽微", "info": "情報"},
    "en": {"fatal": "FATAL", "critical": "CRITICAL", "major": "MAJOR", "minor": "MINOR", "info": "INFO"},
}
GROUPS = 7
_FINDINGS = 3
_QUESTIONS = 3
# Repairs that mend no finding of a rule.
_OWN_TITLES = {"nfc": {"ja": "濁点・半濁点が分かれた文字", "en": "Letters with separate marks"}}


def rule_title(rule: str, lang: str) -> str:
    """Return the title of a rule, or of a repair that belongs to none."""
    if rule in RULES():
        return rule_text(rule, "title", lang)
    return _OWN_TITLES.get(rule, {}).get(lang, rule)


def grouped(findings: list[Finding]) -> list[list[Finding]]:
    """Findings of one rule stand together, at the place of the first of them: causes before what they lead to."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.rule, []).append(finding)
    return list(groups.values())


def change_groups(changes: Iterable[Change], lang: str = "ja", examples: int = 3) -> list[dict[str, Any]]:
    """Return the changes by rule, most first: rule, title, count, and a few examples (cell, old, new)."""
    groups: dict[str, list[Change]] = {}
    for change in changes:
        groups.setdefault(change.rule, []).append(change)
    return [
        {
            "rule": rule, "title": rule_title(rule, lang), "count": len(members),
            "examples": [{"cell": c.cell, "old": c.old, "new": c.new} for c in members[:examples]],
        }
        for rule, members in sorted(groups.items(), key=lambda item: -len(item[1]))
    ]  # fmt: skip


def report_text(report: Report, lang: str, *, everything: bool = False) -> str:
    """Return the report as text: at most seven groups of findings unless ``everything`` is asked for."""
    ja = lang == "ja"
    lines = [f"■ {report.file}" if ja else f"# {report.file}", "  " + verdict(report, lang)]
    for table in report.tables:
        schema = table["schema"]
        sheet = f"{table['sheet']} " if table["sheet"] else ""
        rows = f"{table['rows']:,} 行" if ja else f"{table['rows']:,} rows"
        lines.append(f"  {'表' if ja else 'table'}: {sheet}{table['range']} {rows}")
        lines += [f"    {line}" for line in standard_lines(schema, ja)] if schema else []
    if report.readable:
        score = report.score
        word = "機械可読性" if ja else "score"
        lines.append(f"  {word}: L1 {score['L1']} / L2 {score['L2']} / L3 {score['L3']}")
    groups = grouped(report.findings)
    shown = len(groups) if everything else GROUPS
    for number, group in enumerate(groups[:shown], start=1):
        lines += _group(number, group, lang, everything)
    lines += _rest(groups[shown:], lang)
    if any(f.fixable for f in report.findings):
        hint = "自動で直せるところを直すには" if ja else "to repair what can be repaired"
        lines.append(f'  {hint}: moka fix "{report.file}" -o OUT.csv')
    return "\n".join(lines + _asked(report, ja, everything)) + "\n"


def _group(number: int, findings: list[Finding], lang: str, everything: bool) -> list[str]:
    ja = lang == "ja"
    first = findings[0]
    worst = min((f.severity for f in findings), key=SEVERITIES.index)
    every = all(f.fixable for f in findings)
    can = ("（自動で直せます）" if ja else " (repairable)") if every else ""
    lines = [f"  {number}. [{SEVERITY[lang][worst]}] {first.title}（{first.rule}）{can}"]
    shown = findings if everything else findings[:_FINDINGS]
    for finding in shown:
        own = ("（自動で直せます）" if ja else " (repairable)") if finding.fixable and not every else ""
        lines.append(f"     {finding.message}{own}")
        lines.append(f"       → {finding.remedy}")
    if rest := len(findings) - len(shown):
        lines.append(
            f"     ほか {rest} 件（--all で表示）" if ja else f"     and {rest} more (--all shows them)"
        )
    return lines


def _rest(groups: list[list[Finding]], lang: str) -> list[str]:
    """Say how many findings are not shown, by severity, and how to see them."""
    if not groups:
        return []
    counts = Counter(finding.severity for group in groups for finding in group)
    listed = "、" if lang == "ja" else ", "
    each = listed.join(f"{SEVERITY[lang][s]} {counts[s]}" for s in SEVERITIES if counts[s])
    total = sum(counts.values())
    if lang == "ja":
        return [f"  ほか {total} 件（{each}）。すべて見るには --all を付けてください。"]
    return [f"  and {total} more ({each}); --all shows everything."]


def _asked(report: Report, ja: bool, everything: bool) -> list[str]:
    """The questions that are still open, with what to type to answer them."""
    questions = [q for q in report.questions if q.answer is None]
    if not questions:
        return []
    lines = [f"  確認してください（{len(questions)} 件）" if ja else f"  please confirm ({len(questions)})"]
    shown = questions if everything else questions[:_QUESTIONS]
    for question in shown:
        lines.append(f"  [{'質問' if ja else 'QUESTION'}] {question.text}")
        yes, no = ("はい", "いいえ") if ja else ("yes", "no")
        lines.append(f"      {yes}: {question.yes} / {no}: {question.no}")
        lines.append(f"      --answer {question.id}=yes|no")
    if rest := len(questions) - len(shown):
        lines.append(
            f"  ほか {rest} 件の質問（--all で表示）" if ja else f"  and {rest} more questions (--all)"
        )
    return lines


def said_lines(said: dict[str, Any], ja: bool) -> list[str]:
    """What was written around the table, to be put into the description of the dataset."""
    words = {
        "title": ("表題", "title"), "as_of": ("時点", "as of"), "unit": ("単位", "unit"), "source": ("出典", "source"),
        "notes": ("注記", "notes"),
    }  # fmt: skip
    lines = []
    for key, (japanese, english) in words.items():
        value = said[key]
        for text in value if isinstance(value, list) else [value] if value else []:
            lines.append(f"    {japanese if ja else english}: {' '.join(str(text).split())}")
    head = "  表の外の記述（データセットの説明に書いてください）" if ja else "  written around the table"
    return [head, *lines] if lines else []


def standard_lines(schema: dict[str, Any], ja: bool) -> list[str]:
    """Say how a table differs from the standard it follows: how sure that is, what lacks, what is new or renamed."""
    percent = f"{schema['confidence']:.0%}"
    lines = [
        f"標準データセット「{schema['title']}」（確からしさ {percent}）"
        if ja
        else f"standard: {schema['id']} ({percent})"
    ]
    renamed = [f"{pair['from']} → {pair['to']}" for pair in schema["renamed"]]
    words = ("ない項目", "標準にない項目", "書き方が違う項目") if ja else ("missing", "extra", "renamed")
    for word, names in zip(words, (schema["missing"], schema["extra"], renamed), strict=True):
        if names:
            more = (
                f" ほか {len(names) - 8}"
                if ja and len(names) > 8
                else f" and {len(names) - 8} more"
                if len(names) > 8
                else ""
            )
            lines.append(f"{word} ({len(names)}): {', '.join(names[:8])}{more}")
    return lines


def verdict(report: Report, lang: str) -> str:
    """Return the verdict of a report in one sentence."""
    blocking = sum(f.severity in ("fatal", "critical") for f in report.findings)
    advice = sum(f.severity in ("major", "minor") for f in report.findings)
    if not report.readable:
        return "読めません。" if lang == "ja" else "Cannot be read."
    if report.publishable:
        if lang == "ja":
            return f"公開できます（気を付けたい点 {advice} 件）。" if advice else "公開できます。"
        return f"Publishable ({advice} pieces of advice)." if advice else "Publishable."
    if report.publishable_after_repair:
        return (
            f"このままでは公開できません（{blocking} 件）。すべて自動で直せます。"
            if lang == "ja"
            else f"Not publishable as it stands ({blocking}); automatic repair mends all of it."
        )
    return (
        f"公開できません（直すべき点 {blocking} 件）。"
        if lang == "ja"
        else f"Not publishable ({blocking} findings block)."
    )
