"""Table Schema against frictionless: ``python tests/benchmarks/bench_table_schema.py [--rows 1000000] [--whole]``.

A seeded list of municipal facilities, 25 columns with a full schema (types, patterns, enums, bounds, unique, e-mail and
URI formats, a foreign key to 2,000 towns); 0.1 % of the rows are spoiled in 19 ways, 0.05 % carry odd cells that
frictionless accepts. Every engine runs in a process of its own, after its imports and one run over twenty rows (frictionless loads its
plugins and validators on first use, whoever uses it); the line "first run" is without that. Both find the same errors.

frictionless is timed on the first 100,000 rows. At a million it is taken as ten times that, since its time per row is
constant; with ``--whole`` it is timed on all of them (1.5 minutes).
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

TOWNS = 2000
KINDS = ["文化施設", "体育施設", "学校", "公園", "庁舎", "福祉施設", "保育所"]
LABELS = [
    "市区町村コード", "ID", "名称", "名称_カナ", "種別", "郵便番号", "町字コード", "住所", "緯度", "経度", "電話番号", "メール", "URL",
    "開設日", "更新日", "定員", "面積", "階数", "駐車場", "バリアフリー", "料金", "開館時間", "休館日", "評価", "備考",
]  # fmt: skip


def schema() -> dict[str, Any]:
    """Return the full Table Schema of the 25 columns."""

    def item(name: str, kind: str = "string", **rules: Any) -> dict[str, Any]:
        form = rules.pop("format", None)
        extra = {"format": form} if form else {}
        return {"name": name, "type": kind, **extra, "constraints": rules}

    fields = [
        item(LABELS[0], required=True, pattern="[0-9]{6}"),
        item(LABELS[1], required=True, unique=True, pattern="F[0-9]{8}"),
        item(LABELS[2], required=True, maxLength=60),
        item(LABELS[3], pattern="[ァ-ヶー0-9 　]+"),
        item(LABELS[4], required=True, enum=KINDS),
        item(LABELS[5], pattern=r"\d{3}-\d{4}"),
        item(LABELS[6], required=True),
        item(LABELS[7], required=True, minLength=3),
        item(LABELS[8], "number", minimum=20, maximum=46),
        item(LABELS[9], "number", minimum=122, maximum=154),
        item(LABELS[10], pattern=r"0[0-9]{1,4}-[0-9]{1,4}-[0-9]{4}"),
        item(LABELS[11], format="email"),
        item(LABELS[12], format="uri"),
        item(LABELS[13], "date", minimum="1900-01-01"),
        item(LABELS[14], "date", required=True),
        item(LABELS[15], "integer", minimum=0, maximum=100000),
        item(LABELS[16], "number", minimum=0),
        item(LABELS[17], "integer", minimum=1),
        item(LABELS[18], "integer"),
        item(LABELS[19], "boolean"),
        item(LABELS[20], enum=["無料", "有料", "一部有料"]),
        item(LABELS[21], "time", format="%H:%M"),
        item(LABELS[22], enum=["月曜日", "火曜日", "水曜日", "年末年始", "なし"]),
        item(LABELS[23], "number"),
        item(LABELS[24], maxLength=200),
    ]
    return {
        "fields": fields,
        "foreignKeys": [{"fields": [LABELS[6]], "reference": {"resource": "towns", "fields": ["code"]}}],
    }


def good_row(rng: random.Random, number: int) -> list[str]:
    """Return a sound row."""
    town = rng.randrange(TOWNS)
    note = "" if rng.random() < 0.5 else "備考の文章です。" * rng.randint(1, 3)
    if number % 8 == 0:
        note = f'一行目、\n「二行目」、"三"行目 {number}'
    return [
        "092096", f"F{number:08d}", f"真岡市立第{number}{rng.choice(KINDS)}", "モオカシリツシセツ", rng.choice(KINDS),
        f"321-{rng.randrange(10000):04d}", f"T{town:05d}", f"栃木県真岡市町{town}番地{rng.randrange(999)}",
        f"{36 + rng.random():.6f}", f"{139 + rng.random():.6f}", f"0285-{rng.randrange(90) + 10}-{rng.randrange(10000):04d}",
        f"shisetsu{number % 977}@city.moka.lg.jp", f"https://www.city.moka.lg.jp/shisetsu/{number}.html",
        f"{rng.randrange(1950, 2024)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}",
        f"20{rng.randrange(10, 26)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}", str(rng.randrange(2000)),
        f"{rng.randrange(100000) / 10:.1f}", str(rng.randrange(1, 9)), str(rng.randrange(300)),
        rng.choice(["true", "false"]), rng.choice(["無料", "有料", "一部有料"]), f"{rng.randrange(24):02d}:{rng.choice(['00', '30'])}",
        rng.choice(["月曜日", "火曜日", "水曜日", "年末年始", "なし"]), f"{rng.random() * 5:.2f}", note,
    ]  # fmt: skip


def spoil(rng: random.Random, row: list[str]) -> list[str]:
    """Return the row with one fault."""
    ways: list[tuple[int, str]] = [
        (15, "80人"), (15, "x"), (2, ""), (4, "その他"), (5, "3214395"), (10, "0285"), (1, "F00000001"), (8, "99.5"), (9, "36.4"),
        (2, "長" * 61), (6, "T99999"), (11, "mail@"), (12, "www.example.jp"), (13, "H22.10.10"), (19, "有"), (21, "25:00"),
    ]  # fmt: skip
    dice = rng.randrange(len(ways) + 3)
    if dice < len(ways):
        index, value = ways[dice]
        row[index] = value
        return row
    return [row + ["余分"], row[:-2], [""] * len(row)][dice - len(ways)]


def odd(rng: random.Random, row: list[str]) -> list[str]:
    """Return the row with an odd cell that frictionless accepts."""
    index, value = rng.choice(
        [(15, "１２０"), (16, " 350.5　"), (15, "1_200"), (13, "2001-4-1"), (8, "36.44"), (23, "NaN")]
    )
    row[index] = value
    return row


def make(path: Path, rows: int, encoding: str = "utf-8") -> None:
    """Write the table."""
    rng = random.Random(20261123)
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(LABELS)
        for number in range(rows):
            row = good_row(rng, number)
            dice = rng.random()
            if dice < 0.001:
                row = spoil(rng, row)
            elif dice < 0.0015:
                row = odd(rng, row)
            writer.writerow(row)


def package(folder: Path, name: str, encoding: str = "utf-8") -> dict[str, Any]:
    """Return the descriptor of the table with its towns."""
    towns = folder / "towns.csv"
    if not towns.exists():
        towns.write_text("code,name\n" + "".join(f"T{n:05d},町{n}\n" for n in range(TOWNS)), encoding="utf-8")
    text = [{"name": "code", "type": "string"}, {"name": "name", "type": "string"}]
    return {
        "name": "bench",
        "resources": [
            {"name": "main", "path": name, "encoding": encoding, "schema": schema()},
            {"name": "towns", "path": "towns.csv", "encoding": "utf-8", "schema": {"fields": text}},
        ],
    }


WORKER = """
import sys, time, json, resource, collections
sys.path.insert(0, {here!r})
import bench_table_schema as bench
from pathlib import Path
run = getattr(bench, "run_" + {engine!r})
if {warm!r} and {name!r}.endswith(".csv"):
    run(Path({folder!r}), "warm.csv", "utf-8")
print(json.dumps(run(Path({folder!r}), {name!r}, {encoding!r})))
"""


def measured(
    engine: str, folder: Path, name: str, encoding: str = "utf-8", warm: bool = True
) -> dict[str, Any]:
    """Run an engine in a fresh process; return seconds, errors and peak memory."""
    if not (folder / "warm.csv").exists():
        make(folder / "warm.csv", 20)
    code = WORKER.format(
        warm=warm,
        here=str(Path(__file__).parent),
        engine=engine,
        folder=str(folder),
        name=name,
        encoding=encoding,
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _result(seconds: float, errors: int = 0, **more: Any) -> dict[str, Any]:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "seconds": seconds, "cpu": used.ru_utime + used.ru_stime - _BEFORE[0], "errors": errors,
        "megabytes": round(peak), **more,
    }  # fmt: skip


_BEFORE = [0.0]


def _start() -> float:
    """Note the processor time used so far (imports); return the wall clock."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _BEFORE[0] = used.ru_utime + used.ru_stime
    return time.perf_counter()


def run_ours(folder: Path, name: str, encoding: str) -> dict[str, Any]:
    """Our engine; its imports are made before, those it makes on the way are in the time."""
    import frictionless  # noqa: F401
    import pyarrow.csv  # noqa: F401

    from ckanext.moka.tables.tableschema.validate import validate

    path = folder / "bench.json"
    path.write_text(json.dumps(package(folder, name, encoding), ensure_ascii=False), encoding="utf-8")
    started = _start()
    outcome = validate(folder / name, descriptor=path)
    seconds = time.perf_counter() - started
    size = len(json.dumps(outcome.summary(), ensure_ascii=False).encode())
    return _result(seconds, outcome.count, summary=size, rows=outcome.rows)


def run_frictionless(folder: Path, name: str, encoding: str) -> dict[str, Any]:
    """frictionless itself, without its limit of errors."""
    from frictionless import Package

    package_ = Package.from_descriptor(package(folder, name, encoding), basepath=str(folder))
    started = _start()
    report = package_.get_resource("main").validate(limit_errors=0)
    return _result(time.perf_counter() - started, report.stats["errors"])


def run_floor(folder: Path, name: str, encoding: str) -> dict[str, Any]:
    """pyarrow: only read all columns as text (rows of the wrong width are skipped)."""
    import pyarrow as pa
    import pyarrow.csv as pacsv

    started = _start()
    table = pacsv.read_csv(
        folder / name,
        read_options=pacsv.ReadOptions(encoding=encoding),
        parse_options=pacsv.ParseOptions(
            newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=lambda _row: "skip"
        ),
        convert_options=pacsv.ConvertOptions(
            column_types=dict.fromkeys(LABELS, pa.string()), strings_can_be_null=False
        ),
    )
    return _result(time.perf_counter() - started, rows=table.num_rows)


def show(label: str, ours: dict[str, Any], theirs: dict[str, Any], note: str = "", scale: float = 1) -> None:
    """Print one line: wall clock, processor seconds, and both ratios."""
    wall, cpu = theirs["seconds"] * scale, theirs["cpu"] * scale
    print(
        f"{label:<32} ours {ours['seconds']:6.2f} s (cpu {ours['cpu']:5.2f}) {ours['megabytes']:4d} MB   frictionless "
        f"{wall:6.2f} s (cpu {cpu:6.2f})   {wall / ours['seconds']:5.1f}x wall {cpu / ours['cpu']:5.1f}x cpu {note}",
        flush=True,
    )


def bench_csv(folder: Path, rows: int, whole: bool) -> None:
    """CSV in UTF-8 and CP932."""
    small = min(rows, 100_000)
    make(folder / "small.csv", small)
    ours, theirs = measured("ours", folder, "small.csv"), measured("frictionless", folder, "small.csv")
    assert ours["errors"] == theirs["errors"], (ours, theirs)
    show(f"CSV {small:,} rows", ours, theirs, f"{ours['errors']} errors, the same")
    first = measured("ours", folder, "small.csv", warm=False)
    first_theirs = measured("frictionless", folder, "small.csv", warm=False)
    show("  first run of the process", first, first_theirs)
    make(folder / "cp932.csv", small, "cp932")
    cp932, slow = (
        measured("ours", folder, "cp932.csv", "cp932"),
        measured("frictionless", folder, "cp932.csv", "cp932"),
    )
    assert cp932["errors"] == slow["errors"], (cp932, slow)
    show(f"CSV {small:,} rows CP932", cp932, slow)
    if rows > small:
        make(folder / "large.csv", rows)
        floor = measured("floor", folder, "large.csv")
        ours = measured("ours", folder, "large.csv")
        whole_time = measured("frictionless", folder, "large.csv") if whole else None
        note = (
            "(frictionless timed whole)"
            if whole_time
            else f"(frictionless: {rows // small} x its {small:,} rows)"
        )
        show(f"CSV {rows:,} rows", ours, whole_time or theirs, note, 1 if whole_time else rows / small)
        if whole_time:
            assert whole_time["errors"] == ours["errors"], (ours, whole_time)
        print(
            f"{'':<34} pyarrow only reading {floor['seconds']:.2f} s; ours is {ours['seconds'] / floor['seconds']:.1f}x that"
        )
        (folder / "large.csv").unlink()
        make(folder / "large932.csv", rows, "cp932")
        cp932 = measured("ours", folder, "large932.csv", "cp932")
        show(f"CSV {rows:,} rows CP932", cp932, slow, "(scaled)", rows / small)
        (folder / "large932.csv").unlink()


def bench_wrong(folder: Path) -> None:
    """A column that is wrong in every one of 100,000 cells, each differently."""
    rng = random.Random(1)
    with (folder / "wrong.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(LABELS)
        for number in range(100_000):
            row = good_row(rng, number)
            row[15] = f"{number}人"
            writer.writerow(row)
    ours = measured("ours", folder, "wrong.csv")
    print(
        f"{'column wrong in 100,000 cells':<34} ours {ours['seconds']:7.2f} s  {ours['errors']:,} errors, summary {ours['summary']:,} B"
    )


def bench_workbook(folder: Path, rows: int) -> None:
    """XLSX: all cells text, then numbers as numbers, then dates and truth values as such too."""
    from openpyxl import Workbook

    for name in ("text", "numbers", "typed"):
        book = Workbook(write_only=True)
        sheet = book.create_sheet("Sheet1")
        sheet.append(LABELS)
        rng = random.Random(2)
        for number in range(rows):
            row: list[Any] = good_row(rng, number)
            if rng.random() < 0.001:
                row = spoil(rng, row)
            if name != "text":
                row = _as_typed(row, name == "typed")
            sheet.append(row)
        book.save(folder / f"{name}.xlsx")
        ours, theirs = (
            measured("ours", folder, f"{name}.xlsx"),
            measured("frictionless", folder, f"{name}.xlsx"),
        )
        assert ours["errors"] == theirs["errors"], (ours, theirs)
        show(f"XLSX {rows:,} rows, {name}", ours, theirs)


def _as_typed(row: list[Any], dates: bool) -> list[Any]:
    for index in (8, 9, 15, 16, 17, 18, 23):
        if index < len(row) and row[index].replace(".", "", 1).isdigit():
            row[index] = float(row[index]) if "." in row[index] else int(row[index])
    if dates:
        for index in (13, 14):
            if index < len(row) and row[index][4:5] == "-":
                row[index] = date.fromisoformat(row[index])
        if len(row) > 19 and row[19] in ("true", "false"):
            row[19] = row[19] == "true"
    return row


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--workbook-rows", type=int, default=50_000)
    parser.add_argument("--whole", action="store_true", help="time frictionless on all rows too")
    parser.add_argument("--only", choices=["csv", "wrong", "xlsx"])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if asked.only in (None, "csv"):
            bench_csv(folder, asked.rows, asked.whole)
        if asked.only in (None, "wrong"):
            bench_wrong(folder)
        if asked.only in (None, "xlsx"):
            bench_workbook(folder, asked.workbook_rows)


if __name__ == "__main__":
    main()
