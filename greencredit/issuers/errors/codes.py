"""What is refused of a unified social credit code: its form and its check characters."""

from greencredit.kernel.errors import Refused


class CodeWrongLength(Refused):
    """统一社会信用代码长度有误: a code has 18 characters."""

    code = "issuers.code_wrong_length"

    def __init__(self, text: str, *, found: int, wanted: int) -> None:
        super().__init__(f"a code has {wanted} characters, found {found} in {text!r}", found=found, wanted=wanted)


class CodeWrongCharacter(Refused):
    """统一社会信用代码含非法字符: a character that may not stand in its place."""

    code = "issuers.code_wrong_character"

    def __init__(self, text: str, *, position: int, found: str, wanted: str) -> None:
        super().__init__(
            f"position {position} of {text} is one of {wanted}, found {found!r}",
            position=position,
            found=found,
            wanted=wanted,
        )


class CodeWrongCheck(Refused):
    """统一社会信用代码校验码不符: the last character does not follow from the seventeen before it."""

    code = "issuers.code_wrong_check"

    def __init__(self, text: str, *, position: int, found: str, wanted: str) -> None:
        super().__init__(
            f"the check character of {text} is {wanted}, found {found} at position {position}",
            position=position,
            found=found,
            wanted=wanted,
        )


class CodeWrongOrganisationCheck(Refused):
    """组织机构代码校验码不符: the inner organisation code (positions 9 to 17) fails its own check."""

    code = "issuers.code_wrong_organisation_check"

    def __init__(self, text: str, *, position: int, found: str, wanted: str) -> None:
        super().__init__(
            f"the check character of the organisation code inside {text} is {wanted}, "
            f"found {found} at position {position}",
            position=position,
            found=found,
            wanted=wanted,
        )


CheckFailed = CodeWrongCheck | CodeWrongOrganisationCheck
