"""What authorities, issuers, operators and agencies do at the consoles, in a real browser without scripts."""

import json
from collections.abc import Callable
from datetime import date

import pytest

from greencredit.issuers import jobs, queries, service
from greencredit.kernel.access import Role
from greencredit.kernel.messages import queue
from greencredit.ledger import queries as ledger
from greencredit.ledger import service as posting
from greencredit.ledger.rules import key_of
from greencredit.schemas.issuers import (
    ComplaintChannel,
    FieldReason,
    FilingState,
    FrozenOutcome,
    LifeState,
    Reach,
    Scheme,
)
from greencredit.schemas.ledger import Accrual
from greencredit.schemas.values import Words
from tests.factories.issuers import make_filing, make_issuer, new_scheme, regulator, synthetic_code
from tests.factories.ledger import holder_of, make_terms
from tests.factories.town import BROWSED, Side, Town

pytestmark = [*BROWSED, pytest.mark.timeout(300)]

People = Callable[..., Side]


def issuing(town: Town, state: LifeState = LifeState.ACTIVE, scheme: Scheme | None = None) -> str:
    """Lead an issuer into a state and let `admin` administer it; gives the address of its console."""
    with town.database.writing() as session:
        issuer_id = make_issuer(session, state, scheme=scheme).issuer_id
    town.serving("admin", Role.ISSUER_ADMIN, issuer_id)
    return issuer_id


def handed_in(town: Town, issuer_id: str, scheme: Scheme) -> str:
    """Hand another version in; gives its id."""
    with town.database.writing() as session:
        return make_filing(session, issuer_id, scheme).filing_id


def filing_state(town: Town, filing_id: str) -> FilingState:
    """Tell where a version stands."""
    with town.database.reading() as session:
        return queries.filing(session, filing_id).state


def newest(town: Town, issuer_id: str) -> Scheme:
    """Give the newest version of a scheme."""
    with town.database.reading() as session:
        return queries.filings(session, issuer_id)[-1].scheme


# ---- The authority ---------------------------------------------------------------------------------------------------


@pytest.mark.proves("SUP-1")
def test_a_large_filing_is_accepted_by_two_people_and_never_by_one(town: Town, people: People) -> None:
    issuer_id = issuing(town)
    large = new_scheme(fen_per_100=120).model_copy(update={"reach": Reach(holders=2_000_000)})
    filing_id = handed_in(town, issuer_id, large)
    address = f"/console/filings/{filing_id}"
    first, second = people("regulator"), people("colleague")

    first.go("/console/desk")
    assert "两人审查" in first.text()
    first.go(address)
    first.send("admit", {"reason": "示例：材料齐全"})
    assert filing_state(town, filing_id) is FilingState.ADMITTED
    first.send("decision", {"number": "示例备2026-12", "reason": "示例：同意"}, press="accept")
    assert filing_state(town, filing_id) is FilingState.ADMITTED
    first.send("decision", {"number": "示例备2026-12", "reason": "示例：再次同意"}, press="accept")
    said_twice = filing_state(town, filing_id)
    second.go("/console/desk")
    assert "已有 1 人表态" in second.text()
    second.go(address)
    second.send("decision", {"number": "示例备2026-12", "reason": "示例：复核同意"}, press="accept")

    assert said_twice is FilingState.ADMITTED
    assert (filing_state(town, filing_id), "示例备2026-12" in second.text()) == (FilingState.ACCEPTED, True)


@pytest.mark.proves("ISS-5")
@pytest.mark.proves("SUP-5")
def test_an_issuer_is_suspended_and_lifted_with_reasons_that_everybody_can_read(town: Town, people: People) -> None:
    issuer_id = issuing(town)
    home = f"/console/issuers/{issuer_id}"
    authority = people("regulator")

    authority.go(home)
    authority.send("suspend", {"reason": ""})
    without_reason = town.state(issuer_id)
    authority.go(home)
    authority.send("suspend", {"reason": "示例：虚假宣传待核实"})
    suspended = (town.state(issuer_id), "目前不得发放积分" in authority.text())
    authority.send("lift", {"reason": "示例：已整改"})

    assert without_reason is LifeState.ACTIVE
    assert suspended == (LifeState.SUSPENDED, True)
    assert (town.state(issuer_id), "可以发放积分" in authority.text()) == (LifeState.ACTIVE, True)
    authority.go(f"/register/{issuer_id}")
    assert ("示例：虚假宣传待核实" in authority.text(), "示例：已整改" in authority.text()) == (True, True)


@pytest.mark.proves("ISS-5")
@pytest.mark.parametrize(("outcome", "kept"), [(FrozenOutcome.ACTIVATED, 30), (FrozenOutcome.REVERSED, 0)])
def test_awards_that_a_suspension_froze_are_decided_on_with_a_reason(
    town: Town, people: People, outcome: FrozenOutcome, kept: int
) -> None:
    issuer_id = issuing(town)
    with town.database.writing() as session:
        series = posting.series(session, make_terms(issuer_id))
        waiting = Accrual(holder_of(session, "con_li"), series, 30, key_of("w"))
        posting.post_one(session, posting.caller(session, "tests"), waiting)
    authority = people("regulator", 390)
    authority.go(f"/console/issuers/{issuer_id}")
    authority.send("suspend", {"reason": "示例：核查"})
    frozen = "待处置 1 笔" in authority.text()
    authority.send("lift", {"reason": "示例：核查完毕"})

    authority.send("frozen", {"reason": "示例：逐笔核对"}, press=outcome.value)
    with town.database.reading() as session:
        (job,) = [one for one in queue.listed(session) if one.kind == jobs.SETTLE_FROZEN]
    jobs.settle_frozen(town.database, job)

    authority.go(f"/console/issuers/{issuer_id}")
    assert (frozen, "待处置 0 笔" in authority.text()) == (True, True)
    with town.database.reading() as session:
        assert sum(one.available for one in ledger.balances_of(session, "con_li")) == kept
        assert [(one.outcome, one.reason) for one in queries.frozen_awards(session, issuer_id)] == [
            (outcome.value, "示例：逐笔核对")
        ]


@pytest.mark.proves("ISS-4")
@pytest.mark.parametrize(("width", "beside"), [(1280, True), (390, False)])
def test_versions_stand_side_by_side_with_what_each_change_means(
    town: Town, people: People, width: int, beside: bool
) -> None:
    issuer_id = issuing(town)
    changed = {"upgrade_promise": Words(zh="示例：每年提升", en="Example: grows each year")}
    filing_id = handed_in(town, issuer_id, new_scheme(fen_per_100=50).model_copy(update=changed))
    authority = people("regulator", width)

    authority.go(f"/console/filings/{filing_id}")

    shown = authority.page.locator("article.change").all_inner_texts()
    assert [one.split("\n")[0] for one in shown] == ["每百积分面值", "权益升级承诺"]
    worse, better = (" ".join(one.split()) for one in shown)
    assert ("¥1.00" in worse, "¥0.50" in worse, "更不利" in worse) == (True, True, True)
    assert ("示例：每年提升" in better, "更有利" in better) == (True, True)
    before, after = (
        authority.page.locator("article.change .beside > p").nth(place).bounding_box() for place in range(2)
    )
    assert before is not None
    assert after is not None
    assert (before["y"] == after["y"], before["x"] < after["x"]) == (beside, beside)


# ---- The issuer ------------------------------------------------------------------------------------------------------


@pytest.mark.proves("ISS-4")
def test_a_returned_filing_is_corrected_where_the_authority_said_what_is_wrong(town: Town, people: People) -> None:
    issuer_id = issuing(town)
    filing_id = handed_in(town, issuer_id, new_scheme(fen_per_100=120))
    with town.database.writing() as session:
        wrong = [
            FieldReason(path="complaints.phone", reason="示例：请写明接听时间"),
            FieldReason(path="rules[0].title", reason="示例：名称过于笼统"),
        ]
        service.return_filing(session, regulator(), filing_id, reason="示例：两处需要补正", fields=wrong)
    admin = people("admin")

    admin.go(f"/console/filings/{filing_id}")
    admin.page.click("text=修改后另起新版本")
    said = [admin.page.inner_text(f"#{place}-says") for place in ("q-complaints-phone", "q-rules-0-title")]
    admin.put("scheme", "complaints.phone", "000-00000000（每日 8:00–20:00）")
    admin.put("scheme", "rules.0.title.zh", "有机农产品（凭认证）")
    admin.put("scheme", "complaints.answer_days", "很快")
    admin.send("scheme", {"reason": "示例：按意见补正"}, press="draft")
    refused = admin.page.inner_text("#q-complaints-answer_days-says")
    admin.page.click("#found a")
    where = admin.page.url.partition("#")[2]
    admin.put("scheme", "complaints.answer_days", "5")
    admin.send("scheme", {}, press="draft")

    assert said == ["退回意见：示例：请写明接听时间", "退回意见：示例：名称过于笼统"]
    assert refused == "填写的是“很快”；要求：大于 0 的整数。"
    assert where == "q-complaints-answer_days"
    assert "第 3 版" in admin.text()
    assert newest(town, issuer_id).complaints == ComplaintChannel(
        phone="000-00000000（每日 8:00–20:00）", answer_days=5
    )
    assert newest(town, issuer_id).rules[0].title.zh == "有机农产品（凭认证）"


@pytest.mark.proves("ISS-4")
@pytest.mark.parametrize("width", [390, 1280])
def test_a_first_scheme_is_written_from_nothing_in_the_form_alone(town: Town, people: People, width: int) -> None:
    issuer_id = issuing(town, LifeState.ASSESSED)
    admin = people("admin", width)
    wanted = new_scheme()
    admin.go(f"/console/issuers/{issuer_id}/filings")
    for name, value in {
        "title.zh": wanted.title.zh,
        "title.en": wanted.title.en,
        "face_value_fen_per_100_credits": "1.00",
        "monthly_cap_credits": "100,000,000",
        "guarantee.amount_fen": "500,000",
        "guarantee.bank": "示例银行",
        "guarantee.custody_kind": "custody_account",
        "refund_grace_days": "30",
        "redemption_terms.0.zh": wanted.redemption_terms[0].zh,
        "redemption_terms.0.en": wanted.redemption_terms[0].en,
        "complaints.phone": "000-00000000",
        "complaints.answer_days": "7",
        "standards.0.title": "绿色消费积分技术规范",
        "standards.0.publisher": "中国国际经济技术合作促进会",
        "rules.0.name": "organic_produce",
        "rules.0.title.zh": "有机农产品",
        "rules.0.title.en": "Organic produce",
        "rules.0.ground": "purchase",
        "rules.0.products.other": "organic_produce",
        "rules.0.rate.kind": "per_yuan",
        "rules.0.rate.per_yuan.credits": "1",
        "rules.0.since": "2024-01-01",
    }.items():
        admin.put("scheme", name, value)
    admin.send("scheme", {"reason": "示例：首次备案"}, press="draft")

    assert "自动检查通过" in admin.text()
    assert newest(town, issuer_id) == wanted


@pytest.mark.proves("ISS-4")
def test_entries_come_and_go_and_nothing_typed_is_lost(town: Town, people: People) -> None:
    issuer_id = issuing(town)
    address = f"/console/issuers/{issuer_id}/filings"
    admin = people("admin")

    admin.go(address)
    admin.put("scheme", "title.zh", "示例：改了一半的名称")
    admin.put("scheme", "monthly_cap_credits", "不知道")
    admin.press("add:rules")
    admin.put("scheme", "rules.1.title.zh", "示例：周末加倍")
    admin.put("scheme", "rules.1.conditions.+", "weekday")
    admin.press("add:rules.1.conditions")
    admin.put("scheme", "rules.1.conditions.0.weekday.any_of", "6\n7")
    admin.press("add:referral")
    admin.put("scheme", "referral.credits_each", "20")
    admin.page.set_input_files('[name="guarantee.document"]', town.paper("存管协议"))
    admin.press("remove:rules.0")
    again = people("admin")
    again.go(address)

    found = {
        name: again.page.input_value(f'#scheme [name="{name}"]')
        for name in (
            "title.zh",
            "monthly_cap_credits",
            "rules.0.title.zh",
            "rules.0.conditions.0.weekday.any_of",
            "referral.credits_each",
        )
    }
    assert list(found.values()) == ["示例：改了一半的名称", "不知道", "示例：周末加倍", "6\n7", "20"]
    assert "存管协议.pdf" in again.text()
    assert "已保存于" in again.text()
    again.press("forget")
    assert again.page.input_value('[name="title.zh"]') == new_scheme().title.zh


def test_a_scheme_given_as_json_stands_in_the_form_with_its_faults(town: Town, people: People) -> None:
    issuer_id = issuing(town)
    admin = people("admin")
    broken = new_scheme().model_dump(mode="json") | {"refund_grace_days": -1}

    admin.go(f"/console/issuers/{issuer_id}/filings/json")
    admin.send("json", {"scheme": "{"}, press="load")
    unread = admin.page.locator("#json-scheme-problem").count()
    admin.send("json", {"scheme": json.dumps(broken)}, press="load")

    assert unread == 1
    assert admin.page.inner_text("#q-refund_grace_days-says") == "填写的是“-1”；要求：不小于 0、不大于 36,500 的整数。"


# ---- The operator ----------------------------------------------------------------------------------------------------


@pytest.mark.proves("ISS-1")
def test_a_code_that_fails_the_check_is_reviewed_by_another_and_then_registered(town: Town, people: People) -> None:
    right = synthetic_code(77)
    code = right[:-1] + ("A" if right[-1] != "A" else "B")
    newcomer, operator = people("admin"), people("operator")
    registration = {
        "name": "示例早期企业",
        "code": code,
        "kind": "enterprise",
        "region": "CN-SH",
        "legal_representative": "示例法人",
        "address": "示例市示例路 1 号",
        "contact.name": "示例联系人",
        "contact.phone": "000-00000000",
        "reason": "示例：登记",
    }

    newcomer.go("/console/register")
    newcomer.send("registration", registration)
    newcomer.page.click("text=申请人工核验")
    offered = newcomer.page.input_value('#ask-review [name="code"]')
    newcomer.send("ask-review", {"reason": "示例：证照真实"}, {"file": town.paper("营业执照")})
    own = newcomer.page.locator("form[id^=confirm-]").count()
    operator.go("/console/codes")
    confirm = str(operator.page.locator("form[id^=confirm-]").get_attribute("id"))
    operator.send(confirm, {"reason": "示例：已电话核实"})
    newcomer.go("/console/register")
    newcomer.send("registration", registration)

    assert (offered, own) == (code, 0)
    assert ("核验通过" in operator.text(), "示例：已电话核实" in operator.text()) == (True, True)
    assert "已登记" in newcomer.text()
    with town.database.reading() as session:
        review = next(one for one in queries.issuers(session) if one.code == code).code_review
        assert review is not None
        assert (review.reviewer_id, review.reason) == (town.accounts["operator"], "示例：已电话核实")


@pytest.mark.proves("ISS-2")
def test_agencies_are_entered_withdrawn_and_shown_with_their_ties(town: Town, people: People) -> None:
    issuer_id = issuing(town)
    operator, authority = people("operator"), people("regulator")
    entry = {
        "kind": "credit",
        "name": "示例关联信用有限公司",
        "code": synthetic_code(905),
        "legal_representative": "示例机构法人",
        "controlling_code": synthetic_code(1),
        "approval_number": "示例-批准-5",
        "reason": "示例：入册",
    }

    operator.go("/console/agencies")
    operator.send("agency", entry | {"code": "91000000"})
    refused = operator.page.locator("#agency-code-problem").count()
    operator.send("agency", entry)
    told = operator.text()
    operator.send("withdraw", {"since": "2026-01-01", "reason": "示例：许可到期"})

    assert refused == 1
    assert ("示例-批准-5" in told, "机构与发行主体同属一个控股方" in told) == (True, True)
    assert ("已除名" in operator.text(), "示例：许可到期" in operator.text()) == (True, True)
    authority.go("/console/agencies")
    assert (authority.page.locator("#agency").count(), "示例关联信用有限公司" in authority.text()) == (0, True)
    with town.database.reading() as session:
        agency = next(one for one in queries.agencies(session) if one.code == synthetic_code(905))
        assert not agency.listed_on(date(2026, 6, 1))
        assert queries.issuer(session, issuer_id).state is LifeState.ACTIVE


@pytest.mark.proves("ISS-4")
def test_an_issuer_recalls_a_version_before_it_is_decided_on(town: Town, people: People) -> None:
    issuer_id = issuing(town)
    filing_id = handed_in(town, issuer_id, new_scheme(fen_per_100=120))
    admin = people("admin")

    admin.go(f"/console/filings/{filing_id}")
    admin.send("recall", {"reason": "示例：金额有误"})

    assert filing_state(town, filing_id) is FilingState.RECALLED
    assert admin.page.locator("text=修改后另起新版本").count() == 1
