"""What reports refuse: a character no font draws, a number that is none, an unknown kind, paper without Pango."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from greencredit.kernel.errors import Conflict, NotFound, NotNow, Refused

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


class WrongOrganisation(Refused):
    """组织类别不符: a report of schools is of a school, one of communities of a district or community, and so on."""

    code = "reports.wrong_organisation"

    def __init__(self, report: str, *, found: str, wanted: Iterable[str]) -> None:
        kinds = sorted(str(one) for one in wanted)
        super().__init__(
            f"a {report} report is of a {' or '.join(kinds)}, found a {found}",
            report=report,
            found=str(found),
            wanted=kinds,
        )


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


class PeriodNotBegun(Refused):
    """报告期尚未开始: nothing can have happened yet in the days that are asked for."""

    code = "reports.period_not_begun"

    def __init__(self, since: date, today: date) -> None:
        super().__init__(
            f"the period begins on {since}, today is {today}", since=since.isoformat(), today=today.isoformat()
        )


class UnknownRequest(NotFound):
    """没有这项申请: nobody asked for a report under this id."""

    code = "reports.unknown_request"

    def __init__(self, request_id: str) -> None:
        super().__init__(f"there is no request {request_id}", request_id=request_id)


class UnknownBatch(NotFound):
    """没有这个批次: no batch of reports has this id."""

    code = "reports.unknown_batch"

    def __init__(self, batch_id: str) -> None:
        super().__init__(f"there is no batch {batch_id}", batch_id=batch_id)


class BatchKeyReused(Conflict):
    """批次键已被占用: the key was already used for another batch; the first one stands."""

    code = "reports.batch_key_reused"

    def __init__(self, key: str, found: str) -> None:
        super().__init__(f"the key {key} already stands for another batch, {found}", key=key, found=found)


class BatchBusy(Conflict):
    """批次正在收尾: the manifest is being written; a moment later it is there."""

    code = "reports.batch_busy"

    def __init__(self, batch_id: str, *, found: str) -> None:
        super().__init__(
            f"{batch_id} is {found}, issuing or closed wanted", batch_id=batch_id, found=found, wanted="issuing, closed"
        )


class ListClosed(Conflict):
    """名单已关闭: nobody can be added to a batch whose subjects were all listed."""

    code = "reports.list_closed"

    def __init__(self, batch_id: str, *, found: str) -> None:
        super().__init__(f"{batch_id} is {found}, cutting wanted", batch_id=batch_id, found=found, wanted="cutting")


class NoManifest(NotFound):
    """尚无签发清单: the batch has not ended yet."""

    code = "reports.no_manifest"

    def __init__(self, batch_id: str, *, found: str) -> None:
        super().__init__(f"{batch_id} is {found} and has no manifest yet", batch_id=batch_id, found=found)


class NotLoggedYet(NotFound):
    """尚未入日志: the manifest's digest waits for the next entries or the next signature of the log."""

    code = "reports.not_logged_yet"

    def __init__(self, digest: str) -> None:
        super().__init__(f"{digest} is not under a signed checkpoint yet", digest=digest)


class CertificateUnusable(Refused):
    """签章证书不可用: certificate or key that reports were to be signed with cannot be used."""

    code = "reports.certificate_unusable"

    def __init__(self, *, found: str, wanted: str) -> None:
        super().__init__(f"found {found}, wanted {wanted}", found=found, wanted=wanted)


class SealKeyLost(Conflict):
    """签章密钥不符: the certificate in use was made with another root secret than this installation has now."""

    code = "reports.seal_key_lost"

    def __init__(self, fingerprint: str) -> None:
        super().__init__(
            f"the key of certificate {fingerprint} does not follow from this installation's secret; wanted the secret "
            "it was made with",
            fingerprint=fingerprint,
        )


class NotAnnounced(Conflict):
    """报告尚未入日志: a report is put into the log before it is drawn and signed."""

    code = "reports.not_announced"

    def __init__(self, number: str) -> None:
        super().__init__(f"{number} is in no signed checkpoint of the log; wanted it announced first", number=number)


class AlreadyWithdrawn(Conflict):
    """报告已撤销: a report that was revoked is neither revoked nor superseded again."""

    code = "reports.already_withdrawn"

    def __init__(self, number: str, *, status: str) -> None:
        super().__init__(f"{number} is {status} already", number=number, status=status)


class NotItsSuccessor(Refused):
    """不能互相取代: a report takes the place of another one about the same subject, kind and language."""

    code = "reports.not_its_successor"

    def __init__(self, number: str, successor: str) -> None:
        super().__init__(
            f"{successor} cannot take the place of {number}; wanted another report of the same subject, kind and "
            "language that still stands",
            number=number,
            successor=successor,
        )


class TimeStampUnavailable(NotNow):
    """时间戳机构不可用: no usable stamp was given; a report is not issued at a lower level than was asked for."""

    code = "reports.time_stamp_unavailable"

    def __init__(self, url: str, *, found: str) -> None:
        super().__init__(f"no time stamp from {url}: {found}", url=url, found=found)
