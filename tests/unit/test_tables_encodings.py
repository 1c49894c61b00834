"""The encoding ladder: generated Japanese texts in six encodings come back as they were, or the file is refused."""

from __future__ import annotations

import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ckanext.moka.tables.model import UnreadableFile
from ckanext.moka.tables.reading import encodings

# As a city hall writes; the last ones are in CP932 only.
WORDS = ["真岡市", "集会所", "ﾏﾓｶ", "コミュニティセンター", "荒町一丁目", "公園", "あり", "なし", "令和６年", "１２０", "0285-83-1234", "120", "",
    "東京都", "高田", "ひまわり", "ー", "～", "東", "A-1", "（旧）", "ｶﾌﾞ"]  # fmt: skip
ONLY_CP932 = ["髙橋", "①", "㈱", "﨑", "№", "－"]
CODECS = {
    "utf-8": ("utf-8", WORDS + ONLY_CP932),
    "utf-8-sig": ("utf-8", WORDS + ONLY_CP932),
    "cp932": ("cp932", WORDS + ONLY_CP932),
    "euc_jp": ("euc-jp", [w for w in WORDS if "～" not in w]),
    "iso2022_jp_3": (
        "iso-2022-jp",
        [w for w in WORDS if "～" not in w and not any("ｦ" <= c <= "ﾟ" for c in w)],
    ),
    "utf-16": ("utf-16", WORDS + ONLY_CP932),
}


def _table(pick: random.Random, words: list[str], rows: int, columns: int) -> str:
    header = ",".join(
        f"{pick.choice(['名称', '所在地', '電話番号', '備考', '区分'])}{n}" for n in range(columns)
    )
    lines = [",".join(pick.choice(words) for _ in range(columns)) for _ in range(rows)]
    return "\r\n".join([header, *lines, ""])


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("rows", [1, 3, 10, 100, 1_000])
def test_the_ladder_finds_every_encoding(codec: str, rows: int) -> None:
    """Twenty tables of each size, from three columns to twenty-five: the text is the original, the name is right."""
    name, words = CODECS[codec]
    for seed in range(20):
        pick = random.Random(f"{codec}{rows}{seed}")
        text = _table(pick, words, rows, pick.randint(3, 25))
        found, encoding, bom = encodings.decode(text.encode(codec))
        assert (found, encoding, bom) == (text, name, codec in ("utf-8-sig", "utf-16"))


@given(
    st.lists(st.sampled_from(WORDS + ONLY_CP932), min_size=3, max_size=80).map(",".join),
    st.sampled_from(["utf-8", "cp932", "utf-16", "utf-16-le"]),
)
@example("荒町一丁目,荒町一丁目,荒町一丁目", "utf-16-le")
@example("一丁目,一丁目,一丁目一番", "utf-16-le")
@settings(max_examples=300)
def test_a_text_with_kanji_comes_back_as_it_was(text: str, codec: str) -> None:
    """No silent garbage, however short the text is."""
    text = f"名称,所在地\n{text}\n"
    assert encodings.decode(text.encode(codec))[0] == text


def test_the_first_kanji_may_come_late() -> None:
    """A hundred kilobytes of digits say nothing; the whole file does."""
    text = "ID,名\n" + "".join(f"{n},a\n" for n in range(30_000)) + "30001,髙橋\n"
    plain = text.replace("名", "name")
    assert encodings.decode(plain.encode("cp932"))[:2] == (plain, "cp932")


@pytest.mark.parametrize("size", [10, 3 * 8 * 1024 * 1024])
def test_pieces_are_cut_anywhere(size: int) -> None:
    """A character that two pieces share is whole again."""
    text = "a" + "名" * (size // 3) + "\n"
    assert encodings.to_utf8(text.encode("cp932")).data == text.encode()


def test_a_file_in_utf8_is_not_copied() -> None:
    """What need not be converted is handed on."""
    data = "名称,所在地\n".encode()
    assert encodings.to_utf8(data).data is data


@pytest.mark.parametrize(("first", "second", "names"), [
    ("utf-8", "cp932", ("UTF-8", "Shift_JIS")),
    ("cp932", "utf-8", ("Shift_JIS", "UTF-8")),
    ("utf-8", "euc_jp", ("UTF-8", "EUC-JP")),
])  # fmt: skip
def test_a_mixed_file_names_both_encodings_and_the_place(
    first: str, second: str, names: tuple[str, str]
) -> None:
    """Line and character where the second one begins."""
    head, tail = "名称,所在地\n集会所,真岡市荒町\n", "公民館,東京都千代田区丸の内\n"
    data = head.encode(first) + tail.encode(second)
    with pytest.raises(UnreadableFile) as caught:
        encodings.to_utf8(data)
    found = caught.value.data
    assert (found["first"], found["second"]) == names
    assert found["line"] == 3 and f"0x{data[found['position']]:02X}" == found["byte"]
    assert all(part in str(caught.value) for part in (*names, "3 行目"))


@pytest.mark.parametrize("codec", ["utf-8", "cp932"])
@pytest.mark.parametrize("row", [0, 5, 199])
def test_one_damaged_byte_is_found_with_line_and_column(codec: str, row: int) -> None:
    """The first byte that no encoding reads, not the first that one of them does not."""
    lines = [f"{n},集会所{n},真岡市".encode(codec) for n in range(200)]
    place = lines[row].index(b",") + 1
    lines[row] = lines[row][:place] + b"\xff" + lines[row][place:]
    with pytest.raises(UnreadableFile) as caught:
        encodings.to_utf8(b"\n".join(lines))
    found = caught.value.data
    assert (found["line"], found["column"], found["byte"]) == (row + 1, place + 1, "0xFF")
    assert b"\n".join(lines)[found["position"]] == 0xFF


def test_a_byte_order_mark_before_something_else() -> None:
    """A mark of UTF-8 before CP932: the byte is named."""
    with pytest.raises(UnreadableFile):
        encodings.to_utf8(b"\xef\xbb\xbf" + "名称,所在地".encode("cp932"))
