"""The families of reports' measurements, by name."""

from typing import Final

from benchmarks import Family
from benchmarks.reports import district, drawing, gathering, groups, proving

FAMILIES: Final[dict[str, Family]] = {
    "drawing": drawing.measure,
    "memory": drawing.memory,
    "proving": proving.measure,
    "gathering": gathering.measure,
    "groups": groups.measure,
    "district": district.measure,
}
