"""Files and functions stay short enough to be read once."""

import ast
from typing import Final

from tests.house.sources import sources

_FILE_LINES: Final = 400
_FUNCTION_LINES: Final = 60


def test_no_file_is_longer_than_400_lines() -> None:
    too_long = {source.name: lines for source in sources() if (lines := len(source.text.splitlines())) > _FILE_LINES}

    assert too_long == {}


def test_no_function_is_longer_than_60_lines() -> None:
    too_long = {
        f"{source.name}:{node.lineno} {node.name}": lines
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > _FUNCTION_LINES
    }

    assert too_long == {}
