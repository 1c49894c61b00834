"""Triggers that note which datasets' index rows a statement made out of date, in its own transaction.

They see what CKAN's hooks do not: plain SQL, ``Query.update``, other programs. One trigger per statement, not per
row. Functions and notes live in the schema ``moka_search``: dropping it takes the triggers along and leaves CKAN's
tables as they were; ``ckan db clean`` drops them with the tables. :func:`ensure` brings back what is missing.

A note is not written for a dataset that is neither in the index nor to be in it (deleted or purged after it was
removed from the index in the same transaction). What is indexed later in the transaction clears its notes.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

__all__ = ["CREATE", "TABLES", "ensure"]

# table -> event -> the ids of datasets; "changed" are the new rows (of DELETE: the old ones), "before" the old ones
_OF_GROUP = (
    "SELECT p.id FROM public.package p JOIN touched t ON p.owner_org = t.id UNION "
    "SELECT m.table_id FROM public.member m JOIN touched t ON m.group_id = t.id WHERE m.table_name = 'package'"
)
_OF_TAG = "SELECT x.package_id FROM public.package_tag x JOIN touched t ON x.tag_id = t.id"
_TABLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "package": ("SELECT id FROM changed", ("INSERT", "UPDATE", "DELETE")),
    "resource": ("SELECT package_id FROM changed", ("INSERT", "UPDATE", "DELETE")),
    "package_tag": ("SELECT package_id FROM changed", ("INSERT", "UPDATE", "DELETE")),
    "member": (
        "SELECT table_id FROM changed WHERE table_name = 'package'",
        ("INSERT", "UPDATE", "DELETE"),
    ),
    "group": (
        "WITH touched AS (SELECT n.id FROM changed n JOIN before o USING (id) WHERE "  # noqa: S608 (fixed texts)
        f"(n.name, n.title, n.state, n.type) IS DISTINCT FROM (o.name, o.title, o.state, o.type)) {_OF_GROUP}",
        ("UPDATE",),
    ),
    "tag": (
        "WITH touched AS (SELECT n.id FROM changed n JOIN before o USING (id) WHERE "  # noqa: S608 (fixed texts)
        f"(n.name, n.vocabulary_id) IS DISTINCT FROM (o.name, o.vocabulary_id)) {_OF_TAG}",
        ("UPDATE",),
    ),
    "vocabulary": (
        "WITH touched AS (SELECT g.id FROM changed n JOIN before o USING (id) JOIN public.tag g "  # noqa: S608
        f"ON g.vocabulary_id = n.id WHERE n.name <> o.name) {_OF_TAG}",
        ("UPDATE",),
    ),
}
# An index that cannot be written to must not keep anybody from saving.
_FUNCTION = """CREATE OR REPLACE FUNCTION moka_search.{name}() RETURNS trigger LANGUAGE plpgsql AS $note$
BEGIN
    INSERT INTO moka_search.waiting (package_id, tx, reason)
    SELECT DISTINCT found.id, txid_current(), 'changed' FROM ({ids}) AS found(id)
    WHERE EXISTS (SELECT 1 FROM moka_search.document d WHERE d.id = found.id)
        OR EXISTS (SELECT 1 FROM public.package p WHERE p.id = found.id AND p.state <> 'deleted')
    ON CONFLICT DO NOTHING;
    RETURN NULL;
EXCEPTION WHEN undefined_table OR undefined_column OR invalid_schema_name OR insufficient_privilege THEN
    RAISE WARNING 'moka_search: a change is not noted for indexing: %', SQLERRM;
    RETURN NULL;
END $note$"""
_SEEN = {
    "INSERT": "NEW TABLE AS changed",
    "UPDATE": "NEW TABLE AS changed OLD TABLE AS before",
    "DELETE": "OLD TABLE AS changed",
}


def _statements() -> list[str]:
    found = []
    for table, (ids, events) in _TABLES.items():
        name = f"note_{table}"
        found.append(_FUNCTION.format(name=name, ids=ids))
        for event in events:
            trigger = f"{_PREFIX}{event.lower()}"
            found.append(
                f'CREATE OR REPLACE TRIGGER {trigger} AFTER {event} ON public."{table}" '
                f"REFERENCING {_SEEN[event]} FOR EACH STATEMENT EXECUTE FUNCTION moka_search.{name}()"
            )
    return found


_PREFIX = "moka_search_note_"
TABLES = tuple(_TABLES)
CREATE: tuple[str, ...] = tuple(_statements())
_EXPECTED = sum(len(events) for _, events in _TABLES.values())
_COUNT = sa.text(
    "SELECT count(*) FROM pg_trigger WHERE starts_with(tgname, :prefix) AND tgenabled <> 'D' "
    "AND tgrelid = ANY(SELECT to_regclass(format('public.%I', name)) FROM unnest(CAST(:tables AS text[])) AS name)"
)


def ensure(connection: Connection) -> bool:
    """Create the triggers in the connection's transaction if one is missing; return whether that was so.

    Without CKAN's tables there is nothing to do. Waits for saves under way.
    """
    if not connection.execute(sa.text("SELECT to_regclass('public.package')")).scalar():
        return False
    values = {"prefix": _PREFIX, "tables": list(_TABLES)}
    if connection.execute(_COUNT, values).scalar_one() == _EXPECTED:
        return False
    for statement in CREATE:
        connection.exec_driver_sql(statement.replace("%", "%%"))
    return True
