"""The configuration of CKAN, written anew on every start from the template beside this module."""

from __future__ import annotations

import string
from collections.abc import Mapping
from configparser import ConfigParser
from dataclasses import dataclass
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from ckanext.moka.stack import preflight
from ckanext.moka.stack.settings import Settings

TEMPLATE = Path(__file__).with_name("ckan.ini.tmpl")
PLUGINS = (
    "moka_search",
    "moka_portal",
    "moka_publication",
    "moka_quality",
    "moka_catalog",
    "moka_demand",
    "moka_harvest",
    "moka_dcat",
    "moka_journal",
    "moka_jobs",
    "scheming_datasets",
    "dcat",
    "datastore",
    "datatables_view",
    "text_view",
)
UNUSED_SOLR = "http://127.0.0.1:8983/solr/ckan"  # CKAN demands a value; the PostgreSQL engine never asks it
GIVEN = {
    "sqlalchemy.url": "CKAN_SQLALCHEMY_URL",
    "ckan.datastore.write_url": "CKAN_DATASTORE_WRITE_URL",
    "ckan.datastore.read_url": "CKAN_DATASTORE_READ_URL",
    "ckan.redis.url": "CKAN_REDIS_URL",
    "solr_url": "CKAN_SOLR_URL",
    "ckan.site_url": "CKAN_SITE_URL",
}


@dataclass(frozen=True)
class Services:
    """Where the services are, as CKAN's options name them."""

    urls: Mapping[str, str]
    site_url: str
    storage: Path


def given(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the options that the environment sets (managed services); raise ``Problem`` for an unusable URL."""
    found = {option: environment[name] for option, name in GIVEN.items() if environment.get(name)}
    for option in ("sqlalchemy.url", "ckan.datastore.write_url", "ckan.datastore.read_url"):
        if option in found:
            preflight.database_url(GIVEN[option], found[option])
    return found


def available_plugins() -> tuple[list[str], list[str]]:
    """Return the product's plugins that are installed, in their order, and those that are not."""
    known = {entry.name for entry in entry_points(group="ckan.plugins")}
    return [name for name in PLUGINS if name in known], [name for name in PLUGINS if name not in known]


def render(settings: Settings, services: Services, plugins: list[str], extra: Mapping[str, str]) -> str:
    """Return the text of the ini; ``extra`` options stand last and win. A ``%`` in a value is escaped."""
    engine = "solr" if "solr_url" in services.urls else "postgres"
    values = {
        "site_url": services.site_url,
        "site_id": settings.site_id,
        "secret_key": settings.secret_key,
        "cookie_name": settings.site_id,
        "secure_cookies": str(services.site_url.startswith("https:")).lower(),
        "sqlalchemy_url": services.urls["sqlalchemy.url"],
        "datastore_write_url": services.urls["ckan.datastore.write_url"],
        "datastore_read_url": services.urls["ckan.datastore.read_url"],
        "redis_url": services.urls["ckan.redis.url"],
        "solr_url": services.urls.get("solr_url", UNUSED_SOLR),
        "search_engine": engine,
        "storage_path": str(services.storage),
        "plugins": " ".join(plugins),
        "schema_presets": _presets(),
        "dcat_profiles": "moka_dcat_ap" if _has_profile("moka_dcat_ap") else "euro_dcat_ap_3",
    }
    escaped = {name: value.replace("%", "%%") for name, value in values.items()}
    text = string.Template(TEMPLATE.read_text(encoding="utf-8")).substitute(escaped)
    return _override(text, {name: value.replace("%", "%%") for name, value in extra.items()})


def _override(text: str, extra: Mapping[str, str]) -> str:
    """Put ``extra`` options into the first section, in place of the lines that set them before."""
    head, mark, tail = text.partition("\n## Logging\n")
    kept = [line for line in head.splitlines() if line.partition("=")[0].strip() not in extra]
    added = [f"{name} = {value}" for name, value in extra.items()]
    return "\n".join([*kept, *(["## Own options", *added] if added else [])]) + "\n" + mark + tail


def local_options(path: Path) -> dict[str, str]:
    """Return the own options of ``var/local.ini`` (section ``app:main``), none when there is no such file."""
    parser = ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(path, encoding="utf-8")
    return dict(parser["app:main"]) if parser.has_section("app:main") else {}


def _presets() -> str:
    """Return our presets file, whichever format the metadata schema is kept in; empty before there is one."""
    spec = find_spec("moka_schemas")
    folder = (
        Path(next(iter(spec.submodule_search_locations)))
        if spec and spec.submodule_search_locations
        else None
    )
    for name in ("presets.yaml", "presets.json"):
        if folder is not None and (folder / "metadata" / name).is_file():
            return f"moka_schemas:metadata/{name}"
    return ""


def _has_profile(name: str) -> bool:
    return any(entry.name == name for entry in entry_points(group="ckan.rdf.profiles"))
