"""From findings to a verdict, groups and a table of bad cells."""

import pytest

from ckanext.moka.quality import verdicts


def finding(rule="L1-06", severity="minor", **more):
    return {
        "rule": rule,
        "severity": severity,
        "sheet": None,
        "cell": None,
        "row": None,
        "field": None,
        "value": None,
        "message": f"{rule} の説明",
        "remedy": "直し方",
        "fixable": False,
        **more,
    }


def report(*findings, publishable=True):
    return {"findings": list(findings), "publishable": publishable}


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        (report(), "ok"),
        (report(finding(severity="info")), "ok"),
        (report(finding(severity="minor")), "advice"),
        (report(finding(severity="major"), finding(severity="info")), "advice"),
        (report(finding(severity="critical")), "blocked"),
        (report(finding(rule="P-01", severity="fatal")), "blocked"),
        (report(publishable=False), "blocked"),
    ],
)
def test_verdicts(given, verdict):
    assert verdicts.verdict_of(given) == verdict


def test_the_strictest_verdict_counts():
    assert verdicts.worst(["ok", "blocked", "advice"]) == "blocked"
    assert verdicts.worst(["ok", "checking"]) == "ok"
    assert verdicts.worst([]) == verdicts.worst(["checking"]) == "unchecked"


def test_one_group_a_rule_worst_first_and_counts_are_exact():
    groups = verdicts.groups(
        [
            finding("L2-01", "minor", count=3),
            finding("L1-15", "fatal"),
            finding("L1-06", "critical", count=33, fixable=True, cell="E11", row=11),
            finding("L1-06", "minor", count=2, fixable=True, cell="K1", row=1, message="別の説明"),
        ]
    )
    assert [group["rule"] for group in groups] == ["L1-15", "L1-06", "L2-01"]
    spaces = groups[1]
    assert (spaces["severity"], spaces["count"], spaces["fixable"], spaces["blocking"]) == (
        "critical",
        35,
        True,
        True,
    )
    assert spaces["messages"] == ["L1-06 の説明", "別の説明"]
    assert [cell["cell"] for cell in spaces["cells"]] == ["E11", "K1"]


def test_the_engines_order_stays_within_a_severity():
    groups = verdicts.groups([finding("L3-01", "critical"), finding("L1-01", "critical")])
    assert [group["rule"] for group in groups] == ["L3-01", "L1-01"]


def test_a_group_is_fixable_only_when_all_of_it_is():
    (group,) = verdicts.groups([finding(fixable=True), finding(fixable=False)])
    assert group["fixable"] is False


def test_bad_rows_show_only_bad_rows():
    cells = [{"cell": f"B{row}", "row": row, "value": "x"} for row in range(2, 32)]
    table = verdicts.bad_rows(
        [
            finding(sheet="S", field="人口", cells=cells, count=500),
            finding("L2-01", sheet="S", field="日付", cell="C3", row=3, value="平成", title="和暦"),
            finding("L9", "info", sheet="S", field="備考", cell="D2", row=2),
        ]
    )
    assert table["columns"] == ["人口", "日付"]
    assert [row["row"] for row in table["rows"]] == list(range(2, 12))
    assert table["total"] == 30
    assert table["rows"][1]["cells"]["日付"]["title"] == "和暦"
    assert "日付" not in table["rows"][0]["cells"]


def test_no_bad_rows_without_cells():
    assert verdicts.bad_rows([finding("L1-01", "fatal")]) is None
    assert verdicts.bad_rows([]) is None


def test_nothing_is_repaired_where_personal_data_may_come_out():
    spaces, hidden = finding(fixable=True), finding("P-04", "fatal")
    tables = [{"sheet": None}]
    assert verdicts.may_repair({**report(spaces), "tables": tables})
    assert not verdicts.may_repair({**report(spaces, hidden), "tables": tables})
    assert not verdicts.may_repair({**report(finding()), "tables": tables})
    assert not verdicts.may_repair({**report(spaces), "tables": []})


def test_what_is_said_about_personal_data_is_for_staff():
    shown = verdicts.for_everybody(report(finding("P-05", value="担当：山田 内線123"), finding("L1-06")))
    assert [item["rule"] for item in shown["findings"]] == ["L1-06"]
