"""Measures earning: `python -m benchmarks.earning [--json] [--quick] [--only NAME]`."""

import sys

from benchmarks import run
from benchmarks.earning.families import FAMILIES

if __name__ == "__main__":
    sys.exit(run(FAMILIES, __doc__ or ""))
