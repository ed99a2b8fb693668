"""What is refused of a guarantee: money that may not be named, days to come, and issuing beyond it."""

from datetime import date

from greencredit.kernel.errors import Conflict, Refused


class PaymentReserveNamed(Refused):
    """备付金不得作为保障资金: payers' reserve money never guarantees credits."""

    code = "issuers.payment_reserve_named"

    def __init__(self, *, field: str, found: str) -> None:
        super().__init__(
            f"{field} names a payment-reserve account: {found}; wanted a custody account, guarantee or surety",
            field=field,
            found=found,
            wanted="custody_account, bank_guarantee, surety_insurance",
        )


class StatementFromTheFuture(Refused):
    """存管说明日期在未来: a custodian states what was, not what will be."""

    code = "issuers.statement_from_the_future"

    def __init__(self, *, found: date, wanted: date) -> None:
        super().__init__(
            f"a statement is of {wanted} or a day before, found {found}",
            found=found.isoformat(),
            wanted=wanted.isoformat(),
        )


class CoverageShort(Refused):
    """价值保障不足: what is held does not cover what is owed as filed, or nobody has stated it lately."""

    code = "issuers.coverage_short"

    def __init__(self, issuer_id: str, *, found: str, wanted: str) -> None:
        super().__init__(
            f"{issuer_id} needs {wanted}, found {found}",
            issuer_id=issuer_id,
            found=found,
            wanted=wanted,
        )


class ReasonStands(Refused):
    """限制事由未消除: somebody else's reason, or one whose cause is still there, is not lifted."""

    code = "issuers.reason_stands"

    def __init__(self, issuer_id: str, *, found: str, wanted: str) -> None:
        super().__init__(
            f"{issuer_id} is held back by {found}, wanted {wanted}", issuer_id=issuer_id, found=found, wanted=wanted
        )


class NothingFrozen(Conflict):
    """没有待处理的暂缓生效积分: no award of this issuer waits for a decision after a suspension."""

    code = "issuers.nothing_frozen"

    def __init__(self, issuer_id: str) -> None:
        super().__init__(f"{issuer_id} has no frozen awards to decide on", issuer_id=issuer_id, found=0)
