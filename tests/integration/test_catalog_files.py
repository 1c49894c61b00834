"""Uploads and downloads on a real site: bytes, names, headers, permissions."""

import hashlib
import io
from pathlib import Path
from urllib.parse import unquote

import pytest
from ckan import model
from ckan.lib import munge, uploader
from ckan.plugins import toolkit as tk
from werkzeug.datastructures import FileStorage

from ckanext.moka.catalog import api

CSV = "名称,住所\r\n市役所,荒町5191\r\n".encode("cp932")
NAME = "指定緊急避難場所一覧（令和7年〜）.csv"


def upload(data=CSV, name=NAME):
    return FileStorage(io.BytesIO(data), filename=name)


@pytest.fixture
def dataset(call, org, unique):
    def make(**fields):
        return call(
            "package_create", **{"title": "避難所", "name": unique("d"), "owner_org": org["id"], **fields}
        )

    return make


def test_everything_about_the_file_is_known(call, dataset):
    made = call(
        "resource_create", package_id=dataset()["id"], upload=upload(), format="xyz", hash="x", size=1
    )
    assert made["hash"] == "sha256:" + hashlib.sha256(CSV).hexdigest()
    assert (made["size"], made["mimetype"], made["encoding"], made["format"]) == (
        len(CSV),
        "text/csv",
        "cp932",
        "CSV",
    )
    assert unquote(made["url"]).endswith(f"/download/{NAME}")
    assert made["name"] == NAME
    assert api.resource_path(made).read_bytes() == CSV


def test_the_download_has_both_names_and_the_charset(call, app, dataset, sysadmin):
    package = dataset()
    made = call("resource_create", package_id=package["id"], upload=upload())
    response = app.get(made["url"], headers={"Authorization": sysadmin["token"]})
    assert response.data == CSV
    assert response.headers["Content-Type"] == "text/csv; charset=windows-31j"
    disposition = response.headers["Content-Disposition"]
    assert disposition.startswith(f"attachment; filename=\"{package['name']}.csv\"; filename*=UTF-8''")
    assert unquote(disposition.split("''")[1]) == NAME
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_the_name_in_the_address_is_free(call, app, dataset, sysadmin):
    made = call("resource_create", package_id=dataset()["id"], upload=upload())
    address = f"/dataset/{made['package_id']}/resource/{made['id']}/download"
    for ending in ("", "/old.csv"):
        response = app.get(address + ending, headers={"Authorization": sysadmin["token"]})
        assert NAME in unquote(response.headers["Content-Disposition"])


def test_a_replaced_file_leaves_the_old_bytes_alone(call, dataset):
    made = call("resource_create", package_id=dataset()["id"], upload=upload())
    changed = call("resource_update", id=made["id"], upload=upload(b"a,b\n1,2\n", "new.csv"))
    assert changed["hash"] != made["hash"]
    assert (changed["encoding"], changed["size"]) == ("utf-8", 8)
    assert api.content_path(made["hash"]).read_bytes() == CSV
    assert unquote(changed["url"]).endswith("/new.csv")


def test_a_failed_save_leaves_the_public_bytes_alone(call, app, dataset, sysadmin):
    made = call("resource_create", package_id=dataset()["id"], upload=upload())
    with pytest.raises(tk.ValidationError):
        call(
            "package_patch",
            id=made["package_id"],
            theme="99",
            resources=[{**made, "upload": upload(b"x,y\n")}],
        )
    model.Session.rollback()
    assert app.get(made["url"], headers={"Authorization": sysadmin["token"]}).data == CSV


def test_editing_without_a_file_keeps_everything(call, dataset):
    made = call("resource_create", package_id=dataset()["id"], upload=upload())
    changed = call(
        "resource_update",
        id=made["id"],
        url=made["url"],
        url_type="upload",
        name="見出し",
        description="説明",
    )
    for key in ("hash", "size", "mimetype", "encoding", "format", "url"):
        assert changed[key] == made[key], key
    again = call("resource_patch", id=made["id"], description="また直した")
    assert (again["hash"], again["url"], again["encoding"]) == (made["hash"], made["url"], "cp932")


def test_a_hash_cannot_be_claimed(call, dataset):
    secret = call("resource_create", package_id=dataset()["id"], upload=upload(b"secret,1\n", "s.csv"))
    other = dataset()
    with pytest.raises(tk.ValidationError):
        call("resource_create", package_id=other["id"], url="s.csv", url_type="upload", hash=secret["hash"])
    with pytest.raises(tk.ValidationError):
        call(
            "package_create",
            title="x",
            name=other["name"] + "-2",
            owner_org=other["owner_org"],
            resources=[{"url": "s.csv", "url_type": "upload", "hash": secret["hash"]}],
        )
    mine = call("resource_create", package_id=other["id"], upload=upload())
    assert call("resource_patch", id=mine["id"], hash=secret["hash"])["hash"] == mine["hash"]


def test_links_are_http_only_and_have_no_hash(call, dataset):
    made = call(
        "resource_create",
        package_id=dataset()["id"],
        url="https://example.com/a.csv",
        hash="sha256:" + "0" * 64,
    )
    assert (made["url"], made["hash"]) == ("https://example.com/a.csv", "")
    for wrong in (
        "javascript:alert(1)",
        "file:///etc/passwd",
        "ftp://example.com/a.csv",
        "www.example.com",
        "",
    ):
        with pytest.raises(tk.ValidationError) as caught:
            call("resource_create", package_id=made["package_id"], url=wrong)
        assert "url" in caught.value.error_dict


def test_an_upload_may_become_a_link_and_loses_its_hash(call, dataset):
    made = call("resource_create", package_id=dataset()["id"], upload=upload())
    changed = call(
        "resource_update", id=made["id"], url="https://example.com/a.csv", url_type="", clear_upload="true"
    )
    assert (changed["url_type"], changed["hash"]) == ("", "")


def test_too_large_and_empty_files_are_refused_in_japanese(call, dataset, ckan_config, monkeypatch):
    monkeypatch.setitem(ckan_config, "ckanext.moka.catalog.max_upload_mb", 1)
    package = dataset()
    with pytest.raises(tk.ValidationError) as caught:
        call("resource_create", package_id=package["id"], upload=upload(b"x" * (1024 * 1024 + 1), "大.csv"))
    assert "「大.csv」は大きすぎます。1MBまで" in caught.value.error_dict["upload"][0]
    with pytest.raises(tk.ValidationError) as caught:
        call("resource_create", package_id=package["id"], upload=upload(b"", "空.csv"))
    assert "0バイト" in caught.value.error_dict["upload"][0]
    assert call("package_show", id=package["id"])["resources"] == []


def test_a_private_file_stays_private(call, app, dataset, make_user):
    made = call("resource_create", package_id=dataset()["id"], upload=upload())
    stranger = make_user()
    for headers in ({}, {"Authorization": stranger["token"]}):
        response = app.get(made["url"], headers=headers, expect_errors=True)
        assert response.status_code in (403, 404)
        assert CSV not in response.data


def test_a_file_is_not_served_through_another_dataset(call, app, dataset, sysadmin):
    made = call("resource_create", package_id=dataset()["id"], upload=upload())
    other = dataset()
    address = f"/dataset/{other['id']}/resource/{made['id']}/download/x.csv"
    assert (
        app.get(address, headers={"Authorization": sysadmin["token"]}, expect_errors=True).status_code == 404
    )


def test_what_ckan_binds_is_ours(call, dataset):
    from ckan.cli import file as cli_file
    from ckan.logic.action import file as action_file

    for module in (munge, cli_file, action_file):
        assert module.munge_filename("指定緊急　避難.csv") == "指定緊急　避難.csv"
    made = call("resource_create", package_id=dataset()["id"], upload=upload())
    path = uploader.get_resource_uploader(dict(made)).get_path(made["id"])
    assert Path(path).read_bytes() == CSV


def test_html_called_csv_is_never_shown_as_a_page(call, app, dataset, sysadmin):
    made = call(
        "resource_create", package_id=dataset()["id"], upload=upload(b"<html><script>1</script>", "a.csv")
    )
    response = app.get(made["url"], headers={"Authorization": sysadmin["token"]})
    assert response.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "name", ["a#b?c%41&d.csv", "..\\..\\x\\100%.csv", "あ" * 120 + ".csv", "全角　空白 と半角.csv"]
)
def test_odd_names_survive_saving_twice(call, app, dataset, sysadmin, name):
    from ckanext.moka.core.filenames import safe_filename

    made = call("resource_create", package_id=dataset()["id"], upload=upload(name=name))
    again = call("resource_patch", id=made["id"], description="直した")
    assert again["url"] == made["url"]
    response = app.get(again["url"], headers={"Authorization": sysadmin["token"]})
    assert response.data == CSV
    assert unquote(response.headers["Content-Disposition"].split("''")[1]) == safe_filename(name)
