"""The commands: files and folders, what is said and in which language, progress, wrong usage, undo."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet
import pytest
from click.testing import CliRunner, Result

from ckanext.moka.tables import cli, progress
from ckanext.moka.tables.reporting.report import ENGINE_VERSION

GALLERY = Path(__file__).parent / "data" / "tables"
DIRTY = '施設の一覧,,\n令和6年4月1日現在,,（単位：人）\n名称,定員,開設日\n第1館 ,80人,H13.4.1\n第2館,"1,200人",令和6年4月1日\n※休館中を除く。,,\n'


def run(command: Any, *args: object) -> Result:
    return CliRunner().invoke(command, [str(arg) for arg in args])


@pytest.fixture
def dirty(tmp_path: Path) -> Path:
    path = tmp_path / "施設.csv"
    path.write_text(DIRTY, encoding="utf-8")
    return path


def many_faults(folder: Path) -> Path:
    path = folder / "many.csv"
    path.write_text(
        "表題\n 名称,区分,定員,定員,市区町村コード,開設日,郵便番号,地区,空\n"
        'A館,①種,1人,2,92096,H1.2.3,３２１－４３９５,荒町,\nB館,"x\ny",2,3,92096,H2.2.3,321-4395,〃,\nC館 ,②種,約3,x,92096,H3.3.3,321-4395,〃,\n※注\n',
        encoding="utf-8",
    )
    return path


def test_fix_says_what_it_did_and_what_stood_around_the_table(dirty: Path, tmp_path: Path) -> None:
    out = tmp_path / "o.csv"
    done = run(cli.fix, dirty, "-o", out)
    assert done.exit_code == 0, done.output
    assert (
        out.read_text(encoding="utf-8-sig")
        == "名称,定員（人）,開設日\n第1館,80,2001-04-01\n第2館,1200,2024-04-01\n"
    )
    for said in (
        "表題: 施設の一覧",
        "時点: 2024-04-01",
        "単位: 人",
        "注記: ※休館中を除く。",
        "（L2-01）: 3 か所",
    ):
        assert said in done.output
    assert "changes; written to" in run(cli.fix, dirty, "-o", out, "--lang", "en").output


def test_changes_take_the_file_back_to_what_it_was(dirty: Path, tmp_path: Path) -> None:
    out, changes, back = tmp_path / "o.csv", tmp_path / "c.json", tmp_path / "back.csv"
    run(cli.fix, dirty, "-o", out, "--changes", changes)
    listed = json.loads(changes.read_text(encoding="utf-8"))
    assert set(listed[0]) == {"rule", "sheet", "cell", "row", "field", "old", "new", "what"}
    done = run(cli.fix, out, "-o", back, "--undo", changes, "--no-bom")
    assert done.exit_code == 0, done.output
    assert back.read_text(encoding="utf-8") == DIRTY
    done = run(cli.fix, out, "-o", back, "--undo", changes, "--no-bom", "--only", "l3-05")
    assert back.read_text(encoding="utf-8").splitlines()[1] == "第1館,80,H13.4.1"
    assert run(cli.fix, dirty, "-o", back, "--undo", changes).exit_code == 2
    changes.write_text("{}", encoding="utf-8")
    assert run(cli.fix, out, "-o", back, "--undo", changes).exit_code == 0
    changes.write_text("nothing", encoding="utf-8")
    assert run(cli.fix, out, "-o", back, "--undo", changes).exit_code == 2


def test_repairs_can_be_chosen(dirty: Path, tmp_path: Path) -> None:
    out = tmp_path / "o.csv"
    run(cli.fix, dirty, "-o", out, "--except", "L3-05,L1-06")
    assert "第1館 ,80,H13.4.1" in out.read_text(encoding="utf-8-sig")
    wrong = run(cli.fix, dirty, "-o", out, "--only", "L9-99")
    assert wrong.exit_code == 2 and "L9-99" in wrong.output and "L2-01" in wrong.output


def test_folders_and_several_files(dirty: Path, tmp_path: Path) -> None:
    inner = tmp_path / "資料" / "二"
    inner.mkdir(parents=True)
    (inner / "施設.csv").write_text(DIRTY, encoding="utf-8")
    (inner / "~$施設.xlsx").write_text("lock")
    (inner / "読んで.md").write_text("# x")
    book = openpyxl.Workbook()
    for row in (["名称", "定員"], ["A館", 1], ["B館", 2]):
        book.active.append(row)
    book.save(inner / "施設.xlsx")
    data = json.loads(run(cli.check, tmp_path / "資料", dirty, "--format", "json").stdout)
    assert [report["file"] for report in data] == ["施設.csv", "施設.xlsx", "施設.csv"]
    text = run(cli.check, tmp_path / "資料").output
    assert "2 ファイル: 公開できる 1、直すべき点がある 1、読めない 0" in text
    done = run(cli.fix, tmp_path / "資料", "-o", tmp_path / "out", "--changes", tmp_path / "c.json")
    assert done.exit_code == 0, done.output
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["施設.csv", "施設_xlsx.csv"]
    assert set(json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))) == {"施設.csv", "施設_xlsx.csv"}
    done = run(cli.convert, tmp_path / "資料", "-o", tmp_path / "out", "--format", "parquet")
    assert done.exit_code == 0, done.output
    table = pyarrow.parquet.read_table(tmp_path / "out" / "施設.parquet")
    assert [str(kind) for kind in table.schema.types] == ["string", "int64", "date32[day]"]
    assert run(cli.convert, tmp_path / "資料", "-o", tmp_path / "out").exit_code == 2
    empty = tmp_path / "空"
    empty.mkdir()
    assert run(cli.check, empty).exit_code == 2


def test_one_unreadable_file_does_not_stop_the_others(dirty: Path, tmp_path: Path) -> None:
    (tmp_path / "空.csv").write_bytes(b"")
    done = run(cli.fix, tmp_path / "空.csv", dirty, "-o", tmp_path / "out")
    assert done.exit_code == 2
    assert "空.csv: ファイルの中身が空です" in done.stderr
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["施設.csv"]


def test_wrong_usage_ends_with_2_and_says_why_in_japanese(dirty: Path, tmp_path: Path) -> None:
    for command, args in (
        (cli.check, ["なし.csv"]),
        (cli.check, []),
        (cli.fix, [dirty]),
        (cli.fix, ["なし.csv", "-o", tmp_path / "o.csv"]),
        (cli.convert, [dirty, "-o", tmp_path / "o.docx"]),
        (cli.check, [dirty, "--lang", "fr"]),
        (cli.fix, [dirty, "-o", tmp_path / "no" / "such" / "o.csv"]),
    ):
        assert run(command, *args).exit_code == 2, args
    assert "ファイルがありません: なし.csv" in run(cli.check, "なし.csv").output
    assert "ファイルを扱えません" in run(cli.fix, dirty, "-o", tmp_path / "no" / "such" / "o.csv").output


def test_several_tables_are_never_left_out_silently(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["年", "人口"], [2020, 100], [2021, 110], [2022, 120]):
        book.active.append(row)
    other = book.create_sheet("世帯")
    for row in (["地区", "世帯数"], ["東", 5], ["西", 6]):
        other.append(row)
    path = tmp_path / "統計.xlsx"
    book.save(path)
    alone = run(cli.fix, path, "-o", tmp_path / "o.csv")
    assert "ほかに 1 つあります" in alone.output and "--split" in alone.output
    assert "ほかに 1 つあります" in run(cli.convert, path, "-o", tmp_path / "o.json").output
    done = run(cli.fix, path, "-o", tmp_path / "out", "--split")
    assert done.exit_code == 0, done.output
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["統計_Sheet.csv", "統計_世帯.csv"]


def test_years_as_columns_are_offered_as_rows(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("地区,2019年,2020年,2021年\n東,1,2,3\n", encoding="utf-8")
    assert "--long" in run(cli.fix, path, "-o", tmp_path / "o.csv").output
    done = run(cli.fix, path, "-o", tmp_path / "o.csv", "--long", "--no-bom")
    assert "--long を付けると" not in done.output
    assert (tmp_path / "o.csv").read_text(encoding="utf-8") == "地区,年,値\n東,2019,1\n東,2020,2\n東,2021,3\n"


def test_the_text_is_short_and_says_what_it_leaves_out(tmp_path: Path) -> None:
    path = many_faults(tmp_path)
    short, whole = run(cli.check, path).output, run(cli.check, path, "--all").output
    assert "  7. [" in short and "  8. [" not in short
    assert "--all を付けてください" in short and "--all" not in whole
    data = json.loads(run(cli.check, path, "--format", "json").stdout)
    assert all(finding["message"] in whole for finding in data["findings"])
    assert short.index("（L3-01）") < short.index("（L2-01）") if "（L2-01）" in short else True
    assert data["version"] == 1 and data["engine"] == ENGINE_VERSION
    english = run(cli.check, path, "--lang", "en").output
    assert "more (" in english and "--all shows everything" in english


def test_progress_is_one_line_for_terminals_and_long_work(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []

    class Terminal:
        def isatty(self) -> bool:
            return True

        def write(self, text: str) -> None:
            written.append(text)

        def flush(self) -> None: ...

    monkeypatch.setattr(progress.sys, "stderr", Terminal())
    with progress.Progress(3, patience=0) as shown, shown.file("施設.csv"):
        progress.stage("check")
        assert shown.line() == "(1/3) 施設.csv：検査…"
        while not written:
            shown._done.wait(0.01)
    assert written[0].startswith("\r(1/3) 施設.csv：検査…")
    assert written[-1].strip() == ""
    written.clear()
    with progress.Progress(1), progress.Progress(1, "en") as shown, shown.file("t.csv"):
        assert shown.line() == "t.csv: reading…"
    assert written == []
    progress.stage("nobody watches")


def test_progress_is_silent_when_nobody_looks(dirty: Path) -> None:
    assert run(cli.check, dirty).stderr == ""
