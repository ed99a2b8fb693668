"""Merchants for tests; every name is 示例…"""

from sqlalchemy.orm import Session

from greencredit.merchants import service
from greencredit.schemas.merchants import GreenKind, Merchant, NewMerchant, NewProduct, NewStore
from greencredit.schemas.values import Words

ORGANIC = GreenKind(
    slug="organic_produce",
    title=Words(zh="有机农产品", en="Organic produce"),
    why=Words(zh="示例：种植不使用化学合成肥料", en="Example: grown without synthetic fertiliser"),
)
REASON = Words(zh="商品类型为有机农产品", en="The product's type is organic produce")


def make_merchant(session: Session, *, name: str = "示例超市", issuer_id: str | None = None) -> Merchant:
    """Let a synthetic merchant in."""
    return service.join(
        session, NewMerchant(name=name, english_name="Example Market", region="CN-SH", issuer_id=issuer_id)
    )


def make_store(session: Session, merchant_id: str, *, code: str = "406") -> None:
    """Open a synthetic store."""
    service.open_stores(session, merchant_id, [NewStore(code=code, name=f"示例门店 {code}", region="CN-SH")])


def new_product(code: str = "p1", *, green: bool = False, department: str = "PRODUCE") -> NewProduct:
    """Describe a product, green or not."""
    return NewProduct(
        code=code,
        department=department,
        category="ORGANICS FRUIT & VEGETABLES" if green else None,
        type="ORGANIC CARROTS" if green else None,
        manufacturer="2",
        brand="National",
        package_size="2 LB",
        green_kind=ORGANIC.slug if green else None,
        green_reason=REASON if green else None,
    )


def make_products(session: Session, merchant_id: str, *products: NewProduct) -> None:
    """Register products, naming the green kind they need."""
    service.name_green_kinds(session, [ORGANIC])
    service.register_products(session, merchant_id, products or (new_product("p1", green=True), new_product("p2")))
