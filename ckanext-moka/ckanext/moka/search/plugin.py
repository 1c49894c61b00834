"""Wire the search engine into CKAN: importing this module replaces CKAN's connection to Solr."""

from __future__ import annotations

from ckan import plugins as p
from ckan.plugins import toolkit as tk

from ckanext.moka.search import cli, jobs, seam  # noqa: F401  (tasks register on import)

seam.install()
cli.refuse()


@tk.blanket.cli
@tk.blanket.config_declarations
class MokaSearchPlugin(p.SingletonPlugin):
    pass
