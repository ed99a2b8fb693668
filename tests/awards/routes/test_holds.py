"""Credits that are kept back over HTTP: the holder reads why and appeals, his issuer looks, another person decides."""

from pathlib import Path

import pytest

from greencredit.awards import jobs
from greencredit.kernel.access import PLATFORM, Role, Scope, ScopeKind
from greencredit.kernel.database import Database
from tests.awards.routes.conftest import People
from tests.factories.awards import purchase_rule, require_sound
from tests.factories.evidence import CARDS, Shop, bought, make_shop, receipt_csv
from tests.factories.people import PASSWORD, make_account_with

API = "/api/v1"
RELEASE = {"outcome": "released", "reason": "示例：已核实"}


@pytest.fixture
def shop(shared: Database, tmp_path: Path) -> Shop:
    """Hand in sixteen receipts of one day for somebody who can sign in; the last is kept back."""
    with shared.writing() as session:
        himself, neighbour = (
            str(make_account_with(session, Role.CONSUMER, login=login, password=PASSWORD).subject_id)
            for login in ("himself", "neighbour")
        )
        made = make_shop(session, purchase_rule(), consumers={CARDS[0]: himself, CARDS[1]: neighbour})
        for login, role, scope in (
            ("manager", Role.ISSUER_MANAGER, Scope(ScopeKind.ISSUER, made.issuer_id)),
            ("elsewhere", Role.ISSUER_MANAGER, Scope(ScopeKind.ISSUER, "iss_elsewhere")),
            ("regulator", Role.REGULATOR, PLATFORM),
        ):
            make_account_with(session, role, scope, login=login, password=PASSWORD)
    rows = [bought(receipt_no=f"R{number:02}", amount_yuan="10") for number in range(16)]
    jobs.import_file(shared, made.receipts, receipt_csv(tmp_path / "r.csv", rows))
    return made


@pytest.mark.proves("ACT-5", "SEC-1", "UX-2")
def test_the_holder_appeals_once_and_somebody_else_decides(shared: Database, shop: Shop, people: People) -> None:
    himself = people("himself")
    (hold,) = himself.get(f"{API}/consumers/{shop.consumers[CARDS[0]]}/holds").json()
    path = f"{API}/holds/{hold['hold_id']}"

    wordless = himself.post(f"{path}/appeal", json={"words": " "})
    appealed, again = (himself.post(f"{path}/appeal", json={"words": "示例：家庭聚会"}) for _ in range(2))
    own = himself.post(f"{path}/decision", json=RELEASE)
    decided = people("regulator").post(f"{path}/decision", json=RELEASE)
    too_late = himself.post(f"{path}/appeal", json={"words": "示例"})
    after = himself.get(f"{API}/consumers/{shop.consumers[CARDS[0]]}/holds").json()

    assert (hold["found"], hold["wanted"]) == (
        {"zh": "同一天 16 次", "en": "16 on one day"},
        {"zh": "至多 15 次", "en": "at most 15"},
    )
    assert (wordless.status_code, appealed.status_code) == (422, 201)
    assert (again.status_code, again.json()["code"]) == (409, "awards.appeal_lodged")
    assert (own.status_code, own.json()["code"]) == (403, "access.denied")
    assert (decided.status_code, decided.json()["decision"]["outcome"]) == (201, "released")
    assert (too_late.status_code, too_late.json()["code"]) == (409, "awards.hold_decided")
    assert after == [decided.json()]
    require_sound(shared)


@pytest.mark.proves("ACT-5", "SEC-1")
def test_nobody_else_reads_a_holders_page_and_whoever_never_earned_anything_has_none(
    shop: Shop, people: People
) -> None:
    of = {card: f"{API}/consumers/{shop.consumers[card]}/holds" for card in CARDS[:2]}
    looking = (None, "himself", "neighbour", "manager", "elsewhere", "regulator")

    his = {login: people(login).get(of[CARDS[0]]).status_code for login in looking}
    nothing = people("neighbour").get(of[CARDS[1]])
    at_issuer = {
        login: people(login).get(f"{API}/issuers/{shop.issuer_id}/holds?open_only=true") for login in looking[2:]
    }
    missing = people("regulator").post(f"{API}/holds/hld_nobody/decision", json=RELEASE)

    assert his == {None: 401, "himself": 200, "neighbour": 403, "manager": 403, "elsewhere": 403, "regulator": 200}
    assert (nothing.status_code, nothing.json()) == (200, [])
    assert {login: answer.status_code for login, answer in at_issuer.items()} == {
        "neighbour": 403,
        "manager": 200,
        "elsewhere": 403,
        "regulator": 200,
    }
    assert len(at_issuer["manager"].json()) == 1
    assert (missing.status_code, missing.json()["code"]) == (404, "awards.no_such_hold")
