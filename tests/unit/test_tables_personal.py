"""Personal data in cells: rosters in many forms are found, lists of offices and facilities are left alone."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment

from ckanext.moka.tables import api
from ckanext.moka.tables.reporting.report import Report

ROSTERS = {
    "与えられた氏名": "氏名,住所,生年月日\n佐藤 太郎,真岡市荒町1,昭和40年4月1日\n鈴木 花子,真岡市台町2,平成2年5月3日\n",
    "姓と名": "姓,名,住所,電話\n佐藤,太郎,真岡市荒町1,0285-83-0001\n鈴木,花子,真岡市台町2,0285-83-0002\n",
    "お名前": "お名前,ご住所,ご連絡先\n佐藤太郎,真岡市荒町1,0285-11-1111\n鈴木花子,真岡市台町2,0285-11-2222\n",
    "世帯": "世帯主,続柄,氏名,性別,年齢\n佐藤太郎,本人,佐藤太郎,男,50\n佐藤太郎,妻,佐藤花子,女,48\n",
    "続柄だけ": "名前,続柄,生まれ\n佐藤太郎,世帯主,1965-04-01\n佐藤花子,妻,1968-04-01\n",
    "保護者": "児童名,保護者,学年,連絡先\n佐藤ひかり,佐藤太郎,3,0285-83-0001\n鈴木はると,鈴木一郎,2,0285-83-0002\n",
    "代表者の自宅": "代表者,自宅住所,携帯\n佐藤 太郎,真岡市荒町1,090-1111-2222\n鈴木 花子,真岡市台町2,080-1111-2222\n",
    "和暦": "名簿番号,氏　名,生年月日\n1,佐藤　太郎,S40.4.1\n2,鈴木　花子,H2.5.3\n",
    "ふりがな": "フリガナ,氏名,〒,住所\nサトウ タロウ,佐藤太郎,321-4305,真岡市荒町1\nスズキ ハナコ,鈴木花子,321-4304,真岡市台町2\n",
    "見出しなし": "佐藤 太郎,昭和40年4月1日,真岡市荒町1番地\n鈴木 花子,平成2年5月3日,真岡市台町2番地\n高橋 一郎,平成3年5月3日,真岡市台町5番地\n",
    "見出しなし・空白なし": "佐藤太郎,真岡市荒町1番地,0285-83-1111\n鈴木花子,真岡市台町2番地,0285-83-2222\n高橋一郎,真岡市台町5番地,0285-83-3333\n"
    "田中次郎,真岡市台町6番地,0285-83-4444\n伊藤美咲,真岡市台町7番地,0285-83-5555\n山田健太,真岡市台町8番地,0285-83-6666\n",
    "納税義務者": "納税義務者,住所,滞納額\n佐藤太郎,真岡市荒町1,120000\n鈴木花子,真岡市台町2,3000\n",
    "患者": "患者氏名,病名,電話番号\n佐藤太郎,高血圧,0285-83-1111\n鈴木花子,糖尿病,0285-83-2222\n",
    "区長": "区,区長名,住所,電話\n1区,佐藤太郎,真岡市荒町1,0285-83-1111\n2区,鈴木花子,真岡市台町2,0285-83-2222\n",
    "英語": "name,address,birthday\nSato Taro,Moka Aramachi 1,1965-04-01\nSuzuki Hanako,Moka Daimachi 2,1990-05-03\n",
}
PUBLIC = {
    "施設": "施設名,住所,電話番号\n荒町公民館,真岡市荒町1,0285-83-1111\n台町会館,真岡市台町2,0285-83-2222\n",
    "歴代市長": "代,市長名,就任日\n1,佐藤太郎,1954-10-01\n2,鈴木花子,1962-10-01\n",
    "事業者の代表者": "商号,代表者,所在地,電話番号\n荒町建設,佐藤太郎,真岡市荒町1,0285-83-1111\n台町設備,鈴木花子,真岡市台町2,0285-83-2222\n",
    "医院": "名称,開設者,所在地,電話\n佐藤医院,佐藤 太郎,真岡市荒町1,0285-83-1111\n鈴木歯科,鈴木 花子,真岡市台町2,0285-83-2222\n",
    "法人番号": "法人番号,名称\n2000012010019,荒町建設\n1000020092096,台町設備\n",
    "代表メール": "施設名,メール\n荒町公民館,info@city.moka.lg.jp\n台町会館,kyoiku@city.moka.lg.jp\n",
    "人口": "町丁名,世帯数,男,女,人口\n荒町一丁目,3,2,4,6\n荒町二丁目,12,20,18,38\n台町,1,1,1,2\n",
    "作者": "作品名,作者,制作年\n夏の川,佐藤 太郎,1954\n冬の山,鈴木 花子,1962\n",
    "議員": "議席番号,議員名,会派,期数\n1,佐藤太郎,清風会,3\n2,鈴木花子,無所属,1\n",
    "路線": "路線番号,路線名,起点\n1,田中線,荒町1\n2,中村線,荒町3\n",
    "大きい人数": "町丁名,要介護認定者数\n荒町一丁目,30\n荒町二丁目,12\n台町,15\n田町,0\n",
    "支店": "金融機関名,支店名,電話番号\n足利銀行,真岡支店,0285-82-1111\n栃木銀行,真岡支店,0285-82-2222\n",
}


def check(folder: Path, text: str, name: str = "表.csv") -> Report:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return api.check(path)


def found(report: Report) -> dict[str, str]:
    return {f.rule: f.severity for f in report.findings if f.rule.startswith("P-")}


@pytest.mark.parametrize("text", ROSTERS.values(), ids=ROSTERS.keys())
def test_a_roster_is_never_published_and_never_repeated(tmp_path: Path, text: str) -> None:
    report = check(tmp_path, text)
    assert found(report)["P-02"] == "fatal"
    assert not report.publishable_after_repair
    said = json.dumps(report.to_dict(), ensure_ascii=False) + api.report_html(tmp_path / "表.csv")
    assert not [
        w
        for w in ("佐藤", "鈴木", "サトウ", "Sato", "荒町1", "83-1111", "S40", "昭和40", "090-11")
        if w in said
    ]


@pytest.mark.parametrize("text", PUBLIC.values(), ids=PUBLIC.keys())
def test_what_is_published_by_office_is_left_alone(tmp_path: Path, text: str) -> None:
    assert found(check(tmp_path, text)) == {}


@pytest.mark.parametrize(
    "number", ["123456789018", "1234-5678-9018", "1234 5678 9018", "１２３４５６７８９０１８"]
)
def test_individual_numbers_in_every_spelling(tmp_path: Path, number: str) -> None:
    assert found(check(tmp_path, f"管理,番号\nA,{number}\nB,{number}\n"))["P-01"] == "fatal"


@pytest.mark.parametrize("number", ["1234567890183", "0285-83-1111", "123456789012", "090123456789"])
def test_other_long_numbers_are_no_individual_numbers(tmp_path: Path, number: str) -> None:
    assert "P-01" not in found(check(tmp_path, f"管理,番号\nA,{number}\nB,{number}\n"))


@pytest.mark.parametrize(
    "mail", ["taro@gmail.com", "hana@docomo.ne.jp", "a.b@yahoo.co.jp", "x@icloud.com", "y@i.softbank.jp"]
)
def test_private_mail_addresses_are_advice(tmp_path: Path, mail: str) -> None:
    assert found(check(tmp_path, f"会員,連絡\n1,{mail}\n"))["P-03"] == "major"


@pytest.mark.parametrize(
    "text",
    [
        "町丁名,身体障害者手帳所持者数\n荒町一丁目,3\n荒町二丁目,12\n台町,1\n田町,0\n",
        "大字,要介護認定者数\n大字長沼,2\n大字八條,14\n大字上大沼,2\n大字下大沼,8\n",
    ],
)
def test_small_counts_of_a_sensitive_kind_in_small_areas(tmp_path: Path, text: str) -> None:
    report = check(tmp_path, text)
    assert found(report) == {"P-13": "major"}
    finding = next(f for f in report.findings if f.rule == "P-13")
    assert finding.count == 2 and report.publishable


@pytest.mark.parametrize(
    "text",
    [
        "氏名,銀行名,口座番号\n佐藤太郎,足利銀行,1234567\n",
        "業者,振込先\nA社,足利銀行 真岡支店 普通 1234567\n",
        "団体,口座番号\nA会,0012345\n",
    ],
)
def test_bank_accounts_are_stopped(tmp_path: Path, text: str) -> None:
    assert found(check(tmp_path, text))["P-14"] == "fatal"


@pytest.mark.parametrize(
    ("value", "severity"),
    [
        ("=cmd|' /C calc'!A0", "critical"),
        ("@SUM(1+1)*cmd|' /C calc'!A0", "critical"),
        ('=HYPERLINK("http://example.com","x")', "critical"),
        ("\t=1+1", "major"),
        ("-2+3", "major"),
        ("+SUM(A1:A3)", "major"),
        ("＝A1+B1", "major"),
    ],
)
def test_texts_that_run_as_formulas(tmp_path: Path, value: str, severity: str) -> None:
    path = tmp_path / "表.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["名称", "備考"])
    book.active.append(["A館", "なし"])
    book.active["B3"].value, book.active["A3"] = value, "B館"
    book.active["B3"].data_type = "s"
    book.save(path)
    finding = next(f for f in api.check(path).findings if f.rule == "formula-injection")
    assert (finding.severity, finding.place.cell) == (severity, "B3")


@pytest.mark.parametrize(
    "value", ["-5", "+3", "－", "-", "--", "+81-285-83-1111", "@city_moka", "====", "-1.5%", "△3", "- 10"]
)
def test_numbers_phones_and_marks_run_nothing(tmp_path: Path, value: str) -> None:
    report = check(tmp_path, f"名称,備考\nA館,なし\nB館,{value}\n")
    assert "formula-injection" not in {f.rule for f in report.findings}


REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'


def packed(folder: Path, change: Callable[[dict[str, str]], None]) -> Report:
    """Return the report on a small workbook whose parts ``change`` has altered."""
    raw = io.BytesIO()
    book = openpyxl.Workbook()
    for row in (["名称", "定員"], ["A館", 10], ["B館", 20]):
        book.active.append(row)
    book.active["B2"].comment = Comment("古い版", "係")
    book.properties.creator = "openpyxl"
    book.save(raw)
    with zipfile.ZipFile(raw) as box:
        parts = {name: box.read(name).decode() for name in box.namelist()}
    change(parts)
    path = folder / "表.xlsx"
    with zipfile.ZipFile(path, "w") as box:
        for name, text in parts.items():
            box.writestr(name, text)
    return api.check(path)


def test_threads_of_comments_are_read_once_with_who_wrote_them(tmp_path: Path) -> None:
    def thread(parts: dict[str, str]) -> None:
        rels = "xl/worksheets/_rels/sheet1.xml.rels"
        more = '<Relationship Id="t1" Type="http://schemas.microsoft.com/office/2017/10/relationships/threadedComment" Target="../threadedComments/threadedComment1.xml"/></Relationships>'
        parts[rels] = parts[rels].replace("</Relationships>", more)
        parts["xl/threadedComments/threadedComment1.xml"] = (
            '<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
            '<threadedComment ref="B2" personId="{1}" id="{2}"><text>自宅 090-1234-5678 に確認</text></threadedComment></ThreadedComments>'
        )
        parts["xl/persons/person.xml"] = (
            '<personList xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"><person displayName="佐藤 太郎" id="{1}"/></personList>'
        )

    report = packed(tmp_path, thread)
    comments = [f for f in report.findings if f.rule == "P-05"]
    assert [(f.severity, f.place.cell, f.count) for f in comments] == [("fatal", "B2", 1), ("minor", None, 1)]
    assert "佐藤" not in json.dumps(report.to_dict(), ensure_ascii=False)


def test_paths_and_own_fields_in_the_properties(tmp_path: Path) -> None:
    def own(parts: dict[str, str]) -> None:
        start = parts["xl/workbook.xml"].index("<sheets>")
        path = '<absPath xmlns="http://schemas.microsoft.com/office/spreadsheetml/2010/11/ac" url="\\\\server\\Profile\\h12207\\Desktop\\"/>'
        parts["xl/workbook.xml"] = parts["xl/workbook.xml"][:start] + path + parts["xl/workbook.xml"][start:]
        parts["docProps/custom.xml"] = (
            '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
            '<property pid="2" name="担当"><vt:lpwstr>佐藤 太郎 090-1234-5678</vt:lpwstr></property></Properties>'
        )
        parts["docProps/app.xml"] = parts["docProps/app.xml"].replace(
            "</Properties>", "<Company>真岡市</Company></Properties>"
        )

    report = packed(tmp_path, own)
    found = [(f.severity, f.message) for f in report.findings if f.rule == "P-06"]
    assert [severity for severity, _m in found] == ["fatal", "minor"]
    assert "担当" in found[0][1] and "保存した場所" in found[1][1]
    assert not [
        w for w in ("h12207", "佐藤", "090-1234") if w in json.dumps(report.to_dict(), ensure_ascii=False)
    ]


def test_the_source_of_a_pivot_table_with_persons_is_fatal(tmp_path: Path) -> None:
    def pivot(parts: dict[str, str]) -> None:
        parts["xl/pivotCache/pivotCacheDefinition1.xml"] = (
            f'<pivotCacheDefinition xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="{REL}" recordCount="2"><cacheFields>'
            '<cacheField name="氏名"><sharedItems><s v="佐藤 太郎"/><s v="鈴木 花子"/></sharedItems></cacheField></cacheFields></pivotCacheDefinition>'
        )
        parts["xl/pivotCache/_rels/pivotCacheDefinition1.xml.rels"] = (
            f'<Relationships {PACKAGE}><Relationship Id="r" Type="{REL}/pivotCacheRecords" Target="pivotCacheRecords1.xml"/></Relationships>'
        )
        parts["xl/pivotCache/pivotCacheRecords1.xml"] = (
            '<pivotCacheRecords xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><r><x v="0"/></r><r><x v="1"/></r></pivotCacheRecords>'
        )

    finding = next(f for f in packed(tmp_path, pivot).findings if f.rule == "P-07")
    assert finding.severity == "fatal" and "2 件" in finding.message and "佐藤" not in finding.message


def test_macros_and_data_of_other_programs(tmp_path: Path) -> None:
    def more(parts: dict[str, str]) -> None:
        parts["xl/vbaProject.bin"] = "x"
        parts["customXml/item1.xml"] = "<data><who>佐藤 太郎</who><tel>090-1234-5678</tel></data>"

    found = {f.severity for f in packed(tmp_path, more).findings if f.rule == "P-10"}
    assert found == {"major", "fatal"}
