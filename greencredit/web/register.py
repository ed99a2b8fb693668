"""The public register in words: who may issue, on which filing, under which terms, and how it came to that."""

from collections.abc import Iterable
from typing import Final
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from greencredit.issuers import queries as issuers
from greencredit.issuers import rules
from greencredit.issuers.catalogue.regions import region_titles
from greencredit.kernel.clock import now
from greencredit.kernel.policy import Role
from greencredit.schemas.issuers import (
    Assessment,
    Certificate,
    Coverage,
    Filing,
    FilingState,
    FilingStep,
    LifeState,
    LifeStep,
    PublicIssuer,
    StandardRef,
    Step,
)
from greencredit.schemas.values import Words
from greencredit.schemas.web import (
    Fact,
    FactGroup,
    FactSheet,
    HistoryLine,
    IssuerPage,
    Landing,
    RegisterLine,
    RegisterPage,
)
from greencredit.web import wording

PAGE: Final = 20
"""How many issuers stand on a page of the register."""

NONE: Final = Words(zh="未载明", en="not stated")
_ROLES: Final = {
    Role.ISSUER_ADMIN: Words(zh="发行主体", en="Issuer"),
    Role.ISSUER_MANAGER: Words(zh="发行主体", en="Issuer"),
    Role.CERTIFIER: Words(zh="信用认证或评价机构", en="Credit certifier or rater"),
    Role.ASSESSOR: Words(zh="第三方评估机构", en="Third-party assessor"),
    Role.REGULATOR: Words(zh="监管部门", en="Regulator"),
    Role.OPERATOR: Words(zh="平台（按期限自动执行）", en="Platform (by deadline)"),
}
_OTHER_ROLE: Final = Words(zh="登记人", en="Registrant")
_READER: Final = {
    Role.ISSUER_VIEWER: Words(zh="发行主体（查看）", en="Issuer (reads)"),
    Role.AUDITOR: Words(zh="审计员", en="Auditor"),
    Role.OPERATOR: Words(zh="平台运营方", en="Operator"),
}
_LIFE_STEPS: Final = {
    LifeStep.REGISTER: Words(zh="主体登记", en="Issuer entered in the register"),
    LifeStep.AMEND: Words(zh="补正登记", en="Registration corrected"),
    LifeStep.SUBMIT: Words(zh="提交材料", en="Papers submitted"),
    LifeStep.RETURN: Words(zh="退回补正", en="Papers sent back for completion"),
    LifeStep.REFUSE: Words(zh="不予通过", en="Application refused"),
    LifeStep.CERTIFY: Words(zh="记录信用认证或评价", en="Credit certificate recorded"),
    LifeStep.ASSESS: Words(zh="记录第三方评估", en="Assessment recorded"),
    LifeStep.FAIL_ASSESSMENT: Words(zh="第三方评估未通过", en="Assessment failed"),
    LifeStep.MEET_CONDITION: Words(zh="整改条件已满足", en="Condition met"),
    LifeStep.NOTE_AGENCY: Words(zh="机构名录变动", en="Change in the register of agencies"),
    LifeStep.ACCEPT_FILING: Words(zh="准予备案", en="Filing accepted"),
    LifeStep.ACTIVATE: Words(zh="开始发行", en="Issuing began"),
    LifeStep.STATE_GUARANTEE: Words(zh="记录存管说明", en="Custody statement recorded"),
    LifeStep.RESTRICT: Words(zh="限制发行", en="Issuing restricted"),
    LifeStep.RELIEVE: Words(zh="解除一项限制事由", en="One reason against issuing resolved"),
    LifeStep.EASE: Words(zh="暂停转为限制发行", en="Suspension eased to restriction"),
    LifeStep.SUSPEND: Words(zh="暂停发行", en="Issuing suspended"),
    LifeStep.LIFT: Words(zh="恢复发行", en="Issuing restored"),
    LifeStep.WITHDRAW: Words(zh="公告退出", en="Withdrawal announced"),
    LifeStep.CLOSE: Words(zh="完成退出", en="Withdrawal completed"),
    LifeStep.LAPSE: Words(zh="申请失效", en="Application let lapse"),
}
# Drafts and internal checks are nobody's business; what the regulator decided on a filing is everybody's.
_FILING_STEPS: Final = {
    FilingStep.ACCEPT: Words(zh="准予备案", en="Filing accepted"),
    FilingStep.TAKE_EFFECT: Words(zh="备案生效", en="Filing took effect"),
    FilingStep.SUPERSEDE: Words(zh="被新版备案替代", en="Superseded by a newer filing"),
}
_DRAFTING: Final = {
    FilingStep.DRAFT: Words(zh="起草备案", en="Filing drafted"),
    FilingStep.PASS_SECTION: Words(zh="章节检查通过", en="Section passed"),
    FilingStep.FAIL_SECTION: Words(zh="章节检查未通过", en="Section failed"),
    FilingStep.SUBMIT: Words(zh="报送备案", en="Filing handed in"),
    FilingStep.ADMIT: Words(zh="材料齐全，受理", en="Papers found complete"),
    FilingStep.RECALL: Words(zh="撤回备案", en="Filing recalled"),
    FilingStep.LAPSE: Words(zh="逾期未补正", en="Not corrected in time"),
    FilingStep.OPINE: Words(zh="出具审查意见", en="Opinion given"),
    FilingStep.RETURN: Words(zh="退回备案", en="Filing given back"),
    FilingStep.REFUSE: Words(zh="不予备案", en="Filing refused"),
}
# The certificate may be an evaluation, and an evaluation is never called a certification.
_CERTIFIED: Final = Words(zh="信用认证或评价已通过", en="Credit certificate accepted")
_MAY: Final = Words(
    zh="可以发放积分。已发积分的面值和有效期按发放时备案的条款执行，不会变差。",
    en="May issue credits. Credits already issued keep the face value and validity filed when they were issued.",
)


def landing(session: Session) -> Landing:
    """Count who is in the register."""
    filed, active = issuers.tally(session)
    return Landing(filed_issuers=filed, active_issuers=active)


def register(session: Session, query: str, page: int = 1) -> RegisterPage:
    """Give one page of the register, as far as name, code or filing number contain what was looked for."""
    wanted = query.strip()
    found = issuers.listed(session, wanted, offset=(page - 1) * PAGE, limit=PAGE)
    pages = max(1, -(-found.total // PAGE))
    return RegisterPage(
        query=wanted,
        issuers=tuple(_line(one) for one in found.issuers),
        total=found.total,
        page=page,
        pages=pages,
        newer=_address(wanted, page - 1) if page > 1 else None,
        older=_address(wanted, page + 1) if page < pages else None,
    )


def _address(query: str, page: int) -> str:
    asked = {"q": query, "page": str(page)} if query else {"page": str(page)}
    return f"/register?{urlencode(asked)}"


def issuer(session: Session, issuer_id: str) -> IssuerPage:
    """Give everything the register knows of one issuer."""
    found = issuers.public_issuer(session, issuer_id)
    return IssuerPage(
        issuer_id=found.issuer_id,
        name=found.name,
        english_name=found.english_name,
        kind=found.kind_title,
        state=found.state,
        state_title=found.state_title,
        state_note=_may_issue_in_words(found),
        terms=_terms(found),
        groups=(
            _coverage(found.coverage),
            _past_terms(session, issuer_id),
            _standards(found.standards),
            _certificates(issuers.certificates(session, issuer_id)),
            _assessments(issuers.assessments(session, issuer_id)),
        ),
        history=tuple(history_of(issuers.history(session, issuer_id))),
        as_of=now(session),
    )


def face_value(fen_per_100_credits: int | None) -> Words:
    """Say what credits are worth, as filed."""
    if fen_per_100_credits is None:
        return NONE
    worth = wording.yuan(fen_per_100_credits)
    return Words(zh=f"每 100 分抵 {worth}", en=f"{worth} for each 100 credits")


def percent(basis_points: int) -> str:
    """Write basis points as a percentage with two places."""
    return f"{basis_points // 100:,}.{basis_points % 100:02d}%"


def _line(one: PublicIssuer) -> RegisterLine:
    return RegisterLine(
        issuer_id=one.issuer_id,
        name=one.name,
        kind=one.kind_title,
        state=one.state,
        state_title=one.state_title,
        filing_number=one.filing_number,
        face_value=face_value(one.face_value_fen_per_100_credits),
        validity=one.validity or NONE,
    )


def _may_issue_in_words(one: PublicIssuer) -> Words:
    if one.may_issue:
        return _MAY
    reasons_zh = "；".join(bar.title.zh for bar in one.bars) or one.state_title.zh
    reasons_en = "; ".join(bar.title.en for bar in one.bars) or one.state_title.en
    return Words(
        zh=f"目前不得发放新积分：{reasons_zh}。已经发放的积分照常可用。",
        en=f"May not issue now: {reasons_en}. Credits already issued stay usable.",
    )


def _fact(zh: str, en: str, value: Words | str | None) -> Fact:
    said = Words(zh=value, en=value) if isinstance(value, str) else value
    return Fact(label=Words(zh=zh, en=en), value=said or NONE)


def _terms(one: PublicIssuer) -> tuple[Fact, ...]:
    version = one.filing_version and Words(zh=f"第 {one.filing_version} 版", en=f"version {one.filing_version}")
    since = one.effective_on and Words(zh=wording.day(one.effective_on, "zh"), en=wording.day(one.effective_on, "en"))
    complaints = one.complaints and Words(
        zh=f"{one.complaints.phone}，{one.complaints.answer_days} 日内答复",
        en=f"{one.complaints.phone}, answered within {one.complaints.answer_days} days",
    )
    redemption = Words(
        zh="；".join(term.zh for term in one.redemption_terms), en="; ".join(term.en for term in one.redemption_terms)
    )
    return (
        _fact("统一社会信用代码", "Unified social credit code", one.code),
        _fact("登记地区", "Region", region_titles().get(one.region) or one.region),
        _fact("备案编号", "Filing number", one.filing_number),
        _fact("备案版本", "Version filed", version or None),
        _fact("生效日期", "In force since", since or None),
        _fact("积分方案", "Scheme", one.scheme_title),
        _fact("面值", "Face value", face_value(one.face_value_fen_per_100_credits)),
        _fact("有效期", "Validity", one.validity),
        _fact("使用顺序", "Order of spending", one.spending_order),
        _fact("兑换条款", "Redemption terms", redemption if one.redemption_terms else None),
        _fact("冲正时积分已用", "If a reversed award was spent", one.clawback),
        _fact("退回时积分已到期", "If refunded credits had expired", one.refund),
        _fact("投诉渠道", "Complaints", complaints or None),
    )


def _coverage(found: Coverage | None) -> FactGroup:
    facts: tuple[Fact, ...] = ()
    if found is not None:
        ratio = Words(zh="没有未兑付积分", en="nothing is owed")
        if found.basis_points is not None:
            ratio = Words(zh=percent(found.basis_points), en=percent(found.basis_points))
        facts = (
            _fact("覆盖率", "Coverage", ratio),
            _fact("备案承诺", "As filed", percent(found.filed_basis_points)),
            _fact("保障金额", "Guarantee held", wording.yuan(found.guarantee_fen)),
            _fact("未兑付积分", "Outstanding", wording.credits_(found.outstanding)),
            _fact("折合面值", "At face value", wording.yuan(found.worth_fen)),
            _fact(
                "测算时间",
                "Measured",
                Words(zh=wording.minute(found.at, "zh"), en=wording.minute(found.at, "en")),
            ),
        )
    return FactGroup(
        title=Words(zh="价值保障", en="Guarantee"),
        note=Words(
            zh="覆盖率 = 存管的保障金 ÷（未兑付积分 × 面值）。",
            en="Coverage is what custodians hold over outstanding credits at face value.",
        ),
        sheets=(FactSheet(facts=facts),) if facts else (),
    )


def _past_terms(session: Session, issuer_id: str) -> FactGroup:
    accepted = [one for one in issuers.filings(session, issuer_id) if one.state in rules.ACCEPTED_EVER]
    return FactGroup(
        title=Words(zh="历次备案条款", en="Terms in force and past"),
        note=Words(
            zh="已发放的积分始终按其发放时的版本执行。", en="Credits keep the version under which they were issued."
        ),
        sheets=tuple(_version(one) for one in reversed(accepted)),
    )


def _version(one: Filing) -> FactSheet:
    since = one.effective_on and Words(zh=wording.day(one.effective_on, "zh"), en=wording.day(one.effective_on, "en"))
    return FactSheet(
        facts=(
            _fact(
                "版本",
                "Version",
                Words(zh=f"第 {one.version} 版，{one.state.words.zh}", en=f"{one.version}, {one.state.words.en}"),
            ),
            _fact("备案编号", "Filing number", one.number),
            _fact("生效日期", "In force since", since or None),
            _fact("面值", "Face value", face_value(one.scheme.face_value_fen_per_100_credits)),
            _fact("有效期", "Validity", one.scheme.validity.title),
        )
    )


def _standards(declared: Iterable[StandardRef]) -> FactGroup:
    return FactGroup(
        title=Words(zh="自愿声明执行的标准", en="Standards declared"),
        note=Words(
            zh="由发行主体自愿采用并自我声明符合。编号未经查证的，一律写“编号待核实”。",
            en="Adopted voluntarily and self-declared. A number nobody has verified is never printed.",
        ),
        sheets=tuple(
            FactSheet(
                facts=(
                    _fact("名称", "Title", one.title),
                    _fact("发布机构", "Publisher", one.publisher),
                    _fact("编号", "Number", one.number_title),
                )
            )
            for one in declared
        ),
    )


def _days(since: str, until: str) -> str:
    return f"{since} – {until}"


def _certificates(found: list[Certificate]) -> FactGroup:
    newest = found[-1:]
    return FactGroup(
        title=newest[0].title if newest else Words(zh="信用认证或评价", en="Credit certificate"),
        note=Words(
            zh="只有经批准的认证机构出具的才称“认证”，其余称“评价”。",
            en="Called a certification only where the body is approved to certify, else an evaluation.",
        ),
        sheets=tuple(
            FactSheet(
                facts=(
                    _fact("出具机构", "Body", one.body_name),
                    _fact("证书编号", "Number", one.certificate_number),
                    _fact("等级", "Grade", str(one.grade)),
                    _fact("有效期", "Valid", _days(one.valid.since.isoformat(), one.valid.last_day.isoformat())),
                )
            )
            for one in newest
        ),
    )


def _assessments(found: list[Assessment]) -> FactGroup:
    return FactGroup(
        title=Words(zh="第三方评估", en="Third-party assessment"),
        note=None,
        sheets=tuple(
            FactSheet(
                facts=(
                    _fact("评估机构", "Assessor", one.assessor_name),
                    _fact("结论", "Verdict", one.verdict.words),
                    _fact("得分", "Score", f"{one.score_hundredths / 100:.2f} / 100"),
                    _fact("有效期", "Valid", _days(one.valid.since.isoformat(), one.valid.last_day.isoformat())),
                )
            )
            for one in found[-1:]
        ),
    )


def history_of(steps: Iterable[Step], *, inside: bool = False) -> Iterable[HistoryLine]:
    """Tell what happened to an issuer and its filings; drafts and opinions only `inside`."""
    for step in steps:
        is_life = step.subject == "issuer"
        if is_life:
            title: Words | None = _LIFE_STEPS[LifeStep(step.step)]
        else:
            title = _FILING_STEPS.get(FilingStep(step.step)) or (
                _DRAFTING.get(FilingStep(step.step)) if inside else None
            )
        if title is None:
            continue
        yield HistoryLine(
            at=step.at,
            step_title=title,
            to_title=_life_state(step.to_state) if is_life else FilingState(step.to_state).words,
            reason=step.reason,
            by=_ROLES.get(Role(step.role), _OTHER_ROLE) if step.role in set(Role) else _OTHER_ROLE,
            document_digest=step.document_digest,
        )


def role_title(role: Role) -> Words:
    """Name what somebody is to an issuer."""
    return _READER.get(role) or _ROLES.get(role, _OTHER_ROLE)


def _life_state(name: str) -> Words:
    state = LifeState(name)
    return _CERTIFIED if state is LifeState.CERTIFIED else state.words
