"""The only reader of the queue's options."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk
from sqlalchemy.engine import make_url

SCHEMA = "moka_jobs"


def concurrency() -> int:
    """Return how many jobs one worker runs at the same time (at least 1)."""
    return max(1, int(tk.config["ckanext.moka.jobs.concurrency"]))


def stop_seconds() -> int:
    """Return how long a worker that was told to stop waits for its running jobs."""
    return int(tk.config["ckanext.moka.jobs.stop_seconds"])


def stalled_seconds() -> int:
    """Return after how many silent seconds a worker counts as dead."""
    return max(5, int(tk.config["ckanext.moka.jobs.stalled_seconds"]))


def keep_days() -> int:
    """Return for how many days finished jobs are kept."""
    return max(1, int(tk.config["ckanext.moka.jobs.keep_days"]))


def connection_arguments(url: str | None = None) -> dict[str, Any]:
    """Return psycopg 3 connection arguments for CKAN's site database, with the queue's search path.

    ``url`` is an SQLAlchemy URL (by default ``sqlalchemy.url``), with a TCP host or with a unix socket
    (``postgresql://user:pw@/db?host=/folder``). Options that the URL already carries are kept.
    """
    parts = make_url(url or tk.config["sqlalchemy.url"])
    arguments: dict[str, Any] = {
        name: value[0] if isinstance(value, tuple) else value for name, value in parts.query.items()
    }
    named = parts.translate_connect_args(username="user", database="dbname")
    arguments.update({name: value for name, value in named.items() if value not in (None, "")})
    arguments["options"] = f"{arguments.get('options', '')} -c search_path={SCHEMA}".strip()
    arguments.setdefault("application_name", SCHEMA)
    return arguments
