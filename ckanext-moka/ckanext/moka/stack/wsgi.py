"""The web application for the WSGI server; the configuration's path stands in ``CKAN_INI``."""

from __future__ import annotations

import os
from typing import Any

from ckan.cli import load_config
from ckan.config.middleware import make_app
from werkzeug.middleware.proxy_fix import ProxyFix


def trusted_proxies() -> int:
    """Return how many reverse proxies stand before the portal, whose word on the visitor's address counts.

    ``MOKA_TRUSTED_PROXIES`` says so, else none. Without a trusted one all visitors behind a proxy share one rate
    limit. Raises ``ValueError`` on text that is no number.
    """
    return int(os.environ.get("MOKA_TRUSTED_PROXIES") or 0)


application: Any = make_app(load_config(os.environ["CKAN_INI"]))
if proxies := trusted_proxies():
    application = ProxyFix(application, x_for=proxies, x_proto=proxies, x_host=0)
