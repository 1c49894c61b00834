"""What the portal's templates ask for. Nothing here searches the index; each call is at most one small query."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlencode

from ckan import model
from ckan.plugins import plugin_loaded
from ckan.plugins import toolkit as tk
from flask import current_app

import moka_schemas
from ckanext.moka.catalog import api as catalog
from ckanext.moka.portal import config, drafts, formats

__all__ = [
    "moka_portal_address",
    "moka_portal_can_mail",
    "moka_portal_contact",
    "moka_portal_curl",
    "moka_portal_date",
    "moka_portal_datetime",
    "moka_portal_example",
    "moka_portal_facet_label",
    "moka_portal_field_type",
    "moka_portal_file_formats",
    "moka_portal_has",
    "moka_portal_is_ours",
    "moka_portal_iso",
    "moka_portal_license_short",
    "moka_portal_municipality",
    "moka_portal_notes",
    "moka_portal_number",
    "moka_portal_other_language",
    "moka_portal_python",
    "moka_portal_quality",
    "moka_portal_rows",
    "moka_portal_search_curl",
    "moka_portal_site_description",
    "moka_portal_site_title",
    "moka_portal_size",
    "moka_portal_themes",
    "moka_portal_title",
]

PREVIEW_ROWS = 10


def _lang() -> str:
    return "en" if tk.h.lang() == "en" else "ja"


def moka_portal_has(name: str) -> bool:
    """Tell whether the plugin ``name``, or the page with the endpoint ``name`` (with a dot), is there."""
    return name in current_app.view_functions if "." in name else plugin_loaded(name)


def moka_portal_date(value: Any) -> str:
    """Return the day in the reader's language: 2026年11月23日."""
    return formats.long_date(value, _lang(), tk.h.get_display_timezone())


def moka_portal_datetime(value: Any) -> str:
    """Return day and time in the reader's language: 2026年11月23日 9時5分."""
    return formats.long_datetime(value, _lang(), tk.h.get_display_timezone())


def moka_portal_iso(value: Any) -> str:
    """Return the day as YYYY-MM-DD."""
    return formats.iso(value, tk.h.get_display_timezone())


def moka_portal_number(value: Any) -> str:
    """Return a count with separators."""
    return formats.number(value)


def moka_portal_size(value: Any) -> str:
    """Return a file size; empty when it is not known."""
    return formats.size(value, _lang())


def moka_portal_municipality() -> str:
    """Return the name of the municipality in the reader's language."""
    return config.municipality_name_en() if _lang() == "en" else catalog.municipality_name()


def moka_portal_site_title() -> str:
    """Return the site's name in the reader's language."""
    return config.site_title_en() if _lang() == "en" else str(tk.config["ckan.site_title"])


def moka_portal_site_description() -> str:
    """Return the site's description in the reader's language."""
    sentence = tk._("{city}が公開するデータを探して、自由に使えるポータルサイトです。")
    ours = sentence.format(city=moka_portal_municipality())
    return ours if _lang() == "en" else str(tk.config["ckan.site_description"] or ours)


def moka_portal_contact() -> dict[str, str]:
    """Return whom to ask about the portal."""
    return config.contact()


def moka_portal_themes() -> list[dict[str, str]]:
    """Return the 16 themes as ``code`` and ``label`` in the reader's language."""
    key = "label_en" if _lang() == "en" else "label"
    return [
        {"code": row["code"], "label": row.get(key) or row["label"]}
        for row in moka_schemas.read("metadata/theme16.json")
    ]


def moka_portal_title(dataset: dict[str, Any]) -> str:
    """Return the dataset's title in the reader's language."""
    english = dataset.get("title_en") if _lang() == "en" else ""
    return english or dataset.get("title") or dataset["name"]


def moka_portal_notes(dataset: dict[str, Any]) -> str:
    """Return the dataset's description in the reader's language."""
    english = dataset.get("notes_en") if _lang() == "en" else ""
    return english or dataset.get("notes") or ""


def moka_portal_is_ours(text: Any) -> bool:
    """Tell whether an error's text is fit for the reader: written in Japanese, or the page is in English."""
    return _lang() == "en" or re.search(r"[ぁ-ヿ一-鿿]", str(text)) is not None


def moka_portal_license_short(license_id: str) -> str:
    """Return a licence's short name for a card: CC BY 4.0 in brackets, else the title without its remark."""
    title = moka_portal_facet_label("license_id", license_id)
    remark = re.search(r"[（(]([^（()）]+)[）)]\s*$", title)
    if remark is None:
        return title
    return remark.group(1) if remark.group(1).isascii() else title[: remark.start()]


def moka_portal_facet_label(facet: str, name: str, display_name: str = "") -> str:
    """Return what a value of a filter is called: themes and licences by their titles, the rest as they are."""
    if facet == "theme":
        return next((theme["label"] for theme in moka_portal_themes() if theme["code"] == name), name)
    if facet == "license_id":
        found = model.Package.get_license_register().get(name)
        return found.title if found else name
    return display_name or name


def moka_portal_file_formats(dataset: dict[str, Any]) -> list[str]:
    """Return the formats of the dataset's files, each once, in the files' order."""
    return list(dict.fromkeys(file["format"] for file in dataset.get("resources", []) if file.get("format")))


def moka_portal_address(**arguments: Any) -> str:
    """Return this page's public address without its query, for canonical links; ``locale`` changes the language."""
    from flask import request

    return tk.h.url_for(request.path, qualified=True, **arguments)


def moka_portal_other_language() -> dict[str, str]:
    """Return the other language as ``code``, ``label`` and ``url`` of this same page in it."""
    code, label = ("ja", "日本語") if _lang() == "en" else ("en", "English")
    return {"code": code, "label": label, "url": tk.h.url_for(tk.h.current_url(), locale=code)}


def moka_portal_curl(action: str, **arguments: Any) -> str:
    """Return a command line that asks the API, ready to copy."""
    base = tk.h.url_for("api.action", ver=3, logic_function=action, qualified=True, locale="default")
    query = urlencode(arguments, quote_via=quote)
    return f'curl "{base}{"?" + query if query else ""}"'


def moka_portal_search_curl(q: str, fields: list[tuple[str, str]] | None = None) -> str:
    """Return the command line that asks the API for the same search."""
    asked = {"q": q} if q else {}
    if fields:
        asked["fq"] = " ".join(f'{name}:"{value}"' for name, value in fields)
    return moka_portal_curl("package_search", **asked)


def moka_portal_python(resource: dict[str, Any]) -> str:
    """Return a few lines of Python that read a file of the DataStore as a table."""
    dump = tk.h.url_for("datastore.dump", resource_id=resource["id"], qualified=True, locale="default")
    return f'import pandas as pd\n\ntable = pd.read_csv("{dump}")\nprint(table.head())'


def moka_portal_example(table: dict[str, Any]) -> str:
    """Return a word that the table holds, as an example to search for."""
    words = (value for row in table["rows"] for value in row if isinstance(value, str))
    return next((word for word in words if re.search(r"[ぁ-ヿ一-鿿]", word) and len(word) < 20), "")


def moka_portal_can_mail() -> bool:
    """Return whether the portal can send mail: a sender is named, and not in the domain that never exists."""
    sender = tk.config.get("smtp.mail_from") or ""
    return bool(sender) and not sender.endswith(".invalid")


def moka_portal_rows(resource: dict[str, Any], limit: int = PREVIEW_ROWS) -> dict[str, Any] | None:
    """Return the first rows of a table, from the DataStore or, before its release, from the file as it will be released.

    ``None`` where there is no table or it is not for this reader.

    ``fields`` (``id``, ``label``, ``notes``, ``type``) are all columns; ``shown`` those that are not empty in
    ``rows``, which hold their values; ``hidden`` says how many are left out; ``total`` counts all rows.
    """
    if not resource.get("datastore_active"):
        return drafts.first_rows(resource, limit)
    context = {"user": tk.current_user.name, "auth_user_obj": tk.current_user}
    try:
        found = tk.get_action("datastore_search")(context, {"resource_id": resource["id"], "limit": limit})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return None
    fields = [
        {
            "id": field["id"],
            "type": field["type"],
            "label": (field.get("info") or {}).get("label") or field["id"],
            "notes": (field.get("info") or {}).get("notes") or "",
        }
        for field in found["fields"]
        if field["id"] != "_id"
    ]
    filled = {key for row in found["records"] for key, value in row.items() if value not in (None, "")}
    shown = [field for field in fields if field["id"] in filled] or fields
    return {
        "fields": fields,
        "shown": shown,
        "hidden": len(fields) - len(shown),
        "rows": [[row.get(field["id"]) for field in shown] for row in found["records"]],
        "total": found["total"],
    }


def moka_portal_field_type(pg_type: str) -> str:
    """Return what a column holds, in words."""
    words = {
        "text": tk._("文字"),
        "numeric": tk._("数値"),
        "int4": tk._("整数"),
        "int8": tk._("整数"),
        "float8": tk._("数値"),
        "date": tk._("日付"),
        "timestamp": tk._("日時"),
        "timestamptz": tk._("日時"),
        "time": tk._("時刻"),
        "bool": tk._("はい・いいえ"),
    }
    return words.get(pg_type, pg_type)


def moka_portal_quality(resource: dict[str, Any]) -> str:
    """Return the verdict on the file: ``ok``, ``advice``, ``blocked`` or ``unchecked``; empty without that stage."""
    if not (moka_portal_has("moka_quality") and resource.get("hash")):
        return ""
    from ckanext.moka.quality import api as quality

    return quality.verdict(resource["hash"])
