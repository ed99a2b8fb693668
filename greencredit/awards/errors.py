"""What the giving of awards refuses."""

from greencredit.kernel.errors import Conflict, NotFound, Refused


class RulesNotInForce(Refused):
    """无生效规则: the issuer has no filed rules that hold."""

    code = "awards.no_rules_in_force"

    def __init__(self, issuer_id: str) -> None:
        super().__init__(f"{issuer_id} has no filed earning rule", issuer_id=issuer_id)


class RuleDiffers(Conflict):
    """规则版本冲突: a filed rule version never changes; what is new is a new version."""

    code = "awards.rule_differs"

    def __init__(self, *, name: str, version: int) -> None:
        super().__init__(f"rule {name} version {version} is filed with another text", name=name, version=version)


class NoSuchAward(NotFound):
    """查无此发放: there is no award under this number."""

    code = "awards.no_such_award"

    def __init__(self, award_id: int) -> None:
        super().__init__(f"there is no award {award_id}", award_id=award_id)


class NoSuchUpload(NotFound):
    """查无此文件: no file was handed in to this feed under this job."""

    code = "awards.no_such_upload"

    def __init__(self, job_id: str) -> None:
        super().__init__(f"no file was handed in under job {job_id}", job_id=job_id)


class NoSuchRule(NotFound):
    """查无此规则: the issuer has no rule of this name on file."""

    code = "awards.no_such_rule"

    def __init__(self, issuer_id: str, rule: str) -> None:
        super().__init__(f"{issuer_id} has no rule {rule} on file", issuer_id=issuer_id, rule=rule)
