"""What is chosen once for a copy and kept."""

from __future__ import annotations

import re
import stat

import pytest

from ckanext.moka.stack import preflight, settings


class Taken:
    """A stand-in for the machine's ports: which of them are taken."""

    def __init__(self, *ports: int) -> None:
        self.ports = ports

    def __call__(self, port: int) -> int:
        if port in self.ports:
            raise preflight.Problem(f"{port}", f"{port}")
        return port


def test_secrets_keep_to_letters_and_digits_and_differ():
    words = {settings.secret() for _ in range(50)}
    assert len(words) == 50
    assert all(re.fullmatch(r"[A-Za-z0-9]{32}", word) for word in words)


def test_two_copies_never_share_identity_or_secrets():
    first, second = settings.Settings(), settings.Settings()
    for name in ("site_id", "secret_key", "superuser_password", "site_password", "reader_password"):
        assert getattr(first, name) != getattr(second, name)


def test_settings_come_back_as_saved_and_only_the_owner_reads_them(tmp_path):
    path = tmp_path / "settings.json"
    kept = settings.Settings(port=5080, home="/home/真岡")
    settings.save(path, kept)
    assert settings.load(path) == kept
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    settings.save(path, kept)
    assert [item.name for item in tmp_path.iterdir()] == ["settings.json"]


def test_settings_of_another_version_are_read(tmp_path):
    path = tmp_path / "settings.json"
    path.write_text('{"port": 5079, "gone": 1}', encoding="utf-8")
    assert settings.load(path).port == 5079


def test_the_first_free_port_is_found():
    assert settings.claim_port(None, None, Taken(5077, 5078)) == 5079


def test_the_kept_port_wins_over_searching_and_the_wanted_one_over_both():
    assert settings.claim_port(None, 5090, Taken()) == 5090
    assert settings.claim_port(6000, 5090, Taken()) == 6000


def test_a_kept_port_that_is_taken_does_not_move():
    with pytest.raises(preflight.Problem):
        settings.claim_port(None, 5090, Taken(5090))


def test_no_free_port_at_all_is_said():
    with pytest.raises(preflight.Problem, match="PORT="):
        settings.claim_port(None, None, Taken(*settings.PORTS))


def test_new_databases_forget_how_far_the_set_up_came():
    kept = settings.Settings(port=5080, prepared="x", indexed_url="y", admin_made=True, demo_loaded=True)
    kept.forget_data()
    assert (kept.port, kept.prepared, kept.indexed_url, kept.admin_made, kept.demo_loaded) == (
        5080,
        "",
        "",
        False,
        False,
    )
