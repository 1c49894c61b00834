"""Translations: nothing of CKAN's is left in English, nothing of ours is left in Japanese only, no placeholder is lost."""

from __future__ import annotations

import gettext
import importlib.util
import os
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

import moka_schemas
from ckanext.moka.portal import catalogues

MOKA = Path(catalogues.__file__).resolve().parents[1]
JAPANESE = re.compile("[ぁ-ヿ一-鿿]")
PLACEHOLDERS = re.compile(r"%\(\w+\)[sd]|%[sdri]|\{\w*\}")
# The same in both languages: names of formats, products and examples, or nothing but placeholders and marks.
SAME = {
    "API", "CSV", "DataStore", "Datastore", "Facebook", "ID", "JSON", "Markdown", "N/A", "URI", "URL", "X", "1.0", "GFDL",
    "http://example.com/dataset.json", "http://example.com/external-data.csv", "http://example.com/my-image.jpg",
    "joe@example.com", "my-organization", "my-group", "Code", "Open ID", "Data API",
    "Universally unique identifier (UUID)", "{kibibytes} KiB", "{mebibytes} MiB", "{gibibytes} GiB", "{tebibytes} TiB",
}  # fmt: skip


def first(message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def strings(message) -> list[str]:
    return list(message.string) if isinstance(message.string, tuple) else [message.string]


@pytest.fixture(scope="module")
def core():
    """CKAN's own Japanese catalogue, as installed (read as a file: no CKAN is imported)."""
    spec = importlib.util.find_spec("ckan")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("CKAN is not installed")
    path = Path(next(iter(spec.submodule_search_locations))) / "i18n" / "ja" / "LC_MESSAGES" / "ckan.po"
    return read_po(path.open("rb"), locale="ja")


def test_every_message_of_ckan_is_japanese(core):
    ours = {first(message): message for message in catalogues.read("ja") if message.id}
    left = []
    for message in core:
        if not message.id:
            continue
        final = strings(ours.get(first(message), message))
        words = re.sub(PLACEHOLDERS.pattern + r"|<[^>]*>", "", final[0] or "")
        if not all(final) or (
            re.search("[A-Za-z]{2}", words) and not JAPANESE.search(words) and first(message) not in SAME
        ):
            left.append(first(message))
    assert left == []
    assert len(list(core)) > 1200


def test_the_words_are_those_of_a_city_hall(core):
    ours = {first(message): strings(message)[0] for message in catalogues.read("ja") if message.id}
    assert ours["Organizations"] == "部署"
    assert ours["Skip to main content"] == "本文へ移動"
    merged = {first(message): strings(message)[0] for message in core if message.id} | ours
    assert [text for text in merged.values() if "組織" in text or "リソース" in text] == []


@pytest.mark.parametrize("locale", catalogues.LOCALES)
def test_placeholders_survive_translation(locale):
    wrong = []
    for message in catalogues.read(locale):
        if not message.id:
            continue
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        expected = [sorted(PLACEHOLDERS.findall(text)) for text in ids]
        wrong += [text for text in strings(message) if sorted(PLACEHOLDERS.findall(text)) not in expected]
    assert wrong == []


def own_messages() -> set[str]:
    """Return the Japanese messages that our templates, modules and the dataset form hand to gettext."""
    found: set[str] = set()
    call = re.compile(r"""\b_\(\s*(['"])((?:\\.|(?!\1).)*)\1""", re.S)
    for path in sorted(MOKA.rglob("*.html")):
        text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.S)
        found.update(match[1] for match in call.findall(text))
    for path in sorted(MOKA.rglob("*.py")):
        with path.open("rb") as file:
            for _line, message, _c, _x in extract(
                "python", file, {"_": None, "gettext": None, "ungettext": (1, 2)}
            ):
                found.update([message] if isinstance(message, str) else [m for m in message if m])
    found.update(form_texts(moka_schemas.read("metadata/dataset.yaml")))
    return {message for message in found if JAPANESE.search(message)}


def form_texts(node) -> set[str]:
    """Return the labels, helps and placeholders of the dataset form, which scheming hands to gettext."""
    if isinstance(node, list):
        return set().union(*map(form_texts, node))
    if not isinstance(node, dict):
        return set()
    shown = {"label", "help", "help_text", "moka_blank"}
    own = {value for key, value in node.items() if key in shown and isinstance(value, str)}
    return own.union(*(form_texts(value) for value in node.values()))


def test_every_japanese_sentence_of_ours_has_an_english_one():
    english = {first(message) for message in catalogues.read("en") if message.id}
    own = own_messages()
    assert len(own) > 500
    assert sorted(own - english) == []


def test_english_is_english():
    wrong = [
        first(message)
        for message in catalogues.read("en")
        if message.id and JAPANESE.search("".join(strings(message)))
    ]
    assert [text for text in wrong if "日本語" not in text] == []


def test_catalogues_are_compiled_where_the_site_may_write_and_only_once(tmp_path):
    place = catalogues.compiled(str(tmp_path))
    assert place.is_relative_to(tmp_path)
    stamp = (place / "ja/LC_MESSAGES/ckanext-moka.mo").stat().st_mtime_ns
    assert catalogues.compiled(str(tmp_path)) == place
    assert (place / "ja/LC_MESSAGES/ckanext-moka.mo").stat().st_mtime_ns == stamp
    translated = gettext.translation("ckanext-moka", str(place), ["ja"])
    assert translated.gettext("Datasets with no organization can't be private.").startswith("担当課のない")
    assert translated.ngettext("{num} Member", "{num} Members", 3) == "メンバー {num}人"
    assert [path.name for path in place.parent.iterdir()] == [place.name]


def test_a_changed_catalogue_gets_a_folder_of_its_own(tmp_path):
    source = tmp_path / "source"
    for locale in catalogues.LOCALES:
        target = source / locale / "LC_MESSAGES"
        target.mkdir(parents=True)
        original = catalogues.SOURCE / locale / "LC_MESSAGES" / "ckanext-moka.po"
        (target / "ckanext-moka.po").write_bytes(original.read_bytes())
    before = catalogues.compiled(str(tmp_path / "site"), source)
    with (source / "ja/LC_MESSAGES/ckanext-moka.po").open("a", encoding="utf-8") as file:
        file.write('\nmsgid "A new word"\nmsgstr "新しいことば"\n')
    after = catalogues.compiled(str(tmp_path / "site"), source)
    assert after != before
    assert gettext.translation("ckanext-moka", str(after), ["ja"]).gettext("A new word") == "新しいことば"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_without_a_place_to_write_a_private_folder_serves(tmp_path):
    (tmp_path / "i18n").mkdir(mode=0o500)
    place = catalogues.compiled(str(tmp_path))
    assert (place / "ja/LC_MESSAGES/ckanext-moka.mo").is_file()
    assert not place.is_relative_to(tmp_path)


def test_without_a_storage_path_a_private_folder_serves():
    place = catalogues.compiled(None)
    assert (place / "en/LC_MESSAGES/ckanext-moka.mo").is_file()
    assert catalogues.compiled(None) == place
