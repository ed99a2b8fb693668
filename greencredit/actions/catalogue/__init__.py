"""Green actions (绿色行动目录): one file is one action, named by the file; adding a file adds the action."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

from pydantic import ValidationError

from greencredit.actions import rules
from greencredit.actions.errors import ActionFileRefused
from greencredit.kernel.catalogue import data_files
from greencredit.schemas.actions import GreenAction, ReductionProduct
from greencredit.schemas.values import Words

_ROOM: Final = "greencredit.actions"
FOLDER: Final = f"{_ROOM}.catalogue"


def checked(name: str, content: dict[str, Any]) -> GreenAction:
    """Turn the content of a file into an action; what does not fit is refused with the field named."""
    try:
        action = GreenAction.model_validate({"name": name, **content})
    except ValidationError as fault:
        first = fault.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the file"
        found = f"{field} {first['input']!r:.80}"
        raise ActionFileRefused(name, found=found, wanted=first["msg"]) from None
    _require_units(action)
    rules.require_usable(action)
    return action


@cache
def load(folder: str = FOLDER) -> Mapping[str, GreenAction]:
    """Give every action of the catalogue, by name."""
    return MappingProxyType({name: checked(name, content) for name, content in data_files(folder)})


@cache
def reduction_products() -> Mapping[str, ReductionProduct]:
    """Give every kind of carbon-reduction product (碳减排产品), by name; each names an action there is, or none."""
    found = {
        name: ReductionProduct.model_validate({"name": name, **content})
        for name, content in data_files(f"{_ROOM}.products")
    }
    assert {one.action for one in found.values() if one.action} <= set(load()), "a product names an action there is"
    return MappingProxyType(found)


@cache
def units() -> Mapping[str, Words]:
    """Give every unit that factors, actions and inputs may have, with its words in both languages."""
    text = (resources.files(_ROOM) / "factors" / "units.toml").read_text(encoding="utf-8")
    return MappingProxyType({unit: Words.model_validate(words) for unit, words in tomllib.loads(text).items()})


def _require_units(action: GreenAction) -> None:
    """Refuse an action whose unit, or an input's, is not in the list of units."""
    given = {"unit": action.unit} | {f"inputs.{entry.name}.unit": entry.unit for entry in action.inputs}
    for field, unit in given.items():
        if unit not in units():
            raise ActionFileRefused(action.name, found=f"{field} {unit!r}", wanted="a unit of the list of units")
