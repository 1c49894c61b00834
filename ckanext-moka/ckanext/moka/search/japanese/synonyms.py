"""Words that residents and offices use for the same thing: data/synonyms.txt, and a file of the site's own.

The files may change while the site runs: every process looks at their time of change again after
``CHECK_SECONDS`` and reads them anew. A file that cannot be read keeps the words of its last good state,
and says in the log, in Japanese, which line is wrong.

Words are compared by their key: dictionary forms joined, without particles, folded. ごみの日 and ゴミ日,
申込み and 申し込み, shelters and shelter are the same.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ckanext.moka.search.japanese import analysis, variants

__all__ = [
    "BrokenFile",
    "Entry",
    "Lists",
    "check",
    "dropped",
    "english_words",
    "generation",
    "groups",
    "key",
    "lookup",
    "lookup_sound",
    "optional",
    "others",
    "paths",
    "reload",
    "use_optional",
    "use_own_file",
]

log = logging.getLogger(__name__)

SHIPPED = Path(__file__).parents[1] / "data" / "synonyms.txt"
CHECK_SECONDS = 10.0
MAX_WORD = 40
MOST_WIDE = 8
_ARROW = re.compile(r"\s*(?:=>|＝＞|→|⇒)\s*")
_COMMA = re.compile(r"\s*[,、，]\s*")


class BrokenFile(ValueError):
    """A file of synonyms that cannot be used; ``problems`` are sentences in Japanese."""

    def __init__(self, problems: list[str]):
        super().__init__(" ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Entry:
    """What else is searched for a word: ``close`` means the same, ``wide`` is related."""

    close: tuple[str, ...] = ()
    wide: tuple[str, ...] = ()


@dataclass
class Lists:
    """What a file (or all of them) says."""

    groups: list[tuple[str, ...]] = field(default_factory=list)
    one_way: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    optional: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)

    def add(self, other: Lists) -> None:
        """Take over everything of ``other``."""
        self.groups += other.groups
        self.one_way += other.one_way
        self.optional += other.optional
        self.dropped += other.dropped


@dataclass
class _Read:
    """The state of this process."""

    stamps: tuple[tuple[str, int, int], ...] = ()
    parts: dict[str, Lists] = field(default_factory=dict)  # by path: the last good state
    entries: dict[str, Entry] = field(default_factory=dict)
    groups: tuple[tuple[str, ...], ...] = ()
    optional: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()
    by_sound: dict[str, str] = field(default_factory=dict)
    english: tuple[str, ...] = ()
    generation: int = 0
    looked: float = 0.0


_lock = threading.RLock()
_read = _Read()
_own_file: Callable[[], str] = str
_more_optional: Callable[[], frozenset[str]] = frozenset


def use_own_file(path: Callable[[], str]) -> None:
    """Have ``path()`` tell where the site's own file is (blank: there is none)."""
    global _own_file
    _own_file = path


def use_optional(words: Callable[[], frozenset[str]]) -> None:
    """Have ``words()`` tell which folded words need not be found beside the files' own (the city's name)."""
    global _more_optional
    _more_optional = words


def lookup(word_key: str) -> Entry | None:
    """Return what else is searched for the word with this key."""
    return _now().entries.get(word_key)


def lookup_sound(katakana: str) -> Entry | None:
    """Return what else is searched for a word that is read like this (ホイクエン → 保育園 and its group)."""
    now = _now()
    word = now.by_sound.get(variants.fold_sounds(katakana))
    if word is None:
        return None
    entry = now.entries[key(word)]
    return Entry((word, *entry.close), entry.wide)


def others(word: str) -> tuple[str, ...]:
    """Return all other words that are searched for ``word``, those with the same meaning first."""
    entry = lookup(key(word))
    return entry.close + entry.wide if entry else ()


def groups() -> tuple[tuple[str, ...], ...]:
    """Return the groups of words with the same meaning, as written."""
    return _now().groups


def optional() -> frozenset[str]:
    """Return the keys of words that need not be found beside others."""
    return _now().optional | _more_optional()


def dropped() -> frozenset[str]:
    """Return the keys of words of questions, which are not searched beside others."""
    return _now().dropped


def english_words() -> tuple[str, ...]:
    """Return the English words that can be typed, as written."""
    return _now().english


def generation() -> tuple[int, frozenset[str]]:
    """Return what is another whenever the words have changed."""
    return _now().generation, _more_optional()


def reload() -> list[str]:
    """Read all files now; return the problems found, in Japanese (none: all is well)."""
    with _lock:
        return _load(force=True)


def key(word: str) -> str:
    """Return the key under which ``word`` is known."""
    return "".join(unit.key for unit in analysis.tokens(word) if not unit.joining)


def check(path: Path) -> Lists:
    """Return what the file at ``path`` says; raises :class:`BrokenFile` with a sentence for each bad line."""
    found, problems = Lists(), []
    for number, raw in enumerate(_lines(path), 1):
        line = raw.split("#", 1)[0].strip()
        problem = _take(line, found) if line else ""
        if problem:
            problems.append(f"{path.name} の {number} 行目: {problem}（{line[:60]}）")
    if problems:
        raise BrokenFile(problems)
    return found


def _lines(path: Path) -> list[str]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BrokenFile(
            [f"{path} を開けません（{error.strerror}）。ファイルの場所と読み取りの権限を確かめてください。"]
        ) from error
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding).splitlines()
        except UnicodeDecodeError:
            continue
    raise BrokenFile([f"{path.name} の文字コードが分かりません。UTF-8 で保存し直してください。"])


def _take(line: str, found: Lists) -> str:
    """Add one line to ``found``; return what is wrong with it, or blank."""
    mark = line[0] if line[0] in "~～〜" or line.startswith(("- ", "－ ")) else ""
    sides = [_COMMA.split(side.strip()) for side in _ARROW.split(line[len(mark) :].strip())]
    for word in (word for side in sides for word in side):
        problem = _wrong(word)
        if problem:
            return problem
    if mark and len(sides) > 1:
        return "「~」や「-」で始まる行に「=>」は書けません。"
    if len(sides) > 2:
        return "「=>」が2つ以上あります。1行に1つだけ書いてください。"
    if mark:
        (found.dropped if mark in "-－" else found.optional).extend(sides[0])
    elif len(sides) == 2:
        found.one_way.extend((word, tuple(sides[1])) for word in sides[0])
    elif len(sides[0]) < 2:
        return "語が1つしかありません。「,」で区切って2語以上書いてください。"
    else:
        found.groups.append(tuple(sides[0]))
    return ""


def _wrong(word: str) -> str:
    if not word:
        return "「,」や「=>」の前か後ろに語がありません。"
    if len(word) > MAX_WORD:
        return f"語が長すぎます（{MAX_WORD} 文字まで）。"
    if not key(word):
        return f"「{word}」は記号や助詞だけなので、検索の語になりません。"
    return ""


def _now() -> _Read:
    if time.monotonic() - _read.looked > CHECK_SECONDS:
        with _lock:
            if time.monotonic() - _read.looked > CHECK_SECONDS:
                _load()
    return _read


def paths() -> list[Path]:
    """Return the files that are read: the shipped one, and the site's own."""
    own = str(_own_file() or "").strip()
    return [SHIPPED, *([Path(own)] if own else [])]


def _stamp(path: Path) -> tuple[str, int, int]:
    try:
        status = path.stat()
    except OSError:
        return str(path), 0, 0
    return str(path), status.st_mtime_ns, status.st_size


def _load(force: bool = False) -> list[str]:
    """Read what changed since the last time; return the problems."""
    files = paths()
    stamps = tuple(_stamp(path) for path in files)
    changed = force or stamps != _read.stamps
    problems: list[str] = []
    if changed:
        parts = {}
        for path in files:
            try:
                parts[str(path)] = check(path)
            except BrokenFile as error:
                parts[str(path)] = _read.parts.get(str(path), Lists())
                problems += error.problems
                log.error("同義語ファイルに誤りがあるため、前の内容を使います。%s", error)
        _build(parts)
        _read.stamps = stamps
    _read.looked = time.monotonic()
    return problems


def _build(parts: dict[str, Lists]) -> None:
    everything = Lists()
    for part in parts.values():
        everything.add(part)
    close: dict[str, dict[str, str]] = {}
    wide: dict[str, dict[str, str]] = {}
    for group in everything.groups:
        keys = {key(word): word for word in reversed(group)}
        for own in keys:
            close.setdefault(own, {}).update({other: keys[other] for other in keys if other != own})
    for word, targets in everything.one_way:
        own = key(word)
        # An English word is not related to its translation, it means it.
        place = close if own.isascii() else wide
        place.setdefault(own, {}).update({key(target): target for target in targets if key(target) != own})
    direct = {own: dict(targets) for own, targets in wide.items()}
    for own, same in close.items():  # what is related to a word is related to those that mean the same
        for other in same:
            for target, word in direct.get(other, {}).items():
                if target != own and len(wide.setdefault(own, {})) < MOST_WIDE:
                    wide[own].setdefault(target, word)
    _read.entries = {
        own: Entry(
            tuple(close.get(own, {}).values()),
            tuple(word for other, word in wide.get(own, {}).items() if other not in close.get(own, {})),
        )
        for own in {*close, *wide}
    }
    _read.english = tuple(
        dict.fromkeys(word for word, _ in everything.one_way if word.isascii() and word.islower())
    )
    words = [word for group in everything.groups for word in group] + [word for word, _ in everything.one_way]
    _read.by_sound = {
        variants.fold_sounds(analysis.reading_of(word)): word
        for word in reversed(words)
        if not word.isascii() and key(word) in _read.entries
    }
    _read.parts = parts
    _read.groups = tuple(everything.groups)
    _read.optional = frozenset(key(word) for word in everything.optional)
    _read.dropped = frozenset(key(word) for word in everything.dropped)
    _read.generation += 1
