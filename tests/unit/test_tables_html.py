"""The HTML report: one file that needs nothing else, causes first, red cells in the bad rows only, printable."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ckanext.moka.tables import api
from ckanext.moka.tables.reporting.html import page

TEXT = "施設の一覧,,,\n名称,区分,定員,備考\nA館,①種,80人,良\nB館,二種,90,良\nC館,二種,100,良\nD館,二種,約110,良\n"


class Seen(HTMLParser):
    """The tags, attributes and texts of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []
        self.red: list[str] = []
        self._red = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [str(value) for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "br"):
            self.open.append(tag)
        self._red = tag == "td" and ("class", "bad") in attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self._red = False

    def handle_data(self, data: str) -> None:
        if self._red and data.strip():
            self.red.append(data)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "施設.csv"
    file.write_text(TEXT, encoding="utf-8")
    return file


def test_it_needs_nothing_else_and_is_whole(path: Path) -> None:
    html = api.report_html(path)
    seen = Seen(html)
    assert seen.open == []
    assert not {"script", "link", "img", "iframe"} & set(seen.tags)
    assert seen.links == [] and "url(" not in html and "@import" not in html
    assert 'lang="ja"' in html and "@page{size:A4" in html


def test_causes_come_first_and_are_numbered(path: Path) -> None:
    html = api.report_html(path)
    rules = re.findall(r"<span class=code>(L[^<]*)</span></div>", html)
    findings = list(dict.fromkeys(f.rule for f in api.check(path).findings))
    assert rules == findings and rules[0] == "L3-01"
    assert [int(n) for n in re.findall(r"<span class=no>(\d+)</span>", html)] == list(
        range(1, len(rules) + 1)
    )


def test_only_bad_rows_with_red_cells_row_numbers_and_letters(path: Path) -> None:
    html = api.report_html(path)
    seen = Seen(html)
    assert seen.red == ["①種", "80人", "約110"]
    rows = html[html.index("指摘のある行") : html.index("項目と型")]
    assert re.findall(r"<tr><th scope=row>(\d+)</th>", rows) == ["3", "6"]
    assert "<th>A</th><th>B</th><th>C</th></tr>" in rows
    assert "B館" not in rows and "1 列" in rows


def test_questions_can_be_ticked_on_paper(path: Path) -> None:
    report, rows = api.report_and_rows(path)
    assert report.questions
    html = page([(report, rows)])
    assert "確認してください" in html and html.count("☐") == 2 * len(report.questions)
    first = report.questions[0]
    answered = api.report_html(path, answers={first.id: True})
    assert answered.count("☑") == 1 and "答え: はい" in answered


def test_several_files_begin_with_a_list_of_links(path: Path, tmp_path: Path) -> None:
    empty = tmp_path / "空.csv"
    empty.write_bytes(b"")
    html = page([api.report_and_rows(path), api.report_and_rows(empty)])
    seen = Seen(html)
    assert seen.links == ["#f1", "#f2"] and 'id="f2"' in html
    assert "読めません" in html and "空.csv" in html


def test_secret_values_are_covered_and_only_faults_are_red(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text(
        "氏名,住所,電話番号\n佐藤 太郎,真岡市荒町1,0285-83-0001\n鈴木 花子,真岡市台町2,0285-83-0002\n",
        encoding="utf-8",
    )
    html = api.report_html(file)
    assert "■■■" in html
    assert not any(word in html for word in ("佐藤", "荒町", "83-0001"))


def test_english_pages_have_no_japanese_of_ours(path: Path) -> None:
    html = api.report_html(path, lang="en")
    assert "What to mend, causes first" in html and "直し方" not in html and 'lang="en"' in html


def test_a_clean_file_says_so(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("名称,件数\nA館,1\nB館,2\n", encoding="utf-8")
    html = api.report_html(file)
    assert "公開できます" in html and "指摘はありません。" in html and "class=bad" not in html
