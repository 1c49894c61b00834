"""Whatever is killed comes back, nothing is lost, and nothing stays behind."""

from __future__ import annotations

import json
import os
import signal

import pytest

from ckanext.moka.stack import processes

SERVICES = ("postgres", "redis", "web", "worker")


def remember(portal) -> None:
    portal.sql("CREATE TABLE IF NOT EXISTS kept (word text)")
    portal.sql("INSERT INTO kept VALUES (%s)", "真岡")


def test_every_service_that_is_killed_comes_back(portal):
    portal.start()
    remember(portal)
    for name in SERVICES:
        before = portal.kill(name)
        portal.wait(lambda name=name, before=before: portal.identity(name) not in (None, before))
        portal.wait(portal.answers)
    portal.wait(lambda: all(portal.identity(name) for name in SERVICES))
    assert portal.sql("SELECT word FROM kept") == [("真岡",)]
    assert portal.stop() == 0
    assert portal.everything() == []


def test_after_the_supervisor_was_killed_the_next_start_has_all_data(portal):
    portal.start()
    remember(portal)
    before = {name: portal.identity(name) for name in SERVICES}
    os.kill(portal.process.pid, signal.SIGKILL)
    portal.process.wait()
    url = portal.url
    assert portal.start() == url
    assert portal.answers()
    assert portal.sql("SELECT word FROM kept") == [("真岡",)]
    assert not any(processes.is_running(identity) for identity in before.values())
    assert portal.stop() == 0
    assert portal.everything() == []


def test_after_everything_was_killed_at_once_the_next_start_has_all_data(portal):
    portal.start()
    remember(portal)
    victims = [portal.process.pid, *(portal.identity(name).pid for name in SERVICES)]
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    portal.process.wait()
    portal.start()
    assert portal.answers()
    assert portal.sql("SELECT word FROM kept") == [("真岡",)]
    assert portal.stop() == 0


def test_records_that_name_other_peoples_processes_do_them_no_harm(portal):
    portal.start()
    assert portal.stop() == 0
    own = processes.identify(os.getpid())
    for name in SERVICES:
        (portal.layout.records / f"{name}.json").write_text(
            json.dumps({"pid": own.pid, "started": "1", "boot": own.boot, "stop_signal": 9}), encoding="utf-8"
        )
    portal.start()
    assert portal.answers()
    assert processes.is_running(own)
    assert portal.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_every_way_of_stopping_ends_all(portal, number):
    portal.start()
    os.killpg(portal.process.pid, number)
    assert portal.process.wait(60) == 0
    assert portal.everything() == []
    assert list(portal.layout.records.iterdir()) == []


def test_two_copies_run_side_by_side_and_stop_alone(make_portal, get):
    first, second = make_portal("一"), make_portal("二")
    assert first.start() != second.start()
    cookies = set()
    for portal in (first, second):
        page = get(f"{portal.url}user/login")
        assert page.status_code == 200
        cookies |= set(page.cookies.keys())
    assert len(cookies) == 2
    assert first.stop() == 0
    assert second.answers()
    assert second.stop() == 0


def test_another_port_makes_the_index_anew_before_the_portal_opens(portal):
    portal.start()
    assert portal.stop() == 0
    settings = json.loads(portal.layout.settings.read_text(encoding="utf-8"))
    settings["port"] = None
    portal.layout.settings.write_text(json.dumps(settings), encoding="utf-8")
    from ckanext.moka.stack import preflight

    with preflight.claim(int(portal_port(settings))):
        portal.start()
    said = portal.said()
    assert 0 < said.index("索引を作りなおしました") < said.index("http://")
    assert portal.stop() == 0


def portal_port(settings: dict) -> str:
    return settings["indexed_url"].rpartition(":")[2]
