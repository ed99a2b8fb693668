"""Merchants over HTTP: who accepts credits, and where."""

from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Reading, requires
from greencredit.merchants import queries
from greencredit.schemas.merchants import Merchant, MerchantPage

router = Doors(prefix="/merchants", tags=["merchants 入驻商家"])


@router.get("", dependencies=[requires("public.read")])
def merchants(session: Reading) -> list[Merchant]:
    """List the merchants that accept credits (入驻商家)."""
    return queries.merchants(session)


@router.get("/{merchant_id}", dependencies=[requires("public.read")])
def merchant(session: Reading, merchant_id: str) -> MerchantPage:
    """Show one merchant with its stores (商家与门店)."""
    return MerchantPage(
        merchant=queries.merchant(session, merchant_id), stores=tuple(queries.stores(session, merchant_id))
    )
