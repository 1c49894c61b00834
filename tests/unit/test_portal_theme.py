"""The theme as files: readable colours, nothing from outside, a CSRF field in every form."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PORTAL = Path(__file__).resolve().parents[2] / "ckanext-moka" / "ckanext" / "moka" / "portal"
CSS = (PORTAL / "assets" / "css" / "moka.css").read_text(encoding="utf-8")
TEMPLATES = sorted((PORTAL / "templates").rglob("*.html"))
COLOURS = dict(re.findall(r"--moka-([a-z-]+): (#[0-9a-f]{6});", CSS))


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_contrast_formula_knows_black_on_white():
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        *(
            (ink, ground)
            for ink in ("ink", "ink-soft", "primary")
            for ground in ("paper", "cotton", "cotton-deep")
        ),
        ("primary-dark", "primary-soft"),
        ("primary-dark", "cotton-deep"),
        ("paper", "primary"),
        ("paper", "primary-dark"),
        ("paper", "accent"),
        ("accent", "paper"),
    ],
)
def test_text_can_be_read(text, ground):
    assert contrast(COLOURS[text], COLOURS[ground]) >= 4.5


def test_badges_of_formats_can_be_read():
    badges = re.findall(r"^\.moka-format\[[^{]*\{ background: (#[0-9a-f]{6}); \}", CSS, re.M)
    assert len(badges) >= 5
    assert [colour for colour in badges if contrast(colour, "#ffffff") < 4.5] == []


def test_edges_of_controls_can_be_seen():
    assert contrast(COLOURS["line-strong"], COLOURS["paper"]) >= 3
    assert contrast(COLOURS["ink"], COLOURS["focus"]) >= 3


def test_the_style_asks_nothing_of_other_sites():
    assert not re.search(r"@import|url\(|https?:", CSS)


def test_templates_load_nothing_from_other_sites():
    loading = re.compile(r"<(?:script|img|iframe|link)[^>]+(?:src|href)=\"(?:https?:)?//[^\"]+")
    assert {path.name: loading.findall(path.read_text(encoding="utf-8")) for path in TEMPLATES if
            loading.search(path.read_text(encoding="utf-8"))} == {}  # fmt: skip


def test_every_post_form_carries_the_csrf_field():
    forms = 0
    for path in TEMPLATES:
        for form in re.findall(r"<form.*?</form>", path.read_text(encoding="utf-8"), re.S):
            if 'method="post"' in form.split(">")[0]:
                forms += 1
                assert "h.csrf_input()" in form, path
    assert forms >= 3


def test_every_theme_has_an_icon_of_its_own():
    icons = (PORTAL / "templates" / "moka_portal" / "icons.html").read_text(encoding="utf-8")
    drawn = re.findall(r"code == '(\d\d)' %\}(.+)", icons)
    assert [code for code, _shape in drawn] == [f"{n:02d}" for n in range(1, 17)]
    assert len({shape for _code, shape in drawn}) == 16


def test_templates_are_written_in_japanese_for_gettext():
    """Text between tags is handed to gettext, so that it can be read in English too."""
    bare = []
    for path in TEMPLATES:
        text = re.sub(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", "", path.read_text(encoding="utf-8"), flags=re.S)
        bare += [f"{path.name}: {word}" for word in re.findall("[ぁ-ヿ一-鿿]{2,}", text)]
    assert bare == []
