"""Pure rules of quantification: whitelisted formulas, choice of factors, exact grams, checks of a factor file."""

from greencredit.actions.rules.expression import Expression, exact_text, parse
from greencredit.actions.rules.factor_file import read_factor_file, require_publishable
from greencredit.actions.rules.quantify import quantify, recompute, require_usable
from greencredit.actions.rules.selection import FactorBook, province_of

__all__ = [
    "Expression",
    "FactorBook",
    "exact_text",
    "parse",
    "province_of",
    "quantify",
    "read_factor_file",
    "recompute",
    "require_publishable",
    "require_usable",
]
