"""The command ``moka`` and the runner of the tests."""

from __future__ import annotations

import subprocess
import sys

from click.testing import CliRunner

from ckanext.moka.stack import main, test_runner


def test_help_lists_every_command_but_the_hidden_ones_without_importing_them():
    code = (
        "import sys; from click.testing import CliRunner; from ckanext.moka.stack import main; "
        "print(CliRunner().invoke(main.main, ['--help']).output); "
        "print('imported', sorted(n for n in sys.modules if n.split('.')[0] in ('ckan', 'pyarrow', 'sqlalchemy')))"
    )
    run = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    for name in main.COMMANDS:
        assert (f"  {name} " in run.stdout) is (name not in main.HIDDEN)
    assert "imported []" in run.stdout


def test_an_unknown_command_is_an_error_of_usage():
    assert CliRunner().invoke(main.main, ["nonsense"]).exit_code == 2


def test_a_command_whose_part_is_not_installed_says_what_to_install(monkeypatch):
    monkeypatch.setitem(main.COMMANDS, "check", ("ckanext.moka.no_such_part:check", ""))
    result = CliRunner().invoke(main.main, ["check"])
    assert result.exit_code == 2
    assert "pip install" in result.output


def test_nothing_to_wipe_and_nothing_running_are_said(tmp_path):
    runner = CliRunner()
    home = ["--home", str(tmp_path)]
    assert runner.invoke(main.main, ["status", *home]).exit_code == 3
    assert "動いていません" in runner.invoke(main.main, ["stop", *home]).output
    assert "消すデータはありません" in runner.invoke(main.main, ["reset", *home]).output


def test_wiping_asks_first(tmp_path):
    (tmp_path / "var" / "run").mkdir(parents=True)
    runner = CliRunner()
    assert runner.invoke(main.main, ["reset", "--home", str(tmp_path)], input="n\n").exit_code == 1
    assert (tmp_path / "var").exists()
    assert runner.invoke(main.main, ["reset", "--home", str(tmp_path), "--yes"]).exit_code == 0
    assert not (tmp_path / "var").exists()


def test_the_summary_names_every_tier_and_what_failed():
    results = [
        test_runner.Result("unit", True, 1.5, "3 passed"),
        test_runner.Result("e2e", False, 60.0, "1 failed"),
    ]
    text = test_runner.summary(results)
    assert "✓ unit" in text
    assert "✗ e2e" in text
    assert "61.5 秒" in text


def test_an_unknown_tier_is_refused():
    assert test_runner.main(["nonsense"]) == 2
    assert test_runner.main([]) == 2


def test_a_failing_command_is_a_failure_and_its_last_line_is_kept(capsys):
    assert test_runner.call("-c", "print('一'); print('= 二 ='); raise SystemExit(3)") == (False, "二")
    assert test_runner.call("-c", "print('三')") == (True, "三")


def test_the_counts_of_a_test_run_are_kept_even_when_more_is_said_after_them(capsys):
    assert test_runner.call("-c", "print('3 passed in 1 s'); print('bye')") == (True, "3 passed in 1 s")
