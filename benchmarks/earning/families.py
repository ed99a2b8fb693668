"""The families of earning's measurements, by name."""

from typing import Final

from benchmarks import Family
from benchmarks.earning import rules

FAMILIES: Final[dict[str, Family]] = {
    "rules": rules.measure,
}
