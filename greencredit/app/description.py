"""What the API says about itself: OpenAPI, in which every operation can answer with a problem document."""

from collections.abc import Sequence
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from greencredit.app.problems import MEDIA_TYPE
from greencredit.kernel.doors import Door
from greencredit.schemas.operations import Problem

_STOCK: Final = ("HTTPValidationError", "ValidationError")


def describe(app: FastAPI, doors: Sequence[Door]) -> None:
    """Let the application describe its doors in our words, made once when first asked for."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _with_problems(
                get_openapi(title=app.title, version=app.version, summary=app.summary, routes=doors)
            )
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign] # FastAPI's documented way


def _with_problems(described: dict[str, Any]) -> dict[str, Any]:
    components = described.setdefault("components", {})
    shapes = components.setdefault("schemas", {})
    for name in _STOCK:
        shapes.pop(name, None)
    shapes["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    components["responses"] = {
        "Problem": {
            "description": "未执行，数据未变 · not carried out, nothing was changed (RFC 9457)",
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    }
    components["securitySchemes"] = {
        "apiKey": {"type": "http", "scheme": "bearer", "description": "接口密钥 · an API key"},
        "session": {"type": "apiKey", "in": "cookie", "name": "greencredit", "description": "登录会话 · a sign-in"},
    }
    described["security"] = [{"apiKey": []}, {"session": []}, {}]
    for operations in described.get("paths", {}).values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = {"$ref": "#/components/responses/Problem"}
    return described
