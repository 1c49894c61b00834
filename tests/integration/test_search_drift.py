"""The index never falls behind unnoticed: renames, plain SQL, purges, licences, triggers that were lost."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.lib.search import SearchIndexError

from ckanext.moka.search.index import consistency, stale, store, triggers, writer


@pytest.fixture
def dataset(call, org, unique):
    def _make(title="避難所の一覧", **more):
        data = {"name": unique("drift"), "title": title, "notes": "説明", "owner_org": org["id"]}
        return call("package_create", **data, private=True, **more)

    stale.drain(100_000)
    return _make


def waits(dataset):
    return dataset["id"] in stale.pending(100_000)


def plain(statement, **values):
    """Run SQL as another program does: on a connection of its own, committed."""
    with store.engine().connect() as connection:
        connection.execute(sa.text(statement), values)


def found(call, q):
    return {item["name"] for item in call("package_search", q=q, include_private=True, rows=1000)["results"]}


@pytest.fixture
def indexed(monkeypatch):
    """The ids whose rows are written, in order."""
    ids, put = [], writer.put

    def noting(connection, rows):
        ids.extend(row["id"] for row in rows)
        return put(connection, rows)

    monkeypatch.setattr(writer, "put", noting)
    return ids


def test_every_save_indexes_once_and_leaves_nothing(call, dataset, indexed):
    made = dataset(tags=[{"name": "防災"}])
    assert indexed == [made["id"]] and not waits(made)
    call("resource_create", package_id=made["id"], url="https://example.jp/a.csv", name="a", format="CSV")
    call("package_patch", id=made["id"], title="改めた題名")
    assert indexed == [made["id"]] * 3 and not waits(made)
    assert stale.drain(100_000) == 0 or made["id"] not in indexed[3:]


def test_a_new_dataset_is_indexed_as_it_was_written(call, dataset):
    made = dataset()
    comparison = consistency.compare()
    assert made["id"] not in comparison.outdated + comparison.missing
    shown = call("package_show", id=made["id"])
    (hit,) = call("package_search", fq=f"id:{made['id']}", include_private=True)["results"]
    assert hit["metadata_modified"] == shown["metadata_modified"]
    assert hit["organization"]["id"] == made["owner_org"]


def test_delete_and_purge_leave_nothing(call, dataset, indexed):
    made = dataset()
    call("package_delete", id=made["id"])
    assert not waits(made)
    call("dataset_purge", id=made["id"])
    assert not waits(made)
    comparison = consistency.compare()
    assert made["id"] not in comparison.vanished + comparison.outdated
    assert indexed == [made["id"]]


def test_a_purge_that_fails_keeps_the_dataset_in_the_index(call, unique, monkeypatch):
    org = call("organization_create", name=unique("org"))
    made = call(
        "package_create",
        name=unique("drift"),
        title="残るもの",
        notes="説明",
        owner_org=org["id"],
        private=True,
    )
    plain("DELETE FROM member WHERE table_id = :id", id=made["id"])  # nothing for the purge to do before
    model.Session.remove()

    def fail(*_args, **_options):
        raise RuntimeError("failed")

    monkeypatch.setattr(model.repo, "commit_and_remove", fail)
    with pytest.raises(RuntimeError):
        call("dataset_purge", id=made["id"])
    model.Session.rollback()
    with store.engine().connect() as connection:
        query = sa.text("SELECT count(*) FROM moka_search.document WHERE id = :id")
        assert connection.execute(query, {"id": made["id"]}).scalar() == 1


@pytest.mark.parametrize(
    ("statement", "q"),
    [
        ("UPDATE package SET title = :word WHERE id = :id", "title:{word}"),
        ("UPDATE resource SET name = :word WHERE package_id = :id", "res_name:{word}"),
        (
            "UPDATE tag SET name = :word FROM package_tag x WHERE x.tag_id = tag.id AND x.package_id = :id",
            "tags:{word}",
        ),
        (
            'UPDATE "group" SET name = :word FROM package p WHERE p.owner_org = "group".id AND p.id = :id',
            "organization:{word}",
        ),
    ],
)
def test_plain_sql_is_noticed(call, dataset, unique, statement, q):
    word = unique("w").replace("-", "")
    made = dataset(
        tags=[{"name": unique("tag")}],
        resources=[{"name": "a.csv", "url": "https://example.jp/a.csv", "format": "CSV"}],
    )
    plain(statement, word=word, id=made["id"])
    assert waits(made)
    stale.drain(100_000)
    assert found(call, q.format(word=word)) == {made["name"]}
    assert not waits(made)


def test_plain_sql_that_is_rolled_back_or_changes_nothing_shown_leaves_no_note(dataset):
    made = dataset()
    with store.engine().connect() as connection:
        transaction = connection.execution_options(isolation_level="READ COMMITTED").begin()
        connection.execute(sa.text("UPDATE package SET title = 'x' WHERE id = :id"), {"id": made["id"]})
        transaction.rollback()
    plain('UPDATE "group" SET description = md5(random()::text) WHERE id = :id', id=made["owner_org"])
    assert not waits(made)


def test_plain_delete_leaves_the_index_too(call, dataset):
    made = dataset()
    plain("DELETE FROM member WHERE table_id = :id", id=made["id"])
    plain("DELETE FROM package WHERE id = :id", id=made["id"])
    assert made["id"] in consistency.compare().vanished and waits(made)
    stale.drain(100_000)
    assert made["id"] not in consistency.compare().vanished


def test_renamed_organisation_is_found_after_one_run_of_the_task(call, dataset, unique):
    made = dataset()
    name = unique("renamed")
    call("organization_patch", id=made["owner_org"], name=name, title="防災課" + name)
    stale.drain(100_000)
    assert found(call, f"organization:{name}") == {made["name"]}
    hit = call("package_search", fq=f"organization:{name}", include_private=True)["results"][0]
    assert hit["organization"]["title"] == "防災課" + name


def test_rename_asks_for_the_task_at_once(call, org, unique):
    query = sa.text(
        "SELECT count(*) FROM moka_jobs.procrastinate_jobs WHERE task_name = 'search.drain_stale' AND status = 'todo'"
    )
    call("organization_patch", id=org["id"], name=unique("renamed"))
    with store.engine().connect() as connection:
        assert connection.execute(query).scalar() == 1


def test_lost_triggers_come_back_and_everything_is_indexed_again(call, dataset, unique):
    made = dataset()
    word = unique("w").replace("-", "")
    plain("DROP FUNCTION moka_search.note_package() CASCADE")
    plain("UPDATE package SET title = :word WHERE id = :id", word=word, id=made["id"])
    assert not waits(made)
    stale.drain(100_000)
    assert found(call, word) == {made["name"]}
    plain("UPDATE package SET title = title || 'b' WHERE id = :id", id=made["id"])
    assert waits(made)


def test_save_goes_on_where_notes_cannot_be_written(call, dataset):
    made = dataset()
    plain("ALTER TABLE moka_search.waiting RENAME TO waiting_away")
    try:
        plain("UPDATE package SET title = 'それでも保存' WHERE id = :id", id=made["id"])
    finally:
        plain("ALTER TABLE moka_search.waiting_away RENAME TO waiting")
    model.Session.remove()
    assert model.Package.get(made["id"]).title == "それでも保存"
    plain("UPDATE package SET title = title WHERE id = :id", id=made["id"])
    stale.drain(100_000)


def test_other_licences_or_another_address_index_everything_again(dataset, monkeypatch):
    made = dataset(license_id="CC-BY-4.0")
    assert not waits(made)
    with monkeypatch.context() as patch:
        patch.setattr(stale, "_surroundings", lambda: "other")
        stale.watch()
        assert waits(made)
        stale.drain(100_000)
        assert not waits(made)
    stale.watch()
    assert waits(made)
    stale.drain(100_000)


def test_dropping_the_schema_leaves_ckans_tables_usable(call, dataset):
    made = dataset()
    plain("DROP SCHEMA moka_search CASCADE")
    plain("UPDATE package SET notes = 'ok' WHERE id = :id", id=made["id"])
    stale.drain(100_000)
    assert not waits(made)
    comparison = consistency.compare()
    assert made["id"] not in comparison.missing + comparison.outdated
    with store.engine().connect() as connection:
        assert triggers.ensure(connection) is False


def test_check_names_what_is_wrong(call, dataset, cli):
    missing, old, same = dataset(), dataset(), dataset()
    plain("DELETE FROM moka_search.document WHERE id = :id", id=missing["id"])
    plain("UPDATE moka_search.document SET modified = modified - 60000 WHERE id = :id", id=old["id"])
    plain(
        "UPDATE moka_search.document SET id = 'gone-' || id, index_id = 'gone-' || index_id WHERE id = :id",
        id=same["id"],
    )
    result = run_check(cli)
    for made in (missing, old):
        assert made["id"] in result.output
    assert f"gone-{same['id']}" in result.output
    assert "索引とデータが違います" in result.output and result.exit_code == 0  # as CKAN's
    plain("DELETE FROM moka_search.document WHERE id LIKE 'gone-%'")
    for made in (missing, old, same):
        call("package_patch", id=made["id"], notes="直す")
    comparison = consistency.compare()
    assert not {missing["id"], old["id"], same["id"]} & {*comparison.missing, *comparison.outdated}


def run_check(cli):
    from ckan.cli.cli import ckan

    return cli.invoke(ckan, ["search-index", "check"])


def test_error_while_indexing_keeps_the_note(call, dataset, monkeypatch):
    made = dataset()
    plain("UPDATE package SET title = 'まだ' WHERE id = :id", id=made["id"])

    def fail(package_id):
        raise SearchIndexError("no")

    with monkeypatch.context() as patch:
        patch.setattr(stale, "_index", fail)
        assert stale.drain(100_000) == 0
    assert waits(made)
    stale.drain(100_000)
    assert not waits(made)
