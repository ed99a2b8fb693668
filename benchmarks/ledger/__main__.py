"""Measures the ledger: `python -m benchmarks.ledger [--json] [--quick] [--growth] [--only NAME]`."""

import sys

from benchmarks import run
from benchmarks.ledger.families import FAMILIES

if __name__ == "__main__":
    sys.exit(run(FAMILIES, __doc__ or ""))
