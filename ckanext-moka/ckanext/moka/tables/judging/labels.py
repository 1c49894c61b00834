"""What the name of a column says about its values: free text, a count, a unit, a coded choice."""

from __future__ import annotations

import re
import unicodedata

from .profile import is_code_label

__all__ = ["coded_label", "free_text", "measured", "serial", "states_unit", "year_in"]

# Columns of sentences and lists of anything: several items in one cell are what they are for.
_FREE = re.compile(
    r"備考|注[記意釈]|^注$|説明|内容|概要|詳細|特記|案内|メモ|摘要|コメント|補足|留意|経緯|目的|理由|自由|意見|感想|条件|方法|"
    r"特徴|紹介|沿革|由来|解説|本文|文章|利用料|料金|対応|サービス|"
    r"[Nn]otes?|[Rr]emark|[Dd]escri|[Cc]omment|[Dd]etail|[Cc]ontents?|[Pp]rice|[Ff]ee$"
)
_BRACKET = re.compile(r"[（(\[［【〔]([^（(\[［【〔）)\]］】〕]+)[）)\]］】〕]")
_UNIT = re.compile(
    r"円|人|名|世帯|戸|棟|室|件|台|[箇か個カヶ]所|[校園店社本枚匹頭羽株基床席歳才回冊点倍泊口票件個通隻艘筆]|団体|区画|畳|"
    r"㎡|㎥|㎢|ha|ヘクタール|アール|平方|立方|[kcmμ㎞㎝㎜]?m[23²³]?|[kmgμ]?g|トン|t|[kmｋ]?[lLℓ]|リットル|k?Wh?|℃|°C|度|"
    r"[%％‰]|パーセント|ppm|ppb|dB|hPa|lx|時間|時|分|秒|日|[かカヶケ箇]月|月|年|週|Sv|Bq|pH"
)
# 面積m2, 延長km: behind Japanese letters these are units.
_TAIL = re.compile(r"(?<=[ぁ-んァ-ヶ一-龥])(?:㎡|㎥|[kcm]?m[23]?|ha|k?g|k?Wh|℃|°C|[%％])$")
# The name itself says what is counted (人口, 件数, 世帯数), or has no unit by nature (年, 順位, 緯度, 指数).
_COUNT = re.compile(
    r"数(?:$|[_ 　（(・])|人口|世帯|人員|人数|定員|職員|男$|女$|男性$|女性$|歳|年齢|年次|年度|西暦|和暦|元号|年$|月$|日$|曜|時刻|時間|時期|"
    r"順位|順番|順序|順$|番号|連番|番$|№|No\.?$|NO$|緯度|経度|座標|標高\(m\)|階$|階数|学年|等級|級$|指数|指標|係数|回$|期$|合計$|総数|総計|小計|^計$|_計$|"
    r"出生|死亡|転入|転出|増減|婚姻|離婚|者$|うち|児童|生徒|園児|外国人|ISBN|ISSN|JAN|コード|区分|種別|ＩＤ|ID|フラグ|有無|可否|得点|点数|評価|票|^[xXyYzZ]$|円|％|%|"
    r"[Nn]umber|[Cc]ount|[Tt]otal|[Pp]opulation|[Mm]an|[Ww]oman|[Mm]en|[Ww]omen|[Mm]ale|[Ff]emale|[Pp]eople|[Hh]ouse|[Ii]nsured|"
    r"[Ll]at|[Ll]on|[Ll]ng|[Yy]ear|[Mm]onth|^[Dd]ay|[Dd]ate|[Tt]ime|[Rr]ank|[Oo]rder|[Ii]d$|ID$|[Cc]ode|[Cc]d$|[Nn]o$|[Aa]ge|[Bb]irth|"
    r"[Cc]apacity|[Rr]estroom|[Ii]dentification|[Ff]loor|[Ee]ra|[Bb]ytes|[Ii]ndex|[Ff]lag|[Rr]oom[s]?$|[Bb]eds"
)
_SERIAL = re.compile(
    r"^(?:番号|整理番号|連番|通し番号|通番|項番|行番号|管理番号|受付番号|順番|No\.?|NO\.?|ＮＯ|Ｎｏ|№|#|#?property|[Ii][Dd]|ＩＤ|[Ss]eq)$"
)
_CODED = re.compile(
    r"区分|種別|コード|分類|類型|フラグ|有無|可否|種類|回答|選択|設問|^問[0-9０-９]|^Q[0-9]|性別|状態|状況|評価|"
    r"[Cc]ode|[Cc]d$|CD$|[Ff]lag|[Tt]ype|[Kk]ind|[Cc]ategory|[Cc]lass"
)
# A letter or a number is no name at all (see L1-05).
_BARE = re.compile(r"[A-Za-zＡ-Ｚａ-ｚ]?[0-9０-９]{0,3}")
# Codes that the country defines: their tables are published.
_PUBLIC_CODE = re.compile(
    r"団体コード|市区町村コード|市町村コード|自治体コード|都道府県コード|町字|行政区域|法人番号|郵便|電話|地域コード|メッシュ|[Pp]ref|[Cc]ity|[Pp]ost|"
    r"国コード|言語コード|通貨|JAN|ISBN"
)
_YEAR = re.compile(
    r"(?:19|20)[0-9]{2}(?![0-9])|(?:明治|大正|昭和|平成|令和)(?:元|[0-9０-９]{1,2})|(?<![A-Za-z])[HRS](?:元|[0-9]{1,2})(?:年|年度|\.|_|$)"
)


def free_text(label: str) -> bool:
    """Tell whether a column may hold sentences and several items (備考, 説明, 内容 …)."""
    return _FREE.search(label) is not None


def serial(label: str) -> bool:
    """Tell whether a column numbers its rows: its digits are names, not amounts."""
    return _SERIAL.match(label.strip()) is not None


def states_unit(label: str) -> bool:
    """Tell whether the unit stands in the name of the column: 面積（㎡）, 金額_円, 延長m."""
    inside = _BRACKET.findall(label)
    if any(_UNIT.search(part) or "単位" in part or "/" in part for part in inside):
        return True
    if _TAIL.search(label):
        return True
    last = re.split(r"[_ 　・/／:：]", label)[-1]
    return _UNIT.fullmatch(last) is not None


def measured(label: str) -> bool:
    """Tell whether amounts under this name need a unit that the name does not give (面積, 金額, 延長)."""
    label = unicodedata.normalize("NFKC", label)
    known = states_unit(label) or _COUNT.search(label) or _CODED.search(label) or _BARE.fullmatch(label)
    return not (known or is_code_label(label) or serial(label))


def coded_label(label: str) -> bool:
    """Tell whether a column may hold codes for choices that the publisher defined himself."""
    return _CODED.search(label) is not None and _PUBLIC_CODE.search(label) is None


def year_in(text: str) -> str | None:
    """Return the first year named in a text (2024, 令和6, R6年), ``None`` when there is none."""
    match = _YEAR.search(text)
    return match[0] if match else None
