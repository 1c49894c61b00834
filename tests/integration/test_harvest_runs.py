"""Runs of a folder source on the real portal: what enters, what stays, what is reported; nothing is deleted."""

from __future__ import annotations

import hashlib
import json

import pytest
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.moka.harvest import api as harvest
from ckanext.moka.jobs import api as jobs

GOOD = "名称,住所,緯度,経度\n真岡市役所,真岡市荒町5191番地,36.4404,140.0134\n"


def write(root, name, text=GOOD):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def share(tmp_path):
    """A shared folder with four data sets."""
    root = tmp_path / "共有"
    write(root, "避難所一覧.csv")
    write(root, "公衆トイレ.csv", GOOD.replace("市役所", "駅前トイレ"))
    write(root, "AED/AED設置箇所.csv", GOOD.replace("市役所", "市民会館"))
    package = {
        "name": "water",
        "title": "給水拠点",
        "description": "災害のときの給水",
        "keywords": ["防災", "水"],
        "licenses": [{"name": "CC-BY-4.0"}],
        "moka": {"theme": "14", "update_frequency": "annual"},
        "resources": [{"path": "kyusui.csv", "title": "一覧"}],
    }
    write(root, "給水/kyusui.csv", GOOD.replace("市役所", "浄水場"))
    write(root, "給水/datapackage.json", json.dumps(package, ensure_ascii=False))
    return root


@pytest.fixture
def source(share, org, unique):
    row = harvest.HarvestSource(
        name=unique("src"), title="危機管理課の共有", kind="folder", url=str(share), organization_id=org["id"]
    )
    model.Session.add(row)
    model.Session.commit()
    return row.name


def the_source(name):
    return model.Session.query(harvest.HarvestSource).filter_by(name=name).one()


def run(name, confirmed=False):
    return harvest.run(harvest.begin(the_source(name), "test", confirmed=confirmed).id)


def objects(name):
    rows = model.Session.query(harvest.HarvestObject).filter_by(source_id=the_source(name).id)
    return {row.guid: row for row in rows}


def dataset_of(call, name, guid):
    return call("package_show", id=objects(name)[guid].dataset_id)


def state_of(call, dataset_id):
    return call("moka_publication_show", id=dataset_id)["state"]


def test_first_run_adds_drafts_and_hands_them_in(call, org, source, share):
    report = run(source)
    assert (report.status, report.counts) == ("done", {"added": 4}), report.log
    shown = dataset_of(call, source, "給水")
    assert shown["private"] is True
    assert shown["owner_org"] == org["id"]
    assert (shown["title"], shown["notes"], shown["theme"]) == ("給水拠点", "災害のときの給水", "14")
    assert sorted(tag["name"] for tag in shown["tags"]) == ["水", "防災"]
    assert shown["license_id"] == "CC-BY-4.0"
    digest = hashlib.sha256((share / "給水/kyusui.csv").read_bytes()).hexdigest()
    assert [(r["name"], r["hash"]) for r in shown["resources"]] == [("一覧", f"sha256:{digest}")]
    resource = dataset_of(call, source, "避難所一覧")["resources"][0]
    assert resource["url"].endswith("/%E9%81%BF%E9%9B%A3%E6%89%80%E4%B8%80%E8%A6%A7.csv") or resource[
        "url"
    ].endswith("/避難所一覧.csv")
    at = call("moka_publication_show", id=shown["id"])
    assert (at["state"], at["submitted_by"]) == ("submitted", "harvester")


def test_second_run_changes_nothing(call, source):
    run(source)
    before = {guid: dataset_of(call, source, guid)["metadata_modified"] for guid in objects(source)}
    report = run(source)
    assert report.counts == {"unchanged": 4}
    assert before == {guid: dataset_of(call, source, guid)["metadata_modified"] for guid in objects(source)}


def test_a_changed_file_replaces_the_bytes_and_is_handed_in_again(call, source, share):
    run(source)
    first = dataset_of(call, source, "避難所一覧")
    write(share, "避難所一覧.csv", GOOD + "真岡小学校,真岡市台町1,36.43,140.01\n")
    report = run(source)
    assert report.counts == {"changed": 1, "unchanged": 3}
    now = dataset_of(call, source, "避難所一覧")
    assert [r["id"] for r in now["resources"]] == [r["id"] for r in first["resources"]]
    assert now["resources"][0]["hash"] != first["resources"][0]["hash"]
    assert state_of(call, now["id"]) == "submitted"


def test_peoples_edits_stay_unless_the_source_changes_that_field(call, source, share):
    run(source)
    dataset_id = objects(source)["給水"].dataset_id
    call("package_patch", id=dataset_id, title="人が直した名前", theme="09")
    text = (share / "給水/datapackage.json").read_text(encoding="utf-8")
    (share / "給水/datapackage.json").write_text(
        text.replace("災害のときの給水", "新しい説明"), encoding="utf-8"
    )
    assert run(source).counts == {"changed": 1, "unchanged": 3}
    now = call("package_show", id=dataset_id)
    assert (now["title"], now["theme"], now["notes"]) == ("人が直した名前", "09", "新しい説明")


def test_a_new_file_is_added_and_a_vanished_one_is_kept_and_reported(call, source, share):
    run(source)
    (share / "AED/AED設置箇所.csv").unlink()
    write(share, "AED/貸出場所.csv", GOOD.replace("市役所", "図書館"))
    report = run(source)
    assert report.counts == {"changed": 1, "unchanged": 3}
    assert [entry["code"] for entry in report.log] == ["file-gone"]
    names = [r["name"] for r in dataset_of(call, source, "AED")["resources"]]
    assert names == ["AED設置箇所", "貸出場所"]


def test_a_renamed_file_keeps_its_resource(call, source, share):
    run(source)
    first = dataset_of(call, source, "AED")["resources"][0]
    (share / "AED/AED設置箇所.csv").rename(share / "AED/貸出場所.csv")
    report = run(source)
    assert (report.counts, report.log) == ({"changed": 1, "unchanged": 3}, [])
    (now,) = dataset_of(call, source, "AED")["resources"]
    assert (now["id"], now["hash"], now["name"]) == (first["id"], first["hash"], "貸出場所")
    assert now["url"] != first["url"]


def test_a_vanished_dataset_is_marked_and_comes_back(call, source, share):
    run(source)
    path = share / "公衆トイレ.csv"
    text = path.read_text(encoding="utf-8")
    path.unlink()
    report = run(source)
    assert report.counts == {"unchanged": 3, "gone": 1}
    row = objects(source)["公衆トイレ"]
    assert (row.state, row.gone_since is not None) == ("gone", True)
    assert call("package_show", id=row.dataset_id)["state"] == "active"
    assert run(source).counts == {"unchanged": 3}
    path.write_text(text, encoding="utf-8")
    report = run(source)
    assert report.status == "done"
    row = objects(source)["公衆トイレ"]
    assert (row.state, row.gone_since) == ("current", None)


def test_a_source_that_shrinks_is_held_until_confirmed(source, share):
    run(source)
    for name in ("避難所一覧.csv", "公衆トイレ.csv", "AED/AED設置箇所.csv"):
        (share / name).unlink()
    write(share, "新しい.csv")
    report = run(source)
    assert report.status == "held" and report.counts == {"gone": 3}
    assert "新しい" not in objects(source)
    assert {row.state for row in objects(source).values()} == {"current"}
    report = run(source, confirmed=True)
    assert report.counts == {"added": 1, "unchanged": 1, "gone": 3}


def test_an_unmounted_share_fails_and_touches_nothing(source, share):
    run(source)
    share.rename(share.with_name("外れた"))
    report = run(source)
    assert report.status == "failed" and "アクセス権" in report.message
    assert {row.state for row in objects(source).values()} == {"current"}


def test_one_bad_file_stops_nothing(call, source, share):
    write(share, "000空.csv", "")
    write(share, "長い名前/" + "x.csv")
    write(
        share, "長い名前/メタデータ.csv", "タイトル," + "長" * 30 + "\nタグ," + "、".join(["あ" * 200]) + "\n"
    )
    report = run(source)
    assert report.status == "partial"
    assert report.counts["added"] == 4 and report.counts["failed"] == 2
    assert {entry["guid"] for entry in report.log if entry["level"] == "error"} == {"000空", "長い名前"}
    write(share, "000空.csv")
    (share / "長い名前/メタデータ.csv").unlink()
    report = run(source)
    assert (report.status, report.counts) == ("done", {"added": 2, "unchanged": 4}), report.log


def test_personal_data_stays_a_draft_with_the_reason(call, source, share):
    write(
        share,
        "名簿.csv",
        "氏名,住所,電話番号,生年月日\n山田太郎,真岡市荒町1-2-3,090-1234-5678,昭和50年1月2日\n"
        "鈴木花子,真岡市台町4-5-6,080-8765-4321,昭和60年3月4日\n",
    )
    report = run(source)
    assert report.counts == {"added": 5, "draft": 1}
    dataset_id = objects(source)["名簿"].dataset_id
    assert state_of(call, dataset_id) == "draft"
    assert any(e["guid"] == "名簿" and "品質レポート" in e["message"] for e in report.log), report.log


def test_dry_run_writes_nothing(source, share, call):
    def counts():
        tables = (harvest.HarvestRun, harvest.HarvestObject, model.Package, model.Resource, model.User)
        return [model.Session.query(table).count() for table in tables]

    before = counts()
    report = harvest.dry_run(the_source(source))
    assert report.counts == {"added": 4}
    assert sorted(e["guid"] for e in report.log) == ["AED", "公衆トイレ", "給水", "避難所一覧"]
    model.Session.rollback()
    assert counts() == before
    run(source)
    for name in ("避難所一覧.csv", "公衆トイレ.csv", "AED/AED設置箇所.csv"):
        (share / name).unlink()
    before = counts()
    assert harvest.dry_run(the_source(source)).status == "held"
    model.Session.rollback()
    assert counts() == before


def release(call, org, make_user, dataset_id):
    chief = make_user()
    call("organization_member_create", id=org["id"], username=chief["name"], role="admin")
    call("moka_publication_approve", user=chief["name"], id=dataset_id)
    jobs.run_once()
    assert state_of(call, dataset_id) == "released"
    return chief


def test_a_released_dataset_waits_for_a_revision(call, org, make_user, source, share):
    run(source)
    dataset_id = objects(source)["避難所一覧"].dataset_id
    chief = release(call, org, make_user, dataset_id)
    before = call("package_show", id=dataset_id)
    write(share, "避難所一覧.csv", GOOD + "真岡小学校,真岡市台町1,36.43,140.01\n")
    for _ in range(2):
        report = run(source)
        assert report.counts == {"unchanged": 3, "revision": 1}
        assert any("改訂待ち" in entry["message"] for entry in report.log)
    after = call("package_show", id=dataset_id)
    assert (after["private"], after["metadata_modified"]) == (False, before["metadata_modified"])
    call("moka_publication_withdraw", user=chief["name"], id=dataset_id, reason="内容の更新")
    report = run(source)
    assert report.counts == {"changed": 1, "unchanged": 3, "draft": 1}
    assert "申請してください" in report.log[0]["message"]
    digest = hashlib.sha256((share / "避難所一覧.csv").read_bytes()).hexdigest()
    assert f"sha256:{digest}" in [r["hash"] for r in call("package_show", id=dataset_id)["resources"]]
    assert state_of(call, dataset_id) == "withdrawn"
    assert run(source).counts == {"unchanged": 4}


def test_what_a_person_deleted_is_not_made_again(call, source, share):
    run(source)
    dataset_id = objects(source)["避難所一覧"].dataset_id
    call("package_delete", id=dataset_id)
    write(share, "避難所一覧.csv", GOOD + "x,y,36.4,140.0\n")
    assert run(source).counts == {"unchanged": 3, "removed": 1}
    assert run(source).counts == {"unchanged": 3, "removed": 1}


def test_a_run_that_broke_off_is_continued_without_a_second_dataset(call, source, monkeypatch):
    from ckanext.moka.harvest.intake import Intake

    class Killed(BaseException):
        """Stands for the end of the process: nothing catches it."""

    def crash(*arguments):
        raise Killed

    monkeypatch.setattr(Intake, "_finish", crash)
    started = harvest.begin(the_source(source), "test")
    with pytest.raises(Killed):
        harvest.run(started.id)
    model.Session.rollback()
    monkeypatch.undo()
    with pytest.raises(tk.ValidationError, match="実行中"):
        harvest.begin(the_source(source), "test")
    model.Session.query(harvest.HarvestRun).filter_by(id=started.id).update(
        {"heartbeat": "2000-01-01T00:00:00Z"}
    )
    model.Session.commit()
    names = {row.dataset_name for row in objects(source).values()}
    assert len(names) == 1
    assert run(source).counts == {"added": 4}
    assert names <= {row.dataset_name for row in objects(source).values()}
    found = [model.Session.query(model.Package).filter_by(name=name).count() for name in names]
    assert found == [1]
    assert len(dataset_of(call, source, "AED")["resources"]) == 1
    broken = model.Session.get(harvest.HarvestRun, started.id)
    assert broken.status == "failed" and "続き" in broken.message


def test_a_file_that_changes_between_comparison_and_upload_is_refused(call, source, share, monkeypatch):
    from moka_harvesters.folder import FolderSource

    real = FolderSource.gather

    def gather_then_touch(self):
        yield from list(real(self))
        write(share, "避難所一覧.csv", GOOD + "途中")

    monkeypatch.setattr(FolderSource, "gather", gather_then_touch)
    report = run(source)
    assert report.status == "partial"
    assert report.counts == {"added": 3, "incomplete": 1}
    monkeypatch.undo()
    assert run(source).counts == {"changed": 1, "unchanged": 3}


def test_the_run_is_kept_with_its_log_and_counts(call, source, share):
    write(share, "空.csv", "")
    report = run(source)
    row = model.Session.get(harvest.HarvestRun, report.run_id)
    assert (row.status, row.counts) == (report.status, report.counts)
    assert row.log == report.log and row.finished is not None
    assert harvest.run(report.run_id).status == "partial"
