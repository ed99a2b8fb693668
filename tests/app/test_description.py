"""The API describes itself, for programs and for people, and promises problem documents everywhere."""

import re

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from greencredit.app import reference
from greencredit.schemas.reference import Field, Group, Operation, ReferencePage, Shape

_TREE = {"$ref": "#/components/schemas/Tree"}
_TREES = {"type": "array", "items": _TREE}
_DESCRIBED = {
    "info": {"version": "1"},
    "paths": {
        "/trees/{id}": {
            "put": {
                "tags": ["trees"],
                "description": "Plant.",
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "requestBody": {"content": {"application/json": {"schema": _TREE}}},
                "responses": {"200": {"content": {"application/json": {"schema": _TREES}}}},
            }
        }
    },
    "components": {
        "schemas": {
            "Tree": {
                "description": "A tree.",
                "required": ["kind"],
                "properties": {
                    "kind": {"$ref": "#/components/schemas/Kind"},
                    "felled_on": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
                },
            },
            "Kind": {"type": "string", "enum": ["oak", "elm"]},
        }
    },
}


@pytest.mark.proves("UX-2")
def test_every_operation_may_answer_with_a_problem(client: TestClient) -> None:
    described = client.get("/api/v1/openapi.json").json()

    operations = [told for methods in described["paths"].values() for told in methods.values()]
    assert {str(told["responses"]["default"]) for told in operations} == {
        "{'$ref': '#/components/responses/Problem'}",
    }
    assert described["components"]["responses"]["Problem"]["content"] == {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
    }
    assert {"HTTPValidationError", "ValidationError"} & set(described["components"]["schemas"]) == set()


def test_every_reference_of_the_description_leads_somewhere(client: TestClient) -> None:
    told = client.get("/api/v1/openapi.json")

    components = told.json()["components"]
    named = set(re.findall(r'"#/components/(\w+)/([^"]+)"', told.text))
    assert {(kind, name) for kind, name in named if name not in components[kind]} == set()


@pytest.mark.proves("UX-2")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_api_is_on_one_page_that_needs_nothing_from_elsewhere(client: TestClient, app: FastAPI, lang: str) -> None:
    page = client.get("/api/v1/docs", params={"lang": lang})

    paths = set(app.openapi()["paths"])
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert paths - set(re.findall(r"<code>(/[^<]*)</code>", page.text)) == set()
    assert re.findall(r'(?:src|href)="(?!/|#)([^"]+)"', page.text) == []
    assert set(re.findall(r'href="#([^"]+)"', page.text)) - set(re.findall(r'id="([^"]+)"', page.text)) == set()


def test_a_description_is_laid_out_by_group_with_its_shapes() -> None:
    def field(name: str, kind: str, shape: str | None = None, *, where: str = "", required: bool = False) -> Field:
        return Field(name=name, where=where, kind=kind, shape=shape, required=required, told="")

    assert reference.page_of(_DESCRIBED) == ReferencePage(
        version="1",
        groups=(
            Group(
                name="trees",
                operations=(
                    Operation(
                        method="PUT",
                        path="/trees/{id}",
                        told="Plant.",
                        fields=(field("id", "string", where="path", required=True),),
                        takes="Tree",
                        gives="Tree",
                    ),
                ),
            ),
        ),
        shapes=(
            Shape(name="Kind", told="", fields=(), values=("oak", "elm")),
            Shape(
                name="Tree",
                told="A tree.",
                fields=(field("kind", "Kind", "Kind", required=True), field("felled_on", "date | null")),
                values=(),
            ),
        ),
    )
