"""The Table Schemas of the municipal standard datasets: field by field as their sources have them, valid, consistent."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import frictionless
import pytest

import moka_schemas
from ckanext.moka.core.naming import label_key
from ckanext.moka.tables import api

# What the sources say: item, class (◎ required, ○ recommended), format, example, physical or English name.
SOURCES: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "data" / "standards.json").read_text(encoding="utf-8")
)
# Formats of the sources and what a descriptor makes of them: type, pattern, and so on.
FORMATS = {
    "6桁 半角数字(先頭0保持)": {"type": "string", "pattern": "^[0-9]{6}$"},
    "6桁": {"type": "string", "pattern": "^[0-9]{6}$"},
    "10進度 文字列(半角)": {"type": "number"},
    "7桁 半角数字": {"type": "string", "pattern": "^([0-9]{7}|[0-9]{3}-[0-9]{4})$"},
    "13桁 半角数字": {"type": "string", "pattern": "^[0-9]{13}$"},
    "hh:mm": {"type": "string", "pattern": "^([01][0-9]|2[0-9]):[0-5][0-9]$"},
    "時刻（hh:mm）": {"type": "string", "pattern": "^([01][0-9]|2[0-9]):[0-5][0-9]$"},
    "URI": {"type": "string", "pattern": "^https?://.+"},
    "YYYY-MM-DD": {"type": "date"},
    "数値（半角数字）": {"type": "integer", "minimum": 0},
    "1 又は空欄": {"type": "string", "enum": ["1", ""]},
    "有／無": {"type": "string", "enum": ["有", "無"]},
    "配信中／配信準備中／配信停止中": {"type": "string", "enum": ["配信中", "配信準備中", "配信停止中"]},
    "新規／変更／継続／廃業": {"type": "string", "enum": ["新規", "変更", "継続", "廃業"]},
    "1=公開 0=非公開": {"type": "string", "enum": ["1", "0"]},
    "1503=小学校 1504=中学校": {"type": "string", "enum": ["1503", "1504"]},
    "1=個人 2=事業者 3=自治体": {"type": "string", "enum": ["1", "2", "3"]},
}
LEVELS = {"exact", "published", "reconstructed"}
WITHOUT_DEFINITION = {"18", "19", "20", "21", "25", "29", "31"}


def columns(schema_id: str) -> list[tuple[dict[str, Any], dict[str, str]]]:
    keys = ("item", "class", "format", "example", "physical")
    rows = [dict(zip(keys, row, strict=True)) for row in SOURCES[schema_id]["columns"]]
    return list(zip(moka_schemas.table_schema(schema_id)["fields"], rows, strict=True))


def test_every_source_has_a_descriptor_and_every_descriptor_a_source() -> None:
    assert set(moka_schemas.table_schemas()) == set(SOURCES)


def test_all_of_the_31_datasets_whose_items_are_known_are_there() -> None:
    numbers = {moka_schemas.table_schema(name)["no"] for name in moka_schemas.table_schemas()} - {""}
    assert numbers == {f"{n:02d}" for n in range(1, 32)} - WITHOUT_DEFINITION


@pytest.mark.parametrize("schema_id", SOURCES)
def test_fields_have_the_names_classes_and_examples_of_the_source(schema_id: str) -> None:
    for field, row in columns(schema_id):
        assert field["title"] == row["item"]
        assert field["class"] == (row["class"] or "任意")
        assert bool(field.get("constraints", {}).get("required")) is (
            row["class"] == "◎" and "空欄" not in row["format"]
        )
        assert field.get("example", "") == row["example"]
        if re.fullmatch("[a-z][a-z0-9_]*", row["physical"]):
            assert re.sub("_[0-9]+$", "", field["name"]) == row["physical"]


@pytest.mark.parametrize("schema_id", SOURCES)
def test_types_and_constraints_are_those_of_the_source_format(schema_id: str) -> None:
    for field, row in columns(schema_id):
        shown = {"type": field["type"], **field.get("constraints", {})}
        for key, value in FORMATS.get(row["format"], {}).items():
            if key == "enum":
                assert set(shown.get(key, ())) | {""} == set(value) | {""}, field["title"]
            else:
                assert shown.get(key) == value, (field["title"], row["format"])
        if "; 区切り" in row["format"]:
            assert field["separator"] == ";"
        if listed := re.search(r"codes_([a-z_]+)\.csv", row["format"]):
            assert field["codes"] == listed[1]
        if "緯度" in row["item"] or "経度" in row["item"]:
            assert field["type"] == "number" and {"minimum", "maximum"} <= set(field["constraints"])


@pytest.mark.parametrize("schema_id", SOURCES)
def test_a_descriptor_is_a_valid_table_schema(schema_id: str) -> None:
    descriptor = moka_schemas.table_schema(schema_id)
    schema = frictionless.Schema.from_descriptor(descriptor)
    assert len(schema.fields) == len(descriptor["fields"])
    for field, item in zip(schema.fields, descriptor["fields"], strict=True):
        example = item.get("example", "")
        cell, notes = field.read_cell(example) if example and item["type"] != "string" else (example, None)
        assert not notes, (item["title"], example)
        pattern = item.get("constraints", {}).get("pattern")
        assert not (pattern and example and not re.search(pattern, example)), (item["title"], example)
        del cell


@pytest.mark.parametrize("schema_id", SOURCES)
def test_names_are_physical_and_every_spelling_names_one_field(schema_id: str) -> None:
    fields = moka_schemas.table_schema(schema_id)["fields"]
    names = [field["name"] for field in fields]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[a-z][a-z0-9_]{0,62}", name) for name in names)
    keys = [label_key(field["title"]) for field in fields]
    assert len(set(keys)) == len(keys)
    lists = {field[k] for field in fields for k in ("codes", "suggestedCodes") if k in field}
    assert lists <= set(moka_schemas.code_lists())


@pytest.mark.parametrize("schema_id", SOURCES)
def test_a_descriptor_says_how_sure_its_source_is(schema_id: str) -> None:
    schema = moka_schemas.table_schema(schema_id)
    assert schema["source_level"] in LEVELS and schema["source_confidence"] and schema["source"]
    said = json.dumps(SOURCES[schema_id]["confidence"], ensure_ascii=False)
    if "RECONSTRUCTED" in said or "NOT verified" in said or "incomplete" in said or "from memory" in said:
        assert schema["source_level"] in ("reconstructed", "published")
        assert schema["source_level"] == "reconstructed" or "strings exact" in said
    else:
        assert schema["source_level"] in ("exact", "published")
    assert schema["source_level"] != "exact" or said.startswith('"exact')


def test_spellings_of_one_item_are_listed_once() -> None:
    groups = moka_schemas.read("table/aliases.yaml")
    keys = [(label_key(name), group[0]) for group in groups for name in group]
    owners: dict[str, str] = {}
    for key, owner in keys:
        assert owners.setdefault(key, owner) == owner, key
    assert all(isinstance(name, str) for group in groups for name in group)


def test_a_shelter_that_is_not_for_floods_leaves_the_cell_blank(tmp_path: Path) -> None:
    """「1 又は空欄」: the column is demanded, its cells are not."""
    fields = [f for f in moka_schemas.table_schema("evacuation_space")["fields"] if f["class"] == "◎"]
    blank = [f["title"] for f in fields if f.get("description") == "1 又は空欄"]
    assert len(blank) == 9
    labels = [f["title"] for f in fields]
    given = {label: "1" if label == "災害種別_地震" else "" for label in blank}
    rows = [[given.get(f["title"], f.get("example", "値")) for f in fields] for _n in range(3)]
    path = tmp_path / "指定緊急避難場所一覧.csv"
    path.write_text("\n".join(",".join(row) for row in [labels, *rows]), encoding="utf-8")
    found = api.check(path)
    assert found.tables[0]["schema"]["id"] == "evacuation_space"
    assert not [f for f in found.findings if f.place.field in blank or f.rule == "missing-label"]
    keep = [n for n, label in enumerate(labels) if label != "災害種別_洪水"]
    path.write_text("\n".join(",".join(row[n] for n in keep) for row in [labels, *rows]), encoding="utf-8")
    assert "災害種別_洪水" in next(f for f in api.check(path).findings if f.rule == "missing-label").message
