"""Terms of enterprises' accounts are filed among the promises; a scheme without them keeps its documents."""

import json

import pytest
from pydantic import ValidationError

from greencredit.issuers import rules
from greencredit.schemas.issuers import EnterpriseTerms, Scheme, SectionName
from greencredit.schemas.values import Credits
from tests.factories.direct import ENTERPRISES
from tests.factories.issuers import new_scheme

FILED = new_scheme().model_copy(update={"enterprise": ENTERPRISES})


@pytest.mark.proves("AWD-5", "ISS-4")
def test_the_terms_stand_among_the_promises_and_come_back_whole() -> None:
    sections = rules.sections_of(FILED)

    assert rules.scheme_of(sections) == FILED
    assert json.loads(sections[SectionName.PROMISES]) == {
        "enterprise": {
            "may_be_funded": True,
            "may_pass_on": True,
            "most_allotted_each": 100,
            "most_funded_a_month": 1000,
        }
    }


@pytest.mark.proves("AWD-5", "ISS-4")
def test_a_scheme_without_them_has_the_documents_it_had() -> None:
    with_them, without = rules.sections_of(FILED), rules.sections_of(new_scheme())

    assert SectionName.PROMISES not in without
    assert without == {name: with_them[name] for name in without}
    assert rules.scheme_of(without).enterprise is None


@pytest.mark.proves("AWD-5")
@pytest.mark.parametrize(("funded", "most"), [(True, None), (False, 10)])
def test_a_most_for_a_month_belongs_to_accounts_that_may_be_funded(funded: bool, most: int | None) -> None:
    terms = {"may_be_funded": funded, "most_funded_a_month": most, "most_allotted_each": 100}

    with pytest.raises(ValidationError, match=f"found {funded}, {most}"):
        EnterpriseTerms.model_validate(terms)


@pytest.mark.proves("AWD-5")
def test_the_terms_are_told_in_words() -> None:
    closed = EnterpriseTerms(may_be_funded=False, most_allotted_each=Credits(50))

    assert [ENTERPRISES.title.zh, closed.title.zh] == [
        "每家企业每月最多注入 1,000 分；可划拨给其他企业；向个人每次最多发放 100 分",
        "不注入；不可划拨给其他企业；向个人每次最多发放 50 分",
    ]
    assert closed.title.en == (
        "Enterprises are not funded; none pass on to another enterprise; a person is given at most 50 at once"
    )


@pytest.mark.proves("AWD-5", "ISS-4")
def test_a_change_of_the_terms_touches_no_credits_earned_before() -> None:
    (change,) = rules.changes(new_scheme(), FILED)

    assert (change.path, change.effect.value, change.title.zh) == ("enterprise", "neutral", "企业积分账户")


@pytest.mark.proves("AWD-5")
def test_a_scheme_is_read_with_its_terms() -> None:
    fields = new_scheme().model_dump(mode="json") | {"enterprise": ENTERPRISES.model_dump(mode="json")}

    assert Scheme.model_validate(fields) == FILED
