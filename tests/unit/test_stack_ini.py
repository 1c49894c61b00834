"""The generated configuration."""

from __future__ import annotations

from configparser import ConfigParser

import pytest

from ckanext.moka.stack import ini, paths, preflight, redis_server
from ckanext.moka.stack.settings import Settings

URLS = {
    "sqlalchemy.url": "postgresql://a:b@/site?host=/tmp/x",
    "ckan.datastore.write_url": "postgresql://w:b@/datastore?host=/tmp/x",
    "ckan.datastore.read_url": "postgresql://r:b@/datastore?host=/tmp/x",
    "ckan.redis.url": "unix:///tmp/x/redis.sock?db=0",
}


def rendered(
    tmp_path, urls=URLS, site_url="http://127.0.0.1:5077", plugins=("moka_search", "datastore"), **extra
):
    text = ini.render(
        Settings(site_id="moka-1234"),
        ini.Services(urls, site_url, tmp_path / "保管 庫"),
        list(plugins),
        extra,
    )
    parser = ConfigParser()
    parser.optionxform = str
    parser.read_string(text)
    return parser["app:main"]


def test_services_identity_and_language_stand_in_it(tmp_path):
    section = rendered(tmp_path)
    for name, value in URLS.items():
        assert section[name] == value
    assert section["ckan.site_id"] == "moka-1234"
    assert section["SESSION_COOKIE_NAME"] == "moka-1234"
    assert section["REMEMBER_COOKIE_NAME"] == "moka-1234-remember"
    assert section["ckan.locale_default"] == "ja"
    assert section["ckan.storage_path"] == str(tmp_path / "保管 庫")
    assert section["ckan.plugins"] == "moka_search datastore"
    assert section["ckanext.moka.search.engine"] == "postgres"


def test_nobody_registers_themselves_and_every_dataset_has_a_department(tmp_path):
    section = rendered(tmp_path)
    for name in (
        "create_user_via_web",
        "create_user_via_api",
        "anon_create_dataset",
        "create_unowned_dataset",
    ):
        assert section[f"ckan.auth.{name}"] == "false"
    assert section["ckan.files.owner.cascade_access"] == "group organization"


def test_a_percent_sign_in_a_value_survives(tmp_path):
    assert rendered(tmp_path, ckan_x="100%")["ckan_x"] == "100%"


def test_own_options_win_and_stand_only_once(tmp_path):
    assert rendered(tmp_path, **{"ckan.site_title": "試験"})["ckan.site_title"] == "試験"


def test_own_options_are_read_from_a_file(tmp_path):
    (tmp_path / "local.ini").write_text("[app:main]\nckan.site_title = 別の市 100%\n", encoding="utf-8")
    assert ini.local_options(tmp_path / "local.ini") == {"ckan.site_title": "別の市 100%"}
    assert ini.local_options(tmp_path / "none.ini") == {}


def test_a_given_solr_chooses_the_engine(tmp_path):
    section = rendered(tmp_path, {**URLS, "solr_url": "http://solr:8983/solr/ckan"})
    assert section["ckanext.moka.search.engine"] == "solr"
    assert section["solr_url"] == "http://solr:8983/solr/ckan"


def test_cookies_are_secure_behind_https(tmp_path):
    assert rendered(tmp_path)["SESSION_COOKIE_SECURE"] == "false"
    assert rendered(tmp_path, site_url="https://data.example.jp")["SESSION_COOKIE_SECURE"] == "true"


def test_services_given_from_outside_are_taken_from_the_environment():
    environment = {"CKAN_SQLALCHEMY_URL": "postgresql://x/y", "CKAN_REDIS_URL": "", "HOME": "/"}
    assert ini.given(environment) == {"sqlalchemy.url": "postgresql://x/y"}
    with pytest.raises(preflight.Problem):
        ini.given({"CKAN_DATASTORE_READ_URL": "postgresql://a:%40@x/y"})


def test_the_product_has_its_plugins_in_order():
    assert ini.PLUGINS[0] == "moka_search"
    assert "activity" not in ini.PLUGINS
    available, missing = ini.available_plugins()
    assert sorted([*available, *missing]) == sorted(ini.PLUGINS)
    assert available == [name for name in ini.PLUGINS if name in available]


def test_redis_writes_nothing_to_a_disk(tmp_path):
    layout = paths.Layout(tmp_path)
    layout.redis.parent.mkdir(parents=True, exist_ok=True)
    argv = redis_server.server(layout, tmp_path / "redis.sock").argv
    assert argv[argv.index("--save") + 1] == "" and argv[argv.index("--appendonly") + 1] == "no"
