"""Wire the portal into CKAN: theme, pages, helpers and one catalogue of translations for all stages."""

from __future__ import annotations

from ckan import plugins as p
from ckan.lib.plugins import DefaultTranslation
from ckan.plugins import toolkit as tk

from ckanext.moka.portal import catalogues, config


@tk.blanket.blueprints
@tk.blanket.config_declarations
@tk.blanket.helpers
class MokaPortalPlugin(p.SingletonPlugin, DefaultTranslation):
    p.implements(p.IConfigurer)
    p.implements(p.ITranslation)

    def update_config(self, config_):
        tk.add_template_directory(config_, "templates")
        tk.add_public_directory(config_, "public")
        tk.add_resource("assets", "moka_portal")
        config.set_site_defaults(config_)

    def i18n_directory(self):
        return str(catalogues.compiled(config.storage_path()))

    def i18n_locales(self):
        return list(catalogues.LOCALES)

    def i18n_domain(self):
        return catalogues.DOMAIN
