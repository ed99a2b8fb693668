"""What is refused of a registration: an id nobody has, a company that is registered already."""

from collections.abc import Sequence

from greencredit.kernel.errors import Conflict, NotFound, Refused


class UnknownIssuer(NotFound):
    """无此发行主体: nobody is registered under this id."""

    code = "issuers.unknown_issuer"

    def __init__(self, issuer_id: str) -> None:
        super().__init__(f"no issuer {issuer_id}", issuer_id=issuer_id)


class AlreadyRegistered(Conflict):
    """主体已登记: another living registration has this code."""

    code = "issuers.already_registered"

    def __init__(self, code: str, *, found: str) -> None:
        super().__init__(f"{code} is registered as {found}", uscc=code, found=found)


class PapersMissing(Refused):
    """登记材料不齐: a registration is handed in with every paper that its kind of issuer needs."""

    code = "issuers.papers_missing"

    def __init__(self, issuer_id: str, *, found: Sequence[str], wanted: Sequence[str], titles: Sequence[str]) -> None:
        missing = [name for name in wanted if name not in set(found)]
        super().__init__(
            f"{issuer_id} still needs {'; '.join(titles)}",
            issuer_id=issuer_id,
            found=list(found),
            wanted=list(wanted),
            missing=missing,
            titles=list(titles),
        )


class CodeInOrder(Refused):
    """该代码校验无误: only a code that fails a check is looked at by hand."""

    code = "issuers.code_in_order"

    def __init__(self, text: str) -> None:
        super().__init__(f"a code that fails a check was wanted, found {text}, which passes", found=text)


class UnknownCodeReview(NotFound):
    """无此人工核验申请: nobody asked for a review under this id."""

    code = "issuers.unknown_code_review"

    def __init__(self, review_id: str) -> None:
        super().__init__(f"no review {review_id}", review_id=review_id)


class CodeReviewDecided(Conflict):
    """人工核验已办结: a request is decided once; another one can be made."""

    code = "issuers.code_review_decided"

    def __init__(self, review_id: str, *, found: str) -> None:
        super().__init__(f"{review_id} was decided: {found}", review_id=review_id, found=found)
