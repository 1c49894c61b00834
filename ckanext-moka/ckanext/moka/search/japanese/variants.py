"""Characters that are written in two ways: names and old documents use forms that nobody types.

``fold_kanji`` makes old and printed forms equal to the everyday form (眞岡 = 真岡, 髙橋 = 高橋). Done
before the text is divided into words, since the dictionary knows the everyday form only.
``same_names`` goes further, after the division: 斉 and 斎 are different characters, but 斉藤 and 斎藤
are the same family to whoever searches; in 一斉清掃 the dictionary needs the 斉.

Source of the pairs: the list of 常用漢字表 (2010) with its 康熙字典体 in brackets, and the variants that
住民基本台帳 and 戸籍 names use most (法務省 戸籍統一文字).
"""

from __future__ import annotations

import re
from functools import lru_cache

from ckanext.moka.core.text import fold_kana

__all__ = ["digits_of", "fold_kanji", "fold_reading", "fold_sounds", "same_names", "western_years"]

# everyday form, then the others
_FORMS = """
亜亞 悪惡 圧壓 囲圍 医醫 為爲 壱壹 隠隱 栄榮 営營 衛衞 駅驛 円圓 縁緣 艶艷 応應
欧歐 殴毆 桜櫻 奥奧 横橫 温溫 穏穩 仮假 価價 画畫 会會 絵繪 壊壞 懐懷 概槪 拡擴
殻殼 覚覺 学學 岳嶽 楽樂 勧勸 巻卷 寛寬 関關 歓歡 観觀 気氣 既旣 帰歸 偽僞 戯戲
犠犧 旧舊 拠據 挙擧 虚虛 峡峽 挟挾 狭狹 郷鄕 暁曉 区區 駆驅 勲勳 薫薰 径徑 茎莖
恵惠 掲揭 渓溪 経經 蛍螢 軽輕 継繼 鶏鷄 芸藝 撃擊 欠缺 県縣 倹儉 剣劍劔 険險 圏圈
検檢 献獻 権權 顕顯 験驗 厳嚴 広廣 効效 恒恆 黄黃 鉱鑛 号號 国國圀 黒黑 砕碎 済濟
斎齋 剤劑 雑雜 参參 桟棧 蚕蠶 惨慘 賛贊 残殘 糸絲 歯齒 児兒 辞辭 湿濕 実實 写寫
舎舍 釈釋 寿壽 収收 従從 渋澁 獣獸 縦縱 粛肅 処處 緒緖 叙敍 奨奬 将將 渉涉 焼燒
証證 称稱 乗乘 条條 状狀 剰剩 畳疊 縄繩 壌壤 嬢孃 譲讓 醸釀 触觸 嘱囑 真眞 寝寢
慎愼 尽盡 図圖 粋粹 酔醉 穂穗 随隨 髄髓 枢樞 数數 瀬瀨 声聲 斉齊 静靜 窃竊 摂攝
専專 浅淺 戦戰 践踐 銭錢 潜潛 繊纖 禅禪 双雙 壮壯 争爭 荘莊 捜搜 挿插 巣巢 曽曾
装裝 総總 騒騷 増增 蔵藏 臓臟 即卽 属屬 続續 堕墮 対對 体體 帯帶 滞滯 台臺 滝瀧
択擇 沢澤 担擔 胆膽 団團 弾彈 断斷 痴癡 遅遲 昼晝 虫蟲 鋳鑄 庁廳 徴徵 聴聽 鎮鎭
逓遞 鉄鐵 転轉 点點 伝傳 灯燈 当當 党黨 盗盜 稲稻 闘鬪 徳德 独獨 読讀 届屆 弐貳
悩惱 脳腦 覇霸 拝拜 廃廢 売賣 麦麥 発發 髪髮 抜拔 蛮蠻 秘祕 浜濱濵 払拂 仏佛 併倂
並竝 辺邊邉 変變 弁辨瓣辯 歩步 宝寶寳 豊豐 没沒 翻飜 毎每 万萬 満滿 麺麵 黙默 弥彌
訳譯 薬藥 与與 予豫 余餘 誉譽 揺搖 様樣 謡謠 来來 頼賴 乱亂 覧覽 竜龍 両兩 猟獵
緑綠 涙淚 塁壘 礼禮 励勵 戻戾 霊靈 齢齡 暦曆 歴歷 恋戀 錬鍊 炉爐 労勞 郎郞 楼樓
録錄 湾灣 高髙 崎﨑嵜碕 吉𠮷 柳栁 桑桒 船舩 富冨 島嶋嶌 館舘 峰峯 略畧 群羣 松枩
野埜 婿壻 秋穐 隣鄰 草艸 煙烟 裏裡 闊濶 涼凉 況况 準凖 穣穰 塩鹽 刃刄 壷壺 桧檜
槙槇 遥遙 尭堯 瑶瑤 祢禰 祷禱 頬頰 掴摑 鴎鷗 芦蘆 鯵鰺 鰯鰮 蛎蠣 籠篭 賎賤 砺礪
梼檮 涛濤 迩邇 蝿蠅 蝋蠟 竃竈 靱靭 諌諫 薮藪 鹸鹼 麹麴 屏屛 繋繫 園薗
職軄 第㐧 留畄 昇曻 凜凛 淵渕 梅楳 杉椙 跡蹟 碍礙 鶴靏靍 村邨
"""
_TABLE = {ord(other): forms[0] for forms in _FORMS.split() for other in forms[1:] if other != forms[0]}
_NAMES = str.maketrans("斉", "斎")
_SOUNDS = str.maketrans({"ヂ": "ジ", "ヅ": "ズ", "ヲ": "オ", "ー": None, "・": None})
_V = re.compile("ヴ([アイエオ])?")
_V_ROW = {"ア": "バ", "イ": "ビ", "エ": "ベ", "オ": "ボ", None: "ブ"}
_KANJI_DIGITS = {char: value for value, char in enumerate("〇一二三四五六七八九")}
_TENS = {"十": 10, "百": 100, "千": 1000}
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "r": 2018, "h": 1988}


def fold_kanji(text: str) -> str:
    """Return ``text`` with old and printed forms of kanji as their everyday form; the length stays."""
    return text if text.isascii() else text.translate(_TABLE)


def same_names(form: str) -> str:
    """Return one word with characters that names use for each other made the same."""
    return form.translate(_NAMES)


@lru_cache(maxsize=65536)
def fold_reading(reading: str) -> str:
    """Return how the dictionary says that a word is read, folded."""
    return fold_kana(reading)


@lru_cache(maxsize=65536)
def fold_sounds(katakana: str) -> str:
    """Return folded katakana as it sounds: long vowels without ー, ヴァ as バ, ヅ as ズ."""
    return _V.sub(lambda match: _V_ROW[match.group(1)], katakana).translate(_SOUNDS)


def digits_of(text: str) -> str:
    """Return a kanji number up to 9999 in digits (十二 → 12); blank when ``text`` is none."""
    if not text or any(char not in _KANJI_DIGITS and char not in _TENS for char in text):
        return ""
    if not any(char in _TENS for char in text):
        return str(int("".join(str(_KANJI_DIGITS[char]) for char in text)))
    total, digit = 0, 0
    for char in text:
        if char in _TENS:
            total += (digit or 1) * _TENS[char]
            digit = 0
        else:
            digit = _KANJI_DIGITS[char]
    return str(total + digit)


def western_years(era: str, number: str) -> int | None:
    """Return 2025 for 令和, 7 (``number`` 1 also for 元年); None when ``era`` is none or the year is absurd."""
    first = _ERAS.get(era)
    if first is None or not number.isdigit() or not 0 < int(number) < 65:
        return None
    return first + int(number)
