"""Promotions are filed with the rules; issuers that may award settled spending only file none."""

from datetime import date

import pytest
from pydantic import ValidationError
from sqlalchemy.orm import Session

from greencredit.issuers import queries, rules
from greencredit.issuers.errors import PromotionNotAllowed
from greencredit.schemas.issuers import IssuerKind, LifeState, Scheme, SectionName
from tests.factories.direct import GIFT, promoting_scheme
from tests.factories.issuers import make_filing, make_issuer, new_scheme


@pytest.mark.proves("ISS-4")
def test_promotions_stand_in_the_section_of_rules_and_come_back_whole() -> None:
    scheme = promoting_scheme()

    sections = rules.sections_of(scheme)

    assert rules.scheme_of(sections) == scheme
    assert '"promotions"' in sections[SectionName.RULES]


@pytest.mark.proves("ISS-4")
def test_a_scheme_without_promotions_has_its_rules_alone_in_their_section() -> None:
    scheme = new_scheme()

    sections = rules.sections_of(scheme)

    assert sections[SectionName.RULES][0] == "["
    assert rules.scheme_of(sections) == scheme


@pytest.mark.proves("ISS-4")
def test_two_promotions_of_one_name_are_refused_whatever_their_days() -> None:
    later = GIFT.model_copy(update={"since": date(2027, 1, 1)})
    fields = promoting_scheme(GIFT, later).model_dump()

    with pytest.raises(ValidationError, match="found twice: welcome_gift"):
        Scheme.model_validate(fields)


@pytest.mark.proves("ISS-7")
@pytest.mark.parametrize("kind", [IssuerKind.BANK, IssuerKind.PAYMENT_INSTITUTION])
def test_whoever_awards_settled_spending_only_files_no_promotion(kind: IssuerKind) -> None:
    with pytest.raises(PromotionNotAllowed) as no:
        rules.require_spending_only(kind, promoting_scheme())

    assert (no.value.code, no.value.facts) == (
        "issuers.promotion_not_allowed",
        {"kind": kind, "found": ["welcome_gift", "spring_gift"], "wanted": []},
    )
    rules.require_spending_only(kind, new_scheme())


@pytest.mark.proves("ISS-4")
def test_a_promotion_is_filed_like_everything_else(session: Session) -> None:
    issuer = make_issuer(session, LifeState.ACTIVE)

    filed = make_filing(session, issuer.issuer_id, promoting_scheme())

    assert queries.filing(session, filed.filing_id).scheme.promotions[0] == GIFT


def test_a_promotion_ends_after_it_begins() -> None:
    with pytest.raises(ValidationError, match="a promotion ends after it begins"):
        type(GIFT)(**GIFT.model_dump() | {"until": date(2026, 1, 1)})
