"""Where CKAN binds ``munge_filename``, ours is bound instead.

``model_dictize`` munges the name of every upload on every read, so an uploader of ours is not enough.
Most callers go through the module ``ckan.lib.munge``; two import the function by name.
"""

from __future__ import annotations

import importlib

from ckan.lib import munge

from ckanext.moka.core.filenames import safe_filename

__all__ = ["keep_file_names"]

BOUND_BY_NAME = ("ckan.logic.action.file", "ckan.cli.file")


def munge_filename(filename: str | bytes) -> str:
    """Return the stored form of a file name (see ``core.filenames``); stands in for CKAN's function."""
    return safe_filename(filename)


def keep_file_names() -> None:
    """Bind our ``munge_filename`` wherever CKAN's is bound; doing it twice changes nothing."""
    munge.munge_filename = munge_filename
    for name in BOUND_BY_NAME:
        module = importlib.import_module(name)
        if not hasattr(module, "munge_filename"):
            raise RuntimeError(f"{name} no longer binds munge_filename: check where CKAN munges names now")
        setattr(module, "munge_filename", munge_filename)  # noqa: B010
