"""Wire the task queue into CKAN: options, the ``moka-jobs`` commands, the queue's own upkeep."""

from __future__ import annotations

from ckan import plugins as p
from ckan.plugins import toolkit as tk

from ckanext.moka.jobs import events, upkeep  # noqa: F401  (listeners and tasks register on import)


@tk.blanket.cli
@tk.blanket.config_declarations
class MokaJobsPlugin(p.SingletonPlugin):
    pass
