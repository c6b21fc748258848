"""What stands in the log, and what never does."""

import io
import json
import logging
import logging.config

import pytest

from directpay.api.errors import unexpected
from directpay.kernel.milestones import milestones
from directpay.kernel.request_context import request_id
from directpay.ops.logs import Masked, MaskedJson, configuration
from tests.directpay.cast import Caller, key_of

SEEDED = {
    "account number": "000123456789",
    "routing number": "110000000",
    "e-mail": "seeded.person@example.com",
    "telephone": "+1 614 555 0199",
    "card": "4242424242424242",
    "password": "a-seeded-password",
}


class Lines:
    """Everything that is logged, formatted as it would be written."""

    def __init__(self, style: str) -> None:
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        self.handler.setFormatter({"json": MaskedJson, "text": Masked}[style]())

    def __enter__(self) -> "Lines":
        self.root_level = logging.getLogger().level
        logging.getLogger().setLevel(logging.DEBUG)
        logging.getLogger().addHandler(self.handler)
        return self

    def __exit__(self, *error: object) -> None:
        logging.getLogger().removeHandler(self.handler)
        logging.getLogger().setLevel(self.root_level)

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def objects(self) -> list[dict]:
        return [json.loads(line) for line in self.text.splitlines()]


def test_one_object_a_line_with_the_request_that_caused_it():
    with Lines("json") as lines:
        token = request_id.set("req_17")
        logging.getLogger("payments.payins").info("payment %s settled", "pay_1", extra={"rail": "ach", "amount": 150_000})
        request_id.reset(token)
        logging.getLogger("payments.payins").warning("without\na request")
    first, second = lines.objects
    assert (first["level"], first["logger"], first["message"]) == ("INFO", "payments.payins", "payment pay_1 settled")
    assert (first["request_id"], first["rail"], first["amount"]) == ("req_17", "ach", 150_000)
    assert second["message"] == "without\na request"
    assert "request_id" not in second


@pytest.mark.django_db
def test_the_callers_own_request_id_is_found_again(client):
    with Lines("json") as lines:
        client.get("/api/v1/nothing-there", headers={"Request-Id": "my-own-1"})
    assert [line["request_id"] for line in lines.objects if line["logger"] == "django.request"] == ["my-own-1"]


def test_plain_lines_say_the_same():
    with Lines("text") as lines:
        token = request_id.set("req_17")
        logging.getLogger("directpay.due").info("done", extra={"email": "bob@example.com"})
        request_id.reset(token)
    assert "INFO    directpay.due: done {'request_id': 'req_17', 'email': '•••'}" in lines.text


@pytest.mark.parametrize("style", ["json", "text"])
def test_a_set_is_a_line_for_each_with_its_own_request(style):
    with Lines(style) as lines:
        milestones("payment_settled", [("pay_1", "req_1"), ("pay_2", ""), ("bob@example.com", "4242424242424242")], rail="ach")
    first, second, third = lines.text.splitlines()
    assert all("payment_settled" in line and "ach" in line for line in (first, second, third))
    assert "pay_1" in first
    assert "req_1" in first
    assert "pay_2" in second
    assert "request_id" not in second
    assert "bob" not in third
    assert "42424242" not in third
    if style == "json":
        assert [line.get("request_id") for line in lines.objects[:2]] == ["req_1", None]


@pytest.mark.parametrize("style", ["json", "text"])
@pytest.mark.parametrize("what", SEEDED)
def test_hides_whatever_way_it_gets_there(style, what):
    secret = SEEDED[what]
    name = {"account number": "account_number", "routing number": "routing_number", "password": "password"}.get(what, "note")
    with Lines(style) as lines:
        log = logging.getLogger("payments.test")
        log.info("given %s=%s", name, secret)
        log.info("body %s", json.dumps({name: secret}))
        log.info("beside", extra={name: secret, "body": {"deep": [{name: secret}]}})
        try:
            raise ValueError(f"{name}={secret!r} is wrong")
        except ValueError:
            log.exception("broke")
    assert secret not in lines.text
    assert "•••" in lines.text


def test_a_line_with_the_wrong_arguments_is_kept():
    record = logging.LogRecord("payments.test", logging.INFO, __file__, 1, "%s and %s", ("one",), None)
    assert json.loads(MaskedJson().format(record))["message"].startswith("%s and %s")


def test_a_bug_tells_the_log_everything_and_the_caller_nothing():
    with Lines("json") as lines:
        try:
            raise RuntimeError("cannot reach seeded.person@example.com")
        except RuntimeError as error:
            answer = unexpected(error)
    (line,) = [one for one in lines.objects if one["logger"] == "directpay.api.errors"]
    assert "RuntimeError" in line["exception"]
    assert SEEDED["e-mail"] not in lines.text + answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_nothing_seeded_stands_in_the_log_of_a_story(client):
    """People, bank accounts, refusals and strangers over the API: all that any logger says, at its most talkative."""
    with Lines("json") as lines:
        secret = key_of(None)
        caller = Caller(secret)
        person = {"email": SEEDED["e-mail"], "name": "S", "role": "renter", "phone": SEEDED["telephone"]}
        bob = caller.post("/api/v1/users", person).json()
        details = {"account_holder_name": "S", "account_type": "checking", "account_number": SEEDED["account number"]}
        made = {"user": bob["id"], "routing_number": SEEDED["routing number"], **details}
        assert caller.post("/api/v1/bank-accounts", made).status_code == 201
        assert caller.post("/api/v1/bank-accounts", {**made, "routing_number": "1"}).status_code == 400
        assert caller.post("/api/v1/users", person).status_code >= 400
        assert caller.get(f"/api/v1/users?email={SEEDED['e-mail']}").status_code == 200
        assert client.get(f"/nowhere?card_number={SEEDED['card']}").status_code == 404
        client.post("/accounts/login/", {"login": SEEDED["e-mail"], "password": SEEDED["password"]})
    assert not [name for name, value in {**SEEDED, "key": secret}.items() if value in lines.text]
    assert lines.objects, "somebody spoke"


def test_is_json_or_text_and_nothing_else():
    with pytest.raises(ValueError, match="json or text"):
        configuration("xml")
    for style in ("json", "text", ""):
        logging.config.DictConfigurator(configuration(style))
