"""Gifts at the console: one by a form, many by a file; a file that is not in order gives nothing."""

import pytest
from starlette.testclient import TestClient

from greencredit.awards.queries.gifts import gifts_of
from greencredit.kernel.access import Role, Scope, ScopeKind
from greencredit.kernel.database import Database
from greencredit.schemas.awards import Ground
from tests.awards.service.test_gift import gift_rule
from tests.factories.awards import purchase_rule
from tests.factories.evidence import Shop, make_shop
from tests.factories.people import PASSWORD, make_account_with, make_consumer
from tests.web.conftest import SignIn


def manager(shared: Database, sign_in: SignIn) -> tuple[Shop, TestClient]:
    """Give a shop whose rules know a gift for reviews, and its manager at a browser."""
    with shared.writing() as session:
        shop = make_shop(session, purchase_rule(), gift_rule(Ground.REVIEW))
        here = Scope(ScopeKind.ISSUER, shop.issuer_id)
        account = make_account_with(session, Role.ISSUER_MANAGER, here, login="manager", password=PASSWORD)
        make_consumer(session, account_id=account.account_id)
    return shop, sign_in("manager")


@pytest.mark.proves("AWD-4")
def test_a_gift_is_given_by_a_form_and_many_by_a_file(shared: Database, browser: TestClient, sign_in: SignIn) -> None:
    shop, browser = manager(shared, sign_in)
    address, member = f"/console/issuers/{shop.issuer_id}/gifts", shop.consumers["CARD-0001"]
    one = {"ground": "review", "consumer": member, "happened_on": "2026-01-05", "reference": "REV-1"}
    rows = (
        f"ground,consumer,happened_on,reference\nreview,{member},2026-01-06,REV-2\nreview,con_nobody,2026-01-06,REV-3\n"
    )

    given = browser.post(address, data=one)
    many = browser.post(f"{address}/file", files={"file": ("gifts.csv", rows.encode())})

    assert (given.status_code, many.status_code) == (200, 200)
    assert "people.unknown_consumer" in many.text
    with shared.reading() as session:
        assert [line.credits for line in gifts_of(session, shop.issuer_id)] == [10, 10]


@pytest.mark.proves("AWD-4")
def test_a_file_that_is_not_in_order_gives_nothing(shared: Database, browser: TestClient, sign_in: SignIn) -> None:
    shop, browser = manager(shared, sign_in)
    address = f"/console/issuers/{shop.issuer_id}/gifts"

    answer = browser.post(f"{address}/file", files={"file": ("gifts.csv", b"ground\npurchase\n")})

    assert (answer.status_code, "web.form_incomplete" in answer.text) == (422, True)
    with shared.reading() as session:
        assert gifts_of(session, shop.issuer_id) == ()
