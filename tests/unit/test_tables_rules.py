"""Rules one by one, on small files made here: what must be found, and what must be left alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image

import moka_schemas
from ckanext.moka.tables import api
from ckanext.moka.tables.reporting.report import Report
from ckanext.moka.tables.rules import all_rules
from ckanext.moka.tables.texts import RULES, SEVERITIES


def csv_report(folder: Path, text: str, **options: Any) -> Report:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return api.check(path, **options)


def found(report: Report) -> dict[str, str]:
    return {finding.rule: finding.severity for finding in report.findings}


def book(folder: Path, *rows: list[object]) -> tuple[Path, openpyxl.Workbook]:
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    return folder / "table.xlsx", workbook


def test_every_rule_has_its_words_in_both_languages() -> None:
    assert set(all_rules()) <= set(RULES())
    for rule, entry in RULES().items():
        assert entry["severity"] in SEVERITIES
        for variant in entry["variants"].values():
            for part in (variant["message"], variant["remedy"], entry["title"], entry["reason"]):
                assert part["ja"].strip() and part["en"].strip(), rule


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("年,人口\n2020,100\n2021,200\n\n地区,世帯\n東,5\n西,6\n", "L1-02"),
        ("名称,定員\nA館,1\n\nB館,2\n", "L1-03"),
        ("名称,,定員\nA館,x,1\nB館,y,2\nC館,z,3\n", "L1-05"),
        ("名称,区分\nA館, 公民館\nB館,公民館\n", "L1-06"),
        ("名称,区分\n図 書 館,a\nB館,b\n", "L1-06"),
        ('名称,位置\nA館,"36.4,140.0"\nB館,"36.5,140.1"\n', "L1-07"),
        ("名称,電話番号\nA館,0285-83-0000／0285-83-0001\nB館,0285-83-0002\n", "L1-07"),
        ("名称,区分\nA館,①種\nB館,②種\n", "L1-08"),
        ('名称,案内\nA館,"東\n西"\nB館,南\n', "L1-14"),
        ("名称,曜日\nA館,月,火\nB館,水\n", "L1-15"),
        ("名称,件数\nA館,1\nB館,2\nC館,3\nD館,4\nE館,不明\n", "L2-01"),
        ("地区,名称\n荒町,A館\n〃,B館\n", "L2-02"),
        ("名称,定員,定員\nA館,1,2\n", "L2-03"),
        ("名称,可否\nA館,あり\nB館,有\nC館,有\nD館,無\nE館,無\nF館,あり\n", "L2-04"),
        ("名称,区分\nA館,学校\nB館,その他（倉庫）\nC館,学校\nD館,学校\n", "L2-05"),
        ("名称,件数\nA館,x\nB館,x\nC館,x\n", "L3-03"),
        ("名称,開設日\nA館,H13.4.1\nB館,S50.1.1\n", "L3-05"),
        ("市区町村コード,人口\n92096,1\n92096,2\n", "L3-06"),
        ("市区町村コード,人口\n092097,1\n", "L3-06"),
        ("地区,2019年,2020年,2021年\n東,1,2,3\n", "L3-09"),
        ("名称,郵便番号\nA館,３２１-４３９５\nB館,321-0000\n", "fullwidth"),
        ("名称,定員,備考\nA館,1\nB館,2,x\n", "missing-cell"),
    ],
)
def test_a_fault_is_found(tmp_path: Path, text: str, rule: str) -> None:
    assert rule in found(csv_report(tmp_path, text))


@pytest.mark.parametrize(
    "text",
    [
        "名称,電話番号,住所\n中央公民館,0285-83-0000,真岡市荒町１丁目\n二宮公民館,0285-74-0000,真岡市久下田2\n",
        "名称,備考\n髙橋記念館①,㈱みほん\n特別養護老人ホーム　シオン,なし\n",
        "ID,名称\n0001,A館\n0002,B館\n",
        "年,月,人数\n2021,1,100\n2021,2,200\n",
        "全国地方公共団体コード,名称\n092096,A館\n",
        "施設番号,名称\n" + "".join(f"{123456789000 + n},施設{n}\n" for n in range(40)),
        "料理名,分量\n田中鍋,10\n中村丼,20\n",
    ],
)
def test_nothing_is_made_up(tmp_path: Path, text: str) -> None:
    assert found(csv_report(tmp_path, text)) == {}


@pytest.mark.parametrize(
    ("text", "rule", "asked"),
    [
        ("部,課,係,人数\n総務部,総務課,総務係,5\n,,人事係,4\n,企画課,企画係,3\n,,広報係,2\n", "L2-02", False),
        ("年度,地区,町名\n2022,真岡,荒町\n2022,,台町\n2023,真岡,荒町\n2023,,台町\n", "L2-02", True),
        ("年月,来館者数\nR5.4,3210\nR5.5,3320\nR5.6,2988\n", "L3-05", False),
        (
            "学校名,令和3年度（2021）,令和4年度（2022）,令和5年度（2023）\n真岡小,612,605,598\n",
            "L3-09",
            False,
        ),
        ("学校名,令和3年度,令和4年度\n真岡小,612,605\n", "L3-05", False),
        ("都道府県,人口\n栃木県,1\n茨城,2\n", "L3-06", False),
        ("項目,金額（円）\n歳入,1\n合　計,2\n", "L1-06", False),
        ("施設,部屋1,部屋2,部屋3\nA館,和室,洋室,会議室\nB館,和室,和室,洋室\n", "L3-09", True),
        ("講座,会場\n陶芸,中央公民館、大内分館\n書道,山前分館\n", "L1-07", True),
        ("階級,人数\n髙階級,3\n中階級,2\n", "L1-08", True),
        ("団体,取組状況\n甲,取組済\n乙,1\n丙,検討中\n丁,取組済\n戊,1\n己,検討中\n", "L2-04", True),
        ("採取日,A,B\n2024-04-01,1,2\n", "L1-05", True),
    ],
)
def test_what_is_certain_is_said_and_what_is_not_is_asked(
    tmp_path: Path, text: str, rule: str, asked: bool
) -> None:
    report = csv_report(tmp_path, text)
    assert (rule in found(report)) is not asked
    assert (rule in {q.rule for q in report.questions}) is asked


@pytest.mark.parametrize(
    "text",
    [
        "施設名,愛称,開設年\n中央公民館,いちごホール,1985\n大内分館,,1978\n山前分館,,1981\n二宮分館,木綿館,1990\n",
        "年度,来館者数\n令和4年度（2022年度）,3\n令和5年度（2023年度）,4\n",
        "系統,部屋番号\nR5,101\nS12,102\n",
        "曜日の並び,人数\n月 火 水,3\n木 金 土,4\n",
        "作者,作品\n森　進,朝\n林　薫,夕\n",
        "書名,分類\n辞典,007.64\n小説,913.6\n詩集,911.5\n",
        "転入元,人数\n東京都千代田区,1\n栃木県,2\n県外,3\n国外,1\n",
    ],
)
def test_what_only_looks_like_a_fault_is_left_alone(tmp_path: Path, text: str) -> None:
    report = csv_report(tmp_path, text)
    assert [f.message for f in report.findings if f.rule[0] == "L"] == []


def test_answers_settle_questions_and_nothing_else(tmp_path: Path) -> None:
    text = "産業,従業者数\n農業,10\n製造業,x\n商業,30\n建設業,20\n運輸業,12\n"
    report = csv_report(tmp_path, text)
    assert found(report) == {} and report.publishable and report.score["L3"] == 100
    ids = {q.rule: q.id for q in report.questions}
    assert set(ids) == {"L3-03", "L3-08"}
    settled = csv_report(tmp_path, text, answers={ids["L3-03"]: False, ids["L3-08"]: True, "L9-99-0": False})
    assert found(settled) == {"L3-03": "major"}
    assert settled.score["L3"] == 90
    assert {q.rule: q.answer for q in settled.questions} == {"L3-03": False, "L3-08": True}
    with pytest.raises(ValueError, match="true or false"):
        csv_report(tmp_path, text, answers={ids["L3-03"]: "no"})
    renamed = api.check(tmp_path / "table.csv", name="copy.csv", lang="en")
    assert {q.rule: q.id for q in renamed.questions} == ids


def test_questions_never_show_what_may_be_personal(tmp_path: Path) -> None:
    text = "氏名,住所,備考欄\n佐藤太郎,真岡市荒町1,鈴木一郎、田中花子\n高橋次郎,真岡市台町2,\n"
    report = csv_report(tmp_path, text)
    assert found(report)["P-02"] == "fatal"
    assert not any(secret in str(report.to_dict()) for secret in ("佐藤", "鈴木", "荒町"))


def test_answers_are_read_from_the_command_line(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from ckanext.moka.tables.cli import check

    path = tmp_path / "table.csv"
    path.write_text("公園名,面積\n石島公園,2400\n井頭公園,93000\n", encoding="utf-8")
    question = next(q for q in api.check(path).questions if q.rule == "L3-04")
    shown = CliRunner().invoke(check, [str(path)])
    assert shown.exit_code == 0 and f"--answer {question.id}=yes|no" in shown.output
    assert "L3 90" in CliRunner().invoke(check, [str(path), "--answer", f"{question.id}=no"]).output
    answers = tmp_path / "answers.json"
    answers.write_text(f'{{"{question.id}": true}}', encoding="utf-8")
    settled = CliRunner().invoke(check, [str(path), "--answers", str(answers)])
    assert settled.exit_code == 0 and question.id not in settled.output
    answers.write_text("[1]", encoding="utf-8")
    assert CliRunner().invoke(check, [str(path), "--answers", str(answers)]).exit_code == 2
    assert CliRunner().invoke(check, [str(path), "--answer", "x"]).exit_code == 2


def test_severities_and_scores_are_the_official_ones(tmp_path: Path) -> None:
    report = csv_report(tmp_path, "名称,区分\nA館, 公民館\nB館,公民館\n※注記\n")
    assert found(report) == {"L1-06": "critical", "L1-04": "major"}
    assert report.score == {"L1": 85, "L2": 100, "L3": 100}
    assert csv_report(tmp_path, "表題\n名称,区分\nA館,a\n").score["L3"] == 0


def test_individual_numbers_are_fatal_and_never_repeated(tmp_path: Path) -> None:
    report = csv_report(tmp_path, "受付,メモ\n1,1234 5678 9018\n2,なし\n")
    assert found(report)["P-01"] == "fatal"
    assert "5678" not in str(report.to_dict())
    named = csv_report(tmp_path, "受付,マイナンバー\n1,111\n")
    assert found(named)["P-01"] == "fatal"


def test_names_with_addresses_are_fatal_and_never_repeated(tmp_path: Path) -> None:
    report = csv_report(
        tmp_path, "氏名,住所,生年月日\n佐藤 太郎 ,真岡市荒町1,1980-01-02\n鈴木 花子,真岡市台町2,1990-03-04\n"
    )
    assert found(report)["P-02"] == "fatal"
    assert not report.publishable_after_repair
    assert not any(secret in str(report.to_dict()) for secret in ("佐藤", "荒町", "1980"))
    html = api.report_html(tmp_path / "table.csv")
    assert not any(secret in html for secret in ("佐藤", "荒町", "1980"))


def test_names_are_known_by_their_values_where_the_label_is_vague(tmp_path: Path) -> None:
    report = csv_report(tmp_path, "お名前欄,電話\n佐藤 太郎,0285-83-0000\n鈴木 花子,0285-83-0001\n")
    assert found(report)["P-02"] == "fatal"


def test_an_officer_of_a_facility_is_published_by_office(tmp_path: Path) -> None:
    report = csv_report(
        tmp_path, "施設名,開設者,所在地\n荒町接骨院,佐藤 太郎,真岡市荒町1\n台町接骨院,鈴木 花子,真岡市台町2\n"
    )
    assert "P-02" not in found(report)
    assert report.publishable


@pytest.mark.parametrize(
    "text",
    [
        "氏名,住所,電話番号,勤務先事業所\n佐藤 太郎,真岡市荒町1,0285-83-0001,荒町製作所\n",
        "名称,氏名,住所,電話番号,勤務先事業所\n荒町自治会,佐藤 太郎,真岡市荒町1,0285-83-0001,荒町製作所\n",
        "申込者,施設名,電話番号,住所\n佐藤 太郎,中央公民館,090-1234-5678,真岡市荒町1\n",
        "フリガナ,住所,電話番号\nサトウ タロウ,真岡市荒町1,0285-83-0001\n",
        "フリガナ,住所,電話番号,勤務先事業所\nサトウ タロウ,真岡市荒町1,0285-83-0001,荒町製作所\n",
        "なまえ,じゅうしょ,とし\nさとう たろう,もおかしあらまち1,8\n",
        "お名前,おところ,でんわ\nさとう たろう,もおかしあらまち1,0285-83-0001\n",
        "カナ氏名,住所\nｻﾄｳ ﾀﾛｳ,真岡市荒町1\n",
        "記入欄,住所\nサトウ タロウ,真岡市荒町1\nスズキ ハナコ,真岡市台町2\n",
    ],
)
def test_lists_of_private_persons_are_fatal_whatever_stands_beside(tmp_path: Path, text: str) -> None:
    report = csv_report(tmp_path, text)
    assert found(report)["P-02"] == "fatal"
    assert not report.publishable


@pytest.mark.parametrize(
    "text",
    [
        "名称,フリガナ,住所,電話番号\n佐藤医院,サトウ イイン,真岡市荒町1,0285-83-0001\n",
        "名称,名称_カナ,住所,電話番号\n荒町公民館,アラマチコウミンカン,真岡市荒町1,0285-83-0001\n",
        "公園名,ふりがな,住所\n荒町公園,あらまちこうえん,真岡市荒町1\n",
        "施設名,施設名フリガナ,住所,電話番号\n田中医院,タナカ イイン,真岡市荒町1,0285-83-0001\n",
    ],
)
def test_readings_and_phones_of_facilities_are_no_persons(tmp_path: Path, text: str) -> None:
    assert "P-02" not in found(csv_report(tmp_path, text))


def test_strays_among_other_numbers_are_pointed_at_and_never_repeated(tmp_path: Path) -> None:
    others = "".join(f"{n},{100000000000 + n * 7654321987 % 800000000000}\n" for n in range(1, 9))
    report = csv_report(tmp_path, "受付,番号\n" + others + "9,123456789018\n")
    assert found(report)["P-01"] == "minor"
    assert report.publishable
    assert "6789018" not in str(report.to_dict())


def test_mobile_numbers_are_advice_and_coordinates_are_no_phones(tmp_path: Path) -> None:
    assert found(csv_report(tmp_path, "名称,電話番号\nA館,090-1234-5678\n"))["P-03"] == "minor"
    assert found(csv_report(tmp_path, "会員番号,携帯\n1,090-1234-5678\n"))["P-03"] == "major"
    assert "P-03" not in found(csv_report(tmp_path, '名称,位置\nA館,"34.3,134.09012345678"\n'))


def test_what_a_workbook_hides_is_seen(tmp_path: Path) -> None:
    path, workbook = book(tmp_path, ["名称", "定員", "備考"], ["A館", 10, ""], ["B館", 20, "x"])
    sheet = workbook.active
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["C"].hidden = True
    secret = workbook.create_sheet("名簿")
    secret.append(["氏名", "住所"])
    secret.append(["佐藤 太郎", "真岡市荒町1"])
    secret.sheet_state = "hidden"
    workbook.properties.creator = "真岡 一郎"
    workbook.save(path)
    report = api.check(path)
    assert set(found(report)) == {"P-04", "L1-13", "P-06"}
    assert found(report)["P-04"] == "fatal"
    assert "佐藤" not in str(report.to_dict())
    assert [t["sheet"] for t in report.tables] == ["Sheet"]


def test_a_hidden_sheet_without_persons_blocks_but_is_not_fatal(tmp_path: Path) -> None:
    path, workbook = book(tmp_path, ["名称", "定員"], ["A館", 10])
    other = workbook.create_sheet("計算")
    other.append([1, 2])
    other.sheet_state = "veryHidden"
    workbook.save(path)
    assert found(api.check(path))["P-04"] == "critical"


def test_comments_objects_formulas_and_merges(tmp_path: Path) -> None:
    from PIL import Image as Picture

    path, workbook = book(tmp_path, ["地区", "名称", "定員"], ["東", "A館", 10], [None, "B館", "=C2*2"])
    sheet = workbook.active
    sheet.merge_cells("A2:A3")
    sheet["B2"].comment = Comment("確認済み", "x")
    sheet["B3"].comment = Comment("090-1234-5678 に電話", "x")
    Picture.new("RGB", (4, 4)).save(tmp_path / "dot.png")
    sheet.add_image(Image(tmp_path / "dot.png"), "E2")
    workbook.save(path)
    report = api.check(path)
    rules = [(f.rule, f.severity) for f in report.findings]
    assert ("L1-12", "critical") in rules and ("L1-10", "critical") in rules
    assert ("P-05", "fatal") in rules and ("P-05", "major") in rules
    assert ("formula-error", "critical") in rules
    assert [row[0] for row in api.load(path).rows] == ["東", "東"]


def test_findings_say_where_what_and_what_to_do(tmp_path: Path) -> None:
    report = csv_report(tmp_path, "名称,定員\nA館,10\nB館,20\nC館,30人\nD館,40人\n")
    finding = next(f for f in report.findings if f.rule == "L2-01").to_dict()
    assert (finding["cell"], finding["row"], finding["field"], finding["value"]) == ("B4", 4, "定員", "30人")
    assert finding["message"].startswith("B4 セル（「定員」列）など 2 か所")
    assert "「30」" in finding["remedy"]
    assert finding["fixable"] is True


def test_schema_types_and_constraints_of_a_recognised_standard(tmp_path: Path) -> None:
    labels = [f["title"] for f in moka_schemas.table_schema("public_toilet")["fields"]]
    good = dict.fromkeys(labels, "")
    good |= {
        "全国地方公共団体コード": "092096",
        "名称": "駅前",
        "所在地_連結表記": "真岡市台町1",
        "設置位置": "東側",
        "緯度": "36.4",
        "経度": "140.0",
    }
    bad = good | {
        "緯度": "140.0",
        "経度": "36.4",
        "車椅子使用者用トイレ有無": "あり",
        "設置位置": "",
        "利用開始時間": "9時",
    }
    lines = [",".join(labels), ",".join(good.values()), ",".join(bad.values())]
    report = csv_report(tmp_path, "\n".join(lines) + "\n")
    assert report.tables[0]["schema"]["id"] == "public_toilet"
    kinds = {(f.place.field, f.rule) for f in report.findings}
    assert kinds >= {
        (x, "constraint-error")
        for x in ("緯度", "経度", "車椅子使用者用トイレ有無", "設置位置", "利用開始時間")
    }
    assert all(f.place.row == 3 for f in report.findings if f.rule == "constraint-error")


def test_a_hint_of_the_file_name_and_a_forced_schema(tmp_path: Path) -> None:
    text = "名称,設置位置,緯度,経度,トイレ数\nA,東,36.4,140.0,1\n"
    assert not csv_report(tmp_path, text).tables[0]["schema"]
    forced = csv_report(tmp_path, text, schema="public_toilet")
    assert forced.tables[0]["schema"]["id"] == "public_toilet"
    with pytest.raises(KeyError):
        csv_report(tmp_path, text, schema="no_such_standard")


def test_yes_and_no_in_two_spellings_are_seen_in_few_rows(tmp_path: Path) -> None:
    path = tmp_path / "parks.csv"
    path.write_text("施設,駐車場\n東,有\n西,あり\n南,有\n北,無\n中,なし\n上,有\n下,無\n", encoding="utf-8")
    assert [f.place.cell for f in api.check(path).findings if f.rule == "L2-04"] == ["B3", "B6"]


def test_years_and_areas_with_their_unit_are_not_asked_about(tmp_path: Path) -> None:
    path = tmp_path / "parks.csv"
    path.write_text("公園,面積m2,開設\n東,120,1974\n西,300,1990\n南,450,2001\n", encoding="utf-8")
    assert not [q for q in api.check(path).questions if q.rule == "L3-04"]


def test_the_western_year_of_a_label_is_said_once(tmp_path: Path) -> None:
    path = tmp_path / "tax.csv"
    path.write_text("区分,令和4年度,令和5年度\n市民税,1,2\n固定資産税,3,4\n", encoding="utf-8")
    remedy = next(f.remedy for f in api.check(path).findings if f.rule == "L3-05")
    assert "2022年度" in remedy and "年度年" not in remedy


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("東公園,荒町1,0285-82-1111\n西公園,田町2,0285-82-2222\n南公園,台町3,0285-82-3333\n", "C1"),
        ("東公園,36.4404,140.0131\n西公園,36.4399,140.0102\n南公園,36.4511,140.0203\n", "B1"),
        ("092096,真岡市,100\n092011,宇都宮市,200\n092029,足利市,300\n", "A1"),
        ("まつり,2024-07-26\n文化祭,2024-11-03\n成人式,2025-01-12\n", "B1"),
        ("施設,0285-82-1111\n西公園,5\n南公園,6\n", None),
        ("館名,2024-04-01,2024-04-02\n本館,10,20\n分館,3,4\n", None),
        ("町名,2022,2023\n荒町,2001,2002\n田町,1999,2003\n", None),
    ],
)
def test_a_record_where_the_header_should_be(tmp_path: Path, text: str, cell: str | None) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    found = [f for f in api.check(path).findings if f.rule == "L3-01"]
    assert [f.place.cell for f in found] == ([cell] if cell else [])
    assert not any(f.fixable for f in found)


def test_bars_between_values(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("名称|数\n公園|1\n広場|2\n", encoding="utf-8")
    report = api.check(path)
    assert [f.rule for f in report.findings] == ["format-error"] and report.publishable
    assert api.load(path).grid() == [["名称", "数"], ["公園", "1"], ["広場", "2"]]


@pytest.mark.parametrize(
    ("cells", "cell"),
    [(["(500)", "1,200", "(30)"], "B2"), (["120", "（15）", "300", "（42）"], "B3"), (["(1)", "(2)", "(3)"], None), (["(1)第1章", "2", "3"], None)],
)  # fmt: skip
def test_numbers_in_brackets_among_bare_ones(tmp_path: Path, cells: list[str], cell: str | None) -> None:
    path = tmp_path / "list.csv"
    rows = [["科目", "差額"], *[[f"科目{n}", f'"{text}"'] for n, text in enumerate(cells)]]
    path.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    found = [f for f in api.check(path).findings if f.rule == "L2-01" and "かっこ" in f.message]
    assert [f.place.cell for f in found] == ([cell] if cell else [])
    assert not any(f.fixable for f in found)
