"""Why the first hits of a search stand in their order: ``ckan moka-search explain "避難 真岡"``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ckanext.moka.search.answers import ranking
from ckanext.moka.search.index import store
from ckanext.moka.search.language.request import SearchRequest

__all__ = ["lines"]

# What package_search sends with a typed text (ckan/lib/search/query.py, CKAN 2.12).
_PARAMS = {
    "defType": "dismax",
    "mm": "2<-1 5<80%",
    "qf": "name^4 title^4 tags^2 groups^2 text",
    "sort": "score desc, metadata_modified desc",
    "q.op": "AND",
    "fq": ["+state:active", "permission_labels:public"],
    "fl": "name title score",
    "rows": 10,
}
_MODES = {
    "all": "すべての語を含むもの",
    "some": "一部の語を含むもの（すべてを含むものがほとんどないため）",
}


def lines(typed: str) -> Iterator[str]:
    """Yield the explanation of the first ten public hits, line by line."""
    request = SearchRequest(typed, dict(_PARAMS))
    answer = request.run()
    how = answer["moka_search"] or {"mode": "all", "corrected": ""}
    mode = f"「{how['corrected']}」で探したもの" if how["corrected"] else _MODES[how["mode"]]
    yield f"{answer['response']['numFound']} 件（{mode}）"
    yield "探した語: " + "、".join(_word_line(word) for word in request.score.words if word.leaf.words.full)
    docs = answer["response"]["docs"]
    found = _matches(request, [doc["name"] for doc in docs])
    for place, doc in enumerate(docs, 1):
        yield ""
        yield f"{place:2d}. {doc['score']:7.2f}  {doc['title']}（{doc['name']}）"
        yield from _document(request.score, doc["score"], found[doc["name"]])


def _word_line(word: Any) -> str:
    note = "、なくてもよい" if word.leaf.words.optional else ""
    return f"{word.leaf.text}（珍しさ {word.rarity:.2f}{note}）"


def _matches(request: SearchRequest, names: list[str]) -> dict[str, tuple[Any, ...]]:
    """Return, by name, the title's length, in which sets a document is, and what its text gives."""
    score = request.score
    columns = ["d.name", "d.title_words"]
    columns += [f"({condition})" for condition in score.sets]
    columns += [f"CAST({ranking.fine_sql(score, word.leaf)} AS double precision)" for word in score.words]
    params = {**request.compiler.params, "explained": names}
    sql = f"SELECT {', '.join(columns)} FROM moka_search.document d WHERE d.name = ANY(:explained)"  # noqa: S608
    rows = store.read(lambda connection: store.run(connection, sql, params))
    return {row[0]: tuple(row[1:]) for row in rows}


def _document(score: ranking.Score, total: float, row: tuple[Any, ...]) -> Iterator[str]:
    title_words, flags = row[0], row[1 : 1 + len(score.sets)]
    fine = row[1 + len(score.sets) :]
    rest = total
    for word, text in zip(score.words, fine, strict=True):
        inside = [bool(flags[part.number]) for part in word.parts]
        points = score.points(word, inside, title_words, text)
        rest -= points
        if points > 0.005:
            places = [_place(part) for part, there in zip(word.parts, inside, strict=True) if there]
            if text > 0.005:
                places.append(f"本文 {text:.2f}")
            yield f"      {points:7.2f}  {word.leaf.text}: {'・'.join(places)}"
    if score.whole is not None and flags[score.whole]:
        rest -= ranking.WHOLE_TITLE
        yield f"      {ranking.WHOLE_TITLE:7.2f}  題名が検索語そのもの"
    yield f"      {rest:7.2f}  並び・近さ・年・新しさ・利用"


def _place(part: Any) -> str:
    where = {4.0: "題名・名前", 2.0: "タグ・部署"}
    for full, name in where.items():
        for factor, level in (
            (1.0, ""),
            (ranking.CLOSE, "（同じ意味の語）"),
            (ranking.WIDE, "（関連する語）"),
        ):
            if abs(part.weight - full * factor) < 1e-9:
                return f"{name}{level} {part.weight:g}"
    return f"{part.weight:g}"
