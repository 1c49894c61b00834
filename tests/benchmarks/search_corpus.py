"""Synthetic datasets for the search benchmark: titles, notes, tags and resources as a city writes them.

The same number always gives the same dataset. 30 organisations, 16 themes, 5 % private; every text says データ,
one dataset in about a thousand says 鳥獣保護区.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import random
from collections.abc import Iterator
from typing import Any

__all__ = ["COMMON", "RARE", "SITE", "documents", "packages"]

SITE = "bench"
COMMON, RARE = "データ", "鳥獣保護区"

PLACES = (  # noqa: SIM905
    "真岡 二宮 山前 大内 中村 長田 物部 久下田 田町 荒町 台町 亀山 長沼 高田 西郷 東郷 熊倉 下籠谷 根本 青谷 "
    "並木町 大谷台町 高勢町 上高間木 下高間木 西高間木 寺内 飯貝 東沼 南高岡 堀内 君島 勝瓜 古山 石島 大根田 阿部岡"
).split()
THINGS = (  # noqa: SIM905
    "指定緊急避難場所 指定避難所 AED設置箇所 家庭ごみ収集日 資源回収拠点 公衆トイレ 人口と世帯数 年齢別人口 出生数 子育て施設 "
    "保育所 認定こども園 放課後児童クラブ 小学校 中学校 学校給食献立 公共施設 図書館蔵書 文化財 観光施設 観光客数 消防水利施設 "
    "消火栓 防火水槽 医療機関 休日当番医 介護サービス事業所 障害福祉サービス事業所 公衆無線LANアクセスポイント 食品等営業許可施設 "
    "都市計画基礎調査 用途地域 地価 いちごの生産量 農産物直売所 工業団地 商店街 求人 決算の状況 予算 市税収入 選挙投票率 議会会議録 "
    "路線バス時刻表 コミュニティバス停留所 デマンド交通利用者数 道路工事 橋りょう点検 下水道管渠 水道水質検査 放射線量測定 "
    "大気測定局 騒音測定 河川水位 雨量観測所 洪水浸水想定区域 土砂災害警戒区域 防災行政無線 自主防災組織 交通事故発生箇所 "
    "犯罪発生 街路灯 公園 体育施設 公民館講座 犬の登録頭数 狂犬病予防接種 空き家 市営住宅 墓地 太陽光発電設備 "
    "電気自動車充電設備 温室効果ガス排出量 姉妹都市交流 外国人住民 ふるさと納税 入札結果 指定管理者"
).split()
KINDS = [
    "一覧",
    "の状況",
    "調査結果",
    "推移",
    "統計",
    "マップ",
    "台帳",
    "集計表",
    "報告",
    "年報",
    "データ",
    "基本情報",
    "速報",
]
SENTENCES = (
    "真岡市{place}地区の{thing}についてまとめたデータです。",
    "{year}年度に{org}が調べた結果を公開しています。",
    "名称、所在地、緯度、経度、電話番号を含みます。",
    "災害のときの避難や日々の暮らしにお役立てください。",
    "更新は年に一度、四月に行います。",
    "個人が特定される情報は含まれていません。",
    "数値は四捨五入しているため、合計と内訳が一致しないことがあります。",
    "出典を書けば、商用でも自由に加工して使えます。",
    "所在地は住居表示に従っています。",
    "文字コードは UTF-8 です。",
    "自治体標準オープンデータセットの項目に合わせています。",
    "国の統計調査をもとに、市で集計しました。",
    "地図アプリやウェブサイトに載せるときは、最新のものを確かめてください。",
    "利用者の少ない施設は休みのことがあります。開いている時間は問い合わせてください。",
    "{place}公民館と市役所の窓口でも、同じ内容の資料を見ることができます。",
    "{thing}に関する{year}年度までの十年分の推移がわかります。",
    "古い年度のものは、市町村合併の前の区域で集計しています。",
    "子どもから高齢者まで、だれもが安心して暮らせるまちづくりの資料です。",
    "申請や届け出のしかたは、担当の課のページをご覧ください。",
    "緊急のときは、このデータではなく防災行政無線や市のメールの情報に従ってください。",
    "測定は毎月第一月曜日の午前十時に行っています。",
    "面積の単位は平方メートル、金額の単位は千円です。",
    "誤りに気づいたときは、問い合わせ先までお知らせください。",
    "図面は概略を示すもので、権利や境界を証明するものではありません。",
)
OFFICES = (  # noqa: SIM905
    "総務課 秘書広報課 デジタル戦略課 企画課 財政課 税務課 納税課 市民課 くらし安全課 環境課 社会福祉課 "
    "いきいき高齢課 健康増進課 国保年金課 こども家庭課 保育課 農政課 農村計画課 商工観光課 建設課 "
    "都市計画課 区画整理課 下水道課 水道課 会計課 学校教育課 文化課 生涯学習課 スポーツ振興課 議会事務局"
).split()
THEMES = tuple(f"theme-{number:02d}" for number in range(1, 17))
FORMATS = ("CSV", "XLSX", "PDF", "GeoJSON", "JSON", "SHP", "ZIP", "XML")
LICENSES = ("CC-BY-4.0", "CC0-1.0", "CC-BY-4.0", "CC-BY-4.0", "other-open")
_START = dt.datetime(2020, 4, 1)


def packages(count: int, first: int = 0) -> Iterator[dict[str, Any]]:
    """Yield ``count`` datasets as ``package_show`` returns them."""
    for number in range(first, first + count):
        yield _package(number, random.Random(number))


def documents(count: int, first: int = 0) -> Iterator[dict[str, Any]]:
    """Yield ``count`` index documents as CKAN hands them to its search engine."""
    for package in packages(count, first):
        yield _document(package)


def _package(number: int, rng: random.Random) -> dict[str, Any]:
    office = rng.randrange(30)
    place, thing, kind = rng.choice(PLACES), rng.choice(THINGS), rng.choice(KINDS)
    year = 2005 + rng.randrange(21)
    told = {"place": place, "thing": thing, "year": year, "org": OFFICES[office]}
    notes = SENTENCES[0].format(**told)
    notes += "".join(text.format(**told) for text in rng.sample(SENTENCES[1:], rng.randint(2, 6)))
    if number % 1000 == 7:
        notes += f"{RARE}の区域を含みます。"
    moment = (_START + dt.timedelta(minutes=rng.randrange(3_000_000))).isoformat()
    title = f"{thing}{kind}（{place}・{year}年度）" if rng.random() < 0.6 else f"{place}の{thing}{kind}"
    identity = str(hashlib.md5(f"{SITE}{number}".encode()).hexdigest())
    formats = rng.sample(FORMATS, rng.choice((1, 1, 2, 2, 3)))
    return {
        "id": f"{identity[:8]}-{identity[8:12]}-{identity[12:16]}-{identity[16:20]}-{identity[20:]}",
        "name": f"092096_{SITE}-{number:06d}",
        "title": title,
        "notes": notes,
        "type": "dataset",
        "state": "active",
        "private": number % 20 == 3,
        "owner_org": f"org-id-{office:02d}",
        "organization": {"id": f"org-id-{office:02d}", "name": f"org-{office:02d}", "title": OFFICES[office]},
        "groups": [],
        "theme": rng.choice(THEMES),
        "tags": [
            {"name": name, "display_name": name, "state": "active", "vocabulary_id": None}
            for name in dict.fromkeys((thing, place, f"{year}年度", rng.choice(THINGS)))
        ],
        "license_id": rng.choice(LICENSES),
        "license_title": "クリエイティブ・コモンズ 表示 4.0 国際",
        "author": OFFICES[office],
        "maintainer": OFFICES[office],
        "contact_email": f"office{office}@example.jp",
        "update_frequency": rng.choice(("annually", "monthly", "irregularly")),
        "spatial_coverage": "栃木県真岡市",
        "metadata_created": moment,
        "metadata_modified": moment,
        "resources": [_resource(identity, position, title, form) for position, form in enumerate(formats)],
    }


def _resource(identity: str, position: int, title: str, form: str) -> dict[str, Any]:
    return {
        "id": f"{identity}-{position}",
        "name": f"{title}.{form.lower()}",
        "description": f"{title}（{form} 形式）",
        "format": form,
        "position": position,
        "url": f"https://data.example.jp/dataset/{identity}/resource/{position}/download/{identity}.{form.lower()}",
        "url_type": "upload",
        "mimetype": "text/csv",
        "size": 12345,
        "hash": f"sha256:{hashlib.sha256(identity.encode()).hexdigest()}",
        "created": "2026-04-01T00:00:00",
        "last_modified": "2026-04-01T00:00:00",
        "state": "active",
    }


def _document(package: dict[str, Any]) -> dict[str, Any]:
    """Do what ``ckan.lib.search.index.PackageSearchIndex.index_package`` does (CKAN 2.12.0)."""
    shown = json.dumps(package)
    resources = package["resources"]
    taken = ("id", "name", "title", "notes", "state", "license_id", "author", "maintainer", "theme")
    return {
        **{key: package[key] for key in taken},
        "title_string": package["title"],
        "private": package["private"],
        "type": "dataset",
        "dataset_type": "dataset",
        "entity_type": "package",
        "capacity": "private" if package["private"] else "public",
        "organization": package["organization"]["name"],
        "owner_org": package["owner_org"],
        "groups": [],
        "tags": [tag["name"] for tag in package["tags"]],
        "extras_theme": package["theme"],
        "update_frequency": package["update_frequency"],
        "spatial_coverage": package["spatial_coverage"],
        "res_name": [resource["name"] for resource in resources],
        "res_description": [resource["description"] for resource in resources],
        "res_format": [resource["format"] for resource in resources],
        "res_url": [resource["url"] for resource in resources],
        "data_dict": shown,
        "validated_data_dict": shown,
        "metadata_created": package["metadata_created"] + "Z",
        "metadata_modified": package["metadata_modified"] + "Z",
        "site_id": SITE,
        "index_id": hashlib.md5(f"{package['id']}{SITE}".encode()).hexdigest(),
        "permission_labels": [f"member-{package['owner_org']}"] if package["private"] else ["public"],
    }
