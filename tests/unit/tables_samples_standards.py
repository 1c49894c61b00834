"""Samples of files that follow a standard dataset, or nearly: the rules about recognised standards."""

from __future__ import annotations

import csv
from pathlib import Path

from tables_samples import sample

import moka_schemas

TOILET = {
    "全国地方公共団体コード": "092096", "名称": "井頭公園 西口トイレ", "所在地_連結表記": "栃木県真岡市下籠谷99番地", "設置位置": "西口の駐車場横",
    "緯度": "36.492500", "経度": "139.993889", "利用開始時間": "00:00", "利用終了時間": "24:00", "車椅子使用者用トイレ有無": "有",
}  # fmt: skip
SHELTER = {
    "名称": "真岡小学校", "所在地_連結表記": "栃木県真岡市台町2474番地", "電話番号": "0285-82-2434", "市区町村コード": "092096",
    "緯度": "36.437911", "経度": "140.012215", "対象となる町会・自治会": "荒町;台町",
    "災害種別_洪水": "1", "災害種別_崖崩れ、土石流及び地滑り": "1", "災害種別_高潮": "1", "災害種別_地震": "1", "災害種別_津波": "1",
    "災害種別_大規模な火事": "1", "災害種別_内水氾濫": "1", "災害種別_火山現象": "1", "指定避難所との重複": "1",
}  # fmt: skip


def write(
    path: Path, dataset: str, *rows: dict[str, str], without: tuple[str, ...] = (), **renamed: str
) -> None:
    """Write a CSV file with the columns of a standard dataset."""
    labels = [f["title"] for f in moka_schemas.table_schema(dataset)["fields"] if f["title"] not in without]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([renamed.get(label, label) for label in labels])
        writer.writerows([row.get(label, "") for label in labels] for row in rows)


def toilets(path: Path, **changed: str) -> None:
    """Write two public toilets; ``changed`` values go into the second."""
    second = TOILET | {"名称": "行屋川水辺公園トイレ", "緯度": "36.436100", "経度": "140.009800"} | changed
    write(path, "public_toilet", TOILET, second)


def clean(path: Path) -> None:
    """A file that follows the standard."""
    toilets(path)


for _rule in ("type-error", "constraint-error", "missing-label", "standard-labels"):
    sample(_rule, "clean-公衆トイレ一覧.csv")(clean)


@sample("type-error", "faulty-個数に言葉.csv")
def words_in_numbers(path: Path) -> None:
    toilets(path, 男性トイレ総数="多数")


@sample("type-error", "faulty-緯度に言葉.csv")
def words_in_coordinates(path: Path) -> None:
    write(path, "public_toilet", TOILET | {"男性トイレ総数": "いくつか", "女性トイレ総数": "数か所"})


@sample("constraint-error", "faulty-必須の空欄.csv")
def required_blank(path: Path) -> None:
    toilets(path, 設置位置="")


@sample("constraint-error", "faulty-有無の表記.csv")
def not_in_the_list(path: Path) -> None:
    toilets(path, 車椅子使用者用トイレ有無="車椅子可")


@sample("missing-label", "faulty-設置位置なし.csv")
def column_missing(path: Path) -> None:
    write(path, "public_toilet", TOILET, without=("設置位置",))


@sample("missing-label", "faulty-名称なし.csv")
def name_missing(path: Path) -> None:
    write(path, "public_toilet", TOILET, without=("名称", "所在地_連結表記"))


@sample("standard-labels", "faulty-項目名の違い.csv")
def other_name(path: Path) -> None:
    write(path, "public_toilet", TOILET, 設置位置="（設置位置）")


@sample("standard-labels", "faulty-項目名の番号.csv")
def numbered_names(path: Path) -> None:
    write(path, "public_toilet", TOILET, 名称="1.名称", 緯度="8.緯度")


@sample("V-11", "clean-対象の町会.csv")
def semicolons(path: Path) -> None:
    write(path, "evacuation_space", SHELTER)


@sample("V-11", "faulty-読点の区切り.csv")
def commas(path: Path) -> None:
    write(path, "evacuation_space", SHELTER | {"対象となる町会・自治会": "荒町、台町、田町"})


@sample("V-11", "faulty-全角の区切り.csv")
def wide_semicolons(path: Path) -> None:
    write(path, "evacuation_space", SHELTER | {"対象となる町会・自治会": "荒町；台町"})
