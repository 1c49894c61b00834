"""L1-07: several values in one cell. Certain: coordinates, phone numbers, lists of choices; else a person is asked.

A sentence is one value, a column of notes may hold several items, and the standard's own separator (;) is allowed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from ..cleaning import EXEMPT
from ..judging.context import Context, Hit, joined
from ..judging.labels import free_text
from ..judging.profile import Profile
from ..model import Column, Table
from ..repair import is_coordinate_pair

RULE = "L1-07"
_PAIR = re.compile(r"[0-9０-９]{2}[.．][0-9０-９]+\s*[,，、 ]\s*[0-9０-９]{3}[.．]")
_PHONE = re.compile(r"0[0-9]{1,4}[-－ー−(（][0-9]{1,4}[-－ー−)）][0-9]{3,4}")
_PHONES = re.compile(rf"{_PHONE.pattern}[\s\S]*?{_PHONE.pattern}")
_PHONE_IN_TEXT = re.compile(
    r"(?:[ぁ-んァ-ヶ一-龥][^;；]{0,80}?)(?:TEL|Tel|tel|ＴＥＬ|電話|☎|[ 　:：(（])[ 　:：]{0,3}0[0-9]{1,4}[-－]?[(（]?[0-9]{2,4}[-－)）][0-9]{3,4}"
)
_PHONE_LABEL = re.compile(r"電話|TEL|ＴＥＬ|[Pp]hone|FAX|連絡先", re.IGNORECASE)
_MAILS = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w.-]{1,255}[^;；@]{0,999}[\s、,，/／][\w.+-]{1,64}@")
_LETTER = "[ぁ-んァ-ヶー一-龥々]"
# A comma or a new line; a slash between words. Not in numbers (1,200), dates (2024/4/1) and prices (円/月).
_SEPARATOR = re.compile(
    rf"[、，\n]|(?<![0-9０-９]),(?! ?[0-9])|(?<={_LETTER})(?<![円人名])[/／](?={_LETTER})"
)
_ASIDE = re.compile(r"[（(「『【\[][^（()）「」『』【】\[\]]*[）)」』】\]]")
_SENTENCE = re.compile(
    r"。|を|(?:ます|です|する|した|して|ない|こと|ください|ある|いる|れる|せる|ため|場合|など|等)(?:$|[、，,])"
)
_ADDRESS = re.compile(
    r"住所|所在|地番|番地|町字|方書|場所|位置|区域|経路|区間|[Aa]ddress|[Ll]ocation|[Pp]osition|URL|ＵＲＬ|リンク|[Uu]rl|[Ll]ink"
)
_DOTTED = re.compile(r"^[^\s・、。]{1,12}(?:・[^\s・、。]{1,12})+$")
_LONGEST = 15
_MOST = 20_000


def check(context: Context) -> Iterator[Hit]:
    """Latitude with longitude; two phone numbers or mail addresses; choices that also occur alone or in other lists."""
    for table, column, profile in context.columns():
        if hit := _coordinates(context, table, column):
            yield hit
            continue
        if hit := context.group(table, column, column.matching(_MAILS), "list"):
            yield hit
        if _PHONE_LABEL.search(column.label):
            several = {t for t in column.matching(_PHONES) if not re.search(r"[;；]", t)}
            if hit := context.group(table, column, several, "phones"):
                yield hit
        # 真岡市荒町5191 TEL 0285-82-1111
        elif not free_text(column.label) and (
            hit := context.group(table, column, column.matching(_PHONE_IN_TEXT), "list")
        ):
            yield hit
        lists, certain = _lists(table, column, profile)
        several = {t for t in lists if certain[t]} | _dotted(table, column, profile)
        if hit := context.group(table, column, several, "list"):
            yield hit


def ask(context: Context) -> Hit | None:
    """Ask once about columns in which short words stand side by side, but no word occurs twice."""
    found = []
    for table, column, profile in context.columns():
        lists, certain = _lists(table, column, profile)
        open_ones = {t for t in lists if not certain[t]}
        if (
            open_ones
            and not any(certain.values())
            and (hit := context.group(table, column, open_ones, "asked"))
        ):
            found.append(hit)
    return joined(found, "asked")


def _coordinates(context: Context, table: Table, column: Column) -> Hit | None:
    pairs = {t for t in column.matching(_PAIR) if is_coordinate_pair(t)}
    if not pairs or len(pairs) < len(column.texts) * 0.8:
        return None
    odd = {t for t in column.texts if t not in pairs and t.strip(" ,，、\u3000")}
    if odd:
        return context.group(table, column, odd, "coordinates-some", example=next(iter(sorted(pairs))))
    return context.group(table, column, pairs, "coordinates")


def _lists(table: Table, column: Column, profile: Profile) -> tuple[dict[str, list[str]], dict[str, bool]]:
    """Return the texts that list short words, with their words, and which are certain to be lists of choices."""
    if (
        profile.numeric
        or profile.code
        or column.index in table.schema_fields
        or free_text(column.label)
        or _ADDRESS.search(column.label)
        or len(column.texts) > _MOST
    ):
        return {}, {}
    lists: dict[str, list[str]] = {}
    for text in column.matching(_SEPARATOR):
        plain = _ASIDE.sub("", text)
        parts = [p.strip() for p in _SEPARATOR.split(plain)]
        if len(parts) > 1 and all(0 < len(p) <= _LONGEST for p in parts) and not _SENTENCE.search(plain):
            lists[text] = parts
    used = Counter(part for parts in lists.values() for part in set(parts))
    used.update({text.strip(): 1 for text in column.texts if lists and text not in lists})
    name = EXEMPT.search(column.label) is not None
    certain = {
        text: not name and sum(used[p] > 1 for p in parts) * 2 >= len(parts) for text, parts in lists.items()
    }
    return lists, certain


def _dotted(table: Table, column: Column, profile: Profile) -> set[str]:
    """内科・小児科 is a list where both also stand alone or in other lists; コード・番号 is one name."""
    if profile.numeric or profile.code or column.index in table.schema_fields or free_text(column.label):
        return set()
    if EXEMPT.search(column.label) or _ADDRESS.search(column.label):
        return set()
    parts = {t: t.split("・") for t in column.matching(_DOTTED) if "（" not in t}
    if not parts or len(column.texts) > _MOST:
        return set()
    used = Counter(part for words in parts.values() for part in set(words))
    used.update({text.strip(): 1 for text in column.texts if text not in parts})
    alone = {text.strip() for text in column.texts if text not in parts}
    return {t for t, words in parts.items() if all(used[w] > 1 for w in words) and alone & set(words)}
