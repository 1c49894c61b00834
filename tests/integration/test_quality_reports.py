"""Reports on a real site: kept once, shown to the right people, leading to the next step."""

import io
import json
from urllib.parse import unquote

import openpyxl
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from werkzeug.datastructures import FileStorage

from ckanext.moka.core import events
from ckanext.moka.jobs import api as jobs
from ckanext.moka.quality import api
from ckanext.moka.quality.model import report_table

GOOD = "施設名,住所,定員\r\n市役所,栃木県真岡市荒町5191番地,120\r\n図書館,栃木県真岡市田町1344番地1,80\r\n"
SPACES = (
    "施設名,住所,定員\r\n市役所　,栃木県真岡市荒町5191番地,120\r\n図書館,栃木県真岡市田町1344番地1,80\r\n"
)


@pytest.fixture
def clerk(make_user, call, org):
    user = make_user()
    call("organization_member_create", id=org["id"], username=user["name"], role="editor")
    user["headers"] = {"Authorization": user["token"]}
    return user


@pytest.fixture
def dataset(call, org, unique):
    return call("package_create", title="施設", name=unique("d"), owner_org=org["id"])


@pytest.fixture
def add(call, dataset, unique):
    """Add a file whose bytes nobody had before (a comment column makes them so)."""

    def _add(text, name="施設一覧.csv", fresh=True):
        data = text if isinstance(text, bytes) else text.encode()
        if fresh:
            mark = unique("備").encode()
            data = data.replace("市役所".encode(), "市役所".encode() + mark)
        return call(
            "resource_create", package_id=dataset["id"], upload=FileStorage(io.BytesIO(data), filename=name)
        )

    return _add


def rows(hash):
    with model.meta.engine.connect() as connection:
        return list(connection.execute(sa.select(report_table).where(report_table.c.hash == hash)))


def page_of(resource):
    return f"/dataset/{resource['package_id']}/resource/{resource['id']}/quality"


def test_a_new_file_is_checked_once_for_its_bytes(add):
    first = add(GOOD)
    again = add(api_bytes(first), fresh=False)
    assert first["hash"] == again["hash"]
    (row,) = rows(first["hash"])
    assert row.report["sha256"] == first["hash"].removeprefix("sha256:")
    assert api.verdict(first["hash"]) == row.verdict in ("ok", "advice")
    assert api.state_of(first) == "done"


def api_bytes(resource):
    from ckanext.moka.catalog import api as catalog

    return catalog.resource_path(resource).read_bytes()


def test_the_event_says_what_was_found(add):
    heard = []

    def listen(event):
        heard.append(event)

    events.subscribe(events.QualityChecked, listen)
    try:
        made = add(SPACES)
    finally:
        events.unsubscribe(events.QualityChecked, listen)
    assert [(e.resource_id, e.sha256, e.verdict) for e in heard] == [(made["id"], made["hash"], "blocked")]


def test_personal_data_blocks_tables_and_json_alike(add):
    number = "123456789018"  # an individual number with a right check digit
    table = f"氏名,住所,生年月日,マイナンバー\r\n山田太郎,栃木県真岡市荒町5191番地,1980-01-02,{number}\r\n"
    assert api.verdict(add(table, fresh=False)["hash"]) == "blocked"
    records = [
        {
            "氏名": "山田太郎",
            "住所": "栃木県真岡市荒町5191番地",
            "生年月日": "1980-01-02",
            "マイナンバー": number,
        }
    ]
    hidden = add(json.dumps(records, ensure_ascii=False), "名簿.json", fresh=False)
    assert api.verdict(hidden["hash"]) == "blocked"
    assert any(f["rule"].startswith("P-") for f in api.report_for(hidden["hash"])["findings"])
    assert api.verdict(add(table, "名簿.txt", fresh=False)["hash"]) == "blocked"


def test_files_that_are_no_tables(add):
    pdf = add(b"%PDF-1.7 " + GOOD.encode(), "一覧.pdf")
    assert api.verdict(pdf["hash"]) == "advice"
    broken = add(GOOD, "壊れた.json")
    assert api.verdict(broken["hash"]) == "blocked"


def test_a_link_is_never_checked(call, dataset):
    link = call("resource_create", package_id=dataset["id"], url="https://example.com/a.csv")
    shown = call("moka_quality_report_show", id=link["id"])
    assert (shown["state"], shown["verdict"], shown["report"]) == ("link", "unchecked", None)
    with pytest.raises(tk.ValidationError) as caught:
        call("moka_quality_check", id=link["id"])
    assert "リンク先" in str(caught.value.error_dict)


def test_a_large_file_goes_through_the_queue(add, call, ckan_config, monkeypatch):
    monkeypatch.setitem(ckan_config, "ckanext.moka.quality.inline_limit_mb", 0)
    made = add(GOOD)
    assert api.state_of(made) == "checking"
    assert api.verdict(made["hash"]) == "unchecked"
    jobs.run_once()
    assert api.state_of(made) == "done"
    assert call("moka_quality_report_show", id=made["id"])["verdict"] in ("ok", "advice")


def test_a_rolled_back_caller_keeps_the_report(add, call):
    made = add(GOOD)
    with model.meta.engine.begin() as connection:
        connection.execute(report_table.delete().where(report_table.c.hash == made["hash"]))
    assert api.state_of(made) == "unchecked"
    api.ensure_report(made)
    model.Session.rollback()
    assert api.state_of(made) == "done"


def test_who_sees_the_report(add, app, call, clerk, make_user, org):
    made = add(SPACES)
    reader, stranger = make_user(), make_user()
    call("organization_member_create", id=org["id"], username=reader["name"], role="member")
    assert "公開できません" in app.get(page_of(made), headers=clerk["headers"]).body
    assert (
        app.get(page_of(made), headers={"Authorization": reader["token"]}, expect_errors=True).status_code
        == 403
    )
    for headers in ({}, {"Authorization": stranger["token"]}):
        response = app.get(page_of(made), headers=headers, expect_errors=True)
        assert response.status_code == 404
        assert "市役所" not in response.body
    for name in (reader["name"], stranger["name"], ""):
        with pytest.raises(tk.NotAuthorized):
            call("moka_quality_report_show", user=name, id=made["id"])
        with pytest.raises(tk.NotAuthorized):
            call("moka_quality_check", user=name, id=made["id"])


def test_the_page_says_where_and_what_to_do(add, app, clerk):
    made = add(SPACES)
    body = app.get(page_of(made), headers=clerk["headers"]).body
    for words in (
        "公開できません",
        "A2",
        "施設名",
        "直し方",
        "自動で直せます",
        "もう一度アップロード",
        "直す行",
    ):
        assert words in body, words
    assert "公開の申請へ進む</a>" not in body
    good = app.get(page_of(add(GOOD)), headers=clerk["headers"]).body
    assert "公開の申請へ進む</a>" in good


def test_the_fixed_file_can_be_fetched_and_applied(add, app, call, clerk, make_user):
    made = add(SPACES)
    response = app.get(page_of(made) + "/fixed.csv", headers=clerk["headers"])
    text = response.data.decode("utf-8-sig")
    assert response.data.startswith(b"\xef\xbb\xbf")
    assert "　" not in text and "荒町5191番地" in text
    assert unquote(response.headers["Content-Disposition"]).endswith("施設一覧_直した版.csv")
    stranger = {"Authorization": make_user()["token"]}
    assert app.get(page_of(made) + "/fixed.csv", headers=stranger, expect_errors=True).status_code == 404
    assert app.post(page_of(made) + "/apply", headers=stranger, expect_errors=True).status_code == 404
    answer = app.post(page_of(made) + "/apply", headers=clerk["headers"], follow_redirects=False)
    assert answer.headers["Location"].endswith("/quality")
    now = call("resource_show", id=made["id"])
    assert now["hash"] != made["hash"] and unquote(now["url"]).endswith("/施設一覧.csv")
    assert api.verdict(now["hash"]) in ("ok", "advice")
    assert now["name"] == "施設一覧.csv"
    assert api_bytes(made).decode() != text


def test_a_file_with_hidden_personal_data_is_never_repaired(add, app, call, clerk):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ("施設名", "住所", "電話"),
        ("市役所　", "荒町5191", "090-1234-5678"),
        ("図書館", "田町", "080-1234-5678"),
    ):
        sheet.append(row)
    sheet.column_dimensions["C"].hidden = True
    out = io.BytesIO()
    book.save(out)
    made = add(out.getvalue(), "施設.xlsx", fresh=False)
    assert api.verdict(made["hash"]) == "blocked"
    body = app.get(page_of(made), headers=clerk["headers"]).body
    assert "自動で直した版は作りません" in body and "自動で直した版に差し替える" not in body
    assert (
        app.get(page_of(made) + "/fixed.csv", headers=clerk["headers"], follow_redirects=False).status_code
        == 302
    )
    app.post(page_of(made) + "/apply", headers=clerk["headers"], follow_redirects=False)
    assert call("resource_show", id=made["id"])["hash"] == made["hash"]


def test_the_forms_lead_to_the_report(app, clerk, dataset):
    file = FileStorage(io.BytesIO(SPACES.encode()), filename="施設一覧.csv")
    body = {"id": "", "name": "一覧", "save": "go-dataset-complete", "upload": file}
    answer = app.post(
        f"/dataset/{dataset['id']}/resource/new",
        headers=clerk["headers"],
        data=body,
        content_type="multipart/form-data",
        follow_redirects=False,
    )
    assert answer.status_code == 302 and answer.headers["Location"].endswith("/quality")
    resource_id = answer.headers["Location"].split("/")[-2]
    edited = app.post(
        f"/dataset/{dataset['id']}/resource/{resource_id}/edit",
        headers=clerk["headers"],
        data={
            "id": resource_id,
            "url": "施設一覧.csv",
            "url_type": "upload",
            "name": "別の見出し",
            "save": "x",
        },
        follow_redirects=False,
    )
    assert edited.headers["Location"].endswith(f"/{resource_id}/quality")


def test_a_form_without_a_file_stays_and_says_so(app, clerk, dataset):
    page = app.post(
        f"/dataset/{dataset['id']}/resource/new",
        headers=clerk["headers"],
        data={"id": "", "name": "見出しだけ", "save": "go-dataset-complete"},
    )
    assert "ファイルを選ぶか、リンクの URL を入れてください。" in page.body


def test_an_unchecked_file_can_be_checked_from_the_page(add, app, clerk):
    made = add(GOOD)
    with model.meta.engine.begin() as connection:
        connection.execute(report_table.delete().where(report_table.c.hash == made["hash"]))
    assert "まだ検査していません" in app.get(page_of(made), headers=clerk["headers"]).body
    app.post(page_of(made), headers=clerk["headers"], follow_redirects=False)
    assert api.verdict(made["hash"]) in ("ok", "advice")


def test_everybody_sees_the_report_of_a_public_file_without_personal_data(
    app, add, call, clerk, org, make_user
):
    pytest.importorskip("ckanext.moka.publication.plugin")
    book = openpyxl.Workbook()
    for row in (("施設名", "定員"), ("市役所", 120), ("図書館", 80)):
        book.active.append(row)
    book.active["A2"].comment = openpyxl.comments.Comment("担当：山田 内線123", "山田")
    out = io.BytesIO()
    book.save(out)
    made = add(out.getvalue(), "施設.xlsx", fresh=False)
    approver = make_user()
    call("organization_member_create", id=org["id"], username=approver["name"], role="admin")
    call("moka_publication_submit", user=clerk["name"], id=made["package_id"])
    call("moka_publication_approve", user=approver["name"], id=made["package_id"])
    jobs.run_once()
    assert call("package_show", id=made["package_id"])["private"] is False
    staff = call("moka_quality_report_show", user=clerk["name"], id=made["id"])["report"]
    everybody = call("moka_quality_report_show", user="", id=made["id"])["report"]
    assert any(item["rule"] == "P-05" for item in staff["findings"])
    assert not any(item["rule"].startswith("P-") for item in everybody["findings"])
    body = app.get(page_of(made)).body
    assert "品質レポート" in body and "内線123" not in body and "もう一度アップロード" not in body


def test_a_roster_is_blocked_whatever_its_name_says(add):
    roster = "氏名,住所,電話番号\r\n佐藤 太郎,栃木県真岡市荒町1番地,090-1234-5678\r\n"
    for name in ("名簿.md", "名簿.dat", "名簿"):
        assert api.verdict(add(roster, name, fresh=False)["hash"]) == "blocked"
        report = api.report_for(add(roster, name, fresh=False)["hash"])
        assert ("P-02", "fatal") in [(item["rule"], item["severity"]) for item in report["findings"]]
    nested = json.dumps({"data": [{"氏名": "佐藤 太郎", "住所": "真岡市荒町1番地"}]}, ensure_ascii=False)
    assert api.verdict(add(nested, "台帳.json", fresh=False)["hash"]) == "blocked"
