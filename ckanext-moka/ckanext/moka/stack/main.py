"""The command ``moka``: one door to everything; what a command needs is imported only when it is used."""

from __future__ import annotations

import importlib
import sys

import click

STACK = "ckanext.moka.stack.run_cli"
TABLES = "ckanext.moka.tables.cli"
COMMANDS = {
    "run": (f"{STACK}:run", "ポータルを動かす / run the portal"),
    "stop": (f"{STACK}:stop", "ポータルを止める / stop it"),
    "status": (f"{STACK}:status", "何が動いているかを示す / show what runs"),
    "reset": (f"{STACK}:reset", "データをすべて消す / delete all data"),
    "ckan": (f"{STACK}:ckan", "CKAN の命令を実行する / run a CKAN command"),
    "user": ("ckanext.moka.stack.user_cli:user", "職員のアカウントを作る / accounts of staff"),
    "check": (f"{TABLES}:check", "表ファイルを検査する / check a table file"),
    "fix": (f"{TABLES}:fix", "表ファイルを直す / repair a table file"),
    "convert": (f"{TABLES}:convert", "表ファイルを別の形式にする / convert a table file"),
    "demand": ("ckanext.moka.demand.rank_cli:demand", "要望の順位 / the ranked list of requests"),
    "harvest": ("ckanext.moka.harvest.run_cli:harvest", "外部のデータを取り込む / run a harvest source"),
    "journal": (
        "ckanext.moka.journal.verify_cli:journal",
        "記録が改ざんされていないか確かめる / verify the journal",
    ),
    "test-stack": ("ckanext.moka.stack.testing:test_stack", "試験用のポータルを動かす / a throw-away portal"),
}
HIDDEN = {"test-stack"}


class LazyGroup(click.Group):
    """A group that knows its commands by dotted name and imports one only to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table above."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command; end with one line when a part that it needs is not installed."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        try:
            command = getattr(importlib.import_module(module), attribute)
        except ModuleNotFoundError as error:
            click.echo(
                f"✗ この命令に必要な部品 {error.name} がありません。pip install 'ckanext-moka[portal]' で入れてください。"
                f" / {error.name} is not installed.",
                err=True,
            )
            sys.exit(2)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        rows = [(name, text) for name, (_, text) in COMMANDS.items() if name not in HIDDEN]
        with formatter.section("命令 / Commands"):
            formatter.write_dl(rows)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ckanext-moka", message="moka %(version)s")
def main() -> None:
    """真岡市オープンデータ基盤 / Moka Open Data Platform"""


if __name__ == "__main__":
    main(prog_name="moka")
