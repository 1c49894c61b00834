"""How good the answers are: ``python tests/relevance/run.py --ckan-ini=PATH [--second] [--show tuning]``.

Prints nDCG@10 and the share of queries without a useful answer for both halves of the judged set, beside
the same engine with words divided at blanks only. The datasets are indexed under a site id of their own
and removed at the end. ``--show`` lists the answers of one half that are not as judged.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import judge


def main() -> None:
    """Index, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ckan-ini", required=True)
    parser.add_argument("--show", choices=["tuning", "held-out"], help="list what is not as judged")
    parser.add_argument("--below", type=float, default=0.9, help="list answers with less nDCG than this")
    parser.add_argument(
        "--second", action="store_true", help="the second set (titles as three cities write them)"
    )
    parser.add_argument("--no-plain", action="store_true", help="leave out the comparison with blanks only")
    options = parser.parse_args()
    connection = connect(options.ckan_ini)
    which = judge.SECOND if options.second else ""
    graded = [query for query in judge.queries(which) if query.grades]
    print(f"{len(judge.datasets(which))} datasets, {len(graded)} queries with an answer")
    print(f"{'':24}   n   nDCG@10   no useful answer   none where there is none")
    if not options.no_plain:
        with judge.whitespace_words(), judge.indexed(connection, which):
            show("words at blanks", judge.measure(connection, which)[0])
    with judge.indexed(connection, which):
        scores, answers = judge.measure(connection, which)
    show("this engine", scores)
    if options.show:
        details(which, options.show, options.below, answers)


def connect(ini: str) -> Any:
    """Load CKAN with ``ini`` and return the engine's connection."""
    from ckan.cli import load_config
    from ckan.config.middleware import make_app

    make_app(load_config(ini))
    from ckan.lib.search import make_connection

    return make_connection()


def show(name: str, scores: dict[str, judge.Score]) -> None:
    """Print one engine's figures."""
    for half, score in scores.items():
        print(f"{name:16} {half:9} {score.line()}")


def details(which: str, half: str, below: float, answers: dict[str, tuple[float, list[str]]]) -> None:
    """Print the queries of one half whose answers are not as judged."""
    for query in judge.queries(which):
        value, answer = answers[query.typed]
        if query.half != half or (value >= below if query.grades else not answer):
            continue
        print(f"\n{value:.2f} {query.typed} ({query.kind})")
        print("   found: " + " ".join(f"{key}:{query.grades.get(key, 0)}" for key in answer))
        missing = [key for key, grade in query.grades.items() if grade >= 2 and key not in answer]
        if missing:
            print("   missing: " + " ".join(missing[:12]))


if __name__ == "__main__":
    main()
