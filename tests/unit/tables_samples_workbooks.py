"""Samples that are workbooks: what only Excel files can get wrong."""

from __future__ import annotations

from pathlib import Path

import openpyxl
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet
from PIL import Image as Picture
from tables_samples import sample

HALLS = [
    ["施設名", "地区", "定員（人）", "開館年"],
    ["中央公民館", "荒町", 120, 1985],
    ["西田井分館", "西田井", 60, 1992],
    ["大内分館", "東郷", 80, 1978],
    ["山前分館", "東大島", 45, 1981],
    ["二宮分館", "久下田", 90, 1990],
]
BUDGET = [
    ["款", "予算額（千円）", "決算額（千円）"],
    ["総務費", 2900000, 2810332],
    ["民生費", 6300000, 6120988],
    ["衛生費", 1450000, 1402113],
    ["農林水産業費", 1000000, 980114],
]
POPULATION = [
    ["地区", "世帯数", "男", "女"],
    ["真岡", 18234, 20110, 19877],
    ["山前", 4821, 5602, 5533],
    ["大内", 3377, 4120, 4011],
    ["中村", 4410, 5520, 5388],
]
RED = PatternFill("solid", fgColor="FFFF0000")
YELLOW = PatternFill("solid", fgColor="FFFFFF00")
GREY = PatternFill("solid", fgColor="FFD9D9D9")


def book(rows: list[list[object]], title: str = "一覧") -> tuple[openpyxl.Workbook, Worksheet]:
    """Return a workbook of one sheet without the traces that programs leave."""
    workbook = openpyxl.Workbook()
    workbook.properties.creator = ""
    sheet = workbook.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    return workbook, sheet


def picture(path: Path) -> Image:
    """Return a small picture to put on a sheet."""
    dot = path.with_suffix(".png")
    Picture.new("RGB", (8, 8), "white").save(dot)
    return Image(dot)


@sample("L1-01", "faulty-表の画像.xlsx")
def only_a_picture(path: Path) -> None:
    workbook, sheet = book([])
    sheet.add_image(picture(path), "B2")
    workbook.save(path)


@sample("L1-02", "faulty-縦に二つの表.xlsx")
def two_tables(path: Path) -> None:
    workbook, sheet = book(HALLS)
    for number, row in enumerate(BUDGET, start=len(HALLS) + 3):
        for column, value in enumerate(row, start=1):
            sheet.cell(number, column, value)
    workbook.save(path)


@sample("L1-04", "faulty-欄外のメモ.xlsx")
def side_note(path: Path) -> None:
    workbook, sheet = book(HALLS)
    sheet["H3"] = "要確認"
    sheet["H4"] = "改修予定を財政課に確認のこと"
    workbook.save(path)


@sample("L1-06", "faulty-セル内の改行.xlsx")
def line_breaks(path: Path) -> None:
    rows = [list(row) for row in HALLS]
    rows[1][0], rows[4][0] = "中央\n公民館", "山前\n分館"
    workbook, _sheet = book(rows)
    workbook.save(path)


@sample("L1-10", "clean-図形なし.xlsx")
def no_objects(path: Path) -> None:
    book(POPULATION)[0].save(path)


@sample("L1-10", "faulty-ロゴ.xlsx")
def logo(path: Path) -> None:
    workbook, sheet = book(HALLS)
    sheet.add_image(picture(path), "G2")
    workbook.save(path)


@sample("L1-10", "faulty-グラフ.xlsx")
def chart(path: Path) -> None:
    workbook, sheet = book(POPULATION)
    item = openpyxl.chart.BarChart()
    item.add_data(openpyxl.chart.Reference(sheet, min_col=2, min_row=1, max_row=5), titles_from_data=True)
    sheet.add_chart(item, "G2")
    workbook.save(path)


@sample("L1-11", "clean-飾りの書式.xlsx")
def decoration(path: Path) -> None:
    workbook, sheet = book([*POPULATION, ["計", 30842, 35352, 34809]])
    for cell in sheet[1]:
        cell.fill, cell.font = GREY, Font(bold=True)
    for row in (3, 5):
        for cell in sheet[row]:
            cell.fill = PatternFill("solid", fgColor="FFEEF3FB")
    for cell in sheet[6]:
        cell.font = Font(bold=True)
    workbook.save(path)


@sample("L1-11", "faulty-取り消し線.xlsx")
def struck_out(path: Path) -> None:
    workbook, sheet = book(HALLS)
    sheet["A4"].font = Font(strike=True)
    workbook.save(path)


@sample("L1-11", "faulty-黄色のセル.xlsx", answer="yes")
def yellow_cells(path: Path) -> None:
    workbook, sheet = book(HALLS)
    for cell in sheet[3]:
        cell.fill = YELLOW
    workbook.save(path)


@sample("L1-11", "faulty-赤字の速報値.xlsx", answer="yes")
def red_figures(path: Path) -> None:
    workbook, sheet = book(POPULATION)
    sheet["B5"].font = Font(color="FFFF0000")
    sheet["C5"].font = Font(color="FFFF0000")
    workbook.save(path)


@sample(
    "L1-11",
    "faulty-凡例.xlsx",
    related=("L1-04",),
    reason="the legend that says what the colour means stands below the table",
)
def legend(path: Path) -> None:
    workbook, sheet = book([*HALLS, [], ["※黄色の施設は休館中です。"]])
    for cell in sheet[3]:
        cell.fill = YELLOW
    workbook.save(path)


@sample("L1-12", "clean-結合なし.xlsx")
def not_merged(path: Path) -> None:
    book(BUDGET)[0].save(path)


@sample("L1-12", "faulty-地区の結合.xlsx")
def merged_groups(path: Path) -> None:
    rows = [
        ["地区", "町名", "世帯数"],
        ["真岡", "荒町", 820],
        [None, "台町", 611],
        ["山前", "東大島", 402],
        [None, "君島", 188],
    ]
    workbook, sheet = book(rows)
    sheet.merge_cells("A2:A3")
    sheet.merge_cells("A4:A5")
    workbook.save(path)


@sample("L1-12", "faulty-備考の結合.xlsx")
def merged_notes(path: Path) -> None:
    rows = [
        ["路線名", "停留所の数", "備考"],
        ["市街地循環", 24, "毎日運行"],
        ["二宮線", 18, None],
        ["中村線", 15, "平日のみ"],
    ]
    workbook, sheet = book(rows)
    sheet.merge_cells("C2:C3")
    workbook.save(path)


@sample("L1-13", "clean-すべて表示.xlsx")
def all_shown(path: Path) -> None:
    book(HALLS)[0].save(path)


@sample("L1-13", "faulty-非表示の行.xlsx")
def hidden_row(path: Path) -> None:
    workbook, sheet = book(HALLS)
    sheet.row_dimensions[4].hidden = True
    workbook.save(path)


@sample("L1-13", "faulty-折りたたんだ列.xlsx")
def folded_columns(path: Path) -> None:
    workbook, sheet = book(BUDGET)
    sheet.column_dimensions.group("B", "B", hidden=True)
    workbook.save(path)


@sample("L2-01", "faulty-文字の数値.xlsx")
def numbers_as_text(path: Path) -> None:
    rows = [list(row) for row in BUDGET]
    rows[2][2], rows[3][2] = "6120988", "1402113"
    book(rows)[0].save(path)


@sample(
    "L2-03",
    "faulty-二段の項目名.xlsx",
    related=("L1-12",),
    reason="a name above two columns is a merged cell",
)
def two_header_rows(path: Path) -> None:
    rows = [["年度", "歳入", None, "歳出", None], [None, "予算額（千円）", "決算額（千円）", "予算額（千円）", "決算額（千円）"],
            [2022, 37200000, 36890122, 37200000, 35410988], [2023, 37900000, 37411870, 37900000, 36004321]]  # fmt: skip
    workbook, sheet = book(rows)
    for area in ("A1:A2", "B1:C1", "D1:E1"):
        sheet.merge_cells(area)
    workbook.save(path)


def calculated(path: Path, cells: dict[str, tuple[str, float]], rows: list[list[object]]) -> None:
    """Write formulas with their stored results, as Excel does (openpyxl stores no results)."""
    import zipfile

    workbook, sheet = book(rows)
    for cell, (formula, _result) in cells.items():
        sheet[cell] = f"={formula}"
    raw = path.with_suffix(".raw")
    workbook.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            data = source.read(item.filename)
            if item.filename == "xl/worksheets/sheet1.xml":
                for formula, result in cells.values():
                    data = data.replace(
                        f"<f>{formula}</f><v></v>".encode(), f"<f>{formula}</f><v>{result}</v>".encode()
                    )
                    data = data.replace(
                        f"<f>{formula}</f><v />".encode(), f"<f>{formula}</f><v>{result}</v>".encode()
                    )
            target.writestr(item, data)


@sample("L2-06", "clean-値だけ.xlsx")
def values_only(path: Path) -> None:
    book([*BUDGET, ["商工費", 800000, 790112]])[0].save(path)


@sample("L2-06", "faulty-合計の数式.xlsx")
def sum_formula(path: Path) -> None:
    calculated(
        path, {"B6": ("SUM(B2:B5)", 11650000), "C6": ("SUM(C2:C5)", 11313547)}, [*BUDGET, ["計", None, None]]
    )


@sample("L2-06", "faulty-差引の数式.xlsx")
def difference_formula(path: Path) -> None:
    rows = [[*row, None] for row in BUDGET]
    rows[0][3] = "差引（千円）"
    calculated(
        path, {f"D{n}": (f"B{n}-C{n}", float(BUDGET[n - 1][1] - BUDGET[n - 1][2])) for n in range(2, 6)}, rows
    )  # type: ignore[operator]


@sample("L3-01", "faulty-空の行から.xlsx")
def blank_rows_first(path: Path) -> None:
    book([[], [], *HALLS])[0].save(path)


@sample("L3-02", "clean-コード表のシート.xlsx")
def code_sheet(path: Path) -> None:
    rows = [
        ["施設名", "施設区分コード"],
        ["中央公民館", 1],
        ["市立図書館", 1],
        ["総合体育館", 2],
        ["市営プール", 2],
    ]
    workbook, _sheet = book(rows)
    codes = workbook.create_sheet("コード表")
    for row in [["コード", "名称"], [1, "社会教育施設"], [2, "スポーツ施設"]]:
        codes.append(row)
    workbook.save(path)


@sample("L3-07", "faulty-年ごとのシート.xlsx")
def sheets_differ(path: Path) -> None:
    workbook, sheet = book(POPULATION)
    sheet.title = "令和4年度"
    later = workbook.create_sheet("令和5年度")
    for row in [["町丁名", "世帯主の平均年齢", "高齢化率（%）"], ["荒町", 58.1, 31.2], ["台町", 57.4, 30.8]]:
        later.append(row)
    workbook.save(path)


@sample("L3-07", "clean-年ごとに同じ項目.xlsx")
def sheets_agree(path: Path) -> None:
    workbook, sheet = book(POPULATION)
    sheet.title = "令和4年度"
    later = workbook.create_sheet("令和5年度")
    for row in POPULATION:
        later.append(row)
    workbook.save(path)


@sample("formula-error", "clean-結果のある表.xlsx")
def no_formula(path: Path) -> None:
    book(POPULATION)[0].save(path)


@sample("formula-error", "faulty-結果のない数式.xlsx")
def no_result(path: Path) -> None:
    workbook, sheet = book([*BUDGET, ["商工費", 800000, None]])
    sheet["C6"] = "=B6*0.98"
    workbook.save(path)


@sample("formula-error", "faulty-エラー値.xlsx")
def error_value(path: Path) -> None:
    rows = [list(row) for row in BUDGET]
    rows[3][2] = "#REF!"
    workbook, sheet = book(rows)
    sheet["C4"].data_type = "e"
    workbook.save(path)


@sample("format-error", "faulty-中身はExcel.csv")
def named_csv(path: Path) -> None:
    book(HALLS)[0].save(path)


@sample("source-error", "faulty-壊れたブック.xlsx")
def truncated(path: Path) -> None:
    workbook, _sheet = book(HALLS)
    workbook.save(path)
    path.write_bytes(path.read_bytes()[:900])


@sample("P-05", "clean-コメントなし.xlsx")
def no_comment(path: Path) -> None:
    book(HALLS)[0].save(path)


@sample("P-05", "faulty-確認のメモ.xlsx")
def comment(path: Path) -> None:
    workbook, sheet = book(HALLS)
    sheet["C3"].comment = Comment("定員は財政課に確認済み", "")
    workbook.save(path)
