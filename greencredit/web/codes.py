"""Every refusal of the platform, room by room: what the `type` of a problem document points at."""

from collections.abc import Mapping
from itertools import groupby
from typing import Final

from greencredit.kernel.errors import Conflict, Denied, NotFound, NotNow, Refusal, Refused, every_refusal
from greencredit.schemas.values import Words
from greencredit.schemas.web import ErrorCode, ErrorRoom
from greencredit.web import wording

_FAMILIES: Final[Mapping[type[Refusal], tuple[int, Words]]] = {
    NotFound: (404, Words(zh="没有找到", en="not found")),
    Denied: (403, Words(zh="没有权限", en="denied")),
    Conflict: (409, Words(zh="与现状冲突", en="conflict")),
    Refused: (422, Words(zh="不被接受", en="refused")),
    NotNow: (503, Words(zh="暂时不能", en="not now")),
}


def error_rooms() -> tuple[ErrorRoom, ...]:
    """List every refusal that this process can give, by room."""
    codes = sorted({kind.code: kind for kind in every_refusal()}.items())
    return tuple(
        ErrorRoom(name=room, codes=tuple(_code(code, kind) for code, kind in found))
        for room, found in groupby(codes, key=lambda one: one[0].partition(".")[0])
    )


def _code(code: str, kind: type[Refusal]) -> ErrorCode:
    status, title = next(said for family, said in _FAMILIES.items() if issubclass(kind, family))
    return ErrorCode(code=code, family=title, status=status, sentence=wording.refusal(kind))
