"""The distribution works as a wheel and as an editable install, and its base part works without CKAN."""

from __future__ import annotations

import configparser
import importlib.metadata
import importlib.util
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {
    ROOT / "ckanext-moka": "ckanext/moka",
    ROOT / "schemas": "moka_schemas",
    ROOT / "harvesters": "moka_harvesters",
}


@pytest.fixture(scope="session")
def wheel(tmp_path_factory) -> Path:
    """The wheel of the working tree, built from a copy of what git knows so that no leftover gets in."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(target), str(source)],
        check=True,
        capture_output=True,
    )
    return next(target.glob("*.whl"))


def shipped_files() -> set[str]:
    """Return what must be in the wheel: every file below the three sources that git does not ignore."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    names = set()
    for name in filter(None, listed.split("\0")):
        for folder, package in SOURCES.items():
            base = folder.relative_to(ROOT).as_posix() + "/" + package + "/"
            if name.startswith(base) and (ROOT / name).is_file():
                names.add(package + "/" + name.removeprefix(base))
    return names


def test_the_wheel_carries_every_module_template_asset_schema_and_migration(wheel):
    packed = set(zipfile.ZipFile(wheel).namelist())
    wanted = shipped_files()
    assert any(name.endswith(".html") for name in wanted) and any("migration" in name for name in wanted)
    assert wanted - packed == set()


def test_the_wheel_names_its_plugins_and_its_command(wheel):
    archive = zipfile.ZipFile(wheel)
    name = next(n for n in archive.namelist() if n.endswith("entry_points.txt"))
    points = configparser.ConfigParser()
    points.read_string(archive.read(name).decode())
    assert points["console_scripts"]["moka"] == "ckanext.moka.stack.main:main"
    assert {
        f"moka_{s}"
        for s in ["search", "portal", "catalog", "quality", "publication", "demand", "harvest", "dcat"]
    } <= set(points["ckan.plugins"])


def test_the_base_requirements_have_no_ckan(wheel):
    archive = zipfile.ZipFile(wheel)
    metadata = archive.read(next(n for n in archive.namelist() if n.endswith("METADATA"))).decode()
    base = [r for r in re.findall(r"^Requires-Dist: (.+)$", metadata, re.M) if "extra ==" not in r]
    assert base and not [r for r in base if r.startswith(("ckan", "sqlalchemy", "flask"))]


def run_from_the_wheel(wheel: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``moka`` in a Python that sees the unpacked wheel and its base requirements, and nothing else."""
    zipfile.ZipFile(wheel).extractall(folder / "site")
    (folder / "deps").mkdir()
    for module in ("click", "openpyxl", "et_xmlfile", "python_calamine", "pyarrow", "numpy", "yaml"):
        origin = Path(importlib.util.find_spec(module).submodule_search_locations[0])
        os.symlink(origin, folder / "deps" / module)
        for libs in origin.parent.glob(f"{module}.libs"):
            os.symlink(libs, folder / "deps" / libs.name)
    code = (
        f"import sys; sys.path[:0] = [{str(folder / 'site')!r}, {str(folder / 'deps')!r}]\n"
        "sys.argv[0] = 'moka'\nfrom ckanext.moka.stack.main import main\nmain()"
    )
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, *arguments], capture_output=True, text=True, check=False
    )


def test_moka_check_runs_from_the_wheel_without_ckan(wheel, tmp_path):
    table = tmp_path / "施設一覧.csv"
    table.write_text("名称,住所\n生涯学習館,真岡市さくら1-15-1\n", encoding="utf-8")
    done = run_from_the_wheel(wheel, tmp_path, "check", str(table))
    assert done.returncode == 0, done.stderr
    assert "施設一覧.csv" in done.stdout


def test_moka_check_refuses_a_file_that_is_not_there(wheel, tmp_path):
    done = run_from_the_wheel(wheel, tmp_path, "check", str(tmp_path / "無い.csv"))
    assert done.returncode == 2
    assert "無い.csv" in done.stdout + done.stderr


def test_the_editable_install_resolves_every_plugin():
    points = [p for p in importlib.metadata.entry_points(group="ckan.plugins") if p.name.startswith("moka_")]
    assert len(points) >= 10
    for point in points:
        assert importlib.util.find_spec(point.module), point.name
