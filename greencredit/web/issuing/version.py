"""The page of one version of a scheme: what it says, what the checks found, what changed, who decides until when."""

import json
from collections.abc import Iterator
from datetime import date

from fastapi import Request, Response
from sqlalchemy.orm import Session

from greencredit.awards.queries import cases
from greencredit.documents import queries as documents
from greencredit.issuers import queries, rules, service
from greencredit.kernel.access import Actor, Scope, ScopeKind, may
from greencredit.kernel.clock import civil_date, now
from greencredit.kernel.http import Permit
from greencredit.schemas.consoles import Button, ChangeLine, Field, FileLink, FilingPage, Form, OpinionLine, SchemeRow
from greencredit.schemas.issuers import Change, Deadline, Filing, FilingState, Issuer, Opinion, Placing, Ruling, Waiting
from greencredit.schemas.values import Words
from greencredit.schemas.web import Fact
from greencredit.web import pages, wording
from greencredit.web.issuing import asked, checked, forms, scheme, spoken
from greencredit.web.issuing.forms import Told
from greencredit.web.issuing.sheets import fact, on_day

RULINGS = {
    Ruling.ACCEPT: Words(zh="准予备案", en="Accept"),
    Ruling.RETURN: Words(zh="退回修改", en="Give back"),
    Ruling.REFUSE: Words(zh="不予备案", en="Refuse"),
}


def page_of(
    session: Session,
    actor: Actor,
    filing_id: str,
    *,
    told: Told | None = None,
    done: bool = False,
    against: int | None = None,
) -> FilingPage:
    """Gather what one reader sees of one version and may do about it."""
    filing = queries.filing(session, filing_id)
    issuer = queries.issuer(session, filing.issuer_id)
    scopes = queries.scopes_of(issuer)
    today = civil_date(now(session))
    decides = filing.state in rules.WAITING and _decides(actor, filing, scopes)
    compared = queries.comparison(session, filing_id, against)
    waiting = next((one for one in queries.desk(session, actor) if one.filing_id == filing_id), None)
    is_over = filing.state in {FilingState.RETURNED, FilingState.REFUSED, FilingState.RECALLED, FilingState.LAPSED}
    return FilingPage(
        issuer_name=issuer.name,
        state_title=filing.state.words,
        filing=filing,
        rows=_filled(scheme.rows(filing, to_judge=decides), told),
        report=checked.view_of(queries.check_report(session, filing_id)),
        comparison=compared,
        changes=tuple(_change(one) for one in compared.changes),
        others=tuple(
            (one.version, one.state.words)
            for one in queries.filings(session, issuer.issuer_id)
            if one.filing_id != filing_id
        ),
        waiting=waiting,
        placing=tuple(_placing(session, filing, filing.placing, waiting)) if filing.placing else (),
        opinions=tuple(_opinion(one) for one in filing.opinions),
        files=_files(session, issuer),
        filing_forms=tuple(_filing_forms(session, actor, filing, scopes, told, decides=decides)),
        decision=_decision(session, filing, today, told) if decides else None,
        draft_at=f"/console/issuers/{issuer.issuer_id}/filings"
        if is_over and may(actor, "rule.file", *scopes)
        else None,
        as_of=now(session),
        done=done,
    )


def again(request: Request, permit: Permit, filing_id: str) -> forms.Again:
    """Give a way to draw the page again after a refusal."""

    def drawn(session: Session, told: Told) -> Response:
        page = page_of(session, permit.actor, filing_id, told=told)
        return pages.render(request, permit.actor, "console_filing.html", status=forms.status_of(told), page=page)

    return drawn


def _decides(actor: Actor, filing: Filing, scopes: tuple[Scope, ...]) -> bool:
    """Tell whether the actor acts for the authority to which the version was put."""
    if filing.placing is None or not may(actor, "issuer.decide", *scopes):
        return False
    return may(actor, "issuer.decide", Scope(ScopeKind.REGION, filing.placing.authority))


def _filled(rows: tuple[SchemeRow, ...], told: Told | None) -> tuple[SchemeRow, ...]:
    if told is None or told.form_id != "decision":
        return rows
    return tuple(
        row.model_copy(update={"field": row.field.model_copy(update={"value": told.values.get(row.field.name, "")})})
        if row.field
        else row
        for row in rows
    )


def _placing(session: Session, filing: Filing, placing: Placing, waiting: Waiting | None) -> Iterator[Fact]:
    yield fact("备案层级", "Tier", placing.tier_title)
    yield fact("受理机关", "Authority", placing.authority_title)
    yield fact("规模（面值）", "Size at face value", wording.yuan(placing.scale.worth_fen))
    holders = wording.number(placing.scale.holders)
    yield fact("持有人数", "Holders", Words(zh=f"{holders} 人", en=holders))
    people = (
        Words(zh="须两人意见一致", en="two people who agree")
        if placing.four_eyes
        else Words(zh="一人", en="one person")
    )
    yield fact("决定人数", "Decided by", people)
    if waiting is not None:
        age = waiting.age_workdays
        said = (
            Words(zh="工作日历缺失", en="calendar missing")
            if age is None
            else Words(zh=f"{age} 个工作日", en=f"{age} working days")
        )
        yield fact("已等待", "Waiting for", said)
    clocks = queries.clocks(session, filing.filing_id)
    if filing.admitted_at is not None:
        yield fact("受理日期", "Papers found complete", on_day(civil_date(filing.admitted_at)))
    elif clocks.acceptance is not None and filing.state in rules.WAITING:
        yield fact("受理期限", "Papers looked at by", _due(clocks.acceptance))
    if clocks.decision is not None and filing.state in rules.WAITING:
        yield fact("办理期限", "Decision due", _due(clocks.decision))
    if clocks.correction is not None:
        yield fact("补正期限", "To be corrected by", _due(clocks.correction))


def _due(deadline: Deadline) -> Words | None:
    return deadline.unknown or on_day(deadline.day)


def _change(one: Change) -> ChangeLine:
    return ChangeLine(
        title=spoken.titled(one.title),
        before=spoken.said_at(one.path, one.before),
        after=spoken.said_at(one.path, one.after),
        effect=one.effect,
        effect_title=one.effect.words,
        reason=one.reason,
    )


def _opinion(one: Opinion) -> OpinionLine:
    return OpinionLine(
        at=one.at,
        verdict=RULINGS[one.verdict],
        reason=one.reason,
        by=one.actor_id,
        fields=tuple(Fact(label=spoken.label(each.path), value=_same(each.reason)) for each in one.fields),
    )


def _same(text: str) -> Words:
    return Words(zh=text, en=text)


def _files(session: Session, issuer: Issuer) -> tuple[FileLink, ...]:
    return tuple(
        FileLink(name=one.name, digest=one.digest, address=f"/api/v1/issuers/{issuer.issuer_id}/documents/{one.digest}")
        for one in documents.kept_at(session, issuer.issuer_id)
    )


def _filing_forms(
    session: Session, actor: Actor, filing: Filing, scopes: tuple[Scope, ...], told: Told | None, *, decides: bool
) -> Iterator[Form]:
    base = f"/console/filings/{filing.filing_id}"
    if decides and filing.state is FilingState.SUBMITTED:
        yield _admitting(base, filing, told)
    if filing.state in rules.WAITING and may(actor, "issuer.file", *scopes):
        yield _recalling(base, told)
    if filing.state is not FilingState.DRAFT:
        return
    if may(actor, "rule.file", *scopes):
        title = Words(zh="重新检查", en="Check again")
        yield forms.make("check", f"{base}/check", title, (), Button(title=title, quiet=True), told=told)
        yield _cases(session, base, filing, told)
    if may(actor, "issuer.file", *scopes):
        title = Words(zh="报送备案", en="Hand in")
        note = Words(
            zh="报送后不能修改，只能另起新版本。", en="Once handed in it is never changed, only followed by another."
        )
        yield forms.make(
            "submit-filing", f"{base}/submit", title, (forms.WHY,), Button(title=title), told=told, note=note
        )


def _cases(session: Session, base: str, filing: Filing, told: Told | None) -> Form:
    """Ask for the worked cases of the rules, beginning with what is stored or, before that, one plain case a rule."""
    stored = cases.cases_of(session, filing.filing_id) or cases.suggested(filing.scheme)
    shown = json.dumps(
        [one.model_dump(mode="json", exclude_defaults=True) for one in stored], ensure_ascii=False, indent=1
    )
    title = Words(zh="样例与试算", en="Worked cases and dry run")
    hint = Words(
        zh="每个样例写明发生了什么、应得多少分。先给出每条规则的一个平常情形，请核对并补充封顶、条件等情形。",
        en="Each says what happens and what it must earn. One plain case a rule is suggested: check it, and add cases "
        "for caps and conditions.",
    )
    field = Field(
        name="cases",
        label=Words(zh="样例（JSON）", en="Worked cases (JSON)"),
        kind="code",
        value=shown,
        hint=hint,
        wide=True,
    )
    note = Words(
        zh="样例按本版规则重放，并对最近的凭证试算；报告签名后随本版留存，有不符的不能报送。",
        en="They are replayed under these rules, and the scheme is run dry over the latest evidence. The signed report "
        "is kept with this version, and a case that fails stops it.",
    )
    return forms.make("cases", f"{base}/cases", title, (field,), Button(title=title), told=told, note=note)


def _admitting(base: str, filing: Filing, told: Told | None) -> Form:
    title = Words(zh="材料齐全，予以受理", en="Find the papers complete")
    note = Words(
        zh="从受理之日起计算办理期限；材料不齐的，在下面退回并写明缺什么。",
        en="The days for the decision run from here. Where papers are missing, give it back below and say which.",
    )
    digest = Field(name="digest", label=Words(zh="摘要", en="Digest"), kind="hidden", value=filing.digest)
    return forms.make("admit", f"{base}/admit", title, (digest, forms.WHY), Button(title=title), told=told, note=note)


def _recalling(base: str, told: Told | None) -> Form:
    title = Words(zh="撤回备案", en="Recall it")
    note = Words(
        zh="决定作出以前可以撤回；撤回后可以另起新版本报送。",
        en="Possible until it is decided on; another version may be handed in afterwards.",
    )
    return forms.make(
        "recall", f"{base}/recall", title, (forms.WHY,), Button(title=title, quiet=True), told=told, note=note
    )


def _decision(session: Session, filing: Filing, today: date, told: Told | None) -> Form:
    earliest = service.earliest_effect(session, filing.issuer_id, today)
    fields = (
        Field(name="digest", label=Words(zh="摘要", en="Digest"), kind="hidden", value=filing.digest),
        asked.text_field(
            "number",
            "备案编号",
            "Filing number",
            required=False,
            hint=Words(zh="准予备案时填写。", en="Where it is accepted."),
        ),
        asked.day_field("effective_on", "生效日期", "In force from", earliest, required=False),
        forms.WHY,
    )
    buttons = tuple(
        Button(title=title, value=ruling.value, quiet=ruling is not Ruling.ACCEPT) for ruling, title in RULINGS.items()
    )
    note = Words(
        zh="退回时在上面的条款旁逐项写明不符之处。决定针对本页显示的版本；版本若有变化，决定不会生效。",
        en="To give it back, say beside each term above what is wrong. A decision is on the version shown here.",
    )
    title = Words(zh="作出决定", en="Decide")
    address = f"/console/filings/{filing.filing_id}/decision"
    return forms.make("decision", address, title, fields, *buttons, told=told, note=note)
