"""Sources and runs through actions, the staff page and the command line; who may see and do what."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from ckan.plugins import toolkit as tk

from ckanext.moka.harvest import api as harvest
from ckanext.moka.jobs import api as jobs

CSV = "名称,緯度,経度\n真岡市役所,36.4404,140.0134\n"


@pytest.fixture
def share(tmp_path):
    for name in ("避難所一覧.csv", "AED.csv", "トイレ.csv"):
        (tmp_path / name).write_text(CSV.replace("市役所", name), encoding="utf-8")
    return tmp_path


@pytest.fixture
def allowed(monkeypatch, share):
    monkeypatch.setitem(tk.config, "ckanext.moka.harvest.allowed_folders", [str(share.parent)])


@pytest.fixture
def clerk(call, org, make_user):
    user = make_user()
    call("organization_member_create", id=org["id"], username=user["name"], role="editor")
    return user


@pytest.fixture
def source(call, share, allowed, org, unique, sysadmin):
    return call(
        "moka_harvest_source_create",
        user=sysadmin["name"],
        name=unique("src"),
        title="危機管理課の共有フォルダー",
        url=str(share),
        owner_org=org["name"],
    )


def headers(user):
    return {"Authorization": user["token"]}


def test_only_administrators_register_sources(call, share, allowed, org, clerk):
    with pytest.raises(tk.NotAuthorized):
        call(
            "moka_harvest_source_create",
            user=clerk["name"],
            name="x1",
            title="x",
            url=str(share),
            owner_org=org["name"],
        )


@pytest.mark.parametrize("url", ["/etc", "relative/path", "{share}/../../.."])
def test_a_source_may_not_lie_outside_the_allowed_folders(call, share, allowed, org, unique, sysadmin, url):
    with pytest.raises(tk.ValidationError) as refused:
        call(
            "moka_harvest_source_create",
            user=sysadmin["name"],
            name=unique("src"),
            title="x",
            url=url.format(share=share),
            owner_org=org["name"],
        )
    assert "url" in refused.value.error_dict


def test_a_run_from_the_page_is_a_job(app, call, source, clerk):
    page = app.get(f"/moka/harvest/source/{source['name']}", headers=headers(clerk))
    assert "いま収集する" in page.body and "まだ収集していません" in page.body
    app.post(
        f"/moka/harvest/source/{source['name']}/run",
        headers=headers(clerk),
        follow_redirects=False,
        status=302,
    )
    waiting = call("moka_harvest_run_list", user=clerk["name"], id=source["name"])["results"][0]
    assert waiting["status"] == "waiting"
    with pytest.raises(tk.ValidationError, match="実行中"):
        call("moka_harvest_run", user=clerk["name"], id=source["name"])
    jobs.run_once()
    done = call("moka_harvest_run_show", user=clerk["name"], id=waiting["id"])
    assert (done["status"], done["actor"]) == ("done", clerk["name"])
    assert done["counts"]["added"] == 3
    report = app.get(f"/moka/harvest/run/{waiting['id']}", headers=headers(clerk))
    assert "完了" in report.body and "追加 3" in report.body


def test_every_night_all_active_sources_are_queued(call, source, clerk, monkeypatch):
    from ckanext.moka.harvest.jobs import harvest_nightly

    monkeypatch.setitem(tk.config, "ckanext.moka.harvest.nightly", False)
    harvest_nightly()
    assert call("moka_harvest_run_list", user=clerk["name"], id=source["name"])["count"] == 0
    monkeypatch.setitem(tk.config, "ckanext.moka.harvest.nightly", True)
    for _ in range(2):
        harvest_nightly()
        runs = call("moka_harvest_run_list", user=clerk["name"], id=source["name"])
        assert [run["status"] for run in runs["results"]] == ["waiting"]


def test_a_held_run_is_shown_and_confirmed_on_the_page(app, call, source, clerk, share):
    def start(**form):
        app.post(f"/moka/harvest/source/{source['name']}/run", headers=headers(clerk), data=form)
        jobs.run_once()
        return call("moka_harvest_source_show", user=clerk["name"], id=source["name"])["last_run"]

    start()
    (share / "AED.csv").unlink()
    (share / "トイレ.csv").unlink()
    held = start()
    assert held["status"] == "held"
    page = app.get(f"/moka/harvest/source/{source['name']}", headers=headers(clerk))
    assert "保留しました" in page.body and "確認して続ける</button>" in page.body
    assert "保留" in app.get("/moka/harvest/", headers=headers(clerk)).body
    assert start(confirm="yes")["counts"] == {"unchanged": 1, "gone": 2}


def test_other_departments_and_the_public_see_nothing(app, call, source, make_user, unique):
    stranger = make_user()
    other = call("organization_create", name=unique("org"), title="税務課")
    call("organization_member_create", id=other["id"], username=stranger["name"], role="editor")
    listed = app.get("/moka/harvest/", headers=headers(stranger))
    assert "収集元はまだありません" in listed.body and source["title"] not in listed.body
    app.get(f"/moka/harvest/source/{source['name']}", headers=headers(stranger), status=403)
    app.post(f"/moka/harvest/source/{source['name']}/run", headers=headers(stranger), status=403)
    app.get("/moka/harvest/", status=403)
    app.get("/moka/harvest/source/no-such", headers=headers(stranger), status=404)
    app.get("/moka/harvest/run/no-such", headers=headers(stranger), status=404)


def test_lists_are_paged(call, source, sysadmin):
    found = call("moka_harvest_source_list", user=sysadmin["name"], limit=1, offset=0)
    assert len(found["results"]) == 1 and found["count"] >= 1
    with pytest.raises(tk.ValidationError):
        call("moka_harvest_source_list", user=sysadmin["name"], limit=-1)


def test_the_command_line(request, org, share):
    ini = request.config.getoption("--ckan-ini")
    moka = Path(sys.executable).with_name("moka")

    def run(*arguments):
        done = subprocess.run([moka, "harvest", *arguments, "--config", ini], capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    where = ("run", "--folder", str(share), "--organization", org["name"])
    code, out, _ = run(*where, "--dry-run")
    assert code == 0 and "お試し（何も書いていません）　追加 3" in out
    (share / "空.csv").write_text("", encoding="utf-8")
    code, out, err = run(*where)
    assert code == 3 and "追加 3" in out and "0バイト" in out and "[4/4]" in err
    code, out, _ = run("run", "no-such-source")
    assert code == 1
    code, _, err = run("run")
    assert code == 2 and "どちらか" in err
    from ckan import model

    model.Session.rollback()
    name = model.Session.query(harvest.HarvestSource).filter_by(url=str(share)).one().name
    code, out, _ = run("list")
    assert code == 0 and name in out
    code, out, _ = run("show", name)
    assert code == 0 and str(share) in out
