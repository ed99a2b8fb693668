"""Signed lists of certificates: whose key, does it fit, how old; and what they say of a purchase."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.evidence import queries, service
from greencredit.evidence.errors import SignerDiffers
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.errors import Refusal
from tests.factories.certificates import ED25519, P256, PUBLISHER, certificate, label, new_signer, signed_list
from tests.factories.evidence import keep_file, make_shop, open_feed, sent_back
from tests.factories.sources import example_of, write_csv

Twist = Callable[[dict[str, Any]], None]


@pytest.mark.proves("ACT-5")
@pytest.mark.parametrize("key", [ED25519, P256], ids=["ed25519", "ecdsa"])
def test_a_list_is_taken_in_with_either_kind_of_signature_and_its_age_is_told(session: Session, key: Any) -> None:  # noqa: ANN401 - either kind
    service.trust_signer(session, new_signer(key))

    found = service.import_list(session, signed_list(key=key))
    again = service.import_list(session, signed_list(key=key))

    assert (found.publisher, found.number, found.certificates, found.repeated) == (PUBLISHER, 1, 1, False)
    assert (found.listed_on, found.age_days, found.stale) == (date(2026, 3, 1), 1, False)
    assert again.digest == found.digest
    assert queries.lists_in_force(session) == [found]


def _another_grade(document: dict[str, Any]) -> None:
    document["list"]["certificates"][0]["valid_until"] = "2036-12-31"


def _another_signature(document: dict[str, Any]) -> None:
    document["signature"]["value"] = "AAAA" + document["signature"]["value"][4:]


def _no_base64(document: dict[str, Any]) -> None:
    document["signature"]["value"] = "签名"


@pytest.mark.proves("ACT-5")
@pytest.mark.parametrize("twist", [_another_grade, _another_signature, _no_base64])
@pytest.mark.parametrize("key", [ED25519, P256], ids=["ed25519", "ecdsa"])
def test_a_list_that_was_changed_after_it_was_signed_is_refused(session: Session, key: Any, twist: Twist) -> None:  # noqa: ANN401 - either kind
    service.trust_signer(session, new_signer(key))
    document = json.loads(signed_list(key=key))
    twist(document)

    with pytest.raises(Refusal) as no:
        service.import_list(session, json.dumps(document).encode())

    assert (no.value.code, no.value.facts["key_id"]) == ("evidence.bad_signature", "list_key")
    assert queries.lists_in_force(session) == []


def test_a_signature_for_another_purpose_is_none_of_a_list(session: Session) -> None:
    service.trust_signer(session, new_signer())
    document = json.loads(signed_list())
    plain = json.dumps(document["list"], ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    import base64

    document["signature"]["value"] = base64.b64encode(ED25519.sign(plain)).decode()

    with pytest.raises(Refusal) as no:
        service.import_list(session, json.dumps(document).encode())

    assert no.value.code == "evidence.bad_signature"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (signed_list(key_id="nobody"), "evidence.unknown_signer"),
        (signed_list(publisher="示例其他机构"), "evidence.unknown_signer"),
        (signed_list(listed_on=date(2026, 1, 29)), "evidence.list_too_old"),
        (signed_list(listed_on=date(2026, 3, 3)), "evidence.list_too_old"),
        (signed_list(certificate(), certificate()), "evidence.misshapen_list"),
        (signed_list(certificate(route=4)), "evidence.misshapen_list"),
        (b'{"list": {}, "signature": {}}', "evidence.misshapen_list"),
        (b'{"list": 1, "list": 2}', "evidence.misshapen_list"),
        (b"certificate,number\n", "evidence.misshapen_list"),
    ],
)
def test_what_is_no_list_to_be_used_is_refused_by_code_and_nothing_is_kept(
    session: Session, data: bytes, code: str
) -> None:
    service.trust_signer(session, new_signer())

    with pytest.raises(Refusal) as no:
        service.import_list(session, data)

    assert no.value.code == code
    assert queries.lists_in_force(session) == []


def test_a_list_never_gives_way_to_an_older_one_nor_a_number_to_another_list(session: Session) -> None:
    service.trust_signer(session, new_signer())
    newer = service.import_list(session, signed_list(number=2))

    for data in (signed_list(number=1), signed_list(certificate(body="示例其他中心"), number=2)):
        with pytest.raises(Refusal) as no:
            service.import_list(session, data)
        assert (no.value.code, no.value.facts["wanted"]) == ("evidence.older_than_in_force", 2)

    assert queries.lists_in_force(session) == [newer]


def test_a_key_that_is_trusted_no_longer_signs_nothing_and_is_never_given_to_another(session: Session) -> None:
    service.trust_signer(session, new_signer())
    service.import_list(session, signed_list())
    service.stop_trusting(session, "list_key")

    with pytest.raises(Refusal) as no:
        service.import_list(session, signed_list(number=2))
    with pytest.raises(SignerDiffers):
        service.trust_signer(session, new_signer(P256))

    assert no.value.code == "evidence.unknown_signer"
    assert [one.number for one in queries.lists_in_force(session)] == [1]


# ---- Purchases against a list --------------------------------------------------------------------------------------

OF_GREEN = "certified_purchases"
OF_LABEL = "energy_labels"
CASES: list[tuple[str, dict[str, object], dict[str, object], tuple[str, str, str, str]]] = [
    (
        OF_GREEN,
        {},
        {"certificate_no": "CGP-9"},
        ("unknown_certificate", "certificate_no", "CGP-9", "a certificate on the imported list"),
    ),
    (
        OF_GREEN,
        {},
        {"certificate_route": "2"},
        ("unknown_certificate", "certificate_no", "CGP-示例-0001 of route 2", "route 1"),
    ),
    (
        OF_GREEN,
        {"valid_until": "2026-01-04"},
        {},
        ("certificate_expired", "certificate_no", "2026-01-05", "not after 2026-01-04"),
    ),
    (
        OF_GREEN,
        {"valid_from": "2026-01-06"},
        {},
        ("certificate_not_yet_valid", "certificate_no", "2026-01-05", "not before 2026-01-06"),
    ),
    (
        OF_GREEN,
        {"withdrawn_on": "2026-01-05"},
        {},
        ("certificate_withdrawn", "certificate_no", "2026-01-05", "before 2026-01-05"),
    ),
    (
        OF_GREEN,
        {},
        {"model": "B1"},
        ("certificate_of_other_model", "model", "B1", "a model that the certificate covers"),
    ),
    (OF_GREEN, {}, {"quantity": "0"}, ("quantity_not_positive", "quantity", "0", "a whole number above zero")),
    (OF_LABEL, {}, {"energy_grade": "2"}, ("energy_grade_differs", "energy_grade", "2", "grade 1")),
    (
        OF_LABEL,
        {},
        {"label_no": "CEL-9"},
        ("unknown_certificate", "label_no", "CEL-9", "a certificate on the imported list"),
    ),
]


@pytest.mark.proves("ACT-5")
@pytest.mark.parametrize(("kind", "listed", "bought", "told"), CASES)
def test_a_purchase_that_its_certificate_does_not_cover_is_sent_back_by_code(
    session: Session,
    tmp_path: Path,
    kind: str,
    listed: dict[str, object],
    bought: dict[str, object],
    told: tuple[str, str, str, str],
) -> None:
    shop = make_shop(session)
    open_feed(session, "certified", kind, shop.issuer_id, merchant_id=shop.merchant_id)
    service.trust_signer(session, new_signer())
    service.import_list(session, signed_list(certificate(**listed)))
    service.import_list(session, signed_list(label(), kind="energy_label"))
    good = example_of(kind, line_no="2") if not listed else example_of(kind, line_no="2") | {"quantity": "0"}

    batch = keep_file(session, "certified", write_csv(tmp_path / "c.csv", kind, [example_of(kind) | bought, good]))

    assert sent_back(session, batch.batch_id)[0] == (2, *told)
    assert batch.qualifying == (0 if listed else 1)


@pytest.mark.proves("ACT-5")
def test_a_certificate_that_ran_out_since_still_held_when_the_product_was_bought(
    session: Session, tmp_path: Path
) -> None:
    shop = make_shop(session)
    open_feed(session, "certified", OF_GREEN, shop.issuer_id, merchant_id=shop.merchant_id)
    service.trust_signer(session, new_signer())
    service.import_list(session, signed_list(certificate(valid_until="2026-01-05")))

    batch = keep_file(session, "certified", write_csv(tmp_path / "c.csv", OF_GREEN, [example_of(OF_GREEN)]))

    assert (batch.qualifying, sent_back(session, batch.batch_id)) == (1, [])
    (kept,) = session.scalars(text("SELECT attributes FROM evidence_item")).all()
    assert json.loads(kept)["certificates"] == ["green_product_route_1"]


@pytest.mark.proves("ACT-5")
def test_nothing_is_held_against_a_list_that_is_too_old_or_missing(
    session: Session, tmp_path: Path, clock: StandingClock
) -> None:
    shop = make_shop(session)
    open_feed(session, "certified", OF_GREEN, shop.issuer_id, merchant_id=shop.merchant_id)
    none = keep_file(session, "certified", write_csv(tmp_path / "a.csv", OF_GREEN, [example_of(OF_GREEN)]))
    service.trust_signer(session, new_signer())
    service.import_list(session, signed_list())
    clock.move(timedelta(days=31))

    old = keep_file(session, "certified", write_csv(tmp_path / "b.csv", OF_GREEN, [example_of(OF_GREEN, line_no="2")]))

    wanted = "a list of at most 31 days"
    assert sent_back(session, none.batch_id) == [(2, "stale_certificate_list", "certificate_no", "no list", wanted)]
    assert sent_back(session, old.batch_id) == [
        (2, "stale_certificate_list", "certificate_no", "a list 32 days old", wanted)
    ]
    (told,) = queries.lists_in_force(session)
    assert (told.age_days, told.stale) == (32, True)


def test_a_line_told_by_the_receipt_and_by_the_certified_purchase_is_one_line(session: Session, tmp_path: Path) -> None:
    shop = make_shop(session)
    open_feed(session, "certified", OF_GREEN, shop.issuer_id, merchant_id=shop.merchant_id)
    service.trust_signer(session, new_signer())
    service.import_list(session, signed_list())
    plain = {name: value for name, value in example_of(OF_GREEN).items() if "certificate" not in name}
    keep_file(session, shop.receipts, write_csv(tmp_path / "r.csv", "receipts", [plain]))

    batch = keep_file(session, "certified", write_csv(tmp_path / "c.csv", OF_GREEN, [example_of(OF_GREEN)]))

    assert (batch.qualifying, batch.duplicates) == (0, 1)
