"""Assessors at the console: one scores indicator by indicator, another reviews and signs (第三方评估)."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import Request, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from greencredit.issuers import queries, service
from greencredit.issuers.catalogue import days_of
from greencredit.issuers.catalogue.indicators import indicator_set_on
from greencredit.issuers.routes.places import here
from greencredit.kernel.access import Actor
from greencredit.kernel.clock import civil_date, now
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Configured, Permit, Reading, Writing, requires
from greencredit.kernel.settings import Settings
from greencredit.schemas.consoles import Button, Field, Form, FormPage
from greencredit.schemas.issuers import IndicatorSet, NewAssessment, Verdict
from greencredit.schemas.values import Words
from greencredit.web import pages
from greencredit.web.issuing import asked, forms, sheets
from greencredit.web.issuing.dossier import again
from greencredit.web.issuing.forms import FormIncomplete, Posted, Told

router = Doors(prefix="/console/issuers/{issuer_id}", include_in_schema=False)

_Reads = Annotated[Permit, requires("issuer.read", at=here)]
_Assesses = Annotated[Permit, requires("issuer.assess", at=here)]


@router.get("/assess")
def scoring(permit: _Reads, request: Request, session: Reading, issuer_id: str) -> Response:
    """Ask for the scores of the indicator set in force (评分)."""
    return _scoring(request, permit, issuer_id)(session, Told(""))


@router.post("/assess")
def score(
    permit: _Assesses, request: Request, session: Writing, settings: Configured, issuer_id: str, posted: Posted
) -> Response:
    """Score an issuer's scheme; it counts once another person has signed it (评分)."""
    forms.on_refusal(request, posted, "assess", _scoring(request, permit, issuer_id))
    paper = _paper(session, permit.actor, settings, posted)
    service.score_assessment(session, permit.actor, issuer_id, paper, reason=forms.reason_of(posted))
    return pages.see_other(f"/console/issuers/{issuer_id}?done=true#assessments")


@router.post("/assessments/{scored_id}/sign")
def sign(
    permit: _Assesses, request: Request, session: Writing, issuer_id: str, scored_id: str, posted: Posted
) -> Response:
    """Review a scored assessment and sign it (复核签署)."""
    forms.on_refusal(request, posted, f"sign-{scored_id}", again(request, permit, issuer_id))
    service.sign_assessment(session, permit.actor, issuer_id, scored_id, reason=forms.reason_of(posted))
    return pages.see_other(f"/console/issuers/{issuer_id}?done=true#assessments")


@router.post("/assessments/{scored_id}/return")
def give_back(
    permit: _Assesses, request: Request, session: Writing, issuer_id: str, scored_id: str, posted: Posted
) -> Response:
    """Give a scored assessment back to whoever scored it (退回重评)."""
    forms.on_refusal(request, posted, f"back-{scored_id}", again(request, permit, issuer_id))
    service.return_assessment(session, permit.actor, issuer_id, scored_id, reason=forms.reason_of(posted))
    return pages.see_other(f"/console/issuers/{issuer_id}?done=true#assessments")


def _scoring(request: Request, permit: Permit, issuer_id: str) -> forms.Again:
    def drawn(session: Session, told: Told) -> Response:
        issuer = queries.issuer(session, issuer_id)
        today = civil_date(now(session))
        back = f"/console/issuers/{issuer_id}"
        marks = indicator_set_on(today)
        page = FormPage(
            title=Words(zh="第三方评估评分", en="Score the assessment"),
            lead=Words(
                zh=f"{marks.title.zh}（{marks.version}）：加权总分 {marks.pass_from} 分及以上可以通过，"
                f"{marks.conditional_from} 分及以上可以附条件通过。评分后由另一人复核签署才生效。",
                en=f"{marks.title.en} ({marks.version}): a pass from {marks.pass_from} points on, a conditional pass "
                f"from {marks.conditional_from} on. It counts once another person has reviewed and signed it.",
            ),
            back=back,
            back_title=Words(zh=issuer.name, en=issuer.name),
            form=_form(back, marks, today, told),
        )
        return pages.render(request, permit.actor, "console_form.html", status=forms.status_of(told), page=page)

    return drawn


def _form(back: str, marks: IndicatorSet, today: date, told: Told) -> Form:
    verdicts = [(one.value, one.words) for one in Verdict]
    last_day = today + timedelta(days=days_of("assessment_validity", today) - 1)
    fields = (
        asked.text_field("assessor_code", "评估机构统一社会信用代码", "Code of the assessor").model_copy(
            update={"wide": True}
        ),
        *_scores(marks),
        forms.choice("verdict", Words(zh="结论", en="Verdict"), verdicts, Verdict.PASS.value),
        asked.day_field("signed_on", "签署日期", "Signed on", today),
        Field(
            name="conditions",
            label=Words(zh="整改条件", en="Conditions"),
            kind="area",
            required=False,
            wide=True,
            hint=Words(
                zh="附条件通过时填写，每行一条：日期 条件，例如 2026-06-30 公布投诉电话",
                en="For a conditional pass, one a line: day and condition, such as 2026-06-30 publish the phone number",
            ),
        ),
        asked.day_field("since", "有效期自", "Valid from", today),
        asked.day_field("last_day", "有效期至（含）", "Last day", last_day),
        *asked.FEES,
        _file("report", "评估报告", "Report"),
        _file("evidence", "评估底稿（各项指标的依据）", "Working papers: evidence for the scores"),
        _file("declaration", "利益冲突声明", "Declaration that nothing ties you to the issuer"),
        forms.WHY,
    )
    title = Words(zh="提交评分", en="Hand the scores in")
    return forms.make("assess", f"{back}/assess", title, fields, Button(title=title), told=told)


def _file(name: str, zh: str, en: str) -> Field:
    return sheets.FILE.model_copy(update={"name": name, "label": Words(zh=zh, en=en)})


def _scores(marks: IndicatorSet) -> Iterator[Field]:
    for one in marks.indicator:
        weighed = Words(
            zh=f"{one.title.zh}：得分 0–100（权重 {one.weight_percent}%）",
            en=f"{one.title.en}: score 0–100 ({one.weight_percent}%)",
        )
        found = Words(zh=f"{one.title.zh}：评估发现", en=f"{one.title.en}: finding")
        yield Field(name=f"score.{one.name}", label=weighed, kind="number")
        yield Field(name=f"finding.{one.name}", label=found)


def _paper(session: Session, actor: Actor, settings: Settings, posted: FormData) -> NewAssessment:
    marks = indicator_set_on(civil_date(now(session)))
    _require_scores(posted, marks)
    valid = asked.period_of(posted)
    report, evidence, declaration = (
        forms.hand_in(session, actor, settings, posted, name) for name in ("report", "evidence", "declaration")
    )
    scores = [
        {
            "indicator": one.name,
            "score": forms.text(posted, f"score.{one.name}"),
            "finding": forms.text(posted, f"finding.{one.name}"),
            "evidence": evidence,
        }
        for one in marks.indicator
    ]
    wanted: dict[str, Any] = {
        **forms.nested(posted, ("assessor_code", "verdict", "signed_on")),
        "criteria_version": marks.version,
        "scores": scores,
        "conditions": list(_conditions(posted)),
        "valid": valid,
        "declaration": declaration,
        "document": report,
        "fees": asked.fees_of(posted),
    }
    return forms.read(NewAssessment, wanted)


def _require_scores(posted: FormData, marks: IndicatorSet) -> None:
    """Name every indicator without a whole score from 0 to 100 or without a finding."""
    faults = []
    for one in marks.indicator:
        score = forms.text(posted, f"score.{one.name}")
        if not (score.isascii() and score.isdigit() and int(score[:4]) <= 100):  # noqa: PLR2004 - percent
            faults.append({"at": f"score.{one.name}", "kind": "int_parsing", "wanted": "0–100"})
        if not forms.text(posted, f"finding.{one.name}"):
            faults.append({"at": f"finding.{one.name}", "kind": "missing", "wanted": "a finding"})
    if faults:
        raise FormIncomplete(faults)


def _conditions(posted: FormData) -> Iterator[dict[str, str]]:
    for line in forms.text(posted, "conditions").splitlines():
        day, _, said = line.strip().partition(" ")
        if not day:
            continue
        try:
            date.fromisoformat(day)
        except ValueError as error:
            wanted = "每行：日期 条件 · a day, then the condition"
            raise FormIncomplete([{"at": "conditions", "kind": "line", "wanted": wanted}]) from error
        yield {"due_on": day, "text": said.strip()}
