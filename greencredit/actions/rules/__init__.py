"""Pure rules of quantification: whitelisted formulas, choice of factors, exact grams, checks of a factor file."""

from greencredit.actions.rules.expression import Expression, exact_text, parse
from greencredit.actions.rules.factor_file import read_factor_file, require_publishable
from greencredit.actions.rules.quantify import quantify, recompute, require_settable, require_usable
from greencredit.actions.rules.record import canonical_text, digest_of, plain_serial
from greencredit.actions.rules.selection import FactorBook, province_of

__all__ = [
    "Expression",
    "FactorBook",
    "canonical_text",
    "digest_of",
    "exact_text",
    "parse",
    "plain_serial",
    "province_of",
    "quantify",
    "read_factor_file",
    "recompute",
    "require_publishable",
    "require_settable",
    "require_usable",
]
