"""Wiring of the stage ``harvest``."""

from __future__ import annotations

from ckan import plugins as p
from ckan.plugins import toolkit as tk

from ckanext.moka.harvest import jobs  # noqa: F401  (registers the task)
from ckanext.moka.harvest.logic import action, auth
from ckanext.moka.harvest.views import blueprint


@tk.blanket.actions(action)
@tk.blanket.auth_functions(auth)
@tk.blanket.blueprints([blueprint])
@tk.blanket.config_declarations
class MokaHarvestPlugin(p.SingletonPlugin):
    p.implements(p.IConfigurer)

    def update_config(self, config):
        tk.add_template_directory(config, "templates")
