"""The console page of one issuer, put together from everything on file and from what its reader may do."""

from collections.abc import Iterator
from datetime import date

from fastapi import Request, Response
from sqlalchemy.orm import Session

from greencredit.issuers import queries, rules
from greencredit.kernel.access import Actor, Scope, may
from greencredit.kernel.clock import civil_date, now
from greencredit.kernel.http import Permit
from greencredit.schemas.consoles import Button, FilingLine, Form, IssuerConsole, PaperLine, Stage
from greencredit.schemas.issuers import Filing, Issuer, LifeState, LifeStep, Paper, RequiredPaper
from greencredit.schemas.values import Words
from greencredit.schemas.web import Fact
from greencredit.web import pages, register, wording
from greencredit.web.issuing import asked, forms, sheets, steps
from greencredit.web.issuing.forms import Told
from greencredit.web.issuing.sheets import fact

_OPEN = frozenset({LifeState.DRAFT, LifeState.RETURNED})
_PLATFORM_KEEPS_ISSUING = Words(zh="可以发放积分。", en="May issue credits.")


def page_of(
    session: Session, actor: Actor, issuer_id: str, *, told: Told | None = None, done: bool = False
) -> IssuerConsole:
    """Gather what one reader sees of one issuer and may do about it."""
    issuer = queries.issuer(session, issuer_id)
    scopes = queries.scopes_of(issuer)
    today = civil_date(now(session))
    complete = queries.completeness(session, issuer_id)
    filings = queries.filings(session, issuer_id)
    base = f"/console/issuers/{issuer_id}"
    can_assess = steps.is_open(actor, "issuer.assess", LifeStep.ASSESS, issuer.state, scopes)
    can_amend = issuer.state in _OPEN and may(actor, "issuer.submit", *scopes)
    can_draft = issuer.state not in rules.ENDED and may(actor, "rule.file", *scopes)
    return IssuerConsole(
        issuer_id=issuer_id,
        name=issuer.name,
        state=issuer.state,
        state_title=issuer.state.words,
        may_issue=_may_issue(session, issuer),
        stages=_stages(session, issuer, filings),
        reasons=tuple(queries.open_reasons(session, issuer_id)),
        registration=_registration(issuer),
        completeness=complete,
        papers=tuple(_paper(issuer, one, told, open_=can_amend) for one in complete.required),
        certificates=sheets.certificates(session, issuer, today),
        assessments=sheets.assessments(session, actor, issuer, scopes, told),
        filings=tuple(_filing(one) for one in reversed(filings)),
        coverage=_coverage(session, issuer_id),
        statements=sheets.statements(session, issuer),
        frozen=queries.frozen_sum(session, issuer_id),
        registering=tuple(steps.forms_of(actor, issuer, scopes, told, "issuer.submit")),
        certifying=tuple(_certifying(actor, issuer, scopes, told, today)),
        assess_at=f"{base}/assess" if can_assess else None,
        draft_at=f"{base}/filings" if can_draft else None,
        gifts_at=f"{base}/gifts" if may(actor, "award.give", *scopes) else None,
        holds_at=f"{base}/holds" if may(actor, "evidence.read", *scopes) else None,
        amend_at=f"{base}/registration" if can_amend else None,
        guaranteeing=tuple(_guaranteeing(actor, issuer, scopes, told, today)),
        deciding=tuple(_deciding(session, actor, issuer, scopes, told)),
        history=tuple(register.history_of(queries.history(session, issuer_id), inside=True)),
        on_register=issuer.state in rules.PUBLIC,
        as_of=now(session),
        done=done,
    )


def again(request: Request, permit: Permit, issuer_id: str) -> forms.Again:
    """Give a way to draw the page again after a refusal."""

    def drawn(session: Session, told: Told) -> Response:
        page = page_of(session, permit.actor, issuer_id, told=told)
        return pages.render(request, permit.actor, "console_issuer.html", status=forms.status_of(told), page=page)

    return drawn


def _may_issue(session: Session, issuer: Issuer) -> Words:
    found = queries.may_issue(session, issuer.issuer_id)
    if found.allowed:
        return _PLATFORM_KEEPS_ISSUING
    return Words(
        zh="目前不得发放积分：" + "；".join(bar.title.zh for bar in found.bars) + "。",
        en="May not issue: " + "; ".join(bar.title.en for bar in found.bars) + ".",
    )


def _stages(session: Session, issuer: Issuer, filings: list[Filing]) -> tuple[Stage, ...]:
    certified = bool(queries.certificates(session, issuer.issuer_id))
    assessed = any(one.verdict != "fail" for one in queries.assessments(session, issuer.issuer_id))
    filed = any(one.state in rules.ACCEPTED_EVER for one in filings)
    stated = queries.newest_statement(session, issuer.issuer_id) is not None
    done = (
        (Words(zh="登记", en="Registration"), issuer.state not in _OPEN),
        (Words(zh="信用认证或评价", en="Credit standing"), certified),
        (Words(zh="第三方评估", en="Assessment"), assessed),
        (Words(zh="备案", en="Filing"), filed),
        (Words(zh="保障金存管", en="Guarantee"), stated),
        (Words(zh="开始发行", en="Issuing"), issuer.state in rules.PUBLIC),
    )
    first = next((place for place, (_, is_done) in enumerate(done) if not is_done), None)
    return tuple(
        Stage(title=title, done=is_done, current=place == first) for place, (title, is_done) in enumerate(done)
    )


def _registration(issuer: Issuer) -> tuple[Fact, ...]:
    contact = "，".join(filter(None, (issuer.contact.name, issuer.contact.phone, issuer.contact.email)))
    return (
        fact("编号", "Id", issuer.issuer_id),
        fact("英文名称", "English name", issuer.english_name),
        fact("统一社会信用代码", "Unified social credit code", issuer.code),
        fact("主体类型", "Kind", issuer.kind.words),
        fact("登记地区", "Region", asked.region(issuer.region)),
        fact("法定代表人", "Legal representative", issuer.legal_representative),
        fact("地址", "Address", issuer.address),
        fact("联系人", "Contact", contact),
        fact("控股股东代码", "Controlling shareholder", issuer.controlling_code),
    )


def _paper(issuer: Issuer, required: RequiredPaper, told: Told | None, *, open_: bool) -> PaperLine:
    found: list[Paper] = [one for one in issuer.documents if one.paper == required.name]
    upload = Words(zh="换一份", en="Replace") if found else Words(zh="上传", en="Upload")
    file = sheets.FILE.model_copy(update={"label": required.title, "hint": None})
    address = f"/console/issuers/{issuer.issuer_id}/papers/{required.name}"
    form = forms.make(f"paper-{required.name}", address, required.title, (file,), Button(title=upload), told=told)
    return PaperLine(
        title=required.title,
        basis=required.basis,
        file=sheets.link(issuer.issuer_id, found[-1]) if found else None,
        form=form if open_ else None,
    )


def _filing(one: Filing) -> FilingLine:
    return FilingLine(
        filing_id=one.filing_id,
        version=one.version,
        title=one.scheme.title,
        state=one.state,
        state_title=one.state.words,
        number=one.number,
        submitted_at=one.submitted_at,
        effective_on=one.effective_on,
    )


def _coverage(session: Session, issuer_id: str) -> tuple[Fact, ...]:
    found = queries.coverage_now(session, issuer_id)
    if found is None:
        return ()
    ratio = Words(zh="没有未兑付积分", en="nothing is owed")
    if found.basis_points is not None:
        ratio = Words(zh=register.percent(found.basis_points), en=register.percent(found.basis_points))
    return (
        fact("保障金额", "Guarantee held", wording.yuan(found.guarantee_fen)),
        fact("未兑付积分", "Outstanding", wording.credits_(found.outstanding)),
        fact("折合面值", "At face value", wording.yuan(found.worth_fen)),
        fact("覆盖率", "Coverage", ratio),
        fact("备案承诺", "As filed", register.percent(found.filed_basis_points)),
    )


def _certifying(
    actor: Actor, issuer: Issuer, scopes: tuple[Scope, ...], told: Told | None, today: date
) -> Iterator[Form]:
    if steps.is_open(actor, "issuer.certify", LifeStep.CERTIFY, issuer.state, scopes):
        yield asked.certificate_form(issuer.issuer_id, today, told)
    yield from steps.forms_of(actor, issuer, scopes, told, "issuer.certify")


def _guaranteeing(
    actor: Actor, issuer: Issuer, scopes: tuple[Scope, ...], told: Told | None, today: date
) -> Iterator[Form]:
    if steps.is_open(actor, "guarantee.state", LifeStep.STATE_GUARANTEE, issuer.state, scopes):
        yield asked.statement_form(issuer.issuer_id, today, told)


def _deciding(
    session: Session, actor: Actor, issuer: Issuer, scopes: tuple[Scope, ...], told: Told | None
) -> Iterator[Form]:
    if may(actor, "issuer.supervise", *scopes) and queries.frozen_sum(session, issuer.issuer_id).open_awards:
        yield asked.frozen_form(issuer.issuer_id, told)
    yield from steps.forms_of(actor, issuer, scopes, told, "issuer.decide", "issuer.supervise", "issuer.withdraw")
