"""Keeps what a command sent back: every refused line in a file beside the input, the first few for the screen."""

import csv
from pathlib import Path
from typing import Any, Final, Self, TextIO

_SHOWN: Final = 20


class Rejects:
    """A CSV file of refused lines that is made with the first of them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.first: list[dict[str, Any]] = []
        self._file: TextIO | None = None
        self._writer: Any = None

    def __call__(self, line: int, code: str, detail: str, cells: list[str]) -> None:
        """Take one refused line."""
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8", errors="backslashreplace", newline="")
            self._writer = csv.writer(self._file)
            self._writer.writerow(("line", "code", "detail", "cells"))
        self._writer.writerow((line, code, detail, *cells))
        if len(self.first) < _SHOWN:
            self.first.append({"line": line, "code": code, "detail": detail})

    def __enter__(self) -> Self:
        """Be used in a `with` block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file, if there was anything to write."""
        if self._file is not None:
            self._file.close()
