"""The words and the look of the HTML report."""

from __future__ import annotations

__all__ = ["STYLE", "WORDS"]

WORDS = {
    "ja": {
        "title": "品質レポート", "ok": "公開できます", "advice": "公開できます（気を付けたい点があります）",
        "repair": "このままでは公開できません。すべて自動で直せます", "blocked": "公開できません", "unreadable": "読めません",
        "fatal": "公開不可", "critical": "要修正", "major": "注意", "minor": "軽微", "info": "情報", "fix": "自動で直せます",
        "remedy": "直し方", "reason": "なぜ", "cells": "場所", "shown": "{total} か所", "more_cells": "ほか {n} か所", "none": "指摘はありません。",
        "rows": "指摘のある行", "row": "行", "rows_shown": "赤いセルが指摘の場所で、番号は上の指摘の番号です（行番号と列の文字は元のファイルのもの）。", "rows_rest": "指摘として挙げたセル（1 つの指摘につき 20 か所まで）のある {total} 行のうち、先頭の {shown} 行を示します。", "kept_out": "指摘のない列は省いています（{n} 列）。", "file": "ファイル",
        "size": "大きさ", "encoding": "文字コード", "tables": "表", "score": "機械可読性（政府ルール）", "standard": "標準データセット",
        "confidence": "確からしさ", "missing": "標準にあって、この表にない項目", "extra": "標準にない項目", "renamed": "標準と書き方が違う項目",
        "columns": "項目と型", "findings": "直すところ（原因から順に）", "order": "上から順に直してください。初めの指摘を直すと、後の指摘が消えることがあります。", "by_hand": "人が直すところ", "auto": "自動で直せるところ", "to_ask": "確認すること", "groups": "{n} 件", "command": "自動で直すには", "files": "ファイルの一覧", "made": "{seconds} 秒で検査しました", "records": "{n} 行 × {m} 項目", "sha": "指紋（SHA-256）",
        "questions": "確認してください（機械だけでは決められないこと）", "asked": "「はい」か「いいえ」で答えてください。答えるまでは指摘にならず、公開の妨げにもなりません。",
        "yes": "はい", "no": "いいえ", "answered": "答え",
        "source": "機械可読性のルール: 「行政データにおける機械可読性に関するルール」（デジタル庁、2026年3月31日）、PDL1.0",
        "text": "文字列", "integer": "整数", "number": "数値", "date": "日付", "datetime": "日時", "boolean": "真偽",
    },
    "en": {
        "title": "Quality report", "ok": "Publishable", "advice": "Publishable, with advice",
        "repair": "Not publishable as it stands; automatic repair mends all of it", "blocked": "Not publishable", "unreadable": "Cannot be read",
        "fatal": "fatal", "critical": "critical", "major": "major", "minor": "minor", "info": "info", "fix": "repairable",
        "remedy": "What to do", "reason": "Why", "cells": "Where", "shown": "{total} places", "more_cells": "and {n} more", "none": "No findings.",
        "rows": "Rows with findings", "row": "Row", "rows_shown": "Red cells carry findings; the number is that of the finding above (row numbers and column letters are those of the file).", "rows_rest": "The first {shown} of the {total} rows with a listed cell (at most 20 per finding).", "kept_out": "{n} columns without findings are left out.", "file": "File",
        "size": "Size", "encoding": "Encoding", "tables": "Tables", "score": "Machine readability (government rules)", "standard": "Standard dataset",
        "confidence": "confidence", "missing": "Missing of the standard", "extra": "Beside the standard", "renamed": "Written otherwise",
        "columns": "Columns and types", "findings": "What to mend, causes first", "order": "Work from the top: mending the first finding may take away later ones.", "by_hand": "By hand", "auto": "Repairable", "to_ask": "To confirm", "groups": "{n}", "command": "To repair", "files": "Files", "made": "Checked in {seconds} s", "records": "{n} rows, {m} columns", "sha": "SHA-256",
        "questions": "Questions that only a person can answer", "asked": "Answer yes or no. Until then these are no findings and block nothing.",
        "yes": "Yes", "no": "No", "answered": "Answer",
        "source": "Rules: Digital Agency of Japan, rules on machine readability, 2026-03-31 (PDL1.0)",
        "text": "text", "integer": "integer", "number": "number", "date": "date", "datetime": "datetime", "boolean": "boolean",
    },
}  # fmt: skip
STYLE = """
:root{color-scheme:light;--ink:#1b2330;--soft:#55606f;--line:#d5dae2;--red:#b3001b;--redbg:#ffe3e6;--green:#0f6b3a;--blue:#1d4f91}
*{box-sizing:border-box}
body{font-family:"Hiragino Sans","BIZ UDPGothic","Yu Gothic UI","Noto Sans JP","Noto Sans CJK JP",Meiryo,sans-serif;line-height:1.75;color:var(--ink);background:#eef1f5;margin:0;font-size:16px}
main{max-width:62rem;margin:0 auto;padding:1.5rem}
article{background:#fff;border:1px solid var(--line);border-radius:.6rem;padding:1.75rem 2rem 2rem}
article+article,nav+article{margin-top:1.75rem}
.kind{color:var(--soft);font-size:.9rem;margin:0}
h1{font-size:1.5rem;line-height:1.4;margin:.1rem 0 1rem;overflow-wrap:anywhere}
h2{font-size:1.15rem;margin:2.2rem 0 .6rem;padding-left:.7rem;border-left:.3rem solid var(--blue);break-after:avoid}
h3{margin:0;font-size:1.02rem;line-height:1.5}
.verdict{display:flex;gap:.8rem;align-items:center;border:2px solid;border-radius:.5rem;padding:.8rem 1.1rem;font-size:1.2rem;font-weight:700;line-height:1.5;margin:0}
.verdict b{flex:none;width:2.1rem;height:2.1rem;border-radius:50%;display:grid;place-items:center;color:#fff;font-size:1.2rem;line-height:1}
.ok,.advice{border-color:var(--green);background:#eaf6ef}.ok b,.advice b{background:var(--green)}
.repair{border-color:#8a5a00;background:#fdf5e3}.repair b{background:#8a5a00}
.blocked,.unreadable{border-color:var(--red);background:#fff0f1}.blocked b,.unreadable b{background:var(--red)}
.sums{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.75rem;margin:.9rem 0 0;padding:0;list-style:none}
.sums li{border:1px solid var(--line);border-radius:.5rem;padding:.5rem .9rem;font-size:.9rem;color:var(--soft)}
.sums strong{display:block;font-size:1.35rem;line-height:1.3;color:var(--ink)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1.2rem;margin:1.1rem 0 0;font-size:.92rem}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
.sha{font-family:ui-monospace,monospace;font-size:.78rem;color:var(--soft)}
.note{color:var(--soft);font-size:.92rem;margin:.2rem 0 .6rem}.sums+.note{margin:.8rem 0 0}
.group{border:1px solid var(--line);border-radius:.5rem;margin:.9rem 0;overflow:hidden}
.group>header{display:grid;grid-template-columns:auto 1fr;gap:.2rem .8rem;align-items:start;padding:.8rem 1rem;background:#f6f8fa;border-bottom:1px solid var(--line);break-after:avoid}
.no{grid-row:span 2;width:2rem;height:2rem;border-radius:50%;background:var(--blue);color:#fff;display:grid;place-items:center;font-weight:700;line-height:1}
.tags{display:flex;flex-wrap:wrap;gap:.4rem;align-items:center}
.badge{display:inline-block;border-radius:.3rem;padding:0 .55rem;font-size:.82rem;font-weight:700;color:#fff;white-space:nowrap}
.fatal{background:var(--red)}.critical{background:#a8430a}.major{background:#735600}.minor,.info{background:#4a5568}.fix{background:#fff;color:var(--green);border:1px solid var(--green)}
.code{color:var(--soft);font-size:.82rem}
.reason{color:var(--soft);font-size:.9rem;margin:.25rem 0 0;grid-column:2}
.one{padding:.8rem 1rem;break-inside:avoid}.one+.one{border-top:1px dashed var(--line)}
.one p{margin:0;overflow-wrap:anywhere}.message{font-weight:700}
.remedy{display:grid;grid-template-columns:auto 1fr;gap:.6rem;margin-top:.4rem!important;padding:.35rem .7rem;background:#edf3fb;border-radius:.35rem}
.remedy strong{color:var(--blue);white-space:nowrap}
.cells{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem .4rem;margin:.5rem 0 0;padding:0;font-size:.86rem}
.cells li{border:1px solid #e3b3b9;background:#fff6f7;border-radius:.3rem;padding:0 .45rem;max-width:100%;overflow-wrap:anywhere}
.cells b{color:var(--red);margin-right:.35rem}.cells .rest{border-style:dashed;background:none;color:var(--soft)}
.ask{border:1px solid var(--line);border-left:.3rem solid #6b4fa0;border-radius:.4rem;padding:.8rem 1rem;margin:.8rem 0;break-inside:avoid}
.ask p{margin:.2rem 0}.ask ul{list-style:none;margin:.4rem 0 0;padding:0}.ask li{display:grid;grid-template-columns:1.4rem 4.2rem 1fr}.ask .chosen{font-weight:700}
.scroll{overflow-x:auto;margin:.5rem 0 1rem}
table{border-collapse:collapse;font-size:.86rem;line-height:1.5}
th,td{border:1px solid var(--line);padding:.25rem .55rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
td{min-width:4.5rem;max-width:16rem}th{background:#f1f4f8;font-weight:600;min-width:2.2rem}
thead .letter th{text-align:center;color:var(--soft);font-weight:400;padding:0 .3rem;background:#e6eaf0}tbody th{color:var(--soft);text-align:right;white-space:nowrap;font-weight:400;background:#e6eaf0}
td.bad{background:var(--redbg);outline:2px solid var(--red);outline-offset:-2px;font-weight:600}
td.hidden{color:#8b94a3}sup{white-space:nowrap;color:var(--red);font-weight:700;margin-left:.25rem}
nav table{width:100%}nav td:first-child{max-width:none}
.grid td{max-width:none}code{font-family:ui-monospace,monospace;font-size:.86rem}
.how{background:#f1f4f8;border:1px solid var(--line);border-radius:.35rem;padding:.15rem .6rem;overflow-wrap:anywhere;margin-left:.6rem}
footer{color:var(--soft);font-size:.82rem;margin:1.5rem .5rem}
a{color:var(--blue)}
@media(max-width:40rem){main{padding:.6rem}article{padding:1.1rem 1rem 1.4rem}h1{font-size:1.25rem}.verdict{font-size:1.05rem}dl{grid-template-columns:1fr;gap:0}dt{margin-top:.4rem}.remedy{grid-template-columns:1fr;gap:0}.group>header{padding:.7rem}.one{padding:.7rem}}
@media print{@page{size:A4;margin:14mm 12mm}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}body{background:#fff;font-size:10.5pt;line-height:1.6}main{max-width:none;padding:0}article{border:0;padding:0;border-radius:0}article+article,nav+article{break-before:page;margin-top:0}.scroll{overflow:visible}table{font-size:8.5pt;width:100%}td{min-width:0}tr{break-inside:avoid}a{color:inherit;text-decoration:none}footer{margin:1rem 0 0}}
"""
