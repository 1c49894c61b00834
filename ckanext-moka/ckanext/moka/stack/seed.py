"""How the demo data gets in: a process of its own, once, and again when it was cut off.

The process is ``python -m ckanext.moka.stack.demo --config INI``; each line it prints that begins with
``見本データ`` is progress for the person at the terminal; exit code 0 means complete. Whether it was completed stands in ``var/settings.json`` (``demo_loaded``).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from ckanext.moka.stack import paths, processes

MODULE = "ckanext.moka.stack.demo"
PROGRESS = "見本データ"


def exists() -> bool:
    """Say whether this installation brings a loader of demo data."""
    return find_spec(MODULE) is not None


def command(layout: paths.Layout, env: Mapping[str, str], datasets: Path | None = None) -> processes.Spec:
    """Return the process that loads the demo data, from ``datasets`` or else the checkout's folder."""
    argv = [sys.executable, "-m", MODULE, "--config", str(layout.ini)]
    if datasets is not None:
        argv += ["--datasets", str(datasets)]
    return processes.Spec("demo", "見本データ", argv, layout.var, layout.logs / "demo.log", env)
