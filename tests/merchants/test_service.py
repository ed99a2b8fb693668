"""Registers of merchants: lists that may be sent again, corrections, refusals that change nothing."""

from datetime import timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy.orm import Session

from greencredit.kernel.clock import StandingClock, civil_date, now
from greencredit.merchants import queries, service
from greencredit.merchants.errors import CodeTwice, HasLeft, UnknownGreenKind, UnknownMerchant
from greencredit.schemas.merchants import Merchant, NewMerchant, NewProduct, NewStore, Product, RegisterCounts, Store
from greencredit.schemas.values import Words
from tests.factories.merchants import ORGANIC, REASON, make_merchant, make_products, new_product


def counts(added: int = 0, changed: int = 0, unchanged: int = 0) -> RegisterCounts:
    return RegisterCounts(added=added, changed=changed, unchanged=unchanged)


def test_a_merchant_joins_and_leaves_once(session: Session, clock: StandingClock) -> None:
    wanted = NewMerchant(name="示例超市", english_name="Example Market", region="CN-SH", issuer_id="iss_example")

    joined = service.join(session, wanted)
    left = service.leave(session, joined.merchant_id)
    again = service.leave(session, joined.merchant_id)

    assert joined == Merchant(
        merchant_id=joined.merchant_id,
        name="示例超市",
        english_name="Example Market",
        region="CN-SH",
        issuer_id="iss_example",
        joined_at=now(session),
        left_at=None,
    )
    assert left == again == joined.model_copy(update={"left_at": clock.now()})
    assert queries.merchants(session) == []


def test_stores_are_opened_renamed_and_stay_as_they_are(session: Session) -> None:
    merchant_id = make_merchant(session).merchant_id
    one, two = (NewStore(code=code, name=f"示例门店{code}", region="CN-SH") for code in ("2", "1"))

    assert service.open_stores(session, merchant_id, [one, two]) == counts(added=2)
    assert service.open_stores(session, merchant_id, [one, two, one]) == counts(unchanged=2)
    renamed = one.model_copy(update={"name": "示例门店𠮷"})
    assert service.open_stores(session, merchant_id, [renamed]) == counts(changed=1)

    today = civil_date(now(session))
    assert queries.stores(session, merchant_id) == [
        Store(merchant_id=merchant_id, code="1", name="示例门店1", region="CN-SH", opened_on=today),
        Store(merchant_id=merchant_id, code="2", name="示例门店𠮷", region="CN-SH", opened_on=today),
    ]


def test_a_store_that_is_renamed_was_opened_when_it_was_opened(session: Session, clock: StandingClock) -> None:
    merchant_id = make_merchant(session).merchant_id
    store = NewStore(code="1", name="甲", region="CN-SH")
    service.open_stores(session, merchant_id, [store])
    opened_on = civil_date(now(session))

    clock.move(timedelta(days=9))
    service.open_stores(session, merchant_id, [store.model_copy(update={"name": "乙"})])

    assert [(one.name, one.opened_on) for one in queries.stores(session, merchant_id)] == [("乙", opened_on)]


def test_products_are_registered_corrected_and_stay_as_they_are(session: Session) -> None:
    merchant_id = make_merchant(session).merchant_id
    service.name_green_kinds(session, [ORGANIC])
    green, plain = new_product("p1", green=True), new_product("p2")

    assert service.register_products(session, merchant_id, [green, plain]) == counts(added=2)
    assert service.register_products(session, merchant_id, [plain, green]) == counts(unchanged=2)
    no_longer = new_product("p1", department="GROCERY")
    assert service.register_products(session, merchant_id, [no_longer]) == counts(changed=1)

    assert queries.product_book(session, merchant_id) == {
        "p1": Product("p1", "GROCERY", None, None, "2", "National", "2 LB", None, None, None),
        "p2": Product("p2", "PRODUCE", None, None, "2", "National", "2 LB", None, None, None),
    }


def test_an_empty_list_changes_nothing(session: Session) -> None:
    merchant_id = make_merchant(session).merchant_id

    assert service.register_products(session, merchant_id, []) == counts()
    assert queries.product_book(session, merchant_id) == {}


def test_the_green_ones_are_found_among_the_many(session: Session) -> None:
    merchant_id = make_merchant(session).merchant_id
    make_products(session, merchant_id)

    assert queries.product_book(session, merchant_id, green_only=True) == {
        "p1": Product(
            "p1",
            "PRODUCE",
            "ORGANICS FRUIT & VEGETABLES",
            "ORGANIC CARROTS",
            "2",
            "National",
            "2 LB",
            "organic_produce",
            REASON.zh,
            REASON.en,
        )
    }


def test_two_merchants_have_books_of_their_own(session: Session) -> None:
    one, two = make_merchant(session).merchant_id, make_merchant(session, name="示例便利店").merchant_id
    service.register_products(session, one, [new_product("p1")])

    service.register_products(session, two, [new_product("p1", department="GROCERY")])

    assert [queries.product_book(session, who)["p1"].department for who in (one, two)] == ["PRODUCE", "GROCERY"]


def test_ten_thousand_products_with_rare_characters_come_back_as_they_were(session: Session) -> None:
    merchant_id = make_merchant(session).merchant_id
    strange = ("𠮷䶮", "<script>", "a'b\"c\\", "{1,2}", "", "NULL", "\u3000")
    listed = [
        NewProduct(code=f"{number}", department=strange[number % len(strange)], brand=None, type=strange[number % 5])
        for number in range(10_000)
    ]

    assert service.register_products(session, merchant_id, listed) == counts(added=10_000)

    book = queries.product_book(session, merchant_id)
    assert [(book[one.code].department, book[one.code].type) for one in listed] == [
        (one.department, one.type) for one in listed
    ]


def test_one_code_with_two_descriptions_is_refused_and_nothing_is_registered(session: Session) -> None:
    merchant_id = make_merchant(session).merchant_id

    with pytest.raises(CodeTwice) as no:
        service.register_products(session, merchant_id, [new_product("p1"), new_product("p1", department="DELI")])

    assert (no.value.code, no.value.facts) == ("merchants.code_twice", {"merchant_id": merchant_id, "found": "p1"})
    assert queries.product_book(session, merchant_id) == {}


def test_a_product_of_a_green_kind_nobody_explained_is_refused(session: Session) -> None:
    merchant_id = make_merchant(session).merchant_id

    with pytest.raises(UnknownGreenKind) as no:
        service.register_products(session, merchant_id, [new_product("p1", green=True), new_product("p2")])

    assert no.value.facts == {"found": ["organic_produce"], "wanted": []}
    assert queries.product_book(session, merchant_id) == {}


def test_a_green_kind_comes_with_its_reason_or_not_at_all() -> None:
    with pytest.raises(ValidationError, match="come together"):
        NewProduct(code="p1", department="PRODUCE", green_kind="organic_produce")


def test_green_kinds_are_named_renamed_and_stay_as_they_are(session: Session) -> None:
    assert service.name_green_kinds(session, [ORGANIC]) == counts(added=1)
    assert service.name_green_kinds(session, [ORGANIC]) == counts(unchanged=1)
    renamed = ORGANIC.model_copy(update={"title": Words(zh="有机蔬果", en="Organic fruit and vegetables")})
    assert service.name_green_kinds(session, [renamed]) == counts(changed=1)

    assert queries.green_kinds(session) == {"organic_produce": renamed}


def test_whoever_left_registers_nothing(session: Session) -> None:
    merchant_id = make_merchant(session).merchant_id
    service.leave(session, merchant_id)

    with pytest.raises(HasLeft) as no:
        service.register_products(session, merchant_id, [new_product()])

    assert no.value.facts == {"merchant_id": merchant_id, "found": "2026-03-02"}
    assert queries.product_book(session, merchant_id) == {}


def test_a_merchant_nobody_knows_is_not_found(session: Session) -> None:
    for asked in (
        lambda: service.register_products(session, "mer_nobody", []),
        lambda: service.leave(session, "mer_nobody"),
        lambda: queries.merchant(session, "mer_nobody"),
    ):
        with pytest.raises(UnknownMerchant) as no:
            asked()
        assert no.value.facts == {"merchant_id": "mer_nobody"}
