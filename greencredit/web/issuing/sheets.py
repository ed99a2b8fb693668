"""Papers of an issuer as its console lays them out: certificates, assessments, custody statements, each with files."""

from collections.abc import Iterable, Iterator
from datetime import date

from sqlalchemy.orm import Session

from greencredit.issuers import queries
from greencredit.kernel.access import Actor, Scope
from greencredit.schemas.consoles import Button, Field, FileLink, Form, PaperSheet
from greencredit.schemas.issuers import (
    Assessment,
    Certificate,
    CustodyStatement,
    Document,
    Issuer,
    LifeStep,
    NewAssessment,
    ReviewOutcome,
    ScoredAssessment,
)
from greencredit.schemas.values import Period, Words
from greencredit.schemas.web import Fact, FactSheet
from greencredit.web import wording
from greencredit.web.issuing import forms, steps
from greencredit.web.issuing.forms import Told

NONE = Words(zh="—", en="—")


def fact(zh: str, en: str, value: Words | str | None) -> Fact:
    """Give one labelled fact; what is not there is a dash."""
    said = Words(zh=value, en=value) if isinstance(value, str) and value else value
    return Fact(label=Words(zh=zh, en=en), value=said if isinstance(said, Words) else NONE)


def on_day(day: date | None) -> Words | None:
    """Give a day in both languages."""
    return None if day is None else Words(zh=wording.day(day, "zh"), en=wording.day(day, "en"))


def between(period: Period) -> Words:
    """Give the first and the last day of a period."""
    ends = [(wording.day(period.since, lang), wording.day(period.last_day, lang)) for lang in ("zh", "en")]
    return Words(zh=" 至 ".join(ends[0]), en=" to ".join(ends[1]))


def link(issuer_id: str, document: Document) -> FileLink:
    """Give where a file of the dossier is saved from."""
    address = f"/api/v1/issuers/{issuer_id}/documents/{document.digest}"
    return FileLink(name=document.name, digest=document.digest, address=address)


def certificates(session: Session, issuer: Issuer, today: date) -> tuple[PaperSheet, ...]:
    """Give the certificates on file, the newest first."""
    return tuple(_certificate(issuer, one, today) for one in reversed(queries.certificates(session, issuer.issuer_id)))


def _certificate(issuer: Issuer, one: Certificate, today: date) -> PaperSheet:
    counts = one.counts_on(today)
    return PaperSheet(
        title=one.title,
        state="active" if counts else "closed",
        state_title=Words(zh="有效", en="In date") if counts else Words(zh="不在有效期", en="Not in date"),
        facts=(
            fact("出具机构", "Body", one.body_name),
            fact("批准号", "Approval", one.approval_number),
            fact("证书编号", "Number", one.certificate_number),
            fact("等级", "Grade", one.grade.value + (f"（{one.score} / 100）" if one.score is not None else "")),
            fact("范围", "Scope", one.scope),
            fact("有效期", "Valid", between(one.valid)),
        ),
        files=(link(issuer.issuer_id, one.document),),
    )


def assessments(
    session: Session, actor: Actor, issuer: Issuer, scopes: tuple[Scope, ...], told: Told | None
) -> tuple[PaperSheet, ...]:
    """Give what was scored and waits, then what is on file, the newest first."""
    scored = queries.scored_assessments(session, issuer.issuer_id)
    filed = queries.assessments(session, issuer.issuer_id)
    can = steps.is_open(actor, "issuer.assess", LifeStep.ASSESS, issuer.state, scopes)
    waiting = [_scored(actor, issuer, one, told, can=can) for one in scored if one.outcome is not ReviewOutcome.SIGNED]
    may_meet = steps.is_open(actor, "issuer.assess", LifeStep.MEET_CONDITION, issuer.state, scopes)
    newest = filed[-1:] if may_meet else []
    return (
        *reversed(waiting),
        *(_assessment(issuer, one, told, can_meet=one in newest) for one in reversed(filed)),
    )


def _scored(actor: Actor, issuer: Issuer, one: ScoredAssessment, told: Told | None, *, can: bool) -> PaperSheet:
    waits = one.outcome is ReviewOutcome.WAITING
    own = actor.account_id == one.scored_by
    base = f"/console/issuers/{issuer.issuer_id}/assessments/{one.scored_id}"
    sign, give_back = Words(zh="复核签署", en="Review and sign"), Words(zh="退回重评", en="Give back")
    made: tuple[Form, ...] = ()
    if waits and can and not own:
        made = (
            forms.make(f"sign-{one.scored_id}", f"{base}/sign", sign, (forms.WHY,), Button(title=sign), told=told),
            forms.make(
                f"back-{one.scored_id}",
                f"{base}/return",
                give_back,
                (forms.WHY,),
                Button(title=give_back, quiet=True),
                told=told,
            ),
        )
    return PaperSheet(
        title=Words(zh="第三方评估（评分）", en="Assessment as scored"),
        state="waiting" if waits else "closed",
        state_title=one.outcome.words,
        facts=(
            fact("结论", "Verdict", one.paper.verdict.words),
            fact("评分人", "Scored by", one.scored_by),
            fact("说明", "Said", one.reason),
            fact("复核意见", "Review", one.review_reason),
        ),
        rows=_scores(one.paper),
        files=_files(issuer, (one.paper.document, one.paper.declaration)),
        forms=made,
    )


def _scores(paper: NewAssessment) -> tuple[FactSheet, ...]:
    return tuple(
        FactSheet(facts=(fact(one.indicator, one.indicator, f"{one.score}　{one.finding}"),)) for one in paper.scores
    )


def _files(issuer: Issuer, documents: Iterable[Document]) -> tuple[FileLink, ...]:
    return tuple(link(issuer.issuer_id, one) for one in documents)


def _assessment(issuer: Issuer, one: Assessment, told: Told | None, *, can_meet: bool) -> PaperSheet:
    return PaperSheet(
        title=Words(zh="第三方评估", en="Third-party assessment"),
        state="refused" if one.verdict == "fail" else "active",
        state_title=one.verdict.words,
        facts=(
            fact("评估机构", "Assessor", one.assessor_name),
            fact("指标体系", "Indicator set", one.criteria_version),
            fact("总分", "Score", f"{one.score_hundredths / 100:.2f} / 100"),
            fact("签署日期", "Signed", on_day(one.signed_on)),
            fact("有效期", "Valid", between(one.valid)),
            *_conditions(one),
        ),
        rows=tuple(
            FactSheet(
                facts=(
                    Fact(
                        label=Words(
                            zh=f"{mark.title.zh}（权重 {mark.weight_percent}%）",
                            en=f"{mark.title.en} ({mark.weight_percent}%)",
                        ),
                        value=Words(zh=f"{mark.score}　{mark.finding or ''}", en=f"{mark.score}  {mark.finding or ''}"),
                    ),
                )
            )
            for mark in one.indicators
        ),
        files=_files(issuer, (one.document, one.declaration)),
        forms=tuple(_meeting(issuer, one, told)) if can_meet else (),
    )


def _conditions(one: Assessment) -> Iterator[Fact]:
    met = {done.number for done in one.met}
    for number, condition in enumerate(one.conditions, start=1):
        done_zh, done_en = ("已满足", "met") if number in met else ("未满足", "open")
        due = condition.due_on
        yield Fact(
            label=Words(zh=f"整改条件 {number}（{done_zh}）", en=f"Condition {number} ({done_en})"),
            value=Words(
                zh=f"{condition.text}，{wording.day(due, 'zh')}前", en=f"{condition.text}, by {wording.day(due, 'en')}"
            ),
        )


def _meeting(issuer: Issuer, one: Assessment, told: Told | None) -> Iterator[Form]:
    met = {done.number for done in one.met}
    for number in range(1, len(one.conditions) + 1):
        if number not in met:
            title = Words(zh=f"整改条件 {number} 已满足", en=f"Condition {number} was met")
            address = f"/console/issuers/{issuer.issuer_id}/conditions/{number}"
            yield forms.make(f"condition-{number}", address, title, (FILE, forms.WHY), Button(title=title), told=told)


def statements(session: Session, issuer: Issuer) -> tuple[PaperSheet, ...]:
    """Give the custody statements on file, the newest first."""
    found = queries.statements(session, issuer.issuer_id)
    return tuple(_statement(issuer, one) for one in reversed(found))


def _statement(issuer: Issuer, one: CustodyStatement) -> PaperSheet:
    return PaperSheet(
        title=Words(zh=f"存管说明 {one.number}", en=f"Custody statement {one.number}"),
        state="filed",
        state_title=one.account_kind.words,
        facts=(
            fact("金额", "Amount", wording.yuan(one.amount_fen)),
            fact("截至", "As of", on_day(one.as_of)),
            fact("存管机构", "Custodian", one.bank),
            fact("户名", "Account name", one.account_title),
            fact("账号末四位", "Account ends in", one.account_last4),
        ),
        files=(link(issuer.issuer_id, one.document),),
    )


FILE = Field(
    name="file",
    label=Words(zh="文件", en="File"),
    kind="file",
    hint=Words(zh="PDF、PNG 或 JPEG。", en="PDF, PNG or JPEG."),
)
