"""Describes the API as an OpenAPI document, so that programs can check requests and answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType
from typing import Annotated, Any

from fastapi import Query, Request, Response
from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from clausewatch import __version__
from clausewatch.desk.api.answers import answer, api_router
from clausewatch.desk.api.parameters import Parameters
from clausewatch.desk.api.schemas.base import InvalidParameter, InvalidRequest, Problem
from clausewatch.desk.doors import ReadingProgram

router = api_router("description")

REFUSALS: Mapping[int, str] = MappingProxyType(
    {
        400: "The parameters contradict each other, or the request is not HTTP as it should be.",
        401: "There is no token in the request, or the token does not exist or has ended.",
        403: "The role of the token does not allow this.",
        404: "The archive has no such policy, version, finding or other entry.",
        413: "The body of the request is too large.",
        414: "The query of the address is too long.",
        422: "A parameter is not in the documented form, or is unknown.",
        429: "There were too many requests in the last minute.",
        503: "The archive cannot be used now, or the answer would take too long.",
    }
)
"""The refusals that each operation may answer with."""

ABOUT = """The API of the desk of Clausewatch. Answers have the same rows as the JSON of the command line.
Every request needs a token in the header `Authorization: Bearer TOKEN`. Every refusal is described by problem details
(RFC 9457) with a `code` for programs. Long lists come in parts: `next` is the parameter `after` of the next part."""


@router.get("/openapi.json", responses={200: {"description": "The OpenAPI document of this API."}})
def show(request: Request, visitor: ReadingProgram, asked: Annotated[Parameters, Query()]) -> Response:
    """Describe the operations, their parameters and their answers."""
    app = request.app
    if app.openapi_schema is None:
        app.openapi_schema = described(app.routes)
    return answer(request, app.openapi_schema)


def described(routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """Return the OpenAPI document for routes. Routes of pages are left out."""
    document = get_openapi(title="Clausewatch", version=__version__, description=ABOUT, routes=routes)
    document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"token": []}]
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for model in (Problem, InvalidParameter, InvalidRequest):
        schema = model.model_json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
        schema.pop("$defs", None)
        schemas[model.__name__] = schema
    document["components"]["responses"] = {str(status): _refusal(status, text) for status, text in REFUSALS.items()}
    for operation, is_get in _operations(document):
        operation["responses"].update(
            {str(status): {"$ref": f"#/components/responses/{status}"} for status in REFUSALS}
        )
        if is_get:
            _may_be_unchanged(operation)
    return document


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], bool]]:
    for methods in document["paths"].values():
        yield from ((operation, method == "get") for method, operation in methods.items())


def _refusal(status: int, text: str) -> dict[str, Any]:
    model = InvalidRequest if status == HTTPStatus.UNPROCESSABLE_ENTITY else Problem
    content = {"application/problem+json": {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}}
    return {"description": text, "content": content}


def _may_be_unchanged(operation: dict[str, Any]) -> None:
    tag = {"name": "If-None-Match", "in": "header", "required": False, "schema": {"type": "string"}}
    about = "The `ETag` of an earlier answer. If the answer is the same, only the status 304 is returned."
    operation["parameters"] = [*operation.get("parameters", []), tag | {"description": about}]
    operation["responses"]["304"] = {"description": "The answer is the same as the one with the given entity tag."}
