"""Whether an issuer was filed and active when a credit was issued: shown off line, and refused where it was not."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy.orm import Session

from greencredit.cli.main import main
from greencredit.issuers import queries, service
from greencredit.kernel.clock import StandingClock
from greencredit.ledger import service as ledger
from greencredit.ledger.errors import NoSuchEvent, NotSignedYet
from greencredit.proofs import queries as log
from greencredit.proofs import service as proving
from greencredit.proofs.rules.policy import Policy
from greencredit.proofs.rules.verify_standing import verify_standing
from tests.factories.issuers import WHY, make_issuer, regulator
from tests.factories.ledger import earn, make_earning, make_terms
from tests.factories.logs import logged
from tests.factories.paper_log import failing, holding
from tests.factories.proofs import log_policy

STEPS: Final = [
    "form",
    "checkpoint_signature",
    "witnesses",
    "entry_in_log",
    "batch_record",
    "standing_in_log",
    "standing_unbroken",
    "active_then",
    "filed_then",
]


class Told:
    """An issuer that was active, suspended and active again, with a credit issued in each time."""

    def __init__(self, session: Session, clock: StandingClock) -> None:
        proving.open_log(session, "credits.example.cn/log/2026")
        self.issuer_id = make_issuer(session).issuer_id
        self.session, self.clock = session, clock
        self.active = self._earned("while active")
        self._later()
        service.suspend(session, regulator(), self.issuer_id, reason=WHY)
        self._later()
        # Nobody can issue now through any door: this is what a log would show of somebody who went round them.
        self.suspended = self._earned("while suspended")
        self._later()
        service.lift(session, regulator(), self.issuer_id, reason=WHY)
        self._later()
        self.again = self._earned("active again")
        ledger.take_facts_in(session)
        proving.checkpoint(session)
        self.policy: Policy = log_policy(session)

    def _later(self) -> None:
        self.clock.move(timedelta(hours=1))

    def _earned(self, key: str) -> int:
        terms = make_terms(self.issuer_id)
        return earn(self.session, make_earning(self.session, key=key, terms=terms))[0].event_id

    def file(self, event_id: int) -> bytes:
        """Give the file that proves the issuer's standing at an event."""
        return queries.standing_proof(self.session, self.issuer_id, event_id).encode()


@pytest.fixture
def told(session: Session, clock: StandingClock) -> Told:
    """Give the story of one issuer."""
    return Told(session, clock)


@pytest.mark.proves("ISS-5", "LED-5")
def test_an_issuer_that_was_filed_and_active_is_shown_to_have_been(told: Told) -> None:
    for event_id in (told.active, told.again):
        steps = verify_standing(told.file(event_id), told.policy)

        assert holding(steps) == STEPS
        assert steps[-2].found.startswith("active since ")
        assert steps[-1].found.startswith(f"示例备2026-{told.issuer_id[-6:]}, version 1, digest ")


@pytest.mark.proves("ISS-5", "LED-5")
def test_a_credit_issued_in_a_suspension_fails_by_name_however_true_the_file_is(told: Told) -> None:
    assert failing(verify_standing(told.file(told.suspended), told.policy)) == (
        "active_then",
        "proofs.not_active_then",
    )


def _without(places: slice | int) -> Callable[[dict[str, Any]], None]:
    def spoil(file: dict[str, Any]) -> None:
        del file["entries"][places]

    return spoil


def _without_filings(file: dict[str, Any]) -> None:
    file["entries"] = [one for one in file["entries"] if json.loads(one["entry"])["kind"] == "issuer"]


def _as_somebody_else(file: dict[str, Any]) -> None:
    file["issuer"] = "iss_somebody_else"


def _with_a_better_state(file: dict[str, Any]) -> None:
    for one in file["entries"]:
        one["entry"] = one["entry"].replace('"state":"suspended"', '"state":"active"')


def _with_another_event(file: dict[str, Any]) -> None:
    file["event"] = 999


def _with_another_batch(file: dict[str, Any]) -> None:
    file["batch"]["index"] += 1


@pytest.mark.proves("LED-5")
@pytest.mark.parametrize(
    ("spoil", "step", "code"),
    [
        (_without(0), "standing_unbroken", "proofs.standing_broken"),
        (_without(3), "standing_unbroken", "proofs.standing_broken"),
        (_without(slice(None)), "standing_unbroken", "proofs.standing_broken"),
        (_without_filings, "filed_then", "proofs.not_filed_then"),
        (_as_somebody_else, "standing_in_log", "proofs.about_another"),
        (_with_a_better_state, "standing_in_log", "proofs.root_differs"),
        (_with_another_event, "batch_record", "proofs.not_in_batch"),
        (_with_another_batch, "entry_in_log", "proofs.root_differs"),
    ],
)
def test_whatever_is_changed_or_left_out_is_found_and_named(
    told: Told, spoil: Callable[[dict[str, Any]], None], step: str, code: str
) -> None:
    file = json.loads(told.file(told.active))
    spoil(file)

    assert failing(verify_standing(json.dumps(file).encode(), told.policy)) == (step, code)


def test_an_event_of_another_issuer_and_one_that_is_not_signed_yet_prove_nothing(told: Told) -> None:
    other = make_issuer(told.session, number=2)
    unsigned = earn(told.session, make_earning(told.session, key="late", terms=make_terms(told.issuer_id)))

    with pytest.raises(NoSuchEvent):
        queries.standing_proof(told.session, other.issuer_id, told.active)
    with pytest.raises(NotSignedYet):
        told.file(unsigned[0].event_id)


@pytest.mark.proves("UX-3")
def test_the_command_checks_a_file_without_database_and_network(
    told: Told, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "standing.json").write_bytes(told.file(told.active))
    (tmp_path / "wrong.json").write_bytes(told.file(told.suspended))
    (tmp_path / "policy").write_text(policy_text(told.session), encoding="utf-8")

    right = _ran(tmp_path, "standing.json", capsys)
    wrong = _ran(tmp_path, "wrong.json", capsys)

    assert right == (0, "成立：每一步都已核对。 · It holds: every step was checked.")
    assert wrong == (
        1,
        (
            "不成立：止于“当时处于正常发行状态”——当时不得发行。 · It fails at: the issuer was active then – "
            "the issuer was not active when the batch was posted [proofs.not_active_then]"
        ),
    )


def _ran(folder: Path, file: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    capsys.readouterr()
    with logged():
        try:
            main(["verify", "standing", str(folder / file), "--policy", str(folder / "policy")])
            code = 0
        except SystemExit as ended:
            code = int(ended.code or 0)
    return code, capsys.readouterr().out.splitlines()[-1]


def policy_text(session: Session) -> str:
    """Write down whom to trust, as somebody outside would."""
    return f"log {log.key_lines(session)[0].vkey}\nquorum none\n"
