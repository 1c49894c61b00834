"""CKAN's own command line, as ``python -m ckanext.moka.stack.ckan_entry -c INI COMMAND``.

The console script ``ckan`` does the same, but its first line holds the environment's path, which systems cut
when it is long.
"""

from __future__ import annotations

from ckan.cli.cli import ckan

if __name__ == "__main__":
    ckan(prog_name="ckan")
