"""What is refused of a registration: an id nobody has, a company that is registered already."""

from greencredit.kernel.errors import Conflict, NotFound


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
