"""Projects over HTTP: the whole life through the doors, each side its own, problems with code and line."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from greencredit.app.main import create_app
from greencredit.kernel.access import Role, Scope, ScopeKind
from greencredit.kernel.database import Database
from greencredit.kernel.settings import Settings
from greencredit.people import service as people
from greencredit.schemas.issuers import LifeState
from greencredit.schemas.people import NewSession
from greencredit.schemas.projects import Participant
from tests.factories.issuers import make_issuer
from tests.factories.people import PASSWORD, make_account_with, make_consumer
from tests.factories.projects import building_after, building_before, new_project, publish_factors

PROJECTS = "/api/v1/projects"


class Sides:
    """Somebody of the issuer, a verifier, and somebody of another issuer, each signed in."""

    def __init__(self, shared: Database, tmp_path: Path) -> None:
        self._app = create_app(shared, Settings(data_dir=tmp_path, public_url="http://credits.example"))
        with shared.writing() as session:
            publish_factors(session)
            self.issuer_id = make_issuer(session, LifeState.ACTIVE).issuer_id
            self.consumer_id = make_consumer(session).id
            here, there = Scope(ScopeKind.ISSUER, self.issuer_id), Scope(ScopeKind.ISSUER, "iss_elsewhere")
            for login, role, scope in (
                ("keeper", Role.ISSUER_MANAGER, here),
                ("verifier", Role.VERIFIER, here),
                ("stranger", Role.ISSUER_MANAGER, there),
            ):
                make_account_with(session, role, scope, login=login, password=PASSWORD)
        self.keeper, self.verifier, self.stranger = (
            self._signed_in(shared, login) for login in ("keeper", "verifier", "stranger")
        )

    def _signed_in(self, shared: Database, login: str) -> TestClient:
        wanted = NewSession.model_validate({"login": login, "password": PASSWORD})
        token = people.sign_in(shared, wanted, hours=12).token.get_secret_value()
        return TestClient(self._app, base_url="http://credits.example", headers={"Cookie": f"greencredit={token}"})

    def opened(self) -> str:
        """Open a project."""
        new = new_project(self.issuer_id, [Participant(holder_id=self.consumer_id, weight=1)])
        answer = self.keeper.post(PROJECTS, json=new.model_dump(mode="json"))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["project_id"])

    def hands_in(self, project_id: str, part: str, content: bytes) -> Any:  # noqa: ANN401 - the client's answer
        """Hand a meter file in."""
        return self.keeper.post(f"{PROJECTS}/{project_id}/data/{part}", files={"meter": ("meter.csv", content)})


@pytest.fixture
def sides(shared: Database, tmp_path: Path) -> Sides:
    """Give the sides of a project."""
    return Sides(shared, tmp_path)


@pytest.mark.proves("ACT-3")
def test_a_project_is_led_through_the_doors_to_its_claims(sides: Sides) -> None:
    at = f"{PROJECTS}/{sides.opened()}"
    keeper, verifier = sides.keeper, sides.verifier

    project_id = at.rpartition("/")[2]
    data = [
        sides.hands_in(project_id, "baseline", building_before()),
        sides.hands_in(project_id, "reporting", building_after()),
    ]
    fitted = keeper.post(f"{at}/baseline")
    frozen = keeper.post(f"{at}/baseline/freeze", json={"reason": "示例：检验通过"})
    measured = keeper.post(f"{at}/measurements")
    word = {"measurement_number": 1, "digest": measured.json()["digest"], "statement": "示例：经核对无误"}
    own = keeper.post(f"{at}/sign-off", json=word)
    signed = verifier.post(f"{at}/sign-off", json=word)

    assert [one.status_code for one in (*data, fitted, frozen, measured, own, signed)] == [
        201,
        201,
        201,
        200,
        201,
        403,
        201,
    ]
    assert frozen.json()["state"] == "frozen"
    assert signed.json()["state"] == "signed_off"
    claims = verifier.get(f"{at}/claims").json()
    counted = measured.json()["measurement"]["counted_grams"]
    assert [(one["participant_id"], one["grams"]) for one in claims] == [(sides.consumer_id, counted)]
    again = keeper.get(f"{at}/measurements/1/recomputed").json()
    assert again["counted_grams"] == counted
    assert keeper.get(f"{at}/baseline").json()["baseline"]["model"]["form"] == "3ph"
    assert [one["project_id"] for one in keeper.get(PROJECTS).json()] == [project_id]


@pytest.mark.proves("ACT-3")
def test_an_adjustment_goes_from_hand_to_hand(sides: Sides) -> None:
    project_id = sides.opened()
    at = f"{PROJECTS}/{project_id}"
    sides.hands_in(project_id, "baseline", building_before())
    sides.keeper.post(f"{at}/baseline")
    sides.keeper.post(f"{at}/baseline/freeze", json={"reason": "示例"})
    wanted = {"period": {"since": "2025-07-01", "until": "2025-08-01"}, "amount_milli": -5, "reason": "示例：停业"}

    proposed = sides.keeper.post(f"{at}/adjustments", json=wanted)
    decided = sides.verifier.post(f"{at}/adjustments/1/decision", json={"signed": False, "reason": "示例：证据不足"})
    refused = sides.verifier.post(f"{at}/refusal", json={"reason": "示例：不再继续"})

    assert [one.status_code for one in (proposed, decided, refused)] == [201, 201, 201]
    assert decided.json()["decision"]["signed"] is False
    assert refused.json()["state"] == "refused"


@pytest.mark.proves("ACT-3")
def test_a_bad_meter_is_a_problem_with_code_and_line(sides: Sides) -> None:
    project_id = sides.opened()

    answer = sides.hands_in(project_id, "baseline", b"date,kwh,temp_c\n2023-03-01,5,1\n2023-03-02,-5,1\n")

    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["facts"]["line"]) == (422, "projects.meter_reversed", 3)
    assert sides.keeper.get(f"{PROJECTS}/{project_id}").json()["data"] == []


def test_others_neither_see_nor_open_projects_of_this_issuer(sides: Sides) -> None:
    project_id = sides.opened()
    new = new_project(sides.issuer_id, [Participant(holder_id=sides.consumer_id, weight=1)])

    seen = sides.stranger.get(f"{PROJECTS}/{project_id}")
    listed = sides.stranger.get(PROJECTS)
    opened = sides.stranger.post(PROJECTS, json=new.model_dump(mode="json"))
    measured = sides.verifier.post(f"{PROJECTS}/{project_id}/measurements")

    assert (seen.status_code, listed.json(), opened.status_code, measured.status_code) == (403, [], 403, 403)
