"""Hostile searches: fixed ones, and strategies that make more of them."""

from __future__ import annotations

from hypothesis import strategies as st

HOSTILE = {
    "unbalanced quote": '避難 "所',
    "unbalanced brackets": "((避難",
    "closing bracket": "避難))",
    "square": "[a TO",
    "mixed": "{a TO b]",
    "range of nothing": "metadata_modified:[TO]",
    "bad date": "metadata_modified:[避難 TO *]",
    "bad moment": "metadata_modified:避難",
    "far date": "metadata_modified:[NOW-99999999YEARS TO NOW+999999999DAYS]",
    "bad number": "views_recent:[a TO b]",
    "long number": f"views_recent:[{'9' * 400} TO *]",
    "lone operators": "AND OR NOT && || !",
    "operators at the ends": "AND 避難 OR",
    "pluses": "+ - + - ++ --",
    "colons": ":::: a: :b a:b:c",
    "tilde and caret": "~ ^ a~ a^ a^^2 a~~ ^2",
    "boost of nothing": "^5 ~3",
    "huge boost": "避難^99999999999999999999999999999999",
    "huge slop": '"避難 場所"~999999999999',
    "many digits": "避難~" + "9" * 5000,
    "deep": "(" * 90 + "避難" + ")" * 90,
    "deeper": "(" * 3000 + "避難" + ")" * 3000,
    "deep not": "NOT " * 900 + "避難",
    "many minus": "-" * 2000 + "避難",
    "100 kB": "避難" * 50_000,
    "8 kB of one word": "避" * 7900,
    "8 kB of latin": "a" * 7900,
    "10,000 clauses": "a OR " * 10_000 + "b",
    "1,000 words": " ".join(f"語{number}" for number in range(1000)),
    "200 words joined by OR": " OR ".join(f"語{number}" for number in range(200)),
    "200 fields": " OR ".join(f"title:語{number}" for number in range(200)),
    "wildcard bomb": "*a*b*c*d*e*f*g*h*i*",
    "wildcards": "*" * 100,
    "question marks": "?" * 100,
    "leading wildcard": "*難",
    "wildcard in the middle": "避*所 te*t te?t",
    "wildcard of a field": "title:*a*b*",
    "wildcard of fields": "*:避難 ti*le:x",
    "many wildcards": " ".join(f"a{number}*b*c" for number in range(50)),
    "many fuzzy": " ".join(f"あいうえお{number}~" for number in range(50)),
    "regular expression": "/a.*b/ /(a+)+$/",
    "NUL": "避難\x00所",
    "lone surrogates": "避難\ud800 \udfff",
    "right to left": "\u202e避難\u202c \u200f",
    "controls": "\x01避難\x02 \x03:\x04 \x1b[0m",
    "separators": "避難\u2028所\u2029\u0085",
    "SQL": "'; DROP TABLE moka_search.document; --",
    "SQL union": '\' UNION SELECT * FROM "user" --',
    "comment": "/* */ -- #",
    "percent": "%s %(p0)s %% %d 100%",
    "named parameters": ":p0 :p1 ::text :limit",
    "format": "{0} {p0} ${jndi:x}",
    "backslash at the end": "避難\\",
    "backslashes": "\\\\\\ a\\ \\b \\u0041",
    "tsquery": "a & b | !c <-> d:* 'x' :A",
    "quotes": "''''\"\"\"\"`´",
    "dollars": "$$a$$ $1",
    "local parameters": "{!bool must=a",
    "forbidden parser": "{!func}log(1)",
    "magic field": '_query_:"{!func}1"',
    "emoji": "🏃‍♀️🏠👨‍👩‍👧 𠮷野家",
    "combining": "か\u3099" + "\u0301" * 200,
    "half width": "ﾋﾅﾝｼﾞｮ ＡＮＤ ”避難”",
    "markup": "<script>alert(1)</script> &amp; &#0;",
    "path": "../../etc/passwd C:\\x http://example.com/?a=b&c=d",
    "blanks": " \t\n\u3000 ",
    "only particles": "の は が を に",
    "json": '{"a": [1, null]} [] {}',
    "TO": "TO TO [TO TO TO]",
    "infinity": "title:inf^Infinity NaN^NaN -Infinity",
}

_PIECES = [
    "避難", "ひなん", "所", "の", "title", "tags", "notes", "metadata_modified", "views_recent", "name", "id", "*", "?",
    "~", "^", ":", '"', "(", ")", "[", "]", "{", "}", " TO ", " AND ", " OR ", " NOT ", "&&", "||", "!", "+", "-",
    "\\", "/", "NOW", "-1DAY", "/MONTH", "2026-01-01T00:00:00Z", "1", "0.5", "99", "%", "'", ";", "$", "\x00", "\ud800",
    "\u202e", " ", "\u3000", "{!", "a", "AED", "，", "。", ",", "<", ">", "=", "|", "&", "moka_bbox", "text", "r", "g",
]  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=40),
    st.lists(st.sampled_from(_PIECES), max_size=25).map("".join),
    st.lists(st.one_of(st.sampled_from(_PIECES), st.text(max_size=3)), max_size=12).map(" ".join),
)
_CALLS = ["recip", "linear", "log", "ln", "exp", "sqrt", "pow", "sum", "product", "div", "sub", "max", "min", "map",
          "if", "ms", "field", "def", "exists", "abs", "mod", "query", "ord", "scale"]  # fmt: skip
_ATOMS = st.one_of(
    st.sampled_from(["views_recent", "metadata_modified", "metadata_created", "title", "NOW", "NOW/DAY-1YEAR", "x_date",
                     "0", "1", "-1", "3.16e-11", "1e99", "99999999999999999999", "避難"]),
    st.integers().map(str),
    st.floats(allow_nan=True).map(str),
)  # fmt: skip
FUNCTIONS = st.recursive(
    _ATOMS,
    lambda inner: st.tuples(st.sampled_from(_CALLS), st.lists(inner, max_size=5)).map(
        lambda pair: f"{pair[0]}({','.join(pair[1])})"
    ),
    max_leaves=12,
)
_NUMBERS = st.one_of(st.integers(-5, 2000), st.integers(), st.text(max_size=6))
PARAMETERS = st.fixed_dictionaries(
    {"q": TEXTS},
    optional={
        "fq": TEXTS,
        "fq_list": st.lists(TEXTS, max_size=3),
        "sort": st.one_of(TEXTS, FUNCTIONS.map(lambda text: f"{text} asc"), st.just("score desc, name asc")),
        "qf": TEXTS,
        "mm": TEXTS,
        "tie": TEXTS,
        "bf": st.one_of(TEXTS, FUNCTIONS),
        "boost": st.one_of(TEXTS, FUNCTIONS),
        "defType": st.sampled_from(["dismax", "edismax", "lucene", "func", ""]),
        "fl": st.one_of(TEXTS, st.lists(st.sampled_from(["id", "name", "score", "*", "extras_*", "x"]), max_size=4)),
        "rows": _NUMBERS,
        "start": _NUMBERS,
        "facet": st.sampled_from(["true", "false", "x"]),
        "facet.field": st.lists(TEXTS, max_size=3),
        "facet.limit": _NUMBERS,
        "facet.mincount": _NUMBERS,
        "ext_bbox": st.one_of(
            TEXTS,
            st.lists(st.floats(allow_nan=True), min_size=4, max_size=4).map(lambda four: ",".join(map(str, four))),
            st.lists(st.integers(-181, 181), min_size=4, max_size=4).map(lambda four: ",".join(map(str, four))),
        ),
        "include_private": st.sampled_from(["true", "false", "x", ""]),
        "use_default_schema": st.booleans(),
    },
)  # fmt: skip


def wrong_kind():
    """Return each parameter of ``package_search`` with values of kinds that it does not take."""
    names = ["q", "fq", "fq_list", "sort", "rows", "start", "fl", "qf", "mm", "tie", "bf", "boost", "defType", "df",
             "facet", "facet.field", "facet.limit", "facet.mincount", "include_private", "include_drafts", "extras",
             "ext_bbox", "use_default_schema"]  # fmt: skip
    values = [[], {}, [[]], [{}], {"a": 1}, [1, 2], 7, -1, 1e400, True, None, "", "x", ["x"], [None]]
    return [(name, value) for name in names for value in values]
