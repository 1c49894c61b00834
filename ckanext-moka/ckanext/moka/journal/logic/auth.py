"""Who may read the journal: those who may edit the dataset."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk

__all__ = ["moka_journal_list"]


def moka_journal_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Allow whoever may update the dataset."""
    return tk.check_access("package_update", dict(context), {"id": data_dict["id"]}) and {"success": True}
