"""A whole portal of its own: started, looked at from outside, and ended without a trace."""

from __future__ import annotations

import socket
import stat
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import psycopg2
import pytest
import requests

from ckanext.moka.stack import instance, paths, processes, testing

URL_OPTIONS = ("sqlalchemy.url", "ckan.datastore.write_url", "ckan.datastore.read_url")


@pytest.fixture(scope="module")
def running():
    with testing.site("--web", "--worker") as site:
        yield site


def options(site: testing.Site) -> dict[str, str]:
    parser = ConfigParser(interpolation=None)
    parser.optionxform = str
    parser.read(site.ini, encoding="utf-8")
    return dict(parser["app:main"])


def moka(*arguments: str, site: testing.Site) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "ckanext.moka.stack.main", *arguments, "--home", str(site.home)],
        capture_output=True,
        text=True,
        check=False,
        env=testing.clean_environment(),
    )


def test_the_portal_answers_in_japanese(running):
    page = requests.get(running.url, timeout=30)
    assert page.status_code == 200
    assert 'lang="ja"' in page.text
    status = requests.get(f"{running.url}api/3/action/status_show", timeout=30).json()["result"]
    assert status["site_url"] == running.url.rstrip("/")


def test_nobody_can_register_themselves(running):
    assert requests.get(f"{running.url}user/register", timeout=30).status_code == 403


def test_all_services_run_and_the_status_says_so(running):
    found = instance.running(paths.Layout(running.home))
    assert set(found) == {"supervisor", "postgres", "redis", "web", "worker"}
    told = moka("status", site=running)
    assert told.returncode == 0
    assert running.url in told.stdout
    assert "応答しています" in told.stdout


def test_a_second_start_in_the_same_folder_says_where_it_runs(running):
    told = moka("run", site=running)
    assert told.returncode == 1
    assert told.stderr.count("\n") == 1
    assert running.url in told.stderr


def test_its_port_is_refused_to_others(running, tmp_path):
    port = running.url.rstrip("/").rpartition(":")[2]
    told = subprocess.run(
        [
            sys.executable,
            "-P",
            "-m",
            "ckanext.moka.stack.main",
            "run",
            "--home",
            str(tmp_path),
            "--port",
            port,
        ],
        capture_output=True,
        text=True,
        check=False,
        env=testing.clean_environment(),
    )
    assert told.returncode == 1
    assert port in told.stderr
    assert told.stderr.count("\n") == 1


def test_the_reader_of_the_datastore_cannot_enter_the_site_database(running):
    urls = options(running)
    reader = urls["ckan.datastore.read_url"]
    with psycopg2.connect(reader) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM _table_metadata")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("CREATE TABLE x (y int)")
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        psycopg2.connect(reader.replace("@/datastore", "@/site"))


@pytest.mark.parametrize("option", URL_OPTIONS)
def test_no_database_opens_without_its_password(running, option):
    url = options(running)[option]
    head, _, tail = url.partition("@")
    wrong = head.rpartition(":")[0] + ":wrong@" + tail
    psycopg2.connect(url).close()
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(wrong)


def test_postgres_and_redis_listen_on_no_port(running):
    found = instance.running(paths.Layout(running.home))
    listening = {line.split()[9] for line in _tcp_lines() if line.split()[3] == "0A"}
    for name in ("postgres", "redis"):
        sockets = {
            link.split("[")[1].rstrip("]")
            for descriptor in Path(f"/proc/{found[name].pid}/fd").iterdir()
            if (link := str(descriptor.readlink())).startswith("socket:[")
        }
        assert sockets & listening == set()


def _tcp_lines() -> list[str]:
    lines = []
    for name in ("tcp", "tcp6"):
        path = Path("/proc/net") / name
        lines += path.read_text(encoding="ascii").splitlines()[1:] if path.exists() else []
    return lines


def test_redis_answers_on_its_socket_in_a_private_folder(running):
    url = options(running)["ckan.redis.url"]
    path = Path(url.removeprefix("unix://").partition("?")[0])
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
        client.sendall(b"PING\r\n")
        assert client.recv(16) == b"+PONG\r\n"


def test_secrets_are_for_the_owner_only(running):
    var = running.home / "var"
    assert stat.S_IMODE(var.stat().st_mode) == 0o700
    for name in ("settings.json", "admin.txt", "ckan.ini"):
        assert stat.S_IMODE((var / name).stat().st_mode) == 0o600


def test_the_first_administrator_can_log_in(running):
    note = (running.home / "var" / "admin.txt").read_text(encoding="utf-8")
    name, password = (line.partition(": ")[2] for line in note.splitlines())
    with requests.Session() as session:
        form = session.get(f"{running.url}user/login", timeout=30).text
        token = form.partition('name="_csrf_token"')[2] or form.partition('name="csrf_token"')[2]
        value = (
            form.partition('name="_csrf_token" content="')[2].partition('"')[0]
            or token.partition('value="')[2].partition('"')[0]
        )
        session.post(
            f"{running.url}user/login",
            data={"login": name, "password": password, "_csrf_token": value},
            headers={"Referer": running.url},
            timeout=30,
        )
        assert session.get(f"{running.url}ckan-admin/", timeout=30).status_code == 200


def test_every_migration_is_applied(running):
    told = subprocess.run(
        [
            sys.executable,
            "-P",
            "-m",
            "ckanext.moka.stack.ckan_entry",
            "-c",
            str(running.ini),
            "db",
            "pending-migrations",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "unapplied" not in told.stdout


def test_it_ends_without_a_trace():
    with testing.site() as site:
        home = paths.Layout(site.home)
        found = instance.running(home)
        assert {"postgres", "redis"} <= set(found)
        sockets = [Path(options(site)["sqlalchemy.url"].partition("host=")[2])]
        sockets.append(Path(options(site)["ckan.redis.url"].removeprefix("unix://")).parent)
        assert all(folder.exists() for folder in sockets)
    assert not any(processes.is_running(identity) for identity in found.values())
    assert not site.home.exists()
    assert not home.root_state.exists()
    assert not any(folder.exists() for folder in sockets)
