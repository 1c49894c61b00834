"""Samples of files that are judged by a Table Schema of their own: one rule per type of error of frictionless."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tables_samples import FOLDER, sample

SCHEMAS = FOLDER.parent / "schemas"
LABELS = "名称,区分,定員,開設日"
GOOD = ["中央公民館,公民館,80,2001-04-01", "西分館,分館,40,2005-06-15", "東分館,分館,35,1998-12-24"]


def given(schema: str) -> str:
    """Return the path of one of the schemas beside the samples."""
    return str(SCHEMAS / f"{schema}.json")


def table(rule: str, name: str, *lines: str, schema: str = "facilities", **options: Any) -> None:
    """Register a CSV of these lines."""

    def build(path: Path) -> None:
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    mark: Callable[..., Any] = sample(rule, name, schema=given(schema), **options)
    mark(build)


def with_clean(rule: str, schema: str = "facilities", *lines: str) -> None:
    """Register the sound table as the clean sample of a rule."""
    table(rule, "clean-施設.csv", *(lines or (LABELS, *GOOD)), schema=schema)


for kind in (
    "type-error", "constraint-error", "unique-error", "extra-cell", "blank-row", "blank-label", "duplicate-label",
    "extra-label", "incorrect-label", "missing-label", "missing-cell", "schema-error",
):  # fmt: skip
    with_clean(kind)
with_clean("primary-key", "keyed")
with_clean("foreign-key", "related")
with_clean("unmatched-header", "partial")

table(
    "type-error",
    "faulty-定員.csv",
    LABELS,
    *GOOD,
    "北分館,分館,未定,2010-01-04",
    related=("L3-03",),
    reason="型に合わない語は記号とも読める",
)
table(
    "type-error",
    "faulty-開設日.csv",
    LABELS,
    *GOOD,
    "北分館,分館,20,2010-02-30",
    related=("V-05",),
    reason="ない日付",
)
table("constraint-error", "faulty-区分.csv", LABELS, *GOOD, "北分館,倉庫,20,2010-01-04")
table("constraint-error", "faulty-名称.csv", LABELS, *GOOD, ",分館,20,2010-01-04")
table("unique-error", "faulty-名称.csv", LABELS, *GOOD, "西分館,分館,20,2010-01-04")
table(
    "unique-error", "faulty-2組.csv", LABELS, *GOOD, "西分館,分館,20,2010-01-04", "東分館,分館,21,2010-01-05"
)
table("primary-key", "faulty-組.csv", LABELS, *GOOD, "西分館,分館,20,2010-01-04", schema="keyed")
table("primary-key", "faulty-空.csv", LABELS, *GOOD, ",,20,2010-01-04", schema="keyed")
table("foreign-key", "faulty-区分.csv", LABELS, *GOOD, "北分館,倉庫,20,2010-01-04", schema="related")
table("foreign-key", "faulty-区分2.csv", LABELS, "物置,物置,5,2010-01-04", *GOOD, schema="related")
table(
    "extra-cell",
    "faulty-余分.csv",
    LABELS,
    *GOOD,
    "北分館,分館,20,2010-01-04,余分",
    related=("L1-15",),
    reason="同じ事実",
)
table(
    "extra-cell",
    "faulty-コンマ.csv",
    LABELS,
    *GOOD,
    "北分館,分館,20,2010-01-04,x,y",
    related=("L1-15",),
    reason="同じ事実",
)
table(
    "blank-row",
    "faulty-途中.csv",
    LABELS,
    GOOD[0],
    "",
    GOOD[1],
    GOOD[2],
    related=("L1-03",),
    reason="表の途中の空行",
)
table(
    "blank-row",
    "faulty-区切りだけ.csv",
    LABELS,
    GOOD[0],
    GOOD[1],
    ",,,",
    GOOD[2],
    related=("L1-03",),
    reason="表の途中の空行",
)
table(
    "blank-label",
    "faulty-区分.csv",
    LABELS.replace("区分", ""),
    *GOOD,
    related=("L3-01", "L1-05"),
    reason="項目名が空",
)
table(
    "blank-label",
    "faulty-定員.csv",
    LABELS.replace("定員", ""),
    *GOOD,
    related=("L3-01", "L1-05"),
    reason="項目名が空",
)
table(
    "duplicate-label",
    "faulty-名称.csv",
    LABELS.replace("区分", "名称"),
    *GOOD,
    related=("L2-03",),
    reason="項目名の重複",
)
table(
    "duplicate-label",
    "faulty-定員.csv",
    LABELS.replace("開設日", "区分"),
    *GOOD,
    related=("L2-03",),
    reason="項目名の重複",
)
table("extra-label", "faulty-収容.csv", f"{LABELS},階数", *[f"{line},2" for line in GOOD])
table("extra-label", "faulty-2列.csv", f"{LABELS},階数,駐車台数", *[f"{line},2,30" for line in GOOD])
table("incorrect-label", "faulty-定員.csv", LABELS.replace("定員", "収容人数"), *GOOD)
table(
    "incorrect-label",
    "faulty-順番.csv",
    LABELS.replace("名称,区分", "区分,名称"),
    *GOOD,
    related=("constraint-error",),
    reason="列が入れ替わっている",
)
table("missing-label", "faulty-開設日.csv", "名称,区分,定員", *[line.rsplit(",", 1)[0] for line in GOOD])
table("missing-label", "faulty-2列.csv", "名称,区分", *[line.rsplit(",", 2)[0] for line in GOOD])
table("missing-cell", "faulty-開設日.csv", LABELS, *GOOD, "北分館,分館,20")
table(
    "unmatched-header",
    "faulty-別の表.csv",
    "路線,停留所",
    "市内循環,真岡駅前",
    "市内循環,市役所前",
    schema="partial",
)
table("unmatched-header", "faulty-英語.csv", "name,kind", "Center,hall", "West,branch", schema="partial")
table("schema-error", "faulty-制約.csv", LABELS, *GOOD, schema="unsupported")
table("schema-error", "faulty-くくりのない書き方.csv", LABELS, *GOOD, schema="ungrouped")

if not SCHEMAS.exists():
    raise AssertionError(json.dumps(str(SCHEMAS)))
