"""A clerk who is no programmer publishes an Excel file; a second person approves; anybody finds it."""

from __future__ import annotations

import re
import time
import uuid

import openpyxl
import pytest
import requests


@pytest.fixture
def sheets(tmp_path):
    """Two workbooks: one with a hidden sheet of residents' names, one as it should be."""
    rows = [["名称", "所在地", "電話番号", "定員"], ["中央児童館", "真岡市荒町1-1", "0285-00-0000", 60]]
    rows += [[f"第{n}児童館", f"真岡市台町{n}", f"0285-00-{n:04}", 30 + n] for n in range(2, 9)]
    good = openpyxl.Workbook()
    for row in rows:
        good.active.append(row)
    good.save(tmp_path / "児童館一覧.xlsx")
    hidden = good.create_sheet("名簿")
    hidden.append(["氏名", "住所", "生年月日"])
    for n in range(1, 9):
        hidden.append([f"真岡 太郎{n}", f"栃木県真岡市荒町{n}-{n}", f"1980-01-0{n}"])
    hidden.sheet_state = "hidden"
    good.save(tmp_path / "児童館一覧（名簿入り）.xlsx")
    return tmp_path / "児童館一覧（名簿入り）.xlsx", tmp_path / "児童館一覧.xlsx"


def test_from_an_excel_file_with_a_hidden_list_of_people_to_a_public_dataset(
    log_in, visit, clerk, approver, sheets, department, url
):
    bad, good = sheets
    title = f"児童館一覧 {uuid.uuid4().hex[:6]}"
    page = log_in(clerk)
    page.goto("/dataset/new")
    page.fill("[name=title]", title)
    page.fill("[name=notes]", "市内の児童館の場所と定員です。")
    page.select_option("[name=owner_org]", department["id"])
    page.locator("form:has([name=title]) button[type=submit]").last.click()
    page.wait_for_selector("input[type=file]", state="attached")
    upload(page, bad)
    page.wait_for_url(re.compile("/quality"))
    report = page.locator("#content").inner_text()
    assert "公開できません" in report and "名簿" in report

    dataset = re.search(r"/dataset/([^/]+)/resource", page.url).group(1)
    page.goto(f"/dataset/{dataset}")
    assert page.get_by_role("button", name="公開を申請する").count() == 0 or submit_is_refused(page)

    resource = re.search(r"/resource/([0-9a-f-]{36})", page.content()).group(1)
    page.goto(f"/dataset/{dataset}/resource/{resource}/edit")
    upload(page, good)
    page.wait_for_url(re.compile("/quality"))
    assert "公開できません" not in page.locator("#content").inner_text()

    page.goto(f"/dataset/{dataset}")
    page.get_by_role("button", name="公開を申請する").first.click()
    page.wait_for_load_state()
    assert visit(f"/dataset/{dataset}").locator("h1", has_text=title).count() == 0

    second = log_in(approver)
    second.goto("/moka/approvals")
    second.get_by_role("link", name=re.compile(title)).first.click()
    second.get_by_role("button", name=re.compile("承認")).first.click()
    second.wait_for_load_state()

    name = wait_until_public(url, title)
    resident = visit(f"/dataset/?q={title}")
    resident.get_by_role("link", name=title, exact=True).first.click()
    assert name in resident.url


def upload(page, path) -> None:
    page.locator("input[type=file]").first.set_input_files(str(path))
    form = page.locator("form:has(input[type=file])")
    form.locator("button[type=submit]:visible").last.click()


def submit_is_refused(page) -> bool:
    page.get_by_role("button", name="公開を申請する").first.click()
    page.wait_for_load_state()
    return "公開できません" in page.locator("body").inner_text()


def wait_until_public(url: str, title: str) -> str:
    """Return the dataset's name once anybody finds it; the release is the worker's task."""
    for _ in range(90):
        found = requests.get(
            f"{url}/api/3/action/package_search", params={"q": f'title:"{title}"'}, timeout=30
        ).json()["result"]["results"]
        if found:
            return found[0]["name"]
        time.sleep(1)
    raise AssertionError(f"{title} was not released within 90 s")
