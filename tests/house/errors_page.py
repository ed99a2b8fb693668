"""Writes `docs/errors.md` from the refusal classes: `python -m tests.house.errors_page --write`."""

import sys
from itertools import groupby
from pathlib import Path
from typing import Final

from greencredit.kernel.errors import Conflict, Denied, NotFound, NotNow, Refusal, Refused, every_refusal
from tests.house.sources import ROOT, modules

PAGE: Final[Path] = ROOT / "docs" / "errors.md"

_HEAD: Final = """\
# 拒绝代码 · What the platform refuses

由拒绝类生成，请勿手改。Made from the classes by `python -m tests.house.errors_page --write`; a test keeps it true.

拒绝是回答，不是故障：什么都没有改变。接口以 RFC 9457 问题文档给出 `code`、说明与事实；`code` 不会改变。
A refusal is an answer, not a fault: nothing was changed. The API sends it as an RFC 9457 problem document with `code`,
a message and the facts; a `code` never changes its meaning.

五个家族 · Five families:

| 家族 family | 含义 meaning |
| --- | --- |
| NotFound | 查无，或对询问者不可见 · it does not exist, or not for the asker |
| Denied | 无权办理 · the asker may not do this |
| Conflict | 与现状冲突：另一版本、另一内容、已办理 · the state of things stands against it |
| Refused | 规则不允许，或所给非所需 · a rule forbids it, or what was given is not what was wanted |
| NotNow | 暂时不能办理，未写入，稍后再试 · not for the moment; nothing was written, trying again later helps |
"""
_FAMILIES: Final = (NotFound, Denied, Conflict, Refused, NotNow)


def refusals() -> list[type[Refusal]]:
    """List every refusal class of the package, by code."""
    modules()
    return [kind for kind in every_refusal() if kind.__module__.startswith("greencredit.")]


def sentences(kind: type[Refusal]) -> tuple[str, str]:
    """Give the Chinese term and the English sentence of a class's docstring; the term is empty where it has none."""
    first = (kind.__doc__ or "").strip().split("\n\n")[0].replace("\n", " ")
    term, colon, rest = first.partition(": ")
    if colon and not term.isascii():
        return term, " ".join(rest.split())
    return "", " ".join(first.split())


def family(kind: type[Refusal]) -> str:
    """Name the family of a class."""
    return next(parent.__name__ for parent in _FAMILIES if issubclass(kind, parent))


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def page() -> str:
    """Write the page: one table for each first word of the codes."""
    parts = [_HEAD]
    for room, kinds in groupby(refusals(), key=lambda kind: kind.code.partition(".")[0]):
        rows = [f"| `{kind.code}` | {family(kind)} | {' | '.join(map(_cell, sentences(kind)))} |" for kind in kinds]
        parts.append(
            f"## {room}\n\n| code | family | 中文 | English |\n| --- | --- | --- | --- |\n" + "\n".join(rows) + "\n"
        )
    return "\n".join(parts)


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        sys.stdout.write(page())
