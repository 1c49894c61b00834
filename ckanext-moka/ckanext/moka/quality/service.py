"""Check files and keep the reports, once per bytes, kind of file and engine version.

Reports are written on a connection of their own: a report follows from bytes alone, so it may stay when the
caller's transaction rolls back, and a failed write never spoils that transaction.
"""

from __future__ import annotations

import datetime
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.moka.catalog import api as catalog
from ckanext.moka.core import events
from ckanext.moka.quality import config, contents, inspection, plainfiles, verdicts
from ckanext.moka.quality.model import CHECKING, report_table
from ckanext.moka.tables import api as tables

__all__ = [
    "NotRepairable",
    "ensure_report",
    "file_name",
    "is_large",
    "mark_checking",
    "repaired",
    "report_for",
    "state_of",
    "verdict",
]

TABLES = {"csv", "tsv", "txt", "xlsx", "xlsm", "xls", "ods"}
_WAIT = datetime.timedelta(minutes=15)


class NotRepairable(Exception):
    """There is no repaired version of a file; ``str(error)`` says why, in Japanese."""


def file_name(resource: dict[str, Any]) -> str:
    """Return the file name of an uploaded resource, as people wrote it."""
    url = str(resource.get("url") or "")
    last = url.rsplit("/", 1)[-1]
    return unquote(last) if url.startswith(("http://", "https://")) else last


def is_large(resource: dict[str, Any]) -> bool:
    """Tell whether checking this file is a job for the queue."""
    return int(resource.get("size") or 0) > config.inline_limit_bytes()


def report_for(hash: str, kind: str | None = None) -> dict[str, Any] | None:
    """Return the report on these bytes by the engine as it is now, or None when they were not checked.

    Bytes that were handed in as several kinds of file (csv and txt) have a report each: the strictest counts,
    unless ``kind`` names one.
    """
    rows = [row for row in _rows(hash) if row.report is not None and kind in (None, row.kind)]
    if not rows:
        return None
    strictest = verdicts.worst(row.verdict for row in rows)
    return next(row.report for row in rows if row.verdict == strictest)


def verdict(hash: str) -> str:
    """Return ``ok``, ``advice`` or ``blocked`` for these bytes; ``unchecked`` when there is no report."""
    return verdicts.worst(row.verdict for row in _rows(hash)) if hash else "unchecked"


def state_of(resource: dict[str, Any]) -> str:
    """Return where the check of a resource stands: ``done``, ``checking``, ``unchecked`` or ``link``."""
    if resource.get("url_type") != "upload":
        return "link"
    rows = _rows(str(resource.get("hash") or ""))
    if any(row.report is not None for row in rows):
        return "done"
    fresh = datetime.datetime.now(datetime.UTC) - _WAIT
    return "checking" if any(row.created > fresh for row in rows) else "unchecked"


def ensure_report(resource: dict[str, Any]) -> dict[str, Any]:
    """Return the report on a resource's bytes, checking them now when that was not done yet.

    Raises ``catalog.ContentMissing`` for a link or lost bytes.
    """
    path = catalog.resource_path(resource)
    name = file_name(resource)
    kind = catalog.detect(path, name)
    known = report_for(resource["hash"], kind.kind)
    if known is not None:
        return known
    report = _check(path, name, kind, resource["hash"])
    outcome = verdicts.verdict_of(report)
    _keep(resource["hash"], kind.kind, outcome, report)
    events.publish(
        events.QualityChecked(
            str(resource.get("package_id", "")), str(resource.get("id", "")), resource["hash"], outcome
        )
    )
    return report


def mark_checking(resource: dict[str, Any]) -> None:
    """Note that a check of these bytes is on its way, so that the page can say so."""
    kind = catalog.detect(catalog.resource_path(resource), file_name(resource)).kind
    if report_for(resource["hash"], kind) is None:
        _keep(resource["hash"], kind, CHECKING, None)


def repaired(resource: dict[str, Any]) -> bytes:
    """Return the repaired table as CSV (UTF-8 with BOM, so that Excel opens it rightly).

    Raises ``NotRepairable`` when nothing can be repaired or personal data might come out (see
    ``verdicts.may_repair``), and ``catalog.ContentMissing`` for a link or lost bytes.
    """
    path = catalog.resource_path(resource)
    if not verdicts.may_repair(ensure_report(resource)):
        raise NotRepairable(
            "自動では直せません。個人情報のおそれがあるところなどを、先に職員が直してください。"
        )
    with tempfile.TemporaryDirectory(prefix="moka-quality-") as folder:
        out = Path(folder) / "fixed.csv"
        try:
            tables.fix(path, out, name=file_name(resource))
        except tables.UnreadableFile as error:
            raise NotRepairable(f"自動では直せません。{error}") from error
        return out.read_bytes()


def _check(path: Path, name: str, kind: catalog.FileType, hash: str) -> dict[str, Any]:
    hexadecimal = hash.removeprefix("sha256:")
    # A roster stays a roster when it is called .md or .dat: what looks like CSV is checked as CSV.
    disguised = kind.kind in ("md", "bin") and contents.looks_delimited(path)
    if kind.kind in TABLES or disguised:
        return tables.check(path, name=_engine_name(name, kind)).to_dict()
    report = plainfiles.check_plain(path, name, kind.kind, kind.encoding, hexadecimal)
    inspection.add_personal_data(report, path, name, kind.kind)
    return report


def _engine_name(name: str, kind: catalog.FileType) -> str:
    """Return the name for the engine; a plain text is offered as CSV, so that its contents are looked at too."""
    return f"{name}.csv" if kind.kind in ("txt", "md", "bin") else name


def _rows(hash: str) -> list[Any]:
    query = sa.select(report_table).where(
        report_table.c.hash == hash, report_table.c.engine_version == tables.ENGINE_VERSION
    )
    with model.meta.engine.connect() as connection:
        return list(connection.execute(query))


def _keep(hash: str, kind: str, outcome: str, report: dict[str, Any] | None) -> None:
    values = {
        "hash": hash,
        "kind": kind,
        "engine_version": tables.ENGINE_VERSION,
        "verdict": outcome,
        "report": report,
    }
    changed = {"verdict": outcome, "report": report, "created": sa.func.now()}
    statement = insert(report_table).values(values)
    statement = statement.on_conflict_do_update(
        index_elements=["hash", "kind", "engine_version"], set_=changed
    )
    with model.meta.engine.begin() as connection:
        connection.execute(statement)
