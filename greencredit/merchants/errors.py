"""What the merchants' room refuses: unknown merchants, products that contradict each other, kinds nobody named."""

from collections.abc import Sequence

from greencredit.kernel.errors import Conflict, NotFound, Refused


class UnknownMerchant(NotFound):
    """无此商家: no merchant has this id."""

    code = "merchants.unknown_merchant"

    def __init__(self, merchant_id: str) -> None:
        super().__init__(f"no merchant {merchant_id}", merchant_id=merchant_id)


class HasLeft(Conflict):
    """商家已退出: whoever left opens no store and registers no product."""

    code = "merchants.has_left"

    def __init__(self, merchant_id: str, *, found: str) -> None:
        super().__init__(
            f"{merchant_id} left on {found}, wanted a merchant that is in", merchant_id=merchant_id, found=found
        )


class CodeTwice(Refused):
    """同一编码内容不一致: one list gives one code two different descriptions."""

    code = "merchants.code_twice"

    def __init__(self, merchant_id: str, *, found: str) -> None:
        super().__init__(
            f"the list of {merchant_id} describes {found} in two ways, wanted one", merchant_id=merchant_id, found=found
        )


class UnknownGreenKind(Refused):
    """绿色品类未登记: a product names a green kind that nobody has named and explained."""

    code = "merchants.unknown_green_kind"

    def __init__(self, *, found: Sequence[str], wanted: Sequence[str]) -> None:
        super().__init__(
            f"green kinds on file are {', '.join(wanted) or 'none'}, found {', '.join(found)}",
            found=list(found),
            wanted=list(wanted),
        )
