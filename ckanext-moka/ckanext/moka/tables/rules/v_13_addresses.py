"""V-13: web and mail addresses that cannot be opened: no http, blanks or words inside, no @."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..judging.context import Context, Hit
from ..judging.values import hits, labelled
from ..model import as_text

RULE = "V-13"
_WEB = re.compile(
    r"URL|ＵＲＬ|ホームページ|ウェブサイト|(?:^|_)url$|[Ww]eb_?[Ss]ite|referenceObject$|リンク$"
)
_MAIL = re.compile(r"メール|[Ee]-?[Mm]ail")
_NOT = re.compile(r"有無|可否|備考|名称$|名$")
_URL = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]+)?(?:[/?#]\S*)?")
_PROVEN = r"https?://[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]+)?(?:[/?#][!-(*+./0-9:<-~-]*)?"
_ADDRESS = re.compile(
    r"(?<![A-Za-z0-9._%+/=?^-])[A-Za-z0-9._%+/=?^-]{1,99}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
)


def check(context: Context) -> Iterator[Hit]:
    """Columns named URL or メール; what the recognised standard has a pattern for is left to constraint-error."""
    for table, column in labelled(context, _WEB, pattern_free=True):
        if not _NOT.search(column.label) and not _MAIL.search(column.label):
            yield from hits(context, table, column, _web, proven=_PROVEN, plain=_plain)
    for table, column in labelled(context, _MAIL, pattern_free=True):
        if not _NOT.search(column.label) and not re.search(r"URL|[Ff]orm|フォーム", column.label):
            yield from hits(context, table, column, _mail)


def _web(text: str) -> str | None:
    # An address may carry another one behind a question mark or a slash, as archives do.
    if len(re.findall(r"(?:^|[\s,;、；，）)])https?://", text)) > 1:
        return "several"
    if _URL.fullmatch(text) or re.fullmatch(r"https?://[^\s\x00-\x7f]\S*", text):
        return None
    if not re.search(r"[A-Za-z0-9]\.[A-Za-z]{2,}|https?:", text):
        return None
    if re.fullmatch(r"(?:www\.)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?:/\S*)?", text):
        return "scheme"
    return "web"


def _plain(text: str) -> str:
    return as_text(text) if text.startswith("http") else f"https://{text}"


def _mail(text: str) -> str | None:
    if _ADDRESS.fullmatch(text) or "." not in text:
        return None
    if len(_ADDRESS.findall(text)) > 1:
        return None
    if re.match(r"https?://", text):
        return "form"
    return "mail" if re.fullmatch(r"\S*[A-Za-z0-9]\S*\.(?:jp|com|net|org|info)\S*", text) else None
