"""Where one copy's files and sockets live."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ckanext.moka.stack import bootstrap, paths, postgres, preflight


def test_every_folder_has_a_short_name_of_its_own(tmp_path):
    first, second = paths.key_of(tmp_path / "一"), paths.key_of(tmp_path / "二")
    assert first != second
    assert first == paths.key_of(tmp_path / "x" / ".." / "一")
    assert len(first) == 12


def test_a_socket_folder_is_private_and_made_once(tmp_path):
    folder = paths.private_folder("moka-x", parents=[tmp_path])
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert paths.private_folder("moka-x", parents=[tmp_path]) == folder


def test_a_path_too_long_for_a_socket_is_passed_over(tmp_path):
    long = tmp_path / ("長" * 40)
    long.mkdir()
    assert paths.private_folder("moka-x", parents=[long, tmp_path]).parent == tmp_path
    with pytest.raises(preflight.Problem):
        paths.private_folder("moka-x", parents=[long])


def test_somebody_elses_folder_or_link_is_not_used(tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    first.mkdir()
    second.mkdir()
    (first / "moka-x").symlink_to(second)
    assert paths.private_folder("moka-x", parents=[first, second]).parent == second
    open_folder = first / "moka-y"
    open_folder.mkdir()
    open_folder.chmod(0o755)
    assert paths.private_folder("moka-y", parents=[first, second]).parent == second


def test_the_user_number_for_postgres_belongs_to_no_account():
    uid = postgres.free_uid(paths.key_of(Path("/tmp")))
    assert uid in postgres.UIDS


def checkout(folder: Path) -> Path:
    for name in ("setup.py", "pyproject.toml", "config/constraints.txt"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(name, encoding="utf-8")
    (folder / "config" / "requirements").mkdir()
    for name in ("base", "portal", "dev"):
        (folder / "config" / "requirements" / f"{name}.txt").write_text(name, encoding="utf-8")
    return folder


def test_the_environment_is_made_again_when_what_belongs_into_it_changes(tmp_path):
    home = checkout(tmp_path)
    first = bootstrap.fingerprint(home)
    assert bootstrap.fingerprint(home) == first
    (home / "config" / "constraints.txt").write_text("x==2", encoding="utf-8")
    second = bootstrap.fingerprint(home)
    plugin = home / "ckanext-moka/ckanext/moka/new/plugin.py"
    plugin.parent.mkdir(parents=True)
    plugin.touch()
    assert len({first, second, bootstrap.fingerprint(home)}) == 3


def environment(home: Path, working: bool = True) -> Path:
    venv = home / ".venv"
    (venv / "bin").mkdir(parents=True)
    python = venv / "bin" / "python"
    python.write_text(f"#!/bin/sh\nexit {0 if working else 1}\n", encoding="utf-8")
    python.chmod(0o755)
    return venv


def stamp(home: Path, venv: Path, extras: list[str]) -> None:
    text = bootstrap.json.dumps(
        {"path": str(venv.resolve()), "fingerprint": bootstrap.fingerprint(home), "extras": extras}
    )
    (venv / bootstrap.STAMP).write_text(text, encoding="utf-8")


def test_how_an_environment_stands(tmp_path):
    home = checkout(tmp_path)
    assert bootstrap.state(home, ("portal",)) == "missing"
    venv = environment(home)
    assert bootstrap.state(home, ("portal",)) == "stale"
    stamp(home, venv, ["portal"])
    assert bootstrap.state(home, ("portal",)) == "ready"
    assert bootstrap.state(home, ("portal", "dev")) == "stale"
    (venv / bootstrap.MAKING).touch()
    assert bootstrap.state(home, ("portal",)) == "broken"


def test_a_moved_environment_or_one_without_its_python_is_made_anew(tmp_path):
    (tmp_path / "前").mkdir()
    home = checkout(tmp_path / "前")
    stamp(home, environment(home), ["portal"])
    moved = tmp_path / "後"
    os.rename(home, moved)
    assert bootstrap.state(moved, ("portal",)) == "broken"
    (moved / ".venv/bin/python").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    assert bootstrap.state(moved, ("portal",)) == "broken"


def test_a_user_number_that_files_may_have_is_kept(tmp_path):
    assert postgres.usable_uid(tmp_path, os.geteuid()) == os.geteuid()
    assert list(tmp_path.iterdir()) == []
