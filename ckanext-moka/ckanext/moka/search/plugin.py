"""Wire the search engine into CKAN: importing this module replaces CKAN's connection to Solr."""

from __future__ import annotations

from ckan import model
from ckan import plugins as p
from ckan.plugins import toolkit as tk

from ckanext.moka.search import (
    cli,
    helpers,
    jobs,  # noqa: F401  (tasks register)
    seam,
    tables,
    views,
)
from ckanext.moka.search.answers import fallback
from ckanext.moka.search.index import stale
from ckanext.moka.search.language import guard
from ckanext.moka.search.logic import action, auth
from ckanext.moka.search.traces import trace

seam.install()
tables.install()
cli.replace()


@tk.blanket.actions(action)
@tk.blanket.auth_functions(auth)
@tk.blanket.blueprints(views.get_blueprints)
@tk.blanket.cli
@tk.blanket.config_declarations
@tk.blanket.helpers(helpers)
class MokaSearchPlugin(p.SingletonPlugin):
    p.implements(p.IConfigurer)
    p.implements(p.IPackageController, inherit=True)
    p.implements(p.IGroupController, inherit=True)
    p.implements(p.IOrganizationController, inherit=True)

    def update_config(self, config):
        tk.add_template_directory(config, "templates")

    def before_dataset_search(self, search_params):
        return guard.with_box(search_params)

    def edit(self, entity):
        stale.soon(entity)

    def after_dataset_create(self, context, pkg_dict):
        model.Session.flush()  # CKAN indexes a new dataset before it has written all of it

    def after_dataset_search(self, search_results, search_params):
        outcome = fallback.last(search_params.get("q") or "")
        helpers.keep_outcome(outcome)
        search_results["moka_search"] = outcome.as_dict() if outcome else None
        exact = outcome.strict_count if outcome else None
        trace.note(search_params.get("q") or "", search_results["count"], exact, search_params)
        return search_results
