"""The consoles: issuers, certifiers, assessors and authorities file, judge and decide in a browser (业务办理)."""
