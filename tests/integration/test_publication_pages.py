"""The pages: who sees which buttons, what pressing them does, the approvers' list, the tombstone."""

from __future__ import annotations

import re

import pytest
from ckan import model
from publication_help import Office


@pytest.fixture
def office(call, org, make_user, unique):
    return Office(call, org, make_user, unique)


@pytest.fixture
def page(app):
    """Return ``page(path, user, status)``: the page's HTML as the user sees it."""

    def _page(path, user=None, status=200):
        headers = {"Authorization": user["token"]} if user else {}
        return app.get(path, headers=headers, status=status, follow_redirects=False).get_data(as_text=True)

    return _page


@pytest.fixture
def press(app):
    """Return ``press(dataset, step, user)``: post the step's form, return the page that follows."""

    def _press(dataset, step, user, **form):
        headers = {"Authorization": user["token"]} if user else {}
        url = f"/dataset/{dataset['name']}/publication/{step}"
        answer = app.post(url, data=form, headers=headers, follow_redirects=True)
        model.Session.remove()
        return answer.get_data(as_text=True)

    return _press


def offered(html):
    """Return the steps whose forms the page offers."""
    return set(re.findall(r"/publication/(\w+)\"", html))


def test_the_box_offers_each_person_what_that_person_may_do(office, page):
    dataset = office.draft()
    path = f"/dataset/{dataset['name']}"
    assert "公開するファイルを登録してから申請してください" in page(path, office.clerk)
    assert offered(page(path, office.clerk)) == set()
    office.add(dataset)
    assert offered(page(path, office.clerk)) == {"submit"}
    office.submit(dataset, note="四月分です")
    assert offered(page(path, office.clerk)) == {"withdraw"}
    html = page(path, office.approver)
    assert offered(html) == {"approve", "return"}
    assert "四月分です" in html
    office.approve(dataset)
    assert offered(page(path, office.clerk)) == set()
    office.release(dataset)
    assert offered(page(path, office.clerk)) == {"withdraw"}
    assert "公開の状態" not in page(path)


def test_pressing_the_buttons_brings_a_dataset_to_the_public_and_back(office, page, press):
    dataset = office.draft()
    office.add(dataset)
    assert "公開を申請しました" in press(dataset, "submit", office.clerk, note="お願いします")
    assert "承認・差し戻しができるのは" in press(dataset, "approve", office.clerk)
    assert "差し戻す理由を入れてください" in press(dataset, "return", office.approver, reason="")
    assert "承認しました" in press(dataset, "approve", office.approver)
    office.release(dataset)
    assert office.is_public(dataset)
    assert "取りやめました" in press(dataset, "withdraw", office.clerk, reason="位置の誤り<b>")
    gone = page(f"/dataset/{dataset['name']}", status=410)
    assert "このデータセットは公開を取りやめました" in gone
    assert "位置の誤り&lt;b&gt;" in gone
    assert "再申請" in gone or "公開の状態" not in gone
    assert "公開取りやめ" in page(f"/dataset/{dataset['name']}", office.clerk)


def test_the_tombstone_shows_the_title_that_was_public_not_the_drafts(office, page):
    public = office.published()
    office.call("moka_publication_withdraw", user=office.clerk["name"], id=public["id"], reason="誤り")
    office.call("package_patch", user=office.clerk["name"], id=public["id"], title="まだ秘密の新しい題名")
    gone = page(f"/dataset/{public['name']}", status=410)
    assert "まだ秘密の新しい題名" not in gone
    assert "<h1>指定避難所一覧</h1>" in gone


def test_who_is_not_logged_in_changes_nothing(office, press):
    dataset = office.draft()
    office.add(dataset)
    press(dataset, "submit", None)
    assert office.call("moka_publication_show", id=dataset["id"])["state"] == "draft"


def test_the_forms_carry_the_token_that_ckan_asks_for(office, page):
    dataset = office.draft()
    office.add(dataset)
    html = page(f"/dataset/{dataset['name']}", office.clerk)
    forms = re.findall(r"<form method=\"post\" action=\"[^\"]*/publication/.*?</form>", html, re.DOTALL)
    assert forms
    assert all('name="_csrf_token"' in form for form in forms)


@pytest.fixture
def browser(app):
    """A client that keeps cookies, as a browser does."""
    return app.test_client(use_cookies=True)


def token_in(html):
    return re.search(r'name="_csrf_token"[^>]*value="([^"]+)"', html).group(1)


@pytest.mark.parametrize("what", ["ours", "CKAN's own"])
def test_a_form_from_another_site_is_refused_even_after_strangers_called_the_page(office, app, browser, what):
    dataset = office.draft()
    office.add(dataset)
    url = (
        f"/dataset/{dataset['name']}/publication/submit"
        if what == "ours"
        else f"/dataset/delete/{dataset['name']}"
    )
    app.post(url, data={}, follow_redirects=False)
    app.post(url, data={}, headers={"Authorization": "wrong"}, follow_redirects=False)
    html = browser.get("/user/login").get_data(as_text=True)
    form = {"login": office.clerk["name"], "password": "Correct-horse-9", "_csrf_token": token_in(html)}
    browser.post("/user/login", data=form)
    token = token_in(browser.get(f"/dataset/{dataset['name']}").get_data(as_text=True))
    assert browser.post(url, data={"note": "x"}).status_code == 400
    assert browser.post(url, data={"note": "x", "_csrf_token": "wrong"}).status_code == 400
    model.Session.remove()
    assert office.call("moka_publication_show", id=dataset["id"])["state"] == "draft"
    assert browser.post(url, data={"note": "x", "_csrf_token": token}).status_code in (200, 302)
    model.Session.remove()
    if what == "ours":
        assert office.call("moka_publication_show", id=dataset["id"])["state"] == "submitted"
    else:
        assert model.Package.get(dataset["id"]).state == "deleted"


def test_a_draft_that_was_never_public_stays_unknown(office, page):
    dataset = office.draft()
    office.add(dataset)
    office.submit(dataset)
    office.call(
        "moka_publication_return", user=office.approver["name"], id=dataset["id"], reason="秘密の理由"
    )
    assert "秘密の理由" not in page(f"/dataset/{dataset['name']}", status=None)


def test_approvers_see_what_waits_and_an_empty_list_says_what_to_do(office, page):
    assert "承認を待っているデータセットはありません" in page("/moka/approvals", office.approver)
    dataset = office.draft(title="指定避難所（四月）")
    office.add(dataset)
    office.submit(dataset, note="住所を直しました")
    html = page("/moka/approvals", office.approver)
    assert "指定避難所（四月）" in html
    assert "住所を直しました" in html
    assert "内容を確かめて承認する" in html
    assert "別の承認者を待っています" in page("/moka/approvals", office.clerk)
    assert page("/moka/approvals", status=302)
    page("/moka/approvals?state=nothing", office.approver, status=404)


def test_lists_are_paged(office, page, monkeypatch):
    from ckanext.moka.publication import views

    monkeypatch.setattr(views, "PER_PAGE", 2)
    for _ in range(3):
        dataset = office.draft()
        office.add(dataset)
        office.submit(dataset)
    pages = [page(f"/moka/approvals?page={number}", office.approver) for number in (1, 2)]
    assert [html.count("内容を確かめて承認する") for html in pages] == [2, 1]
    assert "page=2" in pages[0]
