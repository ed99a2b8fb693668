"""An issuer whose making was recorded is the issuer that the verbs make, row by row."""

from typing import Any

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from greencredit.kernel.database import is_sqlite
from greencredit.schemas.issuers import LifeState
from tests.conftest import NOON
from tests.factories import issuers, recorded
from tests.factories.issuers import make_issuer


@pytest.mark.parametrize("state", [LifeState.DRAFT, LifeState.ACTIVE, LifeState.WITHDRAWING])
def test_what_is_written_again_is_what_the_verbs_write(
    session: Session, state: LifeState, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = recorded.draws_of
    monkeypatch.setattr(recorded, "draws_of", lambda _: drawn(recorded.Known("the same", NOON, b"")))
    monkeypatch.setattr(recorded, "RECORDED", {})

    with session.begin_nested() as nested:
        again = make_issuer(session, state)
        found = _everything(session)
        nested.rollback()
    with monkeypatch.context() as patch:
        patch.setattr(issuers, "written_again", lambda *_: None)
        session.info["entropy"] = recorded.draws_of(recorded.Known(state, NOON, b""))
        led = make_issuer(session, state)

    assert len(recorded.RECORDED) == is_sqlite(session)
    if is_sqlite(session):
        assert (again, found) == (led, _everything(session))
    assert found["issuers_issuer"]


def test_whatever_comes_second_is_led_by_the_verbs(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded, "RECORDED", {})
    first, second = make_issuer(session), make_issuer(session, number=2)
    given = {one.gave for one in recorded.RECORDED.values()}

    assert (first.issuer_id in given, second.issuer_id in given) == (is_sqlite(session), False)


def _everything(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    return {
        name: sorted((tuple(row) for row in session.execute(text(f'SELECT * FROM "{name}"'))), key=repr)
        for name in inspect(session.connection()).get_table_names()
    }
