"""Random tables, schemas and dialects with nasty values, and the comparison with frictionless itself.

Not a test of its own: the unit and the long test of parity use it. ``MOKA_SEED`` sets the seed.
"""

from __future__ import annotations

import csv
import io
import json
import os
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

SEED = int(os.environ.get("MOKA_SEED", "20261124"))

RESOURCE_V2 = "https://datapackage.org/profiles/2.0/dataresource.json"

NASTY = [
    "", " ", "　", "-", "－", "‐", "na", "NA", "None", "null", "なし", "...", "*", "x", "X", "0", "00", "-0", "+0", "1", "01", "１",
    "１２", "一", "1_200", "1_2_0", "_1", "1__2", "1,200", "1.200", "1 200", "+5", "-5", "−5", "△5", "▲5", "±3", "(5)", "5-", "5 ",
    " 5", "\t5", "　5", " 80　", "80人", "約1200㎡", "¥500", "$5", "5%", "1.0", "1.", ".5", "-.5", "1.5", "１．５", "1e5", "1E5", "1e-5",
    "1e400", "NaN", "nan", "-nan", "inf", "-Infinity", "Infinity", "45.99999999999999999", "46.00000000000000001", "46", "45.9999",
    "999999999999999", "9999999999999999", "99999999999999999999", "0.1", "0.10", "0.1000000000000000055511151231257827", "123456789.12345678",
    "true", "True", "TRUE", "tRUE", "false", "FALSE", "有", "無", "yes", "no", "○", "×", "2000-02-29", "2001-02-29", "2001-02-30", "2001-02-28",
    "2001-4-1", "２００１-０４-０１", "0000-01-01", "0001-01-01", "9999-12-31", "10000-01-01", "999-01-01", "2001/04/01", "20010401",
    "平成13年4月1日", "H22.10.10", "2001-13-01", "2001-00-10", "2001-12-31", "2001-11-31", "2001-04-31", " 2001-04-01", "2001-04-01 ",
    "2001-04-01\n", "2001-04-01T10:00:00", "2001-04-01T10:00:00Z", "2001-04-01T10:00:00+09:00", "2001-04-01 10:00:00", "2001-04-01T24:00:00",
    "2001-04-01T10:00", "20010401T100000", "10:00", "9:00", "24:00", "25:30", "10:00:00", "10:00:00Z", "10:00:60", "10:00:00.5", "１０:００",
    "1000", "2001", "-001", "+200", "１９９９", "20o1", "12345", "2001-04", "2001-4", "2001-13", "100-0001", "P1Y", "P1Y2M3DT4H5M6S", "PT36H", "P1W",
    "P", "1 day", "139.9,36.4", "139.9, 36.4", "180,90", "181,0", "-180.0,-90", "1,2,3", "36.4", "[139.9, 36.4]", '{"lon": 139.9, "lat": 36.4}',
    "[]", "[1]", '["a", 1, null]', "{}", '{"a": 1}', '{"a": 1, "b": [2]}', '{"type": "Point", "coordinates": [139.9, 36.4]}',
    '{"type": "FeatureCollection", "features": []}', "[1", "{", "a,b", "a;b", "1;2;x", "a@example.jp", "A@Example.JP", "a@b", "a..b@example.com", "あ@example.jp",
    "a@例え.jp", "info@city.moka.lg.jp", "http://example.jp", "https://www.city.moka.lg.jp/a/b.html", "http://例え.jp/", "example.jp", "http://a b", "//x",
    "mailto:a@b.jp", "urn:x", "http://example.jp/?q=1#x", "HTTP://EXAMPLE.JP", "2bc1c94f-0deb-43e9-92a1-4775189ec9f8", "2BC1C94F0DEB43E992A14775189EC9F8",
    "YWJj", "YWJ", "YW Jj", "POINT (1 2)", "POINT(1)", "あり", "なし", "ありません", "いなし", "ダメ", "ダメ", "が", "が", "𠮷", "𠮷野家", "髙橋", "﨑", "👨‍👩‍👧", "🇯🇵", "é", "é",
    "ア", "ｱ", "ｶﾞ", "①", "㈱", "abc", "ABC", "a", "aa", "aaa", "aaaa", "aaaaaaaaaaa", "a\nb", "a\r\nb", "a\n", "\n", "\na", 'a"b', '5" pipe', '"', '""', "'", "a'b",
    "a,b,c", "a\tb", "a|b", "\u00a0", "\u200b", "\ufeff", "\u2028", "\x0b", "\x1f", "\x7f", "\x85", "a\x00b", "\x00", "=1+1", "#REF!", "# comment", "//", "\\", "\\N", "a\\,b",
    "321-4395", "３２１-４３９５", "3214395", "0285-82-1111", "092096", "92096", "1234567890123", "4000020092096", "x" * 300,
]  # fmt: skip

UNHASHABLE = ("array", "object", "list", "geojson")

PATTERNS = [
    r"\d{3}-\d{4}", r"[0-9]{6}", "あり|なし", "^あり|なし$", "(あり|なし)", "(?:a|b)+", "[a-z]+", r"[^a]+", r"\w+", r"\S*", r".*", ".", "a.b", r"\d+", r"[\d-]+",
    r"[0-9-]*", "a|", "(a|aa)(b|)", r"\.", r"a\nb", "(?i)abc", "(?=a)a+", r"(a)\1", "[ぁ-ん]+", "[一-龠々]+", "a{2,3}", "a{2}", "a{,2}", "a+?", "[a-c]*$", "^$", "$", "^",
    r"[\w.]+@[\w.]+", r"0\d{1,4}-\d{1,4}-\d{4}", r"[^\d]*", r"[!-/]", r"x{1,300}", "𠮷.*", r"https?://.+", r"\+?[0-9]+", "[]a]", "[a[]", r"\bfoo", r"[^,\n]*",
]  # fmt: skip

CONSTRAINTS = {
    "string": ["minLength", "maxLength", "pattern", "enum"], "integer": ["bounds", "enum"], "number": ["bounds", "enum"],
    "boolean": ["enum"], "date": ["bounds", "enum"], "datetime": ["bounds", "enum"], "time": ["bounds", "enum"],
    "year": ["bounds", "enum"], "yearmonth": ["bounds", "enum"], "duration": ["enum"], "geopoint": ["enum"],
    "geojson": ["enum"], "object": ["minLength", "maxLength", "enum"], "array": ["minLength", "maxLength", "enum"],
    "list": ["minLength", "maxLength"], "any": ["enum"],
}  # fmt: skip

GOOD = {
    "string": ["あ", "a", "abc", "町", "真岡市荒町", "02-85", "なし"], "any": ["1", "a", "あ"],
    "integer": ["1", "2", "3", "10", "42", "-7", "100", "1200", "0", "12345678"],
    "number": ["1", "2.5", "-0.25", "36.44", "139.99", "1000", "45.5", "7", "0.125"],
    "boolean": ["true", "false", "1", "0", "True"], "date": ["2001-04-01", "2020-12-31", "1999-01-28", "2024-02-29"],
    "datetime": ["2001-04-01T10:00:00", "2020-12-28T23:59:59", "2020-01-02T00:00:00"],
    "time": ["10:00:00", "23:59:59", "00:00:00", "10:00", "09:30"], "year": ["2001", "1999", "2026", "0999"],
    "yearmonth": ["2001-04", "1999-12", "2026-01"], "duration": ["P1Y", "PT1H", "P3D", "P12M"],
    "geopoint": ["139.9,36.4", "0,0", "-10.5, 20"], "geojson": ['{"type": "Point", "coordinates": [1.0, 2.0]}'],
    "object": ["{}", '{"a": 1}', '{"a": 1, "b": 2}'], "array": ["[]", "[1]", "[1, 2, 3]"], "list": ["a,b", "a", "1,2,3"],
}  # fmt: skip

FORMATS = {
    "string": ["default", "default", "default", "email", "uri", "uuid", "binary", "wkt"],
    "date": ["default", "default", "any", "%Y/%m/%d", "%d.%m.%Y", "%Y年%m月%d日", "%Y%m%d", "%y/%m/%d", "%Y-%m-%d"],
    "time": ["default", "any", "%H:%M", "%H:%M:%S", "%H時%M分", "%I:%M %p", "%H%M"],
    "datetime": ["default", "any", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%dT%H:%M"],
    "geopoint": ["default", "array", "object"], "geojson": ["default", "topojson"],
}  # fmt: skip


def shrink(rng: random.Random) -> None:
    """Make the engine's pieces so small that a little table has many of them, or leave them as they are."""
    from ckanext.moka.tables.tableschema import cells, pieces

    pieces.PIECE_BYTES = rng.choice([97, 500, 3_000, 4_000_000])
    pieces.ROWS = rng.choice([7, 100, 20_000])
    cells.PEEK = rng.choice([4, 16, 256])


@dataclass
class Case:
    """A table in a file, its schema and how it is to be read."""

    data: bytes
    schema: dict[str, Any]
    options: dict[str, Any] = field(default_factory=dict)
    suffix: str = "csv"


def bound(rng: random.Random, kind: str) -> Any:
    """Return a bound of a type; some are written as text, some have more digits than a float."""
    if kind == "integer":
        return rng.choice([0, 1, 5, -3, 46, "10", 9999999999999999, 100])
    if kind == "number":
        return rng.choice([0, 1.5, 46, "45.99999999999999999", "0.1", -1, 0.1, 20.5, 1000000])
    return rng.choice(GOOD[kind])


def constraints(rng: random.Random, kind: str) -> dict[str, Any]:
    """Return random constraints that the type supports."""
    result: dict[str, Any] = {}
    if rng.random() < 0.35:
        result["required"] = rng.random() < 0.9
    if rng.random() < 0.2 and kind not in ("array", "object", "list", "geojson"):
        result["unique"] = True
    for name in CONSTRAINTS[kind]:
        if rng.random() > 0.25:
            continue
        if name == "bounds":
            result[rng.choice(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"])] = bound(
                rng, kind
            )
            if rng.random() < 0.3:
                result[rng.choice(["minimum", "maximum"])] = bound(rng, kind)
        elif name == "enum":
            pool = GOOD[kind] + rng.sample(NASTY, 3)
            result["enum"] = rng.sample(pool, min(len(pool), rng.randint(1, 5)))
        elif name == "pattern":
            result["pattern"] = rng.choice(PATTERNS)
        else:
            result[name] = rng.choice([0, 1, 2, 3, 10])
    return result


def make_field(rng: random.Random, number: int) -> dict[str, Any]:
    """Return a random field."""
    kind = rng.choice(list(CONSTRAINTS) + ["string", "string", "integer", "number", "date"])
    item: dict[str, Any] = {"name": rng.choice(["f", "列", "F"]) + str(number), "type": kind}
    if kind in FORMATS and rng.random() < 0.6:
        item["format"] = rng.choice(FORMATS[kind])
    item["constraints"] = constraints(rng, kind)
    if "pattern" in item["constraints"] and rng.random() < 0.7:
        item.pop("format", None)
    if rng.random() < 0.08:
        item["missingValues"] = rng.choice(
            [
                ["", "-"],
                ["", "0"],
                ["", "-", "×"],
                ["-"],
                [],
                ["", "NA", "None"],
                ["0"],
                ["", " "],
                ["", "なし"],
            ]
        )
    if kind in ("integer", "number") and rng.random() < 0.2:
        item["bareNumber"] = rng.random() < 0.3
    if kind == "number":
        if rng.random() < 0.15:
            item["floatNumber"] = True
        if rng.random() < 0.15:
            item["groupChar"] = rng.choice([",", " ", "."])
        if rng.random() < 0.15:
            item["decimalChar"] = rng.choice([",", "．", "."])
    if kind == "boolean" and rng.random() < 0.4:
        item["trueValues"], item["falseValues"] = rng.choice(
            [(["有"], ["無"]), (["1", "○"], ["0", "×"]), (["yes"], ["no", "-"])]
        )
    if kind == "list" and rng.random() < 0.5:
        item["delimiter"] = rng.choice([";", ",", "、"])
        item["itemType"] = rng.choice(["string", "integer", "number", "date", "boolean"])
    if kind == "array" and rng.random() < 0.4:
        item["arrayItem"] = rng.choice(
            [{"type": "integer"}, {"type": "string", "constraints": {"minLength": 2}}]
        )
    return item


def make_schema(rng: random.Random, width: int) -> dict[str, Any]:
    """Return a random schema with keys."""
    fields = [make_field(rng, number) for number in range(1, width + 1)]
    schema: dict[str, Any] = {"fields": fields}
    if (
        any(name.startswith("exclusive") for item in fields for name in item["constraints"])
        or rng.random() < 0.2
    ):
        schema["$schema"] = "https://datapackage.org/profiles/2.0/tableschema.json"
        if rng.random() < 0.2:
            schema["missingValues"] = [{"value": "", "label": "空"}, {"value": "-", "label": "不明"}]
    if "missingValues" not in schema and rng.random() < 0.3:
        schema["missingValues"] = rng.choice(
            [["", "-"], ["-"], ["", "NA", "nan", "None"], [""], ["なし", ""], ["", "1"], []]
        )
    names = [item["name"] for item in fields if item["type"] not in ("array", "object", "list", "geojson")]
    if names and rng.random() < 0.35:
        schema["primaryKey"] = rng.sample(names, min(len(names), rng.randint(1, 3)))
    if len(names) > 1 and rng.random() < 0.35:
        count = rng.randint(1, min(2, len(names) // 2)) if len(names) > 3 else 1
        chosen = rng.sample(names, count * 2)
        schema["foreignKeys"] = [
            {"fields": chosen[:count], "reference": {"resource": "", "fields": chosen[count:]}}
        ]
    if rng.random() < 0.2:
        schema["fieldsMatch"] = rng.choice(["exact", "equal", "subset", "superset", "partial"])
    return schema


def make_rows(rng: random.Random, schema: dict[str, Any], count: int, nasty: float) -> list[list[str]]:
    """Return rows of which a share ``nasty`` of the cells is nasty, some ragged, some blank."""
    kinds = [item["type"] for item in schema["fields"]]
    pools = [rng.sample(NASTY, 12) + [str(v) for v in item["constraints"].get("enum", [])[:2]] if rng.random() < 0.5 else NASTY
             for item in schema["fields"]]  # fmt: skip
    plain = [rng.random() < 0.15 for _kind in kinds]
    rows = []
    for _number in range(count):
        row = [
            rng.choice(pool) if rng.random() < nasty and not calm else rng.choice(GOOD[kind])
            for kind, pool, calm in zip(kinds, pools, plain, strict=True)
        ]
        dice = rng.random()
        if dice < 0.03:
            row = row[: rng.randint(0, len(row))]
        elif dice < 0.06:
            row += [rng.choice(NASTY) for _ in range(rng.randint(1, 3))]
        elif dice < 0.08:
            row = [rng.choice(["", "", "", "-"])] * len(row)
        elif dice < 0.09:
            row = []
        rows.append(row)
    return rows


def header_of(rng: random.Random, schema: dict[str, Any]) -> list[str]:
    """Return labels, at times wrong ones."""
    labels = [item["name"] for item in schema["fields"]]
    dice = rng.random()
    if dice < 0.04:
        labels[rng.randrange(len(labels))] = rng.choice(
            ["", "違う", labels[0], " " + labels[-1], labels[0].upper()]
        )
    elif dice < 0.07:
        labels.append(rng.choice(["余分", "", labels[0]]))
    elif dice < 0.10 and len(labels) > 1:
        labels.pop()
    elif dice < 0.14:
        rng.shuffle(labels)
    return labels


def raw_line(rng: random.Random, row: list[str], delimiter: str, end: str) -> str:
    """Write a record the way sloppy programs do: quotes only where a separator would break it."""
    cells = []
    for cell in row:
        if cell.startswith('"') or any(char in cell for char in (delimiter, "\n", "\r")):
            cell = '"' + cell.replace('"', '""') + '"'
            if rng.random() < 0.05:
                cell += rng.choice(["x", " ", 'y"z'])
        cells.append(cell)
    return delimiter.join(cells) + end


def make_case(rng: random.Random, *, rows: int = 120, nasty: float = 0.35) -> Case:
    """Return a random case."""
    width = rng.choice([1, 2, 3, 5, 8, 12, 12])
    schema = make_schema(rng, width)
    table = [header_of(rng, schema), *make_rows(rng, schema, rng.randint(1, rows * 2), nasty)]
    control: dict[str, Any] = {}
    dialect: dict[str, Any] = {}
    delimiter = rng.choice([",", ",", ",", "\t", ";", "|"])
    suffix = "tsv" if delimiter == "\t" and rng.random() < 0.5 else "csv"
    if rng.random() < 0.8 or suffix == "tsv":
        control["delimiter"] = delimiter
    quote = rng.choice(['"', '"', '"', '"', "'"])
    if quote != '"' or rng.random() < 0.5:
        control["quoteChar"] = quote
    if rng.random() < 0.7:
        control.setdefault("skipInitialSpace", rng.random() < 0.1)
    end = rng.choice(["\n", "\r\n", "\n", "\r\n", "\n", "\r\n", "\r"])
    out = io.StringIO(newline="")
    if rng.random() < 0.1:
        table[1:1] = [["# note", *[""] * (width - 1)], ["#x"]]
        dialect["commentChar"] = "#"
    if rng.random() < 0.05:
        dialect["commentRows"] = [3, 5]
    if rng.random() < 0.05:
        dialect["skipBlankRows"] = True
    if rng.random() < 0.08:
        table[0:0] = [["表題"], []][: rng.randint(1, 2)]
        dialect["headerRows"] = [
            len(table) and next(i for i, r in enumerate(table, 1) if r and r[0] != "表題")
        ]
    if rng.random() < 0.05:
        dialect["headerCase"] = False
    if rng.random() < 0.03:
        dialect["header"] = False
    if rng.random() < 0.4:
        out.write("".join(raw_line(rng, row, delimiter, end) for row in table))
    else:
        quoting = rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
        escape = rng.random() < 0.08
        if escape:
            control["escapeChar"], control["doubleQuote"] = "\\", False
        csv.writer(
            out, delimiter=delimiter, quotechar=quote, lineterminator=end, quoting=quoting, doublequote=not escape,
            escapechar="\\" if escape else None,
        ).writerows(table)  # fmt: skip
    encoding = rng.choice(["utf-8", "utf-8", "utf-8", "utf-8-sig", "cp932", "utf-16", "euc_jp"])
    text = out.getvalue()
    if rng.random() < 0.05:
        text = text.rstrip("\r\n")
    data = text.encode(encoding, "replace")
    options: dict[str, Any] = {"encoding": encoding} if encoding != "utf-8" or rng.random() < 0.5 else {}
    if "$schema" in schema:
        options["schema_profile"] = RESOURCE_V2
    if control or dialect:
        options["dialect"] = {**dialect, **({"csv": control} if control else {})}
    return Case(data, schema, options, suffix)


def typed(rng: random.Random, cell: str) -> Any:
    """Return a cell as a spreadsheet might hold it: a number, a date, a boolean, or the text."""
    dice = rng.random()
    if dice < 0.35 and cell.isascii() and cell.lstrip("-").isdigit() and len(cell) < 12:
        return int(cell)
    if (
        dice < 0.35
        and cell.isascii()
        and cell.count(".") == 1
        and cell.replace(".", "").isdigit()
        and len(cell) < 12
    ):
        return float(cell)
    if dice < 0.4 and cell in ("true", "false"):
        return cell == "true"
    if dice < 0.4 and len(cell) == 10 and cell[4:5] == "-" and cell[:4].isdigit():
        return rng.choice([date(2001, 4, 1), datetime(2001, 4, 1, 10, 30), datetime(1999, 12, 31)])
    if dice < 0.02:
        return rng.choice([1.0, 3, True, time(10, 30), None, "#N/A", 1e20, 0.1, 123456789012345678])
    return cell or None


def make_workbook(rng: random.Random) -> Case:
    """Return a random case in XLSX, with texts only or with typed cells."""
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    schema = make_schema(rng, rng.choice([1, 2, 5, 8]))
    table = [header_of(rng, schema), *make_rows(rng, schema, rng.randint(1, 150), 0.3)]
    book = Workbook(write_only=rng.random() < 0.5)
    sheet = book.create_sheet("表", 0)
    mixed = rng.random() < 0.6
    for number, row in enumerate(table):
        cells = [ILLEGAL_CHARACTERS_RE.sub("", cell) for cell in row]
        cells = ["'" + cell if cell.startswith("=") else cell for cell in cells]
        sheet.append([typed(rng, cell) if mixed and number else cell or None for cell in cells])
    if rng.random() < 0.2:
        book.create_sheet("二")
    out = io.BytesIO()
    book.save(out)
    options = {"schema_profile": RESOURCE_V2} if "$schema" in schema else {}
    return Case(out.getvalue(), schema, options, "xlsx")


def frictionless_answer(path: Path, case: Case) -> dict[str, Any] | str:
    """Return frictionless's report, or the name of the exception it dies of."""
    from frictionless import Dialect, FrictionlessException, Schema
    from frictionless.resources import TableResource

    options = dict(case.options)
    if "dialect" in options:
        options["dialect"] = Dialect.from_descriptor(json.loads(json.dumps(options["dialect"])))
    try:
        schema = Schema.from_descriptor(json.loads(json.dumps(case.schema)))
        resource = TableResource(path=path.name, basepath=str(path.parent), schema=schema, **options)
        report: dict[str, Any] = resource.validate(limit_errors=0).to_dict()
    except FrictionlessException as error:
        return f"refused {sorted(item.type for item in error.to_errors())}"
    except Exception as error:  # noqa: BLE001 - frictionless dies of some values (sNaN) and descriptors
        return f"died {type(error).__name__}"
    return report


def our_answer(path: Path, case: Case) -> Any:
    """Return our validation of the case."""
    from frictionless import Dialect

    from ckanext.moka.tables.tableschema.validate import validate

    options = dict(case.options)
    if "dialect" in options:
        options["dialect"] = Dialect.from_descriptor(json.loads(json.dumps(options["dialect"])))
    return validate(path, descriptor=json.loads(json.dumps(case.schema)), **options)


def compare(path: Path, case: Case) -> tuple[int, str]:
    """Compare the two answers; return the number of errors compared and what differs ("" when nothing)."""
    path = path.with_suffix(f".{case.suffix}")
    path.write_bytes(case.data)
    theirs = frictionless_answer(path, case)
    ours = our_answer(path, case)
    if isinstance(theirs, str):
        list(ours)
        return 0, ""
    task = theirs["tasks"][0]
    wanted = [(e.get("rowNumber"), e.get("fieldNumber"), e["type"]) for e in task["errors"]]
    got = list(ours)
    if wanted != got:
        missing, extra = Counter(wanted) - Counter(got), Counter(got) - Counter(wanted)
        if not missing and not extra:
            return len(wanted), f"order: {next((a, b) for a, b in zip(wanted, got, strict=True) if a != b)}"
        return len(wanted), f"missing {list(missing.items())[:5]} extra {list(extra.items())[:5]}"
    if sum(ours.totals.values()) != len(wanted):
        return len(wanted), f"totals {sum(ours.totals.values())} for {len(wanted)}"
    if task["stats"].get("rows", 0) != ours.rows:
        return len(wanted), f"rows {task['stats'].get('rows')} against {ours.rows}"
    return len(wanted), ""


def compare_package(folder: Path, rng: random.Random) -> tuple[int, str]:
    """Compare a random data package whose tables refer to each other (in circles, too)."""
    from frictionless import Package

    from ckanext.moka.tables.tableschema.validate import validate

    names = ["a", "b", "c"][: rng.randint(2, 3)]
    schemas = {name: make_schema(rng, rng.choice([2, 3, 5])) for name in names}
    resources = []
    for name, schema in schemas.items():
        schema.pop("$schema", None)
        own = [item["name"] for item in schema["fields"] if item["type"] not in UNHASHABLE]
        keys = schema.pop("foreignKeys", [])
        for _number in range(rng.randint(0, 2)):
            other = rng.choice(names)
            there = [item["name"] for item in schemas[other]["fields"] if item["type"] not in UNHASHABLE]
            count = min(len(own), len(there), rng.randint(1, 2))
            if count:
                reference = {"resource": "" if other == name else other, "fields": rng.sample(there, count)}
                keys.append({"fields": rng.sample(own, count), "reference": reference})
        for item in schema["fields"]:
            for bad in ("exclusiveMinimum", "exclusiveMaximum"):
                item["constraints"].pop(bad, None)
        if any(isinstance(word, dict) for word in schema.get("missingValues", [])):
            schema.pop("missingValues")
        schema["foreignKeys"] = keys
        rows = [header_of(rng, schema), *make_rows(rng, schema, rng.randint(1, 60), 0.15)]
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(rows)
        resources.append({"name": name, "path": f"{name}.csv", "encoding": "utf-8", "schema": schema})
    path = folder / "datapackage.json"
    path.write_text(json.dumps({"name": "p", "resources": resources}, ensure_ascii=False), encoding="utf-8")
    try:
        theirs = Package(str(path)).validate(limit_errors=0).to_dict()
    except Exception:  # noqa: BLE001 - frictionless dies of some values and descriptors
        list(validate(path))
        return 0, ""
    wanted = [
        (e.get("rowNumber"), e.get("fieldNumber"), e["type"])
        for errors in (theirs["errors"], *(task["errors"] for task in theirs["tasks"]))
        for e in errors
    ]
    got = list(validate(path))
    missing, extra = Counter(wanted) - Counter(got), Counter(got) - Counter(wanted)
    if wanted != got:
        return len(wanted), f"missing {list(missing.items())[:5]} extra {list(extra.items())[:5]}"
    return len(wanted), ""
