"""How sure a saving is: fractional saving uncertainty with effective observations (节能量相对不确定度).

The form is that of ASHRAE Guideline 14-2014 for savings against a regression, with the polynomial α of later work as
the package nmecr states it: half-width = t·α·√(s²·(1 + 2/n')·D·d̄), where s² = Σw·e²/(n' - p), n' = n·(1 - ρ)/(1 + ρ)
with the lag-1 autocorrelation ρ of the residuals, D the days of the reporting period and d̄ those of a mean baseline
observation. For days d̄ is 1 and D is the m of the guideline. The fraction is the half-width over the saving.
"""

import math
from decimal import ROUND_CEILING, Decimal, localcontext
from typing import Final

from greencredit.schemas.projects import Baseline, MeterSeries, Uncertainty, UncertaintyTerms

_MILLI: Final = 1000
_PLACES: Final = Decimal("0.000001")
_PRECISION: Final = 40
_DAYS_OF_A_MONTH: Final = Decimal("30.4375")


def uncertainty_of(
    baseline: Baseline, series: MeterSeries, terms: UncertaintyTerms, saved_milli: int
) -> Uncertainty | None:
    """Give the uncertainty of a saving; nothing if the baseline is worth too few independent observations."""
    fitted = baseline.statistics
    freedom = fitted.effective_observations - fitted.parameters
    if freedom <= 0:
        return None
    with localcontext() as context:
        context.prec = _PRECISION
        months = Decimal(fitted.days) / _DAYS_OF_A_MONTH
        alpha = sum((one * months**power for power, one in enumerate(terms.alpha)), Decimal(0))
        found = Uncertainty(
            confidence=terms.confidence,
            t=t_quantile(float(terms.confidence), float(freedom)),
            alpha=alpha.quantize(_PLACES),
            effective_observations=fitted.effective_observations,
            parameters=fitted.parameters,
            mean_squared_error=(fitted.squared_error / freedom).quantize(_PLACES),
            mean_days=(Decimal(fitted.days) / fitted.observations).quantize(_PLACES),
            reporting_days=series.days,
            half_width_milli=0,
            fraction=None,
        )
    width = half_width(found)
    fraction = (Decimal(width) / saved_milli).quantize(_PLACES, ROUND_CEILING) if saved_milli > 0 else None
    return Uncertainty(**{**dict(found), "half_width_milli": width, "fraction": fraction})


def half_width(of: Uncertainty) -> int:
    """Compute the half-width of the interval again from what is written down, rounded up to a thousandth."""
    with localcontext() as context:
        context.prec = _PRECISION
        spread = of.mean_squared_error * (1 + 2 / of.effective_observations) * of.reporting_days * of.mean_days
        return math.ceil(of.t * of.alpha * spread.sqrt() * _MILLI)


def half_width_after(of: Uncertainty | None, days: int) -> int:
    """Give the half-width that a saving had after so many days of the reporting period; nothing where it has none."""
    return 0 if of is None else half_width(of.model_copy(update={"reporting_days": days}))


def counted(saved_milli: int, uncertainty: Uncertainty | None, deducts_above: Decimal) -> int:
    """Give what of a saving counts: all of it, or less half the interval where that is large; never below zero.

    A saving of which nobody can say how sure it is does not count at all.
    """
    if saved_milli <= 0 or uncertainty is None:
        return 0
    if Decimal(uncertainty.half_width_milli) <= deducts_above * saved_milli:
        return saved_milli
    return max(0, saved_milli - uncertainty.half_width_milli)


def t_quantile(confidence: float, freedom: float) -> Decimal:
    """Give the two-sided quantile of Student's t, to six places."""
    from scipy.special import stdtrit

    return Decimal(f"{float(stdtrit(freedom, (1 + confidence) / 2)):.6f}")
