"""`moka demand rank`: output as published, one Japanese line and exit 2 for anything unusable."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from ckanext.moka.demand.rank_cli import demand

NOW = "2026-11-23T12:00:00+09:00"
ITEMS = [
    {
        "id": "few",
        "opened_at": "2026-06-01",
        "category": "福祉",
        "signals": [{"kind": "email", "person": 1, "at": "2026-11-01"}],
    },
    {
        "id": "many",
        "opened_at": "2026-06-01T00:00:00Z",
        "signals": [{"kind": "verified", "person": f"p{n}", "at": "2026-11-01"} for n in range(5)],
        "gate": "blocked",
        "value": 1.25,
        "effort": 3,
    },
]


@pytest.fixture
def run(tmp_path):
    def _run(content, *options):
        path = tmp_path / "items.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return CliRunner().invoke(demand, ["rank", "--input", str(path), "--now", NOW, *options])

    return _run


def test_best_first_with_all_fields(run):
    result = run(ITEMS)
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)
    assert [row["id"] for row in rows] == ["many", "few"]
    assert list(rows[0]) == ["id", "rank", "band", "demand_per_year", "low", "high", "plan_rank", "terms"]
    assert rows[0]["plan_rank"] is None
    assert rows[1]["plan_rank"] == 1
    assert rows[0]["low"] < rows[0]["demand_per_year"] < rows[0]["high"]
    assert sum(t["per_year"] for t in rows[0]["terms"]) == pytest.approx(rows[0]["demand_per_year"], abs=1e-4)


def test_explain_adds_reasons_and_text_is_readable(run):
    rows = json.loads(run(ITEMS, "--explain").stdout)
    assert rows[0]["why"].startswith("5人が賛同")
    assert rows[0]["working"]["gate_label"] == "公開できない"
    text = run(ITEMS, "--format", "text", "--explain").stdout
    assert "1位 [A] many" in text
    assert "1つ上との違い" in text


def test_same_input_same_bytes(run):
    assert run(ITEMS).stdout == run(list(reversed(ITEMS))).stdout


def test_empty_list_is_no_error(run):
    assert json.loads(run([]).stdout) == []


def _with(**changes):
    return [{**ITEMS[0], **changes}]


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        ("{oops", "JSON として読み取れません"),
        ("[" * 100_000, "JSON"),
        ({"items": []}, "配列"),
        (["x"], "オブジェクト"),
        ([{}], "id"),
        (_with(id=True), "id"),
        ([ITEMS[0], ITEMS[0]], "重複"),
        (_with(opened_at="昨日"), "opened_at"),
        (_with(opened_at=None), "opened_at"),
        (_with(opened_at="0001-01-01T00:00:00+14:00"), "opened_at"),
        (_with(opened_at="2027-01-01"), "より後"),
        (_with(signals={}), "signals"),
        (_with(signals=[1]), "signals 1件目"),
        (_with(signals=[{"kind": "like", "person": "a", "at": NOW}]), "kind"),
        (_with(signals=[{"kind": [], "person": "a", "at": NOW}]), "kind"),
        (_with(signals=[{"kind": "email", "at": NOW}]), "person"),
        (_with(signals=[{"kind": "email", "person": "a", "at": "x"}]), "at"),
        (_with(gate="open"), "gate"),
        (_with(gate=["clear"]), "gate"),
        (_with(value=2), "value"),
        (_with(value="1"), "value"),
        (_with(effort=0), "effort"),
        (_with(effort=float("nan")), "effort"),
        (_with(category=3), "category"),
    ],
)
def test_bad_input_gives_one_japanese_line_and_exit_2(run, content, hint):
    result = run(content)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert hint in result.stderr
    assert result.stderr.endswith("。\n")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--input", "/nowhere.json"],
        ["--input", "."],
        ["--input", "x", "--format", "xml"],
        ["--input", "x", "--now", "soon"],
    ],
)
def test_bad_options_give_one_japanese_line_and_exit_2(options):
    result = CliRunner().invoke(demand, ["rank", *options])
    assert result.exit_code == 2
    assert result.stderr.endswith("。\n")
    assert result.stderr.count("\n") == 1


def test_not_utf8(tmp_path):
    path = tmp_path / "sjis.json"
    path.write_bytes('[{"id": "避難"}]'.encode("cp932"))
    result = CliRunner().invoke(demand, ["rank", "--input", str(path)])
    assert result.exit_code == 2
    assert "UTF-8" in result.stderr


def test_cap_follows_the_share_of_verified_people(run):
    mails = [{"kind": "email", "person": f"m{n}", "at": NOW} for n in range(30)]
    alone = [{"id": "mails", "opened_at": "2026-10-01", "signals": mails}]
    seen = [
        {
            "id": f"v{n}",
            "opened_at": "2026-10-01",
            "signals": [{"kind": "verified", "person": "a", "at": NOW}],
        }
        for n in range(3)
    ]

    def points(items, *options):
        rows = json.loads(run(items, *options).stdout)
        return {t["key"]: t["points"] for r in rows if r["id"] == "mails" for t in r["terms"]}["email"]

    assert points(alone) == 15
    assert points(alone + seen) == 2
    assert points(alone + seen, "--email-cap", "off") == 15
