"""The OpenAPI document as one plain page.

The usual viewers load megabytes of script from a content delivery network, so they show nothing on a
machine without internet; this page needs no script at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import orjson

STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "h2{border-top:1px solid #8886;padding-top:1rem;font-family:ui-monospace,monospace;font-size:1.1rem}"
    "table{border-collapse:collapse}td,th{text-align:start;padding:.2rem 1rem .2rem 0;vertical-align:top}"
    "pre{overflow:auto;background:#8882;padding:.6rem}"
)


def reference_page(document: Mapping[str, Any]) -> str:
    """HTML that lists every route of an OpenAPI document with its parameters, body and answers."""
    info = document["info"]
    schemas = document.get("components", {}).get("schemas", {})
    routes = "".join(
        _route(path, method, operation, schemas)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    )
    title = escape(f"{info['title']} {info['version']}")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>'
        f"<h1>{title}</h1><p>{escape(info.get('description', ''))}</p>"
        f'<p>For programs: <a href="/openapi.json">openapi.json</a></p>{routes}</body></html>'
    )


def _route(path: str, method: str, operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    parameters = "".join(_parameter(parameter) for parameter in operation.get("parameters", []))
    table = f"<table><tr><th>Parameter<th>In<th>Type<th>Meaning{parameters}</table>" if parameters else ""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    body = _json("Body", _resolved(content.get("schema"), schemas)) + _json("Example", content.get("example"))
    answers = "".join(
        f"<tr><td>{escape(status)}<td>{escape(answer.get('description', ''))}"
        for status, answer in operation["responses"].items()
    )
    description = escape(operation.get("description") or operation.get("summary", ""))
    return (
        f"<h2>{method.upper()} {escape(path)}</h2><p>{description}</p>{table}{body}"
        f"<table><tr><th>Status<th>Answer{answers}</table>"
    )


def _parameter(parameter: Mapping[str, Any]) -> str:
    schema = parameter.get("schema", {})
    kinds = [option.get("type", "") for option in schema.get("anyOf", [schema])]
    need = " (required)" if parameter.get("required") else ""
    cells = (parameter["name"] + need, parameter["in"], " or ".join(kinds), parameter.get("description", ""))
    return "<tr>" + "".join(f"<td>{escape(cell)}" for cell in cells)


def _json(title: str, value: object) -> str:
    if value is None:
        return ""
    return f"<h3>{title}</h3><pre>{escape(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())}</pre>"


def _resolved(schema: Any, schemas: Mapping[str, Any]) -> Any:
    """A schema with its references written out; those of this service are not recursive."""
    if isinstance(schema, list):
        return [_resolved(part, schemas) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _resolved(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    return {name: _resolved(part, schemas) for name, part in schema.items()}
