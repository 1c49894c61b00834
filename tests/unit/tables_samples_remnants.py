"""Samples of what a workbook carries besides its cells: the rules P-04 to P-12."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from tables_samples import sample
from tables_samples_workbooks import BUDGET, HALLS, POPULATION, book

ROSTER = [["氏名", "住所"], ["佐藤太郎", "真岡市荒町1番地"], ["鈴木花子", "真岡市台町2番地"]]
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def with_parts(path: Path, parts: dict[str, str], edit: Callable[[str, str], str] | None = None) -> None:
    """Write a workbook with parts added to its package; ``edit`` changes the parts that are there."""
    workbook, _sheet = book(HALLS)
    raw = path.with_suffix(".raw")
    workbook.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            data = source.read(item.filename)
            if edit and item.filename.endswith((".xml", ".rels")):
                data = edit(item.filename, data.decode()).encode()
            target.writestr(item.filename, data)
        for name, text in parts.items():
            target.writestr(name, text)


def plain(path: Path) -> None:
    """A workbook that carries nothing but its cells."""
    book(POPULATION)[0].save(path)


for _rule in ("P-04", "P-06", "P-07", "P-08", "P-09", "P-10", "P-11", "P-12"):
    sample(_rule, "clean-セルだけのブック.xlsx")(plain)


@sample("P-04", "faulty-非表示の名簿.xlsx")
def hidden_roster(path: Path) -> None:
    workbook, _sheet = book(HALLS)
    other = workbook.create_sheet("作業用")
    for row in ROSTER:
        other.append(row)
    other.sheet_state = "hidden"
    workbook.save(path)


@sample("P-04", "faulty-非表示の計算.xlsx")
def hidden_sums(path: Path) -> None:
    workbook, _sheet = book(HALLS)
    other = workbook.create_sheet("計算")
    for row in BUDGET:
        other.append(row)
    other.sheet_state = "veryHidden"
    workbook.save(path)


@sample("P-05", "faulty-電話のメモ.xlsx")
def comment_with_phone(path: Path) -> None:
    workbook, sheet = book(HALLS)
    sheet["A3"].comment = Comment("館長の携帯 090-1234-5678 に確認", "")
    workbook.save(path)


@sample("P-06", "faulty-作成者.xlsx")
def author(path: Path) -> None:
    workbook, _sheet = book(HALLS)
    workbook.properties.creator = "真岡 一郎"
    workbook.save(path)


@sample("P-06", "faulty-最終更新者.xlsx")
def last_editor(path: Path) -> None:
    workbook, _sheet = book(BUDGET)
    workbook.properties.lastModifiedBy = "佐藤 花子"
    workbook.save(path)


@sample("P-07", "faulty-外部リンク.xlsx")
def link(path: Path) -> None:
    with_parts(
        path,
        {
            "xl/externalLinks/externalLink1.xml": f'<externalLink {_MAIN}><externalBook xmlns:r="{_REL}" r:id="rId1"><sheetDataSet>'
            '<sheetData sheetId="0"><row r="1"><cell r="A1"><v>120</v></cell></row></sheetData></sheetDataSet></externalBook></externalLink>',
            "xl/externalLinks/_rels/externalLink1.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{_REL}/externalLinkPath" Target="genbo.xlsx" TargetMode="External"/></Relationships>',
        },
    )


@sample("P-07", "faulty-ピボットの元データ.xlsx")
def pivot(path: Path) -> None:
    with_parts(
        path,
        {
            "xl/pivotCache/pivotCacheDefinition1.xml": f'<pivotCacheDefinition {_MAIN} recordCount="2"><cacheFields count="2">'
            '<cacheField name="地区"><sharedItems><s v="荒町"/><s v="台町"/></sharedItems></cacheField>'
            '<cacheField name="金額"><sharedItems/></cacheField></cacheFields></pivotCacheDefinition>',
        },
    )


@sample("P-08", "faulty-名前に名簿.xlsx")
def name_with_data(path: Path) -> None:
    workbook, _sheet = book(HALLS)
    workbook.defined_names["担当"] = DefinedName("担当", attr_text='{"佐藤太郎","鈴木花子"}')
    workbook.save(path)


@sample("P-08", "faulty-名前にパス.xlsx")
def name_with_path(path: Path) -> None:
    workbook, _sheet = book(HALLS)
    workbook.defined_names["元表"] = DefinedName("元表", attr_text='"C:\\Users\\sato\\公民館\\genbo.xlsx"')
    workbook.save(path)


def _revisions(path: Path, old: str) -> None:
    with_parts(
        path,
        {
            "xl/revisions/revisionHeaders.xml": f"<headers {_MAIN}/>",
            "xl/revisions/revisionLog1.xml": f'<revisions {_MAIN}><rcc rId="1" sId="1"><oc r="C2" t="inlineStr"><is><t>{old}</t></is></oc>'
            '<nc r="C2"><v>120</v></nc></rcc></revisions>',
        },
    )


@sample("P-09", "faulty-変更履歴.xlsx")
def revisions(path: Path) -> None:
    _revisions(path, "110人（見込み）")


@sample("P-09", "faulty-変更履歴に名簿.xlsx")
def revisions_with_persons(path: Path) -> None:
    _revisions(path, "090-1234-5678")


@sample("P-10", "faulty-埋め込み.xlsx")
def embedded(path: Path) -> None:
    with_parts(path, {"xl/embeddings/oleObject1.bin": "x"})


@sample("P-10", "faulty-別のデータ.xlsx")
def foreign(path: Path) -> None:
    with_parts(path, {"customXml/item1.xml": "<data><memo>荒町の改修は来年度の予算で行う</memo></data>"})


def _choices(path: Path, words: str) -> None:
    workbook, sheet = book(HALLS)
    choice = DataValidation(type="list", formula1=f'"{words}"')
    choice.add("B2:B6")
    sheet.add_data_validation(choice)
    workbook.save(path)


@sample("P-11", "clean-地区の選択肢.xlsx")
def choices_of_areas(path: Path) -> None:
    _choices(path, "荒町,西田井,東郷,東大島,久下田")


@sample("P-11", "faulty-担当者の選択肢.xlsx")
def choices_of_persons(path: Path) -> None:
    _choices(path, "佐藤 太郎,鈴木 花子,高橋 一郎")


@sample("P-11", "faulty-連絡先の選択肢.xlsx")
def choices_of_phones(path: Path) -> None:
    _choices(path, "090-1234-5678,080-2345-6789")


@sample("P-12", "faulty-部外秘のヘッダー.xlsx")
def internal_header(path: Path) -> None:
    workbook, sheet = book(BUDGET)
    sheet.oddHeader.right.text = "部外秘"
    workbook.save(path)


@sample("P-12", "faulty-フッターのパス.xlsx")
def path_in_footer(path: Path) -> None:
    workbook, sheet = book(BUDGET)
    sheet.oddFooter.left.text = "C:\\Users\\sato\\予算\\r6.xlsx"
    workbook.save(path)
