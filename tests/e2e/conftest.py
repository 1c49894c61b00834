"""Browser tests run against a whole portal with its demo data.

``MOKA_E2E_URL`` and ``MOKA_E2E_INI`` name it; ``make test`` starts one of its own and sets them. Where no
browser can be had the tests skip and say so loudly.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


@dataclass(frozen=True)
class Person:
    """Somebody who can log in."""

    name: str
    password: str
    token: str


class Api:
    """The portal's action API as a client sees it."""

    def __init__(self, url: str, token: str = "") -> None:
        self.url, self.headers = url.rstrip("/"), ({"Authorization": token} if token else {})

    def __call__(self, action: str, **data):
        answer = requests.post(
            f"{self.url}/api/3/action/{action}", json=data, headers=self.headers, timeout=60
        )
        body = answer.json()
        assert body["success"], body["error"]
        return body["result"]


@pytest.fixture(scope="session")
def url() -> str:
    address = os.environ.get("MOKA_E2E_URL")
    if not address:
        pytest.skip("MOKA_E2E_URL がないため、ブラウザーのテストを省きました（make test が用意します）")
    return address.rstrip("/")


@pytest.fixture(scope="session")
def admin_api(url) -> Api:
    """The API as a system administrator, whose token the site's own command makes."""
    ini = os.environ["MOKA_E2E_INI"]
    ckan = [sys.executable, "-m", "ckan.cli.cli"] if not _ckan() else [_ckan()]
    name = f"e2e-admin-{uuid.uuid4().hex[:8]}"

    def run(*args):
        return subprocess.run(
            [*ckan, "-c", ini, *args], capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL
        ).stdout

    run("user", "add", name, f"email={name}@example.com", f"password={secrets.token_urlsafe(16)}")
    run("sysadmin", "add", name)
    token = run("user", "token", "add", name, "e2e").strip().splitlines()[-1].strip()
    return Api(url, token)


def _ckan() -> str | None:
    beside = Path(sys.executable).with_name("ckan")
    return str(beside) if beside.exists() else shutil.which("ckan")


@pytest.fixture(scope="session")
def api(url) -> Api:
    """The API as anybody."""
    return Api(url)


@pytest.fixture(scope="session")
def department(admin_api) -> dict:
    return admin_api("organization_create", name=f"e2e-{uuid.uuid4().hex[:8]}", title="試験課")


@pytest.fixture(scope="session")
def make_person(admin_api, department):
    def _make(role: str) -> Person:
        name, password = f"{role}-{uuid.uuid4().hex[:8]}", secrets.token_urlsafe(16)
        admin_api("user_create", name=name, email=f"{name}@example.com", password=password)
        admin_api("organization_member_create", id=department["id"], username=name, role=role)
        return Person(name, password, "")

    return _make


@pytest.fixture(scope="session")
def clerk(make_person) -> Person:
    return make_person("editor")


@pytest.fixture(scope="session")
def approver(make_person) -> Person:
    return make_person("admin")


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium: Debian's, Playwright's own, or another that is on the path."""
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
        arguments = [
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ]
        try:
            chromium = playwright.chromium.launch(executable_path=path, args=arguments)
        except Error as error:
            print(
                f"\n!!! ブラウザーがないため、ブラウザーのテストを省きました: {error.message.splitlines()[0]}"
            )
            pytest.skip("ブラウザー（chromium）がありません")
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser, url):
    """Return ``visit(path, viewport=DESKTOP)``: a page of a new visitor with a cookie jar of their own."""
    contexts = []

    def _visit(path: str = "/", viewport: dict[str, int] = DESKTOP):
        context = browser.new_context(
            viewport=viewport, locale="ja-JP", accept_downloads=True, base_url=url, timezone_id="Asia/Tokyo"
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(path)
        return page

    yield _visit
    for context in contexts:
        context.close()


@pytest.fixture
def log_in(visit):
    """Return ``log_in(person)``: a page of somebody who has logged in through the form."""

    def _log_in(person: Person, viewport: dict[str, int] = DESKTOP):
        page = visit("/user/login", viewport)
        page.fill("input[name=login]", person.name)
        page.fill("input[name=password]", person.password)
        page.locator("form:has(input[name=password]) button[type=submit]").click()
        page.wait_for_url(lambda address: "/user/login" not in address)
        return page

    return _log_in
