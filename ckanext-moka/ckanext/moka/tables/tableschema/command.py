"""``moka check --format frictionless``: the report that frictionless would give, as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import click

from .located import descriptor_path
from .validate import validate

__all__ = ["frictionless_report"]


def frictionless_report(files: tuple[Path, ...], schema: str | None, output: Path | None) -> int:
    """Print the reports of ``files`` judged by the descriptor ``schema`` (or by what their cells look like).

    A file that is itself a data package is judged whole. Returns the exit code: 0 valid, 1 not, 2 wrong usage.
    """
    descriptor = descriptor_path(schema)
    if schema and descriptor is None:
        click.echo(
            "--format frictionless では、--schema に Table Schema かデータパッケージのファイルを指定してください。",
            err=True,
        )
        return 2
    reports = []
    for path in files:
        try:
            reports.append(validate(path, descriptor=descriptor).to_frictionless())
        except (OSError, ValueError) as error:
            click.echo(f"{path}: {error}", err=True)
            return 2
    shown = reports[0] if len(reports) == 1 else reports
    text = json.dumps(shown, ensure_ascii=False, indent=2, default=str) + "\n"
    if output:
        output.write_text(text, encoding="utf-8")
    else:
        click.echo(text, nl=False)
    return 0 if all(report["valid"] for report in reports) else 1
