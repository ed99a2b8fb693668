"""The API on one page, made from its OpenAPI description; it needs no script and nothing from elsewhere."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import Request, Response

from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Permit, requires
from greencredit.schemas.reference import Field, Group, Operation, ReferencePage, Shape
from greencredit.web import pages

router = Doors(include_in_schema=False)

Described = Mapping[str, Any]

_OTHERS: Final = "其他 · others"


@router.get("/docs")
def reference(permit: Annotated[Permit, requires("public.read")], request: Request) -> Response:
    """接口文档 · the API on one page."""
    page = page_of(request.app.openapi())
    return pages.render(request, permit.actor, "reference.html", page=page)


def page_of(described: Described) -> ReferencePage:
    """Lay an OpenAPI description out: groups in the order in which they were mounted, shapes by name."""
    groups: dict[str, list[Operation]] = {}
    for path, methods in described["paths"].items():
        for method, told in methods.items():
            groups.setdefault((told.get("tags") or [_OTHERS])[0], []).append(_operation(method, path, told))
    shapes = described["components"]["schemas"]
    return ReferencePage(
        version=described["info"]["version"],
        groups=tuple(Group(name=name, operations=tuple(operations)) for name, operations in groups.items()),
        shapes=tuple(_shape(name, shapes[name]) for name in sorted(shapes)),
    )


def _operation(method: str, path: str, told: Described) -> Operation:
    answers = [answer for status, answer in told["responses"].items() if status.startswith("2")]
    return Operation(
        method=method.upper(),
        path=path,
        told=told.get("description") or told.get("summary", ""),
        fields=tuple(
            _field(one["name"], one["schema"], where=one["in"], required=one.get("required", False))
            for one in told.get("parameters", ())
        ),
        takes=_content(told.get("requestBody", {})),
        gives=next((shape for shape in map(_content, answers) if shape), None),
    )


def _content(part: Described) -> str | None:
    """Name the shape that a body or an answer has, or its media type where it has none."""
    for media_type, content in part.get("content", {}).items():
        kind, shape = _kind(content.get("schema", {}))
        return shape or (media_type if kind == "any" else kind)
    return None


def _shape(name: str, told: Described) -> Shape:
    required = told.get("required", ())
    return Shape(
        name=name,
        told=told.get("description", ""),
        fields=tuple(
            _field(field, schema, where="", required=field in required)
            for field, schema in told.get("properties", {}).items()
        ),
        values=tuple(str(value) for value in told.get("enum", ())),
    )


def _field(name: str, schema: Described, *, where: str, required: bool) -> Field:
    kind, shape = _kind(schema)
    return Field(name=name, where=where, kind=kind, shape=shape, required=required, told=schema.get("description", ""))


def _kind(schema: Described) -> tuple[str, str | None]:
    """Say in a few words what a value is, and which shape it names."""
    if "$ref" in schema:
        shape = schema["$ref"].rpartition("/")[2]
        return shape, shape
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            kinds = [_kind(one) for one in schema[several]]
            named = next((shape for _, shape in kinds if shape), None)
            return " | ".join(dict.fromkeys(kind for kind, _ in kinds)), named
    if "const" in schema or "enum" in schema:
        return " | ".join(map(str, schema.get("enum", [schema.get("const")]))), None
    if schema.get("type") == "array":
        inner, shape = _kind(schema.get("items", {}))
        return f"[{inner}]", shape
    return schema.get("format") or schema.get("type", "any"), None
