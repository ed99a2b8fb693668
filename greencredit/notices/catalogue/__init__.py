"""Kinds of notice (通知种类): one file is one kind, named by the file; adding a file adds the kind."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from pydantic import ValidationError

from greencredit.kernel.catalogue import data_files
from greencredit.notices import rules
from greencredit.notices.errors import KindFileRefused, UnknownKind
from greencredit.schemas.notices import NoticeKind

FOLDER: Final = "greencredit.notices.catalogue"


def checked(name: str, content: dict[str, Any]) -> NoticeKind:
    """Turn the content of a file into a kind; what does not fit is refused with the field named."""
    try:
        kind = NoticeKind.model_validate({"name": name, **content})
    except ValidationError as fault:
        first = fault.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the file"
        raise KindFileRefused(name, found=f"{field} {first['input']!r:.80}", wanted=first["msg"]) from None
    rules.require_sayable(kind)
    return kind


@cache
def load() -> Mapping[str, NoticeKind]:
    """Give every kind of notice, by name, in the order in which people look for them."""
    found = sorted((checked(name, content) for name, content in data_files(FOLDER)), key=lambda kind: kind.place)
    return MappingProxyType({kind.name: kind for kind in found})


def for_holders() -> Mapping[str, NoticeKind]:
    """Give the kinds that holders of credits are told of, and may choose ways for."""
    return {name: kind for name, kind in load().items() if kind.reader == "holder" and not kind.fixed}


def kind_named(name: str) -> NoticeKind:
    """Give one kind, or refuse a name that is none."""
    if name not in load():
        raise UnknownKind(name)
    return load()[name]
