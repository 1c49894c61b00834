"""The tables of the search engine, as SQL that may be run any number of times.

They live in a PostgreSQL schema of their own: CKAN's ``db clean`` and its test fixtures drop what
they find in ``public``. Everything here is derived from the datasets and can be built anew with
``ckan search-index rebuild``.

How the table is laid out decides the speed: a search looks at the small columns of every hit, and at the
large ones of a page. PostgreSQL moves the large ones (marked EXTENDED or EXTERNAL here) out of the row
until it fits into ``toast_tuple_target`` bytes, so that some fifteen rows stand on a page instead of one.
"""

from __future__ import annotations

__all__ = ["CREATE", "DROP", "DROP_DOCUMENTS", "SORT_IN", "VERSION"]

# Raised whenever a row of ``document`` is built differently: the table is then made anew and every
# dataset is noted for indexing.
VERSION = 9

# Small columns.  id, name, site_id, state: of the dataset.  seq: order of first writing, the last tie-breaker.
# version: another number at each writing, never used twice, so that what is read once for a version stays
# true (see ``columns``).  labels: who may see it (term.id).  terms: facet terms (term.id).
# modified, created: milliseconds since 1970.  year: that the title names.
# extent: the box around the place that it is about, in degrees.  title_string: the title, for sorting by it.
# Large ones.  head: words and readings of the title under "A/word", of tags, groups and organisation under
# "B/word".  words: all words, weight A title, B tags and groups, C resources, D the rest; they are looked at for
# the order only.  found: by what a dataset is found, so that one scan of one index answers a whole query: the
# words once more, how they are read ("r:…"), pairs of characters ("g:…"), the name ("=…").  fielded: words once
# more under "field/word".
# fields: exact values by field, dates in 24 characters.  doc: what results show.
_DOCUMENT = """CREATE TABLE IF NOT EXISTS moka_search.document (
        index_id text PRIMARY KEY,
        id text NOT NULL,
        name text NOT NULL,
        site_id text NOT NULL,
        state text NOT NULL DEFAULT '',
        seq bigint GENERATED ALWAYS AS IDENTITY,
        version bigint NOT NULL DEFAULT nextval('moka_search.version'),
        modified bigint,
        created bigint,
        title_words integer NOT NULL DEFAULT 1,
        year integer,
        views integer NOT NULL DEFAULT 0,
        extent box,
        labels integer[] NOT NULL,
        terms integer[] NOT NULL,
        title_string text,
        title_fold text NOT NULL DEFAULT '',
        title_reading text NOT NULL DEFAULT '',
        head tsvector STORAGE EXTERNAL NOT NULL,
        words tsvector STORAGE EXTERNAL NOT NULL,
        found tsvector NOT NULL,
        fielded tsvector NOT NULL,
        fields jsonb NOT NULL,
        doc jsonb NOT NULL
    ) WITH (toast_tuple_target = 512)"""

_INDEXES = {
    "id": "(id)",
    "name": "(name)",
    "version": "(version)",
    "title": "USING hash (title_fold)",
    "extent": "USING gist (extent)",
    "terms": "USING gin (terms)",
    "fields": "USING gin (fields jsonb_path_ops)",
    **{vector: f"USING gin ({vector})" for vector in ("head", "found", "fielded")},
}

# What is written goes into a list beside each GIN index first, which every search reads through, until it is sorted
# into the index: many rows at once in a third of the time that one by one takes. Left to PostgreSQL that happens
# at 4 MB or at a vacuum that small sites never reach, and searches after a rebuild took ten times as long; so
# whoever writes ends with this.
SORT_IN = "SELECT " + ", ".join(
    f"gin_clean_pending_list('moka_search.document_{name}')"
    for name, what in _INDEXES.items()
    if "gin" in what
)

CREATE: tuple[str, ...] = (
    "CREATE SCHEMA IF NOT EXISTS moka_search",
    "CREATE SEQUENCE IF NOT EXISTS moka_search.version",
    _DOCUMENT,
    *(
        f"CREATE INDEX IF NOT EXISTS document_{name} ON moka_search.document {what}"
        for name, what in _INDEXES.items()
    ),
    # epoch: another value whenever the tables are made anew; what processes remember belongs to one epoch.
    """CREATE TABLE IF NOT EXISTS moka_search.about (
        version integer NOT NULL,
        epoch text NOT NULL DEFAULT gen_random_uuid()::text
    )""",
    f"INSERT INTO moka_search.about (version) SELECT {VERSION} "  # noqa: S608
    "WHERE NOT EXISTS (SELECT 1 FROM moka_search.about)",
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

# What may be proposed to whoever searches: words of public titles and tags, how they sound, and the versions
# of documents whose words are in it.
CREATE += (
    """CREATE TABLE IF NOT EXISTS moka_search.word (
        word text PRIMARY KEY,
        sound text NOT NULL,
        pairs text[] NOT NULL
    )""",
    "CREATE INDEX IF NOT EXISTS word_sound ON moka_search.word (sound text_pattern_ops)",
    "CREATE INDEX IF NOT EXISTS word_start ON moka_search.word (word text_pattern_ops)",
    "CREATE INDEX IF NOT EXISTS word_pairs ON moka_search.word USING gin (pairs)",
    "CREATE TABLE IF NOT EXISTS moka_search.learnt (version bigint PRIMARY KEY)",
)

DROP_DOCUMENTS: tuple[str, ...] = (
    "DROP TABLE IF EXISTS moka_search.document",
    "DROP TABLE IF EXISTS moka_search.about",
)

DROP: tuple[str, ...] = ("DROP SCHEMA IF EXISTS moka_search CASCADE",)
