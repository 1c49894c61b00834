"""The one door of the task queue for the other stages."""

from __future__ import annotations

from typing import Any

from ckanext.moka.jobs.events import after_commit
from ckanext.moka.jobs.registry import GiveUp, periodic, task
from ckanext.moka.jobs.service import defer, status

__all__ = ["GiveUp", "after_commit", "defer", "periodic", "run_once", "status", "task"]


def run_once() -> tuple[int, int]:
    """Run every due job in this process until none is left; return (done, failed).

    For installers and tests. Inside a Flask application context that application is used, else one is made.
    """
    from ckan.config.middleware import make_app
    from ckan.plugins import toolkit as tk
    from flask import current_app, has_app_context

    from ckanext.moka.jobs import worker

    current: Any = current_app
    flask_app = current._get_current_object() if has_app_context() else make_app(tk.config)._wsgi_app
    tally = worker.run_once(flask_app)
    return tally.done, tally.failed
