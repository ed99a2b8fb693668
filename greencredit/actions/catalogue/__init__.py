"""Green actions (绿色行动目录): one file is one action, named by the file; adding a file adds the action."""

from functools import cache
from types import MappingProxyType
from typing import Any, Final

from pydantic import ValidationError

from greencredit.actions import rules
from greencredit.actions.errors import ActionFileRefused
from greencredit.kernel.catalogue import data_files
from greencredit.schemas.actions import GreenAction

FOLDER: Final = "greencredit.actions.catalogue"


def checked(name: str, content: dict[str, Any]) -> GreenAction:
    """Turn the content of a file into an action; what does not fit is refused with the field named."""
    try:
        action = GreenAction.model_validate({"name": name, **content})
    except ValidationError as fault:
        first = fault.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the file"
        found = f"{field} {first['input']!r:.80}"
        raise ActionFileRefused(name, found=found, wanted=first["msg"]) from None
    rules.require_usable(action)
    return action


@cache
def load() -> MappingProxyType[str, GreenAction]:
    """Give every action of the catalogue, by name."""
    return MappingProxyType({name: checked(name, content) for name, content in data_files(FOLDER)})
