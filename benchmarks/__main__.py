"""Measures everything: `python -m benchmarks [--json] [--quick] [--growth] [--only NAME]`."""

import sys

from benchmarks import filing, purchases, register, run, start
from benchmarks.earning.families import FAMILIES as EARNING
from benchmarks.ledger.families import FAMILIES
from benchmarks.reports.families import FAMILIES as REPORTS

if __name__ == "__main__":
    alone = {
        "filing": filing.measure,
        "purchases": purchases.measure,
        "register": register.measure,
        "start": start.measure,
    }
    sys.exit(run(alone | EARNING | FAMILIES | REPORTS, __doc__ or ""))
