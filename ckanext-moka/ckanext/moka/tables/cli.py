"""``moka check``, ``moka fix``, ``moka convert``: need no CKAN and no services.

Exit codes of ``check``: 0 publishable, 1 findings that block, 2 a file cannot be read or wrong usage.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from . import api
from .html import page
from .report import Report
from .tableschema.command import frictionless_report

__all__ = ["check", "convert", "fix"]

_SEVERITY = {
    "ja": {"fatal": "公開不可", "critical": "要修正", "major": "注意", "minor": "軽微", "info": "情報"},
    "en": {"fatal": "FATAL", "critical": "CRITICAL", "major": "MAJOR", "minor": "MINOR", "info": "INFO"},
}


def _existing(_ctx: click.Context, _param: click.Parameter, value: Any) -> Any:
    for path in value if isinstance(value, tuple) else (value,):
        if path is not None and not path.is_file():
            raise click.BadParameter(f"ファイルがありません: {path}")
    return value


_WORDS = {"yes": True, "no": False, "はい": True, "いいえ": False, "true": True, "false": False}


def _given(_ctx: click.Context, _param: click.Parameter, value: tuple[str, ...]) -> dict[str, bool]:
    answers = {}
    for item in value:
        key, _equals, word = item.partition("=")
        if word.lower() not in _WORDS:
            raise click.BadParameter(f"「ID=yes」か「ID=no」の形で書いてください: {item}")
        answers[key] = _WORDS[word.lower()]
    return answers


def _answers(path: Path | None) -> dict[str, bool]:
    """Read answers from a JSON file: question id -> true, false, "yes" or "no"."""
    if path is None:
        return {}
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
        return {str(key): value if isinstance(value, bool) else _WORDS[value] for key, value in data.items()}
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        message = f'答えのファイルは {{"質問の ID": true}} の形の JSON で書いてください: {path}'
        raise click.BadParameter(message, param_hint="--answers") from error


_FILE = click.Path(path_type=Path)
_SCHEMA = click.option(
    "--schema",
    metavar="ID|FILE",
    help="自治体標準オープンデータセットの識別名（例: public_toilet）か、Table Schema・データパッケージのファイル（.json）",
)


@click.command(
    help="表のファイルを検査します。終了コード: 0 公開できる / 1 直すべき点がある / 2 読めない・使い方の誤り"
)
@click.argument("files", nargs=-1, required=True, type=_FILE, callback=_existing, metavar="FILE...")
@_SCHEMA
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "html", "frictionless"]), default="text", help="結果の形式"
)
@click.option("--lang", type=click.Choice(["ja", "en"]), default="ja", help="結果の言語")
@click.option("-o", "--output", type=_FILE, help="結果を書くファイル（省略すると画面）")
@click.option(
    "--answers",
    "answer_file",
    type=_FILE,
    callback=_existing,
    help='質問への答えのファイル（JSON: {"ID": true}）',
)
@click.option(
    "--answer",
    "given",
    multiple=True,
    metavar="ID=yes|no",
    callback=_given,
    help="質問への答え（何度でも）",
)
def check(
    files: tuple[Path, ...],
    schema: str | None,
    form: str,
    lang: str,
    output: Path | None,
    answer_file: Path | None,
    given: dict[str, bool],
) -> None:
    """Check FILES and print the report."""
    if form == "frictionless":
        sys.exit(frictionless_report(files, schema, output))
    answers = _answers(answer_file) | given
    results = [
        _guarded(lambda p=path: api.report_and_rows(p, schema=schema, lang=lang, answers=answers))
        for path in files
    ]
    reports = [report for report, _rows in results]
    unknown = set(answers) - {question.id for report in reports for question in report.questions}
    if unknown:
        click.echo(f"この答えに当たる質問はありません: {'、'.join(sorted(unknown))}", err=True)
    if form == "json":
        data = [report.to_dict() for report in reports]
        text = json.dumps(data[0] if len(data) == 1 else data, ensure_ascii=False, indent=2) + "\n"
    elif form == "html":
        text = page(results, lang)
    else:
        text = "\n".join(_text(report, lang) for report in reports)
    if output:
        output.write_text(text, encoding="utf-8")
    else:
        click.echo(text, nl=False)
    sys.exit(2 if any(not r.readable for r in reports) else 0 if all(r.publishable for r in reports) else 1)


@click.command(help="自動で直せるところを直し、CSV（UTF-8）で書き出します。")
@click.argument("file", type=_FILE, callback=_existing)
@click.option("-o", "--output", required=True, type=_FILE, help="書き出す CSV ファイル")
@_SCHEMA
@click.option("--changes", type=_FILE, help="直したところの一覧（JSON）を書くファイル")
@click.option("--bom/--no-bom", default=True, help="Excel で文字化けしないよう、先頭に BOM を付ける（既定）")
def fix(file: Path, output: Path, schema: str | None, changes: Path | None, bom: bool) -> None:
    """Repair FILE and write it as CSV."""
    done = _guarded(lambda: api.fix(file, output, schema=schema, bom=bom))
    if changes:
        changes.write_text(
            json.dumps([c.to_dict() for c in done], ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
    click.echo(f"{len(done):,} か所を直して {output} に書き出しました。")
    report = api.check(output, schema=schema)
    if not report.publishable:
        click.echo("自動では直せないところが残っています。\n" + _text(report, "ja"), nl=False)
        sys.exit(1)


@click.command(help="直したうえで、別の形式（csv・parquet・json・geojson・xlsx）に変換します。")
@click.argument("file", type=_FILE, callback=_existing)
@click.option("-o", "--output", required=True, type=_FILE, help="書き出すファイル（拡張子で形式を決めます）")
@_SCHEMA
@click.option("--bom/--no-bom", default=True, help="CSV の先頭に BOM を付ける（既定）")
def convert(file: Path, output: Path, schema: str | None, bom: bool) -> None:
    """Repair FILE and write it in the format that the name of OUTPUT says."""
    form = output.suffix.lower().lstrip(".")
    rows = _guarded(lambda: api.convert(file, output, format=form, schema=schema, bom=bom))
    click.echo(f"{rows:,} 行を {output} に書き出しました。")


def _guarded(action: Any) -> Any:
    try:
        return action()
    except (api.UnreadableFile, api.CannotConvert) as error:
        click.echo(str(error), err=True)
    except KeyError as error:
        click.echo(
            f"標準データセット {error} はありません。次のどれかを指定してください: {'、'.join(api.schemas())}",
            err=True,
        )
    except OSError as error:
        click.echo(f"ファイルを扱えません: {error.strerror}（{error.filename}）", err=True)
    sys.exit(2)


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


def _text(report: Report, lang: str) -> str:
    ja = lang == "ja"
    lines = [f"■ {report.file}" if ja else f"# {report.file}", "  " + verdict(report, lang)]
    for table in report.tables:
        schema = table["schema"]
        sheet = f"{table['sheet']} " if table["sheet"] else ""
        lines.append(
            f"  {'表' if ja else 'table'}: {sheet}{table['range']} {table['rows']:,} {'行' if ja else 'rows'}"
        )
        lines += [f"    {line}" for line in standard_lines(schema, ja)] if schema else []
    if report.readable:
        score = report.score
        lines.append(
            f"  {'機械可読性' if ja else 'score'}: L1 {score['L1']} / L2 {score['L2']} / L3 {score['L3']}"
        )
    for finding in report.findings:
        repairable = ("（自動で直せます）" if ja else " (repairable)") if finding.fixable else ""
        lines.append(f"  [{_SEVERITY[lang][finding.severity]}] {finding.rule} {finding.message}{repairable}")
        lines.append(f"      → {finding.remedy}")
    lines += _asked(report, ja)
    return "\n".join(lines) + "\n"


def _asked(report: Report, ja: bool) -> list[str]:
    """The questions that are still open, with what to type to answer them."""
    lines = []
    for question in report.questions:
        if question.answer is None:
            lines.append(f"  [{'質問' if ja else 'QUESTION'}] {question.text}")
            yes, no = ("はい", "いいえ") if ja else ("yes", "no")
            lines.append(f"      {yes}: {question.yes} / {no}: {question.no}")
            lines.append(f"      --answer {question.id}=yes|no")
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
