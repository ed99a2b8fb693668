"""Arrays in PostgreSQL's own form: whatever is written is read back by the server as it was."""

import pytest
from sqlalchemy.orm import Session

from greencredit.kernel.arrays import Array, Bigints, Integers, Smallints, bigints, blobs, numbers
from greencredit.kernel.driver import driver
from tests.conftest import Dialect


def read_back(session: Session, array: Array, kind: str) -> list[object]:
    """Give what the server reads."""
    ((found,),) = driver(session).rows(f"SELECT ?::{kind}[]", (array,))
    return list(found)


@pytest.mark.parametrize(
    ("kind", "name", "values"),
    [
        (Smallints, "smallint", [0, 1, -1, 2**15 - 1, -(2**15)]),
        (Integers, "integer", [0, None, 2**31 - 1, -(2**31)]),
        (Bigints, "bigint", [2**63 - 1, None, -(2**63)]),
        (Bigints, "bigint", [None, None]),
        (Bigints, "bigint", []),
    ],
)
def test_whole_numbers_are_read_as_they_were_written(
    session: Session, dialect: Dialect, kind: type[Array], name: str, values: list[int | None]
) -> None:
    if dialect == "postgres":
        assert read_back(session, numbers(kind, values), name) == values


@pytest.mark.parametrize("values", [[b"\x00\xff" * 8, b"a"], [None, b"", b"x" * 300], [None], []])
def test_bytes_are_read_as_they_were_written(session: Session, dialect: Dialect, values: list[bytes | None]) -> None:
    if dialect == "postgres":
        assert read_back(session, blobs(values), "bytea") == values


def test_a_number_that_no_column_holds_is_not_asked_for(session: Session) -> None:
    hot = driver(session)

    found = hot.rows(*hot.among("SELECT id FROM ledger_head WHERE id", [1, 2**63, -(2**64)]))

    assert found == [(1,)]


def test_statements_that_are_asked_together_are_answered_in_their_order(session: Session) -> None:
    asks = [("SELECT 1", ()), ("SELECT 2 WHERE 1 = ?", (0,)), ("SELECT 3", ())]

    assert driver(session).together(asks) == [[(1,)], [], [(3,)]]


def test_a_column_of_numbers_is_written_whole() -> None:
    assert bigints([7]) == bytes.fromhex("00000001 00000000 00000014 00000001 00000001 00000008 0000000000000007")
