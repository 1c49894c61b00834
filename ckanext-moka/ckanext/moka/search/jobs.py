"""Background work of search: index what changed without being indexed."""

from __future__ import annotations

from ckanext.moka.jobs import api as jobs
from ckanext.moka.search.answers import vocabulary
from ckanext.moka.search.index import stale
from ckanext.moka.search.traces import phrases

QUEUE = "moka-search"


@jobs.task(stale.TASK, QUEUE)
def drain_stale() -> int:
    """Index the datasets on the stale list; return how many."""
    total = 0
    while done := stale.drain():
        total += done
    return total


@jobs.task("search.learn_words", QUEUE)
def learn_words() -> int:
    """Take in the words of new public datasets, for proposals; return of how many datasets."""
    vocabulary.forget_old()
    done = 0
    while learnt := vocabulary.learn():
        done += learnt
    return done


@jobs.task("search.count_phrases", QUEUE)
def count_phrases() -> int:
    """Count the searches that wait in Redis; return how many."""
    return phrases.drain()


@jobs.task("search.forget_phrases", QUEUE)
def forget_phrases() -> int:
    """Delete the counts of searches whose time is over; return how many."""
    return phrases.forget_old()


jobs.periodic(stale.TASK, "* * * * *")
jobs.periodic("search.count_phrases", "* * * * *")
jobs.periodic("search.forget_phrases", "40 18 * * *")  # 3:40 in Japan
jobs.periodic("search.learn_words", "* * * * *")
