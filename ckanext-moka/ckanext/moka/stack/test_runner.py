"""What ``make test``, ``make test-long``, ``make bench`` and ``make lint`` do: tiers, each with its own stack.

Run as ``python -m ckanext.moka.stack.test_runner TIER…`` from the project's root. Nothing of it touches
``var/``. Prints one line for each tier at the end; exit code 1 when any tier failed.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from ckanext.moka.stack import testing

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHECKED_TYPES = ("core", "tables", "journal", "jobs", "search", "demand", "stack")
OURS = ("ckanext-moka", "schemas", "harvesters", "tests", "setup.py")
NO_CKAN = ("-p", "no:ckan", "-p", "no:ckan_fixtures")


@dataclass
class Result:
    """How a tier went."""

    tier: str
    passed: bool
    seconds: float
    note: str = ""


def call(*command: str, env: dict[str, str] | None = None) -> tuple[bool, str]:
    """Run a command, its output shown as it comes; return whether it succeeded and its last line (of counts)."""
    process = subprocess.Popen(
        [sys.executable, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        env={**testing.clean_environment(), **(env or {})},
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    assert process.stdout is not None
    last, counts = "", ""
    try:
        for line in process.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            last = line.strip() or last
            counts = line.strip() if " passed" in line or " failed" in line else counts
        return process.wait() == 0, (counts or last).strip("= ")
    finally:
        process.terminate()
        process.wait()


def lint() -> tuple[bool, str]:
    """Style, formatting and types."""
    stages = [f"ckanext-moka/ckanext/moka/{name}" for name in CHECKED_TYPES]
    results = [
        call("-m", "ruff", "check", *OURS),
        call("-m", "ruff", "format", "--check", *OURS),
        call(
            "-m",
            "mypy",
            "--cache-dir",
            _scratch("mypy"),
            *[stage for stage in stages if Path(stage).is_dir()],
        ),
    ]
    return all(passed for passed, _ in results), "; ".join(note for _, note in results)


def _scratch(name: str) -> str:
    return str(Path(tempfile.gettempdir()) / f"moka-{name}-{os.getuid()}")


def unit() -> tuple[bool, str]:
    """Tests without services and without CKAN."""
    return call("-m", "pytest", *NO_CKAN, "tests/unit", "-q")


def packaging() -> tuple[bool, str]:
    """The wheel, the editable install, and the base part without CKAN."""
    return call("-m", "pytest", *NO_CKAN, "tests/packaging", "-q")


def integration() -> tuple[bool, str]:
    """Tests on real CKAN, PostgreSQL and Redis."""
    with testing.site(log=_log("integration")) as site:
        return call("-m", "pytest", f"--ckan-ini={site.ini}", "tests/integration", "-q")


def conformance() -> tuple[bool, str]:
    """Other people's suites, on databases that they may empty."""
    with testing.site("--option", "ckan.plugins=moka_search", log=_log("conformance")) as site:
        return call("tests/conformance/run.py", f"--ckan-ini={site.ini}")


def e2e() -> tuple[bool, str]:
    """Browser tests against a whole portal with its demo data."""
    browser = find_browser()
    if browser is None:
        print("▲▲▲ ブラウザーがないため、ブラウザーの試験を省きます。chromium を入れてください。 ▲▲▲")
        print("▲▲▲ NO BROWSER: the browser tests are skipped. Install chromium. ▲▲▲", flush=True)
        return True, "省略：ブラウザーがありません / SKIPPED, no browser"
    with testing.site("--web", "--worker", "--demo", log=_log("e2e")) as site:
        env = {"MOKA_E2E_URL": site.url, "MOKA_E2E_INI": str(site.ini), "MOKA_E2E_BROWSER": browser}
        return call("-m", "pytest", *NO_CKAN, "tests/e2e", "-q", env=env)


def long() -> tuple[bool, str]:
    """Kill tests and whatever else takes long."""
    return call("-m", "pytest", *NO_CKAN, "tests/long", "-q")


def bench() -> tuple[bool, str]:
    """Benchmarks: ``bench_*.py`` are scripts, ``test_*.py`` are pytest; both get a site in ``MOKA_BENCH_INI``."""
    results = []
    with ExitStack() as stack:
        site = stack.enter_context(testing.site("--web", "--worker", log=_log("bench")))
        env = {"MOKA_BENCH_INI": str(site.ini), "MOKA_BENCH_URL": site.url}
        scripts = sorted(Path("tests/benchmarks").glob("bench_*.py"))
        results += [call(str(script), env=env) for script in scripts]
        if any(Path("tests/benchmarks").glob("test_*.py")):
            results.append(call("-m", "pytest", *NO_CKAN, "tests/benchmarks", "-q", "-s", env=env))
    return bool(results) and all(passed for passed, _ in results), f"{len(results)} 本"


def find_browser() -> str | None:
    """Return the path of a browser: the system's, else the one that Playwright brought; None without any."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found:
        return found
    probe = subprocess.run(
        [
            sys.executable,
            "-c",
            "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    path = probe.stdout.strip()
    return path if path and Path(path).exists() else None


def _log(name: str) -> Path:
    return Path(_scratch(name) + ".log")


TIERS: dict[str, Callable[[], tuple[bool, str]]] = {
    "lint": lint,
    "unit": unit,
    "packaging": packaging,
    "integration": integration,
    "conformance": conformance,
    "e2e": e2e,
    "long": long,
    "bench": bench,
}


def run(tier: str) -> Result:
    """Run one tier; a stack that does not start is a failure of the tier, with its reason."""
    print(f"\n━━ {tier} ━━", flush=True)
    started = time.monotonic()
    try:
        passed, note = TIERS[tier]()
    except RuntimeError as error:
        print(error, flush=True)
        passed, note = False, "環境が始まりません / the stack did not start"
    return Result(tier, passed, time.monotonic() - started, note)


def summary(results: list[Result]) -> str:
    """Return the closing table."""
    lines = ["", "━━ まとめ / summary ━━"]
    for result in results:
        mark = "✓" if result.passed else "✗"
        lines.append(f"{mark} {result.tier:<12} {result.seconds:6.1f} 秒  {result.note}")
    total = sum(result.seconds for result in results)
    lines.append(f"  {'合計':<10} {total:6.1f} 秒")
    return "\n".join(lines)


def main(tiers: list[str]) -> int:
    """Run the named tiers in turn; return 0 when all passed."""
    unknown = [tier for tier in tiers if tier not in TIERS]
    if unknown or not tiers:
        print(f"tiers: {' '.join(TIERS)}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that every tier's stack is taken down
    results = [run(tier) for tier in tiers]
    print(summary(results), flush=True)
    return 0 if all(result.passed for result in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
