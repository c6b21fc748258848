"""Apps as staff register them and people take back what they let in; and that what has ended is forgotten."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from oauth2_provider.models import AccessToken, Grant, RefreshToken

from directpay.events.models import Event
from directpay.kernel import clock
from directpay.kernel.errors import Conflict, InvalidInput, NotAllowed
from directpay.ops.clock import set_clock
from directpay.people.actor import SYSTEM
from directpay.people.oauth.actions import (
    disable_application,
    forget_ended_tokens,
    register_application,
    roll_application_secret,
    withdraw_application,
)
from directpay.people.oauth.models import Application
from tests.directpay.cast import AT, alice, as_user, bob, sam
from tests.directpay.people.oauth_app import CALLBACK, App, browser_of, calls

pytestmark = pytest.mark.django_db
ALONE, FOR_PEOPLE = Application.FOR_ITS_OWNER, Application.FOR_PEOPLE


@pytest.fixture(autouse=True)
def standing_clock() -> None:
    set_clock(AT, frozen=True)


def register(**given: Any) -> Any:
    return register_application(
        **{"actor": SYSTEM, "at": AT, "name": "Ledgerly", "grant": FOR_PEOPLE, "redirect_uris": [CALLBACK], **given}
    )


# --- registering ---


def test_is_registered_for_a_landlord_or_staff_by_staff() -> None:
    landlord = alice()
    made = register(owner=landlord)
    assert (made.app.client_id[:4], made.secret[:8], made.app.created) == ("app_", "cs_test_", AT)
    assert made.secret not in str(Application.objects.values())
    with pytest.raises(NotAllowed):
        register(owner=landlord, actor=as_user(landlord))
    with pytest.raises(InvalidInput):
        register(owner=bob())


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"grant": "password"}, "grant"),
        ({"grant": "implicit"}, "grant"),
        ({"grant": ALONE, "redirect_uris": [], "public": True}, "grant"),
        ({"grant": ALONE}, "redirect_uris"),
        ({"redirect_uris": []}, "redirect_uris"),
        ({"redirect_uris": [f"https://app.example/{n}" for n in range(11)]}, "redirect_uris"),
    ],
)
def test_is_refused_where_it_makes_no_sense(changes: dict[str, Any], param: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        register(owner=alice(), **changes)
    assert refused.value.param == param


@pytest.mark.parametrize(
    ("uri", "in_sandbox", "in_live"),
    [
        ("https://app.example/cb", True, True),
        ("https://app.example/cb?tenant=1", True, True),
        ("https://[2001:db8::1]/cb", True, True),
        ("http://127.0.0.1/cb", True, False),
        ("http://localhost:3000/cb", True, False),
        ("http://[::1]:3000/cb", True, False),
        ("http://app.example/cb", False, False),
        ("http://127.0.0.1.evil.example/cb", False, False),
        ("http://localhost@evil.example/cb", False, False),
        ("https://*.app.example/cb", False, False),
        ("https://app.example/*", False, False),
        ("https://app.example/cb#x", False, False),
        ("https://app.example/a/../cb", False, False),
        ("https://user:secret@app.example/cb", False, False),
        ("https:///cb", False, False),
        ("https://app.example:99999/cb", False, False),
        ("https://app.example\\evil/cb", False, False),
        ("https://äpp.example/cb", False, False),
        ("https://app.example/" + "x" * 500, False, False),
        ("javascript:alert(1)", False, False),
        ("data:text/html,x", False, False),
        ("com.example.app:/cb", False, False),
        ("//app.example/cb", False, False),
    ],
)
def test_takes_https_to_the_letter_and_a_loopback_in_the_sandbox(settings: Any, uri: str, in_sandbox: bool, in_live: bool) -> None:
    landlord = alice()
    for settings.SANDBOX, good in ((True, in_sandbox), (False, in_live)):
        if good:
            assert register(owner=landlord, redirect_uris=[uri]).app.redirect_uri_allowed(uri)
        else:
            with pytest.raises(InvalidInput):
                register(owner=landlord, redirect_uris=[uri])
            assert not Application(redirect_uris=uri).redirect_uri_allowed(uri)  # however it got there


def test_the_database_holds_an_app_to_what_it_may_be() -> None:
    app = register(owner=alice()).app
    for wrong in ({"authorization_grant_type": "implicit"}, {"skip_authorization": True}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Application.objects.filter(id=app.id).update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(id=app.id).update(authorization_grant_type=ALONE, client_type="public")


# --- its life ---


def test_gets_a_new_secret_and_the_old_one_stops() -> None:
    app = App(alice(), ALONE)
    token, old = app.token_for_itself(), app.secret
    app.secret = roll_application_secret(actor=SYSTEM, at=AT, app=app.row).secret
    assert calls(app.token_for_itself()).status_code == 200
    assert calls(token).status_code == 200
    assert app.asks_for_token(grant_type="client_credentials", client_secret=old).status_code == 401
    with pytest.raises(Conflict):
        roll_application_secret(actor=SYSTEM, at=AT, app=App(alice(email="o@example.com"), public=True).row)


def test_opens_nothing_once_it_is_disabled() -> None:
    app, person = App(alice()), browser_of(bob())
    given, code = app.tokens_from(person), app.code_from(person)
    disable_application(actor=SYSTEM, at=AT, app=app.row)
    assert disable_application(actor=SYSTEM, at=AT + timedelta(1), app=app.row).disabled_at == AT
    assert calls(given["access_token"]).status_code == 401
    assert app.exchanges(code).status_code == 401
    assert app.refreshes(given["refresh_token"]).status_code == 401
    assert app.asks(person).status_code == 400
    kinds = Event.objects.filter(object_id=app.id).order_by("version").values_list("type", flat=True)
    assert list(kinds) == ["application.registered", *["application.authorized"] * 2, "application.disabled"]


# --- what people see ---


def test_is_seen_and_taken_back_by_those_who_let_it_in() -> None:
    renter = bob()
    app, other, person = App(alice()), App(alice(email="other@example.com")), browser_of(renter)
    assert "None." in person.get("/accounts/apps/").content.decode()
    given, code = app.tokens_from(person), app.code_from(person)
    hers = other.tokens_from(browser_of(alice(email="third@example.com")))
    page = person.get("/accounts/apps/")
    assert [one.client_id for one in page.context["apps"]] == [app.id]
    assert person.post("/accounts/apps/", {"app": app.id}).status_code == 302
    assert person.post("/accounts/apps/", {"app": other.id}).status_code == 302
    assert calls(given["access_token"]).status_code == 401
    assert app.refreshes(given["refresh_token"]).status_code == 400
    assert app.exchanges(code).status_code == 400
    assert calls(hers["access_token"]).status_code == 200
    assert list(person.get("/accounts/apps/").context["apps"]) == []
    fact = Event.objects.get(type="application.withdrawn")
    assert (fact.object_id, fact.account_ids, fact.data["user"]) == (app.id, [renter.public_id], renter.public_id)


def test_is_taken_back_by_nobody_else() -> None:
    app, renter = App(alice()), bob()
    given = app.tokens_from(browser_of(renter))
    stranger = alice(email="other@example.com")
    browser_of(stranger).post("/accounts/apps/", {"app": app.id})
    with pytest.raises(NotAllowed):
        withdraw_application(actor=as_user(stranger), at=AT, app=app.row, user=renter)
    assert calls(given["access_token"]).status_code == 200
    for nonsense in ("", "\0", "app_x", "1"):
        assert browser_of(renter).post("/accounts/apps/", {"app": nonsense}).status_code == 404
    assert Client().get("/accounts/apps/")["Location"].startswith("/accounts/login/")


def test_is_forgotten_when_it_has_ended_and_not_before() -> None:
    app, person = App(alice()), browser_of(bob())
    first = app.tokens_from(person)
    app.code_from(person)
    set_clock(AT + timedelta(hours=1), frozen=True)
    second = app.refreshes(first["refresh_token"]).json()
    forget_ended_tokens(at=clock.now())
    assert (Grant.objects.count(), AccessToken.objects.count(), RefreshToken.objects.count()) == (0, 1, 2)
    assert app.refreshes(first["refresh_token"]).status_code == 400  # still noticed: the family ends
    assert calls(second["access_token"]).status_code == 401
    forget_ended_tokens(at=clock.now() + timedelta(days=3000))
    assert (AccessToken.objects.count(), RefreshToken.objects.count()) == (0, 0)


# --- staff ---


@pytest.fixture
def staff() -> Client:
    return browser_of(sam(superuser=True))


def test_is_registered_on_a_page_that_shows_the_secret_once(staff: Client) -> None:
    landlord = alice()
    form = {"owner": landlord.id, "name": "Ledgerly", "kind": FOR_PEOPLE, "redirect_uris": f"{CALLBACK}\nhttps://app.example/two"}
    assert "Register" in staff.get("/admin/directpay/application/register/").content.decode()
    page = staff.post("/admin/directpay/application/register/", form)
    app = Application.objects.get()
    assert (app.redirect_uris.split(), app.user) == ([CALLBACK, "https://app.example/two"], landlord)
    secret = page.context["made"].secret
    assert secret in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    for address in ("", f"{app.id}/change/"):
        shown = staff.get(f"/admin/directpay/application/{address}").content.decode()
        assert app.client_id in shown
        assert secret not in shown
        assert app.client_secret not in shown


def test_says_on_the_page_what_is_wrong(staff: Client) -> None:
    form = {"owner": alice().id, "name": "Ledgerly", "kind": "public", "redirect_uris": "http://app.example/"}
    page = staff.post("/admin/directpay/application/register/", form)
    assert "is not https" in page.content.decode()
    assert not Application.objects.exists()


def test_is_given_a_new_secret_and_disabled_on_pages(staff: Client) -> None:
    app = App(alice(), ALONE)
    address = f"/admin/directpay/application/{app.row.id}/secret/"
    assert staff.get(address).status_code == 405
    app.secret = staff.post(address).context["made"].secret
    assert app.token_for_itself()
    form = {"action": "disable", "_selected_action": [app.row.id]}
    assert app.id in staff.post("/admin/directpay/application/", form).content.decode()
    assert staff.post("/admin/directpay/application/", form | {"confirmed": "yes"}).status_code == 302
    assert app.asks_for_token(grant_type="client_credentials").status_code == 401


def test_needs_the_right_to_it() -> None:
    plain, app = browser_of(sam()), App(alice(), ALONE)
    assert plain.get("/admin/directpay/application/register/").status_code == 403
    assert plain.post(f"/admin/directpay/application/{app.row.id}/secret/").status_code == 403
    assert browser_of(bob()).get("/admin/directpay/application/register/").status_code in (302, 403)
