"""Wire the journal into CKAN: one action to read it. Writing is done by the stages, through ``api``."""

from __future__ import annotations

from ckan import plugins as p
from ckan.plugins import toolkit as tk


@tk.blanket.actions
@tk.blanket.auth_functions
class MokaJournalPlugin(p.SingletonPlugin):
    pass
