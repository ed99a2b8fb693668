"""Measures reports: `python -m benchmarks.reports [--json] [--quick] [--growth] [--only NAME]`."""

import sys

from benchmarks import run
from benchmarks.reports.families import FAMILIES

if __name__ == "__main__":
    sys.exit(run(FAMILIES, __doc__ or ""))
