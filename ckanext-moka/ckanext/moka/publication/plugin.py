"""Wire publication into CKAN: actions, the gate's hooks, pages, the release task."""

from __future__ import annotations

from ckan import plugins as p
from ckan.plugins import toolkit as tk

from ckanext.moka.publication import gate, jobs  # noqa: F401  (tasks register on import)


@tk.blanket.actions
@tk.blanket.auth_functions
@tk.blanket.blueprints
@tk.blanket.helpers
class MokaPublicationPlugin(p.SingletonPlugin):
    p.implements(p.IConfigurer)
    p.implements(p.IPackageController, inherit=True)

    def update_config(self, config):
        tk.add_template_directory(config, "templates")
        tk.add_resource("assets", "moka_publication")
        # Files of CKAN's own storages must not become readable through a public dataset.
        cascade = config["ckan.files.owner.cascade_access"]
        config["ckan.files.owner.cascade_access"] = {
            owner: storages for owner, storages in cascade.items() if owner not in ("package", "resource")
        }

    def after_dataset_create(self, context, pkg_dict):
        gate.after_save(pkg_dict["id"])

    def after_dataset_update(self, context, pkg_dict):
        gate.after_save(pkg_dict["id"])
