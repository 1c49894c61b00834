"""What is looked at before anything is half-made: each failure is one line with the remedy."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ckanext.moka.stack import preflight

ROOT = Path(__file__).resolve().parents[2]


def problem(check, *arguments) -> preflight.Problem:
    with pytest.raises(preflight.Problem) as caught:
        check(*arguments)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("✗ ")
    return caught.value


def test_an_old_python_is_named_with_its_version():
    assert "3.9.2" in problem(preflight.python_version, (3, 9, 2)).ja
    preflight.python_version((3, 11, 0))
    preflight.python_version((3, 14, 1))


@pytest.mark.parametrize("name", ["100%", "a:b", "a\nb", 'a"b'])
def test_a_folder_name_that_configurations_cannot_carry_is_refused(name):
    with pytest.raises(preflight.Problem):
        preflight.path_characters(Path("/home") / name)


def test_japanese_and_blanks_in_folder_names_are_fine():
    preflight.path_characters(Path("/home/真岡 市/とても 長い名前"))


def test_a_folder_without_write_permission_is_named(tmp_path):
    missing = tmp_path / "ない"
    assert str(missing) in problem(preflight.writable, missing).ja
    preflight.writable(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    problem(preflight.writable, tmp_path)


def test_too_little_space_says_how_much_is_needed(tmp_path):
    assert "必要 9000000000.0 GB" in problem(preflight.disk_space, tmp_path, 9 * 10**18).ja
    preflight.disk_space(tmp_path, 1)


def test_a_missing_library_names_the_package():
    assert "libmissing-moka.so.7" in problem(preflight.system_libraries, ["libmissing-moka.so.7"]).ja
    preflight.system_libraries()


def test_a_taken_port_is_refused_and_another_one_suggested():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        found = problem(preflight.port_free, port)
    assert str(port) in found.ja
    assert "PORT=" in found.ja
    preflight.port_free(port)


@pytest.mark.parametrize("port", [0, -1, 70000])
def test_a_number_that_is_no_port_is_refused(port):
    problem(preflight.port_free, port)


def test_a_percent_sign_in_a_database_url_is_refused():
    assert (
        "CKAN_SQLALCHEMY_URL"
        in problem(preflight.database_url, "CKAN_SQLALCHEMY_URL", "postgresql://a:b%40@h/d").ja
    )
    preflight.database_url("CKAN_SQLALCHEMY_URL", "postgresql://a:b@/d?host=/tmp/x")


@pytest.fixture
def bootstrap(tmp_path):
    """Return a function that runs ``config/bootstrap.sh`` with only ``tmp_path/bin`` on the path."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "bootstrap.sh").write_bytes((ROOT / "config" / "bootstrap.sh").read_bytes())

    def _run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", "config/bootstrap.sh", "run"],
            cwd=tmp_path,
            env={"PATH": str(tmp_path / "bin")},
            capture_output=True,
            text=True,
            check=False,
        )

    return _run


def fake_python(folder: Path, name: str, answer: str) -> None:
    folder.mkdir(exist_ok=True)
    script = folder / name
    script.write_text(f"#!/bin/sh\n{answer}\n", encoding="utf-8")
    script.chmod(0o755)


def test_without_a_new_python_one_line_says_so(tmp_path, bootstrap):
    fake_python(tmp_path / "bin", "python3", "exit 1")
    run = bootstrap()
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1
    assert "Python 3.11" in run.stderr


def test_a_newer_python_beside_an_old_one_is_taken(tmp_path, bootstrap):
    fake_python(tmp_path / "bin", "python3", "exit 1")
    fake_python(tmp_path / "bin", "python3.12", 'case "$*" in *bootstrap*) echo "taken $*";; esac; exit 0')
    run = bootstrap()
    assert run.returncode == 0
    assert run.stdout.startswith("taken ")


def test_a_python_without_venv_is_named(tmp_path, bootstrap):
    fake_python(tmp_path / "bin", "python3.12", 'case "$*" in *ensurepip*) exit 1;; esac; exit 0')
    run = bootstrap()
    assert run.returncode == 1
    assert "python3.12" in run.stderr
    assert "venv" in run.stderr
    assert run.stderr.count("\n") == 1


def test_bootstrap_and_preflight_need_the_standard_library_only():
    code = (
        "import sys; sys.path.insert(0, 'ckanext-moka'); import ckanext.moka.stack.bootstrap; "
        "print([m for m in sys.modules if 'site-packages' in (getattr(sys.modules[m], '__file__', '') or '')])"
    )
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"
