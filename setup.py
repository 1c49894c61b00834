"""Packaging: three source roots, one distribution; the base install has no CKAN among its dependencies."""

from pathlib import Path

from setuptools import find_namespace_packages, setup

HERE = Path(__file__).parent
STAGES = [
    "journal",
    "jobs",
    "search",
    "demand",
    "catalog",
    "quality",
    "publication",
    "harvest",
    "dcat",
    "portal",
]


def requirements(name: str) -> list[str]:
    """Return the requirement lines of ``config/requirements/<name>.txt``."""
    lines = (HERE / "config" / "requirements" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


plugins = [
    f"moka_{stage} = ckanext.moka.{stage}.plugin:Moka{stage.title()}Plugin"
    for stage in STAGES
    if (HERE / "ckanext-moka/ckanext/moka" / stage / "plugin.py").exists()
]

setup(
    name="ckanext-moka",
    version="0.1.0",
    description="市区町村のためのオープンデータ基盤（CKAN 2.12 拡張群） / A municipal open-data platform on CKAN 2.12",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="AGPL-3.0-or-later",
    python_requires=">=3.11",
    packages=find_namespace_packages("ckanext-moka", include=["ckanext.moka", "ckanext.moka.*"])
    + find_namespace_packages("schemas", include=["moka_schemas", "moka_schemas.*"])
    + find_namespace_packages("harvesters", include=["moka_harvesters", "moka_harvesters.*"]),
    package_dir={
        "ckanext.moka": "ckanext-moka/ckanext/moka",
        "moka_schemas": "schemas/moka_schemas",
        "moka_harvesters": "harvesters/moka_harvesters",
    },
    include_package_data=False,
    package_data={"": ["*"]},
    install_requires=requirements("base"),
    extras_require={
        "portal": requirements("portal"),
        "dev": requirements("dev"),
    },
    entry_points={
        "console_scripts": ["moka = ckanext.moka.stack.main:main"],
        "ckan.plugins": plugins,
        "ckan.rdf.profiles": ["moka_dcat_ap = ckanext.moka.dcat.profile:MokaDcatApProfile"],
        "babel.extractors": ["ckan = ckan.lib.extract:extract_ckan"],
    },
)
