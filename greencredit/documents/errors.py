"""What the room of documents refuses: files too large, of a wrong kind, with something in them that acts."""

from collections.abc import Sequence

from greencredit.kernel.errors import NotFound, NotNow, Refused


class EmptyFile(Refused):
    """文件为空: a file without content proves nothing."""

    code = "documents.empty_file"

    def __init__(self) -> None:
        super().__init__("a file with content was wanted, found 0 bytes", found=0, wanted=1)


class FileTooLarge(Refused):
    """文件过大: a file is no larger than the limit; nothing beyond it was read."""

    code = "documents.file_too_large"

    def __init__(self, *, found: int, wanted: int) -> None:
        super().__init__(
            f"a file has at most {wanted:,} bytes, found more: reading stopped at {found:,}",
            found=found,
            wanted=wanted,
        )


class TooMuchADay(Refused):
    """今日上传已达上限: an account hands in so much a day and no more."""

    code = "documents.too_much_a_day"

    def __init__(self, *, what: str, found: int, wanted: int) -> None:
        super().__init__(
            f"one account hands in at most {wanted:,} {what} a day, found {found:,} with this one",
            what=what,
            found=found,
            wanted=wanted,
        )


class TypeNotTaken(Refused):
    """文件类型不接受: only PDF, PNG and JPEG are taken, whatever the file is called."""

    code = "documents.type_not_taken"

    def __init__(self, *, found: str, wanted: Sequence[str]) -> None:
        super().__init__(
            f"one of {', '.join(wanted)} was wanted, found bytes of {found}", found=found, wanted=list(wanted)
        )


class TypeMismatch(Refused):
    """文件内容与名称或声明的类型不符: the bytes are of another kind than name or sender say."""

    code = "documents.type_mismatch"

    def __init__(self, *, where: str, found: str, wanted: str) -> None:
        super().__init__(f"the content is {wanted}, the {where} says {found}", where=where, found=found, wanted=wanted)


class Unreadable(Refused):
    """文件损坏或加密: a file that can't be looked at whole is not taken."""

    code = "documents.unreadable"

    def __init__(self, *, found: str, wanted: str) -> None:
        super().__init__(f"{wanted} was wanted, found {found}", found=found, wanted=wanted)


class ActiveContent(Refused):
    """文件含有脚本或可执行内容: a paper shows something and does nothing."""

    code = "documents.active_content"

    def __init__(self, *, found: Sequence[str]) -> None:
        super().__init__(
            f"a paper without scripts, actions and files inside was wanted, found {', '.join(found)}",
            found=list(found),
            wanted=[],
        )


class NotHandedIn(Refused):
    """材料未上传: whoever names a paper has handed it in before, or it is among the papers of the same place."""

    code = "documents.not_handed_in"

    def __init__(self, *, found: Sequence[str]) -> None:
        super().__init__(
            f"papers are uploaded before they are named; not handed in by you: {', '.join(found)}",
            found=list(found),
            wanted=[],
        )


class UnknownDocument(NotFound):
    """无此材料: no such file is among the papers of this place."""

    code = "documents.unknown_document"

    def __init__(self, digest: str) -> None:
        super().__init__(f"no document {digest[:80]} here", digest=digest[:80])


class FileLost(NotNow):
    """材料文件暂不可读: the register knows the file and the folder does not give it; the audit tells the operator."""

    code = "documents.file_lost"

    def __init__(self, digest: str) -> None:
        super().__init__(f"the file of {digest} can't be read", digest=digest)


class ShelfDoesNotHold(Exception):  # noqa: N818 - it names what was found
    """Files of the register are lost or were altered."""
