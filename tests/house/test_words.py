"""The vocabulary is the code's: every word of `docs/words.md` is found where the page says."""

import re
from collections import Counter
from pathlib import Path
from typing import Final, NamedTuple

from tests.house.sources import ROOT

_WORDS: Final = ROOT / "docs" / "words.md"
_PATH: Final = re.compile(r"`([\w./-]+)`")
_CELLS: Final = 3


class Word(NamedTuple):
    """One idea: its Chinese term, its English name, and where it lives."""

    zh: str
    en: str
    where: tuple[str, ...]


def _read(text: str) -> list[Word]:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    return [
        Word(zh, en.strip("`*"), tuple(_PATH.findall(where)))
        for zh, en, where in (row for row in rows if len(row) == _CELLS)
        if en != "English" and not set(zh) <= set("-: ")
    ]


def _words() -> list[Word]:
    return _read(_WORDS.read_text(encoding="utf-8"))


def _said(at: Path) -> str:
    """Give what is written in a file, or in all files of a package, their names included."""
    files = (
        [at] if at.is_file() else [file for file in sorted(at.rglob("*")) if file.suffix in {".py", ".toml", ".html"}]
    )
    return "\n".join(f"{file.relative_to(ROOT)}\n{file.read_text(encoding='utf-8')}" for file in files).lower()


def _spellings(en: str) -> set[str]:
    """Give the ways in which code spells a term: `green action` is also green_action and GreenAction."""
    term = re.sub(r"\s*\(.*\)$", "", en.lower())
    return {term, term.replace(" ", "_"), term.replace(" ", ""), term.replace("-", "_")}


def test_there_are_words_and_each_idea_has_one() -> None:
    words = _words()

    assert len(words) >= 30
    assert [zh for zh, times in Counter(word.zh for word in words).items() if times > 1] == []
    assert [en for en, times in Counter(word.en for word in words).items() if times > 1] == []


def test_every_word_says_where_it_lives() -> None:
    assert [word.en for word in _words() if not word.where] == []


def test_every_place_exists() -> None:
    assert sorted({path for word in _words() for path in word.where if not (ROOT / path).exists()}) == []


def test_every_word_is_spoken_where_it_lives() -> None:
    silent = [
        f"{word.en}: {path}"
        for word in _words()
        for path in word.where
        if (ROOT / path).exists() and not any(spelling in _said(ROOT / path) for spelling in _spellings(word.en))
    ]

    assert silent == []


def test_every_word_has_a_chinese_term() -> None:
    assert [word.en for word in _words() if word.zh.isascii()] == []


def test_a_word_is_read_as_it_is_written() -> None:
    page = "| 中文 | English | where |\n| --- | --- | --- |\n| 绿色行动 | green action | `greencredit/actions` |\n"

    assert _read(page) == [Word("绿色行动", "green action", ("greencredit/actions",))]
    assert _spellings("green action") == {"green action", "green_action", "greenaction"}
