"""Measures everything: `python -m benchmarks [--json] [--quick] [--growth] [--only NAME]`."""

import sys

from benchmarks import purchases, run, start
from benchmarks.ledger.families import FAMILIES

if __name__ == "__main__":
    sys.exit(run({"purchases": purchases.measure, "start": start.measure, **FAMILIES}, __doc__ or ""))
