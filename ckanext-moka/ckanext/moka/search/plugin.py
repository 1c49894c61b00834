"""Wire the search engine into CKAN: importing this module replaces CKAN's connection to Solr.

It also lets the search inside tables find Japanese.
"""

from __future__ import annotations

from ckan import plugins as p
from ckan.plugins import toolkit as tk

from ckanext.moka.search import cli, jobs, seam, tables  # noqa: F401  (tasks register on import)

seam.install()
tables.install()
cli.replace()


@tk.blanket.cli
@tk.blanket.config_declarations
class MokaSearchPlugin(p.SingletonPlugin):
    pass
