"""Run CKAN's own search tests against our engine: ``python tests/conformance/run.py --ckan-ini=PATH``.

The ini names databases that exist for this alone: the tests empty them. Exit code 0 when every test
passed that is not on the list of left-out ones (``suite.yaml``, each with its reason); else 1.
"""

from __future__ import annotations

import argparse
import configparser
import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
TAKEN = ("sqlalchemy.url", "ckan.datastore.write_url", "ckan.datastore.read_url", "ckan.redis.url")


def main() -> int:
    """Run the suite, print the counts, return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ckan-ini", required=True, type=Path, help="ini with databases of its own")
    parser.add_argument("-k", help="only tests that match this pytest expression")
    options = parser.parse_args()
    suite = yaml.safe_load((HERE / "suite.yaml").read_text(encoding="utf-8"))
    tests = Path(find_spec("ckan").origin).parent / "tests"
    with tempfile.TemporaryDirectory(prefix="moka-conformance-") as folder:
        ini = write_ini(options.ckan_ini, Path(folder), suite["settings"])
        copied = supply_data(tests, suite["data"])
        try:
            return report(*run_pytest(ini, tests, suite, Path(folder), options.k), suite)
        finally:
            for path in copied:
                path.unlink()


def write_ini(given: Path, folder: Path, settings: dict[str, str]) -> Path:
    """Write an ini for the tests: a plain CKAN, the given databases, the suite's settings."""
    ini = folder / "conformance.ini"
    ckan = Path(sys.executable).with_name("ckan")
    subprocess.run([ckan, "generate", "config", ini], check=True, capture_output=True)
    source = read_ini(given)
    values = {key: source[key] for key in TAKEN if source.get(key)}
    values["ckan.storage_path"] = str(folder / "storage")
    values.update(settings)
    pairs = [f"{key}={value}" for key, value in values.items()]
    subprocess.run([ckan, "config-tool", ini, *pairs], check=True, capture_output=True)
    return ini


def read_ini(path: Path) -> dict[str, str]:
    """Return the ``[app:main]`` section as written."""
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(path, encoding="utf-8")
    return dict(parser["app:main"])


def supply_data(tests: Path, data: dict[str, str]) -> list[Path]:
    """Put the data files that the wheel lacks beside the tests; return those that were not there."""
    copied = []
    for target, source in data.items():
        path = tests / target
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            shutil.copy(HERE / source, path)
            copied.append(path)
    return copied


def run_pytest(
    ini: Path, tests: Path, suite: dict[str, Any], folder: Path, only: str | None
) -> tuple[int, Path, float]:
    """Run pytest in a process of its own; return its exit code, its JUnit file and the seconds."""
    junit = folder / "junit.xml"
    command = [sys.executable, "-m", "pytest", f"--ckan-ini={ini}", f"--junitxml={junit}"]
    command += ["-q", "--no-header", "-p", "no:cacheprovider", "--rootdir", str(tests), "-W", "ignore"]
    command += ["-c", str(HERE / "data" / "pytest.ini"), "--tb=short"]
    command += ["-p", "seeded"]
    command += ["-k", only] if only else []
    command += [f"--deselect={item['test']}" for item in suite["left_out"]]
    command += [str(tests / name) for name in suite["run"]]
    started = time.monotonic()
    environment = {**os.environ, "PYTHONPATH": str(HERE / "data")}
    code = subprocess.run(command, cwd=tests, env=environment).returncode
    return code, junit, time.monotonic() - started


def report(code: int, junit: Path, seconds: float, suite: dict[str, Any]) -> int:
    """Print the counts per file and in all; return 0 when nothing failed and something ran."""
    if not junit.exists():
        print("conformance: the tests did not run", file=sys.stderr)
        return 1
    counts: Counter[str] = Counter()
    for case in ET.parse(junit).getroot().iter("testcase"):
        outcome = next(
            (child.tag for child in case if child.tag in ("failure", "error", "skipped")), "passed"
        )
        counts[outcome] += 1
    print(
        f"conformance: {counts['passed']} passed, {counts['failure'] + counts['error']} failed, "
        f"{counts['skipped']} skipped, {len(suite['left_out'])} left out, {seconds:.0f} s"
    )
    for item in suite["left_out"]:
        print(f"  left out: {item['test']}: {item['reason']}")
    return 0 if code == 0 and counts["passed"] else 1


if __name__ == "__main__":
    sys.exit(main())
