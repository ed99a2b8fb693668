"""What does not hold: a report's file, signature, data, receipt or standing shows something else than it claims."""

from greencredit.proofs.errors import ProofRefused


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


class TimeStampWrong(ProofRefused):
    """时间戳不符: the time stamp is not over this signature, or not by an authority that is trusted."""

    code = "reports.time_stamp_wrong"


class Withdrawn(ProofRefused):
    """报告已撤销或被取代: it was issued, and no longer stands."""

    code = "reports.withdrawn"


class ManifestMalformed(ProofRefused):
    """清单有误: a line of the manifest is not canonical, out of order, or the counts do not agree."""

    code = "reports.manifest_malformed"


class ManifestDiffers(ProofRefused):
    """清单与日志不符: the log entry is about another manifest."""

    code = "reports.manifest_differs"


class NotInManifest(ProofRefused):
    """不在清单中: the manifest does not list a file with this digest."""

    code = "reports.not_in_manifest"
