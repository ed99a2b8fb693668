"""What reports refuse: a character no font draws, a number that is none, an unknown kind, paper without Pango."""

from typing import Final

from greencredit.kernel.errors import Conflict, NotFound, Refused
from greencredit.proofs.errors import ProofRefused

PANGO_PACKAGES: Final = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")


class MissingGlyph(Refused):
    """缺字: a character that no font of ours can draw; an empty box in somebody's name is never printed."""

    code = "reports.missing_glyph"

    def __init__(self, characters: list[str]) -> None:
        named = ", ".join(f"{character} (U+{ord(character):04X})" for character in characters)
        super().__init__(
            f"no font of the reports draws {named}; every character must be drawn",
            characters=[{"character": character, "code": f"U+{ord(character):04X}"} for character in characters],
        )


class PdfUnavailable(Refused):
    """暂不能生成 PDF: the machine lacks the text library that WeasyPrint sets type with."""

    code = "reports.pdf_unavailable"

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"PDF needs the Debian packages {', '.join(PANGO_PACKAGES)}; found: {reason}",
            packages=list(PANGO_PACKAGES),
            reason=reason,
        )


class MalformedNumber(Refused):
    """报告编号有误: not a report number, or its check characters do not agree."""

    code = "reports.malformed_number"

    def __init__(self, number: str) -> None:
        super().__init__(
            f"{number!r} is not a report number; wanted GC-YY-XXXXXXX-XXXXXXX-CC with agreeing check digits",
            number=number,
        )


class UnknownNumber(NotFound):
    """查无此编号: well formed, but no such report was issued here."""

    code = "reports.unknown_number"

    def __init__(self, number: str) -> None:
        super().__init__(f"no report {number} was issued here", number=number)


class UnknownKind(NotFound):
    """没有这种报告: the catalogue has no report of that name."""

    code = "reports.unknown_kind"

    def __init__(self, kind: str, known: list[str]) -> None:
        super().__init__(f"no report kind {kind!r}; there are {', '.join(known)}", kind=kind, known=known)


class WrongFacts(Refused):
    """报告内容不符: the record handed in is not the one this kind of report prints."""

    code = "reports.wrong_facts"

    def __init__(self, kind: str, *, wanted: str, found: str) -> None:
        super().__init__(f"a {kind} report prints {wanted}, found {found}", kind=kind, wanted=wanted, found=found)


class NumberTaken(Conflict):
    """报告编号冲突: other facts already carry this number (one chance in 2^61)."""

    code = "reports.number_taken"

    def __init__(self, number: str, *, wanted: str, found: str) -> None:
        super().__init__(
            f"{number} belongs to facts {found}, not to {wanted}", number=number, wanted=wanted, found=found
        )


class NotReproduced(Conflict):
    """无法原样重现: the file of an issued report is gone and today's templates or fonts would draw another one."""

    code = "reports.not_reproduced"

    def __init__(self, number: str, *, wanted: str, found: str) -> None:
        super().__init__(
            f"{number} was drawn by renderer {wanted}; the present one, {found}, gives other bytes",
            number=number,
            wanted=wanted,
            found=found,
        )


class StatementDiffers(Conflict):
    """明细与账不符: movements and the ledger's own sums lead to different balances; no statement is made of that."""

    code = "reports.statement_differs"

    def __init__(self, subject_id: str, *, wanted: object, found: object) -> None:
        super().__init__(
            f"the movements of {subject_id} lead to {found}, the ledger's sums to {wanted}",
            subject_id=subject_id,
            wanted=str(wanted),
            found=str(found),
        )


class NotAReport(ProofRefused):
    """不是报告文件: the file is not a PDF as reports of this platform are written."""

    code = "reports.not_a_report"


class FileTooLarge(ProofRefused):
    """文件过大: no report is that large; nothing of it was read."""

    code = "reports.file_too_large"


class EncryptedFile(ProofRefused):
    """文件已加密: reports are never encrypted; what cannot be read cannot be checked."""

    code = "reports.encrypted_file"


class NotSigned(ProofRefused):
    """没有签名: the file carries no signature; it may be a report, and nothing in it shows whose."""

    code = "reports.not_signed"


class ChangedAfterSigning(ProofRefused):
    """签名后有改动: something was added to the file after it was signed, or the signature leaves a part of it out."""

    code = "reports.changed_after_signing"


class SignatureMalformed(ProofRefused):
    """签名格式有误: the signature is not of the one form that reports are signed in (PAdES, ECDSA P-256)."""

    code = "reports.signature_malformed"


class SignatureWrong(ProofRefused):
    """签名不符: the signature does not fit the file; at least one byte of it was changed."""

    code = "reports.signature_wrong"


class FilesMissing(ProofRefused):
    """内附文件缺失: a file that every report carries inside is missing, unreadable or larger than any of ours."""

    code = "reports.files_missing"


class DigestDiffers(ProofRefused):
    """数据摘要不符: number, printed digest and the data inside do not belong together."""

    code = "reports.digest_differs"


class FactsInconsistent(ProofRefused):
    """数据不自洽: the data inside do not have the published shape, or their sums do not add up."""

    code = "reports.facts_inconsistent"


class TableDiffers(ProofRefused):
    """表格与数据不符: the table inside says something else than the data."""

    code = "reports.table_differs"


class PrintedDiffers(ProofRefused):
    """印出的数字与数据不符: a figure of the data does not stand on the pages as it must."""

    code = "reports.printed_differs"


class AnotherReport(ProofRefused):
    """回执属于另一份报告: the receipt inside was given for another report."""

    code = "reports.another_report"


class CertificateUnknown(ProofRefused):
    """签名证书不在日志中: the log does not name the certificate that the file was signed with, or not for that time."""

    code = "reports.certificate_unknown"


class SignedAtAnotherTime(ProofRefused):
    """签名时间不符: the signature gives another time than the log entry of the report."""

    code = "reports.signed_at_another_time"


class IssuerNotActive(ProofRefused):
    """发行主体当时无资格: at no time that the report covers was an issuer in it both active and filed."""

    code = "reports.issuer_not_active"


class StatusListWrong(ProofRefused):
    """状态清单有误: the list of withdrawn reports is not signed by the key that the log names, or was changed."""

    code = "reports.status_list_wrong"


class StatusListTooOld(ProofRefused):
    """状态清单过旧: the list is older than the report and says nothing about it."""

    code = "reports.status_list_too_old"


class Withdrawn(ProofRefused):
    """报告已撤销或被取代: it was issued, and no longer stands."""

    code = "reports.withdrawn"
