"""The one door of publication for the stages above it."""

from __future__ import annotations

from ckanext.moka.publication.contents import generated_id
from ckanext.moka.publication.service import State, get, problems
from ckanext.moka.publication.states import LABELS

__all__ = ["LABELS", "State", "generated_id", "get", "problems"]
