"""Which process is it really: a recycled number is never taken for ours."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ckanext.moka.stack import postgres, processes
from ckanext.moka.stack.supervisor import FIRST_PAUSE, LONGEST_PAUSE, StopRequested, Supervisor, pause_after


@pytest.fixture
def sleeper():
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield process
    process.kill()
    process.wait()


def spec(tmp_path: Path, code: str, name: str = "child", **more) -> processes.Spec:
    return processes.Spec(
        name, "子", [sys.executable, "-c", code], tmp_path, tmp_path / f"{name}.log", dict(os.environ), **more
    )


def test_a_running_process_is_recognised(sleeper):
    identity = processes.identify(sleeper.pid)
    assert identity is not None
    assert processes.is_running(identity)


def test_an_ended_process_is_gone_even_before_it_is_reaped(sleeper):
    identity = processes.identify(sleeper.pid)
    sleeper.kill()
    assert processes.wait_gone(identity, 10)
    assert processes.identify(sleeper.pid) is None


@pytest.mark.parametrize("change", [{"started": "1"}, {"boot": "another"}])
def test_the_same_number_with_another_start_or_boot_is_somebody_else(sleeper, change):
    identity = processes.identify(sleeper.pid)
    assert not processes.is_running(dataclasses.replace(identity, **change))


def test_a_record_of_a_recycled_number_never_harms_the_process(sleeper, tmp_path):
    identity = processes.identify(sleeper.pid)
    path = tmp_path / "web.json"
    processes.record(path, dataclasses.replace(identity, started="1"), stop_signal=int(signal.SIGKILL))
    assert processes.stop_recorded(path) is False
    assert not path.exists()
    assert processes.is_running(identity)


def test_a_recorded_process_is_ended(sleeper, tmp_path):
    path = tmp_path / "web.json"
    processes.record(path, processes.identify(sleeper.pid), stop_signal=int(signal.SIGTERM))
    assert processes.stop_recorded(path) is True
    assert sleeper.wait(10) == -signal.SIGTERM


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": "x", "started": "1", "boot": ""}'])
def test_an_unreadable_record_is_dropped(tmp_path, content):
    path = tmp_path / "web.json"
    path.write_text(content, encoding="utf-8")
    assert processes.recorded(path) is None
    assert processes.stop_recorded(path) is False
    assert not path.exists()


def test_a_grown_log_is_put_aside(tmp_path):
    log = tmp_path / "web.log"
    log.write_text("x" * 20, encoding="utf-8")
    processes.rotate(log, limit=100)
    assert log.exists()
    processes.rotate(log, limit=10)
    assert not log.exists()
    assert (tmp_path / "web.log.1").read_text(encoding="utf-8") == "x" * 20


def test_postgres_is_not_stopped_when_its_number_belongs_to_another_program(sleeper, tmp_path):
    data, sockets = tmp_path / "data", tmp_path / "sockets"
    data.mkdir()
    sockets.mkdir()
    (data / "postmaster.pid").write_text(f"{sleeper.pid}\n{data}\n", encoding="utf-8")
    (sockets / ".s.PGSQL.5432").touch()
    postgres.clear_leftover(postgres.Placement(tmp_path, data, sockets, None))
    assert sleeper.poll() is None
    assert not (data / "postmaster.pid").exists()
    assert list(sockets.iterdir()) == []


def test_pauses_between_restarts_grow_and_end_growing():
    pauses = [pause_after(failures) for failures in range(1, 12)]
    assert pauses[0] == FIRST_PAUSE
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE


def test_a_child_that_dies_is_started_again_with_its_preparation(tmp_path, capsys):
    prepared = []
    with Supervisor(tmp_path) as supervisor:
        child = supervisor.start(spec(tmp_path, "import time; time.sleep(60)"), lambda: prepared.append(1))
        first = child.process.pid
        os.kill(first, signal.SIGKILL)
        stop_when(supervisor, lambda: child.process.pid != first)
        assert child.running
        assert processes.recorded(tmp_path / "child.json")[0].pid == child.process.pid
        second = processes.identify(child.process.pid)
    assert prepared == [1]
    assert not processes.is_running(second)
    assert list(tmp_path.glob("*.json")) == []
    assert "始めなおします" in capsys.readouterr().out


def stop_when(supervisor: Supervisor, condition) -> None:
    """Let the supervisor watch until the condition holds."""
    wait, limit = supervisor.sleep, time.monotonic() + 30

    def sleep(seconds: float) -> None:
        wait(min(seconds, 0.05))
        if condition() or time.monotonic() > limit:
            raise StopRequested

    supervisor.sleep = sleep  # type: ignore[method-assign]
    with pytest.raises(StopRequested):
        supervisor.watch()
    assert condition()


def test_a_signal_ends_the_children_and_their_children(tmp_path):
    code = (
        "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
        "print(p.pid, flush=True); time.sleep(60)"
    )
    with Supervisor(tmp_path) as supervisor:
        child = supervisor.start(spec(tmp_path, code))
        log = tmp_path / "child.log"
        while not log.exists() or not log.read_text(encoding="utf-8").strip():
            supervisor.sleep(0.05)
        grandchild = processes.identify(int(log.read_text(encoding="utf-8")))
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(StopRequested):
            supervisor.watch()
    assert child.process.returncode == -signal.SIGTERM
    assert processes.wait_gone(grandchild, 10)


def test_a_child_that_ignores_the_signal_is_killed_in_the_end(tmp_path):
    code = (
        "import signal, time; signal.signal(15, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
    )
    with Supervisor(tmp_path) as supervisor:
        child = supervisor.start(spec(tmp_path, code, patience=0.5))
        while "ready" not in (tmp_path / "child.log").read_text(encoding="utf-8"):
            supervisor.sleep(0.05)
    assert child.process.returncode == -signal.SIGKILL


def test_a_command_is_run_to_its_end_and_its_lines_are_handed_on(tmp_path):
    lines: list[str] = []
    code = (
        "import time; print('一'); print('二', flush=True); time.sleep(.4); print('三'); raise SystemExit(4)"
    )
    with Supervisor(tmp_path) as supervisor:
        assert supervisor.run(spec(tmp_path, code), lines.append) == 4
    assert lines == ["一", "二", "三"]


def test_children_end_when_their_parent_is_killed(tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from ckanext.moka.stack import processes; "
        f"p = processes.spawn(processes.Spec('c', 'c', [sys.executable, '-c', 'import time; time.sleep(60)'], Path({str(tmp_path)!r}), Path({str(tmp_path / 'c.log')!r}))); "
        "print(p.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    child = processes.identify(int(parent.stdout.readline()))
    assert child is not None
    parent.kill()
    parent.wait()
    assert processes.wait_gone(child, 10)


def test_a_service_that_cannot_be_started_is_tried_again_and_the_others_go_on(tmp_path, capsys):
    with Supervisor(tmp_path) as supervisor:
        child = supervisor.start(spec(tmp_path, "pass"))
        child.spec = dataclasses.replace(child.spec, argv=["/nonexistent/moka"])
        stop_when(supervisor, lambda: child.failures >= 2)
    assert "を始められません" in capsys.readouterr().out


def test_a_closed_terminal_stops_nothing(tmp_path):
    code = (
        "import sys; from ckanext.moka.stack.progress import say; say('一'); sys.stdin.readline(); "
        "say('二'); say('三'); sys.stderr.write('alive')"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "一\n"
    process.stdout.close()
    process.stdin.write("\n")
    process.stdin.close()
    assert process.stderr.read() == "alive"
    assert process.wait() == 0


def test_workers_of_a_killed_leader_are_found_and_ended(tmp_path):
    code = (
        "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
        "print(p.pid, flush=True); time.sleep(60)"
    )
    leader = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    identity = processes.identify(leader.pid)
    worker = processes.identify(int(leader.stdout.readline()))
    assert processes.group_members(identity) == [worker]
    assert processes.group_members(dataclasses.replace(identity, started="1")) == []
    leader.kill()
    assert processes.wait_gone(identity, 10)
    assert processes.group_members(identity) == [worker]  # the leader is not reaped yet
    leader.wait()
    assert processes.group_members(identity) == [worker]
    assert processes.group_members(dataclasses.replace(identity, boot="another")) == []
    path = tmp_path / "web.json"
    processes.record(path, identity)
    assert processes.stop_recorded(path) is True
    assert not processes.is_running(worker)
