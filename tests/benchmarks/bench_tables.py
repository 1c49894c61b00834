"""How long checking, repairing and converting take, beside frictionless and bare reading, in the same run.

``python tests/benchmarks/bench_tables.py [--full]``: CSV of 11 and 109 MB, the smaller one in Shift_JIS too, a workbook
of 50,000 rows; ``--full`` adds a million rows (about 300 MB) and frictionless on the larger file. Every number is of
a fresh process: seconds without the import, processor seconds, peak memory. Files are made anew, always the same.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LABELS = [
    "全国地方公共団体コード", "ID", "地方公共団体名", "名称", "名称_カナ", "名称_英語", "所在地_全国地方公共団体コード", "町字ID",
    "所在地_連結表記", "所在地_都道府県", "所在地_市区町村", "所在地_町字", "所在地_番地以下", "緯度", "経度", "電話番号", "郵便番号",
    "定員", "面積", "開設日", "開始時間", "終了時間", "区分", "URL", "備考",
]  # fmt: skip
_FLOORS = {
    "csv": "import pyarrow as pa, pyarrow.csv as c\n"
    "o=c.ConvertOptions(column_types={{n: pa.string() for n in open({path!r}, encoding={encoding!r}).readline().strip().split(',')}})\n"
    "run=lambda: c.read_csv({path!r}, read_options=c.ReadOptions(encoding={encoding!r}), convert_options=o)",
    "xlsx": "import python_calamine as p\n"
    "run=lambda: p.CalamineWorkbook.from_path({path!r}).get_sheet_by_index(0).to_python()",
}
_WORK = {
    "check": "from ckanext.moka.tables import api\nrun=lambda: api.check({path!r})",
    "fix": "from ckanext.moka.tables import api\nrun=lambda: api.fix({path!r}, {path!r} + '.fixed.csv')",
    "convert": "from ckanext.moka.tables import api\nrun=lambda: api.convert({path!r}, {path!r} + '.parquet', format='parquet')",
    "frictionless": "from frictionless import Resource\n"
    "run=lambda: Resource({name!r}, basepath={folder!r}, encoding={encoding!r}).validate(limit_errors=10**9)",
}
_MEASURE = """
import json, re, time
began = time.process_time()
start = time.perf_counter()
run()
took, used = time.perf_counter() - start, time.process_time() - began
peak = int(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]) / 1024
print(json.dumps([took, used, peak]))
"""


def rows(count: int) -> list[list[str]]:
    """Return ``count`` records of facilities, always the same ones."""
    pick = random.Random(92096)
    towns = ["荒町", "台町", "並木町", "亀山", "長田", "西郷", "熊倉", "石島", "久下田", "物井"]
    made = []
    for number in range(1, count + 1):
        town = pick.choice(towns)
        lot = f"{pick.randint(1, 5000)}-{pick.randint(1, 99)}"
        made.append(
            [
                "092096", f"MK{number:08d}", "栃木県真岡市", f"{town}第{number}集会所", "シュウカイジョ", f"Hall {number}", "092096", "0008-001",
                f"栃木県真岡市{town}{lot}", "栃木県", "真岡市", town, lot, f"{36.4 + pick.random() / 10:.6f}", f"{139.9 + pick.random() / 10:.6f}",
                f"0285-{pick.randint(10, 99)}-{pick.randint(1000, 9999)}", "3214395", str(pick.randint(10, 900)), f"{pick.random() * 900:.1f}",
                f"20{pick.randint(10, 26)}-0{pick.randint(1, 9)}-1{pick.randint(0, 9)}", "09:00", "17:00", pick.choice(["公民館", "集会所", "学校"]),
                f"https://www.example.jp/{number}", pick.choice(["", "", "駐車場あり"]),
            ]
        )  # fmt: skip
    return made


def make_csv(path: Path, count: int, encoding: str = "utf-8") -> Path:
    """Write ``count`` records as CSV."""
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream).writerows([LABELS, *rows(count)])
    return path


def make_workbook(path: Path, count: int) -> Path:
    """Write ``count`` records as XLSX, amounts and coordinates as numbers."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("一覧")
    sheet.append(LABELS)
    for row in rows(count):
        sheet.append([float(cell) if n in (13, 14, 17, 18) else cell for n, cell in enumerate(row)])
    book.save(path)
    return path


def measure(code: str, path: Path, encoding: str, runs: int) -> tuple[float, float, float]:
    """Return seconds, processor seconds and peak megabytes of the best of ``runs`` fresh processes."""
    words = {"path": str(path), "name": path.name, "folder": str(path.parent), "encoding": encoding}
    script = code.format(**words) + _MEASURE
    best = min(
        json.loads(subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout)
        for _ in range(runs)
    )
    return tuple(best)  # type: ignore[return-value]


def report(path: Path, work: list[str], runs: int, encoding: str = "utf-8") -> None:
    """Print one line per kind of work, with its ratio to bare reading and to frictionless."""
    kind = path.suffix.lstrip(".")
    floor = measure(_FLOORS[kind], path, encoding, runs)
    done = {
        name: measure(_WORK[name], path, encoding, 1 if name == "frictionless" else runs) for name in work
    }
    slow = done.get("frictionless")
    print(f"\n{path.name}  {path.stat().st_size / 1e6:,.1f} MB")
    for name, (took, used, peak) in {"read": floor, **done}.items():
        beside = f"{slow[0] / took:6.1f}x frictionless" if slow and name != "frictionless" else ""
        print(
            f"  {name:13}{took:7.2f} s {used:7.2f} CPU-s {peak:7.0f} MB {took / floor[0]:7.1f}x read  {beside}"
        )


def main() -> None:
    """Make the files and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="a million rows too, frictionless on every file")
    full = parser.parse_args().full
    print(
        f"{len(LABELS)} columns, all rules; {time.strftime('%Y-%m-%d')}; frictionless: no schema, no limit of errors"
    )
    mine = ["check", "fix", "convert"]
    with tempfile.TemporaryDirectory() as folder:
        report(make_csv(Path(folder, "10mb.csv"), 38_000), [*mine, "frictionless"], 3)
        report(make_csv(Path(folder, "sjis.csv"), 38_000, "cp932"), mine, 3, "cp932")
        report(make_csv(Path(folder, "100mb.csv"), 360_000), [*mine, "frictionless"] if full else mine, 1)
        report(make_workbook(Path(folder, "book.xlsx"), 50_000), [*mine, "frictionless"], 2)
        if full:
            report(make_csv(Path(folder, "million.csv"), 1_000_000), ["check", "fix"], 1)


if __name__ == "__main__":
    main()
