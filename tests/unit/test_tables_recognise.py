"""Which standard dataset a file is, how sure that is, and what is missing, extra or written otherwise."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

import moka_schemas
from ckanext.moka.tables import api
from ckanext.moka.tables.model import Table
from ckanext.moka.tables.reading.read import read
from ckanext.moka.tables.reporting.report import Report

NARROW = str.maketrans("カナアイウエオトスンル", "ｶﾅｱｲｳｴｵﾄｽﾝﾙ")


def write(folder: Path, labels: list[str], name: str = "data.csv") -> Path:
    path = folder / name
    quoted = ['"' + label.replace('"', '""') + '"' for label in labels]
    path.write_text(",".join(quoted) + "\n" + ",".join("値" for _ in labels) + "\n", encoding="utf-8")
    return path


def located(folder: Path, labels: list[str], name: str = "data.csv") -> Table:
    return api.find_tables(read(write(folder, labels, name), None))[0]


def described(folder: Path, labels: list[str], name: str = "data.csv") -> dict[str, object]:
    schema = api.check(write(folder, labels, name)).to_dict()["tables"][0]["schema"]
    return schema if isinstance(schema, dict) else {}


def titles(schema_id: str) -> list[str]:
    return [field["title"] for field in moka_schemas.table_schema(schema_id)["fields"]]


def disfigured(labels: list[str], chance: random.Random, drop: float, extra: int) -> list[str]:
    """The labels as they come from offices: shuffled, some gone, numbered, half width, with brackets and remarks."""
    kept = [label for label in labels if chance.random() >= drop]
    chance.shuffle(kept)
    ways = [
        lambda n, t: t.translate(NARROW),
        lambda n, t: f"{n + 1}.{t}",
        lambda n, t: t.replace("(", "（").replace(")", "）"),
        lambda n, t: f"　{t} ",
        lambda n, t: f"{t}（必須）",
        lambda n, t: t.replace("_", "\n_"),
        lambda n, t: f"【任意】{t}",
    ]
    told = [chance.choice(ways)(n, label) if chance.random() < 0.5 else label for n, label in enumerate(kept)]
    return told + [f"独自の項目{n}" for n in range(extra)]


@pytest.mark.parametrize("schema_id", moka_schemas.table_schemas())
def test_every_layout_is_recognised_by_its_own_names(schema_id: str, tmp_path: Path) -> None:
    schema = moka_schemas.table_schema(schema_id)
    table = located(tmp_path, titles(schema_id))
    assert (table.schema_id, table.layout) == (schema["dataset"], schema["layout"])
    assert table.confidence == 1.0 and not table.missing_fields


def test_disfigured_names_are_recognised_and_never_as_another_standard(tmp_path: Path) -> None:
    chance = random.Random(20261123)
    seen = {"right": 0, "none": 0, "wrong": 0}
    for schema_id in moka_schemas.table_schemas():
        for drop, extra in ((0.0, 0), (0.2, 2), (0.35, 3)):
            table = located(tmp_path, disfigured(titles(schema_id), chance, drop, extra))
            dataset = moka_schemas.table_schema(schema_id)["dataset"]
            seen["right" if table.schema_id == dataset else "wrong" if table.schema_id else "none"] += 1
    assert seen["wrong"] == 0
    assert seen["right"] >= 0.93 * sum(seen.values()), seen


@pytest.mark.parametrize(
    "labels",
    [
        "名称,住所,電話番号,緯度,経度,備考",
        "番号,公園名,所在地,面積,種別",
        "施設名,所在地,電話番号,開館時間,休館日,定員,URL",
        "NO,名称,住所,電話番号,FAX番号,メールアドレス,URL,備考",
        "地区,男,女,世帯数",
        "町丁名,世帯数,人口総数,男,女",
        "名称,名称_カナ,住所,緯度,経度,電話番号,開始時間,終了時間,備考",
        "学校名,所在地,電話番号,児童数,学級数",
        "事業所名,所在地,電話番号,事業所番号,法人名",
        "医療機関名,所在地,電話番号,診療時間",
        "避難所名,住所,収容人数,洪水,土砂災害,地震",
        "id,name,latitude,longitude,address",
        "prefCode,identification,pref,city,name,fullNameInKana,address,katagaki",
    ],
)
def test_a_list_of_some_other_kind_has_no_schema(labels: str, tmp_path: Path) -> None:
    assert located(tmp_path, labels.split(",")).schema is None


def test_a_short_list_is_recognised_with_the_help_of_its_name(tmp_path: Path) -> None:
    labels = ["名称", "住所", "設置位置", "緯度", "経度", "電話番号", "利用可能曜日", "開始時間", "終了時間"]
    assert located(tmp_path, labels).schema_id is None
    for name in ("092096_aed.csv", "AED設置箇所一覧.csv", "R6_ＡＥＤ設置箇所.csv"):
        assert located(tmp_path, labels, name).schema_id == "aed"
    assert located(tmp_path, ["町名", "人口", "世帯数"], "AED設置箇所一覧.csv").schema_id is None


def test_the_report_names_missing_extra_and_renamed_columns(tmp_path: Path) -> None:
    labels = titles("public_toilet")
    wanted = ["名称_ｶﾅ" if t == "名称_カナ" else "1.名称" if t == "名称" else t for t in labels]
    wanted = ["（方書）" if "方書" in t else t for t in wanted if t not in ("備考", "緯度")]
    schema = described(tmp_path, [*wanted, "管理課"])
    assert (schema["id"], schema["layout"]) == ("public_toilet", "standard")
    assert 0.8 < float(str(schema["confidence"])) < 1
    assert schema["missing"] == ["緯度", "備考"]
    assert schema["extra"] == ["管理課"]
    assert {"from": "名称_ｶﾅ", "to": "名称_カナ"} in schema["renamed"]  # type: ignore[operator]
    assert {"from": "1.名称", "to": "名称"} in schema["renamed"]  # type: ignore[operator]
    assert {"from": "（方書）", "to": "建物名等(方書)"} in schema["renamed"]  # type: ignore[operator]


def test_old_names_in_the_new_layout_are_renamed(tmp_path: Path) -> None:
    labels = [
        "住所" if t == "所在地_連結表記" else "市区町村コード" if t == "全国地方公共団体コード" else t
        for t in titles("aed")
    ]
    renamed = described(tmp_path, labels)["renamed"]
    assert renamed == [
        {"from": "市区町村コード", "to": "全国地方公共団体コード"},
        {"from": "住所", "to": "所在地_連結表記"},
    ]


def found(report: Report, rule: str) -> list[tuple[str, str]]:
    return [(f.severity, f.message) for f in report.findings if f.rule == rule]


def test_differences_are_findings_that_do_not_block(tmp_path: Path) -> None:
    labels = ["名称_ｶﾅ" if t == "名称_カナ" else t for t in titles("public_toilet") if t != "所在地_連結表記"]
    report = api.check(write(tmp_path, [*labels, "管理課"]))
    told = found(report, "standard-labels")
    assert [severity for severity, _m in told] == ["minor", "info"]
    assert "「名称_ｶﾅ」→「名称_カナ」" in told[0][1] and "「管理課」" in told[1][1]
    missing = found(report, "missing-label")
    assert missing and "所在地_連結表記" in missing[0][1] and missing[0][0] == "major"


def test_an_old_layout_is_named_as_such_and_a_right_file_is_left_alone(tmp_path: Path) -> None:
    old = api.check(write(tmp_path, titles("public_toilet.old")))
    assert any("推奨データセット" in message for _s, message in found(old, "standard-labels"))
    new = api.check(write(tmp_path, titles("public_toilet")))
    assert found(new, "standard-labels") == found(new, "missing-label") == []


def test_text_and_html_show_the_standard_and_its_differences(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from ckanext.moka.tables.cli import check

    labels = ["名称_ｶﾅ" if t == "名称_カナ" else t for t in titles("public_toilet") if t != "備考"]
    path = write(tmp_path, [*labels, "管理課"])
    text = CliRunner().invoke(check, [str(path)]).output
    page = api.report_html(path)
    for shown in (text, page):
        assert all(word in shown for word in ("公衆トイレ一覧", "名称_ｶﾅ → 名称_カナ", "管理課", "備考"))


def test_a_forced_schema_is_taken_whatever_the_columns_are(tmp_path: Path) -> None:
    path = write(tmp_path, ["名称", "住所"])
    assert api.check(path, schema="aed").tables[0]["schema"]["id"] == "aed"
    with pytest.raises(KeyError):
        api.check(path, schema="no_such_standard")
