"""The OpenAPI document: what is kept is what is served, nothing is missing in it, and its examples are true to it."""

import re
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command
from openapi_spec_validator import OpenAPIV31SpecValidator

from directpay.api.errors import PLAIN
from directpay.api.reference.document import document
from directpay.api.reference.files import AGAIN, DOCS, outdated
from tests.architecture.tidiness import APPS, python_files
from tests.directpay.api.reading import JSON, Reader, undeclared

OF_ALL = ("Request-Id", "Stripe-Version")
LIMITS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")


@pytest.fixture(scope="module")
def kept() -> dict[str, Any]:
    return yaml.load((DOCS / "openapi.yaml").read_text(), yaml.CSafeLoader)


# Codes that are raised behind other doors than the API's, and where.
ELSEWHERE = {
    "authentication_failed": "a code of the rail of cards: why a payment failed, not why a request did",
    **dict.fromkeys(
        ("approval_expired", "never_received", "refund_refused", "wallet_declined"),
        "codes of the rail of a wallet: why a payment failed, not why a request did",
    ),
    "payment_not_capturable": "said of a payment; payment intents say payment_intent_unexpected_state",
    **dict.fromkeys(
        (
            *("signature_missing", "signature_malformed", "signature_invalid", "signature_stale"),
            *("certificate_address", "certificate_invalid", "certificate_unavailable", "verification_unavailable"),
            "webhook_not_configured",
        ),
        "events of providers: docs/webhooks.md",
    ),
    "anchor_differs": "a finding of the verifier",
    "account_not_empty": "closing accounts, by staff",
    "already_reversed": "reversals, by staff",
    "anchor_contradicts": "seals",
    "api_key_inactive": "keys, in the admin",
    "application_without_secret": "apps, in the admin",
    "hold_amount": "holds, by rooms",
    "hold_expired": "holds, by rooms",
    "hold_resolved": "holds, by rooms",
    "invariant_broken": "import of a log",
    "log_broken": "replay of a log",
    "log_not_empty": "import of a log",
    "log_refused": "import of a log",
    "month_needed": "archiving",
    "amount_exceeds_deposit": "the pages of landlords",
    "deposit_not_asked": "the pages of renters",
    "deposit_not_held": "the pages of landlords",
    "move_out_not_begun": "the pages of renters",
    "not_payable": "the pages of renters",
    "saga_cannot_go_on": "steps of sagas, which are taken back then",
    "trust_account_missing": "the pages of renters; said beside a lease's deposit",
    "owner_required": "seals",
    "password_too_weak": "passwords, on pages",
    "period_not_over": "closing of periods, by staff",
    "redirect_uri_refused": "apps, in the admin",
    # Of the books: what the rooms post is theirs to get right, so to a caller it would be a fault of ours.
    "amount_invalid": "postings",
    "posting_refused": "postings",
    "reference_reused": "postings",
    # Of the framework, where no operation of the document was met.
    "conflict": "the class of all conflicts",
    "method_not_allowed": "addresses that do not take it",
    "sandbox_only": "the clock, from the command line in live mode",
    # Not errors of a request.
    "invalid": "DRF's own word",
    "unknown": "DRF's own word",
}


@pytest.fixture(scope="module")
def reader(kept: dict[str, Any]) -> Reader:
    return Reader(kept)


def test_the_file_is_what_the_code_says():
    assert list(outdated()) == [], AGAIN


def test_a_file_that_is_not_is_named_with_the_way_to_mend_it(tmp_path, capsys):
    with pytest.raises(CommandError, match=r"openapi\.yaml.*make docs"):
        call_command("openapi", check=True, docs=tmp_path)
    call_command("openapi", docs=tmp_path)
    assert "openapi.yaml" in capsys.readouterr().out
    call_command("openapi", check=True, docs=tmp_path)


def test_the_file_is_what_is_served(client, kept, db):
    assert client.get("/api/schema/?format=json").json() == kept


def test_is_openapi(kept):
    assert [error.message for error in OpenAPIV31SpecValidator(kept).iter_errors()] == []


def missing(reader: Reader) -> list[str]:
    """Every operation that leaves something unsaid, and what."""
    found = []
    for name, method, operation in reader.operations():
        answers = reader.answers(operation)
        parameters = [reader.whole(parameter) for parameter in operation["parameters"]]
        asked = {parameter["name"] for parameter in parameters if parameter["in"] == "header"}
        wanted = {*OF_ALL, *(["Idempotency-Key"] if method == "post" else [])}
        found += [f"{name}: the header {header} that may be sent" for header in wanted - asked]
        found += [f"{name}: its {what}" for what in ("summary", "description", "operationId") if not operation.get(what)]
        body = operation.get("requestBody")
        if method == "post" and not (body and reader.examples(body["content"][JSON])):
            found.append(f"{name}: an example request")
        for parameter in parameters:
            if parameter["in"] == "path" and not (parameter.get("example") or parameter.get("examples")):
                found.append(f"{name}: an example of {parameter['name']}")
        must = {400, 401, 403, 429, 500, 503} | ({409, 411, 413, 415} if method == "post" else set()) | ({404} if "{id}" in name else set())
        found += [f"{name}: the answer {status}" for status in must - set(answers)]
        for status, answer in answers.items():
            content = answer["content"][JSON]
            if not reader.examples(content):
                found.append(f"{name}: an example of {status}")
            found += [f"{name}: the header {header} of {status}" for header in missing_headers(method, status, set(answer["headers"]))]
    return found


def missing_headers(method: str, status: int, there: set[str]) -> set[str]:
    if status == 401:
        return {"Request-Id", "WWW-Authenticate"} - there
    must = {*OF_ALL, *LIMITS}
    must |= {"Retry-After"} if status in (409, 429, 503) else set()
    must |= {"Stripe-Should-Retry"} if status == 409 else set()
    must |= {"Idempotent-Replayed"} if method == "post" and status in (200, 201, 500) else set()
    return must - there


def test_nothing_is_left_unsaid(reader):
    assert missing(reader) == []


def test_what_is_left_unsaid_is_named():
    bare = document()
    operation = bare["paths"]["/api/v1/users"]["post"]
    del (
        operation["responses"]["409"],
        operation["requestBody"]["content"][JSON]["examples"],
        operation["responses"]["201"]["headers"]["Request-Id"],
    )
    assert missing(Reader(bare)) == [
        "POST /api/v1/users: an example request",
        "POST /api/v1/users: the answer 409",
        "POST /api/v1/users: the header Request-Id of 201",
    ]


def wrong_examples(reader: Reader) -> list[str]:
    found = []
    for name, _, operation in reader.operations():
        places = [(f"{name} {status}", answer["content"][JSON]) for status, answer in reader.answers(operation).items()]
        if "requestBody" in operation:
            places.append((f"{name} request", operation["requestBody"]["content"][JSON]))
        for place, content in places:
            for example, value in reader.examples(content).items():
                found += [f"{place} {example}: {fault}" for fault in reader.wrong_with(content["schema"], value)]
        for parameter in map(reader.whole, operation["parameters"]):
            values = [
                *parameter["schema"].get("examples", []),
                *reader.examples(parameter).values(),
                *([parameter["example"]] if "example" in parameter else []),
            ]
            found += [f"{name} {parameter['name']}: {fault}" for value in values for fault in reader.wrong_with(parameter["schema"], value)]
    return found


def test_examples_are_true_to_their_schema(reader):
    assert wrong_examples(reader) == []


def test_an_example_that_is_not_is_named(kept):
    described = document()
    described["paths"]["/api/v1/users"]["post"]["requestBody"]["content"][JSON]["examples"]["renter"]["value"] = {"role": "king"}
    found = wrong_examples(Reader(described))
    assert [line for line in found if "'king' is not one of" in line]
    assert len(found) == 3


def test_an_answer_has_no_field_that_its_schema_does_not_know(reader):
    left_out = []
    for name, _, operation in reader.operations():
        for status, answer in reader.answers(operation).items():
            if status < 400:
                content = answer["content"][JSON]
                for example, value in reader.examples(content).items():
                    left_out += [f"{name} {example}: {path}" for path in undeclared(reader, content["schema"], value)]
    assert left_out == []


def documented(reader: Reader) -> set[str]:
    return {
        value["error"]["code"]
        for _, _, operation in reader.operations()
        for status, answer in reader.answers(operation).items()
        if status >= 400
        for value in reader.examples(answer["content"][JSON]).values()
    }


def test_every_code_that_the_code_has_is_documented(reader):
    sources = "\n".join(path.read_text() for path in python_files(*APPS) if path.name != "faults.py")
    raised = set(re.findall(r'\bcode ?= ?"([a-z0-9_]+)"', sources)) | {code for _, code, _ in PLAIN.values()}
    assert len(raised) > 60
    assert sorted(raised - documented(reader) - set(ELSEWHERE)) == []
    assert sorted(set(ELSEWHERE) & documented(reader)) == []
    assert sorted(set(ELSEWHERE) - raised) == []
