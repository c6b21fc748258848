"""The same request again: answered again, never done again (API.md; shared/cases/idempotency)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from directpay.api.idempotency import forget_old_answers
from directpay.api.models import IdempotencyKey
from directpay.ops.clock import set_clock
from directpay.people.models import User
from tests.directpay.api.conftest import THINGS, TRANSFERS, names
from tests.directpay.cast import Caller, error_of, key_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.directpay.api.things")]
RENT = {"name": "rent", "amount": 150_000}


def test_answers_the_same_request_again_without_doing_it_again(caller: Caller) -> None:
    first, again = (caller.post(TRANSFERS, RENT, key="k-1") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert first["Request-Id"] != again["Request-Id"]
    assert names() == ["rent"]


def test_takes_the_same_request_as_a_form_or_with_a_slash_for_the_same(caller: Caller) -> None:
    first = caller.post(TRANSFERS, {**RENT, "paused": True}, key="k-1")
    again = caller.form(f"{TRANSFERS}/", "amount=150000&name=rent&paused=true", key="k-1")
    assert (again.content, again["Idempotent-Replayed"]) == (first.content, "true")


def test_requires_a_key_where_money_moves_and_nowhere_else(caller: Caller) -> None:
    refused = caller.post(TRANSFERS, RENT)
    assert (refused.status_code, error_of(refused)["code"]) == (400, "idempotency_key_required")
    assert caller.post(THINGS, {"name": "chair"}).status_code == 201
    assert names() == ["chair"]


def test_honours_a_key_where_none_is_required(caller: Caller) -> None:
    first, again = (caller.post(THINGS, {"name": "chair"}, key="k-1") for _ in range(2))
    assert first.content == again.content
    assert names() == ["chair"]


def test_refuses_a_key_that_answered_other_parameters(caller: Caller) -> None:
    caller.post(TRANSFERS, RENT, key="k-1")
    other = caller.post(TRANSFERS, {**RENT, "amount": 1}, key="k-1")
    error = error_of(other)
    assert (other.status_code, error["type"], error["code"]) == (400, "idempotency_error", "idempotency_key_reused")
    assert names() == ["rent"]


def test_takes_quoted_and_bare_for_the_same_key(caller: Caller) -> None:
    caller.post(TRANSFERS, RENT, key="8e03978e-40d5")
    assert caller.post(TRANSFERS, RENT, key='"8e03978e-40d5"')["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("key", ["k", "k" * 255, '"' + "k" * 255 + '"', "order 12345/attempt_1"])
def test_takes_keys_of_1_to_255_characters(caller: Caller, key: str) -> None:
    assert caller.post(TRANSFERS, RENT, key=key).status_code == 201


@pytest.mark.parametrize("key", ["", " ", "k" * 256, '"' + "k" * 256 + '"', "é", "a\x01b", '"open', '""'])
def test_refuses_other_keys(caller: Caller, key: str) -> None:
    answer = caller.post(TRANSFERS, RENT, key=key)
    assert (answer.status_code, error_of(answer)["code"]) == (400, "idempotency_key_invalid")
    assert names() == []


def test_takes_the_key_from_the_body_and_means_the_same(caller: Caller) -> None:
    first = caller.post(TRANSFERS, {**RENT, "idempotency_key": "k-1"})
    again = caller.post(TRANSFERS, RENT, key="k-1")
    assert (first.status_code, again.content) == (201, first.content)
    assert again["Idempotent-Replayed"] == "true"


def test_refuses_a_body_and_a_header_that_disagree(caller: Caller) -> None:
    assert caller.post(TRANSFERS, {**RENT, "idempotency_key": "k-1"}, key='"k-1"').status_code == 201
    answer = caller.post(TRANSFERS, {**RENT, "idempotency_key": "k-2"}, key="k-1")
    error = error_of(answer)
    assert (answer.status_code, error["code"], error["param"]) == (400, "idempotency_key_mismatch", "idempotency_key")


@pytest.mark.parametrize("key", [7, "", None, ["k"], "k" * 256])
def test_refuses_a_key_in_the_body_that_is_none(caller: Caller, key: object) -> None:
    answer = caller.post(TRANSFERS, {**RENT, "idempotency_key": key})
    assert answer.status_code == 400
    assert error_of(answer)["code"] in {"idempotency_key_invalid", "idempotency_key_required"}


def test_does_not_know_the_body_s_key_elsewhere(caller: Caller) -> None:
    answer = caller.post(THINGS, {"name": "chair", "idempotency_key": "k"})
    assert error_of(answer)["code"] == "parameter_unknown"


def test_keeps_accounts_apart_and_keys_of_one_account_together(caller: Caller, owner: User) -> None:
    caller.post(THINGS, {"name": "of the platform"}, key="k-1")
    hers, her_other = Caller(key_of(owner)), Caller(key_of(owner))
    assert hers.post(THINGS, {"name": "of Alice"}, key="k-1").status_code == 201
    assert her_other.post(THINGS, {"name": "of Alice"}, key="k-1")["Idempotent-Replayed"] == "true"
    assert names() == ["of the platform", "of Alice"]


def test_keeps_addresses_apart(caller: Caller) -> None:
    for address in (THINGS, TRANSFERS):
        assert caller.post(address, RENT, key="k-1").status_code == 201
    assert names() == ["rent", "rent"]


def test_keeps_neither_the_key_nor_the_parameters(caller: Caller) -> None:
    caller.post(TRANSFERS, RENT, key="a-key-of-mine")
    saved = IdempotencyKey.objects.values().get()
    assert "a-key-of-mine" not in str(saved)
    assert "150000" not in str(saved)


def test_does_not_save_a_validation_failure(caller: Caller) -> None:
    assert caller.post(TRANSFERS, {"name": "rent", "amount": -1}, key="k-1").status_code == 400
    assert caller.post(TRANSFERS, RENT, key="k-1").status_code == 201


def test_undoes_a_refusal_whole_and_does_not_save_it(caller: Caller) -> None:
    for _ in range(2):
        answer = caller.post(TRANSFERS, {"name": "refused"}, key="k-1")
        error = error_of(answer)
        assert (answer.status_code, error["code"], error["param"]) == (409, "thing_in_the_way", "name")
        assert error["thing"].startswith("thing_")
        assert "Idempotent-Replayed" not in answer
    assert names() == []
    assert not IdempotencyKey.objects.exists()


def test_keeps_a_refusal_that_is_returned_with_what_led_to_it(caller: Caller) -> None:
    first, again = (caller.post(TRANSFERS, {"name": "refused for good"}, key="k-1") for _ in range(2))
    assert (first.status_code, error_of(first)["code"]) == (409, "thing_refused_for_good")
    assert (again.status_code, again.content, again["Idempotent-Replayed"]) == (409, first.content, "true")
    assert [answer["Stripe-Should-Retry"] for answer in (first, again)] == ["false", "false"]
    assert names() == ["refused for good"]


def test_tells_nested_parameters_apart(caller: Caller) -> None:
    given: dict[str, Any] = {**RENT, "units": [{"name": "a"}, {"name": "b"}], "address": {"city": "x", "line2": None}}
    caller.post(TRANSFERS, given, key="k-1")
    assert caller.post(TRANSFERS, given, key="k-1")["Idempotent-Replayed"] == "true"
    turned = {**given, "units": given["units"][::-1]}
    assert error_of(caller.post(TRANSFERS, turned, key="k-1"))["code"] == "idempotency_key_reused"


@pytest.mark.parametrize("name", ["bug", "wrong sql", "half-truth"])
def test_undoes_a_bug_and_saves_the_500(caller: Caller, name: str, caplog: pytest.LogCaptureFixture) -> None:
    first, again = (caller.post(TRANSFERS, {"name": name}, key="k-1") for _ in range(2))
    error = error_of(first)
    assert (first.status_code, error["type"], error["code"]) == (500, "api_error", "internal_error")
    assert "Alice" not in first.content.decode()
    assert (again.status_code, again.content, again["Idempotent-Replayed"]) == (500, first.content, "true")
    assert names() == []
    assert caplog.text.count("unexpected error") == 1


def test_answers_a_bug_without_a_key_too(caller: Caller) -> None:
    answer = caller.post(THINGS, {"name": "bug"})
    assert (answer.status_code, error_of(answer)["code"]) == (500, "internal_error")
    assert names() == []


def test_does_not_save_that_the_database_was_away(caller: Caller) -> None:
    answer = caller.post(TRANSFERS, {"name": "database away"}, key="k-1")
    assert (answer.status_code, error_of(answer)["type"], answer["Retry-After"]) == (503, "api_error", "1")
    assert not IdempotencyKey.objects.exists()
    assert names() == []


def test_answers_for_24_hours(caller: Caller, frozen: datetime) -> None:
    first = caller.post(TRANSFERS, RENT, key="k-1")
    set_clock(frozen + timedelta(hours=24, seconds=-1), frozen=True)
    assert caller.post(TRANSFERS, RENT, key="k-1").content == first.content


@pytest.mark.parametrize("amount", [150_000, 1])
def test_never_pays_again_under_a_key_that_moved_money(caller: Caller, frozen: datetime, amount: int) -> None:
    caller.post(TRANSFERS, RENT, key="k-1")
    for days in (1, 400):
        set_clock(frozen + timedelta(days=days), frozen=True)
        answer = caller.post(TRANSFERS, {**RENT, "amount": amount}, key="k-1")
        assert (answer.status_code, error_of(answer)["code"]) == (409, "idempotency_key_expired")
    assert names() == ["rent"]


def test_takes_an_old_key_anew_where_no_money_moved(caller: Caller, frozen: datetime) -> None:
    caller.post(THINGS, {"name": "chair"}, key="k-1")
    set_clock(frozen + timedelta(days=1), frozen=True)
    anew, again = (caller.post(THINGS, {"name": "table"}, key="k-1") for _ in range(2))
    assert (anew.status_code, again.content) == (201, anew.content)
    assert names() == ["chair", "table"]


def test_forgets_old_answers_but_not_that_money_moved(caller: Caller, frozen: datetime) -> None:
    caller.post(THINGS, {"name": "chair"}, key="k-1")
    caller.post(TRANSFERS, RENT, key="k-1")
    assert forget_old_answers(at=frozen + timedelta(hours=23)) == 0
    assert forget_old_answers(at=frozen + timedelta(days=1)) == 2
    assert forget_old_answers(at=frozen + timedelta(days=1)) == 0
    assert [(key.moves_money, key.body) for key in IdempotencyKey.objects.all()] == [(True, "")]
    set_clock(frozen + timedelta(days=2), frozen=True)
    assert error_of(caller.post(TRANSFERS, RENT, key="k-1"))["code"] == "idempotency_key_expired"


def test_ignores_a_key_on_get_and_delete(caller: Caller) -> None:
    thing = caller.post(THINGS, {"name": "chair"}).json()["id"]
    for _ in range(2):
        assert caller.get(f"{THINGS}/{thing}", **{"Idempotency-Key": "k" * 999}).status_code == 200
    assert caller.client.delete(f"{THINGS}/{thing}", headers=caller.headers | {"Idempotency-Key": "k-1"}).json()["deleted"] is True
    assert not IdempotencyKey.objects.exists()
