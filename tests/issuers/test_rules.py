"""The code's two check characters, the life of an issuer and of a filing over every triple, sections and digests."""

import hashlib
from datetime import UTC, date, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from greencredit.issuers import rules
from greencredit.issuers.errors import (
    CodeWrongCharacter,
    CodeWrongCheck,
    CodeWrongLength,
    CodeWrongOrganisationCheck,
    FilingStepNotAllowed,
    NotIndependent,
    ParticularMissing,
    StepNotAllowed,
)
from greencredit.kernel.errors import Refused
from greencredit.kernel.policy import POLICY, Role
from greencredit.schemas.awards import EarningRule
from greencredit.schemas.issuers import (
    Certificate,
    Condition,
    CustodyKind,
    FilingState,
    FilingStep,
    Guarantee,
    IssuerKind,
    LifeState,
    LifeStep,
    Particular,
    SectionName,
    StandardRef,
    Verdict,
)
from greencredit.schemas.values import Words
from tests.factories.issuers import example_rule, new_assessment, new_certificate, new_scheme, synthetic_code

# Algorithm vectors from public listings, kept as vectors only: nothing is said here about any company.
VALID = (
    "914403001922038216",
    "9144030071526726XG",
    "91330100799655058B",
    "91110000802100433B",
    "91110000101623741K",
    "911101066976941872",
    "91110000600037341L",
    "911000001000013428",
    "91100000100003962T",
    "911100001000044477",
    "9152000071430580XT",
    "91440300192317458F",
    "91110000710925462X",
    "91110000710926094P",
    "91440400192548256N",
    "91440606722473344C",
    "91440300192181490G",
    "91440000100017600N",
    "91110108551385082Q",
    "91350100M000100Y43",
    "N2330106MF1234567L",
)


def _wide(text: str) -> str:
    """Write ASCII in full-width forms, as Chinese input methods do."""
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


# ---- The code --------------------------------------------------------------------------------------------------------


@pytest.mark.proves("ISS-1")
@pytest.mark.parametrize("code", VALID)
def test_a_valid_code_is_given_back(code: str) -> None:
    assert rules.check_code(code) == code


@pytest.mark.parametrize(
    "text",
    [
        "91350100m000100y43",
        " 91350100 M000100Y 43 ",
        _wide("91350100M000100Y43"),
        _wide("91350100m000100y43"),
        "9135\u30000100\u00a0M000100Y43\t",
    ],
)
def test_width_case_and_spaces_do_not_matter(text: str) -> None:
    assert rules.check_code(text) == "91350100M000100Y43"


@pytest.mark.parametrize(
    ("first", "wanted"),
    [
        ("91110105MA0000010", "0"),
        ("91110105MA0000059", "0"),
        ("91110105MA0000000", "Y"),
        ("N2330106MF1234567", "L"),
        ("91350100M000100Y4", "3"),
    ],
)
def test_the_check_character_wraps_from_31_to_0(first: str, wanted: str) -> None:
    assert rules.check_character(first) == wanted


def test_a_wrapped_code_whose_inner_check_fails_is_refused_for_the_inner_check_only() -> None:
    with pytest.raises(CodeWrongOrganisationCheck) as no:
        rules.check_code("91110105MA00000100")

    assert (no.value.code, no.value.facts) == (
        "issuers.code_wrong_organisation_check",
        {"position": 17, "found": "0", "wanted": "5"},
    )


@pytest.mark.parametrize(
    ("text", "kind", "facts"),
    [
        ("91350100M000100Y4A", CodeWrongCheck, {"position": 18, "found": "A", "wanted": "3"}),
        ("91350211M0000XUF46", CodeWrongCheck, {"position": 18, "found": "6", "wanted": "R"}),
        ("91310115MA1H8R7C6D", CodeWrongCheck, {"position": 18, "found": "D", "wanted": "7"}),
        ("91350100M000100Y4Z", CodeWrongCharacter, {"position": 18, "found": "Z", "wanted": rules.ALPHABET}),
        ("9135O100M000100Y43", CodeWrongCharacter, {"position": 5, "found": "O", "wanted": "0123456789"}),
        ("9135A100M000100Y43", CodeWrongCharacter, {"position": 5, "found": "A", "wanted": "0123456789"}),
        ("91350100M000100Yſ3", CodeWrongCharacter, {"position": 17, "found": "ſ", "wanted": rules.ALPHABET}),  # noqa: RUF001
        ("91350100-M000100Y43", CodeWrongLength, {"found": 19, "wanted": 18}),
        ("91350100M000100Y4", CodeWrongLength, {"found": 17, "wanted": 18}),
        ("", CodeWrongLength, {"found": 0, "wanted": 18}),
    ],
)
def test_a_wrong_code_is_refused_with_what_was_found_and_wanted(
    text: str, kind: type[Refused], facts: dict[str, object]
) -> None:
    with pytest.raises(kind) as no:
        rules.check_code(text)

    assert no.value.facts == facts


def test_the_same_letter_has_two_values_in_the_two_alphabets() -> None:
    assert (rules.ALPHABET.index("X"), rules.ORGANISATION_ALPHABET.index("X")) == (29, 33)


@given(st.text(alphabet=rules.ALPHABET, min_size=8, max_size=8), st.from_regex(r"[0-9]{6}", fullmatch=True))
def test_a_code_made_with_both_checks_passes_and_any_other_last_character_fails(inner: str, region: str) -> None:
    first = f"91{region}{inner}{rules.organisation_check_character(inner)}"
    right = rules.check_character(first)

    assert rules.check_code(first + right) == first + right
    assert [wrong for wrong in rules.ALPHABET if rules.failed_check(first + wrong) is None] == [right]


@given(st.integers(0, 99_999_999), st.integers(8, 16), st.sampled_from(rules.ALPHABET))
def test_one_wrong_character_in_the_organisation_code_is_always_found(number: int, place: int, wrong: str) -> None:
    code = synthetic_code(number)
    changed = code[:place] + wrong + code[place + 1 :]

    assert (rules.failed_check(changed) is None) == (changed == code)


# ---- The life of an issuer -------------------------------------------------------------------------------------------

EXPECTED = """
draft                         amend             issuer_admin                =
returned                      amend             issuer_admin                =
draft returned                submit            issuer_admin                submitted
submitted                     return            certifier regulator         returned
submitted certified assessed  refuse            regulator                   refused
submitted                     certify           certifier                   certified
certified assessed filed active restricted suspended  certify  certifier    =
certified                     assess            assessor                    assessed
assessed filed active restricted suspended  assess           assessor       =
certified assessed filed active restricted suspended  fail_assessment  assessor  =
assessed filed active restricted suspended  meet_condition   assessor       =
assessed                      accept_filing     regulator                   filed
filed active restricted suspended  accept_filing  regulator                 =
filed                         activate          regulator                   active
active                        restrict          regulator                   restricted
active restricted             suspend           regulator issuer_admin      suspended
restricted suspended          lift              regulator                   active
suspended                     withdraw          regulator issuer_admin      withdrawing
withdrawing                   close             regulator                   closed
draft submitted returned certified assessed filed  lapse  regulator issuer_admin  lapsed
"""
"""The life of an issuer written down a second time, by hand: states, step, roles, where it leads (= stays)."""


def expected_life() -> dict[tuple[LifeState, LifeStep, Role], LifeState]:
    """Read the hand-written table."""
    life: dict[tuple[LifeState, LifeStep, Role], LifeState] = {}
    for line in EXPECTED.strip().splitlines():
        words = line.split()
        (at,) = [place for place, word in enumerate(words) if word in set(LifeStep) and place > 0]
        states = [LifeState(word) for word in words[:at]]
        for state, role in product(states, words[at + 1 : -1]):
            to = state if words[-1] == "=" else LifeState(words[-1])
            life[state, LifeStep(words[at]), Role(role)] = to
    return life


@pytest.mark.proves("ISS-5")
def test_the_life_of_an_issuer_is_exactly_the_one_written_by_hand() -> None:
    assert dict(rules.LIFE) == expected_life()


@pytest.mark.proves("ISS-5")
def test_every_other_triple_of_state_step_and_role_is_refused() -> None:
    life = expected_life()
    allowed, refused = 0, 0
    for state, step, role in product(LifeState, LifeStep, Role):
        if (state, step, role) in life:
            assert rules.next_state(state, step, role) is life[state, step, role]
            allowed += 1
            continue
        with pytest.raises(StepNotAllowed) as no:
            rules.next_state(state, step, role)
        wanted = sorted(known for at, known, who in life if (at, who) == (state, role))
        assert no.value.facts == {"state": state, "step": step, "role": role, "wanted": wanted}
        refused += 1

    assert (allowed, refused) == (len(life), len(LifeState) * len(LifeStep) * len(Role) - len(life))


def test_there_is_no_way_to_active_that_leaves_out_certificate_assessment_or_filing() -> None:
    ways = {LifeState.DRAFT: {frozenset[LifeState]()}}
    queue = [(LifeState.DRAFT, frozenset({LifeState.DRAFT}))]
    while queue:
        state, passed = queue.pop()
        for (at, _, _), to in rules.LIFE.items():
            if at is state and passed not in ways.setdefault(to, set()):
                ways[to].add(passed)
                queue.append((to, passed | {to}))

    must = {LifeState.SUBMITTED, LifeState.CERTIFIED, LifeState.ASSESSED, LifeState.FILED}
    assert [way for way in ways[LifeState.ACTIVE] if not must <= way] == []


def test_ended_states_have_no_way_out_and_every_other_state_has_one() -> None:
    assert {state for state in LifeState if not any(at is state for at, _, _ in rules.LIFE)} == rules.ENDED


def test_every_step_is_carried_by_actions_of_the_policy_for_exactly_its_roles() -> None:
    def roles_of(actions: tuple[str, ...]) -> set[Role]:
        return {role for action in actions for role, _ in POLICY[action].holders}

    taken = {step: {role for _, known, role in rules.LIFE if known is step} for step in rules.ACTIONS}
    assert {step: roles_of(actions) for step, actions in rules.ACTIONS.items()} == taken


# ---- The life of a filing --------------------------------------------------------------------------------------------

EXPECTED_FILING: dict[tuple[str, str, str], str] = {
    ("draft", "pass_section", "issuer_admin"): "draft",
    ("draft", "pass_section", "issuer_manager"): "draft",
    ("draft", "fail_section", "issuer_admin"): "draft",
    ("draft", "fail_section", "issuer_manager"): "draft",
    ("draft", "submit", "issuer_admin"): "submitted",
    ("submitted", "accept", "regulator"): "accepted",
    ("submitted", "return", "regulator"): "returned",
    ("submitted", "refuse", "regulator"): "refused",
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

    assert list(documents) == list(SectionName)
    assert rules.scheme_of(documents) == scheme


def test_a_section_is_canonical_json_and_its_digest_is_that_of_its_bytes() -> None:
    document = rules.sections_of(new_scheme())[SectionName.COMPLAINTS]

    assert document == '{"address":null,"answer_days":7,"phone":"000-00000000"}'
    assert rules.digest_of(document) == hashlib.sha256(document.encode()).hexdigest()


def test_the_spending_order_of_the_platform_stands_in_every_filing() -> None:
    section = rules.sections_of(new_scheme())[SectionName.VALIDITY]

    assert '"zh":"先到期者先用；到期时间相同的，发放月份在前者先用；' in section


def test_another_face_value_changes_the_value_section_and_the_whole_digest_alone() -> None:
    one, other = (rules.sections_of(new_scheme(fen_per_100=fen)) for fen in (100, 101))

    assert [name for name in SectionName if one[name] != other[name]] == [SectionName.VALUE]


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


# ---- Papers and what they may say ------------------------------------------------------------------------------------

DAY = date(2026, 3, 2)


def _certificate(number: int, *, days: int) -> Certificate:
    return Certificate(
        **dict(new_certificate(DAY, days=days)),
        certificate_id=f"crt_{number}",
        issuer_id="iss_1",
        number=number,
        recorded_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


def test_the_newest_certificate_that_covers_the_day_counts() -> None:
    first, second, over = _certificate(1, days=90), _certificate(2, days=30), _certificate(3, days=-10)

    assert rules.certificate_on([first, second, over], DAY) == second
    assert rules.certificate_on([over], DAY) is None
    assert rules.certificate_on([first], first.valid.last_day) == first
    assert rules.certificate_on([first], first.valid.until) is None


@pytest.mark.proves("ISS-2")
def test_only_an_approved_body_certifies_all_others_evaluate() -> None:
    approved = new_certificate(DAY, approval_number="示例-批准-1")

    assert (approved.title.zh, new_certificate(DAY).title.zh) == ("信用认证", "信用评价")


def test_an_assessor_tied_to_the_issuer_is_not_independent() -> None:
    with pytest.raises(NotIndependent) as no:
        rules.require_independent("assessor", codes=frozenset({"A", "B"}), issuer_codes=frozenset({"B", "C"}))

    assert no.value.facts == {"body": "assessor", "tie": "same unified social credit code", "found": "B"}


def test_weights_of_indicators_come_to_100_percent() -> None:
    light = tuple(one.model_copy(update={"weight_percent": 30}) for one in new_assessment(DAY).indicators)

    with pytest.raises(ValidationError, match="come to 100 percent, found 60"):
        type(new_assessment(DAY)).model_validate({**dict(new_assessment(DAY)), "indicators": light})


def test_the_weighted_score_is_exact() -> None:
    assert new_assessment(DAY).score_hundredths == 60 * 91 + 40 * 85


def test_conditions_belong_to_a_conditional_verdict_and_to_no_other() -> None:
    condition = Condition(text="示例条件", due_on=DAY)

    with pytest.raises(ValidationError, match="found pass"):
        new_assessment(DAY, conditions=(condition,))
    with pytest.raises(ValidationError, match="found conditional"):
        new_assessment(DAY, verdict=Verdict.CONDITIONAL)


@pytest.mark.proves("ISS-7")
def test_a_payment_reserve_account_can_not_be_named_as_a_guarantee() -> None:
    assert {kind.value for kind in CustodyKind} == {"custody_account", "bank_guarantee", "surety_insurance"}
    with pytest.raises(ValidationError, match="custody_kind"):
        Guarantee.model_validate({"amount_fen": 1, "bank": "示例银行", "custody_kind": "payment_reserve"})


@pytest.mark.parametrize(
    ("number", "verified", "printed"),
    [
        (None, False, "编号待核实"),
        ("T/EX 1", False, "编号待核实"),
        (None, True, "编号待核实"),
        ("T/EX 1", True, "T/EX 1"),
    ],
)
def test_the_number_of_a_standard_is_printed_only_when_it_was_seen(
    number: str | None, verified: bool, printed: str
) -> None:
    declared = StandardRef(title="示例标准", publisher="示例协会", number=number, verified=verified)

    assert declared.number_title.zh == printed


def test_a_filing_without_a_declared_standard_or_a_rule_is_no_filing() -> None:
    fields = new_scheme().model_dump()

    for name in ("standards", "rules", "redemption_terms"):
        with pytest.raises(ValidationError, match=name):
            type(new_scheme()).model_validate({**fields, name: ()})


def test_rules_in_a_filing_are_kept_as_they_were_filed() -> None:
    rule: EarningRule = example_rule(date(2025, 1, 1))

    assert rules.scheme_of(rules.sections_of(new_scheme(rule))).rules == (rule,)


def test_credits_are_worth_their_face_value_rounded_down_to_the_fen() -> None:
    scheme = new_scheme(fen_per_100=33)

    assert [scheme.worth_fen(credits_held) for credits_held in (0, 1, 3, 4, 100)] == [0, 0, 0, 1, 33]
