"""The tables of the search engine, as SQL that may be run any number of times.

They live in a PostgreSQL schema of their own: CKAN's ``db clean`` and its test fixtures drop what
they find in ``public``. Everything here is derived from the datasets and can be built anew with
``ckan search-index rebuild``.
"""

from __future__ import annotations

__all__ = ["CREATE", "DROP", "DROP_DOCUMENTS", "VERSION"]

# Raised whenever a row of ``document`` is built differently: the table is then made anew and every
# dataset is noted for indexing.
VERSION = 2

# id, name, site_id: of the dataset.  doc: what results show.  fields: exact values by field, dates in
# 24 characters.  words: all words, weight A title, B tags and groups, C resources, D the rest; head: those
# of weight A and B alone, small enough to be looked at for every hit.  reads: how the words are read.
# fielded: words once more under "field/word".  grams: pairs of characters.
# terms: facet terms (term.id).  seq: order of writing, the last tie-breaker.
CREATE: tuple[str, ...] = (
    "CREATE SCHEMA IF NOT EXISTS moka_search",
    """CREATE TABLE IF NOT EXISTS moka_search.document (
        index_id text PRIMARY KEY,
        id text NOT NULL,
        name text NOT NULL,
        site_id text NOT NULL,
        seq bigint GENERATED ALWAYS AS IDENTITY,
        doc jsonb NOT NULL,
        fields jsonb NOT NULL,
        head tsvector NOT NULL,
        words tsvector NOT NULL,
        reads tsvector NOT NULL,
        fielded tsvector NOT NULL,
        grams tsvector NOT NULL,
        terms integer[] NOT NULL,
        title_words integer NOT NULL DEFAULT 1,
        title_fold text NOT NULL DEFAULT '',
        title_reading text NOT NULL DEFAULT ''
    )""",
    "CREATE INDEX IF NOT EXISTS document_id ON moka_search.document (id)",
    "CREATE INDEX IF NOT EXISTS document_name ON moka_search.document (name)",
    "CREATE INDEX IF NOT EXISTS document_fields ON moka_search.document USING gin (fields jsonb_path_ops)",
    "CREATE INDEX IF NOT EXISTS document_words ON moka_search.document USING gin (words)",
    "CREATE INDEX IF NOT EXISTS document_reads ON moka_search.document USING gin (reads)",
    "CREATE INDEX IF NOT EXISTS document_fielded ON moka_search.document USING gin (fielded)",
    "CREATE INDEX IF NOT EXISTS document_grams ON moka_search.document USING gin (grams)",
    "CREATE TABLE IF NOT EXISTS moka_search.about (version integer NOT NULL)",
    f"INSERT INTO moka_search.about SELECT {VERSION} WHERE NOT EXISTS (SELECT 1 FROM moka_search.about)",  # noqa: S608
    """CREATE TABLE IF NOT EXISTS moka_search.term (
        id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        field text NOT NULL,
        value text NOT NULL,
        UNIQUE (field, value)
    )""",
    """CREATE TABLE IF NOT EXISTS moka_search.waiting (
        package_id text NOT NULL,
        tx bigint NOT NULL,
        reason text NOT NULL DEFAULT '',
        since timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (package_id, tx)
    )""",
)

DROP_DOCUMENTS: tuple[str, ...] = (
    "DROP TABLE IF EXISTS moka_search.document",
    "DROP TABLE IF EXISTS moka_search.about",
)

DROP: tuple[str, ...] = ("DROP SCHEMA IF EXISTS moka_search CASCADE",)
