"""docs/curl and docs/postman.json do what they say, on a live server, and what the server answers is what the document says."""

import json
import os
import re
import subprocess
from typing import Any

import pytest
from django.test import Client

from directpay.api.reference.document import document
from directpay.api.reference.files import DOCS
from tests.directpay.api.reading import Reader, undeclared
from tests.directpay.cast import key_of
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
SCRIPT = DOCS / "curl" / "every_operation.sh"
FORMAT = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
# What the format's own JSON schema asks of a collection, an item and a request, as far as ours has it.
COLLECTION: dict[str, Any] = {
    "type": "object",
    "required": ["info", "item"],
    "additionalProperties": False,
    "properties": {
        "info": {"type": "object", "required": ["name", "schema"], "properties": {"schema": {"const": FORMAT}, "name": {"type": "string"}}},
        "auth": {"type": "object", "required": ["type"], "properties": {"type": {"enum": ["bearer"]}}},
        "variable": {"type": "array", "items": {"type": "object", "required": ["key", "value", "type"]}},
        "item": {"type": "array", "items": {"type": "object", "required": ["name", "item"]}},
    },
    "$defs": {
        "item": {
            "type": "object",
            "required": ["name", "request", "event"],
            "additionalProperties": False,
            "properties": {
                "name": {"type": "string"},
                "event": {"type": "array", "items": {"properties": {"listen": {"enum": ["test", "prerequest"]}}}},
                "request": {
                    "type": "object",
                    "required": ["method", "url", "header"],
                    "properties": {
                        "method": {"enum": ["GET", "POST", "DELETE"]},
                        "header": {"type": "array", "items": {"type": "object", "required": ["key", "value"]}},
                        "body": {"type": "object", "properties": {"mode": {"const": "raw"}, "raw": {"type": "string"}}},
                        "url": {"type": "object", "required": ["raw", "host", "path"]},
                    },
                },
            },
        }
    },
}


@pytest.fixture
def secret(db: None) -> str:
    World()
    return key_of(None)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(document())


def operations(reader: Reader) -> set[str]:
    return {name for name, _, _ in reader.operations()}


class TestTheScript:
    def test_knows_every_operation(self, reader):
        assert set(re.findall(r"^# ((?:GET|POST|DELETE) \S+)$", SCRIPT.read_text(), re.MULTILINE)) == operations(reader)

    def test_runs_to_its_end(self, live_server, secret):
        done = self.run(live_server.url, secret)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout[-600:] + done.stderr
        wanted = "of the capture, before a worker has authorised it, and of the receipt of what has not settled"
        assert done.stdout.count('{"error":') == 2, wanted

    def test_stops_at_the_first_request_that_fails(self, live_server, db):
        done = self.run(live_server.url, "sk_test_000000000000000000000000")
        assert done.returncode != 0
        assert done.stdout == ""
        assert "401" in done.stderr

    def test_asks_for_what_it_needs(self):
        done = subprocess.run(["bash", str(SCRIPT)], env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False)
        assert "the base address" in done.stderr

    def run(self, base_url: str, secret: str) -> Any:
        env = {"PATH": os.environ["PATH"], "DP": base_url, "KEY": secret}
        return subprocess.run(["bash", str(SCRIPT)], env=env, capture_output=True, text=True, check=False)


class Runner:
    """Sends the requests of a collection from top to bottom, and keeps what its scripts keep."""

    def __init__(self, collection: dict[str, Any], secret: str) -> None:
        self.items = [item for folder in collection["item"] for item in folder["item"]]
        self.kept = {variable["key"]: variable["value"] for variable in collection["variable"]} | {"base_url": "", "key": secret}
        self.client = Client(headers={"Authorization": f"Bearer {secret}"})
        self.sent_keys: list[str] = []
        self.guids = 0

    def filled(self, text: str) -> str:
        return re.sub(r"\{\{(\$?\w+)\}\}", lambda found: self.value(found[1]), text)

    def value(self, name: str) -> str:
        if name == "$guid":
            self.guids += 1
            return f"guid-{self.guids}"
        assert self.kept[name] or name == "base_url", f"{name} is used before it is known"
        return str(self.kept[name])

    def send(self, item: dict[str, Any]) -> Any:
        request = item["request"]
        address = self.filled(request["url"]["raw"])
        headers = {header["key"]: self.filled(header["value"]) for header in request["header"]}
        if request["method"] != "POST":
            answer = getattr(self.client, request["method"].lower())(address, headers=headers)
        else:
            self.sent_keys.append(headers["Idempotency-Key"])
            answer = self.client.post(address, self.filled(request["body"]["raw"]), content_type="application/json", headers=headers)
        for line in item["event"][0]["script"]["exec"]:
            if wanted := re.search(r"oneOf\(\[([\d, ]+)\]\)", line):
                assert answer.status_code in map(int, wanted[1].split(",")), (item["name"], answer.content)
            elif kept := re.fullmatch(r'pm\.collectionVariables\.set\("(\w+)", pm\.response\.json\(\)(.+)\);', line):
                found = answer.json()
                for step in re.findall(r"\w+", kept[2]):
                    found = found[int(step) if step.isdigit() else step]
                self.kept[kept[1]] = found
        return answer


class TestTheCollection:
    @pytest.fixture
    def collection(self) -> dict[str, Any]:
        return json.loads((DOCS / "postman.json").read_text())

    def test_has_the_shape_of_the_format(self, collection, reader):
        assert reader.wrong_with(COLLECTION, collection) == []
        for folder in collection["item"]:
            for item in folder["item"]:
                assert reader.wrong_with(COLLECTION["$defs"]["item"], item) == []

    def test_knows_every_operation(self, collection, reader):
        titles = {item["name"].partition(":")[0] for folder in collection["item"] for item in folder["item"]}
        assert titles == {operation["summary"] for _, _, operation in reader.operations()}

    def test_runs_to_its_end_and_every_answer_is_as_documented(self, collection, reader, secret):
        runner, wrong = Runner(collection, secret), []
        described = {operation["summary"]: operation for _, _, operation in reader.operations()}
        for item in runner.items:
            answer = runner.send(item)
            promised = reader.answers(described[item["name"].partition(":")[0]])[answer.status_code]
            schema = promised["content"]["application/json"]["schema"]
            faults = reader.wrong_with(schema, answer.json())
            if answer.status_code < 400:
                faults += undeclared(reader, schema, answer.json())
            unsaid = {"Request-Id", "Stripe-Version", "Retry-After", "Idempotent-Replayed"} & set(answer.headers) - set(promised["headers"])
            wrong += [f"{item['name']}: {fault}" for fault in [*faults, *unsaid]]
        assert wrong == []
        assert len(set(runner.sent_keys)) == len(runner.sent_keys) > 10, "a key of its own for each request"
