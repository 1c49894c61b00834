"""Repair step by step: what is certain is mended under its own rule, what is in doubt stays."""

from __future__ import annotations

import csv
import json
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from ckanext.moka.tables import api


def table(folder: Path, rows: list[list[object]], name: str = "t.csv") -> Path:
    path = folder / name
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path)
    else:
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(rows)
    return path


def column(
    folder: Path, label: str, cells: list[object], name: str = "t.csv"
) -> tuple[str, list[str], set[str]]:
    """Return the label, the cells as written, and the rules of a column after repair, beside a column of names."""
    path = table(folder, [["名称", label], *[[f"第{n}館", cell] for n, cell in enumerate(cells, 1)]], name)
    loaded = api.load(path)
    grid = loaded.grid()
    return grid[0][1], [row[1] for row in grid[1:]], {change.rule for change in loaded.changes}


@pytest.mark.parametrize(
    ("label", "cells", "new_label", "new_cells", "rules"),
    [
        # Units move to the label, only when all agree, and are never dropped.
        ("定員", ["80人", "1,200人", "5"], "定員（人）", ["80", "1200", "5"], {"L2-01"}),
        ("人口", ["80人", "12人"], "人口（人）", ["80", "12"], {"L2-01"}),
        ("面積（㎡）", ["80㎡", "12㎡"], "面積（m2）", ["80", "12"], {"L2-01", "L1-08"}),
        ("面積", ["80㎡", "12ha"], "面積", ["80m2", "12ha"], {"L1-08"}),
        ("金額（千円）", ["80円", "12円"], "金額（千円）", ["80円", "12円"], set()),
        ("料金", ["500円", "¥300"], "料金（円）", ["500", "300"], {"L2-01"}),
        # Signs, width, blanks.
        ("増減", ["△5", "▲1,000", "－3", "７"], "増減", ["-5", "-1000", "-3", "7"], {"L2-01"}),
        ("人数", ["－", "…", "x", "***", "", "約5", "7", "8", "9"], "人数", ["－", "…", "x", "***", "", "約5", "7", "8", "9"], set()),
        # Codes with proof of their lost zero.
        ("団体コード", ["92096", "092011"], "団体コード", ["092096", "092011"], {"L3-06"}),
        ("団体コード", ["13101", "92097"], "団体コード", ["13101", "92097"], set()),
        ("郵便番号", ["600000", "3214395"], "郵便番号", ["0600000", "3214395"], {"V-03"}),
        ("郵便番号", ["321", "32143"], "郵便番号", ["321", "32143"], set()),
        ("電話番号", ["285830000", "9012345678", "110"], "電話番号", ["0285830000", "09012345678", "110"], {"V-04"}),
        ("内線番号", ["285830000"], "内線番号", ["285830000"], set()),
        ("郵便番号", ["３２１－４３９５"], "郵便番号", ["321-4395"], {"fullwidth"}),
        # Days with the borders of eras; an impossible day stays.
        ("開設日", ["令和6年4月1日", "R6.4.1", "H22.10.10", "昭和64年1月7日", "平成元年1月8日"], "開設日",
         ["2024-04-01", "2024-04-01", "2010-10-10", "1989-01-07", "1989-01-08"], {"L3-05"}),
        ("開設日", ["昭和64年1月8日", *["2001-04-01"] * 5], "開設日", ["昭和64年1月8日", *["2001-04-01"] * 5], set()),
        ("開設日", ["令和6年2月30日", *["2001/4/1"] * 5], "開設日", ["令和6年2月30日", *["2001-04-01"] * 5], {"L3-05"}),
        ("更新日", ["45383", "2024-03-30", *["2024-04-02"] * 5], "更新日", ["2024-04-01", "2024-03-30", *["2024-04-02"] * 5], {"V-05"}),
        # A serial number outside the other days may count from another year, or be a number: none is touched.
        ("更新日", ["45383", "45390", "2024-03-30", *["2024-04-02"] * 8], "更新日", ["45383", "45390", "2024-03-30", *["2024-04-02"] * 8], set()),
        ("開催日", ["令和6年2月18日（日）", "R6.11.10(日)", "2024/7/26（金）"], "開催日", ["2024-02-18", "2024-11-10", "2024-07-26"], {"L3-05"}),
        ("開催日", ["令和6年2月18日（月）", *["2024-04-02"] * 5], "開催日", ["令和6年2月18日（月）", *["2024-04-02"] * 5], set()),
        # Month first, proven by a day above 12; not proven, or read so no day: left.
        ("lunchDay", ["6/1/2021", "6/15/2021", "6/30/2021", "44355"], "lunchDay", ["2021-06-01", "2021-06-15", "2021-06-30", "2021-06-08"], {"V-05"}),
        ("実施日", ["6/1/2021", "6/2/2021", "7/3/2021"], "実施日", ["6/1/2021", "6/2/2021", "7/3/2021"], set()),
        ("実施日", ["6/15/2021", "15/6/2021", "7/3/2021"], "実施日", ["6/15/2021", "15/6/2021", "7/3/2021"], set()),
        ("備考", ["令和6年4月1日に開館", "改修中", "なし"], "備考", ["令和6年4月1日に開館", "改修中", "なし"], set()),
        # Blanks for the look.
        ("氏　名", ["佐藤　太郎", "森　進"], "氏名", ["佐藤　太郎", "森　進"], {"L1-06"}),
        ("市町村", ["真 岡 市", "益　子　町", "合　　計"], "市町村", ["真岡市", "益子町", "合計"], {"L1-06"}),
        ("曜日", ["月 火 水", "大　中　小"], "曜日", ["月 火 水", "大　中　小"], set()),
        ("区分", [" A館", "B館　", "C\u200b館"], "区分", ["A館", "B館", "C館"], {"L1-06", "control-character"}),
        ("種別", ["国   宝", "重　要　文　化　財", "史  跡"], "種別", ["国宝", "重要文化財", "史跡"], {"L1-06"}),
        ("文化財名", ["中央  公園", "太刀  銘　元重", "弥生土器  ５３点"], "文化財名", ["中央 公園", "太刀 銘　元重", "弥生土器 ５３点"], {"L1-06"}),
        ("住所", ["荒町　　1201", "石島  893"], "住所", ["荒町　1201", "石島 893"], {"L1-06"}),
        ("代表者名", ["森    進", "佐藤　　太郎"], "代表者名", ["森 進", "佐藤　太郎"], {"L1-06"}),
        ("受講生", ["森    進", "小比賀  通延"], "受講生", ["森 進", "小比賀 通延"], {"L1-06"}),
        # A gap that may part two values stays and is reported.
        ("連絡先", ["市民課  0285-83-8117", "9:00  17:00"], "連絡先", ["市民課  0285-83-8117", "9:00  17:00"], set()),
        ("施設", ["図書館  公民館", "体育館", "大   小"], "施設", ["図書館  公民館", "体育館", "大   小"], set()),
        # Letters.
        ("施設名", ["髙橋館", "神\ufa19社", "㈱みほん", "か\u3099くえん"], "施設名", ["髙橋館", "神\ufa19社", "㈱みほん", "がくえん"], {"nfc"}),
        ("区分", ["①種", "Ⅳ種"], "区分", ["(1)種", "IV種"], {"L1-08"}),
        ("フリガナ", ["ﾄｼｮｶﾝ", "コウエン"], "フリガナ", ["トショカン", "コウエン"], {"V-10"}),
        ("店名", ["ｱｲﾘｽ", "コウエン"], "店名", ["ｱｲﾘｽ", "コウエン"], set()),
        ("学年", ["６年", "6年", "6年", "5年", "5年", "5年"], "学年", ["6年", "6年", "6年", "5年", "5年", "5年"], {"L2-04"}),
        ("型", ["A", "a", "A", "a"], "型", ["A", "a", "A", "a"], set()),
        ("可否", ["－", "-", "有", "有", "－", "-"], "可否", ["－", "-", "有", "有", "－", "-"], set()),
        # Repeated values: only where 前行と同じ値 leaves no doubt.
        ("地区", ["荒町", "〃", "同上", "台町"], "地区", ["荒町", "荒町", "荒町", "台町"], {"L2-02"}),
        ("地区", ["〃", "荒町", "", "〃", "－", "同上"], "地区", ["〃", "荒町", "", "〃", "－", "同上"], set()),
        ("地区", ["荒町", "″", "〃", "同", "同上"], "地区", ["荒町", "″", "〃", "同", "同上"], set()),
        ("地区", ["荒町", "", "台町"], "地区", ["荒町", "", "台町"], set()),
        ("開始", ["9:00", "１０：００", "25:30"], "開始", ["09:00", "10:00", "25:30"], {"V-06"}),
    ],
)  # fmt: skip
def test_a_step(
    tmp_path: Path, label: str, cells: list[object], new_label: str, new_cells: list[str], rules: set[str]
) -> None:
    found = column(tmp_path, label, cells)
    assert found[:2] == (new_label, new_cells)
    assert found[2] == rules


def test_codes_that_a_spreadsheet_holds_as_numbers(tmp_path: Path) -> None:
    assert column(tmp_path, "電話番号", [285830000, "0285-83-1111"], "t.xlsx")[1] == [
        "0285830000",
        "0285-83-1111",
    ]
    assert column(tmp_path, "団体コード", [92096, 92011], "t.xlsx")[1][0] == "092096"
    days: list[object] = [datetime(2024, 3, 30), *[datetime(2024, 4, 2)] * 5]
    written = ["2024-04-01", "2024-03-30", *["2024-04-02"] * 5]
    assert column(tmp_path, "更新日", [45383, *days], "t.xlsx")[1] == written
    assert column(tmp_path, "番号", [45383, 45384], "t.xlsx")[1] == ["45383", "45384"]


def test_what_people_wrote_around_the_table_is_carried_into_its_metadata(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["公共施設の一覧（真岡市）", "", ""],
        ["令和6年4月1日現在", "", "（単位：人）"],
        [],
        ["番号", "名称", "定員"],
        [1, "A館", 10],
        [2, "B館", 20],
        ["※休館中の施設を除く。"],
        ["資料：真岡市総務課"],
    ]
    for name in ("t.csv", "t.xlsx"):
        loaded = api.load(table(tmp_path, rows, name))
        assert (loaded.title, loaded.as_of, loaded.unit, loaded.source) == (
            "公共施設の一覧（真岡市）", "2024-04-01", "人", "真岡市総務課",
        )  # fmt: skip
        assert loaded.notes == ["※休館中の施設を除く。"]
        assert {s.text for s in loaded.said.cells} == {
            "公共施設の一覧（真岡市）", "令和6年4月1日現在", "（単位：人）", "※休館中の施設を除く。", "資料：真岡市総務課",
        }  # fmt: skip
        assert list(loaded.rows) == [(1, "A館", 10), (2, "B館", 20)]


def test_titles_of_tables_side_by_side_and_authors_of_linkdata(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["表1 人口", None, None, "表2 世帯"],
        ["年", "人口", None, "地区", "世帯数"],
        [2020, 1000, None, "東", 5],
        [2021, 1100, None, "西", 6],
        [2022, 1200, None, "南", 7],
    ]
    done = api.fix_all(table(tmp_path, rows, "t.xlsx"), tmp_path)
    assert [loaded.title for _out, loaded, _changes in done] == ["表1 人口", "表2 世帯"]
    lines = ["#LINK", "#attribution_name,高松市", "#property,name,address", "1,A館,荒町", "2,B館,台町"]
    (tmp_path / "l.csv").write_text("\n".join(lines), encoding="utf-8")
    assert api.load(tmp_path / "l.csv").source == "高松市"


def test_several_tables_become_several_files_named_by_their_titles(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["人口の推移"], ["年", "人口"], [2020, 100], [2021, 110]):
        book.active.append(row)
    other = book.create_sheet("世帯")
    for row in (["地区", "世帯数"], ["東", 5], ["西", 6]):
        other.append(row)
    path = tmp_path / "統計.xlsx"
    book.save(path)
    done = api.fix_all(path, tmp_path)
    assert [out.name for out, _table, _changes in done] == ["統計_人口の推移.csv", "統計_世帯.csv"]
    assert (tmp_path / "統計_世帯.csv").read_text(encoding="utf-8-sig") == "地区,世帯数\n東,5\n西,6\n"
    alone = api.fix(path, tmp_path / "main.csv")
    left = [c for c in alone if c.what == "table"]
    assert len(left) == 1 and left[0].rule == "L1-02" and left[0].new is None


def test_years_that_stand_as_columns_become_rows_when_that_is_wanted(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        [
            ["地区", "", "平成30年度", "令和元年度", "2020年度", "備考"],
            ["東", "", 1, "1,000", 3, "a"],
            ["西", "", 4, "－", 6, ""],
        ],
    )
    assert api.load(path).grid()[0] == ["地区", "平成30年度", "令和元年度", "2020年度", "備考"]
    out = tmp_path / "long.csv"
    changes = api.fix(path, out, long=True)
    assert out.read_text(encoding="utf-8-sig").split() == [
        "地区,備考,年度,値", "東,a,2018,1", "東,a,2019,1000", "東,a,2020,3", "西,,2018,4", "西,,2019,－", "西,,2020,6",
    ]  # fmt: skip
    api.undo_fix(out, [c.to_dict() for c in changes], tmp_path / "back.csv", bom=False)
    assert (tmp_path / "back.csv").read_text() == path.read_text()


def test_the_same_year_twice_is_not_made_long(tmp_path: Path) -> None:
    path = table(tmp_path, [["地区", "平成30年", "平成31年", "令和元年"], ["東", 1, 2, 3]])
    assert api.load(path).long() is None


def test_rules_can_be_chosen_and_taken_back(tmp_path: Path) -> None:
    path = table(tmp_path, [["施設の一覧", ""], ["名称", "定員"], ["A館 ", "1,200"], ["B館", "30"]])
    out, back = tmp_path / "o.csv", tmp_path / "b.csv"
    changes = api.fix(path, out, bom=False, without=["L2-01"])
    assert out.read_text() == '名称,定員\nA館,"1,200"\nB館,30\n'
    changes = api.fix(path, out, bom=False, only=["L2-01"])
    assert out.read_text() == "施設の一覧,\n名称,定員\nA館 ,1200\nB館,30\n"
    changes = api.fix(path, out, bom=False)
    listed = json.loads(json.dumps([c.to_dict() for c in changes]))
    api.undo_fix(out, listed, back, bom=False)
    assert back.read_text() == path.read_text()
    api.undo_fix(out, listed, back, bom=False, only=["L2-01"])
    assert back.read_text() == '名称,定員\nA館,"1,200"\nB館,30\n'
    other = table(tmp_path, [["名称", "定員"], ["C館", "5"], ["D館", "6"]], "other.csv")
    with pytest.raises(api.CannotUndo, match="セル"):
        api.undo_fix(other, listed, back)


def test_formulas_give_way_to_their_stored_results(tmp_path: Path) -> None:
    # openpyxl stores no results: the finding formula-error tells, and nothing is made up.
    path = table(tmp_path, [["名称", "計"], ["A館", "=1+1"], ["B館", 3]], "t.xlsx")
    assert api.load(path).grid()[1] == ["A館", ""]
    assert not [c for c in api.load(path).changes if c.rule == "L2-06"]


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_repair_types_the_repaired_columns(tmp_path: Path, suffix: str) -> None:
    path = table(
        tmp_path,
        [["名称", "定員", "開設日"], ["A館", "１，２００人", "H13.4.1"], ["B館", "30人", "令和6年4月1日"]],
        f"t.{suffix}",
    )
    loaded = api.load(path)
    assert [(c.label, c.type) for c in loaded.columns] == [
        ("名称", "text"),
        ("定員（人）", "integer"),
        ("開設日", "date"),
    ]
    assert list(loaded.rows) == [("A館", 1200, date(2001, 4, 1)), ("B館", 30, date(2024, 4, 1))]


def test_a_finding_is_repairable_only_when_nothing_of_it_is_left(tmp_path: Path) -> None:
    def fixable(cells: list[object], name: str = "t.csv") -> bool:
        rows = [["名称", "定員"], *[[f"第{n}館", cell] for n, cell in enumerate(cells)]]
        found = [f for f in api.check(table(tmp_path, rows, name)).findings if f.rule == "L2-01"]
        assert found
        return all(f.fixable for f in found)

    assert fixable(["80人", "1,200人", "5人"])
    assert not fixable(["80人", "5世帯", "6人"])
    assert not fixable(["約80", "5", "6", "7", "8"])
    assert fixable(["80", 5, 6], "t.xlsx")
