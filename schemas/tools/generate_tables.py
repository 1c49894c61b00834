"""Make the Table Schemas from a folder of standard item lists (CSV: order, item, class, format, example, ...).

    python schemas/tools/generate_tables.py FOLDER

Reads ``00_dataset_list.csv``, the item lists ``NN_slug.csv``, ``NN_slug_model.csv``, ``old_NN_slug.csv`` and
``codes_*.csv``; writes ``schemas/moka_schemas/table/*.json`` and ``table/codes/*.json``. Each schema states how sure
its source is. The result is data and is kept in the repository; this script is only needed when the lists change.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1] / "moka_schemas" / "table"
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "ckanext-moka"))

from ckanext.moka.core.naming import label_key, normal_words, physical_name, unique_names  # noqa: E402

WORDS = normal_words(yaml.safe_load((ROOT / "vocabulary.yaml").read_text(encoding="utf-8")))
# 見出しの揺れ: 実際に公開されている表記 / spellings seen in published files
ALIASES = {
    "全国地方公共団体コード": [
        "都道府県コード又は市区町村コード",
        "市区町村コード",
        "自治体コード",
        "地方公共団体コード",
    ],
    "ID": ["NO", "No", "番号"],
    "所在地_連結表記": ["住所", "所在地", "所在地_連結標記", "住所_連結表記"],
    "所在地_都道府県": ["都道府県名", "都道府県"],
    "所在地_市区町村": ["市区町村名", "市区町村"],
    "建物名等(方書)": ["方書", "建物名等_方書"],
    "名称_英語": ["名称_英字"],
    "名称_英字": ["名称_英語"],
    "連絡先メールアドレス": ["メールアドレス"],
    "連絡先備考（その他、SNSなど）": ["連絡先備考"],
    "利用可能時間特記事項": ["利用可能日時特記事項", "時間特記事項"],
    "利用可能日時特記事項": ["利用可能時間特記事項"],
    "バリアフリートイレ数": ["多機能トイレ数"],
    "画像_ライセンス": ["画像1_ライセンス"],
    "画像": ["画像1"],
}
TITLES = {
    "accessibility_items": "バリアフリー情報の項目", "care_service": "介護サービスの種類",
    "cultural_property_class": "文化財分類", "cultural_property_kind": "文化財の種類",
    "fire_hydrant_type": "消防水利の種別", "food_business_type": "食品営業の種類（旧34業種）",
    "hospital_department": "診療科目", "hospital_disaster": "災害拠点分類", "preschool_kind": "子育て施設の種別",
    "school_type": "学校種", "theme16": "分野16", "umu_gif": "有無（GIF）",
}  # fmt: skip
# Lists that an item may be filled from, though the standard does not ask for it: shown, never enforced.
SUGGESTED = {
    ("preschool", "種別"): "preschool_kind", ("hospital", "災害拠点分類"): "hospital_disaster",
    ("cultural_property", "種類"): "cultural_property_kind", ("cultural_property", "文化財分類"): "cultural_property_class",
    ("public_facility", "バリアフリー情報"): "accessibility_items", ("tourism", "バリアフリー情報"): "accessibility_items",
}  # fmt: skip
# Files beside the 31: stem -> what the descriptor says of itself, and the names of its fields.
EXTRA: dict[str, dict[str, Any]] = {
    "x_facility_companion": {
        "id": "facility.model", "dataset": "facility", "no": "", "layout": "model",
        "title": "施設（データモデル型の共通ファイル）", "standard": "自治体標準オープンデータセット",
        "names": "facility_id facility_name facility_poi_code address address_prefecture address_city address_choaza address_choaza_id address_after_choaza address_building"
        " latitude longitude contact_postcode contact_phone facility_service_days facility_start_time facility_end_time facility_hours_note facility_url",
    },
    "x_mhlw_food_national": {
        "id": "food_business.national", "dataset": "food_business", "no": "15", "layout": "national",
        "title": "食品等営業許可・届出一覧", "standard": "厚生労働省 食品衛生申請等システム 全国ファイル",
        "names": "localgov_code row_number prefecture city facility_name facility_name_kana business_type business_form facility_address facility_building"
        " latitude longitude facility_phone corporate_name corporate_number corporate_address permit_number first_permit_date"
        " permit_date permit_start_date permit_end_date closing_date application_kind permit_condition note",
    },
}  # fmt: skip
CLOCK = "^([01][0-9]|2[0-9]):[0-5][0-9]$"
LATITUDE, LONGITUDE = {"minimum": 20, "maximum": 46}, {"minimum": 122, "maximum": 154}
COUNTS = re.compile(
    r"(総数|数（.式）|数（小便器）|トイレ数|人口|^男性$|^女性$|の男性|の女性|世帯数|定員|病床数|収容人数|台数)"
)


def level(confidence: str) -> str:
    """Return how sure a source is: exact, published or reconstructed."""
    if (
        "RECONSTRUCTED" in confidence
        or "memory" in confidence
        or "NOT verified" in confidence
        or "incomplete" in confidence
    ):
        return "reconstructed"
    return "exact" if confidence.startswith("exact") else "published"


def kind(item: str, form: str) -> dict[str, Any]:
    """Return type, constraints, code list and unit of an item from the standard's own words."""
    out: dict[str, Any] = {"type": "string", "constraints": {}}
    rules = out["constraints"]
    code = re.search(r"codes_(\w+)\.csv", form)
    if item.endswith(("緯度", "経度")):
        out["type"] = "number"
        rules.update(LATITUDE if item.endswith("緯度") else LONGITUDE)
    elif item.endswith(("地方公共団体コード", "都道府県コード又は市区町村コード")):
        rules["pattern"] = "^[0-9]{6}$"
        out["check"] = "municipality_code"
    elif item.endswith("法人番号"):
        rules["pattern"] = "^[0-9]{13}$"
    elif item.endswith("郵便番号"):
        rules["pattern"] = "^([0-9]{7}|[0-9]{3}-[0-9]{4})$"
    elif "YYYY-MM-DD" in form or item.endswith(("年月日", "公開日", "更新日", "指定日")):
        out["type"] = "date"
    elif "hh:mm" in form:
        rules["pattern"] = CLOCK
    elif form.startswith("数値") or COUNTS.search(item):
        out["type"] = "integer"
        rules["minimum"] = 0
    elif form in ("g", "mg", "mm", "kcal", "ug", "ugRAE", "IU", "%E", "バイト"):
        out["type"], out["unit"] = "number", form
    elif form.startswith("1 又は空欄") or item.startswith("災害種別_") or item == "指定避難所との重複":
        rules["enum"] = ["1"]
    elif ("統制語彙）" in form and item.endswith("有無")) or form == "有／無":
        rules["enum"] = ["有", "無"]
    elif listed := re.findall(r"(\w+)=", form):
        rules["enum"] = listed
    elif form == "配信中／配信準備中／配信停止中" or form == "新規／変更／継続／廃業":
        rules["enum"] = form.split("／")
    elif item in ("URL", "画像") or form == "URI":
        rules["pattern"] = "^https?://.+"
    if code:
        out["codes"] = code[1]
    if "; 区切り" in form:
        out["separator"] = ";"
    return out


def fields(rows: list[dict[str, str]], slug: str) -> list[dict[str, Any]]:
    """Return the frictionless fields of an item list of the dataset ``slug``."""
    names = []
    for number, row in enumerate(rows, start=1):
        given = row["physical_or_english"].strip().rstrip("?")
        usable = re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", given)
        names.append(
            re.sub(r"(?<=[a-z])(?=[A-Z])", "_", given).lower()
            if usable
            else physical_name(row["item"], WORDS) or f"item_{number:02d}"
        )
    result = []
    for name, row in zip(unique_names(names), rows, strict=True):
        shape = kind(row["item"], row["format"])
        field: dict[str, Any] = {"name": name, "title": row["item"], "type": shape.pop("type")}
        constraints = shape.pop("constraints")
        if row["class"] == "◎" and "空欄" not in row["format"]:
            constraints = {"required": True, **constraints}
        field["class"] = row["class"] or "任意"
        if row["format"]:
            field["description"] = row["format"].replace(".csv", "")
        if row["example"]:
            field["example"] = row["example"]
        aliases = [item for item in ALIASES.get(row["item"], []) if label_key(item) != label_key(row["item"])]
        if aliases:
            field["aliases"] = aliases
        suggested = SUGGESTED.get((slug, row["item"])) if "codes" not in shape else None
        shape |= {"suggestedCodes": suggested} if suggested else {}
        result.append({**field, **shape, **({"constraints": constraints} if constraints else {})})
    titles = {label_key(field["title"]) for field in result}
    for field in result:
        field["aliases"] = [item for item in field.get("aliases", []) if label_key(item) not in titles]
        if not field["aliases"]:
            del field["aliases"]
    return result


def main(folder: Path) -> None:
    """Write all schemas and code lists."""
    with (folder / "00_dataset_list.csv").open(encoding="utf-8-sig") as stream:
        datasets = {int(row["no"]): row for row in csv.DictReader(stream)}
    (ROOT / "codes").mkdir(parents=True, exist_ok=True)
    for path in sorted(folder.glob("*.csv")):
        match = re.fullmatch(r"(old_)?(\d\d)_(\w+?)(_model|_flat)?", path.stem)
        if not match or match[2] == "00":
            continue
        with path.open(encoding="utf-8-sig") as stream:
            rows = list(csv.DictReader(stream))
        layout = "old" if match[1] else (match[4] or "_standard")[1:]
        slug = match[3]
        dataset = datasets[int(match[2])]
        layout = "standard" if layout == "flat" else layout
        confidence, source = (rows[0]["confidence"], rows[0]["source"])
        if match[1] and len(confidence) > len(source):
            confidence, source = "published header as code", f"{source} ({confidence})"
        schema = {
            "id": slug if layout == "standard" else f"{slug}.{layout}",
            "dataset": slug, "no": f"{int(match[2]):02d}", "layout": layout, "title": dataset["title"],
            "standard": "推奨データセット" if layout == "old" else "自治体標準オープンデータセット",
            "source_level": level(rows[0]["confidence"] + rows[0]["source"]) if layout != "old" else ("reconstructed" if "memory" in rows[0]["confidence"] else "published"),
            "source_confidence": confidence, "source": source,
            "missingValues": [""], "fields": fields(rows, slug),
        }  # fmt: skip
        write(ROOT / f"{schema['id']}.json", schema)
    for stem, about in EXTRA.items():
        write_extra(folder / f"{stem}.csv", dict(about))
    for path in sorted(folder.glob("codes_*.csv")):
        with path.open(encoding="utf-8-sig") as stream:
            rows = list(csv.DictReader(stream))
        name = path.stem.removeprefix("codes_")
        items = [{"code": row["code"], "label": row["label"]} for row in rows]
        write(
            ROOT / "codes" / f"{name}.json",
            {"name": name, "title": TITLES[name], "source": rows[0]["source"], "items": items},
        )


def write_extra(path: Path, about: dict[str, Any]) -> None:
    """Write the schema of a file that belongs to the standards without being one of the 31."""
    with path.open(encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream))
    made = fields([{**row, "physical_or_english": ""} for row in rows], about["dataset"])
    for field, name in zip(made, about.pop("names").split(), strict=True):
        field["name"] = name
        if field["title"].endswith(("開始日", "満了日")):
            field["type"] = "date"
    source = re.sub(r"; see .*$", "", rows[0]["source"])
    write(ROOT / f"{about['id']}.json", {
        **about, "source_level": level(rows[0]["confidence"] + source), "source_confidence": rows[0]["confidence"],
        "source": source, "missingValues": [""], "fields": made,
    })  # fmt: skip


def write(path: Path, data: dict[str, Any]) -> None:
    """Write ``data`` as readable JSON."""
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]))
