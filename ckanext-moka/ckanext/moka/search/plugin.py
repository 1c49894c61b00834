"""Wire the search engine into CKAN: importing this module replaces CKAN's connection to Solr."""

from __future__ import annotations

from ckan import plugins as p
from ckan.plugins import toolkit as tk

from ckanext.moka.search import seam

seam.install()


@tk.blanket.config_declarations
class MokaSearchPlugin(p.SingletonPlugin):
    pass
