"""One start of the platform, from nothing to the portal that answers, and the way back."""

from __future__ import annotations

import hashlib
import http.client
import importlib.metadata
import os
import socket
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ckanext.moka.stack import (
    databases,
    ini,
    paths,
    postgres,
    preflight,
    prepare,
    processes,
    redis_server,
    seed,
    settings,
)
from ckanext.moka.stack.progress import say, step
from ckanext.moka.stack.supervisor import Child, Supervisor

ADMIN = "admin"
EMBEDDED_DATABASES = ("sqlalchemy.url", "ckan.datastore.write_url", "ckan.datastore.read_url")
READY_PAGES = ("/api/3/action/status_show", "/")


@dataclass
class Options:
    """What a start is asked for."""

    port: int | None = None
    demo: bool = True
    web: bool = True
    worker: bool = True
    patience: float = 0.0
    ini_extra: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))


class Start:
    """The steps of one start; each can be repeated, and a start that was cut off is finished by the next."""

    def __init__(self, layout: paths.Layout, supervisor: Supervisor, options: Options) -> None:
        self.layout = layout
        self.supervisor = supervisor
        self.options = options
        self.settings = settings.load(layout.settings)
        self.given = ini.given(options.environment)
        self.listener: socket.socket | None = None
        self.site_url = ""

    def run(self) -> str:
        """Bring everything up; return the address at which the portal answers. Raises ``Problem``."""
        self._folders()
        self._claim_port()
        urls = {**self._databases(), **self._redis(), **self.given}
        plugins = self._write_ini(urls)
        self._prepare(plugins)
        self._demo()
        if self.options.web:
            self._web()
        if self.options.worker and "moka_jobs" in plugins:
            self.supervisor.start(self._worker())
        return self.address

    @property
    def address(self) -> str:
        """Return the address on this machine."""
        return f"http://127.0.0.1:{self.settings.port}/"

    @property
    def env(self) -> dict[str, str]:
        """Return the environment of CKAN's processes: the caller's, without what the ini already says."""
        consumed = {*ini.GIVEN.values(), "PYTHONPATH", "PYTHONHOME", "CKAN_CONFIG"}
        kept = {name: value for name, value in self.options.environment.items() if name not in consumed}
        kept.setdefault("MOKA_TRUSTED_PROXIES", "1" if "ckan.site_url" in self.given else "0")
        return {**kept, "CKAN_INI": str(self.layout.ini), **processes.PYTHON_ENVIRONMENT}

    def save(self) -> None:
        """Keep the settings."""
        settings.save(self.layout.settings, self.settings)

    def _folders(self) -> None:
        for folder in (self.layout.storage, self.layout.logs, self.layout.records):
            folder.mkdir(parents=True, exist_ok=True)

    def _claim_port(self) -> None:
        self.listener = self._listener()
        self.settings.port = self.listener.getsockname()[1]
        self.site_url = self.given.get("ckan.site_url", f"http://127.0.0.1:{self.settings.port}")
        self.save()

    def _listener(self) -> socket.socket:
        """Claim the port; after leftovers were killed, wait for their last threads to let go of it."""
        limit = time.monotonic() + self.options.patience
        while True:
            try:
                return settings.claim_port(self.options.port, self.settings.port)
            except preflight.Problem:
                if time.monotonic() > limit:
                    raise
            self.supervisor.sleep(0.1)

    def _databases(self) -> dict[str, str]:
        if all(option in self.given for option in EMBEDDED_DATABASES):
            say("✓ 外部の PostgreSQL を使います")
            return {}
        with step("PostgreSQL を始めました"):
            placement = postgres.place(self.layout, self.settings.site_id)
            postgres.clear_leftover(placement)
            if postgres.initialise(placement, self.settings.superuser_password):
                self.settings.forget_data()
                self.save()
            spec = postgres.server(placement, self.layout.logs / "postgres.log")
            child = self.supervisor.start(spec, lambda: postgres.clear_leftover(placement))
            databases.wait_ready(
                placement, self.settings, lambda: child.running, self.supervisor.sleep, spec.log
            )
            databases.ensure(placement, self.settings)
        return postgres.urls(placement, self.settings)

    def _redis(self) -> dict[str, str]:
        if "ckan.redis.url" in self.given:
            say("✓ 外部の Redis を使います")
            return {}
        with step("Redis を始めました"):
            sock = redis_server.socket_path(self.layout)
            sock.unlink(missing_ok=True)
            spec = redis_server.server(self.layout, sock)
            child = self.supervisor.start(spec)
            redis_server.wait_ready(sock, lambda: child.running, self.supervisor.sleep, spec.log)
        return {"ckan.redis.url": redis_server.url(sock)}

    def _write_ini(self, urls: Mapping[str, str]) -> list[str]:
        plugins, missing = ini.available_plugins()
        if missing:
            say(f"▲ まだ入っていない機能を省きます：{' '.join(missing)}")
        services = ini.Services(urls, self.site_url, self.layout.storage)
        extra = {**ini.local_options(self.layout.var / "local.ini"), **self.options.ini_extra}
        settings.write_private(self.layout.ini, ini.render(self.settings, services, plugins, extra))
        return plugins

    def _prepare(self, plugins: list[str]) -> None:
        """Migrations, first administrator and index, in one process; left out when nothing has changed."""
        version = fingerprint(plugins)
        embedded = "sqlalchemy.url" not in self.given
        reindex = bool(self.settings.indexed_url) and self.settings.indexed_url != self.site_url
        if embedded and self.settings.prepared == version and self.settings.admin_made and not reindex:
            return
        argv = [sys.executable, "-m", "ckanext.moka.stack.prepare", "--config", str(self.layout.ini)]
        env = self.env
        if not self.settings.admin_made:
            argv += ["--admin", ADMIN]
            env["MOKA_ADMIN_PASSWORD"] = self._admin_password()
        if reindex:
            argv.append("--reindex")
        lines: list[str] = []
        with step(
            "サイトの住所が変わったので索引を作りなおしました" if reindex else "サイトの表を整えました"
        ):
            log = self.layout.logs / "prepare.log"
            self._run(processes.Spec("prepare", "準備", argv, self.layout.var, log, env), lines.append)
        if prepare.ADMIN_MADE in lines:
            say(f"★ 管理者を作りました  利用者名 {ADMIN}  パスワード {env['MOKA_ADMIN_PASSWORD']}")
            say("  （この表示は一度だけです。var/admin.txt にも置きました。ログイン後に変えてください）")
        elif not self.settings.admin_made:
            self.layout.admin_note.unlink()
            say(f"▲ 管理者 {ADMIN} は前からいます。パスワードはそのままです。")
        self.settings.prepared, self.settings.indexed_url, self.settings.admin_made = (
            version,
            self.site_url,
            True,
        )
        self.save()

    def _admin_password(self) -> str:
        """Return the first administrator's password, noted before it is used: a cut-off start does not lose it."""
        note = self.layout.admin_note
        if not note.exists():
            settings.write_private(note, f"利用者名: {ADMIN}\nパスワード: {settings.secret(16)}\n")
        return note.read_text(encoding="utf-8").splitlines()[1].partition(": ")[2]

    def _demo(self) -> None:
        if not self.options.demo or self.settings.demo_loaded or not seed.exists():
            return
        say("● 見本データを入れます（はじめの 1 回だけ）")
        try:
            with step("見本データを入れました"):
                self._run(seed.command(self.layout, self.env), _echo)
        except preflight.Problem as problem:
            say(f"▲ {problem.ja}。見本データなしで続けます。次の make run でやり直します。")
            return
        self.settings.demo_loaded = True
        self.save()

    def _run(self, spec: processes.Spec, line: Callable[[str], None]) -> None:
        code = self.supervisor.run(spec, line)
        if code:
            reason = last_line(spec.log)
            raise preflight.Problem(
                f"{spec.label}に失敗しました（{reason}）。詳しくは {processes.shown(spec.log)}",
                f"{spec.name} failed; see {processes.shown(spec.log)}.",
            )

    def _worker(self) -> processes.Spec:
        argv = [
            sys.executable,
            "-m",
            "ckanext.moka.stack.ckan_entry",
            "-c",
            str(self.layout.ini),
            "moka-jobs",
            "worker",
        ]
        return processes.Spec(
            "worker", "作業係", argv, self.layout.var, self.layout.logs / "worker.log", self.env
        )

    def _web(self) -> None:
        assert self.listener is not None
        number = self.listener.fileno()
        argv = [sys.executable, "-m", "gunicorn", "--bind", f"fd://{number}", "--worker-class", "gthread"]
        argv += ["--workers", "2", "--threads", "4", "--timeout", "120", "--graceful-timeout", "6"]
        argv += ["--no-control-socket", "--log-level", "warning", "ckanext.moka.stack.wsgi:application"]
        spec = processes.Spec(
            "web", "ウェブ", argv, self.layout.var, self.layout.logs / "web.log", self.env, pass_fds=(number,)
        )
        with step("ポータルが応答しました"):
            child = self.supervisor.start(spec)
            self._wait_for_pages(child)

    def _wait_for_pages(self, child: Child) -> None:
        assert self.settings.port is not None
        limit = time.monotonic() + 180
        for path in READY_PAGES:
            while (status := answer(self.settings.port, path)) != 200:
                if status is not None or not child.running or time.monotonic() > limit:
                    raise preflight.Problem(
                        f"ポータルが応答しません（{path}：{status or last_line(child.spec.log)}）。詳しくは {processes.shown(child.spec.log)}",
                        f"the portal does not answer; see {processes.shown(child.spec.log)}.",
                    )
                self.supervisor.sleep(0.1)


def _echo(line: str) -> None:
    if line.startswith(seed.PROGRESS):
        say(f"  {line}")


def answer(port: int, path: str, seconds: float = 2.0) -> int | None:
    """Return the status of a page on this machine, None while nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        connection.request("GET", path, headers={"Connection": "close"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def last_line(log: Path) -> str:
    """Return the last line of a log that is not empty."""
    lines = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return lines[-1].strip()[:300] if lines else "記録なし"


def fingerprint(plugins: list[str]) -> str:
    """Return a hash over what preparing depends on: CKAN's version, plugins, our migrations and translations."""
    digest = hashlib.sha256(" ".join(plugins).encode())
    digest.update(importlib.metadata.version("ckan").encode())
    ours = Path(__file__).resolve().parents[1]
    for path in sorted([*ours.glob("migration/*/versions/*.py"), *ours.glob("i18n/*/LC_MESSAGES/*.po")]):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()
