"""The life of a filing over every triple; sections, digests and what a filing must state."""

import hashlib
import json
from itertools import product

import pytest

from greencredit.issuers import rules
from greencredit.issuers.errors import (
    FilingStepNotAllowed,
    ParticularMissing,
)
from greencredit.kernel.policy import Role
from greencredit.schemas.issuers import (
    ClawbackPolicy,
    ClawbackTerms,
    FilingState,
    FilingStep,
    IssuerKind,
    Particular,
    SectionName,
)
from greencredit.schemas.values import Credits, Words
from tests.factories.issuers import new_scheme

EXPECTED_FILING: dict[tuple[str, str, str], str] = {
    ("draft", "pass_section", "issuer_admin"): "draft",
    ("draft", "pass_section", "issuer_manager"): "draft",
    ("draft", "fail_section", "issuer_admin"): "draft",
    ("draft", "fail_section", "issuer_manager"): "draft",
    ("draft", "submit", "issuer_admin"): "submitted",
    ("submitted", "admit", "regulator"): "admitted",
    ("submitted", "opine", "regulator"): "submitted",
    ("submitted", "return", "regulator"): "returned",
    ("submitted", "refuse", "regulator"): "refused",
    ("submitted", "recall", "issuer_admin"): "recalled",
    ("admitted", "opine", "regulator"): "admitted",
    ("admitted", "accept", "regulator"): "accepted",
    ("admitted", "return", "regulator"): "returned",
    ("admitted", "refuse", "regulator"): "refused",
    ("admitted", "recall", "issuer_admin"): "recalled",
    ("returned", "lapse", "system"): "lapsed",
    ("accepted", "take_effect", "regulator"): "effective",
    ("accepted", "take_effect", "operator"): "effective",
    ("effective", "supersede", "regulator"): "superseded",
    ("effective", "supersede", "operator"): "superseded",
}


@pytest.mark.proves("ISS-4")
def test_every_triple_of_a_filing_is_allowed_or_refused_as_written_by_hand() -> None:
    for state, step, role in product(FilingState, FilingStep, Role):
        if (state, step, role) in EXPECTED_FILING:
            assert rules.next_filing_state(state, step, role) == EXPECTED_FILING[state, step, role]
            continue
        with pytest.raises(FilingStepNotAllowed) as no:
            rules.next_filing_state(state, step, role)
        assert (no.value.facts["state"], no.value.facts["step"], no.value.facts["role"]) == (state, step, role)


def test_a_scheme_cut_into_sections_is_put_together_again() -> None:
    scheme = new_scheme(fen_per_100=150)

    documents = rules.sections_of(scheme)

    assert list(documents) == [name for name in SectionName if name is not SectionName.PROMISES]
    assert rules.scheme_of(documents) == scheme


def test_a_section_is_canonical_json_and_its_digest_is_that_of_its_bytes() -> None:
    document = rules.sections_of(new_scheme())[SectionName.COMPLAINTS]

    assert document == '{"address":null,"answer_days":7,"phone":"000-00000000"}'
    assert rules.digest_of(document) == hashlib.sha256(document.encode()).hexdigest()


def test_what_is_filed_on_clawback_and_refund_stands_in_the_section_on_redemption() -> None:
    owed_up_to_500 = ClawbackTerms(policy=ClawbackPolicy.SHORTAGE, cap_credits=Credits(500))

    section = rules.sections_of(new_scheme(clawback=owed_up_to_500))[SectionName.REDEMPTION]

    assert section.startswith('{"clawback":{"cap_credits":500,"policy":"shortage"},"compensations":[],')
    assert '"refund_grace_days":30' in section


def test_a_document_filed_before_these_terms_existed_claws_nothing_back_and_promises_no_grace() -> None:
    documents = rules.sections_of(new_scheme())
    new = json.loads(documents[SectionName.REDEMPTION])
    before = rules.document_of({name: new[name] for name in ("redemption_terms", "compensations")})

    read = rules.scheme_of({**documents, SectionName.REDEMPTION: before})

    assert read == new_scheme().model_copy(update={"clawback": ClawbackTerms(), "refund_grace_days": 0})


def test_the_spending_order_of_the_platform_stands_in_every_filing() -> None:
    section = rules.sections_of(new_scheme())[SectionName.VALIDITY]

    assert '"zh":"先到期者先用；到期时间相同的，发放月份在前者先用；' in section


def test_another_face_value_changes_the_value_section_and_the_whole_digest_alone() -> None:
    one, other = (rules.sections_of(new_scheme(fen_per_100=fen)) for fen in (100, 101))

    assert [name for name in one if one[name] != other[name]] == [SectionName.VALUE]


@pytest.mark.proves("ISS-4")
@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        (IssuerKind.AIRLINE, ["accrual_ratio", "validity", "redemption_limits"]),
        (IssuerKind.BANK, ["spending_basis"]),
        (IssuerKind.PAYMENT_INSTITUTION, ["spending_basis"]),
    ],
)
def test_some_kinds_of_issuer_must_state_more(kind: IssuerKind, wanted: list[str]) -> None:
    with pytest.raises(ParticularMissing) as no:
        rules.require_particulars(kind, new_scheme())

    assert no.value.facts == {"kind": kind, "found": [], "wanted": wanted}
    stated = tuple(Particular(name=name, text=Words(zh="示例", en="example")) for name in wanted)
    rules.require_particulars(kind, new_scheme().model_copy(update={"particulars": stated}))
