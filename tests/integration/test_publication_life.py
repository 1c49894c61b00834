"""A dataset's life from draft to the public and back, with real files, real DataStore, real queue."""

from __future__ import annotations

import csv
import io
import json

import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from ckanext.datastore.backend import DatastoreBackend
from publication_help import CSV, Office, upload, workbook
from sqlalchemy import text

from ckanext.moka.catalog import api as catalog
from ckanext.moka.core.events import (
    DatasetReleased,
    DatasetSubmitted,
    DatasetWithdrawn,
    subscribe,
    unsubscribe,
)
from ckanext.moka.jobs import api as jobs
from ckanext.moka.journal import api as journal
from ckanext.moka.publication import contents, release, tablestore
from ckanext.moka.publication import jobs as tasks


@pytest.fixture
def office(call, org, make_user, unique):
    return Office(call, org, make_user, unique)


@pytest.fixture
def heard():
    events = []
    kinds = (DatasetSubmitted, DatasetReleased, DatasetWithdrawn)
    for kind in kinds:
        subscribe(kind, events.append)
    yield events
    for kind in kinds:
        unsubscribe(kind, events.append)


def kinds(dataset):
    return [entry.kind for entry in reversed(journal.entries(dataset["id"]))]


def test_a_csv_from_draft_to_anonymous_search(office, heard):
    dataset = office.draft()
    resource = office.add(dataset)
    assert not office.is_public(dataset)
    assert office.submit(dataset, note="四月分です")["state"] == "submitted"
    assert office.approve(dataset)["state"] == "approved"
    assert not office.is_public(dataset)
    public = office.release(dataset)
    assert public["private"] is False
    assert [r["id"] for r in public["resources"]] == [resource["id"]]
    assert public["resources"][0]["released_at"]
    found = office.call("datastore_search", user="", resource_id=resource["id"])
    assert found["total"] == 2
    fields = {field["id"]: field for field in found["fields"]}
    labels = {field.get("info", {}).get("label"): name for name, field in fields.items()}
    assert {"施設名", "住所", "緯度", "経度", "収容人数"} <= set(labels)
    assert found["records"][0][labels["施設名"]] == "真岡小学校"
    assert found["records"][1][labels["収容人数"]] == 420
    assert all(name.isascii() for name in fields)
    views = office.call("resource_view_list", user="", id=resource["id"])
    assert [(view["view_type"], view["title"]) for view in views] == [("datatables_view", "表で見る")]
    assert kinds(dataset) == ["submitted", "approved", "released"]
    assert [p for p in journal.verify() if p.dataset_id == dataset["id"]] == []
    assert heard == [
        DatasetSubmitted(dataset["id"], office.clerk["name"]),
        DatasetReleased(dataset["id"], (resource["id"],)),
    ]


def test_an_excel_file_gets_a_csv_beside_it(office):
    public = office.published(workbook(), "避難所.xlsx")
    original, derived = public["resources"]
    assert (original["format"], derived["format"]) == ("XLSX", "CSV")
    assert derived["name"] == "避難所.xlsx（CSV）"
    assert derived["url"].endswith(".csv")
    assert (derived["generated"], derived["generated_from"]) == ("true", original["id"])
    bytes_ = catalog.resource_path(derived).read_bytes()
    assert bytes_.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(bytes_.decode("utf-8-sig"))))
    assert rows == [
        ["施設名", "住所", "収容人数"],
        ["真岡小学校", "栃木県真岡市台町2474", "350"],
        ["髙田会館", "栃木県真岡市荒町5191", ""],
    ]
    found = office.call("datastore_search", user="", resource_id=original["id"])
    assert found["total"] == 2
    assert catalog.resource_path(original).read_bytes().startswith(b"PK")


def test_a_cp932_csv_gets_a_utf8_one(office):
    public = office.published(CSV.encode("cp932"), "避難所.csv")
    names = [r["url"].rsplit("/", 1)[-1] for r in public["resources"]]
    assert len(names) == 2
    assert catalog.resource_path(public["resources"][1]).read_bytes().decode("utf-8-sig").startswith("施設名")


def test_a_file_that_is_no_table_is_released_without_datastore(office):
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [140.01, 36.44]},
        "properties": {"名称": "市役所"},
    }
    public = office.published(
        json.dumps({"type": "FeatureCollection", "features": [feature]}), "施設.geojson"
    )
    assert office.is_public(public)
    assert public["resources"][0]["datastore_active"] is False
    with pytest.raises(tk.ObjectNotFound):
        office.call("datastore_search", user="", resource_id=public["resources"][0]["id"])


def test_the_whole_way_over_http_and_through_the_queue(office, app, drain):
    clerk, approver = ({"Authorization": user["token"]} for user in (office.clerk, office.approver))
    name = office.unique("api")
    body = {"name": name, "title": "避難所", "owner_org": office.org["id"]}
    app.post("/api/action/package_create", json=body, headers=clerk, status=200)
    app.post(
        "/api/action/resource_create",
        data={"package_id": name, "name": "避難所", "upload": (io.BytesIO(CSV.encode()), "避難所.csv")},
        headers=clerk,
        content_type="multipart/form-data",
        status=200,
    )
    app.post("/api/action/moka_publication_submit", json={"id": name}, headers=clerk, status=200)
    app.post("/api/action/moka_publication_approve", json={"id": name}, headers=clerk, status=403)
    app.post("/api/action/moka_publication_approve", json={"id": name}, headers=approver, status=200)
    assert app.get(f"/api/action/package_show?id={name}", status=403)
    assert drain()[0] >= 1
    model.Session.remove()
    shown = app.get(f"/api/action/package_show?id={name}", status=200).json["result"]
    found = app.get(f"/api/action/datastore_search?resource_id={shown['resources'][0]['id']}", status=200)
    assert found.json["result"]["total"] == 2
    assert app.get(shown["resources"][0]["url"], status=200).data == CSV.encode()


@pytest.fixture
def drain(app):
    def _drain():
        with app.flask_app.app_context():
            return jobs.run_once()

    return _drain


def test_nobody_approves_what_they_submitted_not_even_an_administrator(office, sysadmin):
    dataset = office.draft()
    office.add(dataset)
    office.call("moka_publication_submit", user=sysadmin["name"], id=dataset["id"])
    with pytest.raises(tk.NotAuthorized, match="申請した人は承認できません"):
        office.approve(dataset, sysadmin["name"])
    with pytest.raises(tk.NotAuthorized):
        office.approve(dataset, office.clerk["name"])
    assert office.approve(dataset)["state"] == "approved"


def test_the_database_refuses_an_approval_by_the_submitter(office):
    dataset = office.draft()
    office.add(dataset)
    office.submit(dataset)
    with pytest.raises(Exception, match="four_eyes"):
        model.Session.execute(
            text(
                "UPDATE moka_publication_state SET state = 'approved', approved_by = submitted_by WHERE dataset_id = :id"
            ),
            {"id": dataset["id"]},
        )


@pytest.mark.parametrize(
    ("content", "filename", "sentence"),
    [
        (None, None, "ファイルがありません"),
        (
            "氏名,住所,生年月日,電話番号\r\n田中太郎,真岡市台町1,1980-01-02,090-1234-5678\r\n鈴木花子,真岡市台町2,1985-03-04,080-1234-5678\r\n",
            "名簿.csv",
            "公開の前に直す点があります",
        ),
    ],
)
def test_what_is_not_fit_cannot_be_submitted(office, content, filename, sentence):
    dataset = office.draft()
    if content:
        office.add(dataset, content, filename)
    with pytest.raises(tk.ValidationError, match=sentence):
        office.submit(dataset)
    assert office.call("moka_publication_show", id=dataset["id"])["state"] == "draft"
    assert kinds(dataset) == []


def test_a_link_cannot_be_submitted(office):
    dataset = office.draft()
    office.call("resource_create", package_id=dataset["id"], name="外の表", url="https://example.com/a.csv")
    with pytest.raises(tk.ValidationError, match="リンクは公開できません"):
        office.submit(dataset)


def test_returned_with_a_reason_then_submitted_again(office):
    dataset = office.draft()
    office.add(dataset)
    office.submit(dataset)
    with pytest.raises(tk.ValidationError, match="理由"):
        office.call("moka_publication_return", user=office.approver["name"], id=dataset["id"], reason="　")
    with pytest.raises(tk.NotAuthorized):
        office.call("moka_publication_return", user=office.other["name"], id=dataset["id"], reason="だめ")
    returned = office.call(
        "moka_publication_return", user=office.approver["name"], id=dataset["id"], reason="住所が足りません"
    )
    assert (returned["state"], returned["reason"]) == ("returned", "住所が足りません")
    assert office.submit(dataset)["state"] == "submitted"
    assert kinds(dataset) == ["submitted", "returned", "submitted"]


def test_while_submitted_the_files_stay_and_the_words_may_change(office):
    dataset = office.draft()
    resource = office.add(dataset)
    office.submit(dataset)
    with pytest.raises(tk.ValidationError, match="ファイルは変えられません"):
        office.call(
            "resource_update",
            user=office.clerk["name"],
            **{**resource, "upload": upload("施設名\r\nべつ\r\n", "別.csv")},
        )
    with pytest.raises(tk.ValidationError, match="ファイルは変えられません"):
        office.add(dataset, filename="もう一つ.csv")
    office.call("package_patch", user=office.clerk["name"], id=dataset["id"], notes="説明を直しました")
    office.call("moka_publication_withdraw", user=office.clerk["name"], id=dataset["id"])
    office.call("resource_delete", user=office.clerk["name"], id=resource["id"])
    assert kinds(dataset) == ["submitted", "retracted"]


def test_contents_changed_behind_the_actions_are_not_approved(office):
    dataset = office.draft()
    resource = office.add(dataset)
    office.submit(dataset)
    model.Session.execute(
        text("UPDATE resource SET hash = 'sha256:0' WHERE id = :id"), {"id": resource["id"]}
    )
    model.Session.commit()
    with pytest.raises(tk.ValidationError, match="申請のあとに内容が変わっています"):
        office.approve(dataset)


def test_contents_changed_after_approval_are_returned_not_released(office):
    dataset = office.draft()
    resource = office.add(dataset)
    office.submit(dataset)
    office.approve(dataset)
    model.Session.execute(
        text("UPDATE resource SET hash = 'sha256:0' WHERE id = :id"), {"id": resource["id"]}
    )
    model.Session.commit()
    assert release.release(dataset["id"]) is False
    state = office.call("moka_publication_show", id=dataset["id"])
    assert (state["state"], "承認のあとに" in state["reason"]) == ("returned", True)
    assert not office.is_public(dataset)


def returned(office, dataset):
    """Approve, try to release, and return the reason with which the dataset came back to its clerk."""
    office.submit(dataset)
    office.approve(dataset)
    assert release.release(dataset["id"]) is False
    assert not office.is_public(dataset)
    state = office.call("moka_publication_show", id=dataset["id"])
    assert state["state"] == "returned"
    assert kinds(dataset)[-1] == "returned"
    return state["reason"]


def test_a_table_with_too_many_columns_comes_back_with_the_limit(office):
    dataset = office.draft()
    wide = [",".join(f"第{i}投票区の人数" for i in range(1700)), ",".join(str(i) for i in range(1700))]
    office.add(dataset, "\r\n".join([*wide, wide[1], ""]), "幅広.csv")
    reason = returned(office, dataset)
    assert "「幅広.csv」" in reason
    assert "1,700列" in reason
    assert "1,500列まで" in reason


def test_a_row_that_postgresql_cannot_hold_comes_back(office, monkeypatch):
    dataset = office.draft()
    resource = office.add(dataset)
    create = type(DatastoreBackend.get_active_backend()).create

    def too_narrow(backend, context, data, plugin_data):
        data["fields"] = [{**field, "type": "integer"} for field in data["fields"]]
        return create(backend, context, data, plugin_data)

    monkeypatch.setattr(type(DatastoreBackend.get_active_backend()), "create", too_narrow)
    assert "表の形がデータベースに合いません" in returned(office, dataset)
    monkeypatch.undo()
    office.submit(dataset)
    office.approve(dataset)
    office.release(dataset)
    assert office.call("datastore_search", user="", resource_id=resource["id"])["total"] == 2


def test_a_dataset_that_ckan_or_the_gate_refuses_comes_back(office, monkeypatch):
    dataset = office.draft()
    office.add(dataset)
    prepare = release.prepare

    def without_hash(resource):
        prepared = prepare(resource)
        prepared.resource["hash"] = ""
        return prepared

    monkeypatch.setattr(release, "prepare", without_hash)
    assert "データセットの内容に直すところがある" in returned(office, dataset)


def test_withdrawn_at_once_and_released_again_as_the_next_release(office, heard):
    public = office.published(workbook(), "避難所.xlsx")
    with pytest.raises(tk.ValidationError, match="理由"):
        office.call("moka_publication_withdraw", user=office.clerk["name"], id=public["id"], reason="")
    office.call("moka_publication_withdraw", user=office.clerk["name"], id=public["id"], reason="位置の誤り")
    assert not office.is_public(public)
    with pytest.raises(tk.NotAuthorized):
        office.call("datastore_search", user="", resource_id=public["resources"][0]["id"])
    assert (
        model.Session.execute(
            text("SELECT count(*) FROM moka_publication_clearance WHERE dataset_id = :id"),
            {"id": public["id"]},
        ).scalar()
        == 0
    )
    original = public["resources"][0]
    office.call(
        "resource_update", user=office.clerk["name"], **{**original, "upload": upload(CSV, "避難所.csv")}
    )
    office.submit(public)
    office.approve(public)
    again = office.release(public)
    assert [r["format"] for r in again["resources"]] == ["CSV"]
    found = office.call("datastore_search", user="", resource_id=original["id"])
    assert len([field for field in found["fields"] if field["id"] != "_id"]) == 5
    assert office.call("moka_publication_show", id=public["id"])["release_no"] == 2
    assert kinds(public) == [
        "submitted",
        "approved",
        "released",
        "withdrawn",
        "submitted",
        "approved",
        "released",
    ]
    assert DatasetWithdrawn(public["id"], "位置の誤り") in heard


def test_words_of_a_public_dataset_can_be_edited(office):
    public = office.published()
    office.call(
        "package_patch", user=office.clerk["name"], id=public["id"], title="指定避難所（改）", notes="説明"
    )
    office.call(
        "resource_patch", user=office.clerk["name"], id=public["resources"][0]["id"], description="四月の一覧"
    )
    assert office.is_public(public)
    assert office.call("package_show", user="", id=public["id"])["title"] == "指定避難所（改）"


HIDING = {
    "package_delete": {},
    "package_patch": {"state": "deleted"},
    "package_patch private": {"private": True},
    "bulk_update_delete": {},
    "bulk_update_private": {},
}


@pytest.mark.parametrize("way", HIDING)
def test_a_public_dataset_is_not_hidden_without_a_withdrawal(office, sysadmin, way):
    public = office.published()
    data = {"id": public["id"], "datasets": [public["id"]], "org_id": office.org["id"], **HIDING[way]}
    if way.startswith("package"):
        data = {"id": public["id"], **HIDING[way]}
    for user in (office.clerk["name"], office.approver["name"], sysadmin["name"], None):
        with pytest.raises((tk.ValidationError, tk.NotAuthorized)) as refusal:
            office.call(way.split()[0], user=user, **data)
        if isinstance(refusal.value, tk.ValidationError):
            assert "先に『公開を取りやめる』で理由を書いてください" in str(refusal.value)
        model.Session.commit()
        assert office.is_public(public)
    assert isinstance(refusal.value, tk.ValidationError)


def test_deleting_after_a_withdrawal_and_undeleting_leaves_it_private(office, app):
    public = office.published()
    headers = {"Authorization": office.clerk["token"]}
    answer = app.post("/api/action/package_delete", json={"id": public["name"]}, headers=headers, status=409)
    assert "先に『公開を取りやめる』で" in answer.json["error"]["publication"][0]
    office.call("moka_publication_withdraw", user=office.clerk["name"], id=public["id"], reason="終了")
    office.call("package_delete", user=office.clerk["name"], id=public["id"])
    office.call("package_patch", id=public["id"], state="active")
    assert not office.is_public(public)


def test_a_system_administrator_may_purge_a_public_dataset(office, sysadmin):
    public = office.published()
    office.call("dataset_purge", user=sysadmin["name"], id=public["id"])
    assert model.Package.get(public["id"]) is None


def test_a_release_that_breaks_off_leaves_nothing_and_can_be_repeated(office, monkeypatch):
    dataset = office.draft()
    resource = office.add(dataset, workbook(), "避難所.xlsx")
    office.submit(dataset)
    office.approve(dataset)

    class Killed(BaseException):
        pass

    def die(*_arguments, **_more):
        raise Killed

    for module, name in (
        (tablestore, "_copy"),
        (release, "_derive"),
        (release, "switch"),
        (release.gate, "_clear"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, die)
            with pytest.raises(Killed):
                release.release(dataset["id"])
        model.Session.remove()
        assert not office.is_public(dataset)
        assert office.call("moka_publication_show", id=dataset["id"])["state"] == "approved"
        assert kinds(dataset) == ["submitted", "approved"]
    public = office.release(dataset)
    assert len(public["resources"]) == 2
    assert office.call("datastore_search", user="", resource_id=resource["id"])["total"] == 2
    assert release.release(dataset["id"]) is False
    assert kinds(dataset) == ["submitted", "approved", "released"]


def test_a_lost_release_is_rolled_forward(office, drain):
    dataset = office.draft()
    office.add(dataset)
    office.submit(dataset)
    office.approve(dataset)
    model.Session.execute(
        text("DELETE FROM moka_jobs.procrastinate_jobs WHERE args ->> 'dataset_id' = :id"),
        {"id": dataset["id"]},
    )
    model.Session.commit()
    assert tasks.roll_forward() >= 1
    drain()
    assert office.is_public(dataset)


def test_an_approval_that_is_rolled_back_leaves_neither_state_nor_job_nor_journal(office):
    dataset = office.draft()
    office.add(dataset)
    office.submit(dataset)
    context = {"user": office.approver["name"], "defer_commit": True}
    tk.get_action("moka_publication_approve")(context, {"id": dataset["id"]})
    model.Session.rollback()
    assert office.call("moka_publication_show", id=dataset["id"])["state"] == "submitted"
    assert kinds(dataset) == ["submitted"]
    waiting = text("SELECT count(*) FROM moka_jobs.procrastinate_jobs WHERE args ->> 'dataset_id' = :id")
    assert model.Session.execute(waiting, {"id": dataset["id"]}).scalar() == 0


def test_a_forged_generated_file_is_not_released(office):
    dataset = office.draft()
    original = office.add(dataset)
    forged = office.add(dataset, CSV.replace("350", "1"), "名簿.csv", generated_from=original["id"])
    model.Session.execute(
        text("UPDATE resource SET id = :new WHERE id = :id"),
        {"new": contents.generated_id(original["id"]), "id": forged["id"]},
    )
    model.Session.commit()
    office.submit(dataset)
    office.approve(dataset)
    public = office.release(dataset)
    assert [r["id"] for r in public["resources"]] == [original["id"]]


def test_lists_show_what_waits_in_the_own_organizations(office, call, make_user, sysadmin):
    dataset = office.draft()
    office.add(dataset)
    office.submit(dataset, note="お願いします")
    mine = call("moka_publication_list", user=office.approver["name"], state="submitted")
    assert [(item["id"], item["may_approve"]) for item in mine["results"]] == [(dataset["id"], True)]
    assert (
        call("moka_publication_list", user=office.clerk["name"], state="submitted")["results"][0][
            "may_approve"
        ]
        is False
    )
    stranger = make_user()
    assert call("moka_publication_list", user=stranger["name"], state="submitted")["count"] == 0
    assert call("moka_publication_list", user=sysadmin["name"], state="submitted")["count"] >= 1
    with pytest.raises(tk.NotAuthorized):
        call("moka_publication_list", user="", state="submitted")
    with pytest.raises(tk.NotAuthorized):
        call("moka_publication_show", user=stranger["name"], id=dataset["id"])
