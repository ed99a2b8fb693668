"""What other rooms may write into the log: kinds of facts, and the few public names each of them has.

The log is public and never forgets. Ids, codes, digests and days may enter it; nothing about a person, no free text.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from greencredit.proofs.errors import FactRefused
from greencredit.proofs.rules.canonical import canonical

FACTS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "filing": frozenset({"issuer", "filing", "version", "number", "state", "digest", "effective_on"}),
        "rule": frozenset({"issuer", "filing", "rule", "rule_version", "digest", "since"}),
        # `change` counts an issuer's changes of standing from 1, so that one left out of a proof leaves a gap.
        "issuer": frozenset(
            {"issuer", "change", "step", "from", "state", "reason", "filing", "number", "digest", "until"}
        ),
        "certificate": frozenset({"issuer", "certificate", "digest", "valid_from", "valid_until"}),
        "assessment": frozenset({"issuer", "assessment", "verdict", "digest", "valid_until"}),
        "factors": frozenset({"version", "digest"}),
        "report": frozenset({"number", "kind_of_report", "digest"}),
        # Reports that were announced together, before they were drawn, by the root over number, kind and digests.
        "reports": frozenset({"batch", "count", "root"}),
        "seal": frozenset({"certificate", "status_key", "valid_from", "valid_until"}),  # who signs reports from now on
        "report_status": frozenset({"number", "status", "reason", "successor"}),
        # The list of what a batch of reports issued: how many, and the digest of the whole list.
        "manifest": frozenset({"batch", "edition", "kind_of_report", "reports", "digest"}),
        "erasure": frozenset({"holder", "events"}),  # the pseudonym that now stands for nobody
        "coverage": frozenset({"issuer", "size", "root", "outstanding", "guarantee"}),
        # The terms that credits carry from birth to end.
        "series": frozenset(
            {"series", "issuer", "version", "funding", "month", "ends", "cap", "clawback_cap", "refund_grace_days"}
        ),
        "notes": frozenset({"first", "count", "digest"}),  # of a batch: who did it and why, by salted digests
        "draw": frozenset({"draw", "commitment", "seed", "digest"}),
        # Portable proofs: by which keys they are signed, and each version of the list of those taken back.
        "credential_key": frozenset({"suite", "number", "key"}),
        "status_list": frozenset({"list", "version", "digest"}),
    }
)
"""Kind → the names it may carry. A new kind is a line here, and a public promise."""

_CODE: Final = re.compile(r"[A-Za-z0-9_.:@/+=-]{1,128}")
_TITLED: Final = frozenset({"number"})
"""Names whose value an authority or we gave out as it is printed, in whatever letters."""
_TITLE_CHARACTERS_MAX: Final = 80


def fact_entry(kind: str, body: Mapping[str, Any], *, at_micros: int) -> bytes:
    """Write a fact as a log entry, at a time of its own where it has one; refuses what the schema does not know."""
    if kind not in FACTS:
        raise FactRefused(kind, found="a kind without a schema", wanted=f"one of {', '.join(FACTS)}")
    if not body or (strange := sorted(set(body) - FACTS[kind] - {"at"})):
        raise FactRefused(kind, found=", ".join(strange) if body else "nothing", wanted=", ".join(sorted(FACTS[kind])))
    for name, value in body.items():
        _require_public(kind, name, value)
    return canonical({"v": 1, "kind": kind, "at": at_micros, **body})


def _require_public(kind: str, name: str, value: object) -> None:
    if isinstance(value, int):
        return
    if isinstance(value, str) and name in _TITLED and 0 < len(value) <= _TITLE_CHARACTERS_MAX and value.isprintable():
        return
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        raise FactRefused(
            kind, found=f"{name} that is no code", wanted="a whole number, an id, a digest, a code or a day"
        )
