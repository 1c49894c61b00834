"""From a source's words to the portal's fields: labels become codes, eras become dates; no CKAN."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import moka_schemas
from ckanext.moka.core.dates import parse_date
from ckanext.moka.core.text import fold
from moka_harvesters.source import HarvestedDataset

__all__ = ["fields_of"]

_LISTS = {
    "theme": "metadata/theme16.json",
    "update_frequency": "metadata/update_frequencies.json",
    "standard_dataset": "metadata/standard_datasets.json",
}
_NAMES = {
    "theme": "分野",
    "update_frequency": "更新頻度",
    "standard_dataset": "自治体標準オープンデータセット",
    "license_id": "利用条件",
    "temporal_start": "対象期間の始まり",
    "temporal_end": "対象期間の終わり",
    "contact_email": "メールアドレス",
}
_FREQUENCY_WORDS = (
    (r"随時|リアルタイム", "continuous"),
    (r"毎日|日次|1日", "daily"),
    (r"毎週|週次|週1", "weekly"),
    (r"毎月|月次|月1|1[かヶカケ]月", "monthly"),
    (r"四半期|年4回|3[かヶカケ]月", "quarterly"),
    (r"半年|半期|年2回|6[かヶカケ]月", "biannual"),
    (r"毎年|年次|年1回|年度|^1年$|1年(ごと|毎)|少なくとも年1", "annual"),
    (r"不定期|必要に応じ|変更", "irregular"),
    (r"更新しない|更新なし|なし", "never"),
)


def fields_of(dataset: HarvestedDataset) -> tuple[dict[str, Any], list[str]]:
    """Return the portal's fields for a data set, and Japanese sentences on what could not be understood.

    A value that is not understood is left out, never guessed. ``tags`` is a list of words; the caller
    turns it into CKAN's form.
    """
    fields: dict[str, Any] = {"title": dataset.title, "notes": dataset.notes, "tags": list(dataset.tags)}
    notices: list[str] = []
    for key, value in dataset.fields.items():
        if not value:
            continue
        found = _value(key, value)
        if found is None:
            notices.append(
                f"{_NAMES[key]}「{value}」が分からないため空にしました。画面で選ぶか、元の書き方を直してください。"
            )
        else:
            fields[key] = found
    return fields, notices


def _value(key: str, value: str) -> str | None:
    if key == "update_frequency":
        return _code(key, value) or _frequency(value)
    if key in _LISTS:
        return _code(key, value)
    if key == "license_id":
        return _license(value)
    if key in ("temporal_start", "temporal_end"):
        day = parse_date(value)
        return day.isoformat() if day else None
    if key == "contact_email":
        return value if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value) else None
    return value


def _items(key: str) -> Sequence[dict[str, Any]]:
    return moka_schemas.read(_LISTS[key])


def _code(key: str, value: str) -> str | None:
    """Return the code that ``value`` is, or whose label, English label or slug it is."""
    wanted = fold(value)
    for item in _items(key):
        names = (item["code"], item["label"], item.get("label_en", ""), item.get("slug", ""))
        if wanted in (fold(name) for name in names if name):
            return str(item["code"])
    return None


def _frequency(value: str) -> str | None:
    text = fold(value)
    return next((code for pattern, code in _FREQUENCY_WORDS if re.search(pattern, text)), None)


def _license(value: str) -> str | None:
    """Return the licence id for an id, a title or a Creative Commons address in whatever spelling."""
    wanted = fold(value)
    licences = moka_schemas.read("metadata/licenses.json")
    for item in licences:
        if wanted in (fold(item["id"]), fold(item["title"]), fold(item.get("url") or "-")):
            return str(item["id"])
    bare = re.sub(r"[^a-z0-9]", "", re.sub(r"表示", "by", wanted))
    if "公共データ利用規約" in wanted or bare.startswith("pdl"):
        bare = "pdl10"
    if bare in ("ccby", "ccby40international"):
        bare = "ccby40"
    found = re.search(r"creativecommons\.org/licenses/(by(?:-sa)?)/([\d.]+)(?:/(jp))?", value.lower())
    if found:
        bare = re.sub(r"[^a-z0-9]", "", "cc" + "".join(part or "" for part in found.groups()))
    by_bare = {re.sub(r"[^a-z0-9]", "", item["id"].lower()): str(item["id"]) for item in licences}
    return by_bare.get(bare)
