"""How long checking and loading take: ``python tests/benchmarks/bench_tables.py [MEGABYTES]``.

Makes a CSV of 25 municipal columns (and the same rows as XLSX), checks and loads each in a fresh process, prints
seconds (median of three) and peak memory.
"""

from __future__ import annotations

import csv
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LABELS = [
    "全国地方公共団体コード",
    "ID",
    "地方公共団体名",
    "名称",
    "名称_カナ",
    "名称_英語",
    "所在地_全国地方公共団体コード",
    "町字ID",
    "所在地_連結表記",
    "所在地_都道府県",
    "所在地_市区町村",
    "所在地_町字",
    "所在地_番地以下",
    "緯度",
    "経度",
    "電話番号",
    "郵便番号",
    "定員",
    "面積",
    "開設日",
    "開始時間",
    "終了時間",
    "区分",
    "URL",
    "備考",
]


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


def measure(path: Path, what: str) -> tuple[float, float]:
    """Return seconds (median of three fresh processes) and peak megabytes of one operation."""
    code = (
        "import json,re,time\n"
        "from ckanext.moka.tables import api\n"
        "t=time.perf_counter()\n"
        f"r=api.{what}({str(path)!r})\n"
        "s=time.perf_counter()-t\n"
        "peak=int(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1])/1024\n"
        "print(json.dumps([s,peak]))"
    )
    runs = [
        json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
        for _ in range(3)
    ]
    return statistics.median(r[0] for r in runs), max(r[1] for r in runs)


def main(megabytes: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        sample = rows(megabytes * 3800)
        text = Path(folder, "facilities.csv")
        with text.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([LABELS, *sample])
        from ckanext.moka.tables import api

        book = Path(folder, "facilities.xlsx")
        api.convert(text, book, format="xlsx")
        sjis = Path(folder, "facilities_sjis.csv")
        sjis.write_text(text.read_text(encoding="utf-8"), encoding="cp932")
        print(f"{len(sample):,} rows x {len(LABELS)} columns; {time.strftime('%Y-%m-%d')}")
        for path in (text, sjis, book):
            for what in ("check", "load"):
                seconds, peak = measure(path, what)
                print(
                    f"{path.name:22} {path.stat().st_size / 1e6:6.1f} MB  {what:5}  {seconds:6.2f} s  {peak:6.0f} MB peak"
                )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
