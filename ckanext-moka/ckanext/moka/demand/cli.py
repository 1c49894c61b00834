"""``ckan moka-demand``: what an operator may want to do by hand."""

from __future__ import annotations

import click
from ckan import model

from . import service

__all__ = ["moka_demand"]


@click.group("moka-demand", help="データのリクエスト / Requests for data")
def moka_demand() -> None:
    """Group of demand's commands."""


@moka_demand.command(
    "refit", help="順位の計算に使う平均を最新の賛同から計算し直す / fit the ranking's numbers anew"
)
def refit() -> None:
    """Publish a new version of the ranking's numbers (also done every week by the worker)."""
    row = service.refit()
    model.Session.commit()
    cap = "あり" if row.email_cap else "なし"
    click.echo(f"版 {row.version}: k={row.k:.3f}、平均 年{row.rate:.3f}人、メール賛同の上限 {cap}")
