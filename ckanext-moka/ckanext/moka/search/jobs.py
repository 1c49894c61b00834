"""Background work of search: index what changed without being indexed."""

from __future__ import annotations

from ckanext.moka.jobs import api as jobs
from ckanext.moka.search import stale, vocabulary

QUEUE = "moka-search"


@jobs.task("search.drain_stale", QUEUE)
def drain_stale() -> int:
    """Index the datasets on the stale list; return how many."""
    return stale.drain()


@jobs.task("search.learn_words", QUEUE)
def learn_words() -> int:
    """Take in the words of new public datasets, for proposals; return of how many datasets."""
    vocabulary.forget_old()
    done = 0
    while learnt := vocabulary.learn():
        done += learnt
    return done


jobs.periodic("search.drain_stale", "* * * * *")
jobs.periodic("search.learn_words", "* * * * *")
