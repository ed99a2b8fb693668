"""Logins, passwords, rests after failures, who gives which role, key texts, facts fit for the audit log."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greencredit.kernel.access import PLATFORM, Role, Scope, ScopeKind
from greencredit.people import rules
from greencredit.people.errors import BadLogin, EndlessGrant, NotGrantable, OwnGrant, RolesApart, WeakPassword
from tests.factories.people import make_actor

NOON: Final = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
SHOP: Final = Scope(ScopeKind.ISSUER, "iss_shop")


@pytest.mark.proves("SEC-1")
@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("Li.Ming", "li.ming"),
        ("  li.ming\t", "li.ming"),
        ("\uff2c\uff29.ming", "li.ming"),
        ("STRASSE", "strasse"),
        ("straße", "strasse"),
        ("示例用户", "示例用户"),
        ("𠮷野家", "𠮷野家"),
        ("e\u0301tude", "étude"),
    ],
)
def test_a_login_has_one_form_however_it_is_typed(written: str, normal: str) -> None:
    assert rules.require_login(written) == normal


@given(st.text(max_size=40))
def test_the_one_form_of_a_login_is_its_own_form(written: str) -> None:
    assert rules.normal_login(rules.normal_login(written)) == rules.normal_login(written)


@pytest.mark.parametrize(
    "written", ["", "ab", "two words", "zero\u200bwidth", "x" * 101, "line\nbreak", "nul\x00byte", "half\ud842"]
)
def test_what_is_not_one_visible_word_is_no_login(written: str) -> None:
    with pytest.raises(BadLogin) as no:
        rules.require_login(written)

    assert (no.value.code, no.value.facts) == ("people.bad_login", {"login": written})


@pytest.mark.parametrize(("password", "found"), [("x" * 11, 11), ("x" * 201, 201), ("Example.Login", 13)])
def test_a_password_too_short_too_long_or_equal_to_the_login_is_refused(password: str, found: int) -> None:
    with pytest.raises(WeakPassword) as no:
        rules.require_password(password, login="example.login")

    assert (no.value.code, no.value.facts) == ("people.weak_password", {"found_characters": found})


def test_two_keyboards_write_the_same_password() -> None:
    assert rules.require_password("cafe\u0301-au-lait", login="li") == "café-au-lait"


@pytest.mark.proves("SEC-1")
@pytest.mark.parametrize(
    ("failures", "minutes"), [(1, None), (4, None), (5, 1), (6, 2), (7, 4), (8, 8), (9, 15), (10, 15), (10_000, 15)]
)
def test_failures_rest_a_minute_then_twice_as_long_up_to_a_quarter(failures: int, minutes: int | None) -> None:
    rest = None if minutes is None else NOON + timedelta(minutes=minutes)

    assert rules.locked_until(failures, NOON) == rest


@pytest.mark.proves("SEC-1")
@pytest.mark.parametrize(
    ("role", "scope"),
    [
        (Role.CONSUMER, Scope(ScopeKind.CONSUMER, "con_li")),
        (Role.ISSUER_ADMIN, PLATFORM),
        (Role.OPERATOR, Scope(ScopeKind.REGION, "CN-SH")),
        (Role.REGULATOR, Scope(ScopeKind.REGION, "")),
        (Role.REGULATOR, Scope(ScopeKind.PLATFORM, "everywhere")),
    ],
)
def test_a_role_is_granted_only_where_the_policy_gives_it_something_to_do(role: Role, scope: Scope) -> None:
    with pytest.raises(NotGrantable) as no:
        rules.require_place(role, scope)

    assert no.value.facts == {"role": role, "scope_kind": scope.kind, "scope_id": scope.id}


@pytest.mark.proves("SEC-1")
def test_an_issuers_administrator_names_his_staff_and_nobody_else() -> None:
    admin = make_actor(Role.ISSUER_ADMIN, ScopeKind.ISSUER, "iss_shop")

    for role in (Role.ISSUER_MANAGER, Role.ISSUER_VIEWER):
        rules.require_giver(admin, "grant.give", account_id="acc_other", role=role, scope=SHOP)
    for role in (Role.ISSUER_ADMIN, Role.ASSESSOR, Role.CERTIFIER):
        with pytest.raises(NotGrantable):
            rules.require_giver(admin, "grant.give", account_id="acc_other", role=role, scope=SHOP)


@pytest.mark.proves("SEC-1")
def test_nobody_changes_his_own_roles() -> None:
    with pytest.raises(OwnGrant) as no:
        rules.require_giver(
            make_actor(Role.OPERATOR, account_id="acc_me"),
            "grant.give",
            account_id="acc_me",
            role=Role.REGULATOR,
            scope=PLATFORM,
        )

    assert (no.value.code, no.value.facts) == ("people.own_grant", {"account_id": "acc_me"})


@pytest.mark.proves("SEC-1")
@pytest.mark.parametrize(("held", "wanted"), [(Role.ISSUER_ADMIN, Role.ASSESSOR), (Role.REGULATOR, Role.ISSUER_VIEWER)])
def test_whoever_judges_issuers_works_for_none(held: Role, wanted: Role) -> None:
    with pytest.raises(RolesApart) as no:
        rules.require_apart("acc_li", wanted, [Role.OPERATOR, held])

    assert no.value.facts == {"account_id": "acc_li", "wanted": wanted, "held": held}


@pytest.mark.proves("SEC-1")
@pytest.mark.parametrize("until", [None, NOON, NOON + timedelta(days=367)])
def test_an_auditor_comes_for_a_limited_time(until: datetime | None) -> None:
    with pytest.raises(EndlessGrant) as no:
        rules.require_end(Role.AUDITOR, at=NOON, until=until)

    assert no.value.facts == {"until": until}
    rules.require_end(Role.AUDITOR, at=NOON, until=NOON + timedelta(days=366))
    rules.require_end(Role.OPERATOR, at=NOON, until=None)


def test_a_key_text_is_read_back_into_id_and_secret() -> None:
    text = rules.key_text("demo", "key_" + "0" * 26, "a" * 52)

    assert text == f"gc_demo_{'0' * 26}_{'a' * 52}"
    assert rules.read_key(text) == ("key_" + "0" * 26, "a" * 52)


@pytest.mark.parametrize("text", ["", "gc_demo", "gc_demo_1_2", "Bearer x", f"gc_demo_{'0' * 26}_{'a' * 51}", "𠮷"])
def test_what_is_no_key_is_read_as_none(text: str) -> None:
    assert rules.read_key(text) is None


@pytest.mark.proves("SEC-1")
def test_the_log_keeps_ids_counts_and_codes_and_withholds_what_could_name_a_person() -> None:
    facts = {
        "issuer": "iss_01jd3q",
        "rows": 12,
        "ready": True,
        "nothing": None,
        "at": NOON,
        "scopes": ("evidence.take_in", "rule.file"),
        "name": "示例用户",
        "mail": "li@example.org",
        "mobile": "13800000000",
        "identity": "11010519491231002X",
        "words": "two words",
        "nested": {"name": "示例"},
    }

    assert rules.impersonal(facts) == {
        "at": "2026-03-02T04:00:00+00:00",
        "identity": rules.WITHHELD,
        "issuer": "iss_01jd3q",
        "mail": rules.WITHHELD,
        "mobile": rules.WITHHELD,
        "name": rules.WITHHELD,
        "nested": rules.WITHHELD,
        "nothing": None,
        "ready": True,
        "rows": 12,
        "scopes": ["evidence.take_in", "rule.file"],
        "words": rules.WITHHELD,
    }


@pytest.mark.proves("SEC-1")
@pytest.mark.parametrize(
    ("number", "kept"),
    [
        (0, True),
        (9_999_999_999, True),
        (-9_999_999_999, True),
        (10_000_000_000, True),
        (13_800_000_000, False),
        (-13_800_000_000, False),
        (110_105_194_912_310_021, False),
    ],
)
def test_a_number_that_could_be_a_persons_is_withheld_from_the_log(number: int, kept: bool) -> None:
    assert rules.impersonal({"number": number}) == {"number": number if kept else rules.WITHHELD}
