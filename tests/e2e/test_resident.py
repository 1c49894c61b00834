"""A resident with a phone finds where to go in a flood, and asks for data that is missing."""

from __future__ import annotations

import re
import uuid

import pytest
from conftest import PHONE


def test_from_the_home_page_to_the_shelters_table(visit):
    page = visit("/", PHONE)
    assert page.locator("html").get_attribute("lang") == "ja"
    page.locator("#content input[name=q]").first.fill("避難")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="指定緊急避難場所一覧", exact=True).first.click()
    assert "指定緊急避難場所一覧" in page.locator("h1").first.inner_text()
    with page.expect_download() as download:
        page.locator("a[href*='/download/'][href$='.csv']").first.click()
    assert download.value.suggested_filename.endswith(".csv")
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert "洪水" in text.splitlines()[0] and len(text.splitlines()) == 49


def test_a_table_is_shown_with_japanese_headings(visit, api):
    dataset = next(
        d for d in api("package_search", q="避難", rows=20)["results"] if d["title"] == "指定緊急避難場所一覧"
    )
    table = next(r for r in dataset["resources"] if r.get("datastore_active"))
    page = visit(f"/dataset/{dataset['name']}/resource/{table['id']}")
    frame = page.frame_locator("iframe").first
    frame.get_by_text("生涯学習館").first.wait_for(timeout=20_000)
    assert frame.get_by_text("洪水", exact=True).first.is_visible()


def test_no_page_is_wider_than_the_phone(visit):
    for path in ("/", "/dataset/?q=避難", "/organization/", "/demand", "/demand/new", "/about"):
        page = visit(path, PHONE)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


def test_a_search_without_results_leads_to_asking(visit):
    page = visit("/dataset/?q=宇宙エレベーターの乗り場", PHONE)
    link = page.locator("#content a[href*='/demand/new']").first
    link.click()
    assert "宇宙エレベーターの乗り場" in page.content()


@pytest.fixture
def wish() -> str:
    return f"夜間に開いている薬局の一覧 {uuid.uuid4().hex[:6]}"


def ask(page, title: str) -> None:
    page.goto("/demand/new")
    page.fill("[name=title]", title)
    page.fill(
        "[name=problem]", "夜に子どもが熱を出したとき、開いている薬局がどこにあるか分からず困りました。"
    )
    for _ in range(3):
        if "/demand/new" not in page.url:
            break
        page.get_by_role("button", name=re.compile("次へ|この内容で送る")).click()
        page.wait_for_load_state()


def test_one_asks_another_agrees_and_the_list_counts_distinct_people(visit, wish):
    asker = visit("/demand", PHONE)
    ask(asker, wish)
    assert wish in asker.content()

    neighbour = visit("/demand?q=" + wish.split()[-1], PHONE)
    neighbour.get_by_role("link", name=re.compile(wish)).first.click()
    before = supporters(neighbour)
    neighbour.get_by_role("button", name=re.compile("賛同")).first.click()
    neighbour.wait_for_load_state()
    assert supporters(neighbour) == before + 1
    neighbour.reload()
    assert supporters(neighbour) == before + 1


def supporters(page) -> int:
    found = re.search(r"(\d+)\s*人", page.locator("#content").inner_text())
    return int(found.group(1)) if found else 0


def test_scripts_speak_japanese_too(visit, api):
    page = visit("/")
    words = page.request.get("/api/i18n/ja").json()
    assert words["Sort"][1] == "並べ替え" and words["Upload"][1]

    dataset = next(
        d for d in api("package_search", q="避難")["results"] if d["title"] == "指定緊急避難場所一覧"
    )
    table = next(r for r in dataset["resources"] if r.get("datastore_active"))
    page = visit(f"/dataset/{dataset['name']}/resource/{table['id']}")
    frame = page.frame_locator("iframe").first
    frame.get_by_text("生涯学習館").first.wait_for(timeout=20_000)
    box = frame.locator("input[type=search]").first
    box.fill("亀山")
    box.press("Enter")
    frame.get_by_text("亀山小学校").first.wait_for(timeout=20_000)
    frame.get_by_text("生涯学習館").first.wait_for(state="detached", timeout=20_000)
    assert frame.locator("body").inner_text().count("Sort") == 0
