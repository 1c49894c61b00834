"""Thousands of random and hostile searches against a site that runs: no server error, nothing slow, no SQL error.

Through the API of a whole portal, with its search page and feeds; what PostgreSQL refused would be in the
portal's log as an error of ``ckanext.moka.search``.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pytest
import requests
from hypothesis import HealthCheck, given, settings

sys.path.insert(0, str(Path(__file__).parents[1] / "integration"))

from search_hostile import FUNCTIONS, HOSTILE, PARAMETERS, TEXTS

SETTINGS = settings(
    max_examples=2000,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
WAIT = 20.0
_portal = {}


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """The address of a portal of its own; stopped and removed at the end."""
    from conftest import Portal

    from ckanext.moka.stack import instance

    portal = Portal(tmp_path_factory.mktemp("hostile"))
    _portal["log"] = portal
    yield portal.start().rstrip("/")
    portal.stop()
    if portal.layout.var.exists():
        instance.wipe(portal.layout)


def answer(url, path, **request):
    """Send one request; it has to end soon and without a server error."""
    started = time.monotonic()
    response = requests.request(url=f"{url}{path}", timeout=60, **request)
    assert response.status_code < 500, response.text[:500]
    assert time.monotonic() - started < WAIT
    return response


def post(url, params):
    """Send parameters as JSON, as they are (a lone surrogate is an escape there)."""
    body = json.dumps(params, allow_nan=True).encode()
    response = answer(url, "/api/3/action/package_search", method="POST", data=body, headers=JSON)
    assert response.status_code in (200, 400, 409), response.text[:500]
    return response


JSON = {"Content-Type": "application/json"}


@SETTINGS
@given(PARAMETERS)
def test_random_parameters(url, params):
    post(url, params)


@SETTINGS
@given(TEXTS)
def test_random_texts(url, text):
    post(url, {"q": text, "facet.field": ["tags", "organization"]})


@settings(SETTINGS, max_examples=500)
@given(TEXTS)
def test_random_texts_on_pages(url, text):
    text = text.encode("utf-8", "replace").decode("utf-8")
    for path in ("/dataset/", "/feeds/custom.atom", "/api/2/util/dataset/autocomplete"):
        answer(
            url, path, method="GET", params={"q": text, "incomplete": text, "ext_bbox": text, "sort": text}
        )


@settings(SETTINGS, max_examples=500)
@given(FUNCTIONS)
def test_random_functions(url, text):
    post(url, {"q": "*:*", "bf": text, "boost": text, "defType": "edismax", "sort": f"{text} asc"})


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_known_hostile_texts(url, text):
    for name in ("q", "fq", "sort", "qf", "mm", "bf", "fl", "ext_bbox", "defType"):
        post(url, {"q": "避難", name: text})


def test_the_portal_still_answers_and_logged_no_failure(url):
    assert answer(url, "/dataset/?q=避難", method="GET").status_code == 200
    said = "".join(
        path.read_text(encoding="utf-8", errors="replace")
        for path in _portal["log"].home.rglob("*.log")
        if path.is_file()
    )
    for sign in ("Search engine failure", "Traceback", "syntax error at or near", "InFailedSqlTransaction"):
        assert sign not in said, said[said.index(sign) - 500 : said.index(sign) + 1500]
