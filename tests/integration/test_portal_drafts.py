"""An approver sees the table before it is public; nobody else does."""

from __future__ import annotations

import pytest
from publication_help import Office, workbook

from ckanext.moka.portal import drafts


@pytest.fixture
def office(call, org, make_user, unique):
    return Office(call, org, make_user, unique)


def test_the_approver_sees_the_first_rows_of_a_draft_as_they_will_be_released(office, app):
    dataset = office.draft()
    resource = office.add(dataset, workbook(), "避難所.xlsx")
    address = f"/dataset/{dataset['name']}/resource/{resource['id']}"
    page = app.get(address, headers={"Authorization": office.approver["token"]}).body
    assert "中身を見る" in page and "真岡小学校" in page and "髙田会館" in page
    assert "画面では中身を表示できません" not in page
    assert app.get(address, expect_errors=True).status_code in (403, 404)


def test_what_is_no_table_or_too_big_for_a_page_shows_nothing(office):
    resource = office.add(office.draft(), '{"type": "FeatureCollection", "features": []}', "a.geojson")
    assert drafts.first_rows(resource, 10) is None
    table = office.add(office.draft())
    assert drafts.first_rows(table, 1)["total"] == 2
    assert drafts.first_rows({**table, "size": drafts.MAX_BYTES + 1}, 1) is None
    assert drafts.first_rows({**table, "url_type": ""}, 1) is None


def test_mail_is_offered_only_where_it_can_be_sent(app, monkeypatch):
    from ckan.plugins import toolkit as tk

    monkeypatch.setitem(tk.config, "smtp.mail_from", "portal@example.invalid")
    assert "/user/reset" not in app.get("/user/login").body
    monkeypatch.setitem(tk.config, "smtp.mail_from", "opendata@city.example.jp")
    assert "/user/reset" in app.get("/user/login").body
