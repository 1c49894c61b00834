"""Signs of personal data in labels and values. What is found here is never shown with its value."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib import resources
from itertools import islice

from ...core.codes import is_individual_number
from ..model import Column, Table, as_text

__all__ = [
    "BIRTH", "MAIL", "MOBILE", "facility_table", "individual_numbers", "is_name", "kinship_label", "kind_words", "number_label", "officer_label",
    "person_column", "person_reading", "personal_column", "personal_kind", "personal_text", "possible_individual_numbers", "private_address_label",
    "running_text",
]  # fmt: skip

BIRTH = re.compile(r"(生年月日|誕生日|誕生年|birth_?(?:date|day)|dateOfBirth)", re.IGNORECASE)
MOBILE = re.compile(r"(?<![0-9.])0[789]0[-－ー−\s]?[0-9]{4}[-－ー−\s]?[0-9]{4}(?![0-9])")
MAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}@(?:gmail|yahoo|hotmail|outlook|icloud|docomo\.ne|ezweb\.ne|au|softbank\.ne|i\.softbank|nifty|me)\b[\w.]*",
    re.IGNORECASE,
)
_NUMBER_LABEL = re.compile(r"(マイナンバー|個人番号|my_?number|individual_?number)", re.IGNORECASE)
_AMOUNT = re.compile(r"(額|円|収入|支出|予算|決算|amount|price|budget)", re.IGNORECASE)
_TWELVE = re.compile(r"(?<![0-9A-Za-z.\-])[0-9]{4}[- ]?[0-9]{4}[- ]?[0-9]{4}(?![0-9A-Za-z.\-])")
_KANA = re.compile(r"[ぁ-ヺｦ-ﾟ]")
_LETTERS = re.compile(r"[ぁ-鿿A-Za-zｦ-ﾟ]")
_MAYBE = re.compile(r"(?:[0-9０-９][-－ー \u3000]?){11}[0-9０-９]|[0-9]{11}")
_PERSON = re.compile(
    r"(氏名|姓名|^姓$|^名字$|世帯主|生徒名|児童名|園児名|患者名|利用者名|申込者|申請者名?$|届出者|保護者|契約者|納税(?:義務)?者|滞納者|義務者名|受給者|被保険者|被相談者|相談者|対象者名?$|被害者|本人名|会員名|職員名|記入者|応募者|参加者名|入所者|入居者|登録者名|親権者|世帯員|家族名|構成員名|ボランティア名|person_?name|^氏$|^(?:お名前|お?なまえ|シメイ|しめい|セイ)(?:$|[（(])|お名前)"
)
_OFFICER = re.compile(
    r"(開設者|代表者|管理者|施設長|校長|園長|院長|理事長|責任者|担当者|設置者|営業者|事業主|経営者|所有者|申請者|委員名|議員名|役員|施術者|館長|所長|(?:^|[町行政])区長|民生委員|児童委員|推進員|自治会長|町内会長|会長|班長|組長|代表名)"
)
_KIND_OF_PEOPLE = re.compile(
    r"(?:者|児|市民|町民|住民|世帯|家庭|個人|方|妊婦|産婦|妊産婦|学生|年生|児童|生徒|女性|男性|法人|団体|企業|事業所|全員|どなたでも|以上|以下|未満|歳)"
    r"(?:$|[（(、，・／/等など])"
)
_FACILITY = re.compile(
    r"(施設名|施設の?名称|^名称|名称$|事業所|店舗|屋号|商号|営業所|法人名|団体名|会社名|医療機関|学校名|園名|助産所|イベント名|^name$|facility|教室名|クラブ名|(?:club|school|office|shop|store|place|organi[sz]ation|company)_?name|名　*称)",
    re.IGNORECASE,
)
_READING = re.compile(r"^(?:フリガナ|ふりがな|ﾌﾘｶﾞﾅ|ヨミガナ|よみがな|読み仮名|読みがな|カナ|かな)$")
_KINSHIP = re.compile(r"^(?:世帯主との)?続き?柄$|世帯主との関係|^間柄$|申請者との関係")
_NAMED = re.compile(r"(?:名称|[^氏姓]名)(?:$|[（(])")
_PRIVATE_ADDRESS = re.compile(r"(住所|居住地|自宅|現住所|本籍|home_?address|じゅうしょ|おところ)")
_PHONE = re.compile(r"(電話|携帯|TEL|ＴＥＬ|phone|連絡先|でんわ|けいたい|ケイタイ|ケータイ)", re.IGNORECASE)
_AGE = re.compile(r"^(?:年齢|年令|性別|とし|ねんれい|せいべつ)$")
_SPACED_NAME = re.compile(r"^[一-鿿々ヶ]{1,4}[ \u3000][一-鿿々ぁ-んァ-ヶー]{1,5}$")
_PLAIN_NAME = re.compile(r"^[一-鿿々ヶ]{2,3}[一-鿿々ぁ-んァ-ヶ]{1,3}$")
_KANA_NAME = re.compile(r"^([ァ-ヶー]{2,6}) ([ァ-ヶー]{2,6})$")
_NAMED_IN_TEXT = re.compile(
    r"(?:(?:氏名|お名前|なまえ|申込者|申請者|世帯主|保護者)(?:[（(][^）)\n]*[）)])?\s*[:：]\s*)(?P<said>[一-鿿々ヶぁ-んァ-ヶー]{1,8}[ \u3000]?[一-鿿々ぁ-んァ-ヶー]{1,8})"
    r"|(?P<free>[一-鿿々ヶァ-ヶーぁ-ん]{1,6}[ \u3000][一-鿿々ァ-ヶーぁ-ん]{1,6})"
)
_BESIDE_IN_TEXT = {
    "住所": re.compile(r"(?:住所|自宅|じゅうしょ)\s*:\s*[一-鿿ぁ-ん]"),
    "電話番号": re.compile(r"(?:電話|携帯|でんわ|TEL)[^:\n]{0,6}:\s*0\d", re.IGNORECASE),
    "携帯電話番号": MOBILE,
    "生年月日": re.compile(r"(?:生年月日|誕生日)\s*:\s*\S"),
    "マイナンバー": re.compile(r"(?:マイナンバー|個人番号)\s*:\s*\d{4}"),
}
_KANA_PLACE_END = re.compile(
    r"(イイン|クリニック|シカ|ヤッキョク|コウエン|カン|コウ|ショ|ジョ|ガッコウ|エン|テン|センター|ビョウイン)$"
)
_HIRAGANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_PLACE_END = re.compile(
    r"(院|店|園|館|校|駅|所|社|荘|寺|橋|町|村|区|市|県|丁目|公園|会|室|課|部|局|課長|棟|台|場|橋|川|山|池|号|線|課|係|団|組|課税|税|費|費用|地区|工事|対策|金|料|業|数|率|額|別|計|等|他|者|中央|東|西|南|北)$"
)


_KINDS = {
    "マイナンバー": "individual number", "携帯電話番号": "mobile number", "メールアドレス": "mail address",
    "生年月日": "birth date", "氏名": "name", "口座番号": "bank account", "住所": "address", "電話番号": "phone number",
}  # fmt: skip


def kind_words(*kinds: str | None) -> dict[str, str]:
    """Return kinds of personal data for a message in both languages."""
    named = [kind for kind in kinds if kind]
    return {"ja": "・".join(named), "en": ", ".join(_KINDS.get(kind, kind) for kind in named)}


def number_label(label: str) -> bool:
    """Tell whether a label names individual numbers."""
    return _NUMBER_LABEL.search(label) is not None


def officer_label(label: str) -> bool:
    """Tell whether a label names a person in an office (開設者, 代表者 …) rather than a private person."""
    return _OFFICER.search(label) is not None


def private_address_label(label: str) -> str | None:
    """Return what kind of private datum a column beside a name holds: address, phone, age; else ``None``."""
    for pattern, kind in (
        (BIRTH, "生年月日"),
        (_PRIVATE_ADDRESS, "住所"),
        (_PHONE, "電話番号"),
        (_AGE, "年齢・性別"),
    ):
        if pattern.search(label):
            return kind
    return "メールアドレス" if re.search(r"(メール|e-?mail)", label, re.IGNORECASE) else None


def facility_table(table: Table) -> bool:
    """Tell whether the rows of a table are facilities, companies or events rather than persons."""
    if table.schema is not None:
        return True
    return any(_FACILITY.search(c.label) and not person_column(c) for c in table.columns)


def individual_numbers(column: Column) -> set[str]:
    """Return the texts of ``column`` that contain a number with the check digit of an individual number.

    Among amounts and twelve-digit codes one in eleven fits by chance; only where half of all fit are they reported.
    """
    found, missed, _prefixes = _check_digits(column)
    return set(found) if len(found) >= missed else set()


def possible_individual_numbers(column: Column) -> set[str]:
    """Return the texts that fit where fewer than half do: they may be chance, or strays among other numbers.

    Numbers that begin like many of the others (a numbering of facilities, say) and amounts are left out.
    """
    if _AMOUNT.search(column.label):
        return set()
    found, missed, prefixes = _check_digits(column)
    if not found or len(found) >= missed:
        return set()
    common = {prefix for prefix, count in prefixes.items() if count > 2 and count * 4 > prefixes.total()}
    return {text for text, prefix in found.items() if prefix not in common}


def _check_digits(column: Column) -> tuple[dict[str, str], int, Counter[str]]:
    """Return the texts that fit with their first five digits, how many do not, and all first five digits."""
    if "twelve" not in column.known:
        column.known["twelve"] = _looked_for_digits(column)
    found: tuple[dict[str, str], int, Counter[str]] = column.known["twelve"]
    return found


def _looked_for_digits(column: Column) -> tuple[dict[str, str], int, Counter[str]]:
    found: dict[str, str] = {}
    prefixes: Counter[str] = Counter()
    missed = 0
    if not column.native.get(int, 0) and not column.holds(_MAYBE):
        return found, missed, prefixes
    for value in column.counts:
        if isinstance(value, int) and not isinstance(value, bool):
            narrow = str(value)
            # A spreadsheet drops the leading zero of a number.
            narrow = narrow.zfill(12) if len(narrow) == 11 else narrow
        elif isinstance(value, str) and value:
            narrow = unicodedata.normalize("NFKC", value).strip()
        else:
            continue
        numbers = [re.sub(r"[- ]", "", m) for m in _TWELVE.findall(narrow)]
        prefixes.update(n[:5] for n in numbers)
        fitting = next((n for n in numbers if is_individual_number(n)), None)
        if fitting is not None:
            found[as_text(value)] = fitting[:5]
        elif any(len(set(n)) > 1 for n in numbers) or (narrow.isdigit() and not numbers):
            missed += 1
    return found, missed, prefixes


@cache
def _surnames() -> frozenset[str]:
    text = resources.files(__package__).joinpath("surnames.txt").read_text(encoding="utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


def _is_name(text: str) -> bool:
    text = text.strip()
    if _SPACED_NAME.match(text):
        return re.split(r"[ \u3000]", text)[0] in _surnames()
    if _PLAIN_NAME.match(text) and not _PLACE_END.search(text):
        return text[:2] in _surnames() or text[:3] in _surnames()
    return _kana_name(text)


def _kana_name(text: str) -> bool:
    """Tell whether ``text`` is a full name in kana (サトウ タロウ): a common surname, a space, a given name."""
    kana = _KANA_NAME.match(unicodedata.normalize("NFKC", text).translate(_HIRAGANA))
    return kana is not None and kana[1] in _surnames() and not _KANA_PLACE_END.search(kana[2])


def person_reading(table: Table, column: Column) -> bool:
    """Tell whether a column フリガナ holds the readings of persons: no facility, town … stands before it."""
    if not _READING.match(column.label) or not column.holds(_KANA):
        return False
    if table.schema is not None:
        return False
    named = [c for c in table.columns if c is not column and _names_a_thing(c)]
    return not any(c.index <= column.index + 1 for c in named)


def _names_a_thing(column: Column) -> bool:
    if not (_FACILITY.search(column.label) or _NAMED.search(column.label)):
        return False
    return column.filled > 0 and not person_column(column)


def person_column(column: Column) -> bool:
    """Tell whether ``column`` holds names of persons: by its label, or because most of its values are names."""
    if _FACILITY.search(column.label) and not _PERSON.search(column.label):
        return _mostly_names(column, 0.8)
    if _PERSON.search(column.label) and not re.search(r"施設|数|率|（人）|\(人\)", column.label):
        return column.holds(_LETTERS) and not _kinds_of_people(column)
    if officer_label(column.label) or not column.label:
        return _mostly_names(column, 0.3, few=bool(column.label))
    return _mostly_names(column, 0.6)


def _kinds_of_people(column: Column) -> bool:
    """A column 対象者 of benefits says for whom they are (高齢者, 乳幼児, 市内に住む方), not who got them."""
    if re.search(r"名|姓|シメイ|しめい|なまえ|person", column.label):
        return False
    texts = list(islice(column.texts, 500))
    return sum(_KIND_OF_PEOPLE.search(text.strip()) is not None for text in texts) * 2 > len(texts)


def kinship_label(label: str) -> bool:
    """Tell whether a label says how persons are related: only lists of persons have such a column."""
    return _KINSHIP.search(label) is not None


def is_name(text: str) -> bool:
    """Tell whether a text is a full name that begins with a common surname."""
    return _is_name(text)


def _mostly_names(column: Column, share: float, few: bool = False) -> bool:
    if "names" not in column.known:
        column.known["names"] = _names(column)
    texts, names, spaced = column.known["names"]
    if not texts or column.filled < 1:
        return False
    enough = names >= max(1, texts * share)
    # Two kanji words run together are often a place or a dish; without a space more evidence is asked for.
    return bool(enough and (spaced > 0 or names >= 5 or (few and names == texts)))


def _names(column: Column) -> tuple[int, int, int]:
    """Return how many of the first distinct texts there are, are names, and are names with a space."""
    texts = list(islice(column.texts, 500))
    names = [t for t in texts if _is_name(t)]
    spaced = sum(1 for t in names if _SPACED_NAME.match(t.strip()) or _kana_name(t.strip()))
    return len(texts), len(names), spaced


def personal_text(text: str) -> str | None:
    """Return what kind of personal datum a free text seems to hold, or ``None``."""
    narrow = unicodedata.normalize("NFKC", text)
    if any(is_individual_number(re.sub(r"[- ]", "", m)) for m in _TWELVE.findall(narrow)):
        return "マイナンバー"
    if MOBILE.search(narrow):
        return "携帯電話番号"
    if MAIL.search(narrow):
        return "メールアドレス"
    if BIRTH.search(narrow) or re.search(r"(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?生", narrow):
        return "生年月日"
    return "氏名" if any(_is_name(part) for part in re.split(r"[\n、,:：（）()]", text)) else None


def personal_column(column: Column) -> str | None:
    """Return what kind of personal datum a column holds by its label and values, or ``None``."""
    if number_label(column.label) and column.filled:
        return "マイナンバー"
    if individual_numbers(column):
        return "マイナンバー"
    if BIRTH.search(column.label):
        return "生年月日"
    if person_column(column):
        return "氏名"
    kinds = (personal_text(text) for text in column.texts)
    return next((kind for kind in kinds if kind and kind != "氏名"), None)


def personal_kind(texts: Sequence[str], label: str = "") -> str | None:
    """Return what kind of personal datum a few loose texts hold, or ``None``; a single name among them counts."""
    column = Column(0, label, label, [text for text in texts if text])
    if kind := personal_column(column):
        return kind
    return "氏名" if any(_SPACED_NAME.match(t.strip()) and _is_name(t) for t in column.texts) else None


def running_text(text: str) -> list[str]:
    """Return what a running text says of one person at one place: 氏名 with 住所, 電話番号 … ; else nothing.

    A filled-in form (``氏名：佐藤 太郎``), or a full name, counts where an address, a phone, a birth date or an
    individual number follows within a few lines. An empty form and an office's phone number are no finding.
    """
    found: dict[str, None] = {}
    for name in _NAMED_IN_TEXT.finditer(text):
        if name["free"] and not _is_name(name["free"]):
            continue
        near = unicodedata.normalize("NFKC", text[name.end() : name.end() + 160])
        kinds = [kind for kind, pattern in _BESIDE_IN_TEXT.items() if pattern.search(near)]
        if MOBILE.search(near) or (name["said"] and kinds):
            found.update(dict.fromkeys(["氏名", *kinds]))
    return list(found)
