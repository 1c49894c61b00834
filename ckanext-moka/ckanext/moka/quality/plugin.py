"""Wire the quality stage into CKAN: checks after each upload, the report page, actions."""

from __future__ import annotations

from ckan import plugins as p
from ckan.plugins import toolkit as tk

from ckanext.moka.quality import jobs, subscribers  # noqa: F401  (the task registers on import)


@tk.blanket.actions
@tk.blanket.auth_functions
@tk.blanket.blueprints
@tk.blanket.config_declarations
@tk.blanket.helpers
class MokaQualityPlugin(p.SingletonPlugin):
    p.implements(p.IConfigurer)
    p.implements(p.IResourceController, inherit=True)

    def update_config(self, config):
        tk.add_template_directory(config, "templates")
        tk.add_resource("assets", "moka_quality")

    def after_resource_create(self, context, resource):
        subscribers.file_saved(resource)

    def after_resource_update(self, context, resource):
        subscribers.file_saved(resource)
