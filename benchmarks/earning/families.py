"""The families of earning's measurements, by name."""

from typing import Final

from benchmarks import Family
from benchmarks.earning import models, rules

FAMILIES: Final[dict[str, Family]] = {
    "rules": rules.measure,
    "models": models.measure,
}
