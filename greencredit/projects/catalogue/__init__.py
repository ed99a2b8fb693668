"""Facts of measurement and verification: carriers, limits with their sources, constants of the uncertainty."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from greencredit.actions.rules import FactorBook
from greencredit.kernel.catalogue import data_files
from greencredit.schemas.projects import Carrier, CarrierFacts, Criterion, ModelGrain, Stage, UncertaintyTerms
from greencredit.schemas.values import Words

_FOLDER: Final = "greencredit.projects.catalogue"
_EVERYWHERE: Final = "GLOBAL"


@cache
def _file(name: str) -> Mapping[str, Any]:
    return MappingProxyType(dict(data_files(_FOLDER))[name])


@cache
def carriers() -> Mapping[Carrier, CarrierFacts]:
    """Give how each carrier is counted."""
    found = {Carrier(name): {"carrier": name, **facts} for name, facts in _file("carriers").items()}
    return MappingProxyType({carrier: CarrierFacts.model_validate(facts) for carrier, facts in found.items()})


@cache
def uncertainty(grain: ModelGrain) -> UncertaintyTerms:
    """Give the constants of the uncertainty for models of days or of bills."""
    return UncertaintyTerms.model_validate({"corrects_from": None, **_file("uncertainty")[grain.value]})


def criteria(stage: Stage, grain: ModelGrain, on: date, book: FactorBook) -> tuple[Criterion, ...]:
    """Give the limits that stand on a day; those that a published factor gives are read from the book."""
    found = []
    for name, facts in _file("criteria").items():
        given = dict(facts)
        series = given.pop("factor", None)
        if given.pop("grain", grain.value) != grain.value or given["stage"] != stage.value:
            continue
        if series is not None:
            given |= _published(series, on, book)
        criterion = Criterion.model_validate({"name": name, **given})
        if criterion.valid_from <= on and (criterion.valid_to is None or on <= criterion.valid_to):
            found.append(criterion)
    return tuple(found)


def _published(series: str, on: date, book: FactorBook) -> dict[str, object]:
    factor = book.choose(series, _EVERYWHERE, on)
    assert factor is not None, f"the limit {series} is among the published factors"
    known = factor.document.startswith(factor.publisher)
    source = factor.document if known else f"{factor.publisher}, {factor.document}"
    return {
        "limit": Decimal(factor.value),
        "source": Words(zh=source, en=source),
        "valid_from": factor.valid_from or date.min,
        "valid_to": factor.valid_to,
        "factor": f"{factor.id} v{factor.version}",
    }
