"""Broken, cut, mixed and lying files: the readers never crash, hang or fail otherwise than with a clear finding.

``MOKA_FUZZ_SECONDS`` (600) says how long, ``MOKA_FUZZ_SEED`` repeats a run, ``MOKA_FUZZ_FILES`` adds a folder of files
to begin with. What fails is kept in ``MOKA_FUZZ_KEEP`` (a folder of the temporary files otherwise).
"""

from __future__ import annotations

import io
import json
import os
import random
import re
import select
import subprocess
import sys
import time
import warnings
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import openpyxl
import xlwt
from openpyxl.comments import Comment

SECONDS = float(os.environ.get("MOKA_FUZZ_SECONDS", "600"))
PATIENCE = 20
MEMORY = 2 * 1024**3
PER_WORKER = 400
GALLERY = Path(__file__).parents[1] / "unit" / "data" / "tables"
WORKER = r"""
import json, resource, sys, traceback
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
from ckanext.moka.tables import api
for line in sys.stdin:
    path = Path(line.strip())
    answer = {}
    try:
        report = api.check(path)
        report.to_dict()
        assert report.readable or report.findings, "unreadable without a finding"
        try:
            api.fix(path, path.with_suffix(".out"))
        except api.UnreadableFile as error:
            assert str(error)
        answer["rules"] = [finding.rule for finding in report.findings[:1]]
    except BaseException:
        answer["error"] = traceback.format_exc()
    print(json.dumps(answer), flush=True)
"""
NUMBERS = (
    b"0",
    b"-1",
    b"1",
    b"65536",
    b"1048577",
    b"4294967295",
    b"99999999999999999999",
    b"1e309",
    b"NaN",
    b"",
)
Mutation = Callable[[random.Random, bytes, bytes], bytes]


class Worker:
    """A process with little memory that checks and repairs files."""

    def __init__(self) -> None:
        code = WORKER.replace("MEMORY", str(MEMORY))
        self.process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.done = 0

    def check(self, path: Path) -> str | None:
        """Return what went wrong with a file, ``None`` when nothing did."""
        assert self.process.stdin and self.process.stdout
        self.done += 1
        self.process.stdin.write(f"{path}\n".encode())
        self.process.stdin.flush()
        ready, _w, _x = select.select([self.process.stdout], [], [], PATIENCE)
        if not ready:
            self.stop()
            return f"no answer within {PATIENCE} s"
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            return f"the process ended with {self.process.returncode}"
        answer: dict[str, str] = json.loads(line)
        return answer.get("error")

    def stop(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.communicate()


def flip(rng: random.Random, data: bytes, _other: bytes) -> bytes:
    found = bytearray(data)
    for _ in range(rng.choice((1, 2, 5, 40))):
        if found:
            found[rng.randrange(len(found))] = rng.choice((0, 255, 34, 44, 10, 0x80, rng.randrange(256)))
    return bytes(found)


def cut(rng: random.Random, data: bytes, _other: bytes) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def drop(rng: random.Random, data: bytes, _other: bytes) -> bytes:
    start = rng.randrange(len(data) + 1)
    return data[:start] + data[start + rng.choice((1, 7, 512, 5000)) :]


def repeat(rng: random.Random, data: bytes, _other: bytes) -> bytes:
    start = rng.randrange(len(data) + 1)
    block = data[start : start + rng.choice((1, 20, 512, 4096))]
    return data[:start] + block * rng.choice((2, 10, 200)) + data[start:]


def splice(rng: random.Random, data: bytes, other: bytes) -> bytes:
    return data[: rng.randrange(len(data) + 1)] + other[rng.randrange(len(other) + 1) :]


def number(rng: random.Random, data: bytes, _other: bytes) -> bytes:
    places = list(re.finditer(rb"\d+", data[:2_000_000]))
    for place in sorted(
        rng.sample(places, min(len(places), rng.choice((1, 3, 20)))), key=lambda m: -m.start()
    ):
        data = data[: place.start()] + rng.choice(NUMBERS) + data[place.end() :]
    return data


def recoded(rng: random.Random, data: bytes, _other: bytes) -> bytes:
    text = data.decode("utf-8", "replace")
    return text.encode(
        rng.choice(("cp932", "euc_jp", "utf-16", "utf-16-le", "utf-7", "cp037", "utf-32-be")), "replace"
    )


def quoted(rng: random.Random, data: bytes, _other: bytes) -> bytes:
    for _ in range(rng.choice((1, 3))):
        start = rng.randrange(len(data) + 1)
        data = (
            data[:start]
            + rng.choice((b'"', b'""', b"\0", b"\r", b",", b"\t", b"=", b"<", b"\xef\xbb\xbf"))
            + data[start:]
        )
    return data


def packed(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """Change what is inside a zip container and pack it again, or lie in its directory."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as box:
            parts = [(name, box.read(name)) for name in box.namelist()]
    except (zipfile.BadZipFile, NotImplementedError, OSError, RuntimeError, ValueError, EOFError, zlib.error):
        return flip(rng, data, other)
    index = rng.randrange(len(parts)) if parts else 0
    kind = rng.randrange(10)
    if parts and kind < 7:
        name, part = parts[index]
        change = rng.choice((flip, cut, drop, repeat, number, number, recoded))
        parts[index] = (name, change(rng, part, other))
    elif parts and kind == 7:
        parts.pop(index)
    elif parts and kind == 8:
        parts.append((parts[index][0], parts[rng.randrange(len(parts))][1]))
    elif parts:
        parts[index] = (parts[index][0], parts[rng.randrange(len(parts))][1])
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
        warnings.simplefilter("ignore")
        for name, part in parts:
            box.writestr(name, part)
    return out.getvalue()


def seeds() -> list[bytes]:
    """Files to begin with: the gallery, and workbooks of all kinds with much in them."""
    found = [
        p.read_bytes()
        for p in sorted(GALLERY.rglob("*"))
        if p.suffix in (".csv", ".xlsx", ".tsv", ".xls", ".ods")
    ]
    more = os.environ.get("MOKA_FUZZ_FILES")
    found += [p.read_bytes() for p in sorted(Path(more).iterdir()) if p.is_file()] if more else []
    rows = [
        ["施設名", "住所", "定員", "開設日"],
        ["荒町公民館", "真岡市荒町1", 120, "R6.4.1"],
        ["台町会館", "真岡市台町2", 80, "H元.5.1"],
    ]
    modern = openpyxl.Workbook()
    for row in rows:
        modern.active.append(row)
    modern.active["A2"].comment = Comment("確認", "係")
    modern.active["E2"] = "=C2*2"
    modern.active.merge_cells("A5:B6")
    modern.active.row_dimensions[3].hidden = True
    modern.create_sheet("裏").sheet_state = "veryHidden"
    out = io.BytesIO()
    modern.save(out)
    old = xlwt.Workbook()
    sheet = old.add_sheet("表")
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            sheet.write(r, c, value)
    sheet.write(4, 2, xlwt.Formula("SUM(C2:C3)"))
    sheet.write_merge(6, 7, 0, 1, "結合")
    sheet.row(1).hidden = True
    old.add_sheet("裏").visibility = 2
    binary = io.BytesIO()
    old.save(binary)
    return [d for d in found if 0 < len(d) < 400_000] + [
        out.getvalue(),
        binary.getvalue(),
        open_document(),
    ] * 12


def open_document() -> bytes:
    """A small ODS file."""
    names = " ".join(
        f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{u}:1.0"'
        for n, u in (("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"))
    )
    cell = '<table:table-cell office:value-type="string" table:number-columns-repeated="2"><text:p>荒町</text:p></table:table-cell>'
    note = "<table:table-cell><office:annotation><text:p>メモ</text:p></office:annotation></table:table-cell>"
    row = f'<table:table-row table:number-rows-repeated="3" table:visibility="collapse">{cell}{note}</table:table-row>'
    table = f'<table:table table:name="表"><table:table-column table:number-columns-repeated="4"/>{row * 4}</table:table>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        box.writestr(
            "content.xml",
            f"<office:document-content {names}><office:body><office:spreadsheet>{table}</office:spreadsheet></office:body></office:document-content>",
        )
    return out.getvalue()


def mutated(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """Return ``data`` after one to three changes."""
    zipped = data.startswith(b"PK")
    choices: tuple[Mutation, ...] = (packed,) * 8 + (flip, cut, drop, splice, repeat) if zipped else (
        flip, cut, drop, repeat, splice, number, recoded, quoted, quoted
    )  # fmt: skip
    for _ in range(rng.choice((1, 1, 2, 3))):
        data = rng.choice(choices)(rng, data, other)
    return data[:3_000_000]


def test_no_file_brings_the_readers_down(tmp_path: Path) -> None:
    seed = int(os.environ.get("MOKA_FUZZ_SEED", str(time.time_ns() % 1_000_000)))
    keep = Path(os.environ.get("MOKA_FUZZ_KEEP", str(tmp_path)))
    rng, pool, worker, count = random.Random(seed), seeds(), Worker(), 0
    faults: dict[str, str] = {}
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and len(faults) < 20:
        data = mutated(rng, rng.choice(pool), rng.choice(pool))
        path = tmp_path / f"mutant{rng.choice(('.csv', '.xlsx', '.xls', '.ods'))}"
        path.write_bytes(data)
        if worker.process.poll() is not None or worker.done >= PER_WORKER:
            worker.stop()
            worker = Worker()
        count += 1
        error = worker.check(path)
        if error:
            last = error.strip().splitlines()[-1] + "".join(
                re.findall(r'tables/([\w/]+\.py", line \d+)', error)[-1:]
            )
            if last not in faults:
                faults[last] = error
                (keep / f"fault-{seed}-{count}{path.suffix}").write_bytes(data)
    worker.stop()
    print(f"seed {seed}: {count} files in {SECONDS:.0f} s")
    assert count > SECONDS, "fewer than one file a second: something is far too slow"
    assert not faults, f"seed {seed}, {count} files, kept in {keep}:\n" + "\n\n".join(faults.values())
