"""What residents see: Japanese on every page, English under /en, real numbers, a way on from every dead end."""

from __future__ import annotations

import json
import re

import pytest
from bs4 import BeautifulSoup
from publication_help import Office

from ckanext.moka.portal import catalogue_counts

# Names of products, formats and standards, which are the same in Japanese.
NAMES = {
    "AED",
    "AP",
    "API",
    "Atom",
    "CC",
    "BY",
    "CKAN",
    "CP",
    "CSV",
    "Cookie",
    "DCAT",
    "DataStore",
    "English",
    "Excel",
    "GeoJSON",
    "GTFS",
    "HTML",
    "ID",
    "JIS",
    "JP",
    "JSON",
    "JavaScript",
    "LD",
    "MB",
    "KB",
    "ODS",
    "PDF",
    "Python",
    "RDF",
    "TownID",
    "Turtle",
    "URL",
    "UTF",
    "WCAG",
    "XLSX",
    "XML",
    "pandas",
    "utf",
    "csv",
    "jsonld",
    "rdf",
    "ttl",
    "resource_id",
    "sha",
    "Accept",
    "text",
    "turtle",
    "AA",
    "catalog",
    "Markdown",
    "Open",
    "Data",
    "Commons",
    "PDL",
    "Gov",
}
WORD = re.compile(r"[A-Za-z][A-Za-z_]+")


def english_words(html: str, written_by_others: str = "x-none") -> list[str]:
    """Return the Latin words that a reader of the page meets (text, alternatives, labels), names left out.

    What matches the selector ``written_by_others`` is content of other tests on the same site, and is left out.
    """
    page = BeautifulSoup(html, "html.parser")
    for tag in page(["script", "style", "code", "pre", "svg", "textarea"]) + page.select(written_by_others):
        tag.decompose()
    texts = [page.get_text(" ")]
    for name in ("alt", "title", "aria-label", "placeholder", "data-bs-title", "label"):
        texts += [tag[name] for tag in page.find_all(attrs={name: True})]
    texts += [tag["content"] for tag in page.select("meta[name=description], meta[property^='og:t'], meta[property^='og:d']")
              if tag["content"] != "website"]  # fmt: skip
    text = re.sub(r"https?://\S+|\S+@\S+|[\w-]+-[0-9a-f]{8,}|[0-9a-f-]{12,}", " ", " ".join(texts))
    return [word for word in WORD.findall(text) if word not in NAMES]


def test_the_english_finder_finds_english_and_lets_names_pass():
    assert english_words('<p>検索 <span title="Log out">CKAN の API</span></p>') == ["Log", "out"]
    assert english_words("<pre>curl -s</pre><p>CSV 形式</p>") == []


_kept: dict[str, object] = {}


@pytest.fixture
def office(call, org, make_user, unique):
    """A department with a clerk and an approver, the same for all tests of this module."""
    if "office" not in _kept:
        _kept["office"] = Office(call, org, make_user, unique)
    return _kept["office"]


@pytest.fixture
def released(office, call):
    """A public dataset of 危機管理課 with one file in the DataStore, the same for all tests of this module."""
    if "released" not in _kept:
        _kept["released"] = office.published()["id"]
    catalogue_counts.forget()
    return call("package_show", id=_kept["released"])


def soup(response):
    return BeautifulSoup(response.body, "html.parser")


def pages(dataset):
    resource = dataset["resources"][0]
    return {
        "home": "/",
        "list": f"/dataset?organization={dataset['organization']['name']}",
        "search": f"/dataset?q=避難所&res_format=CSV&organization={dataset['organization']['name']}",
        "nothing": "/dataset?q=存在しない飛行船の格納庫",
        "dataset": f"/dataset/{dataset['name']}",
        "file": f"/dataset/{dataset['name']}/resource/{resource['id']}",
        "departments": "/organization",
        "department": f"/organization/{dataset['organization']['name']}",
        "guide": "/about",
        "accessibility": "/accessibility",
        "login": "/user/login",
        "reset": "/user/reset",
        "requests": "/demand",
        "new request": "/demand/new",
    }


SHARED = {"home": ".moka-card, .moka-wanted-list a", "requests": ".mkd-list", "departments": ".moka-card"}


def test_no_english_is_left_on_the_pages_of_residents(app, released):
    left = {
        name: words
        for name, url in pages(released).items()
        if (words := english_words(app.get(url).body, SHARED.get(name, "x-none")))
    }
    assert left == {}


def test_every_page_says_it_is_japanese_and_where_it_lives(app, released):
    for name, url in pages(released).items():
        page = soup(app.get(url))
        assert page.html["lang"] == "ja", name
        assert len(page.find_all("h1")) == 1, name
        assert page.title.text.strip(), name
        assert len(page.select("[role=main], main")) == 1, name
        canonical = page.select_one("link[rel=canonical]")["href"]
        assert canonical.startswith("http") and "?" not in canonical, name
        assert page.select_one("meta[name=description]")["content"], name
        assert page.select_one("a.moka-skip")["href"] == "#content" and page.select_one("#content"), name


def test_nothing_is_loaded_from_elsewhere(app, released):
    for name, url in pages(released).items():
        page = soup(app.get(url))
        loaded = [
            tag.get("src") or tag.get("href")
            for tag in page.select("script[src], img[src], iframe[src], link[rel=stylesheet]")
        ]
        outside = [
            u
            for u in loaded
            if u.startswith(("http", "//")) and not re.match(r"https?://(127\.0\.0\.1|test\.|localhost)", u)
        ]
        assert outside == [], name


def test_english_pages_are_english(app, released):
    for url in ("/en/", "/en/dataset", "/en/about", "/en/accessibility", "/en/user/login", "/en/nowhere"):
        response = app.get(url, status=404 if url.endswith("nowhere") else 200)
        page = soup(response)
        assert page.html["lang"] == "en"
        for tag in page.select(
            "script, style, code, pre, .moka-card, .moka-facet ul, .moka-chips, .moka-brand, .moka-wanted-list"
        ):
            tag.decompose()
        shown = re.sub("真岡市(オープンデータ)?|危機管理課|情報政策課|日本語", "", page.get_text(" "))
        shown = shown.replace("が公開するデータを探して、自由に使えるポータルサイトです。", "")
        assert re.findall("[ぁ-ヿ一-鿿]{2,}", shown) == [], url


def test_the_front_page_counts_what_the_public_can_see(app, office, released):
    catalogue_counts.forget()
    before = [int(dd.text.replace(",", "")) for dd in soup(app.get("/")).select(".moka-numbers dd")]
    office.draft()
    catalogue_counts.forget()
    assert [int(dd.text.replace(",", "")) for dd in soup(app.get("/")).select(".moka-numbers dd")] == before
    office.published()
    catalogue_counts.forget()
    after = [int(dd.text.replace(",", "")) for dd in soup(app.get("/")).select(".moka-numbers dd")]
    assert after == [before[0] + 1, before[1] + 1, before[2]]


def test_themes_lead_to_their_datasets(app, call, released):
    call("package_patch", id=released["id"], theme="14")
    tile = soup(app.get("/")).select_one('.moka-themes a[href$="theme=14"]')
    assert "司法・安全・環境" in tile.text
    assert int(re.search(r"[\d,]+", tile.select_one(".moka-theme-count").text)[0].replace(",", "")) >= 1
    found = soup(app.get(f"/dataset?theme=14&organization={released['organization']['name']}"))
    assert [a["href"] for a in found.select(".moka-card-title a")] == [f"/dataset/{released['name']}"]
    assert "分野：司法・安全・環境" in found.select_one(".moka-active-filters").text


def test_a_card_tells_whose_how_fresh_and_in_which_format(app, released):
    card = soup(app.get(f"/dataset?organization={released['organization']['name']}")).select_one(".moka-card")
    facts = card.select_one(".moka-card-facts").text
    assert "危機管理課" in facts and "CC BY 4.0" in facts
    assert re.search(r"\d{4}年\d{1,2}月\d{1,2}日更新", facts)
    assert card.select_one(".moka-format").text == "CSV"


def test_a_search_that_found_nothing_leads_to_a_request(app, released):
    page = soup(app.get("/dataset?q=存在しない飛行船の格納庫"))
    link = page.select_one(".moka-empty a.moka-button-accent")
    assert link["href"].startswith("/demand/new?q=")
    assert app.get(link["href"]).status_code == 200


def test_the_dataset_page_offers_the_file_and_the_api(app, released):
    resource = released["resources"][0]
    page = soup(app.get(f"/dataset/{released['name']}"))
    assert page.select_one(".moka-file .moka-button-primary")["href"] == resource["url"]
    assert page.select_one(".moka-check-ok, .moka-check-advice")
    command = page.select_one("#moka-api-rows").text
    path = re.search(r'curl "https?://[^/]+(/[^"]+)"', command)[1]
    answer = json.loads(app.get(path).body)
    assert answer["success"] and answer["result"]["resource_id"] == resource["id"]
    assert page.select_one(".moka-staff") is None
    assert [a.text for a in page.select(".moka-rdf a")] == ["Turtle", "JSON-LD", "RDF/XML"]


def test_staff_see_their_box_and_others_do_not(app, office, released):
    url = f"/dataset/{released['name']}"
    page = soup(app.get(url, headers={"Authorization": office.clerk["token"]}))
    assert "公開の状態" in page.select_one(".moka-staff").text
    assert english_words(str(page)) == []


def test_the_file_page_shows_rows_and_columns_in_japanese(app, released):
    resource = released["resources"][0]
    page = soup(app.get(f"/dataset/{released['name']}/resource/{resource['id']}"))
    assert [th.text for th in page.select(".moka-preview th")] == [
        "施設名",
        "住所",
        "緯度",
        "経度",
        "収容人数",
    ]
    assert "真岡小学校" in page.select_one(".moka-preview tbody").text
    columns = page.select(".moka-table-columns tbody tr")
    assert [row.th.text for row in columns] == ["施設名", "住所", "緯度", "経度", "収容人数"]
    assert all(re.fullmatch("[a-z_0-9]+", row.code.text) for row in columns)


def test_a_search_with_broken_syntax_does_not_break_the_page(app):
    for query in ('"', "((", "title:[", "+-&&"):
        response = app.get("/dataset", query_string={"q": query}, expect_errors=True)
        assert response.status_code in (200, 400)
        assert "moka-footer" in response.body


@pytest.mark.parametrize(
    ("url", "status", "words"),
    [
        ("/nowhere", 404, "ページが見つかりません"),
        ("/dataset/nai-desu", 404, "ページが見つかりません"),
        ("/organization/nai-desu", 404, "ページが見つかりません"),
        ("/ckan-admin/", 403, "このページを見る権限がありません"),
        ("/dataset/new", 403, "このページを見る権限がありません"),
    ],
)
def test_error_pages_say_in_japanese_what_to_do_next(app, url, status, words):
    response = app.get(url, status=status)
    page = soup(response)
    assert page.h1.text == words
    assert english_words(response.body) == []
    assert page.select("#error-content a[href]")


def test_markup_in_metadata_is_not_markup_on_the_page(app, call, released):
    before = {key: released.get(key) or "" for key in ("title", "notes")}
    call(
        "package_patch",
        id=released["id"],
        title='<script>alert("x")</script>',
        notes="<img src=x onerror=alert(1)>",
    )
    urls = (f"/dataset/{released['name']}", f"/dataset?organization={released['organization']['name']}", "/")
    bodies = [app.get(url).body for url in urls]
    call("package_patch", id=released["id"], **before)
    assert all("&lt;script&gt;alert" in body for body in bodies[:2])
    for body in bodies:
        assert '<script>alert("x")' not in body
        assert "<img src=x" not in body


def test_feeds_pages_of_people_and_organizations_stand(app, released, office):
    for url in (f"/organization/about/{released['organization']['name']}", "/feeds/dataset.atom"):
        assert app.get(url).status_code == 200
    page = app.get("/dashboard/datasets", headers={"Authorization": office.clerk["token"]})
    assert english_words(page.body.replace(office.clerk["name"], "")) == []
