"""Where everything of one copy of the platform lives."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ckanext.moka.stack.preflight import Problem

ROOT_STATE = Path("/var/lib/moka")
MAX_SOCKET_PATH = 107
LONGEST_SOCKET_NAME = len("/.s.PGSQL.5432.lock")


@dataclass(frozen=True)
class Layout:
    """The folders and files of the copy in ``home``; nothing is made by asking."""

    home: Path

    @property
    def key(self) -> str:
        """Return twelve hexadecimal digits that stand for this folder on this machine."""
        return key_of(self.home)

    @property
    def var(self) -> Path:
        """Return the folder that holds all data of an ordinary user's copy."""
        return self.home / "var"

    @property
    def ini(self) -> Path:
        """Return the generated configuration of CKAN."""
        return self.var / "ckan.ini"

    @property
    def settings(self) -> Path:
        """Return the file with what was chosen once: port, identifiers, secrets (mode 600)."""
        return self.var / "settings.json"

    @property
    def admin_note(self) -> Path:
        """Return the file with the first administrator's name and password (mode 600)."""
        return self.var / "admin.txt"

    @property
    def storage(self) -> Path:
        """Return CKAN's storage path."""
        return self.var / "storage"

    @property
    def logs(self) -> Path:
        """Return the folder of the services' logs."""
        return self.var / "log"

    @property
    def records(self) -> Path:
        """Return the folder with one record per running process."""
        return self.var / "run"

    @property
    def redis(self) -> Path:
        """Return Redis's data folder."""
        return self.var / "redis"

    @property
    def root_state(self) -> Path:
        """Return where PostgreSQL's files are kept when the starting user is root."""
        return ROOT_STATE / self.key


def key_of(home: Path) -> str:
    """Return a short name for a folder, the same on every start, different for every folder."""
    return hashlib.sha256(str(home.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:12]


def default_home() -> Path:
    """Return the checkout that this package belongs to, else the current folder."""
    parents = Path(__file__).resolve().parents
    if len(parents) > 4 and (parents[4] / "setup.py").is_file() and (parents[4] / "datasets").is_dir():
        return parents[4]
    return Path.cwd()


def runtime_parents() -> list[Path]:
    """Return the folders that may hold a socket folder, best first."""
    given = os.environ.get("XDG_RUNTIME_DIR") if os.geteuid() != 0 else None
    candidates = [given, tempfile.gettempdir(), "/tmp", "/var/tmp"]
    return list(dict.fromkeys(Path(name) for name in candidates if name))


def private_folder(name: str, owner: int | None = None, parents: list[Path] | None = None) -> Path:
    """Return a 0700 folder ``name`` for sockets, made when absent, owned by ``owner`` (default: this user).

    A folder of that name that belongs to somebody else, or is a link, is passed over. Raises ``Problem``
    when no parent folder allows one with a short enough path.
    """
    wanted = os.geteuid() if owner is None else owner
    for parent in runtime_parents() if parents is None else parents:
        folder = parent / name
        if len(os.fsencode(folder)) + LONGEST_SOCKET_NAME > MAX_SOCKET_PATH:
            continue
        if wanted != os.geteuid() and not reachable(parent):
            continue
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            found = os.lstat(folder)
            if found.st_uid == os.geteuid() != wanted and stat.S_ISDIR(found.st_mode):
                os.chown(folder, wanted, wanted)
                found = os.lstat(folder)
        except OSError:
            continue
        if stat.S_ISDIR(found.st_mode) and found.st_uid == wanted and stat.S_IMODE(found.st_mode) == 0o700:
            return folder
    raise Problem(
        "通信用の短いパスのフォルダーを作れません。/tmp に書き込めるようにしてください。",
        "cannot make a private folder for sockets; make /tmp writable.",
    )


def reachable(folder: Path) -> bool:
    """Say whether every user may pass through ``folder`` and all folders above it."""
    return all(os.stat(step).st_mode & stat.S_IXOTH for step in (folder, *folder.parents))
