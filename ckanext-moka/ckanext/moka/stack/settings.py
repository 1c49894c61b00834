"""What is chosen once for a copy and kept in ``var/``: port, identifiers, secrets, and how far the set-up came."""

from __future__ import annotations

import json
import os
import secrets
import socket
import string
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from ckanext.moka.stack import preflight

ALPHABET = string.ascii_letters + string.digits
FIRST_PORT = 5077
PORTS = range(FIRST_PORT, FIRST_PORT + 200)


def secret(length: int = 32) -> str:
    """Return a random word of letters and digits (a ``%`` or ``@`` in a password breaks URLs and alembic)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


@dataclass
class Settings:
    """The kept choices; a new instance has fresh random secrets and no port."""

    port: int | None = None
    site_id: str = field(default_factory=lambda: f"moka-{secrets.token_hex(4)}")
    secret_key: str = field(default_factory=lambda: secret(48))
    superuser_password: str = field(default_factory=secret)
    site_password: str = field(default_factory=secret)
    datastore_password: str = field(default_factory=secret)
    reader_password: str = field(default_factory=secret)
    home: str = ""
    prepared: str = ""
    indexed_url: str = ""
    admin_made: bool = False
    demo_loaded: bool = False

    def forget_data(self) -> None:
        """Note that the databases are new and empty: everything has to be set up again."""
        self.prepared, self.indexed_url, self.admin_made, self.demo_loaded = "", "", False, False


def load(path: Path) -> Settings:
    """Return the settings kept in ``path``, fresh ones when there is no file."""
    if not path.exists():
        return Settings()
    known = {item.name for item in fields(Settings)}
    kept = json.loads(path.read_text(encoding="utf-8"))
    return Settings(**{name: value for name, value in kept.items() if name in known})


def save(path: Path, settings: Settings) -> None:
    """Write the settings, readable by the owner only, in one step."""
    write_private(path, json.dumps(asdict(settings), indent=1, ensure_ascii=False) + "\n")


def write_private(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` with mode 600; whoever reads sees the old file or the new one."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    os.replace(draft, path)


def claim_port(
    wanted: int | None, kept: int | None, claim: Callable[[int], socket.socket] = preflight.claim
) -> socket.socket:
    """Return a listening socket on the wanted port, else the kept one, else the first free one from 5077 on.

    Raises ``Problem`` when the wanted or kept port is taken: it is part of the addresses in the portal's data,
    so it never moves by itself.
    """
    fixed = wanted or kept
    if fixed:
        return claim(fixed)
    for port in PORTS:
        try:
            return claim(port)
        except preflight.Problem:
            continue
    raise preflight.Problem(
        f"空いているポートがありません（{PORTS.start}～{PORTS.stop - 1}）。PORT= で番号を指定してください。",
        "no free port was found; choose one with PORT=.",
    )
