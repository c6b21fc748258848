"""OAuth2 as a developer of an app meets it: tokens for its owner and for people who agreed, on the API, renewed and given back."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from oauth2_provider.models import AccessToken, RefreshToken

from directpay.events.models import Event
from directpay.ops.clock import set_clock
from directpay.people.models import User
from directpay.people.oauth.models import Application
from directpay.people.queries import actor_for_user
from tests.directpay.cast import AT, alice, bob, key_of, sam
from tests.directpay.people.oauth_app import App, adds_a_renter, answered, browser_of, calls

pytestmark = pytest.mark.django_db
ALONE = Application.FOR_ITS_OWNER


@pytest.fixture(autouse=True)
def standing_clock() -> None:
    set_clock(AT, frozen=True)


def at(**later: int) -> None:
    set_clock(AT + timedelta(**later), frozen=True)


def emails(response: Any) -> set[str]:
    return {user["email"] for user in response.json()["data"]}


# --- an app that acts for its owner ---


def test_gives_an_app_a_token_for_its_owner_who_sees_what_the_owner_s_key_sees() -> None:
    landlord = alice()
    bob(by=actor_for_user(landlord)), bob(email="stranger@example.com")
    app = App(landlord, ALONE)
    answer = app.asks_for_token(grant_type="client_credentials", scope="read write")
    given = answer.json()
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert (given["token_type"], given["expires_in"], given["scope"]) == ("Bearer", 900, "read write")
    assert given["access_token"].startswith("oat_test_")
    assert "refresh_token" not in given
    assert emails(calls(given["access_token"])) == {"alice@example.com", "bob@example.com"}


def test_takes_the_secret_in_the_header_as_well() -> None:
    app = App(alice(), ALONE)
    header = "Basic " + base64.b64encode(f"{app.id}:{app.secret}".encode()).decode()
    answer = Client().post("/oauth/token", {"grant_type": "client_credentials"}, headers={"Authorization": header})
    assert (answer.status_code, answer.json()["scope"]) == (200, "read")  # the least, when nothing is asked for


def test_names_the_app_in_the_events_that_it_causes() -> None:
    landlord = alice()
    app = App(landlord, ALONE)
    assert adds_a_renter(app.token_for_itself("write")).status_code == 201
    fact = Event.objects.get(type="user.created", object_id=User.objects.get(email="new@example.com").public_id)
    assert fact.actor == f"app:{app.id}"
    assert landlord.public_id in fact.account_ids


def test_holds_a_token_to_its_scopes() -> None:
    app = App(alice(), ALONE)
    refused = adds_a_renter(app.token_for_itself("read"))
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "scope_missing")
    assert calls(app.token_for_itself("write")).status_code == 403


def test_shares_idempotency_with_the_owner_s_keys_since_the_account_is_the_same() -> None:
    landlord = alice()
    app = App(landlord, ALONE)
    answers = [adds_a_renter(secret, "once") for secret in (app.token_for_itself("write"), key_of(landlord))]
    assert [a.status_code for a in answers] == [201, 201]
    assert answers[1]["Idempotent-Replayed"] == "true"


# --- an app that people let in ---


def test_asks_a_person_and_acts_for_them_alone() -> None:
    """Bob lets in an app of Alice's: it sees what Bob sees, not what Alice does."""
    landlord, renter = alice(), bob()
    app, person = App(landlord), browser_of(renter)
    page = app.asks(person)
    assert "Let Ledgerly in?" in page.content.decode()
    assert "form-action 'self' https://app.example" in page["Content-Security-Policy"]
    back = answered(app.presses(person, page, allow="on"))
    assert (back["state"], back["iss"]) == ("xyz", "http://testserver")
    given = app.exchanges(back["code"]).json()
    assert emails(calls(given["access_token"])) == {"bob@example.com"}
    facts = Event.objects.filter(object_id=app.id).order_by("version")
    assert [(f.type, f.account_ids) for f in facts] == [
        ("application.registered", [landlord.public_id]),
        ("application.authorized", [renter.public_id]),
    ]


def test_names_app_and_person_in_the_events_that_it_causes() -> None:
    landlord, other = alice(), alice(email="other@example.com")
    app = App(other)
    token = app.tokens_from(browser_of(landlord), scope="write")["access_token"]
    assert adds_a_renter(token).status_code == 201
    fact = Event.objects.filter(type="user.created").latest("id")
    assert fact.actor == f"app:{app.id}/{landlord.public_id}"


def test_takes_a_no_back_to_the_app() -> None:
    app, person = App(alice()), browser_of(bob())
    back = answered(app.presses(person, app.asks(person)))
    assert (back["error"], back["state"]) == ("access_denied", "xyz")
    assert not Event.objects.filter(type="application.authorized").exists()


def test_asks_who_one_is_first_and_goes_on_from_there() -> None:
    app = App(alice())
    bob(password="correct horse battery")
    client = Client()
    door = app.asks(client)["Location"]
    assert door.startswith("/accounts/login/?next=/oauth/authorize")
    page = client.post(door, {"login": "bob@example.com", "password": "correct horse battery"}, follow=True)
    assert page.status_code == 200


def test_says_to_staff_what_it_would_see_and_asks_them_for_their_second_factor(settings: Any) -> None:
    staff = browser_of(sam())
    app = App(alice())
    assert "every account" in app.asks(staff).content.decode()
    settings.STAFF_SECOND_FACTOR = True
    assert app.asks(staff)["Location"] == "/accounts/2fa/"


def test_works_for_an_app_that_keeps_no_secret() -> None:
    app, person = App(alice(), public=True), browser_of(bob())
    assert app.secret == ""
    given = app.tokens_from(person)
    assert app.refreshes(given["refresh_token"]).status_code == 200


def test_lets_a_program_on_the_developer_s_machine_choose_its_port_in_the_sandbox(settings: Any) -> None:
    app, person = App(alice(), uris=("http://127.0.0.1/callback",)), browser_of(bob())
    there = "http://127.0.0.1:51004/callback"
    page = app.asks(person, redirect_uri=there)
    assert app.presses(person, page, allow="on")["Location"].startswith(there + "?")
    settings.SANDBOX = False
    assert app.asks(person, redirect_uri=there).status_code == 400


# --- the life of tokens ---


def test_ends_an_access_token_after_a_quarter_of_an_hour_by_the_clock() -> None:
    app = App(alice(), ALONE)
    token = app.token_for_itself()
    at(minutes=14, seconds=59)
    assert calls(token).status_code == 200
    at(minutes=15)
    refused = calls(token)
    assert (refused.status_code, refused["WWW-Authenticate"][:6]) == (401, "Bearer")


def test_renews_it_with_a_refresh_token_that_is_good_once() -> None:
    app, person = App(alice()), browser_of(bob())
    first = app.tokens_from(person, scope="read write")
    at(minutes=20)
    second = app.refreshes(first["refresh_token"]).json()
    assert emails(calls(second["access_token"])) == {"bob@example.com"}
    assert second["refresh_token"] != first["refresh_token"]
    assert app.refreshes(second["refresh_token"], scope="read").json()["scope"] == "read"


def test_lets_a_renewed_token_have_less_and_never_more() -> None:
    app, person = App(alice()), browser_of(bob())
    given = app.tokens_from(person, scope="read")
    refused = app.refreshes(given["refresh_token"], scope="read write")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")


def test_ends_a_refresh_token_thirty_days_after_it_was_last_of_use() -> None:
    app, person = App(alice()), browser_of(bob())
    given = app.tokens_from(person)
    at(days=29)
    given = app.refreshes(given["refresh_token"]).json()
    at(days=29 + 31)
    assert app.refreshes(given["refresh_token"]).json()["error"] == "invalid_grant"


def test_keeps_hashes_alone() -> None:
    app, person = App(alice()), browser_of(bob())
    given = app.tokens_from(person)
    kept = str([list(model.objects.values()) for model in (AccessToken, RefreshToken, Application)])
    for secret in (given["access_token"], given["refresh_token"], app.secret):
        assert secret not in kept


def test_takes_back_a_token_that_its_app_gives_back() -> None:
    app, person = App(alice()), browser_of(bob())
    given = app.tokens_from(person)
    for token in (given["access_token"], "never-made"):
        assert app.client.post("/oauth/revoke", {"token": token, "client_id": app.id, "client_secret": app.secret}).status_code == 200
    assert calls(given["access_token"]).status_code == 401
    assert app.refreshes(given["refresh_token"]).status_code == 400


def test_tells_an_app_about_its_own_tokens_alone() -> None:
    landlord, renter = alice(), bob()
    app, other = App(landlord), App(landlord, ALONE)
    token = app.tokens_from(browser_of(renter))["access_token"]

    def introspect(who: App, token: str) -> Any:
        return Client().post("/oauth/introspect", {"token": token, "client_id": who.id, "client_secret": who.secret}).json()

    known = introspect(app, token)
    assert (known["active"], known["scope"], known["sub"], known["livemode"]) == (True, "read", renter.public_id, False)
    assert "bob" not in str(known)
    assert introspect(other, token) == introspect(app, "oat_test_madeup") == {"active": False}
    at(minutes=16)
    assert introspect(app, token) == {"active": False}


def test_publishes_where_everything_is() -> None:
    told = Client().get("/.well-known/oauth-authorization-server").json()
    base = "http://testserver/oauth/"
    assert told["issuer"] == "http://testserver"
    assert (told["authorization_endpoint"], told["token_endpoint"]) == (base + "authorize", base + "token")
    assert (told["revocation_endpoint"], told["introspection_endpoint"]) == (base + "revoke", base + "introspect")
    assert (told["scopes_supported"], told["code_challenge_methods_supported"]) == (["read", "write"], ["S256"])
    assert set(told["grant_types_supported"]) == {"authorization_code", "client_credentials", "refresh_token"}
    assert told["response_types_supported"] == ["code"]


def test_is_in_the_schema_of_the_api() -> None:
    schema = Client().get("/api/schema/?format=json").json()
    flows = schema["components"]["securitySchemes"]["oauth2"]["flows"]
    assert flows["authorizationCode"]["tokenUrl"] == flows["clientCredentials"]["tokenUrl"] == "/oauth/token"
    assert {"oauth2": ["read"]} in schema["paths"]["/api/v1/users"]["get"]["security"]
    assert {"oauth2": ["write"]} in schema["paths"]["/api/v1/users"]["post"]["security"]
