"""What was taken in can be looked up: batches, proofs, reasons, pages of rejects."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from greencredit.evidence import queries
from greencredit.evidence.errors import NoSuchBatch, NoSuchEvidence
from greencredit.schemas.evidence import RejectCode, RejectCount, RejectLine
from tests.factories.evidence import bought, keep_file, make_shop, receipt_csv


def test_reasons_are_counted_for_the_issuer_that_sent_the_lines(session: Session, tmp_path: Path) -> None:
    shop, other = make_shop(session), make_shop(session, number=2)
    rows = [bought(), bought(), bought(), bought(line_no=2, quantity=0)]
    keep_file(session, shop.receipts, receipt_csv(tmp_path / "receipts.csv", rows))

    assert queries.reject_counts(session, shop.issuer_id) == [
        RejectCount(code="evidence.duplicate", title=RejectCode.DUPLICATE.words, lines=2),
        RejectCount(code="evidence.quantity_not_positive", title=RejectCode.NOT_POSITIVE.words, lines=1),
    ]
    assert queries.reject_counts(session, other.issuer_id) == []


@pytest.mark.parametrize("code", RejectCode)
def test_every_reason_has_words_in_two_languages(code: RejectCode) -> None:
    assert code.value.startswith("evidence.")
    assert (bool(code.words.zh), bool(code.words.en)) == (True, True)


def test_rejects_are_paged_by_line(session: Session, tmp_path: Path) -> None:
    shop = make_shop(session)
    rows = [bought(line_no=number, quantity=0) for number in range(1, 6)]
    batch = keep_file(session, shop.receipts, receipt_csv(tmp_path / "receipts.csv", rows))

    first = queries.rejects(session, batch.batch_id, limit=2)
    second = queries.rejects(session, batch.batch_id, after=first[-1].line, limit=2)
    third = queries.rejects(session, batch.batch_id, after=second[-1].line, limit=2)

    assert [[one.line for one in page] for page in (first, second, third)] == [[2, 3], [4, 5], [6]]
    assert first[0] == RejectLine(
        line=2,
        code="evidence.quantity_not_positive",
        reason=RejectCode.NOT_POSITIVE.words,
        field="quantity",
        found="0",
        wanted="a whole number above zero",
    )


def test_many_proofs_are_given_at_once_and_unknown_ones_are_absent(session: Session, tmp_path: Path) -> None:
    shop = make_shop(session)
    rows = [bought(line_no=number) for number in range(1, 1_201)]
    batch = keep_file(session, shop.receipts, receipt_csv(tmp_path / "receipts.csv", rows))
    numbers = [(batch.batch_id << 32) + line for line in range(2, 1_202)]

    proofs = queries.proofs(session, [*numbers, 1])

    assert sorted(proofs) == numbers
    assert [proofs[number].line for number in numbers] == list(range(2, 1_202))


def test_what_is_not_there_is_refused_by_number(session: Session) -> None:
    with pytest.raises(NoSuchBatch) as no_batch:
        queries.batch(session, 41)
    with pytest.raises(NoSuchEvidence) as no_evidence:
        queries.proof(session, 42)

    assert (no_batch.value.code, no_batch.value.facts) == ("evidence.no_such_batch", {"batch_id": 41})
    assert (no_evidence.value.code, no_evidence.value.facts) == ("evidence.no_such_evidence", {"evidence_id": 42})
