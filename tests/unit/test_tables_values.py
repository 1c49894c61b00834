"""The rules about Japanese values: clean samples that must be left alone, faulty ones that must be named."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from ckanext.moka.tables import api
from ckanext.moka.tables.reporting.report import Report
from ckanext.moka.tables.texts import RULES

# rule -> a column of values that are right (label, cells)
CLEAN: dict[str, list[tuple[str, str]]] = {
    "V-01": [
        ("市区町村コード", "092096 092088 131016"),
        ("団体コード", "09209 09208 13101"),
        ("地域コード", "092097 99 1"),
    ],
    "V-02": [("法人番号", "4000020092096 8000012010038 7000012050002"), ("備考", "1234567890123 2 3")],
    "V-03": [
        ("郵便番号", "321-4395 3214395 060-0001"),
        ("郵便番号", "- 321-4305 321-4306"),
        ("町名", "1 22 333"),
    ],
    "V-04": [
        ("電話番号", "0285-82-1111 (0285)82-1111 028582-1111"),
        ("電話番号", "0120-123-456 090-1234-5678 050-1234-5678 0570-064-110"),
        ("電話番号", "+81-285-82-1111 119 －"),
        ("FAX番号", "０２８５－８２－１１１１ 0285-82-1112 0285-82-1113"),
        ("電話の有無", "1 0 1"),
        ("公衆電話台数", "12345 2 3"),
    ],
    "V-05": [
        ("開設日", "2024-02-29 昭和64年1月7日 平成元年1月8日"),
        ("開設日", "平成31年4月30日 令和元年5月1日 R7.10.1"),
        ("定員", "44377 20000 30000"),
        ("住所", "荒町1-2-30 荒町2/3 荒町3"),
    ],
    "V-06": [
        ("開始時間", "9:00 09:30 ０９：００"),
        ("終了時間", "24:00 25:30 29:59"),
        ("終了時間", "17:00:00 なし －"),
        ("所要時間", "30 45 90"),
    ],
    "V-08": [("利用可能曜日", "月火水木金 土日祝 月火水木金土日"), ("利用可能曜日", "第2土 毎月1日 不定期")],
    "V-10": [
        ("名称_カナ", "チュウオウコウミンカン ＪＲエキ ヴィレッジ・３"),
        ("ふりがな", "ちゅうおう こうみんかん ニノミヤ"),
        ("citykana", "もおか おやま さの"),
        ("国籍（カナダ）", "人数 計 小計"),
    ],
    "V-12": [
        ("車椅子可", "有 無 有"),
        ("対応", "○ × △"),
        ("対応", "1 0 1"),
        ("区分", "1 0 2"),
        ("判定", "○ － ×"),
        ("件数", "1 0 x"),
    ],
    "V-13": [
        ("URL", "https://www.city.moka.lg.jp/ http://example.jp/a?b=1#c https://example.jp/東"),
        ("メールアドレス", "joho@city.moka.lg.jp a.b@example.com なし"),
        ("URL", "なし － 準備中"),
    ],
    "V-14": [("ID", "A1 A2 A3 A4 A5 A6"), ("番号", "1 2 3 1 2 3"), ("件数", "1 2 2 4 5 6")],
}
# rule, variant -> columns of which at least one cell is wrong
FAULTY: dict[tuple[str, str], list[tuple[str, str]]] = {
    ("V-01", "form"): [("市区町村コード", "0920961 092088 131016"), ("自治体コード", "09-209 13101 09208")],
    ("V-01", "prefecture"): [("自治体コード", "48209 09208 13101"), ("市区町村コード", "000000 092088 131016")],
    ("V-02", "check"): [("法人番号", "5000020092096 4000020092096"), ("法人番号", "1234567890123 4000020092096")],
    ("V-02", "digits"): [("法人番号", "40000200920 4000020092096"), ("法人番号", "40000200920961 4000020092096")],
    ("V-02", "registry"): [("法人番号", "000020092096 4000020092096"), ("法人番号", "0106-01-000001 4000020092096")],
    ("V-02", "rounded"): [("法人番号", "4.00002E+12 4000020092096"), ("設置者法人番号", "4E+12 4000020092096")],
    ("V-03", "zero"): [("郵便番号", "600001 321-4395"), ("郵便番号", "60-0001 321-4395")],
    ("V-03", "mark"): [("郵便番号", "〒321-4395 321-4305"), ("所在地_郵便番号", "〒3214395 321-4305")],
    ("V-03", "form"): [("郵便番号", "321-439 321-4395"), ("郵便番号", "32143955 321-4395")],
    ("V-03", "range"): [("郵便番号", "000-0001 321-4395"), ("郵便番号", "0000000 321-4395")],
    ("V-03", "words"): [("郵便番号", "321-4395真岡市 321-4305"), ("〒", "321-4395栃木県 321-4305")],
    ("V-04", "zero"): [("電話番号", "285821111 0285-82-1112"), ("電話番号", "9012345678 0285-82-1112")],
    ("V-04", "area"): [("電話番号", "82-1111 0285-82-1112"), ("連絡先電話番号", "893-1378 0285-82-1112")],
    ("V-04", "digits"): [("電話番号", "0285-82-111 0285-82-1112"), ("電話番号", "090-1234-567 0285-82-1112")],
    ("V-04", "rounded"): [("電話番号", "2.85821E+08 0285-82-1112"), ("電話番号", "9.0E+09 0285-82-1112")],
    ("V-04", "extension"): [("電話番号", "0285-82-1111（内線123） 0285-82-1112"), ("TEL", "0285-82-1111内線45 0285-82-1112")],
    ("V-05", "never"): [("開設日", "2023-02-29 2024-04-01"), ("開設日", "平成30年2月30日 平成元年1月8日"), ("期日", "20240432 2024-04-01")],
    ("V-05", "era"): [("開設日", "昭和64年1月8日 平成元年1月9日"), ("開設日", "令和元年4月30日 令和元年5月2日"), ("許可日", "H31.5.1 H30.4.1")],
    ("V-05", "month-first"): [("開設日", "10/19/2017 10/6/2017"), ("surveyDate", "7/1/2023 7/2/2023")],
    ("V-05", "serial"): [("開設日", "45383 2024-04-01 2024-04-02"), ("受付日", "2024-04-01 44377 2024-04-03")],
    ("V-06", "never"): [("開始時間", "9:60 9:00"), ("終了時間", "30:00 17:00")],
    ("V-06", "fraction"): [("開始時間", "0.375 9:00"), ("終了時間", "0.708333 17:00")],
    ("V-06", "digits"): [("開始時間", "900 9:00"), ("endTime", "1700 17:00")],
    ("V-06", "words"): [("開始時間", "9時30分 9:00"), ("終了時間", "午後5時 17:00")],
    ("V-06", "range"): [("開始時間", "9:00～17:00 9:00"), ("開館時間", "9:00-17:00 9:00")],
    ("V-08", "words"): [("利用可能曜日", "月～金 月火水木金"), ("利用可能曜日", "平日 月火水木金"), ("曜日", "月曜日・火曜日 水")],
    ("V-08", "twice"): [("利用可能曜日", "月火火水 月火水木金"), ("利用可能曜日", "土日土 月火水木金")],
    ("V-10", "half"): [("名称_カナ", "ﾁｭｳｵｳ ニノミヤ"), ("フリガナ", "ｺｳﾐﾝｶﾝ ニノミヤ")],
    ("V-10", "hiragana"): [("名称_カナ", "ちゅうおう ニノミヤ"), ("名称(カナ)", "コウみんカン ニノミヤ")],
    ("V-10", "kanji"): [("名称_カナ", "中央公民館 ニノミヤ"), ("ふりがな", "中央公民館 にのみや")],
    ("V-12", "mixed"): [("車椅子可", "有 無 1 有"), ("対応", "○ × 可 ○"), ("おむつ替え", "有 無 ○ 有 有")],
    ("V-13", "scheme"): [("URL", "www.city.moka.lg.jp https://a.jp"), ("ホームページ", "city.moka.lg.jp/a.html https://a.jp")],
    ("V-13", "several"): [("URL", "https://a.jp、https://b.jp https://c.jp"), ("URL", "https://a.jp/1;https://a.jp/2 https://c.jp")],
    ("V-13", "web"): [("URL", "（市）https://a.jp https://c.jp"), ("URL", "https//a.example.jp/x https://c.jp")],
    ("V-13", "mail"): [("メールアドレス", "joho.city.moka.lg.jp a@b.jp"), ("連絡先メールアドレス", "joho@@city.moka.lg.jp a@b.jp")],
    ("V-13", "form"): [("メールアドレス", "https://a.jp/form a@b.jp"), ("E-mail", "http://a.jp/form.html a@b.jp")],
    ("V-14", "twice"): [("ID", "A1 A2 A3 A4 A5 A5"), ("番号", "1 2 3 4 4 6 7")],
}  # fmt: skip
# Pairs of columns: what is right, then what is wrong.
CLEAN_TABLES = {
    "V-07": "名称,開始時間,終了時間\nA館,09:00,17:00\nB館,22:00,25:30\nC館,00:00,24:00\nD館,00:00,00:00\nE館,19:30,07:00\n",
    "V-09": "都道府県名,名称,緯度,経度\n栃木県,A館,36.44,140.01\n栃木県,B館,36.37,139.99\n栃木県,C館,,\n",
    "V-09b": "名称,X座標,Y座標\nA館,44123.5,-12345.6\nB館,44321.5,-12222.1\n",
    "V-11": "名称,区分\nA館,内科、外科\nB館,歯科\n",
}
FAULTY_TABLES = {
    ("V-07", "reversed"): [
        "名称,開始時間,終了時間\nA館,19:00,17:00\nB館,09:00,17:00\n",
        "名称,startTime,endTime\nA館,22:00,01:30\nB館,09:00,17:00\n",
    ],
    ("V-07", "midnight"): [
        "名称,開館時間,閉館時間\nA館,19:00,0:00\nB館,09:00,17:00\n",
        "名称,平日_開始時間,平日_終了時間\nA館,05:00,00:00\nB館,09:00,17:00\n",
    ],
    ("V-09", "swapped"): [
        "名称,緯度,経度\nA館,140.01,36.44\nB館,36.37,139.99\n",
        "name,latitude,longitude\nA,139.99,36.44\nB,36.37,139.99\n",
    ],
    ("V-09", "zero"): ["名称,緯度,経度\nA館,0,0\nB館,36.37,139.99\n", "名称,lat,lng\nA館,36.37,0\nB館,36.37,139.99\n"],
    ("V-09", "dms"): [
        "名称,緯度,経度\nA館,36°26′25″,140°00′48″\nB館,36.37,139.99\n",
        "名称,緯度,経度\nA館,36度26分25秒,140度0分48秒\nB館,36.37,139.99\n",
    ],
    ("V-09", "half"): ["名称,緯度,経度\nA館,36.44,\nB館,36.37,139.99\n", "名称,緯度,経度\nA館,,140.01\nB館,36.37,139.99\n"],
    ("V-09", "outside"): [
        "名称,緯度,経度\nA館,369.56056,139.99\nB館,36.37,139.99\n",
        "名称,緯度,経度\nA館,36.44,36.44\nB館,36.37,139.99\n",
    ],
    ("V-09", "prefecture"): [
        "都道府県名,名称,緯度,経度\n栃木県,A館,34.34,134.05\n栃木県,B館,36.37,139.99\n",
        "名称,住所,緯度,経度\nA館,栃木県真岡市荒町,35.68,139.76\nB館,栃木県真岡市台町,36.37,139.99\n",
    ],
    ("V-09", "far"): [
        "名称,緯度,経度\n" + "".join(f"館{n},36.4{n},140.0{n}\n" for n in range(9)) + "X館,34.44,140.01\n" + "Y館,36.44,140.01\n",
        "名称,緯度,経度\n" + "".join(f"館{n},36.4{n},140.0{n}\n" for n in range(9)) + "X館,36.44,138.01\n" + "Y館,36.44,140.01\n",
    ],
    ("V-09", "datum"): [
        "名称,緯度（旧測地系）,経度（旧測地系）\nA館,36.44,140.01\nB館,36.37,139.99\n",
        "座標は日本測地系による\n\n名称,緯度,経度\nA館,36.44,140.01\nB館,36.37,139.99\n",
    ],
}  # fmt: skip


def report(folder: Path, text: str) -> Report:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return api.check(path)


def column(label: str, cells: str) -> str:
    """A table with a column of names before the one in question."""
    rows = "".join(f"施設{chr(65 + n)},{cell}\n" for n, cell in enumerate(cells.split(" ")))
    return f"名称,{label}\n{rows}"


def values(found: Report) -> set[str]:
    return {f.rule for f in found.findings if f.rule.startswith("V-")}


def title(sample: tuple[str, str]) -> str:
    return f"{sample[0]}={sample[1]}"


@pytest.mark.parametrize(
    ("rule", "sample"), [(r, s) for r, samples in CLEAN.items() for s in samples], ids=str
)
def test_right_values_are_left_alone(tmp_path: Path, rule: str, sample: tuple[str, str]) -> None:
    assert values(report(tmp_path, column(*sample))) == set()


@pytest.mark.parametrize("rule", CLEAN_TABLES)
def test_right_tables_are_left_alone(tmp_path: Path, rule: str) -> None:
    assert values(report(tmp_path, CLEAN_TABLES[rule])) == set()


@pytest.mark.parametrize(
    ("rule", "variant", "sample"), [(r, v, s) for (r, v), samples in FAULTY.items() for s in samples], ids=str
)
def test_a_wrong_value_is_named(tmp_path: Path, rule: str, variant: str, sample: tuple[str, str]) -> None:
    found = report(tmp_path, column(*sample))
    assert values(found) == {rule}
    _says(found, rule, variant)


@pytest.mark.parametrize(
    ("rule", "variant", "text"),
    [(r, v, t) for (r, v), texts in FAULTY_TABLES.items() for t in texts],
    ids=str,
)
def test_a_wrong_pair_is_named(tmp_path: Path, rule: str, variant: str, text: str) -> None:
    found = report(tmp_path, text)
    assert values(found) == {rule}
    _says(found, rule, variant)


def _says(found: Report, rule: str, variant: str) -> None:
    """The finding has the words of its variant, a cell, its value, and something to do."""
    finding = next(f for f in found.findings if f.rule == rule)
    entry = RULES()[rule]["variants"][variant]
    assert finding.severity == entry.get("severity", RULES()[rule]["severity"])
    start = entry["remedy"]["ja"].split("{")[0]
    assert finding.remedy.startswith(start) and start
    assert finding.place.cell and finding.place.value and finding.place.cell in finding.message
    assert "{" not in finding.message + finding.remedy


def test_every_variant_has_two_faulty_samples() -> None:
    known = {(r, v) for r, entry in RULES().items() if r.startswith("V-") for v in entry["variants"]}
    samples = {**FAULTY, **FAULTY_TABLES}
    assert known - {("V-11", "separator")} == set(samples)
    assert all(len(group) >= 2 for group in samples.values())
    assert {r for r, _v in known} == {rule.rstrip("b") for rule in (*CLEAN, *CLEAN_TABLES)}


@pytest.mark.parametrize("cell", ["内科、外科", "内科　外科", "内科；外科"])
def test_lists_of_the_standard_are_parted_by_semicolons(tmp_path: Path, cell: str) -> None:
    import moka_schemas

    labels = [field["title"] for field in moka_schemas.table_schema("hospital")["fields"]]
    path = tmp_path / "092096_hospital.csv"
    for text, expected in ((cell, {"V-11"}), ("内科; 外科", set()), ("内科", set())):
        row = ["医院" if label == "名称" else text if label == "診療科目" else "" for label in labels]
        path.write_text(",".join(labels) + "\n" + ",".join(row) + "\n", encoding="utf-8")
        assert values(api.check(path)) == expected


def test_times_and_dates_of_a_spreadsheet_are_right(tmp_path: Path) -> None:
    import datetime

    book = openpyxl.Workbook()
    for row in (
        ["名称", "開設日", "開始時間", "終了時間", "緯度", "経度"],
        [
            "A館",
            datetime.date(2024, 4, 1),
            datetime.time(9),
            datetime.timedelta(hours=25, minutes=30),
            36.44,
            140.01,
        ],
        ["B館", datetime.date(2024, 5, 1), datetime.time(9), datetime.time(17), 36.45, 140.02],
    ):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    assert values(api.check(tmp_path / "a.xlsx")) == set()


def test_a_suppressed_value_stays_and_is_never_zero(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("町名,人口\n荒町,100\n台町,x\n田町,－\n東郷,…\n西郷,20\n", encoding="utf-8")
    api.fix(path, tmp_path / "b.csv", bom=False)
    cells = [line.split(",")[1] for line in (tmp_path / "b.csv").read_text(encoding="utf-8").splitlines()[1:]]
    assert cells == ["100", "x", "－", "…", "20"]


def test_one_fault_in_many_rows_is_one_finding_with_the_exact_count(tmp_path: Path) -> None:
    rows = "".join(f"館{n},82-1111\n" for n in range(3000))
    found = [f for f in report(tmp_path, f"名称,電話番号\n{rows}").findings if f.rule == "V-04"]
    assert len(found) == 1 and found[0].count == 3000 and len(found[0].cells) == 20
