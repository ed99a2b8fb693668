"""The receipt that a report carries: what was put into the log about it before it was drawn."""

import json
from collections.abc import Sequence
from typing import Final, NamedTuple

from greencredit.proofs.rules.base64_text import encoded
from greencredit.proofs.rules.canonical import canonical, parse_plain
from greencredit.proofs.rules.records import shaped
from greencredit.proofs.rules.tree import inclusion_path, leaf_hash, root_of
from greencredit.schemas.reports.proven import ReportReceipt

FILE_NAME: Final = "receipt.json"
"""The file inside a report."""


class Announced(NamedTuple):
    """What is told of a report before it is drawn; all of it follows from its facts."""

    number: str
    kind: str
    lang: str
    facts_sha256: str
    table_sha256: str

    @property
    def leaf(self) -> bytes:
        """Write it the way it is hashed."""
        return canonical({"v": 1, **self._asdict()})


def batch_root(announced: Sequence[Announced]) -> str:
    """Give the one hash that stands in the log for all of them."""
    return encoded(root_of([leaf_hash(one.leaf) for one in announced]))


def batch_path(announced: Sequence[Announced], place: int) -> tuple[str, ...]:
    """Give the path from one of them to that hash."""
    return tuple(map(encoded, inclusion_path([leaf_hash(one.leaf) for one in announced], place)))


def receipt_file(receipt: ReportReceipt) -> bytes:
    """Write a receipt the way it is embedded."""
    return (json.dumps(receipt.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n").encode()


def parse_report_receipt(data: bytes) -> ReportReceipt:
    """Read a receipt; nothing in it is believed yet."""
    parse_plain(data)
    return shaped(ReportReceipt, data)


def announced_in(receipt: ReportReceipt) -> Announced:
    """Give what a receipt says was announced."""
    return Announced(receipt.number, receipt.kind, receipt.lang, receipt.facts_sha256, receipt.table_sha256)
