"""Rules of single fields; each takes what CKAN's navl gives (key, data, errors, context) or a value."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote, urlsplit

from ckan import authz, model
from ckan.lib.navl.dictization_functions import missing
from ckan.logic.validators import email_pattern
from ckan.plugins import toolkit as tk

from ckanext.moka.catalog import codelists, config, naming, tags
from ckanext.moka.catalog.content import StoredHash
from ckanext.moka.core.filenames import safe_filename

__all__ = [
    "moka_catalog_default_license",
    "moka_catalog_department",
    "moka_catalog_email",
    "moka_catalog_file_facts",
    "moka_catalog_period",
    "moka_catalog_phone",
    "moka_catalog_private_by_default",
    "moka_catalog_propose_name",
    "moka_catalog_resource_url",
    "moka_catalog_title",
    "tag_length_validator",
    "tag_name_validator",
    "tag_string_convert",
]

_PHONE = re.compile(r"[0-9０-９()（）+＋\-－ー‐−#＃ 　]+(内線[ 　]?[0-9０-９]+)?")
_FACTS = ("size", "mimetype", "encoding")


def _text(data: dict[Any, Any], key: tuple[Any, ...]) -> str:
    value = data.get(key)
    return value.strip() if isinstance(value, str) else ""


def moka_catalog_title(key: Any, data: Any, errors: Any, context: Any) -> None:
    """Ask for a title in Japanese words; a client that gave a name only gets that as the title."""
    if not _text(data, key):
        data[key] = _text(data, (*key[:-1], "name"))
    if not data[key]:
        errors[key].append("データセットの名前を入れてください。")
        raise tk.StopOnError


def moka_catalog_propose_name(key: Any, data: Any, errors: Any, context: Any) -> None:
    """Fill an empty name: what the dataset has already, else ``<code>_<slug>`` (see ``naming``)."""
    if _text(data, key):
        return
    package = context.get("package")
    if package is not None and package.name:
        data[key] = package.name
        return
    if not _text(data, ("title",)):
        data[key] = ""
        raise tk.StopOnError  # the title's own rule says what is missing
    proposal = naming.propose(
        config.municipality_code(),
        _text(data, ("title",)),
        _text(data, ("title_en",)),
        codelists.standard_slug(_text(data, ("standard_dataset",))),
    )
    data[key] = naming.first_free(proposal, lambda name: model.Package.get(name) is not None)


def moka_catalog_private_by_default(key: Any, data: Any, errors: Any, context: Any) -> None:
    """Make a new dataset a private draft unless it says otherwise; leave an old one as it is."""
    if data.get(key) not in (missing, None, ""):
        return
    if context.get("package") is None:
        data[key] = True
        return
    data.pop(key, None)
    raise tk.StopOnError


def moka_catalog_default_license(value: Any) -> Any:
    """Return the licence that was chosen, or the municipality's usual one."""
    return config.default_license() if value in (missing, None, "") else value


def moka_catalog_department(key: Any, data: Any, errors: Any, context: Any) -> None:
    """Ask for the department where datasets must have one; CKAN's own rule follows."""
    value = data.get(key)
    if value is missing and context.get("package") is not None:
        return
    if value in (missing, None, "") and not authz.check_config_permission("create_unowned_dataset"):
        errors[key].append("担当課を選んでください。")
        raise tk.StopOnError


def moka_catalog_email(value: str) -> str:
    """Refuse what cannot be a mail address (CKAN's pattern)."""
    if not email_pattern.match(value):
        raise tk.Invalid("メールアドレスの形が正しくありません。例：bosai@city.example.jp")
    return value


def moka_catalog_phone(value: str) -> str:
    """Refuse what cannot be a telephone number."""
    if not _PHONE.fullmatch(value):
        raise tk.Invalid("電話番号は数字とハイフンで書いてください。例：0285-00-0000")
    return value


def moka_catalog_period(key: Any, data: Any, errors: Any, context: Any) -> None:
    """Refuse a period that ends before it starts; dates are compared in their ISO form."""
    start, end = str(data.get(("temporal_start",)) or "")[:10], str(data.get(key) or "")[:10]
    if start[:4].isdigit() and end[:4].isdigit() and end < start:
        errors[key].append(f"対象期間の終わり（{end}）が始まり（{start}）より前です。日付を直してください。")


def moka_catalog_resource_url(key: Any, data: Any, errors: Any, context: Any) -> None:
    """Keep an upload's plain file name (clients send back the whole address); let links be http(s) only."""
    url = _text(data, key)
    if data.get((*key[:-1], "url_type")) == "upload":
        if url.startswith(("http://", "https://")):
            url = unquote(url.rsplit("/", 1)[-1])
        data[key] = safe_filename(url) if url else ""
        return
    if data.get((*key[:-1], "url_type")) not in (missing, None, ""):
        return  # rows that another plugin keeps, the DataStore's for example
    parts = urlsplit(url)
    if not url:
        data[key] = ""
        errors[key].append("ファイルを選ぶか、リンクの URL を入れてください。")
    elif parts.scheme not in ("http", "https") or not parts.hostname:
        errors[key].append("リンクは http:// か https:// で始まる URL にしてください。")


def moka_catalog_file_facts(key: Any, data: Any, errors: Any, context: Any) -> None:
    """Let only our own store put a hash on a resource, and keep what is known of a file that stays.

    A hash from a client is replaced by the one the resource has; a link has none, so that it can never be
    mistaken for bytes that were checked.
    """
    if isinstance(data.get(key), StoredHash):
        return
    base = key[:-1]
    if data.get((*base, "url_type")) != "upload":
        data[key] = ""
        data.pop((*base, "encoding"), None)
        return
    identifier = data.get((*base, "id"))
    row = model.Session.get(model.Resource, identifier) if isinstance(identifier, str) else None
    if row is None or row.url_type != "upload" or not row.hash:
        errors[(*base, "url")].append("ファイルが届いていません。もう一度ファイルを選んでください。")
        data[key] = ""
        return
    data[key] = row.hash
    known = {"size": row.size, "mimetype": row.mimetype, "encoding": row.extras.get("encoding")}
    for name in _FACTS:
        if known[name] is not None:
            data[(*base, name)] = known[name]
    if data.get((*base, "format")) in (missing, None, ""):
        data[(*base, "format")] = row.format


def tag_length_validator(value: Any) -> Any:
    """Take keywords of 1 to 100 characters (CKAN: 2 to 100)."""
    return _checked_tag(value)


def tag_name_validator(value: Any) -> Any:
    """Take any printable keyword without commas (CKAN: no Japanese punctuation)."""
    return _checked_tag(value)


def _checked_tag(value: Any) -> Any:
    wrong = tags.problem(value)
    if wrong:
        raise tk.Invalid(wrong)
    return value


def tag_string_convert(key: Any, data: Any, errors: Any, context: Any) -> None:
    """Turn the form's line of keywords into the dataset's tags; it replaces a list sent along with it."""
    value = data[key]
    names = tags.split(value) if isinstance(value, str) else list(value)
    for old in [k for k in data if len(k) == 3 and k[0] == "tags"]:
        del data[old]
    for number, name in enumerate(names):
        wrong = tags.problem(name)
        if wrong:
            raise tk.Invalid(wrong)
        data[("tags", number, "name")] = name
