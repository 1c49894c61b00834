"""``moka check``, ``moka fix``, ``moka convert``: need no CKAN and no services.

Exit codes of ``check``: 0 publishable, 1 findings that block, 2 a file cannot be read or wrong usage.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from . import api
from .inputs import MISSING, inputs, output_names
from .model import Change
from .progress import Progress
from .reporting.html import page
from .reporting.plaintext import change_groups, report_text, said_lines, verdict
from .tableschema.command import frictionless_report

__all__ = ["check", "convert", "fix", "verdict"]

_KNOWN = (api.UnreadableFile, api.CannotConvert, api.CannotUndo, KeyError, OSError)
_WORDS = {"yes": True, "no": False, "はい": True, "いいえ": False, "true": True, "false": False}


def _existing(_ctx: click.Context, _param: click.Parameter, value: Any) -> Any:
    for path in value if isinstance(value, tuple) else (value,):
        if path is not None and not path.exists():
            raise click.BadParameter(MISSING.format(path=path))
    return value


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


def _rules(_ctx: click.Context, param: click.Parameter, value: str | None) -> list[str] | None:
    """Read a list of repairs (L2-01,L3-05); wrong usage when one is not known."""
    if value is None:
        return None
    known = {rule.lower(): rule for rule in api.REPAIRS}
    wanted = [item.strip() for item in value.replace("、", ",").split(",") if item.strip()]
    unknown = [item for item in wanted if item.lower() not in known]
    if unknown or not wanted:
        listed = "、".join(sorted(api.REPAIRS))
        raise click.BadParameter(
            f"修復の規則ではありません: {'、'.join(unknown) or value}（使えるもの: {listed}）"
        )
    return [known[item.lower()] for item in wanted]


_FILE = click.Path(path_type=Path)
_PATHS = click.argument(
    "paths", nargs=-1, required=True, type=_FILE, callback=_existing, metavar="FILE|FOLDER..."
)
_SCHEMA = click.option(
    "--schema",
    metavar="ID|FILE",
    help="自治体標準オープンデータセットの識別名（例: public_toilet）か、Table Schema・データパッケージのファイル（.json）",
)
_LANG = click.option("--lang", type=click.Choice(["ja", "en"]), default="ja", help="結果の言語")
_BOM = click.option(
    "--bom/--no-bom", default=True, help="Excel で文字化けしないよう、CSV の先頭に BOM を付ける（既定）"
)
_ALL = click.option("--all", "everything", is_flag=True, help="指摘をすべて表示（省略すると 7 組まで）")


@click.command(
    help="表のファイルやフォルダーを検査します。終了コード: 0 公開できる / 1 直すべき点がある / 2 読めない・使い方の誤り"
)
@_PATHS
@_SCHEMA
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "html", "frictionless"]),
    default="text",
    help="結果の形式",
)
@_LANG
@_ALL
@click.option("-o", "--output", type=_FILE, help="結果を書くファイル（省略すると画面）")
@click.option(
    "--answers",
    "answer_file",
    type=_FILE,
    callback=_existing,
    help='質問への答えのファイル（JSON: {"ID": true}）',
)
@click.option(
    "--answer", "given", multiple=True, metavar="ID=yes|no", callback=_given, help="質問への答え（何度でも）"
)
def check(
    paths: tuple[Path, ...],
    schema: str | None,
    form: str,
    lang: str,
    everything: bool,
    output: Path | None,
    answer_file: Path | None,
    given: dict[str, bool],
) -> None:
    """Check PATHS and print the report."""
    if form == "frictionless":
        sys.exit(frictionless_report(paths, schema, output))
    answers = _answers(answer_file) | given
    results = _each(
        inputs(paths),
        lang,
        lambda path: api.report_and_rows(path, schema=schema, lang=lang, answers=answers),
    )
    reports = [report for report, _rows in results]
    unknown = set(answers) - {question.id for report in reports for question in report.questions}
    if unknown:
        listed = "、".join(sorted(unknown))
        click.echo(
            _say(lang, f"この答えに当たる質問はありません: {listed}", f"no such question: {listed}"), err=True
        )
    if form == "json":
        data = [report.to_dict() for report in reports]
        text = json.dumps(data[0] if len(data) == 1 else data, ensure_ascii=False, indent=2) + "\n"
    elif form == "html":
        text = page(results, lang)
    else:
        text = "\n".join(report_text(report, lang, everything=everything) for report in reports)
        text += _summary(reports, lang)
    if output:
        _guarded(lang, lambda: output.write_text(text, encoding="utf-8"))
    else:
        click.echo(text, nl=False)
    sys.exit(2 if any(not r.readable for r in reports) else 0 if all(r.publishable for r in reports) else 1)


@click.command(
    help="自動で直せるところを直し、CSV（UTF-8）で書き出します。値を推測することはありません。"
    "いくつものファイルやフォルダー、--split のときは、-o に書き出すフォルダーを指定します。"
)
@_PATHS
@click.option("-o", "--output", required=True, type=_FILE, help="書き出す CSV ファイル（またはフォルダー）")
@_SCHEMA
@click.option("--changes", type=_FILE, help="直したところの一覧（JSON）を書くファイル")
@click.option("--only", callback=_rules, metavar="規則,…", help="この規則の修復だけを行う（例: L2-01,L3-05）")
@click.option("--except", "without", callback=_rules, metavar="規則,…", help="この規則の修復を行わない")
@click.option("--split", is_flag=True, help="表が 2 つ以上あるとき、表ごとのファイルに分ける")
@click.option("--long", "long", is_flag=True, help="年が列に並ぶ表を、1 行に 1 つの年の形（縦持ち）にする")
@click.option(
    "--undo",
    type=_FILE,
    callback=_existing,
    metavar="CHANGES.json",
    help="直した CSV を、一覧（--changes の JSON）に従って元に戻す",
)
@_LANG
@_ALL
@_BOM
def fix(
    paths: tuple[Path, ...],
    output: Path,
    schema: str | None,
    changes: Path | None,
    only: list[str] | None,
    without: list[str] | None,
    split: bool,
    long: bool,
    undo: Path | None,
    lang: str,
    everything: bool,
    bom: bool,
) -> None:
    """Repair PATHS and write them as CSV."""
    files = inputs(paths)
    if undo is not None:
        _undo(files, output, undo, only, without or [], bom, lang)
        return
    many = split or len(files) > 1 or output.is_dir()
    if many:
        _guarded(lang, lambda: output.mkdir(parents=True, exist_ok=True))
    options: dict[str, Any] = {
        "schema": schema,
        "bom": bom,
        "only": only,
        "without": without or [],
        "long": long,
    }
    names = output_names(files, ".csv")

    def one(path: Path) -> list[tuple[Path, api.LoadedTable, list[Change]]]:
        if split:
            return api.fix_all(path, output, name=f"{names[path][:-4]}{path.suffix}", **options)
        return [api.fix_main(path, output / names[path] if many else output, **options)]

    done = [item for items in _each(files, lang, one) for item in items]
    if changes:
        _write_changes(changes, done, lang)
    blocked = False
    for out, table, listed in done:
        _tell(out, table, listed, lang, split=split, long=long)
        report = api.check(out, schema=schema, lang=lang)
        if not report.publishable:
            blocked = True
            left = _say(lang, "自動では直せないところが残っています。", "Repair cannot mend these:")
            click.echo(left + "\n" + report_text(report, lang, everything=everything), nl=False)
    sys.exit(2 if len(done) < len(files) else 1 if blocked else 0)


@click.command(
    help="直したうえで、別の形式（csv・parquet・json・geojson・xlsx）に変換します。"
    "いくつものファイルやフォルダーのときは、-o に書き出すフォルダー、--format に形式を指定します。"
)
@_PATHS
@click.option("-o", "--output", required=True, type=_FILE, help="書き出すファイル（拡張子で形式を決めます）")
@click.option("--format", "form", type=click.Choice(list(api.FORMATS)), help="形式（省略すると拡張子から）")
@_SCHEMA
@_LANG
@_BOM
def convert(
    paths: tuple[Path, ...], output: Path, form: str | None, schema: str | None, lang: str, bom: bool
) -> None:
    """Repair PATHS and write them in the format that OUTPUT or ``--format`` says."""
    files = inputs(paths)
    many = len(files) > 1 or output.is_dir()
    if many and form is None:
        raise click.UsageError("フォルダーに書き出すときは、--format で形式を指定してください。")
    if many:
        _guarded(lang, lambda: output.mkdir(parents=True, exist_ok=True))
    chosen = form or output.suffix.lower().lstrip(".")
    names = output_names(files, f".{chosen}")

    def one(path: Path) -> tuple[Path, int, int]:
        out = output / names[path] if many else output
        table = api.load(path, schema=schema)
        return out, table.write(out, chosen, bom=bom), table.other_tables

    done = _each(files, lang, one)
    for out, rows, others in done:
        click.echo(_say(lang, f"{rows:,} 行を {out} に書き出しました。", f"{rows:,} rows written to {out}."))
        if others:
            click.echo(_others(others, lang))
    sys.exit(2 if len(done) < len(files) else 0)


def _each(files: list[Path], lang: str, action: Callable[[Path], Any]) -> list[Any]:
    """Do ``action`` for every file, with progress on a terminal.

    What stands in the way of one of several files is said at once, the others are done, and the command ends with 2.
    """
    results = []
    with Progress(len(files), lang) as progress:
        for path in files:
            with progress.file(path.name):
                try:
                    results.append(action(path))
                except _KNOWN as error:
                    progress.clear()
                    before = f"{path}: " if len(files) > 1 else ""
                    click.echo(before + _sentence(error, lang), err=True)
    if not results:
        sys.exit(2)
    return results


def _say(lang: str, ja: str, en: str) -> str:
    return ja if lang == "ja" else en


def _others(count: int, lang: str) -> str:
    ja = f"  このファイルには、書き出さなかった表がほかに {count} つあります（moka fix --split で、すべて書き出せます）。"
    return _say(lang, ja, f"  {count} other tables of the file are not in it (moka fix --split writes all).")


def _tell(
    out: Path, table: api.LoadedTable, changes: list[Change], lang: str, *, split: bool, long: bool
) -> None:
    """Say what was done: how many changes by rule, what was written around the table, what was left out."""
    ja = lang == "ja"
    mended = [change for change in changes if change.what != "table"]
    where = _say(
        lang,
        f"{len(mended):,} か所を直して {out} に書き出しました。",
        f"{len(mended):,} changes; written to {out}.",
    )
    lines = [where]
    for group in change_groups(mended, lang):
        count = f"{group['count']:,} か所" if ja else f"{group['count']:,}"
        lines.append(f"    {group['title']}（{group['rule']}）: {count}")
    lines += said_lines(table.said.to_dict(), ja)
    if table.other_tables and not split:
        lines.append(_others(table.other_tables, lang))
    if not long and table.long() is not None:
        offer = "  年が列に並んでいます。--long を付けると、1 行に 1 つの年の形（縦持ち）にできます。"
        lines.append(_say(lang, offer, "  Years stand as columns; --long makes one row per year."))
    click.echo("\n".join(lines))


def _write_changes(path: Path, done: list[tuple[Path, api.LoadedTable, list[Change]]], lang: str) -> None:
    """Write the list of changes: a plain list for one output, else a list for each output by its name."""
    lists = {out.name: [change.to_dict() for change in changes] for out, _table, changes in done}
    data: Any = next(iter(lists.values())) if len(lists) == 1 else lists
    text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    _guarded(lang, lambda: path.write_text(text, encoding="utf-8"))


def _undo(
    files: list[Path],
    output: Path,
    listed: Path,
    only: list[str] | None,
    without: list[str],
    bom: bool,
    lang: str,
) -> None:
    if len(files) != 1:
        raise click.UsageError("--undo では、直した CSV を 1 つだけ指定してください。")
    try:
        data = json.loads(listed.read_text(encoding="utf-8-sig"))
        changes = data.get(files[0].name, []) if isinstance(data, dict) else data
        count = _guarded(
            lang, lambda: api.undo_fix(files[0], changes, output, bom=bom, only=only, without=without)
        )
    except (ValueError, TypeError) as error:
        message = f"「moka fix --changes」で作った一覧ではありません: {listed}"
        raise click.BadParameter(message, param_hint="--undo") from error
    click.echo(
        _say(
            lang,
            f"{count:,} か所を元に戻して {output} に書き出しました。",
            f"{count:,} changes taken back; written to {output}.",
        )
    )


def _summary(reports: list[Any], lang: str) -> str:
    """One line on all files, where there are several."""
    if len(reports) < 2:
        return ""
    good = sum(r.publishable for r in reports)
    unread = sum(not r.readable for r in reports)
    bad = len(reports) - good - unread
    ja = f"\n{len(reports)} ファイル: 公開できる {good}、直すべき点がある {bad}、読めない {unread}\n"
    return _say(
        lang,
        ja,
        f"\n{len(reports)} files: {good} publishable, {bad} with findings that block, {unread} unreadable\n",
    )


def _guarded(lang: str, action: Callable[[], Any]) -> Any:
    """Do something; what stands in its way is said in a sentence, and the command ends with 2."""
    try:
        return action()
    except _KNOWN as error:
        click.echo(_sentence(error, lang), err=True)
    sys.exit(2)


def _sentence(error: Exception, lang: str) -> str:
    if isinstance(error, KeyError):
        listed = "、".join(api.schemas())
        ja = f"標準データセット {error} はありません。次のどれかを指定してください: {listed}"
        return _say(lang, ja, f"no such standard dataset: {error} (known: {listed})")
    if isinstance(error, OSError):
        ja = f"ファイルを扱えません: {error.strerror}（{error.filename}）"
        return _say(lang, ja, f"{error.strerror}: {error.filename}")
    return str(error)
