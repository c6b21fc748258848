"""What an attacker tries on OAuth2: codes and tokens of others, used before, withdrawn or too old; addresses and proofs that do not fit."""

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from oauth2_provider.models import AccessToken, Grant, RefreshToken

from directpay.ops.clock import set_clock
from directpay.people.models import User
from directpay.people.oauth.models import Application
from tests.directpay.cast import AT, Caller, alice, bob, key_of
from tests.directpay.people.oauth_app import CALLBACK, VERIFIER, App, answered, browser_of, calls, challenge_of

pytestmark = pytest.mark.django_db
ALONE = Application.FOR_ITS_OWNER


@pytest.fixture(autouse=True)
def standing_clock() -> None:
    set_clock(AT, frozen=True)


def refused(response: Any, error: str) -> bool:
    return response.status_code in (400, 401) and response.json()["error"] == error


# --- codes ---


def test_a_code_is_good_once_and_used_again_takes_back_what_it_gave() -> None:
    app, person = App(alice()), browser_of(bob())
    code = app.code_from(person)
    given = app.exchanges(code).json()
    assert calls(given["access_token"]).status_code == 200
    assert refused(app.exchanges(code), "invalid_grant")
    assert calls(given["access_token"]).status_code == 401
    assert refused(app.refreshes(given["refresh_token"]), "invalid_grant")


def test_a_code_used_again_takes_back_what_was_renewed_since() -> None:
    app, person = App(alice()), browser_of(bob())
    code = app.code_from(person)
    renewed = app.refreshes(app.exchanges(code).json()["refresh_token"]).json()
    assert refused(app.exchanges(code), "invalid_grant")
    assert calls(renewed["access_token"]).status_code == 401
    assert refused(app.refreshes(renewed["refresh_token"]), "invalid_grant")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["code", "refresh_token"])
def test_what_five_exchange_at_once_is_good_for_one_and_then_taken_back(what: str) -> None:
    app, person = App(alice()), browser_of(bob())
    held = app.code_from(person) if what == "code" else app.tokens_from(person)["refresh_token"]

    def exchange(_: int) -> Any:
        try:
            return app.exchanges(held) if what == "code" else app.refreshes(held)
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(exchange, range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400, 400]
    assert not AccessToken.objects.exists()
    assert not RefreshToken.objects.filter(revoked=None).exists()


def test_a_code_is_good_for_a_minute() -> None:
    app, person = App(alice()), browser_of(bob())
    code = app.code_from(person)
    set_clock(AT + timedelta(seconds=60), frozen=True)
    assert refused(app.exchanges(code), "invalid_grant")


def test_a_code_is_good_for_the_app_that_it_was_given_to() -> None:
    landlord = alice()
    app, thief, person = App(landlord), App(landlord), browser_of(bob())
    code = app.code_from(person)
    assert refused(thief.exchanges(code), "invalid_grant")
    assert refused(app.exchanges(code, client_secret="cs_test_wrong"), "invalid_client")
    assert refused(app.exchanges(code, client_secret=None), "invalid_client")
    assert app.exchanges(code).status_code == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "b" * 50}, "invalid_grant"),
        ({"code_verifier": challenge_of(VERIFIER)}, "invalid_grant"),
        ({"code_verifier": None}, "invalid_request"),
        ({"redirect_uri": "https://app.example/other"}, "invalid_request"),
        ({"redirect_uri": CALLBACK + "?x=1"}, "invalid_request"),
        ({"code": "made-up"}, "invalid_grant"),
        ({"code": "\0"}, "invalid_request"),
        ({"client_id": "app_madeup"}, "invalid_client"),
        ({"grant_type": "password", "username": "bob@example.com", "password": "x"}, "unsupported_grant_type"),
        ({"grant_type": "urn:ietf:params:oauth:grant-type:device_code"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unauthorized_client"),
        ({"grant_type": ""}, "unsupported_grant_type"),
    ],
)
def test_a_code_without_all_that_belongs_to_it_is_refused(changes: dict[str, Any], error: str) -> None:
    app, person = App(alice()), browser_of(bob())
    answer = app.exchanges(app.code_from(person), **changes)
    assert refused(answer, error), answer.content
    assert not AccessToken.objects.exists()


def test_without_pkce_or_with_a_plain_challenge_nobody_is_even_asked() -> None:
    app, person = App(alice()), browser_of(bob())
    without = answered(app.asks(person, code_challenge=None, code_challenge_method=None))
    assert (without["error"], without["state"]) == ("invalid_request", "xyz")
    for method in ("plain", None):
        page = app.asks(person, code_challenge=VERIFIER, code_challenge_method=method)
        back = answered(app.presses(person, page, allow="on") if page.status_code == 200 else page)
        assert back["error"] == "invalid_request"
    assert not Grant.objects.exists()


# --- where a code is sent ---


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/callback",
        "https://app.example.evil.example/callback",
        "https://app.example/callback/../evil",
        "https://app.example/callback?next=https://evil.example",
        "https://app.example/callback#x",
        "https://evil@app.example/callback",
        "https://app.example:444/callback",
        "http://app.example/callback",
        "https://APP.example/callback",
        "https://app.example/callback/",
        "https://sub.app.example/callback",
        "javascript:alert(1)",
        "//app.example/callback",
        "",
    ],
)
def test_a_code_and_a_refusal_are_sent_to_the_registered_address_alone(elsewhere: str) -> None:
    app, person = App(alice()), browser_of(bob())
    answer = app.asks(person, redirect_uri=elsewhere)
    assert answer.status_code == 400
    assert "Location" not in answer
    fields = {"client_id": app.id, "redirect_uri": elsewhere, "response_type": "code", "scope": "read", "state": "s"}
    proof = {"code_challenge": challenge_of(VERIFIER), "code_challenge_method": "S256"}
    for pressed in ({}, {"allow": "on"}):
        forged = person.post("/oauth/authorize", {**fields, **proof, **pressed})
        assert "Location" not in forged
    assert not Grant.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"response_type": "token"},
        {"response_type": "code token"},
        {"scope": "read admin"},
        {"scope": "staff"},
    ],
)
def test_what_is_not_offered_is_refused_at_the_app_s_address(changes: dict[str, str]) -> None:
    app, person = App(alice()), browser_of(bob())
    back = app.asks(person, **changes)
    assert back["Location"].startswith(CALLBACK)
    assert "error=" in back["Location"]
    assert "access_token" not in back["Location"]


def test_an_app_cannot_skip_the_question() -> None:
    """Not even for one who has agreed before."""
    app, person = App(alice()), browser_of(bob())
    app.tokens_from(person)
    for more in ({"approval_prompt": "auto"}, {"prompt": "none"}):
        assert "Let Ledgerly in?" in app.asks(person, **more).content.decode()
    assert app.asks(Client(), prompt="none")["Location"].startswith("/accounts/login/")


def test_a_form_of_another_site_lets_nothing_in() -> None:
    app, renter = App(alice()), bob()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(renter)
    page = app.asks(strict)
    assert app.presses(strict, page, allow="on").status_code == 403
    assert page["X-Frame-Options"] == "DENY"


# --- tokens ---


def test_a_used_refresh_token_ends_the_whole_family() -> None:
    """Somebody has copied it: whoever comes second is noticed, and neither goes on."""
    app, person = App(alice(), public=True), browser_of(bob())
    stolen = app.tokens_from(person)["refresh_token"]
    renewed = app.refreshes(stolen).json()
    assert refused(app.refreshes(stolen), "invalid_grant")
    assert calls(renewed["access_token"]).status_code == 401
    assert refused(app.refreshes(renewed["refresh_token"]), "invalid_grant")


def test_a_refresh_token_is_good_for_its_own_app() -> None:
    landlord = alice()
    app, thief, person = App(landlord), App(landlord), browser_of(bob())
    given = app.tokens_from(person)
    assert refused(thief.refreshes(given["refresh_token"]), "invalid_grant")
    assert refused(app.refreshes(given["access_token"]), "invalid_grant")
    assert app.refreshes(given["refresh_token"]).status_code == 200


def test_one_app_does_not_end_the_tokens_of_another() -> None:
    landlord = alice()
    app, rival, person = App(landlord), App(landlord, ALONE), browser_of(bob())
    given = app.tokens_from(person)
    for token in (given["access_token"], given["refresh_token"]):
        rival.client.post("/oauth/revoke", {"token": token, "client_id": rival.id, "client_secret": rival.secret})
    assert calls(given["access_token"]).status_code == 200


def test_a_token_shows_nothing_of_another_account() -> None:
    """Of Carol, nothing: neither in lists, nor by id, nor changed."""
    carol = alice(email="carol@example.com")
    hers = bob(email="dave@example.com")
    token = App(alice(), ALONE).token_for_itself("read write")
    shown = {user["email"] for user in calls(token).json()["data"]}
    assert shown == {"alice@example.com"}
    for user in (carol, hers):
        assert Caller(token).get(f"/api/v1/users/{user.public_id}").status_code == 404


def test_what_stopped_acting_acts_no_more() -> None:
    """Person or owner, whoever is closed first; at once, and with whatever the app still holds."""
    for closed in ("bob@example.com", "alice@example.com"):
        User.objects.update(is_active=True)
        landlord = User.objects.filter(email="alice@example.com").first() or alice()
        renter = User.objects.filter(email="bob@example.com").first() or bob()
        app, person = App(landlord), browser_of(renter)
        given, code = app.tokens_from(person), app.code_from(person)
        User.objects.filter(email=closed).update(is_active=False)
        assert calls(given["access_token"]).status_code == 401
        for answer in (app.exchanges(code), app.refreshes(given["refresh_token"])):
            assert answer.status_code in (400, 401)


def test_a_token_of_the_sandbox_opens_nothing_in_live_mode(settings: Any) -> None:
    app, person = App(alice()), browser_of(bob())
    given = app.tokens_from(person)
    settings.SANDBOX = False
    answer = calls(given["access_token"])
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "api_key_wrong_mode")
    assert refused(app.refreshes(given["refresh_token"]), "invalid_grant")


def test_a_token_is_no_key_and_a_key_no_token() -> None:
    landlord = alice()
    app = App(landlord, ALONE)
    token, secret = app.token_for_itself(), key_of(landlord)
    for pretended in (token.replace("oat", "sk"), secret.replace("sk", "oat"), token[:-1], token + "0", "oat_test_", "ort" + token[3:]):
        assert calls(pretended).status_code == 401
    assert Client().get(f"/api/v1/users?access_token={token}").status_code == 401


@pytest.mark.parametrize("address", ["/oauth/token", "/oauth/revoke", "/oauth/introspect"])
def test_what_belongs_in_a_body_is_not_taken_from_an_address_nor_twice(address: str) -> None:
    app = App(alice(), ALONE)
    proof = {"client_id": app.id, "client_secret": app.secret}
    assert Client().get(address).status_code == 405
    assert refused(Client().post(f"{address}?client_id={app.id}", proof), "invalid_request")
    twice = f"grant_type=client_credentials&grant_type=password&client_id={app.id}&client_secret={app.secret}"
    assert refused(Client().post(address, twice, content_type="application/x-www-form-urlencoded"), "invalid_request")
    for body in ({}, {"client_id": app.id, "token": "x", "grant_type": "client_credentials"}):
        assert Client().post(address, body).status_code in (400, 401)
    odd = "Basic " + base64.b64encode(b"\xff\xfe").decode()
    assert Client().post(address, {"grant_type": "client_credentials", "token": "x"}, headers={"Authorization": odd}).status_code in (
        400,
        401,
    )


def test_an_app_s_secret_is_asked_for_and_told_apart_from_an_empty_one() -> None:
    public, alone = App(alice(), public=True), App(alice(email="other@example.com"), ALONE)
    for wrong in (None, "", "cs_test_wrong", alone.row.client_secret):
        assert refused(alone.asks_for_token(grant_type="client_credentials", client_secret=wrong), "invalid_client")
    for secret in ("", None, "anything"):
        answer = public.asks_for_token(grant_type="client_credentials", client_secret=secret)
        assert answer.status_code in (400, 401), answer.content
    assert not AccessToken.objects.exists()
    assert not RefreshToken.objects.exists()
