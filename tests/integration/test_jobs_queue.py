"""The queue on a real database: one transaction with the caller, retries, dead workers, clean stops."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from sqlalchemy import text

from ckanext.moka.jobs import api, config, registry, service, upkeep, worker

QUEUE = "moka-jobs-test"
RAN: list[str] = []


@pytest.fixture(autouse=True)
def _tasks(monkeypatch, _plugins):
    monkeypatch.setattr(registry, "_tasks", dict(registry._tasks))
    RAN.clear()

    @registry.task("test.note", QUEUE)
    def note(word):
        RAN.append(word)

    @registry.task("test.fail", QUEUE, retries=2)
    def fail(forever=False):
        raise registry.GiveUp("直らない") if forever else ValueError("一時的な失敗")

    @registry.task("test.half", QUEUE)
    def half(key):
        model.Session.execute(text("INSERT INTO system_info (key, value) VALUES (:key, 'x')"), {"key": key})

    @registry.task("test.chain", QUEUE)
    def chain():
        api.defer("test.note", word="二番目")
        model.Session.commit()

    yield
    model.Session.rollback()
    model.Session.execute(
        text("DELETE FROM moka_jobs.procrastinate_jobs WHERE queue_name IN (:a)"), {"a": QUEUE}
    )
    model.Session.commit()


def job(job_id):
    row = model.Session.execute(
        text(
            "SELECT status::text, attempts, scheduled_at, now() AS now FROM moka_jobs.procrastinate_jobs WHERE id = :id"
        ),
        {"id": job_id},
    ).one_or_none()
    model.Session.rollback()
    return row


@pytest.fixture
def drain(app):
    def _drain():
        tally = worker.run_once(app.flask_app, queues=[QUEUE])
        return tally.done, tally.failed

    return _drain


def test_a_job_comes_and_goes_with_the_transaction(drain):
    lost = api.defer("test.note", word="取り消し")
    model.Session.rollback()
    assert job(lost) is None
    kept = api.defer("test.note", word="確定")
    model.Session.commit()
    assert drain() == (1, 0)
    assert RAN == ["確定"]
    assert job(kept).status == "succeeded"


def test_a_task_without_registration_is_refused():
    with pytest.raises(KeyError):
        api.defer("test.unknown")


def test_one_waiting_job_per_queueing_lock(drain):
    first = api.defer("test.note", queueing_lock="only", word="a")
    again = api.defer("test.note", queueing_lock="only", word="b")
    model.Session.commit()
    assert first == again
    assert drain() == (1, 0)
    later = api.defer("test.note", queueing_lock="only", word="c")
    assert later != first


def test_failures_wait_longer_and_then_fail(drain):
    job_id = api.defer("test.fail")
    model.Session.commit()
    for attempts in (1, 2):
        assert drain() == (0, 1)
        row = job(job_id)
        assert (row.status, row.attempts) == ("todo", attempts)
        assert row.scheduled_at > row.now
        model.Session.execute(
            text("UPDATE moka_jobs.procrastinate_jobs SET scheduled_at = now() WHERE id = :id"),
            {"id": job_id},
        )
        model.Session.commit()
    assert drain() == (0, 1)
    assert job(job_id).status == "failed"
    assert job_id in [row["job"] for row in service.status(100)["failed"]]


def test_giving_up_fails_at_once(drain):
    job_id = api.defer("test.fail", forever=True)
    model.Session.commit()
    assert drain() == (0, 1)
    assert job(job_id).status == "failed"


def test_jobs_that_jobs_defer_are_drained_too(drain):
    api.defer("test.chain")
    model.Session.commit()
    assert drain() == (2, 0)
    assert RAN == ["二番目"]


def test_what_a_task_did_not_commit_is_rolled_back(drain, unique):
    key = unique("half")
    api.defer("test.half", key=key)
    model.Session.commit()
    assert drain() == (1, 0)
    assert (
        model.Session.execute(text("SELECT 1 FROM system_info WHERE key = :key"), {"key": key}).scalar()
        is None
    )


def take(job_id, silent_seconds):
    """Take the job as a worker would that last showed a sign of life some seconds ago."""
    number = model.Session.execute(
        text("SELECT worker_id FROM moka_jobs.procrastinate_register_worker_v1()")
    ).scalar()
    model.Session.execute(
        text(
            "UPDATE moka_jobs.procrastinate_workers SET last_heartbeat = now() - make_interval(secs => :s)"
            " WHERE id = :id"
        ),
        {"s": silent_seconds, "id": number},
    )
    model.Session.execute(
        text("UPDATE moka_jobs.procrastinate_jobs SET status = 'doing', worker_id = :w WHERE id = :id"),
        {"w": number, "id": job_id},
    )
    model.Session.commit()
    return number


def test_jobs_of_dead_workers_run_again_and_of_live_ones_do_not(drain):
    dead, alive = api.defer("test.note", word="再実行"), api.defer("test.note", word="実行中")
    model.Session.commit()
    take(dead, silent_seconds=3600)
    living = take(alive, silent_seconds=0)
    assert upkeep.recover_stalled() >= 1
    assert (job(dead).status, job(alive).status) == ("todo", "doing")
    assert drain() == (1, 0)
    assert RAN == ["再実行"]
    assert worker.hand_back(living) == 1
    assert drain() == (1, 0)


def test_a_job_that_keeps_killing_its_worker_fails_in_the_end():
    job_id = api.defer("test.fail")
    model.Session.commit()
    for _ in range(2):
        take(job_id, silent_seconds=3600)
        upkeep.recover_stalled()
        assert job(job_id).status == "todo"
    take(job_id, silent_seconds=3600)
    upkeep.recover_stalled()
    assert job(job_id).status == "failed"


def test_socket_urls_reach_psycopg_with_the_search_path():
    arguments = config.connection_arguments(
        "postgresql+psycopg2://moka:pw@/site?host=/run/moka/pg&options=-c%20jit%3Doff"
    )
    assert arguments == {
        "user": "moka",
        "password": "pw",
        "dbname": "site",
        "host": "/run/moka/pg",
        "options": "-c jit=off -c search_path=moka_jobs",
        "application_name": "moka_jobs",
    }


SCRIPT = """
import sys, time
from ckanext.moka.jobs import registry
@registry.task("test.sleep", "{queue}")
def sleep(path, seconds):
    with open(path, "a") as file:
        file.write("start\\n")
    time.sleep(seconds if open(path).read().count("start") == 1 else 0)
    with open(path, "a") as file:
        file.write("end\\n")
from ckan.cli.cli import ckan
sys.argv = ["ckan", "-c", "{ini}", "moka-jobs", "worker", "-q", "{queue}"]
ckan()
"""


@pytest.fixture
def start_worker(tmp_path):
    """Start real worker processes; whatever still runs at the end is killed."""
    started = []

    def _start(queue):
        script = SCRIPT.format(queue=queue, ini=tk.config["__file__"])
        process = subprocess.Popen(
            [sys.executable, "-c", script], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        started.append(process)
        return process

    yield _start
    for process in started:
        if process.poll() is None:
            process.kill()
        print(process.communicate()[0].decode())


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


def lines(path):
    return path.read_text().split() if path.exists() else []


def test_a_killed_workers_job_is_done_by_the_next_one(start_worker, tmp_path, unique):
    queue, path = unique("q"), tmp_path / "log"
    registry.task("test.sleep", queue)(print)
    job_id = api.defer("test.sleep", path=str(path), seconds=600)
    model.Session.commit()
    first = start_worker(queue)
    wait_for(lambda: lines(path) == ["start"])
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    model.Session.execute(
        text(
            "UPDATE moka_jobs.procrastinate_workers SET last_heartbeat = now() - interval '1 hour' WHERE id ="
            " (SELECT worker_id FROM moka_jobs.procrastinate_jobs WHERE id = :id)"
        ),
        {"id": job_id},
    )
    model.Session.commit()
    second = start_worker(queue)
    wait_for(lambda: job(job_id).status == "succeeded")
    assert lines(path) == ["start", "start", "end"]
    second.send_signal(signal.SIGTERM)
    assert second.wait(30) == 0


def test_sigterm_lets_the_running_job_finish(start_worker, tmp_path, unique):
    queue, path = unique("q"), tmp_path / "log"
    registry.task("test.sleep", queue)(print)
    job_id = api.defer("test.sleep", path=str(path), seconds=2)
    model.Session.commit()
    process = start_worker(queue)
    wait_for(lambda: lines(path) == ["start"])
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 0, output.decode()
    assert lines(path) == ["start", "end"]
    assert job(job_id).status == "succeeded"
    assert "停止しました（完了 1 件・失敗 0 件）" in output.decode()


def test_a_job_that_outlasts_the_patience_is_handed_back(start_worker, tmp_path, unique, monkeypatch):
    monkeypatch.setenv("CKANEXT__MOKA__JOBS__STOP_SECONDS", "1")
    queue, path = unique("q"), tmp_path / "log"
    registry.task("test.sleep", queue)(print)
    job_id = api.defer("test.sleep", path=str(path), seconds=600)
    model.Session.commit()
    process = start_worker(queue)
    wait_for(lambda: lines(path) == ["start"])
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 0, output.decode()
    assert job(job_id).status == "todo"
