"""The service's own description, with the fields of the models that it serves."""

from __future__ import annotations

from typing import Any

from blockwright.core.models.signatures import Field, FieldType, Signature
from blockwright.serving.registry import Picture

_TYPES: dict[FieldType, dict[str, Any]] = {
    FieldType.NUMBER: {"type": "number"},
    FieldType.INTEGER: {"type": "integer"},
    FieldType.BOOLEAN: {"type": "boolean"},
    FieldType.TEXT: {"type": "string"},
    FieldType.TIME: {"type": "string", "format": "date-time"},
    FieldType.ANY: {},
}
_ANSWER = {
    "type": "object",
    "required": ["predictions", "model", "version", "request_id"],
    "properties": {
        "predictions": {"type": "array", "items": {}},
        "model": {"type": "string"},
        "version": {"type": "integer"},
        "request_id": {"type": "string"},
    },
}
_PROBLEM = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in ("title", "detail", "code", "field", "hint", "request_id")},
}


def document(picture: Picture, version: str) -> dict[str, Any]:
    """An OpenAPI 3.1 document."""
    paths: dict[str, Any] = {
        path: {"get": {"summary": summary, "responses": {"200": {"description": "It answers."}}}}
        for path, summary in (
            ("/health", "Whether the process is alive"),
            ("/ready", "Whether a model can answer"),
            ("/models", "What is served"),
            ("/metrics", "Figures for Prometheus"),
        )
    }
    schemas: dict[str, Any] = {"Answer": _ANSWER, "Problem": _PROBLEM}
    for model, served in picture.served.items():
        schemas[model] = _row(served.champion.signature)
        paths[f"/models/{model}/predict"] = _predict(f"Ask {model}", [model])
    paths["/predict"] = _predict("Ask the model that is served", list(picture.served))
    return {
        "openapi": "3.1.0",
        "info": {"title": "Blockwright predictions", "version": version},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}, {}],
    }


def _row(signature: Signature | None) -> dict[str, Any]:
    if signature is None:
        return {"type": "object"}
    return {
        "type": "object",
        "properties": {field.name: _field(field) for field in signature.inputs},
        "required": [field.name for field in signature.inputs if not field.nullable],
        "additionalProperties": False,
    }


def _field(field: Field) -> dict[str, Any]:
    found = dict(_TYPES[field.type])
    if field.nullable and "type" in found:
        found["type"] = [found["type"], "null"]
    return found


def _predict(summary: str, models: list[str]) -> dict[str, Any]:
    rows = [{"$ref": f"#/components/schemas/{model}"} for model in models]
    row: dict[str, Any] = {"anyOf": rows} if rows else {"type": "object"}
    beside = {"key": {"type": "string"}, "model": {"type": "string"}}
    many = {"type": "array", "items": row}
    forms = [
        {"type": "object", "required": ["features"], "properties": {"features": {"type": "array"}, **beside}},
        {"type": "object", "required": ["instances"], "properties": {"instances": many, **beside}},
        {"type": "object", "required": ["columns"], "properties": {"columns": {"type": "object"}, **beside}},
    ]
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    answer = {"application/json": {"schema": {"$ref": "#/components/schemas/Answer"}}}
    refused = ((401, "No token, or a wrong one"), (413, "Too large"), (422, "A field is wrong"), (503, "No model"))
    return {
        "post": {
            "summary": summary,
            "requestBody": {"required": True, "content": {"application/json": {"schema": {"oneOf": forms}}}},
            "responses": {
                "200": {"description": "One prediction for each row", "content": answer},
                **{str(status): {"description": why, "content": problem} for status, why in refused},
            },
        }
    }
