"""Ways round the gate: each is tried for real, each is refused, and nothing of it is left behind."""

from __future__ import annotations

import json
import uuid

import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from ckanext.datastore.backend import DatastoreBackend
from ckanext.datastore.backend.postgres import get_write_engine
from publication_help import CSV, Office, upload, workbook
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from ckanext.moka.publication import contents, release, tablestore

REFUSED = "承認|申請"


@pytest.fixture
def office(call, org, make_user, unique):
    return Office(call, org, make_user, unique)


@pytest.fixture
def draft(office):
    """An unapproved dataset with one file."""
    dataset = office.draft()
    dataset["resource"] = office.add(dataset)
    return dataset


@pytest.fixture
def public(office):
    """A released dataset with one file."""
    dataset = office.published()
    dataset["resource"] = dataset["resources"][0]
    return dataset


def snapshot(dataset):
    """Return what the database holds of the dataset, apart from times."""
    model.Session.remove()
    rows = model.Session.execute(
        text(
            "SELECT p.private, p.state, r.id, r.url, r.url_type, r.hash, r.state FROM package p"
            " LEFT JOIN resource r ON r.package_id = p.id WHERE p.id = :id ORDER BY r.id"
        ),
        {"id": dataset["id"]},
    ).all()
    model.Session.remove()
    return rows


WAYS_TO_TURN_PUBLIC = {
    "package_patch": lambda o, d, u: o.call("package_patch", user=u, id=d["id"], private=False),
    "package_update": lambda o, d, u: o.call(
        "package_update", user=u, **{**o.call("package_show", id=d["id"]), "private": False}
    ),
    "package_revise": lambda o, d, u: o.call(
        "package_revise", user=u, match={"id": d["id"]}, update={"private": False}
    ),
    "bulk_update_public": lambda o, d, u: o.call(
        "bulk_update_public", user=u, datasets=[d["id"]], org_id=o.org["id"]
    ),
    "package_create": lambda o, d, u: o.call(
        "package_create", user=u, name=o.unique("ds"), title="名簿", owner_org=o.org["id"], private=False
    ),
    "package_create without auth": lambda o, d, u: o.call(
        "package_create", name=o.unique("ds"), title="名簿", owner_org=o.org["id"], private=False
    ),
}


@pytest.mark.parametrize("way", WAYS_TO_TURN_PUBLIC)
def test_no_action_makes_public_what_was_not_approved(office, draft, sysadmin, way):
    before, packages = snapshot(draft), model.Session.query(model.Package).count()
    for user in (office.clerk, office.approver, sysadmin):
        with pytest.raises((tk.ValidationError, tk.NotAuthorized)) as refusal:
            WAYS_TO_TURN_PUBLIC[way](office, draft, user["name"])
        if isinstance(refusal.value, tk.ValidationError):
            assert "承認を受けていません" in str(refusal.value)
        model.Session.commit()
        assert snapshot(draft) == before
        assert model.Session.query(model.Package).count() == packages
    assert isinstance(refusal.value, tk.ValidationError), "a system administrator is told by the gate"
    assert not office.is_public(draft)


def test_the_api_says_409_in_a_japanese_sentence(office, draft, app):
    headers = {"Authorization": office.clerk["token"]}
    answer = app.post(
        "/api/action/package_patch", json={"id": draft["id"], "private": False}, headers=headers, status=409
    )
    assert "「公開を申請する」から申請してください" in answer.json["error"]["publication"][0]


def test_deleting_publishing_and_undeleting_does_not_help(office, draft):
    office.call("package_delete", id=draft["id"])
    office.call("package_patch", id=draft["id"], private=False, state="deleted")
    with pytest.raises(tk.ValidationError, match=REFUSED):
        office.call("package_patch", id=draft["id"], state="active")
    assert not office.is_public(draft)


def test_finishing_a_draft_as_public_does_not_help(office):
    dataset = office.draft(state="draft", private=True)
    with pytest.raises(tk.ValidationError, match=REFUSED):
        office.call(
            "package_patch", user=office.clerk["name"], id=dataset["id"], state="active", private=False
        )


ROW_WAYS = {
    "ORM attribute": lambda d: setattr(model.Package.get(d["id"]), "private", False),
    "Query.update": lambda d: (
        model.Session.query(model.Package).filter_by(id=d["id"]).update({"private": False})
    ),
    "SQL": lambda d: model.Session.execute(
        text("UPDATE package SET private = false WHERE id = :id"), {"id": d["id"]}
    ),
    "SQL with a forged state": lambda d: model.Session.execute(
        text(
            "WITH forged AS (INSERT INTO moka_publication_state (dataset_id, state, submitted_by, approved_by,"
            " updated_at) VALUES (:id, 'released', 'a', 'b', now()))"
            " UPDATE package SET private = false WHERE id = :id"
        ),
        {"id": d["id"]},
    ),
}


@pytest.mark.parametrize("way", ROW_WAYS)
def test_no_row_turns_public_without_clearance(office, draft, way):
    before = snapshot(draft)
    ROW_WAYS[way](draft)
    with pytest.raises(IntegrityError, match="moka_publication_gate"):
        model.Session.commit()
    model.Session.rollback()
    assert snapshot(draft) == before
    assert not office.is_public(draft)


def other_upload(office, public, user):
    other = upload("施設名,住所,緯度,経度,収容人数\r\nすり替え,x,1,2,3\r\n", "すり替え.csv")
    return office.call("resource_update", user=user, **{**public["resource"], "upload": other})


WAYS_TO_CHANGE_A_PUBLIC_FILE = {
    "another file": other_upload,
    "the same name, other bytes": lambda o, p, u: o.call(
        "resource_patch",
        user=u,
        id=p["resource"]["id"],
        upload=upload(CSV + "追加,x,1,2,3\r\n", "避難所.csv"),
    ),
    "a link instead": lambda o, p, u: o.call(
        "resource_update",
        user=u,
        id=p["resource"]["id"],
        name="x",
        url="https://example.com/x.csv",
        url_type="",
    ),
    "another name": lambda o, p, u: o.call(
        "resource_patch", user=u, id=p["resource"]["id"], url="別の名前.csv"
    ),
    "one more file": lambda o, p, u: o.call(
        "resource_create",
        user=u,
        package_id=p["id"],
        name="追加",
        url="b.csv",
        upload=upload(CSV + "追,x,1,2,3\r\n", "b.csv"),
    ),
    "one more link": lambda o, p, u: o.call(
        "resource_create", user=u, package_id=p["id"], name="追加", url="https://example.com/x.csv"
    ),
    "a forged hash": lambda o, p, u: o.call(
        "resource_create",
        user=u,
        package_id=p["id"],
        name="追加",
        url="避難所.csv",
        url_type="upload",
        hash=p["resource"]["hash"],
    ),
    "datastore_create with a resource": lambda o, p, u: o.call(
        "datastore_create",
        user=u,
        resource={"package_id": p["id"], "name": "x"},
        fields=[{"id": "a"}],
        records=[{"a": "090"}],
    ),
    "package_revise": lambda o, p, u: o.call(
        "package_revise",
        user=u,
        match={"id": p["id"]},
        update__resources__extend=[{"name": "x", "url": "https://example.com/x"}],
    ),
}


@pytest.mark.parametrize("way", WAYS_TO_CHANGE_A_PUBLIC_FILE)
def test_no_action_changes_the_files_of_a_public_dataset(office, public, sysadmin, app, way):
    before = snapshot(public)
    for user in (office.clerk, sysadmin):
        with pytest.raises(tk.ValidationError):
            WAYS_TO_CHANGE_A_PUBLIC_FILE[way](office, public, user["name"])
        model.Session.commit()
        assert snapshot(public) == before
    assert app.get(public["resource"]["url"], status=200).data == CSV.encode()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE resource SET hash = 'sha256:' || repeat('0', 64) WHERE id = :rid",
        "UPDATE resource SET url = 'https://example.com/x', url_type = NULL WHERE id = :rid",
        "INSERT INTO resource (id, package_id, url, state, position, created) "
        "VALUES (gen_random_uuid()::text, :id, 'https://example.com', 'active', 9, now())",
        "DELETE FROM moka_publication_clearance WHERE dataset_id = :id",
        "UPDATE moka_publication_clearance SET hash = 'sha256:x' WHERE dataset_id = :id",
        "UPDATE moka_publication_state SET state = 'returned' WHERE dataset_id = :id",
        "DELETE FROM moka_publication_state WHERE dataset_id = :id",
    ],
)
def test_no_row_of_a_public_dataset_departs_from_its_clearance(public, statement):
    before = snapshot(public)
    values = {"id": public["id"], "rid": public["resource"]["id"]}
    model.Session.execute(text(statement), {name: values[name] for name in values if f":{name}" in statement})
    with pytest.raises(IntegrityError, match="moka_publication_gate"):
        model.Session.commit()
    model.Session.rollback()
    assert snapshot(public) == before


def test_a_resource_moved_from_a_draft_into_a_public_dataset_is_refused(public, draft):
    model.Session.query(model.Resource).filter_by(id=draft["resource"]["id"]).update(
        {"package_id": public["id"]}
    )
    with pytest.raises(IntegrityError, match="moka_publication_gate"):
        model.Session.commit()
    model.Session.rollback()


WAYS_TO_WRITE_A_PUBLIC_TABLE = {
    "datastore_upsert": {"records": [{"a": "x"}], "method": "insert"},
    "datastore_create": {"fields": [{"id": "b", "type": "text"}], "records": [{"b": "090-1234-5678"}]},
    "datastore_delete": {},
    "datastore_records_delete": {"filters": {}},
    "datastore_run_triggers": {},
}


@pytest.mark.parametrize("action", WAYS_TO_WRITE_A_PUBLIC_TABLE)
def test_nobody_writes_the_datastore_table_of_a_public_resource(office, public, sysadmin, action):
    resource_id = public["resource"]["id"]
    before = office.call("datastore_search", user="", resource_id=resource_id)["records"]
    for user in (office.clerk["name"], sysadmin["name"], None):
        data = {"resource_id": resource_id, "force": True, **WAYS_TO_WRITE_A_PUBLIC_TABLE[action]}
        with pytest.raises(
            (tk.ValidationError, tk.NotAuthorized), match="公開中のデータは直接書き換えられません"
        ):
            office.call(action, user=user, **data)
    assert office.call("datastore_search", user="", resource_id=resource_id)["records"] == before


def test_a_private_table_may_be_written_but_does_not_survive_the_release(office):
    dataset = office.draft()
    point = {"type": "Point", "coordinates": [140.01, 36.44]}
    feature = {"type": "Feature", "geometry": point, "properties": {"名称": "市役所"}}
    geojson = json.dumps({"type": "FeatureCollection", "features": [feature]})
    resource = office.add(dataset, geojson, "施設.geojson")
    office.call(
        "datastore_create",
        user=office.clerk["name"],
        resource_id=resource["id"],
        force=True,
        fields=[{"id": "phone", "type": "text"}],
        records=[{"phone": "090-1234-5678"}],
    )
    office.submit(dataset)
    office.approve(dataset)
    public = office.release(dataset)
    with pytest.raises(tk.ObjectNotFound):
        office.call("datastore_search", user="", resource_id=public["resources"][0]["id"])


PHONES = {"fields": [{"id": "phone", "type": "text"}], "records": [{"phone": "090-1234-5678"}]}


def smuggle(resource_id):
    """Write a resident's telephone number into the DataStore table of this id, past the actions' refusals."""
    data = {"resource_id": resource_id, "include_records": False, **PHONES}
    DatastoreBackend.get_active_backend().create({}, data, {})


def test_nobody_makes_a_resource_with_the_id_of_a_derived_file(office, sysadmin):
    dataset = office.draft()
    original = office.add(dataset, workbook(), "避難所.xlsx")
    elsewhere, derived = office.draft(), contents.generated_id(original["id"])
    before = [snapshot(dataset), snapshot(elsewhere)]
    for user in (office.clerk["name"], sysadmin["name"], None):
        for target in (dataset, elsewhere):
            new = {"id": derived, "name": "x", "url": "https://example.com/x.csv"}
            with pytest.raises(tk.ValidationError, match="自動で作る CSV のための番号"):
                office.call("resource_create", user=user, package_id=target["id"], **new)
            with pytest.raises(tk.ValidationError, match="自動で作る CSV のための番号"):
                office.call("package_patch", user=user, id=target["name"], resources=[new])
        parent = str(uuid.uuid4())
        pair = [{"id": i, "url": "https://example.com"} for i in (parent, contents.generated_id(parent))]
        with pytest.raises(tk.ValidationError, match="自動で作る CSV のための番号"):
            office.call(
                "package_create", user=user, name=office.unique(), owner_org=office.org["id"], resources=pair
            )
    assert [snapshot(dataset), snapshot(elsewhere)] == before


def test_a_table_smuggled_under_a_derived_id_does_not_become_public(office):
    dataset = office.draft()
    original = office.add(dataset, workbook(), "避難所.xlsx")
    derived = contents.generated_id(original["id"])
    smuggle(derived)
    office.submit(dataset)
    office.approve(dataset)
    public = office.release(dataset)
    assert [r["id"] for r in public["resources"]] == [original["id"], derived]
    with pytest.raises(tk.ObjectNotFound):
        office.call("datastore_search", user="", resource_id=derived)


def test_nobody_writes_the_table_of_a_derived_file_not_even_after_a_withdrawal(office, sysadmin):
    public = office.published(workbook(), "避難所.xlsx")
    derived = public["resources"][1]["id"]
    office.call("moka_publication_withdraw", user=office.clerk["name"], id=public["id"], reason="誤り")
    for user in (office.clerk["name"], sysadmin["name"], None):
        for key in ("resource_id", "id"):
            with pytest.raises(tk.ValidationError, match="書き込めません"):
                office.call("datastore_create", user=user, force=True, **{key: derived}, **PHONES)
    smuggle(derived)
    office.call("package_patch", user=office.clerk["name"], id=public["id"], notes="直しました")
    office.submit(public)
    office.approve(public)
    office.release(public)
    with pytest.raises(tk.ObjectNotFound):
        office.call("datastore_search", user="", resource_id=derived)


@pytest.mark.parametrize("action", WAYS_TO_WRITE_A_PUBLIC_TABLE)
def test_the_other_name_of_resource_id_is_no_way_round(office, public, draft, action):
    data = {"id": public["resource"]["id"], "force": True, **WAYS_TO_WRITE_A_PUBLIC_TABLE[action]}
    for more in ({}, {"resource_id": draft["resource"]["id"]}):
        with pytest.raises(tk.ValidationError, match="公開中のデータは直接書き換えられません"):
            office.call(action, user=office.clerk["name"], **data, **more)


@pytest.mark.parametrize("action", WAYS_TO_WRITE_A_PUBLIC_TABLE)
def test_nobody_writes_a_table_under_review(office, draft, sysadmin, action):
    resource_id = draft["resource"]["id"]
    smuggle(resource_id)
    data = {"resource_id": resource_id, "force": True, **WAYS_TO_WRITE_A_PUBLIC_TABLE[action]}
    for step in (office.submit, office.approve):
        step(draft)
        for user in (office.clerk["name"], sysadmin["name"], None):
            with pytest.raises(tk.ValidationError, match="表のデータは書き換えられません"):
                office.call(action, user=user, **data)
    assert tablestore.count(resource_id) == 1
    assert office.release(draft)["private"] is False
    assert office.call("datastore_search", user="", resource_id=resource_id)["total"] == 2


@pytest.mark.parametrize("which", ["one more row", "a table under the derived id"])
def test_a_table_written_between_filling_and_the_switch_is_not_released(office, draft, monkeypatch, which):
    resource_id = draft["resource"]["id"]
    office.submit(draft)
    office.approve(draft)
    prepare = release.prepare

    def prepare_then_write(resource):
        prepared = prepare(resource)
        if which == "one more row":
            with get_write_engine().begin() as connection:
                connection.execute(text(f'INSERT INTO "{resource_id}" DEFAULT VALUES'))
        else:
            smuggle(contents.generated_id(resource_id))
        return prepared

    monkeypatch.setattr(release, "prepare", prepare_then_write)
    assert release.release(draft["id"]) is False
    shown = office.call("moka_publication_show", id=draft["id"])
    assert (shown["state"], "書き換えられたため" in shown["reason"]) == ("returned", True)
    assert not office.is_public(draft)
    monkeypatch.undo()
    office.submit(draft)
    office.approve(draft)
    office.release(draft)
    assert office.call("datastore_search", user="", resource_id=resource_id)["total"] == 2


def test_files_of_ckans_own_storages_do_not_reach_a_dataset(office, public, sysadmin):
    for owner, kind in ((public["id"], "package"), (public["resource"]["id"], "resource")):
        with pytest.raises(tk.ValidationError, match="公開の確認ができません"):
            office.call(
                "file_ownership_transfer",
                user=sysadmin["name"],
                id="x",
                owner_id=owner,
                owner_type=kind,
                force=True,
            )
    assert set(tk.config["ckan.files.owner.cascade_access"]) == {"group", "organization"}


@pytest.mark.parametrize("setting", ["on", "off"])
def test_the_gate_stands_aside_only_when_the_setting_says_so(draft, setting):
    model.Session.execute(
        text("UPDATE moka_publication_setting SET value = :value WHERE name = 'enforce'"), {"value": setting}
    )
    model.Session.execute(text("UPDATE package SET private = false WHERE id = :id"), {"id": draft["id"]})
    if setting == "on":
        with pytest.raises(IntegrityError, match="moka_publication_gate"):
            model.Session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    else:
        model.Session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    model.Session.rollback()
