"""The corpus of rule cases: one file is one family, each case with its scheme, facts, expected award and sentences."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from greencredit.schemas.awards.trials import GoldenCase
from greencredit.schemas.issuers import Scheme
from tests.factories.issuers import new_scheme

CASES: Final = Path(__file__).parent / "cases"

_RULE: Final[dict[str, Any]] = {
    "name": "organic",
    "version": 1,
    "title": {"zh": "有机农产品", "en": "Organic produce"},
    "ground": "purchase",
    "products": ["organic_produce"],
    "rate": {"kind": "per_yuan", "credits": 1},
    "since": "2024-01-01",
}
"""What a rule of a case says where it says nothing else."""


class Entry(NamedTuple):
    """One case with the scheme under which it is judged."""

    family: str
    scheme: Scheme
    case: GoldenCase


def scheme_of(part: Mapping[str, Any]) -> Scheme:
    """Make a whole scheme of the part that a case is about."""
    plain = new_scheme().model_dump(mode="json")
    return Scheme.model_validate(plain | dict(part) | {"rules": [_RULE | rule for rule in part["rules"]]})


def entries() -> Iterator[Entry]:
    """Give every case."""
    for path in sorted(CASES.glob("*.json")):
        for one in json.loads(path.read_text(encoding="utf-8")):
            yield Entry(path.stem, scheme_of(one["scheme"]), GoldenCase.model_validate(one["case"]))
