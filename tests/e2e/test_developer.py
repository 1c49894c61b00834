"""A developer finds a dataset through the API and reads its rows with types."""

from __future__ import annotations

from urllib.parse import unquote

import requests


def shelters(api):
    found = api("package_search", q="避難", fq="title:指定緊急避難場所一覧", rows=5)
    assert found["count"] >= 1
    return next(d for d in found["results"] if d["title"] == "指定緊急避難場所一覧")


def test_search_finds_the_shelters_by_kanji_kana_and_synonym(api):
    for words in ("避難", "ひなん", "ヒナン", "避難場所"):
        titles = [d["title"] for d in api("package_search", q=words, rows=20)["results"]]
        assert "指定緊急避難場所一覧" in titles, words
    assert api("package_search", q="zzqqxxkkjj", rows=5)["count"] == 0


def test_rows_come_typed_with_japanese_labels(api):
    dataset = shelters(api)
    table = next(r for r in dataset["resources"] if r.get("datastore_active"))
    answer = api("datastore_search", resource_id=table["id"], limit=1000)
    assert answer["total"] == 48
    kinds = {field["id"]: field["type"] for field in answer["fields"]}
    labels = {f["id"]: f.get("info", {}).get("label") for f in answer["fields"]}
    latitude = next(name for name, label in labels.items() if label == "緯度")
    assert latitude.isascii() and kinds[latitude] in ("numeric", "float8")
    assert all(36.3 < float(row[latitude]) < 36.6 for row in answer["records"])


def test_the_file_keeps_its_japanese_name_and_its_media_type(api):
    dataset = shelters(api)
    resource = next(r for r in dataset["resources"] if r["url"].endswith(".csv"))
    assert unquote(resource["url"]).endswith("指定緊急避難場所一覧.csv")
    answer = requests.get(resource["url"], timeout=30)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/csv")
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment")
    assert "指定緊急避難場所一覧.csv" in unquote(disposition)
    assert answer.content.decode("utf-8-sig").startswith("名称,住所,洪水,")


def test_a_malformed_query_is_the_clients_error_not_the_servers(url):
    for words in ('"', "title:(", "AND", "[* TO", "a" * 3000):
        answer = requests.get(f"{url}/api/3/action/package_search", params={"q": words}, timeout=30)
        assert answer.status_code in (200, 400, 409), words[:20]
