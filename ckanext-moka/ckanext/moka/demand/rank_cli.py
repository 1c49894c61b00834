"""``moka demand rank``: rank a list of requests without CKAN, a database or a network."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import click

from . import ranking
from .explain import LABELS, as_dict, compare, why
from .rank_input import BadInput, Read, parse, parse_time

__all__ = ["demand"]


@click.group(help="データのリクエストに順位を付ける / rank requests for data")
def demand() -> None:
    """Group of the commands about demand."""


def _stop(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(2)


def _read(source: str | None) -> str:
    if not source:
        raise BadInput("--input にリクエストの一覧（JSON ファイル）を指定してください。標準入力は - です。")
    try:
        data = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(f"{source} を UTF-8 として読み取れません。UTF-8 で保存し直してください。") from None
    except OSError:
        raise BadInput(f"{source} を開けません。ファイル名と読み取りの権限を確かめてください。") from None


def _parameters(read: Read, now: datetime, fit: bool, cap: str) -> ranking.Parameters:
    on = ranking.email_cap_on(read.recent) if cap == "auto" else cap == "on"
    if fit:
        return ranking.fit(read.items, now, version=f"fit-{now.date().isoformat()}", email_cap=on)
    return ranking.Parameters(email_cap=on)


def _print_text(rows: list[ranking.Ranked], explain: bool) -> None:
    if not rows:
        click.echo("リクエストがありません。")
    for above, row in zip([None, *rows[:-1]], rows, strict=True):
        plan = f"計画{row.plan_rank}位" if row.plan_rank else "計画外（公開不可）"
        click.echo(
            f"{row.rank}位 [{row.band}] {row.item.id}  年{row.demand:.1f}人"
            f"（80%区間 {row.low:.1f}〜{row.high:.1f}）  {plan}"
        )
        if not explain:
            continue
        click.echo(f"    {why(row)}")
        for term in row.terms:
            if term.points:
                click.echo(f"    ・{LABELS[term.key]}: {term.points:.2f}点 → 年{term.per_year:.2f}人分")
        if above:
            click.echo(f"    ・1つ上との違い: {compare(above, row)}")


@demand.command(
    "rank", help="リクエストの一覧（JSON）を、必要とする人の多い順に並べる / rank requests, best first"
)
@click.option(
    "--input", "source", metavar="ITEMS.json", help="リクエストの一覧。- は標準入力 / input file, - is stdin"
)
@click.option("--now", "now_text", metavar="ISO", help="基準の日時（省略すると現在）/ the moment to rank at")
@click.option("--explain", is_flag=True, help="理由の文と計算の中身も出す / add the reasons")
@click.option("--format", "output", default="json", metavar="json|text", help="出力の形 / output format")
@click.option("--fit", is_flag=True, help="k と平均を入力から推定する / fit k and rates to the input")
@click.option(
    "--email-cap",
    "cap",
    default="auto",
    metavar="auto|on|off",
    help="メール賛同の上限 / cap on e-mail support",
)
def rank_command(
    source: str | None, now_text: str | None, explain: bool, output: str, fit: bool, cap: str
) -> None:
    """Print the ranked list. Exit 0; 2 with one Japanese line on stderr when the input is unusable."""
    try:
        if output not in ("json", "text"):
            raise BadInput("--format は json か text にしてください。")
        if cap not in ("auto", "on", "off"):
            raise BadInput("--email-cap は auto・on・off のどれかにしてください。")
        now = parse_time(now_text, "--now") if now_text else datetime.now(ranking.JST)
        read = parse(_read(source), now)
    except BadInput as error:
        _stop(str(error))
    rows = ranking.rank(read.items, now, _parameters(read, now, fit, cap))
    if output == "text":
        _print_text(rows, explain)
    else:
        click.echo(json.dumps([as_dict(row, explain=explain) for row in rows], ensure_ascii=False, indent=2))
