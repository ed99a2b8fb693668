"""What became of a list against what is on file: what is new, what changed, what stayed."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeVar

from greencredit.merchants.errors import CodeTwice, UnknownGreenKind
from greencredit.schemas.merchants import NewProduct, Product

Thing = TypeVar("Thing", bound=tuple[object, ...])


class Difference(NamedTuple):
    """What is to be added and changed; whatever the list leaves out stays on file."""

    added: dict[str, tuple[object, ...]]
    changed: dict[str, tuple[object, ...]]
    unchanged: int


def difference(
    merchant_id: str, listed: Iterable[Thing], on_file: Mapping[str, Thing], code_of: Callable[[Thing], str]
) -> Difference:
    """Compare a list with what is on file by code; the same line twice counts once, two different ones are refused."""
    seen: dict[str, Thing] = {}
    for one in listed:
        code = code_of(one)
        if seen.setdefault(code, one) != one:
            raise CodeTwice(merchant_id, found=code)
    added: dict[str, tuple[object, ...]] = {code: one for code, one in seen.items() if code not in on_file}
    changed: dict[str, tuple[object, ...]] = {
        code: one for code, one in seen.items() if code in on_file and on_file[code] != one
    }
    return Difference(added, changed, unchanged=len(seen) - len(added) - len(changed))


def product_of(new: NewProduct) -> Product:
    """Give a product as it is kept."""
    return Product(
        code=new.code,
        department=new.department,
        category=new.category,
        type=new.type,
        manufacturer=new.manufacturer,
        brand=new.brand,
        package_size=new.package_size,
        green_kind=new.green_kind,
        green_reason_zh=new.green_reason.zh if new.green_reason else None,
        green_reason_en=new.green_reason.en if new.green_reason else None,
    )


def require_known_kinds(products: Iterable[Product], kinds: Iterable[str]) -> None:
    """Refuse products of a green kind that is not on file: every green product must say why it is one."""
    known = set(kinds)
    unknown = {product.green_kind for product in products if product.green_kind} - known
    if unknown:
        raise UnknownGreenKind(found=sorted(unknown), wanted=sorted(known))
