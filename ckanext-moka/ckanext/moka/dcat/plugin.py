"""Wiring of the stage ``dcat``; stands before ckanext-dcat's plugin ``dcat`` in the list."""

from __future__ import annotations

from typing import Any

from ckan import plugins as p
from ckan.plugins import toolkit as tk
from flask import Blueprint

from ckanext.moka.dcat.logic import action
from ckanext.moka.dcat.views import blueprint


@tk.blanket.config_declarations
class MokaDcatPlugin(p.SingletonPlugin):
    p.implements(p.IActions)
    p.implements(p.IBlueprint)

    def get_actions(self) -> dict[str, Any]:
        return {name: getattr(action, name) for name in action.__all__}

    def get_blueprint(self) -> Blueprint:
        return blueprint
