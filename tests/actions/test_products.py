"""The list of carbon-reduction products, and certificates whose serial is used once for ever."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from greencredit.actions import queries, service
from greencredit.actions.errors import CertificateUsed, NoSuchReductionProduct, RegistryUnknown, SerialUnfit
from greencredit.schemas.actions import CertificateUse, NewCertificateUse
from greencredit.schemas.values import Grams

SERIAL = "GEC-2026-0000-1234"


def _wide(serial: str) -> str:
    """Write a serial as a Chinese keyboard may: every character full width."""
    return "".join(chr(ord(letter) + 0xFEE0) for letter in serial)


def wanted(**changes: str) -> NewCertificateUse:
    """Describe a green-electricity certificate that backs a piece of evidence."""
    facts = {
        "product": "green_certificate",
        "registry": "green_certificate",
        "serial": SERIAL,
        "issuer_id": "iss_example",
        "reference": "4294967297",
    }
    return NewCertificateUse(**(facts | changes))


def spent(session: Session) -> list[tuple[object, ...]]:
    """Give every serial that was used, as it is kept."""
    return [tuple(row) for row in session.execute(text("SELECT * FROM actions_certificate"))]


@pytest.mark.proves("ACT-4")
def test_the_list_names_each_kind_with_its_law_its_serial_and_whether_it_adds_co2e() -> None:
    listed = {one.name: (one.adds_co2e, one.action) for one in queries.reduction_products()}

    assert listed == {
        "green_certificate": (True, "green_power_purchase"),
        "retired_credit": (False, None),
        "verified_footprint": (True, "certified_low_carbon_product"),
    }
    for one in queries.reduction_products():
        assert all((words.zh and words.en) for words in (one.source, one.source_note, one.serial, one.why))
        assert set(one.registries)
    assert "第 1036 条" in queries.reduction_product("verified_footprint").source.zh
    assert "第 1038 条" in queries.reduction_product("retired_credit").source.zh


@pytest.mark.proves("ACT-4")
def test_a_retired_credit_adds_no_co2e() -> None:
    found = {one.name: one.grams_counted(Grams(5000)) for one in queries.reduction_products()}

    assert found == {"green_certificate": 5000, "retired_credit": None, "verified_footprint": 5000}


def test_what_is_not_on_the_list_is_not_found() -> None:
    with pytest.raises(NoSuchReductionProduct) as no:
        queries.reduction_product("golden_tree")

    assert no.value.facts["known"] == ["green_certificate", "retired_credit", "verified_footprint"]


@pytest.mark.proves("ACT-4", "ACT-5")
def test_a_serial_is_used_once_for_ever_across_all_issuers(session: Session) -> None:
    first = service.use_certificate(session, wanted())
    before = spent(session)

    for other in (wanted(issuer_id="iss_other"), wanted(reference="4294967298")):
        with pytest.raises(CertificateUsed) as no:
            service.use_certificate(session, other)
        assert (no.value.code, set(no.value.facts)) == ("actions.certificate_used", {"product", "registry", "used_on"})

    assert (first.repeated, spent(session)) == (False, before)


def test_the_same_use_again_answers_the_same(session: Session) -> None:
    first = service.use_certificate(session, wanted())

    again = service.use_certificate(session, wanted())

    assert again == first.model_copy(update={"repeated": True})
    assert len(spent(session)) == 1


@pytest.mark.parametrize("written", ["gec 2026 0000 1234", _wide(SERIAL), "GEC202600001234"])
def test_a_serial_is_the_same_however_it_is_written(session: Session, written: str) -> None:
    service.use_certificate(session, wanted())

    with pytest.raises(CertificateUsed):
        service.use_certificate(session, wanted(serial=written, reference="another"))


def test_a_serial_of_another_register_is_another_certificate(session: Session) -> None:
    credit = {"product": "retired_credit", "serial": "1"}
    made = [service.use_certificate(session, wanted(registry=one, **credit)) for one in ("ccer", "carbon_inclusion")]

    assert len({one.fingerprint for one in made}) == 2


@pytest.mark.proves("ACT-4")
def test_neither_serial_nor_issuer_nor_evidence_can_be_read_from_what_is_kept(session: Session) -> None:
    service.use_certificate(session, wanted())

    (row,) = spent(session)
    kept = " ".join(map(str, row))
    assert [secret in kept for secret in (SERIAL, "GEC202600001234", "iss_example", "4294967297")] == [False] * 4


def test_the_database_itself_refuses_a_serial_twice(session: Session) -> None:
    used = service.use_certificate(session, wanted())

    with (
        pytest.raises((IntegrityError, Exception), match=r"append-only|unique|UNIQUE|duplicate"),
        session.begin_nested(),
    ):
        session.execute(
            text(
                "INSERT INTO actions_certificate (fingerprint, product, registry_name, use, used_at) "
                "SELECT fingerprint, product, registry_name, 'another', used_at FROM actions_certificate"
            )
        )

    assert queries.certificate_use(session, "green_certificate", "green_certificate", SERIAL) == CertificateUse(
        **used.model_dump()
    )


def test_a_register_that_does_not_issue_such_serials_is_refused(session: Session) -> None:
    with pytest.raises(RegistryUnknown) as no:
        service.use_certificate(session, wanted(registry="ccer"))

    assert (no.value.facts["wanted"], spent(session)) == (["green_certificate"], [])


def test_a_serial_without_letters_or_digits_is_refused(session: Session) -> None:
    with pytest.raises(SerialUnfit) as no:
        service.use_certificate(session, wanted(serial="- -"))

    assert (no.value.facts["characters"], spent(session)) == (3, [])


def test_a_serial_that_nobody_used_is_free(session: Session) -> None:
    assert queries.certificate_use(session, "green_certificate", "green_certificate", SERIAL) is None
