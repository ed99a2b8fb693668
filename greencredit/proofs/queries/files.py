"""Finds the files that the log was published as."""

from pathlib import Path
from typing import Final

from greencredit.proofs.errors import NoSuchFile
from greencredit.proofs.rules.tiles import parse_tile_path, tile_path

FOLDER: Final = "log"
"""Below the data folder: the log as files, laid out as c2sp.org/tlog-tiles."""

CHECKPOINT: Final = "checkpoint"


def log_folder(data_dir: Path) -> Path:
    """Tell where the log's files lie."""
    return data_dir / FOLDER


def published_checkpoint(data_dir: Path) -> Path:
    """Give the file of the newest published checkpoint."""
    return _there(log_folder(data_dir), CHECKPOINT)


def published_tile(data_dir: Path, path: str) -> Path:
    """Give the file of a tile or of a bundle of entries; refuses every path that names none."""
    return _there(log_folder(data_dir), tile_path(parse_tile_path(path)))


def _there(folder: Path, path: str) -> Path:
    file = folder / path
    if not file.is_file():
        raise NoSuchFile(path)
    return file
