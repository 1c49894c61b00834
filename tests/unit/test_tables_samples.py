"""Every rule has at least one clean and two faulty samples; a faulty one breaks its rule and no unrelated one."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import yaml
from tables_samples import FOLDER, Sample, samples

from ckanext.moka.tables import api
from ckanext.moka.tables.model import Finding
from ckanext.moka.tables.reporting.report import Report
from ckanext.moka.tables.rules import all_questions, all_rules
from ckanext.moka.tables.texts import RULES

OFFICIAL = Path(__file__).parent / "data" / "tables" / "rule_scoring_table.csv"
CLEAN = [s for s in samples() if s.clean]
FAULTY = [s for s in samples() if not s.clean]


def rules(report: Report) -> set[str]:
    return {finding.rule for finding in report.findings}


@pytest.mark.parametrize("rule", sorted(set(RULES()) | set(all_rules())))
def test_every_rule_has_samples(rule: str) -> None:
    names = [s.name for s in samples() if s.rule == rule]
    assert all(name.startswith(("clean-", "faulty-")) for name in names)
    assert len([n for n in names if n.startswith("clean-")]) >= 1, f"{rule}: no clean sample"
    assert len([n for n in names if n.startswith("faulty-")]) >= 2, f"{rule}: fewer than two faulty samples"


def test_samples_belong_to_rules_and_exceptions_have_reasons() -> None:
    assert {s.rule for s in samples()} <= set(RULES())
    assert all(s.reason for s in samples() if s.related)
    declared = set(yaml.safe_load((FOLDER / "samples.yaml").read_text(encoding="utf-8")))
    assert declared <= {str(s) for s in samples()}, "samples.yaml names a file that is not there"


@pytest.mark.parametrize("item", CLEAN, ids=str)
def test_a_clean_sample_has_no_findings(item: Sample, tmp_path: Path) -> None:
    report = api.check(item.make(tmp_path), schema=item.schema)
    assert [(f.rule, f.message) for f in report.findings] == []
    assert report.publishable


@pytest.mark.parametrize("path", sorted((FOLDER.parent / "quiet").iterdir()), ids=lambda path: path.stem)
def test_ordinary_tables_are_left_alone(path: Path) -> None:
    """Fees, hours, titles of books, crops, questionnaires: what city halls write, and what no rule forbids."""
    assert [(f.rule, f.message) for f in api.check(path).findings] == []


@pytest.mark.parametrize("item", FAULTY, ids=str)
def test_a_faulty_sample_breaks_its_rule_and_no_unrelated_one(item: Sample, tmp_path: Path) -> None:
    path = item.make(tmp_path)
    report = api.check(path, schema=item.schema)
    if item.answer is None:
        assert rules(report) - set(item.related) == {item.rule}, [f.message for f in report.findings]
        return
    assert rules(report) <= set(item.related), "a question is no finding before it is answered"
    question = next(q for q in report.questions if q.rule == item.rule)
    assert question.finding_when is (item.answer == "yes")
    settled = api.check(path, schema=item.schema, answers={question.id: item.answer == "yes"})
    assert rules(settled) - set(item.related) == {item.rule}
    finding = next(f for f in settled.findings if f.rule == item.rule)
    assert finding.severity == RULES()[item.rule]["severity"]
    other = api.check(path, schema=item.schema, answers={question.id: item.answer != "yes"})
    assert rules(other) <= set(item.related)


@pytest.mark.parametrize("item", [s for s in samples() if s.answer], ids=str)
def test_questions_are_one_per_rule_stable_and_in_both_languages(item: Sample, tmp_path: Path) -> None:
    path = item.make(tmp_path)
    ja, en = (api.check(path, schema=item.schema, lang=lang) for lang in ("ja", "en"))
    again = api.check(path, name=f"copy{path.suffix}" if item.rule != "L3-07" else None, schema=item.schema)
    assert [q.id for q in ja.questions] == [q.id for q in en.questions]
    assert {q.id for q in ja.questions} - {q.id for q in again.questions} == set()
    assert len({q.rule for q in ja.questions}) == len(ja.questions)
    for question in [*ja.questions, *en.questions]:
        assert "{" not in question.text + question.yes + question.no
    assert "指摘" in ja.questions[0].yes and ja.to_dict()["questions"][0]["answer"] is None
    html = api.report_html(path, schema=item.schema)
    assert all(q.id in html for q in ja.questions)


def test_all_thirty_rules_have_the_official_severity_and_points() -> None:
    with OFFICIAL.open(encoding="utf-8") as stream:
        table = {row["ルールID"]: row for row in csv.DictReader(stream)}
    assert len(table) == 30
    assert set(table) == {rule for rule in all_rules() if rule[0] == "L"}
    for rule, row in table.items():
        assert RULES()[rule]["severity"] == row["重大度"].lower(), rule
    report = Report("x.csv", "csv", "ja")
    for rule, row in table.items():
        report.findings = [_finding(rule)]
        points = 100 if row["違反時の減点幅"] == "強制0点" else -int(row["違反時の減点幅"])
        assert report.score == {"L1": 100, "L2": 100, "L3": 100} | {rule[:2]: 100 - points}, rule
    report.findings = [_finding(rule) for rule, row in table.items() if row["重大度"] != "FATAL"]
    assert report.score == {"L1": max(0, 100 - 9 * 10 - 5 - 2), "L2": 0, "L3": max(0, 100 - 3 * 15 - 5 * 10)}


def _finding(rule: str) -> Finding:
    texts = RULES()[rule]
    return Finding(rule, texts["severity"], "", "", "", "", False)


def test_every_question_says_what_both_answers_mean() -> None:
    asking = {rule for rule, entry in RULES().items() if "question" in entry}
    assert asking == set(all_questions())
    for rule in asking:
        question = RULES()[rule]["question"]
        assert question["finding_when"] in ("yes", "no")
        for part in ("text", "when_yes", "when_no"):
            assert question[part]["ja"].strip() and question[part]["en"].strip(), rule
