"""What makes the search fast must not change what it finds: the writing pipeline, the indexes, the arrays."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from ckanext.moka.search.index import columns, schema_sql, store, warmth, writer


def versions_of(name: str) -> list[int]:
    sql = "SELECT version FROM moka_search.document WHERE name = :name"
    return [row[0] for row in store.read(lambda connection: store.run(connection, sql, {"name": name}))]


def test_batches_are_written_in_order_by_one_other_thread():
    order = []

    def write(batch):
        order.append((batch, threading.current_thread() is threading.main_thread()))
        return batch * 2

    assert list(writer.pipelined(range(5), lambda number: number + 1, write)) == [2, 4, 6, 8, 10]
    assert order == [(number, False) for number in range(1, 6)]


@pytest.mark.parametrize("where", ["prepare", "write"])
def test_an_error_leaves_whole_batches_before_it_written(where):
    written = []

    def fail(number):
        if number == 3:
            raise ValueError(number)
        return number

    def write(number):
        written.append(fail(number) if where == "write" else number)

    with pytest.raises(ValueError, match="3"):
        list(writer.pipelined([1, 2, 3, 4], fail if where == "prepare" else int, write))
    assert written == [1, 2]


def test_nothing_waits_beside_the_indexes_after_a_save(call, org, unique):
    call("package_create", name=unique("ds"), title="消火栓の点検", owner_org=org["id"])
    pages = store.read(lambda connection: connection.exec_driver_sql(schema_sql.SORT_IN).one())
    assert len(pages) == 5 and not any(pages)


def test_what_must_not_be_there_needs_no_other_word(call, org, unique):
    names = {}
    for title in ("街路灯の台帳", "遊具の台帳"):
        names[title] = unique("ds")
        call("package_create", name=names[title], title=title, owner_org=org["id"])
    found = call("package_search", q="-街路灯", fq=f'owner_org:"{org["id"]}"', include_private=True)
    assert [dataset["name"] for dataset in found["results"]] == [names["遊具の台帳"]]


def test_the_thread_reads_what_was_written_since(call, org, unique):
    state = warmth.refresh()
    name = unique("ds")
    call("package_create", name=name, title="橋の点検", owner_org=org["id"])
    version = np.array(versions_of(name))
    assert warmth.refresh(state) != state
    assert (columns._kept.columns.positions(version) >= 0).all()
