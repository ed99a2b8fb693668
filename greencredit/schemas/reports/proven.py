"""What makes a report provable: its receipt from the log, its signature, and whether it still stands."""

from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field

from greencredit.schemas.proofs import Base64, StatementBatch
from greencredit.schemas.proofs import Count as ProofCount
from greencredit.schemas.reports.shared import Count, Lang, Sha256
from greencredit.schemas.values import Instant, Record, Words

REPORT_RECEIPT_FORMAT: Final = "greencredit-report-receipt/v1"


class ReportReceipt(Record):
    """报告回执: a report was put into the log before it was drawn, and by whom it would be signed.

    Two short paths: from the report to the root of the batch it was announced in, from that batch's log entry to the
    root of the log. Beside them stand the entry that names the certificate, and what the log says of the issuers.
    """

    format: Literal["greencredit-report-receipt/v1"] = REPORT_RECEIPT_FORMAT
    number: str
    kind: str
    lang: Lang
    facts_sha256: Sha256
    table_sha256: Sha256
    """Digest of the table that is embedded as CSV."""
    place: ProofCount
    """Where it stands among the reports announced together."""
    count: Annotated[int, Field(ge=1)]
    path: tuple[Base64, ...]
    batch: StatementBatch
    seal: StatementBatch
    issuers: tuple[StatementBatch, ...]
    checkpoint: str
    keys: tuple[str, ...] = ()


class ReportStatus(StrEnum):
    """Whether a report that was issued still stands (有效 / 已更新 / 已撤销)."""

    VALID = "valid"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"

    @property
    def words(self) -> Words:
        """Say it."""
        return _STATUS_WORDS[self]


class WithdrawalReason(StrEnum):
    """Why a report no longer stands; a code, for the log is public and takes no free text."""

    SUPERSEDED = "superseded"
    AWARD_REVERSED = "award_reversed"
    FACTOR_WITHDRAWN = "factor_withdrawn"
    FACTS_WRONG = "facts_wrong"
    ISSUED_BY_MISTAKE = "issued_by_mistake"
    KEY_COMPROMISED = "key_compromised"
    HOLDER_ASKED = "holder_asked"

    @property
    def words(self) -> Words:
        """Say it."""
        return _REASON_WORDS[self]


class ReportStanding(Record):
    """报告状态: what became of a report since it was issued."""

    number: str
    status: ReportStatus
    since: Instant | None = None
    reason: WithdrawalReason | None = None
    successor: str | None = None
    """The number of the report that took its place."""


class SignatureNote(Record):
    """How the file of a report was signed."""

    level: Literal["B-B", "B-T"]
    """Of the signature itself; with material for long after behind it, which the file shows, B-T comes to B-LT."""
    certificate_sha256: Sha256
    unsigned_sha256: Sha256
    """Digest of the file before the signature: the part that anybody can draw again from facts and receipt."""
    unsigned_bytes: Count
    signed_at: Instant


_STATUS_WORDS = {
    ReportStatus.VALID: Words(zh="有效", en="valid"),
    ReportStatus.SUPERSEDED: Words(zh="已被新版取代", en="superseded"),
    ReportStatus.REVOKED: Words(zh="已撤销", en="revoked"),
}
_REASON_WORDS = {
    WithdrawalReason.SUPERSEDED: Words(zh="已出具新版报告", en="a newer report takes its place"),
    WithdrawalReason.AWARD_REVERSED: Words(zh="报告所列积分已冲正", en="awards in it were reversed"),
    WithdrawalReason.FACTOR_WITHDRAWN: Words(zh="所用排放因子已撤回", en="a factor it uses was withdrawn"),
    WithdrawalReason.FACTS_WRONG: Words(zh="数据有误", en="its data were wrong"),
    WithdrawalReason.ISSUED_BY_MISTAKE: Words(zh="误签发", en="it was issued by mistake"),
    WithdrawalReason.KEY_COMPROMISED: Words(zh="签名密钥已失控", en="the signing key was compromised"),
    WithdrawalReason.HOLDER_ASKED: Words(zh="应本人要求撤销", en="whom it is about asked for it"),
}
