"""The web application for the WSGI server; the configuration's path stands in ``CKAN_INI``."""

from __future__ import annotations

import os

from ckan.cli import load_config
from ckan.config.middleware import make_app

application = make_app(load_config(os.environ["CKAN_INI"]))
