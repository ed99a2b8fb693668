"""The code's two check characters: vectors, wraps, width, and what is said about a wrong one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greencredit.issuers import rules
from greencredit.issuers.errors import (
    CodeWrongCharacter,
    CodeWrongCheck,
    CodeWrongLength,
    CodeWrongOrganisationCheck,
)
from greencredit.kernel.errors import Refused
from tests.factories.issuers import synthetic_code

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
