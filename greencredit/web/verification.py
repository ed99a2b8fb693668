"""What the page behind a QR code may say: whether a number was issued, whether digest and file belong to it."""

import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy.orm import Session

from greencredit.issuers import queries as issuers
from greencredit.kernel.clock import civil_date
from greencredit.kernel.errors import NotFound
from greencredit.proofs import queries as proofs
from greencredit.proofs.rules.policy import Policy, policy_text
from greencredit.proofs.rules.steps import failed_step
from greencredit.reports import queries as reports
from greencredit.reports import rules
from greencredit.reports.errors import MalformedNumber, NotSigned
from greencredit.reports.rules.checking.verify import verify_report
from greencredit.reports.rules.signature.revision import LARGEST_BYTES
from greencredit.schemas.proofs import Step
from greencredit.schemas.reports import IssuedReport, Lang
from greencredit.schemas.reports.proven import ReportStanding, ReportStatus
from greencredit.schemas.values import Words
from greencredit.schemas.web import Check, VerifyPage
from greencredit.web.steps import told

FACTS_FILE: Final = "report.json"
LARGEST_UPLOAD_BYTES: Final = LARGEST_BYTES
_MOST_UNFOLDED_BYTES: Final = 100_000_000
"""What a stream of a PDF may unfold to: ten megabytes can be made to hold ten thousand."""

_PDF_MAGIC: Final = b"%PDF-"
_PAGE: Final = b"<!doctype html"
_ASKED_HERE: Final = "revocation"
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_LANGUAGES: Final[dict[Lang, Words]] = {"zh": Words(zh="中文", en="Chinese"), "en": Words(zh="英文", en="English")}

_NUMBER: Final = Words(zh="编号", en="The number")
_PRINTED: Final = Words(zh="您输入的摘要", en="The digest you entered")
_STANDING: Final = Words(zh="是否仍然有效", en="Whether it still stands")
_FACTS: Final = Words(zh="报告数据（report.json）", en="The report's data (report.json)")
_FILE: Final = Words(zh="文件本身", en="The file itself")

_NOT_CHECKED: Final = (
    Words(
        zh="凭证是否属实：小票、行程和称重由发行主体收取，本平台未在此核实凭证所述之事是否真实发生。",
        en="Whether it is true: this page does not check whether what the evidence says really happened.",
    ),
    Words(
        zh="谁是持有人：本页不显示任何个人信息，也不能证明出示报告的人就是报告里的人。",
        en="Who holds it: this page shows no personal data and cannot tell whether the bearer is the person meant.",
    ),
    Words(
        zh="减排量会不会在别处重复声明：平台内同一凭证不会计两次，平台之外无法得知。",
        en="Whether the same reduction is claimed elsewhere: evidence never counts twice here; outside we cannot know.",
    ),
)
_OVERALL: Final = {
    "on_file": (
        Words(zh="登记在案", en="On file"),
        Words(
            zh="本平台签发过这个编号的报告。要确认手里的内容没有被改动，请比较摘要或上传文件。",
            en="A report of this number was issued here. To be sure that yours was not altered, compare its digest or "
            "upload the file.",
        ),
    ),
    "agrees": (
        Words(zh="一致", en="It agrees"),
        Words(
            zh="您给出的内容与签发时登记的一致。",
            en="What you gave agrees with what was put on file when it was issued.",
        ),
    ),
    "withdrawn": (
        Words(zh="已不再有效", en="No longer in force"),
        Words(
            zh="这份报告确由本平台签发，但之后已被撤销或被新版取代，请不要再采信。",
            en="This report was issued here, and was revoked or superseded since: do not rely on it any more.",
        ),
    ),
    "differs": (
        Words(zh="不一致", en="It differs"),
        Words(
            zh="这个编号登记在案，但您给出的内容与签发时不同，请不要采信。",
            en="The number is on file, but what you gave is not what was issued: do not rely on it.",
        ),
    ),
}


@dataclass(frozen=True)
class Upload:
    """What could be read from a file somebody sent."""

    is_pdf: bool
    is_page: bool
    """A report as a page, as it is given where no PDF can be drawn; it carries no file inside."""
    file_sha256: str
    facts: bytes | None
    """The facts inside; none where the file holds none or can't be read."""


def page_of(session: Session, number: str, digest: str | None = None) -> VerifyPage:
    """Say what is on file for a number, and whether a digest that was typed in belongs to it."""
    try:
        found = reports.by_number(session, number)
    except MalformedNumber:
        return _malformed(number)
    except NotFound:
        return _unknown(rules.require_number(number))
    return _page(session, found, () if digest is None else (_digest_check(found, digest),))


def page_of_file(session: Session, content: bytes, own_name: str, number: str | None = None) -> VerifyPage:
    """Say whether a file, or the facts inside it, are those of a report that was issued here.

    A PDF takes the steps of the offline verifier, under the log's own keys; whether it was withdrawn is asked here.
    """
    upload = read_upload(content)
    steps: list[Step] = []
    if upload.is_pdf:
        policy = Policy.parse(policy_text(proofs.log_keys(session, own_name), asks_witnesses=False).encode())
        steps = [step for step in verify_report(content, policy, None, None) if step.name != _ASKED_HERE]
    found = _named(session, number) if number else _found_by_facts(session, upload.facts)
    if found is None:
        return _unknown_file(upload, steps)
    return _page(session, found, tuple(_file_checks(session, found, upload)), steps)


def read_upload(content: bytes) -> Upload:
    """Take the facts out of a PDF, or take the file for the facts."""
    is_pdf, is_page = content.startswith(_PDF_MAGIC), content[: len(_PAGE)].lower() == _PAGE
    facts = _attached_facts(content) if is_pdf else None if is_page else content
    return Upload(is_pdf=is_pdf, is_page=is_page, file_sha256=rules.digest_of(content), facts=facts)


def _attached_facts(content: bytes) -> bytes | None:
    import pikepdf

    most = _MOST_UNFOLDED_BYTES
    pikepdf.settings.set_qpdf_limits(flate_max_memory=most, png_max_memory=most, run_length_max_memory=most)
    # Whatever is wrong with the file: it holds no facts that could be compared.
    try:
        with pikepdf.open(io.BytesIO(content), attempt_recovery=False) as pdf:
            attached = pdf.attachments.get(FACTS_FILE)
            return None if attached is None else attached.get_file().read_bytes()
    except (pikepdf.PdfError, RuntimeError, ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return None


def _named(session: Session, number: str) -> IssuedReport | None:
    try:
        return reports.by_number(session, number)
    except (MalformedNumber, NotFound):
        return None


def _found_by_facts(session: Session, facts: bytes | None) -> IssuedReport | None:
    """Find the report of these facts: its number follows from their digest, its language and its year."""
    year = None if facts is None else _year_of(facts)
    if facts is None or year is None:
        return None
    candidates = (_named(session, rules.number_of(rules.digest_of(facts), lang, year)) for lang in _LANGUAGES)
    return next((found for found in candidates if found is not None), None)


def _year_of(facts: bytes) -> int | None:
    try:
        read: Any = json.loads(facts)
        as_of = datetime.fromisoformat(read["facts"]["as_of"])
        return civil_date(as_of).year if as_of.tzinfo else None
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None


def _digest_check(found: IssuedReport, digest: str) -> Check:
    typed = "".join(digest.split()).lower()
    if not _DIGEST.fullmatch(typed):
        return Check(
            verdict="not_checked",
            title=_PRINTED,
            sentence=Words(
                zh=f"摘要应为 64 位十六进制字符，收到 {len(typed)} 位，没有比较。",
                en=f"A digest has 64 hexadecimal digits, found {len(typed)} characters; nothing was compared.",
            ),
        )
    if typed == found.facts_sha256:
        return Check(
            verdict="agrees",
            title=_PRINTED,
            sentence=Words(zh="与登记的摘要一致。", en="Agrees with the digest on file."),
        )
    return Check(
        verdict="differs",
        title=_PRINTED,
        sentence=Words(
            zh="与登记的摘要不一致：您手里的不是这份报告，或者被改动过。",
            en="Differs from the digest on file: what you hold is not this report, or it was altered.",
        ),
    )


def _file_checks(session: Session, found: IssuedReport, upload: Upload) -> list[Check]:
    if upload.is_page:
        return [_bytes_check(session, found, upload)]
    checks = [_facts_check(found, upload)]
    if upload.is_pdf:
        checks.append(_bytes_check(session, found, upload))
    else:
        checks.append(
            Check(
                verdict="not_checked",
                title=_FILE,
                sentence=Words(
                    zh="您上传的是数据附件，没有收到 PDF，版面是否被改动无从核对。",
                    en="You sent the data only; without the PDF its pages could not be compared.",
                ),
            )
        )
    return checks


def _facts_check(found: IssuedReport, upload: Upload) -> Check:
    if upload.facts is None:
        return Check(
            verdict="differs",
            title=_FACTS,
            sentence=Words(
                zh="文件里没有可以读取的数据附件；本平台签发的 PDF 都带有它。",
                en="The file holds no readable data; every PDF issued here carries it.",
            ),
        )
    if rules.digest_of(upload.facts) == found.facts_sha256:
        return Check(
            verdict="agrees",
            title=_FACTS,
            sentence=Words(
                zh="重新计算的摘要与登记的一致：每一个数字都与签发时相同。",
                en="The digest computed anew agrees with the one on file: every figure is as issued.",
            ),
        )
    return Check(
        verdict="differs",
        title=_FACTS,
        sentence=Words(
            zh="重新计算的摘要与登记的不一致：数据被改动过，或者属于另一份报告。哪怕只是重新排版，摘要也会变，请上传原附件。",
            en="The digest computed anew differs: the data were altered or belong to another report. Even reformatting "
            "changes it: send the attachment as it was.",
        ),
    )


def _bytes_check(session: Session, found: IssuedReport, upload: Upload) -> Check:
    issued = reports.files_of(session, found.number).get(reports.PDF if upload.is_pdf else reports.PAGE)
    if issued is None:
        return Check(
            verdict="not_checked",
            title=_FILE,
            sentence=Words(
                zh="这份报告没有以这种格式签发的文件登记在案，无从逐字节比较。",
                en="No file of this kind is on file for this report to compare with.",
            ),
        )
    if issued.file_sha256 == upload.file_sha256:
        return Check(
            verdict="agrees",
            title=_FILE,
            sentence=Words(zh="与签发的文件逐字节相同。", en="Byte for byte the file that was issued."),
        )
    return Check(
        verdict="differs",
        title=_FILE,
        sentence=Words(
            zh="与签发时的文件不同：可能被另存、加注或改过版面。页面上看到的数字不可采信，以数据附件为准。",
            en="Not the file that was issued: it was saved anew, annotated or altered. Do not rely on its pages; only "
            "data that agree count.",
        ),
    )


def _page(session: Session, found: IssuedReport, checks: tuple[Check, ...], steps: Sequence[Step] = ()) -> VerifyPage:
    issuer = issuers.public_issuer(session, found.subject_id) if found.kind == "issuer_filing" else None
    standing = reports.standing_of(session, found.number)
    # A file without a signature that is byte for byte what was issued is what was issued: an early one, or a page.
    failed = failed_step(steps)
    is_early = failed is not None and failed.code == NotSigned.code and _worst(checks) == "agrees"
    shown = () if is_early else tuple(map(told, steps))
    verdict: Literal["differs", "agrees", "on_file", "withdrawn"] = _worst(checks)
    if failed is not None and not is_early:
        verdict = "differs"
    elif verdict != "differs" and standing.status is not ReportStatus.VALID:
        verdict = "withdrawn"
    headline, sentence = _OVERALL[verdict]
    return VerifyPage(
        number=found.number,
        found=True,
        verdict=verdict,
        headline=headline,
        sentence=sentence,
        kind=reports.kind_named(found.kind).title,
        language=_LANGUAGES[found.lang],
        issued_at=found.issued_at,
        digest=found.facts_sha256,
        issuer_name=issuer and issuer.name,
        issuer_state=issuer and issuer.state_title,
        checks=(_number_check(), _standing_check(standing), *checks),
        steps=shown,
        not_checked=_NOT_CHECKED,
    )


def _worst(checks: tuple[Check, ...]) -> Literal["differs", "agrees", "on_file"]:
    verdicts = {check.verdict for check in checks}
    if "differs" in verdicts:
        return "differs"
    return "agrees" if "agrees" in verdicts else "on_file"


def _number_check() -> Check:
    return Check(
        verdict="agrees",
        title=_NUMBER,
        sentence=Words(
            zh="校验位正确，并且由本平台签发、登记在案。", en="Its check digits agree, and it was issued here."
        ),
    )


def _standing_check(standing: ReportStanding) -> Check:
    if standing.status is ReportStatus.VALID:
        still = Words(zh="仍然有效：没有被撤销，也没有被新版取代。", en="It stands: neither revoked nor superseded.")
        return Check(verdict="agrees", title=_STANDING, sentence=still)
    assert standing.reason is not None, "whatever was withdrawn has a reason"
    assert standing.since is not None, "and a time"
    status, reason, day = standing.status.words, standing.reason.words, civil_date(standing.since).isoformat()
    see = Words(
        zh=f"，新版编号 {standing.successor}" if standing.successor else "",
        en=f"; see {standing.successor}" if standing.successor else "",
    )
    return Check(
        verdict="differs",
        title=_STANDING,
        sentence=Words(
            zh=f"{status.zh}（{day}）：{reason.zh}{see.zh}。", en=f"It is {status.en} since {day}: {reason.en}{see.en}."
        ),
    )


def _malformed(number: str) -> VerifyPage:
    return VerifyPage(
        number=number,
        found=False,
        verdict="unknown",
        headline=Words(zh="编号有误", en="Not a report number"),
        sentence=Words(
            zh="校验位不符，多半是抄错了一位。编号共 18 位，以 GC 开头，不含字母 I、L、O、U。",
            en="Its check digits do not agree, most likely a slip of the pen. A number has 18 characters, begins with "
            "GC and holds no I, L, O or U.",
        ),
    )


def _unknown(number: str) -> VerifyPage:
    return VerifyPage(
        number=number,
        found=False,
        verdict="unknown",
        headline=Words(zh="查无此编号", en="No such report"),
        sentence=Words(
            zh="编号写法正确，但本平台没有签发过它。请不要采信带有这个编号的报告。",
            en="The number is well formed, but was never issued here. Do not rely on a report that carries it.",
        ),
    )


def _unknown_file(upload: Upload, steps: Sequence[Step]) -> VerifyPage:
    unreadable = upload.facts is None or _year_of(upload.facts) is None
    return VerifyPage(
        number="",
        found=False,
        verdict="unknown",
        headline=Words(zh="没有找到对应的报告", en="No report matches"),
        steps=tuple(map(told, steps)),
        sentence=Words(
            zh="文件里没有本平台报告的数据附件，无法核对。",
            en="The file holds no data of a report of ours; there is nothing to compare.",
        )
        if unreadable
        else Words(
            zh="文件里的数据与本平台签发的任何报告都不一致：可能被改动过，也可能不是这里签发的。",
            en="The data in the file are those of no report issued here: they were altered, or issued elsewhere.",
        ),
    )
