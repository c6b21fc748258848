"""The story as a Postman collection, format 2.1 (https://schema.postman.com/collection/json/v2.1.0/docs): run from top to bottom."""

import json
import re
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from directpay.api.reference.story import ID, Call

FORMAT = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
EMAIL = re.compile(r"([\w.]+)@example\.com")


def collection(calls: Sequence[Call], title: str, words: str) -> str:
    """A folder for each resource, in the order of the story."""
    variables = {"base_url": "http://127.0.0.1:8000", "key": "", **{name: "" for call in calls for name in call.gives}}
    whole = {
        "info": {"name": title, "description": words, "schema": FORMAT},
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{key}}", "type": "string"}]},
        "variable": [{"key": name, "value": value, "type": "string"} for name, value in variables.items()],
        "item": [{"name": tag, "item": [_item(call) for call in group]} for tag, group in groupby(calls, key=lambda call: call.tag)],
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _item(call: Call) -> dict[str, Any]:
    request: dict[str, Any] = {"method": call.method, "header": [], "url": _url(call)}
    if call.method == "POST":
        body = EMAIL.sub(r"\1+{{$guid}}@example.com", _filled(json.dumps(call.body, indent=2, ensure_ascii=False), call))
        # {{$guid}} is another one for each request that is sent
        request["header"] = [{"key": "Idempotency-Key", "value": "{{$guid}}"}, {"key": "Content-Type", "value": "application/json"}]
        request["body"] = {"mode": "raw", "raw": body, "options": {"raw": {"language": "json"}}}
    return {
        "name": call.title,
        "request": request,
        "event": [{"listen": "test", "script": {"type": "text/javascript", "exec": _tests(call)}}],
    }


def _tests(call: Call) -> list[str]:
    statuses = ", ".join(map(str, call.statuses))
    lines = [f'pm.test("answers {statuses}", () => pm.expect(pm.response.code).to.be.oneOf([{statuses}]));']
    return lines + [f'pm.collectionVariables.set("{name}", pm.response.json(){_steps(place)});' for name, place in call.gives.items()]


def _steps(place: Sequence[str | int]) -> str:
    """("units", 0, "id") → .units[0].id"""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)


def _url(call: Call) -> dict[str, Any]:
    address = _filled(call.address, call)
    query = [{"key": name, "value": _filled(str(value), call)} for name, value in call.query.items()]
    asked = "?" + "&".join(f"{one['key']}={one['value']}" for one in query) if query else ""
    found: dict[str, Any] = {"raw": f"{{{{base_url}}}}{address}{asked}", "host": ["{{base_url}}"], "path": address.strip("/").split("/")}
    return {**found, "query": query} if query else found


def _filled(text: str, call: Call) -> str:
    return ID.sub(lambda found: f"{{{{{call.needs[found[0]]}}}}}" if found[0] in call.needs else found[0], text)
