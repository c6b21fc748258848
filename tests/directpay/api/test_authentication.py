"""Which keys open the door, and for what."""

import base64
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from directpay.ops.clock import set_clock
from directpay.people.actions import create_api_key, revoke_api_key, roll_api_key
from directpay.people.actor import SYSTEM
from directpay.people.models import ApiKey, User
from tests.directpay.api.conftest import THINGS
from tests.directpay.cast import AT, Caller, error_of, key_of, platform

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.directpay.api.things")]
TOKENS = "/api/v1/tokens"


def with_header(value: str) -> Caller:
    caller = Caller(None)
    caller.headers = {"Authorization": value}
    return caller


def basic(user_name: str) -> str:
    return "Basic " + base64.b64encode(f"{user_name}:".encode()).decode()


def test_takes_a_bearer_key_and_the_same_key_as_a_user_name(owner: User) -> None:
    secret = key_of(owner)
    for header in (f"Bearer {secret}", f"bearer  {secret}", basic(secret)):
        assert with_header(header).get(THINGS).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        "Bearer sk_test_" + "0" * 36,
        "Bearer sk_test_short",
        "Bearer nonsense",
        "Bearer sk_test_" + "0" * 5000,
        "Bearer sk_test_ключ",
        "Basic !!!",
        "Basic " + base64.b64encode(b"\xff\xfe:").decode(),
    ],
)
def test_refuses_a_key_that_is_none(owner: User, header: str) -> None:
    answer = with_header(header).get(THINGS)
    error = error_of(answer)
    assert (answer.status_code, error["type"], error["code"]) == (401, "authentication_error", "api_key_invalid")
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Token abc"])
def test_asks_for_a_key_where_none_is_sent(owner: User, header: str) -> None:
    answer = with_header(header).get(THINGS)
    assert (answer.status_code, error_of(answer)["code"]) == (401, "api_key_missing")


def test_never_takes_a_live_key_in_test_mode_nor_a_test_key_in_live_mode(owner: User, settings: object) -> None:
    test, live = Caller(key_of(None)), Caller(key_of(None, mode="live"))
    assert test.get(THINGS).status_code == 200
    assert error_of(live.get(THINGS))["code"] == "api_key_wrong_mode"
    settings.SANDBOX = False  # type: ignore[attr-defined]
    assert error_of(test.get(THINGS))["code"] == "api_key_wrong_mode"
    assert live.get(THINGS).status_code == 200


def test_refuses_keys_that_are_revoked_expired_or_of_somebody_inactive(owner: User, frozen: object) -> None:
    keys = [create_api_key(actor=SYSTEM, at=AT, owner=owner, mode="test") for _ in range(3)]
    revoke_api_key(actor=SYSTEM, at=AT, key=keys[0].key)
    roll_api_key(actor=SYSTEM, at=AT, key=keys[1].key)
    assert [Caller(key.secret).get(THINGS).status_code for key in keys] == [401, 401, 200]
    User.objects.filter(id=owner.id).update(is_active=False)
    assert Caller(keys[2].secret).get(THINGS).status_code == 401


def test_takes_a_rolled_key_until_its_overlap_ends(owner: User, frozen: object) -> None:
    old = create_api_key(actor=SYSTEM, at=AT, owner=owner, mode="test")
    new = roll_api_key(actor=SYSTEM, at=AT, key=old.key, overlap=timedelta(hours=1))
    set_clock(AT + timedelta(minutes=59), frozen=True)
    assert [Caller(key.secret).get(THINGS).status_code for key in (old, new)] == [200, 200]
    set_clock(AT + timedelta(minutes=60), frozen=True)
    assert [Caller(key.secret).get(THINGS).status_code for key in (old, new)] == [401, 200]


def test_needs_read_to_read_and_write_to_write(owner: User) -> None:
    reader, writer = Caller(key_of(owner, scopes=["read"])), Caller(key_of(owner, scopes=["write"]))
    assert reader.get(THINGS).status_code == 200
    assert error_of(reader.post(THINGS, {"name": "chair"}))["code"] == "scope_missing"
    assert writer.post(THINGS, {"name": "chair"}).status_code == 201
    assert writer.get(THINGS).status_code == 403


def test_opens_only_marked_addresses_to_publishable_keys(owner: User) -> None:
    caller = platform(kind="publishable")
    assert caller.headers["Authorization"].startswith("Bearer pk_test_")
    assert caller.post(TOKENS, {"name": "token"}).status_code == 201
    for answer in (caller.get(TOKENS), caller.get(THINGS), caller.post(THINGS, {"name": "chair"})):
        assert (answer.status_code, error_of(answer)["code"]) == (403, "secret_key_required")


def test_asks_the_database_once_for_the_time_and_the_key(owner: User) -> None:
    caller = platform()
    caller.get(f"{THINGS}/none")
    with CaptureQueriesContext(connection) as queries:
        caller.get(f"{THINGS}/none")
    assert [re.findall(r'FROM "?(\w+)', q["sql"]) for q in queries] == [["directpay_clock", "directpay_apikey"], ["directpay_payee"]]


def test_notes_the_use_of_a_key_at_most_once_a_minute(owner: User, frozen: object) -> None:
    caller = platform()
    for seconds, noted in ((0, 0), (59, 0), (60, 60), (90, 60)):
        set_clock(AT + timedelta(seconds=seconds), frozen=True)
        caller.get(THINGS)
        assert ApiKey.objects.get().last_used_at == AT + timedelta(seconds=noted)
